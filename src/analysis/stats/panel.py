r"""Regressions on a panel of schools and years: difference in differences and event study.

The model is :math:`y_{st} = \alpha_s + \lambda_t + x_{st}'\beta + e_{st}`. Coefficients come from PanelOLS of
linearmodels. Errors follow the one convention of `analysis.stats.fit`: clustered (CR1),
:math:`c = \frac{G}{G-1}\frac{N-1}{N-K}`, Student's t with :math:`G-1` degrees of freedom. :math:`K` counts the terms
that are reported and the effects of years but the first; effects of schools are within clusters and do not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd
from linearmodels.panel import PanelOLS
from numpy.typing import NDArray
from scipy.stats import f as fisher

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats
from analysis.stats.complete import check_complete
from analysis.stats.fit import Fit, cluster_sums, of_scores
from analysis.stats.regression import check_distinct, check_not_absorbed, without_rounding
from analysis.stats.support import check_clusters

SCHOOL, YEAR = "location", "year"
STANDARD_ERRORS = "clustered (CR1), t with clusters less one degrees of freedom; effects of years count, of schools not"

Engine = Literal["linearmodels", "within"]


@dataclass(frozen=True)
class PanelFit:
    """A regression with effects of schools and years, before the errors are chosen.

    Parameters
    ----------
    panel : Its terms and rows.
    coefficients : By term.
    residuals : One per row.
    largest : Absolute value of the outcome.
    """

    panel: PanelDesign
    coefficients: pd.Series
    residuals: pd.Series
    largest: float

    def clustered(self, cluster: str) -> Fit:
        """Return the coefficients with errors clustered by a column, within whose values schools are."""
        groups, names = self.panel.clusters(cluster)
        X = self.panel.demeaned.to_numpy()
        scores = cluster_sums(groups, X * self.residuals.to_numpy()[:, None])
        used = X.shape[1] + self.panel.years.shape[1]
        fitted = of_scores(self.coefficients, scores, np.linalg.inv(X.T @ X), names, len(X), used)
        return without_rounding(fitted, self.residuals.to_numpy(), self.largest)


@dataclass(frozen=True)
class PanelDesign:
    """Terms on a panel, without what schools and years explain, once for all outcomes.

    Parameters
    ----------
    rows : One row a school and year.
    terms : Numeric columns.
    """

    rows: pd.DataFrame
    terms: tuple[str, ...]
    _clusters: dict[str, tuple[NDArray[np.intp], pd.Index]] = field(default_factory=dict, repr=False, compare=False)

    def clusters(self, name: str) -> tuple[NDArray[np.intp], pd.Index]:
        """Return the number of the cluster of each row and the clusters' names; computed once for all outcomes."""
        if name not in self._clusters:
            codes, names = _numbered(self.rows, name)
            self.demeaned  # noqa: B018 - checks that the effects explain no term
            # Without what schools explain alone: what years take off a term would be part of it at all schools.
            within = np.hstack([self.within_schools(self.rows[list(self.terms)].to_numpy(float)), self.years])
            check_clusters(within, codes, self.terms)
            self._clusters[name] = codes, names
        return self._clusters[name]

    @cached_property
    def demeaned(self) -> pd.DataFrame:
        """The terms without what schools and years explain."""
        raw = self.rows[list(self.terms)].to_numpy(float)
        clean = self.demean(raw)
        check_not_absorbed(clean, raw, self.terms, "schools and years")
        demeaned = pd.DataFrame(clean, self.rows.index, list(self.terms))
        check_distinct(demeaned, "the outcome")
        return demeaned

    @cached_property
    def schools(self) -> NDArray[np.intp]:
        """Number of the school of every row."""
        return pd.factorize(self.rows[SCHOOL])[0]

    @cached_property
    def years(self) -> Floats:
        """Indicators of the years but the first, without what schools explain."""
        years = np.sort(self.rows[YEAR].unique())[1:]
        return self.within_schools(np.asarray(self.rows[YEAR].to_numpy()[:, None] == years, dtype=np.float64))

    def within_schools(self, values: Floats) -> Floats:
        """Subtract the means of schools, column by column."""
        counts = np.bincount(self.schools)[:, None]
        return np.asarray(values - (cluster_sums(self.schools, values) / counts)[self.schools])

    def demean(self, values: Floats) -> Floats:
        """Subtract what schools and years explain, column by column; exact, also when school-years are absent."""
        inside = self.within_schools(values)
        explained, *_ = np.linalg.lstsq(self.years, inside, rcond=None)
        return np.asarray(inside - self.years @ explained)

    def fit(self, outcome: str, engine: Engine = "linearmodels") -> PanelFit:
        """Regress an outcome on the terms."""
        check_complete(self.rows, [outcome], "the panel")
        solve = _by_linearmodels if engine == "linearmodels" else _within
        coefficients, residuals = solve(self, outcome)
        left = pd.Series(residuals, index=self.rows.index)
        return PanelFit(self, pd.Series(coefficients, list(self.terms)), left, float(self.rows[outcome].abs().max()))


