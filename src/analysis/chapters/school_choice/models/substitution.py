r"""Where pupils go when schools of a kind close: as the conditional logit must have it, and with tastes that differ.

In a conditional logit the pupils of a closed school spread over the others in proportion to their probabilities
(independence of irrelevant alternatives), whatever the schools have in common. Models per group, and a mixed logit,
let those who chose one school of a kind prefer another of it.

How much tastes differ is asked in two steps, on one sample of choosers: between groups, and within them. A mixed logit
that does not know the groups cannot answer the second, and with one choice per chooser it hardly sees the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.chapters.school_choice.models.choosers import Choosers, design, predicted, probabilities
from analysis.chapters.school_choice.models.mixed import MixedLogit, estimate_mixed
from analysis.chapters.school_choice.models.sampling import sampled, some
from analysis.chapters.school_choice.models.tastes import (
    MIXED_COLUMNS,
    about,
    arrived,
    estimated,
    of_group,
    with_groups,
    yes_or_no,
)
from analysis.errors import InputError, ModelError, Reason
from analysis.stats.conditional_logit import ChoiceDesign, ConditionalLogitResult

Floats = NDArray[np.float64]

TASTES = 50  # tastes over which the prediction of a mixed logit is averaged
NONE_LEFT = 1e-300  # probability of all other schools together, below which there is none
MODELS = ("conditional_logit", "model_per_group", "group_terms", "mixed_logit")
ONE_SCHOOL, ALL_SCHOOLS = "one school", "all schools"

SUBSTITUTION_COLUMNS = ["model", "closes", "kind", "to", "share", "proportional", "converged", "n_obs"]
# What the numbers of each table rest on, for the disclosure gate.


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
    r"""Predict by one model, by models per group and by a mixed logit where pupils go when schools of a kind close.

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
        `by_kind` for each of ``conditional_logit`` (one model of the sample), ``model_per_group``, ``group_terms`` (one
        model of the sample in which the coefficients of the `random` terms are those of the group) and ``mixed_logit``
        (the same, and they also differ within a group): ``model, closes, kind, to, share, proportional, converged,
        n_obs``. Of one group there are no ``group_terms``. Where the sample does not determine the terms of groups, or
        the mixed logit did not converge, its shares are missing and ``converged`` is ``no``. Empty where no model
        can be estimated on the sample, or all schools are of one kind.
    DataFrame
        The mixed logit itself: ``term, estimate, std_error`` of what differs between choosers of a group (standard
        deviations), ``converged``, log-likelihoods (``loglik``, ``loglik_groups`` and ``loglik_conditional``), and two
        tests: ``lr_groups, df_groups, p_groups``, whether the coefficients differ between groups, and ``lr_within,
        p_within``, whether they differ within them; ``n_obs``.

    Raises
    ------
    InputError
        Schools have no such attribute.

    Notes
    -----
    A likelihood ratio is :math:`2 (\ln L_1 - \ln L_0)`. Between groups it is chi-squared with (groups - 1) x terms
    degrees of freedom. Within groups the standard deviations are zero under the hypothesis, at the edge of what is
    possible; of R of them the ratio is a mixture of chi-squared with k = 0 ... R degrees of freedom, with weights
    :math:`\binom{R}{k} 2^{-R}` (Self and Liang 1987, for estimates that are independent).
    """
    if kind not in choosers.schools:
        raise InputError(
            "kind", "schools have no such attribute", given=kind, allowed=", ".join(map(str, choosers.schools))
        )
    if not own:
        return nothing()
    try:
        return _predicted(choosers, formula, own, kind, random, situations, alternatives, seed)
    except ModelError as error:
        error.raise_unless_of_the_data()
        return nothing()


def nothing() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the two tables where no model can be estimated, or all schools are of one kind."""
    return pd.DataFrame(columns=SUBSTITUTION_COLUMNS), pd.DataFrame(columns=MIXED_COLUMNS)


