r"""Where pupils go when schools of a kind close: as the conditional logit must have it, and with tastes that differ.

In a conditional logit the pupils of a closed school spread over the others in proportion to their probabilities
(independence of irrelevant alternatives), whatever the schools have in common. Models per group, and a mixed logit,
let those who chose one school of a kind prefer another of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import InputError, ModelError, Reason
from analysis.models.conditional_logit import ConditionalLogitResult, Design
from analysis.models.school_choice.choosers import Choosers, design, probabilities
from analysis.models.school_choice.mixed import MixedLogit, estimate_mixed
from analysis.models.school_choice.sampling import sampled, some
from analysis.models.school_choice.worlds import IMPOSSIBLE

Floats = NDArray[np.float64]

TASTES = 50  # tastes over which the prediction of a mixed logit is averaged
ONE_SCHOOL, ALL_SCHOOLS = "one school", "all schools"

# What the numbers of each table rest on, for the disclosure gate.
SUBSTITUTION_COUNTS = {"n_obs": ["share", "proportional"]}
MIXED_COUNTS = {"n_obs": ["estimate", "std_error", "loglik", "loglik_conditional"]}


def substitution(
    choosers: Choosers,
    formula: str,
    own: Mapping[str, ConditionalLogitResult],
    *,
    kind: str,
    random: Sequence[str],
    situations: int,
    alternatives: int,
    seed: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Predict by three models where pupils go when schools of a kind close.

    Parameters
    ----------
    choosers, formula
        The choosers, and the formula of all models.
    own
        The model of each group, with the same formula.
    kind
        The attribute of schools that tells their kind, such as ``concept``.
    random
        Terms whose coefficients differ between choosers in the mixed logit.
    situations
        Choosers in the sample that all predictions are for, and on which the mixed logit is estimated.
    alternatives
        Sampled schools per chooser beyond the nearest ones, in the estimation of the mixed logit.
    seed
        Seed of both samples.

    Returns
    -------
    DataFrame
        `by_kind` for each of ``conditional_logit`` (one model of the sample), ``model_per_group`` and ``mixed_logit``:
        ``model, closes, kind, to, share, proportional, converged, n_obs``. Where the mixed logit did not converge,
        its shares are missing and ``converged`` is ``no``.
    DataFrame
        The mixed logit itself: ``term, estimate, std_error`` of what differs between choosers (standard deviations),
        ``converged``, ``loglik`` and that of the conditional logit, ``n_obs``.

    Raises
    ------
    InputError
        Schools have no such attribute.
    """
    if kind not in choosers.schools:
        raise InputError(
            "kind", "schools have no such attribute", given=kind, allowed=", ".join(map(str, choosers.schools))
        )
    few = some(choosers, situations, seed).attainable()
    sample = sampled(few, formula, number=alternatives, seed=seed)
    plain, mixed = sample.estimate(clustered=False), estimate_mixed(sample, random)
    kinds = few.schools[kind].astype(str)
    made = design(few, formula)
    told = {
        "conditional_logit": by_kind([probabilities(made, plain.params)], kinds),
        "model_per_group": by_kind([_of_groups(few, made, own)], kinds),
        "mixed_logit": _of_tastes(made, mixed, kinds, seed),
    }
    table = pd.concat([each.assign(model=model) for model, each in told.items()], ignore_index=True)
    arrived = (table["model"] != "mixed_logit") | mixed.converged
    table = table.assign(share=table["share"].where(arrived), converged=_told(arrived), n_obs=few.number)
    return table[["model", "closes", "kind", "to", "share", "proportional", "converged", "n_obs"]], _about(mixed, plain)


def by_kind(shares: Iterable[Floats], kinds: pd.Series) -> pd.DataFrame:
    r"""Tell to schools of which kind the pupils go of schools of a kind that close.

    Parameters
    ----------
    shares
        Probabilities, situations x schools: one array, or one for each of several tastes, which are as frequent.
    kinds
        Kind of each school.

    Returns
    -------
    DataFrame
        ``closes`` (``one school`` of a kind, each as often as chosen, or ``all schools`` of it), ``kind``, ``to``,
        ``share`` of its pupils, and ``proportional``: the share if pupils went by the sizes of schools alone, however
        far.

    Notes
    -----
    Of one school j: :math:`\sum_i P_{ij} P_{ik} / (1 - P_{ij})` pupils go to school k, summed over the schools of a
    kind; of all schools of a kind the same with P of kinds. Within a taste this is exact; over tastes numbers add up.
    """
    names = list(dict.fromkeys(kinds))
    if len(names) < 2:
        raise ModelError(
            "substitution: all schools are of one kind, so that nothing is left when it closes", Reason.NO_VARIATION
        )
    member = pd.get_dummies(kinds)[names].to_numpy(float)
    schools = _spread(shares := list(shares))
    whole = _spread([each @ member for each in shares])
    sizes = np.mean([each.sum(axis=0) for each in shares], axis=0)
    found = {
        ONE_SCHOOL: (member.T @ schools @ member, member.T @ _spread([sizes[None]]) @ member),
        ALL_SCHOOLS: (whole, _spread([(sizes @ member)[None]])),
    }
    return pd.DataFrame(
        [
            {"closes": closes, "kind": kind, "to": to, "share": moved[a, b], "proportional": even[a, b]}
            for closes, numbers in found.items()
            for moved, even in [tuple(each / each.sum(axis=1, keepdims=True) for each in numbers)]
            for a, kind in enumerate(names)
            for b, to in enumerate(names)
        ]
    )


def _spread(shares: Iterable[Floats]) -> Floats:
    """Return how many go from each alternative to each other one if it closes; rows of shares need not add up to 1."""
    total = 0.0
    for each in shares:
        whole = each.sum(axis=1, keepdims=True)
        flows = (each / np.maximum(whole - each, np.finfo(float).tiny)).T @ each
        np.fill_diagonal(flows, 0.0)
        total = total + flows
    return np.asarray(total)


def _of_groups(few: Choosers, made: Design, own: Mapping[str, ConditionalLogitResult]) -> Floats:
    """Predict with the model of each chooser's group; a kind of school that a group never attends, it does not."""
    shares = np.empty((len(few.situations), len(few.schools)))
    for group in few.groups:
        rows = (few.situations["group"] == group).to_numpy()
        params = own[group].params.reindex(list(made.terms)).fillna(IMPOSSIBLE)
        shares[rows] = probabilities(made, params)[rows]
    return shares


def _of_tastes(made: Design, mixed: MixedLogit, kinds: pd.Series, seed: int) -> pd.DataFrame:
    tastes = mixed.draws(TASTES, seed)
    return by_kind([probabilities(made, pd.Series(b, index=mixed.means.index)) for b in tastes], kinds)


def _about(mixed: MixedLogit, plain: ConditionalLogitResult) -> pd.DataFrame:
    """Tell how much choosers differ; nothing but that it failed where the mixed logit did not converge."""
    errors = np.sqrt(np.diag(mixed.covariance))[len(mixed.means) :]
    told = pd.DataFrame({"term": mixed.spreads.index, "estimate": mixed.spreads.to_numpy(), "std_error": errors})
    told = told.assign(loglik=mixed.loglik, loglik_conditional=plain.loglik)
    if not mixed.converged:
        told[["estimate", "std_error", "loglik"]] = np.nan
    return told.assign(converged=_told(mixed.converged), n_obs=mixed.n_obs)


def _told(arrived: bool | pd.Series[bool]) -> NDArray[np.str_]:
    return np.where(arrived, "yes", "no")