def fit_panel(
    frame: pd.DataFrame, outcome: str, terms: Sequence[str], *, cluster: str = "board", engine: Engine = "linearmodels"
) -> Fit:
    """Regress an outcome on terms with effects of schools and of years.

    Parameters
    ----------
    frame : One row per school and year: ``location, year``, the outcome, the terms and the cluster.
    outcome : Column.
    terms : Numeric or 0/1 columns that vary within schools.
    cluster : Column; schools must be within its values.
    engine : ``linearmodels``, or ``within``: the same numbers by plain algebra, many times as fast, for simulations.

    Returns
    -------
    Fit
        Coefficients in the unit of the outcome per unit of the term.

    Raises
    ------
    ModelError
        If a value is missing, a school-year occurs twice, a school is in several clusters, the effects explain a
        term in full, or one cluster alone determines it.
    """
    return design(frame, [outcome], terms).fit(outcome, engine).clustered(cluster)


def design(frame: pd.DataFrame, outcomes: Sequence[str], terms: Sequence[str]) -> PanelDesign:
    """Return the design of a panel for several outcomes.

    Parameters
    ----------
    frame, terms : As of `fit_panel`.
    outcomes : Columns that may not be missing.

    Returns
    -------
    PanelDesign
        Of all rows.

    Raises
    ------
    ModelError
        A value is missing, or a school-year occurs twice.
    """
    check_complete(frame, [SCHOOL, YEAR, *outcomes, *terms], "the panel")
    if frame.duplicated([SCHOOL, YEAR]).any():
        raise ModelError("a school occurs twice in a year of the panel", Reason.INVALID)
    return PanelDesign(frame.reset_index(drop=True), tuple(terms))


def difference_in_differences(
    frame: pd.DataFrame,
    outcome: str,
    *,
    treated: str,
    start: int,
    cluster: str = "board",
    engine: Engine = "linearmodels",
) -> Fit:
    """Estimate the mean effect of a treatment since its start at treated schools.

    Parameters
    ----------
    frame, outcome, cluster, engine : As of `fit_panel`.
    treated : Column, 0/1.
    start : First year of the treatment.

    Returns
    -------
    Fit
        One term, ``treated_after``, in the unit of the outcome.

    Notes
    -----
    One date of start, so that the two-way regression is the difference of four means and weighs no comparison
    negatively.
    """
    return fit_panel(with_treatment(frame, treated, start), outcome, ["treated_after"], cluster=cluster, engine=engine)


def with_treatment(frame: pd.DataFrame, treated: str, start: int) -> pd.DataFrame:
    """Add ``treated_after``: 1 at treated schools from a year on.

    Parameters
    ----------
    frame, treated, start : As of `difference_in_differences`.

    Returns
    -------
    DataFrame
        With the column.
    """
    check_complete(frame, [treated, YEAR], "the panel")
    return frame.assign(treated_after=(frame[treated].astype(bool) & (frame[YEAR] >= start)).astype(float))


def event_study(
    frame: pd.DataFrame,
    outcome: str,
    *,
    treated: str,
    base: int,
    cluster: str = "board",
    engine: Engine = "linearmodels",
) -> Fit:
    """Estimate the difference between treated and other schools in every year, against a base year.

    Parameters
    ----------
    frame, outcome, cluster, engine : As of `fit_panel`.
    treated : Column, 0/1 or continuous.
    base : Year.

    Returns
    -------
    Fit
        Terms ``year_2015`` and so on for all years but the base, in the unit of the outcome per unit of `treated`.
    """
    rows = with_event_terms(frame, treated, base)
    return fit_panel(rows, outcome, event_terms(frame, base), cluster=cluster, engine=engine)