def _predicted(
    choosers: Choosers,
    formula: str,
    own: Mapping[str, ConditionalLogitResult],
    kind: str,
    random: Sequence[str],
    situations: int,
    alternatives: int,
    seed: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    few = some(choosers, situations, seed).attainable(formula)
    sample = sampled(few, formula, number=alternatives, seed=seed)
    unknown = sorted(set(random) - set(sample.attributes))
    if unknown:
        allowed = ", ".join(map(str, sample.attributes))
        raise InputError("random", "no such term", given=", ".join(unknown), allowed=allowed)
    grouped, plain = with_groups(sample, few, random), sample.estimate(clustered=False)
    by_group = estimated(grouped)
    mixed = None if by_group is None else arrived(estimate_mixed(grouped, random), by_group)
    kinds, predict = few.schools[kind].astype(str), _Prediction(few, formula)
    predicted_by = {"conditional_logit": [predict.sample(plain.params)], "model_per_group": [predict.each(own)]}
    if by_group is not None and len(few.groups) > 1:
        predicted_by["group_terms"] = [predict.sample(by_group.params)]
    if mixed is not None:
        predicted_by["mixed_logit"] = [predict.sample(taste) for taste in _tastes(mixed, seed)]
    tables = {model: by_kind(shares, kinds, few.weights) for model, shares in predicted_by.items()}
    unknown_shares = tables["conditional_logit"].assign(share=np.nan)
    tables = {"mixed_logit": unknown_shares} | tables
    table = pd.concat([tables[model].assign(model=model) for model in MODELS if model in tables], ignore_index=True)
    table = table.assign(converged=yes_or_no(table["share"].notna()), n_obs=few.number)
    return table[SUBSTITUTION_COLUMNS], about(random, mixed, by_group, plain)


def by_kind(shares: Iterable[Floats], kinds: pd.Series, weights: Floats | None = None) -> pd.DataFrame:
    r"""Tell to schools of which kind the pupils go of schools of a kind that close.

    Parameters
    ----------
    shares
        Probabilities, situations x schools: one array, or one for each of several tastes, which are as frequent.
    kinds
        Kind of each school.
    weights
        Choosers of each situation; one where None.

    Returns
    -------
    DataFrame
        ``closes`` (``one school`` of a kind, each as often as chosen, or ``all schools`` of it), ``kind``, ``to``,
        ``share`` of its pupils, and ``proportional``: the share if pupils went by the sizes of schools alone, however
        far.

    Notes
    -----
    Of one school j: :math:`\sum_i w_i P_{ij} P_{ik} / (1 - P_{ij})` pupils go to school k, summed over the schools of a
    kind; of all schools of a kind the same with P of kinds. Within a taste this is exact; over tastes numbers add up.
    """
    names = list(dict.fromkeys(kinds))
    if len(names) < 2:
        raise ModelError(
            "substitution: all schools are of one kind, so that nothing is left when it closes", Reason.NO_VARIATION
        )
    member = pd.get_dummies(kinds)[names].to_numpy(float)
    every = list(shares)
    number = np.ones(len(every[0])) if weights is None else weights
    schools = _spread(every, number)
    whole = _spread([each @ member for each in every], number)
    sizes = np.mean([number @ each for each in every], axis=0)
    found = {
        ONE_SCHOOL: (member.T @ schools @ member, member.T @ _spread([sizes[None]], np.ones(1)) @ member),
        ALL_SCHOOLS: (whole, _spread([(sizes @ member)[None]], np.ones(1))),
    }
    return pd.DataFrame(
        [
            {"closes": closes, "kind": kind, "to": to, "share": moved[a, b], "proportional": even[a, b]}
            for closes, numbers in found.items()
            for moved, even in [tuple(_shares(each) for each in numbers)]
            for a, kind in enumerate(names)
            for b, to in enumerate(names)
        ]
    )


def _spread(shares: Iterable[Floats], weights: Floats) -> Floats:
    """Return how many go from each alternative to each other one if it closes; rows of shares need not add up to 1.

    Who has no other alternative goes nowhere.
    """
    every = []
    for each in shares:
        others = _others(each)
        odds = np.divide(weights[:, None] * each, others, out=np.zeros_like(each), where=others > NONE_LEFT)
        flows = odds.T @ each
        np.fill_diagonal(flows, 0.0)
        every.append(flows)
    return np.asarray(np.sum(every, axis=0))


def _others(each: Floats) -> Floats:
    """Sum per row all but each; one less the largest share would be rounding where that is nearly one."""
    before = np.cumsum(each, axis=1)
    after = np.cumsum(each[:, ::-1], axis=1)[:, ::-1]
    none = np.zeros((len(each), 1))
    return np.asarray(np.hstack([none, before[:, :-1]]) + np.hstack([after[:, 1:], none]))


def _shares(flows: Floats) -> Floats:
    """Divide rows by their sums; one in which nobody goes anywhere is unknown."""
    sums = flows.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(flows, sums, out=np.full_like(flows, np.nan), where=sums > 0))


@dataclass(frozen=True, eq=False)
class _Prediction:
    """Probabilities of the choosers of a sample, before all schools: situations x schools.

    Parameters
    ----------
    few
        The choosers.
    formula
        Of the models.
    """

    few: Choosers
    formula: str

    @cached_property
    def rows(self) -> dict[str, NDArray[np.bool_]]:
        return {group: (self.few.situations["group"] == group).to_numpy() for group in self.few.groups}

    @cached_property
    def made(self) -> dict[str, ChoiceDesign]:
        """The design of the sample, by group."""
        whole = design(self.few, self.formula)
        return {group: whole.of_situations(rows) for group, rows in self.rows.items()}

    def sample(self, params: pd.Series) -> Floats:
        """Predict by one model of the sample, with or without terms of groups."""
        found = {}
        for group, made in self.made.items():
            terms = list(made.terms)
            more = params.reindex([of_group(term, group) for term in terms]).fillna(0.0).to_numpy()
            found[group] = probabilities(made, params[terms] + more)
        return self._together(found)

    def each(self, own: Mapping[str, ConditionalLogitResult]) -> Floats:
        """Predict by the model of each chooser's group, to whom schools of a kind that it never attends are closed."""
        models = {group: own[group] for group in self.rows}
        return self._together(
            {
                group: predicted(self.few.of(group), self.formula, model.params, model.coding)
                for group, model in models.items()
            }
        )

    def _together(self, by_group: Mapping[str, Floats]) -> Floats:
        shares = np.empty((len(self.few.situations), len(self.few.schools)))
        for group, found in by_group.items():
            shares[self.rows[group]] = found
        return shares


def _tastes(mixed: MixedLogit, seed: int) -> Iterable[pd.Series]:
    """Draw coefficients of choosers."""
    return (pd.Series(b, index=mixed.means.index) for b in mixed.draws(TASTES, seed))
