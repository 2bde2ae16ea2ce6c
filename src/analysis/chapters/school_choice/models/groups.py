"""One model of school choice per group of parents."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

import pandas as pd

from analysis.chapters.school_choice.models.choosers import Choosers
from analysis.chapters.school_choice.models.logit import design, fit_logit, probabilities, term_name, unit_of, utilities
from analysis.errors import ModelError, Reason
from analysis.run.remembered import remembered
from analysis.stats.conditional_logit import ChoiceDesign, ConditionalLogitResult
from analysis.stats.conditional_logit.pairs import OwnFields, Pairs, at
from analysis.stats.estimates import ESTIMATE_COLUMNS

Key = tuple[str, str]
"""A model and a group."""
T = TypeVar("T")

REASONS = {
    Reason.SEPARATED: "perfect prediction",
    Reason.TOO_FEW_CLUSTERS: "too few clusters",
    Reason.TOO_FEW: "too few schools",
    Reason.COLLINEAR: "collinear attributes",
    Reason.NO_VARIATION: "an attribute that does not vary",
}
"""How the table prints the reasons that a group usually has."""


@dataclass(frozen=True, eq=False)
class GroupFit(OwnFields):
    """The conditional logit of one group.

    Parameters
    ----------
    model, group : Names.
    choosers : The group, with the schools that it may choose from.
    formula, result : The terms and their estimates.
    """

    model: str
    group: str
    choosers: Choosers
    formula: str
    result: ConditionalLogitResult

    @cached_property
    def design(self) -> ChoiceDesign:
        return design(self.choosers, self.formula)

    @cached_property
    def probabilities(self) -> Pairs:
        """Situations x schools."""
        return probabilities(self.design, self.result.params)

    @property
    def covariance(self) -> pd.DataFrame:
        """Clustered, where there are clusters."""
        robust = self.result.covariance_cluster
        return self.result.covariance if robust is None else robust

    def n_least(self, term: str) -> int:
        """Count the choosers whose school has another value of a term than most of the chosen ones have."""
        alone = pd.Series(0.0, index=self.result.params.index)
        alone[term] = 1.0
        chosen = at(utilities(self.design, alone), *self.choosers.rows_chosen).round(9)
        by_value = self.choosers.chosen.groupby(chosen).sum()
        return int(by_value.sum() - by_value.max())


@dataclass(frozen=True, eq=False)
class ByGroup(Generic[T]):
    """Estimates by model and group, and the groups without one: ``model, group, method, n_choosers, reason``."""

    estimates: Mapping[Key, T]
    refused: pd.DataFrame

    def of(self, model: str) -> list[T]:
        """Return the estimates of the groups of one model."""
        return [estimate for (of, _), estimate in self.estimates.items() if of == model]

    def table(self, rows: Callable[[Key], pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
        """Put the rows of all estimates below each other; where there is none, the empty table of these columns."""
        tables = [rows(key) for key in self.estimates]
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(columns))


def estimate_by_group(choosers: Mapping[Key, Choosers], method: str, estimate: Callable[[Key], T]) -> ByGroup[T]:
    """Estimate every group; one that the data do not determine is reported with the reason, other errors are raised.

    Parameters
    ----------
    choosers, method : The groups, and how the method is called in the report.
    estimate : Computes the estimate of a group.

    Returns
    -------
    ByGroup
        In a small city every group may be without an estimate.
    """
    estimates, refused = {}, []
    for (model, group), own in choosers.items():
        try:
            estimates[model, group] = estimate((model, group))
        except ModelError as error:
            error.raise_unless_of_the_data()
            refused.append((model, group, method, own.number, REASONS.get(error.reason, error.reason.value)))
    columns = ["model", "group", "method", "n_choosers", "reason"]
    return ByGroup(estimates, pd.DataFrame(refused, columns=columns).astype({"n_choosers": "int64"}))


@remembered
def fit_groups(
    by_model: Mapping[str, Choosers], formula: str, *, tolerance: float = 1e-10, max_iterations: int = 100
) -> ByGroup[GroupFit]:
    """Estimate the conditional logit of every group of every model.

    Parameters
    ----------
    by_model, formula : The choosers of each model, and the terms.
    tolerance, max_iterations : As in `conditional_logit.fit`.

    Returns
    -------
    ByGroup
        The models, and the groups without one.
    """
    own = {
        (model, group): choosers.of(group).attainable(formula)
        for model, choosers in by_model.items()
        for group in choosers.groups
    }

    def fit(key: Key) -> GroupFit:
        result = fit_logit(own[key], formula, tolerance=tolerance, max_iterations=max_iterations)
        return GroupFit(*key, own[key], formula, result)

    return estimate_by_group(own, "one_step", fit)


def coefficients(fits: ByGroup[GroupFit]) -> pd.DataFrame:
    """Tabulate the coefficients of all groups.

    Parameters
    ----------
    fits : The models.

    Returns
    -------
    DataFrame
        Tidy estimates with ``std_error_classical``; ``reference``, the first category that the schools have which the
        group attends; and ``n_least``: of a term that most choices have in common, as a 0/1 column has, the choosers
        of all others, on whom it rests.
    """
    columns = [*ESTIMATE_COLUMNS, "std_error_classical", "reference", "n_least"]
    return fits.table(lambda key: _coefficients(fits.estimates[key]), columns)


def _coefficients(fit: GroupFit) -> pd.DataFrame:
    terms = list(fit.result.params.index)
    rows = fit.result.estimates(fit.model, fit.group, unit={term: unit_of(term) for term in terms})
    return rows.assign(
        term=[term_name(term) for term in terms],
        reference=[fit.design.about[term].reference for term in terms],
        n_least=[fit.n_least(term) for term in terms],
    )