def event_terms(frame: pd.DataFrame, base: int) -> list[str]:
    """Name the terms of an event study.

    Parameters
    ----------
    frame, base : As of `event_study`.

    Returns
    -------
    list of str
        A term per year but the base.

    Raises
    ------
    ModelError
        The base year is not in the panel.
    """
    check_complete(frame, [YEAR], "the panel")
    years = sorted(int(year) for year in frame[YEAR].unique())
    if base not in years:
        raise ModelError(f"the base year {base} is not in the panel, which has {years[0]}-{years[-1]}", Reason.INVALID)
    return [event_term(year) for year in years if year != base]


def event_term(year: int) -> str:
    """Name the term of one year."""
    return f"year_{year}"


def event_year(term: str) -> int:
    """Read the year back from the name of a term."""
    return int(term.removeprefix("year_"))


def with_event_terms(frame: pd.DataFrame, treated: str, base: int) -> pd.DataFrame:
    """Add the columns of `event_terms`: the treatment in one year, zero in the others.

    Parameters
    ----------
    frame, treated, base : As of `event_study`.

    Returns
    -------
    DataFrame
        With the columns.
    """
    check_complete(frame, [treated, YEAR], "the panel")
    dose = frame[treated].astype(float)
    return frame.assign(**{term: dose * (frame[YEAR] == event_year(term)) for term in event_terms(frame, base)})


@dataclass(frozen=True)
class WaldTest:
    """A joint test that coefficients are zero: F with (`df`, `df_denominator`) degrees of freedom."""

    statistic: float
    df: int
    df_denominator: int
    p_value: float


def joint_test(regression: Fit, terms: Sequence[str]) -> WaldTest:
    r"""Test that coefficients are all zero.

    Parameters
    ----------
    regression : With clustered errors.
    terms : Names of the coefficients.

    Returns
    -------
    WaldTest
        Of all these terms together.

    Raises
    ------
    ModelError
        There are too few clusters for the terms, or the outcome does not vary beside them.

    Notes
    -----
    :math:`F = \hat\beta' V^{-1} \hat\beta / q` against :math:`F(q, G - 1)`, the errors being clustered.
    """
    chosen, free = list(terms), regression.n_clusters - 1
    if not 0 < len(chosen) <= free:
        raise ModelError(
            f"{len(chosen)} terms cannot be tested jointly with {regression.n_clusters} clusters",
            Reason.TOO_FEW_CLUSTERS,
        )
    beta, V = regression.coefficients[chosen].to_numpy(), regression.covariance.loc[chosen, chosen].to_numpy()
    if not V.any():
        raise ModelError("the outcome does not vary beside the terms: there is nothing to test", Reason.NO_VARIATION)
    statistic = float(beta @ np.linalg.solve(V, beta) / len(chosen))
    return WaldTest(statistic, len(chosen), free, float(fisher.sf(statistic, len(chosen), free)))


def _numbered(rows: pd.DataFrame, cluster: str) -> tuple[NDArray[np.intp], pd.Index]:
    """Return numbers for the clusters; schools must be within them, so that their effects do not count."""
    check_complete(rows, [SCHOOL, cluster], "the panel")
    if rows[[SCHOOL, cluster]].drop_duplicates()[SCHOOL].duplicated().any():
        raise ModelError(
            f"a school is in several values of {cluster}; its effect must be within a cluster", Reason.INVALID
        )
    codes, names = pd.factorize(rows[cluster])
    if len(names) < 2:
        raise ModelError(f"errors clustered by {cluster} need at least two clusters", Reason.TOO_FEW_CLUSTERS)
    return codes, pd.Index(names)


def _by_linearmodels(panel: PanelDesign, outcome: str) -> tuple[Floats, Floats]:
    names = list(panel.demeaned.columns)  # first, because it checks that the effects explain no term
    index = pd.MultiIndex.from_frame(panel.rows[[SCHOOL, YEAR]])
    y = panel.rows[outcome].astype(float).set_axis(index)
    X = panel.rows[names].astype(float).set_axis(index)
    y, X = y - y.mean(), X - X.mean()  # the effects take up what is subtracted
    result = PanelOLS(y, X, entity_effects=True, time_effects=True).fit()
    return result.params.to_numpy(), result.resids.reindex(index).to_numpy()


def _within(panel: PanelDesign, outcome: str) -> tuple[Floats, Floats]:
    y = panel.demean(panel.rows[[outcome]].to_numpy(float))[:, 0]
    X = panel.demeaned.to_numpy()
    beta = np.linalg.solve(X.T @ X, X.T @ y)
    return beta, y - X @ beta
