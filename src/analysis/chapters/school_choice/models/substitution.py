r"""Where pupils go when schools of a kind close: as the conditional logit must have it, and with tastes that differ.

In a conditional logit the pupils of a closed school spread over the others in proportion to their probabilities
(independence of irrelevant alternatives), whatever the schools have in common. Models per group, and a mixed logit,
let those who chose one school of a kind prefer another of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from analysis.chapters.school_choice.models.choosers import Choosers, Flags, Floats
from analysis.chapters.school_choice.models.logit import design, predicted, probabilities
from analysis.chapters.school_choice.models.sampling import some
from analysis.chapters.school_choice.models.tastes import GROUP_TERM, MIXED_COLUMNS, TasteModels, fit_taste_models
from analysis.errors import InputError, ModelError, Reason
from analysis.run.remembered import remembered
from analysis.stats.conditional_logit import ChoiceDesign, ConditionalLogitResult

TASTES = 50  # tastes over which the prediction of a mixed logit is averaged
NONE_LEFT = 1e-300  # probability of all other schools together, below which there is none
MODELS = ("conditional_logit", "model_per_group", "group_terms", "mixed_logit")
ONE_SCHOOL, ALL_SCHOOLS = "one school", "all schools"

SUBSTITUTION_COLUMNS = ["model", "closes", "kind", "to", "share", "proportional", "converged", "n_obs"]


@remembered
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
    choosers, formula : The choosers, and the formula of all models.
    own : The model of each group, with the same formula.
    kind : The attribute of schools that is their kind, such as ``concept``.
    random : Terms whose coefficients differ between choosers in the mixed logit.
    situations : Choosers in the sample that all predictions are for, and on which the mixed logit is estimated.
    alternatives : Sampled schools per chooser beyond the nearest ones, in the estimation of the mixed logit.
    seed : Seed of both samples.

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
    if own:
        few = some(choosers, situations, seed).attainable(formula)
        try:
            models = fit_taste_models(few, formula, random, alternatives=alternatives, seed=seed)
            return _predictions(few, formula, own, few.schools[kind].astype(str), models, seed), models.table()
        except ModelError as error:
            error.raise_unless_of_the_data()
    return pd.DataFrame(columns=SUBSTITUTION_COLUMNS), pd.DataFrame(columns=MIXED_COLUMNS)


def _predictions(
    few: Choosers,
    formula: str,
    own: Mapping[str, ConditionalLogitResult],
    kinds: pd.Series,
    models: TasteModels,
    seed: int,
) -> pd.DataFrame:
    predict, mixed = _Prediction(few, formula), models.mixed
    shares: dict[str, Iterable[Floats]] = {}
    shares |= {"conditional_logit": [predict.sample(models.plain.params)], "model_per_group": [predict.each(own)]}
    if models.by_group is not None and len(few.groups) > 1:
        shares["group_terms"] = [predict.sample(models.by_group.params)]
    if mixed is not None:
        tastes = (pd.Series(b, index=mixed.means.index) for b in mixed.draws(TASTES, seed))
        shares["mixed_logit"] = (predict.sample(taste) for taste in tastes)
    tables = {model: by_kind(each, kinds, few.weights) for model, each in shares.items()}
    tables = {"mixed_logit": tables["conditional_logit"].assign(share=np.nan)} | tables
    table = pd.concat([tables[model].assign(model=model) for model in MODELS if model in tables], ignore_index=True)
    converged = np.where(table["share"].notna(), "yes", "no")
    return table.assign(converged=converged, n_obs=few.number)[SUBSTITUTION_COLUMNS]


def by_kind(shares: Iterable[Floats], kinds: pd.Series, weights: Floats | None = None) -> pd.DataFrame:
    r"""Predict to schools of which kind the pupils go of schools of a kind that close.

    Parameters
    ----------
    shares : Probabilities, situations x schools: one array, or one for each of several tastes, which are as frequent.
    kinds : Kind of each school.
    weights : Choosers of each situation; one where None.

    Returns
    -------
    DataFrame
        ``closes`` (``one school`` of a kind, each as often as chosen, or ``all schools`` of it), ``kind``, ``to``,
        ``share`` of its pupils, and ``proportional``: the share if pupils went by the sizes of schools alone, however
        far.

    Raises
    ------
    ModelError
        All schools are of one kind.

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
    schools, whole = np.zeros((len(kinds),) * 2), np.zeros((len(names),) * 2)
    by_taste: list[Floats] = []
    for each in shares:  # one at a time: of many schools the flows are a large matrix
        number = np.ones(len(each)) if weights is None else weights
        schools += _flows(each, number)
        whole += _flows(each @ member, number)
        by_taste.append(number @ each)
    sizes = np.mean(by_taste, axis=0)
    flows = {
        ONE_SCHOOL: (member.T @ schools @ member, member.T @ _flows(sizes[None], np.ones(1)) @ member),
        ALL_SCHOOLS: (whole, _flows((sizes @ member)[None], np.ones(1))),
    }
    return pd.DataFrame(
        [
            {"closes": closes, "kind": kind, "to": to, "share": moved[a, b], "proportional": even[a, b]}
            for closes, numbers in flows.items()
            for moved, even in [tuple(_shares(each) for each in numbers)]
            for a, kind in enumerate(names)
            for b, to in enumerate(names)
        ]
    )


def _flows(each: Floats, weights: Floats) -> Floats:
    """Sum how many go from each alternative to each other one if it closes; rows of shares need not add up to 1.

    Who has no other alternative goes nowhere.
    """
    others = _others(each)
    odds = np.divide(weights[:, None] * each, others, out=np.zeros_like(each), where=others > NONE_LEFT)
    flows: Floats = odds.T @ each
    np.fill_diagonal(flows, 0.0)
    return flows


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
    """Probabilities of the choosers of a sample, before all schools: situations x schools."""

    few: Choosers
    formula: str

    @cached_property
    def rows(self) -> dict[str, Flags]:
        return {group: (self.few.situations["group"] == group).to_numpy() for group in self.few.groups}

    @cached_property
    def designs(self) -> dict[str, ChoiceDesign]:
        """The design of the sample, by group."""
        whole = design(self.few, self.formula)
        return {group: whole.of_situations(rows) for group, rows in self.rows.items()}

    def sample(self, params: pd.Series) -> Floats:
        """Predict by one model of the sample, with or without terms of groups."""
        by_group = {}
        for group, of_group in self.designs.items():
            terms = list(of_group.terms)
            more = params.reindex([GROUP_TERM.format(term, group) for term in terms]).fillna(0.0).to_numpy()
            by_group[group] = probabilities(of_group, params[terms] + more)[:]
        return self._together(by_group)

    def each(self, own: Mapping[str, ConditionalLogitResult]) -> Floats:
        """Predict by the model of each chooser's group, to whom schools of a kind that it never attends are closed."""
        return self._together(
            {
                group: predicted(self.few.of(group), self.formula, own[group].params, own[group].coding)[:]
                for group in self.rows
            }
        )

    def _together(self, by_group: Mapping[str, Floats]) -> Floats:
        shares = np.empty((len(self.few.situations), len(self.few.schools)))
        for group, of_group in by_group.items():
            shares[self.rows[group]] = of_group
        return shares
