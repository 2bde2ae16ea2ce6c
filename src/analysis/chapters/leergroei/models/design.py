"""Which tests of which years a design compares, and growth in national percentiles on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from analysis.errors import ModelError, Reason
from analysis.stats.complete import check_complete, where_known

COMPOSITE = "composite"
PERCENTILES = ("m_percentile", "e_percentile", "prior_percentile")
COLUMNS = ("pupil", "year", "groep", "location", "education", "sex", "at_risk")
"""Of these, what the data have."""
TAKEN = (*COLUMNS, *PERCENTILES, "m_day", "e_day", "consent", "adaptive")
"""What `percentile_growth` takes of the tests, beside the subject and as far as the data have it."""


@dataclass(frozen=True)
class Design:
    """Which years are compared, on which tests.

    Parameters
    ----------
    groepen : the groepen whose tests count, by subject
    composite : the subjects whose mean percentile is the composite, all of them in `groepen`; empty for no composite
    composite_least
        On how many of them a pupil must have both results to count in the composite. The publication requires one.
    closure_year : school year of the closure, as ``2019/20``
    control_years : school years before it, in order; with one there is no trend
    """

    groepen: Mapping[str, Sequence[int]]
    composite: Sequence[str] = ("lezen", "rekenen", "spelling")
    composite_least: int = 1
    closure_year: str = "2019/20"
    control_years: Sequence[str] = ("2016/17", "2017/18", "2018/19")

    @property
    def years(self) -> list[str]:
        """All school years, in order."""
        return [*self.control_years, self.closure_year]

    @property
    def year_before(self) -> str:
        """The last year before the closure: the one that the OIS design compares with."""
        return self.control_years[-1]

    @property
    def two_years(self) -> Design:
        """The same design of the closure year and the year before it alone."""
        return replace(self, control_years=self.control_years[-1:])

    def joined(self, other: Design) -> Design:
        """Join the subjects of two designs of the same years.

        Parameters
        ----------
        other : the second design

        Returns
        -------
        Design : without a composite
        """
        return replace(self, groepen={**self.groepen, **other.groepen}, composite=())

    def tests(self, rows: pd.DataFrame) -> pd.Series:
        """Find the rows of a subject and groep of the design, whatever their year.

        Parameters
        ----------
        rows : with ``subject, groep``

        Returns
        -------
        Series : bool by row
        """
        pairs = [(subject, groep) for subject, groepen in self.groepen.items() for groep in groepen]
        return pd.Series(pd.MultiIndex.from_frame(rows[["subject", "groep"]]).isin(pairs), index=rows.index)

    def covers(self, rows: pd.DataFrame) -> pd.Series:
        """Find the rows of a subject, groep and year of the design.

        Parameters
        ----------
        rows : with ``subject, groep, year``

        Returns
        -------
        Series : bool by row
        """
        return self.tests(rows) & rows["year"].isin(self.years)


def percentile_growth(by_pupil_test: pd.DataFrame, design: Design, *, weights: str | None = None) -> pd.DataFrame:
    """Select the rows with both results and compute growth in percentiles; add the composite.

    Parameters
    ----------
    by_pupil_test
        As its contract says, with the column `weights` if one is named. Rows without consent, tested adaptively, or
        with an unknown day of a test are left out here, as far as the data tell.
    design : the years and tests
    weights : column to keep; the composite takes the mean over its subjects

    Returns
    -------
    DataFrame
        ``by_pupil_growth``, one row per pupil, outcome and year: ``pupil, year, outcome, groep, location, education,
        sex, at_risk, m_percentile, e_percentile, prior_percentile`` (missing in a first year of testing), ``growth``
        (percentile points), ``start`` (calendar year in which the school year starts), ``days`` between the tests,
        ``closure`` (1 in the closure year, else 0), and `weights`; without the columns that the data do not have. No
        rows where they lack percentiles.

    Raises
    ------
    ModelError
        If a year of the design has no pupil with both results in a subject, or the composite has a subject without
        groepen.
    """
    if set(design.composite) - set(design.groepen):
        raise ModelError(
            f"the composite of {', '.join(design.composite)} has subjects without groepen; there are "
            f"{', '.join(design.groepen)}",
            Reason.INVALID,
        )
    flags = [name for name in ("consent", "adaptive") if name in by_pupil_test]
    check_complete(by_pupil_test, ("pupil", "subject", "year", "groep", "location", *flags), "growth")
    starts = {int(year[:4]) for year in design.years}
    rows = _with_days(where_known(by_pupil_test, ["m_percentile", "e_percentile"]))
    rows = rows[_usable(rows)]
    rows = rows.assign(start=rows["year"].astype(str).str[:4].astype(int))
    rows = rows[rows["start"].isin(starts) & design.tests(rows)].rename(columns={"subject": "outcome"})
    wanted = ["outcome", *COLUMNS, *PERCENTILES, "start", "days", *([weights] if weights else [])]
    rows = rows[[name for name in wanted if name in rows]]
    if rows.empty:
        return rows
    if design.composite:
        rows = pd.concat([_composite(rows, design, weights), rows], ignore_index=True)
    _check_all_years(rows, starts)
    closed = int(design.closure_year[:4])
    return rows.assign(
        growth=rows["e_percentile"] - rows["m_percentile"], closure=(rows["start"] == closed).astype(float)
    ).reset_index(drop=True)


def _with_days(rows: pd.DataFrame) -> pd.DataFrame:
    """Add the days between the tests, where the data have the days of both."""
    if not {"m_day", "e_day"} <= set(rows):
        return rows
    known = where_known(rows, ["m_day", "e_day"])
    return known.assign(days=known["e_day"] - known["m_day"])


def _usable(rows: pd.DataFrame) -> pd.Series:
    consent, adaptive = rows.get("consent", True), rows.get("adaptive", False)
    return pd.Series(consent, rows.index).astype(bool) & ~pd.Series(adaptive, rows.index).astype(bool)


def _check_all_years(rows: pd.DataFrame, starts: set[int]) -> None:
    for outcome, part in rows.groupby("outcome"):
        absent = starts - set(part["start"])
        if absent:
            years = ", ".join(f"{year}/{(year + 1) % 100:02d}" for year in sorted(absent))
            raise ModelError(f"{outcome}: no pupil has both results in {years}", Reason.EMPTY)


def _composite(rows: pd.DataFrame, design: Design, weights: str | None) -> pd.DataFrame:
    """Average the percentiles of a pupil and year over the subjects of the composite."""
    parts = rows[rows["outcome"].isin(design.composite)]
    averaged = [name for name in (*PERCENTILES, "days", *([weights] if weights else [])) if name in parts]
    keys = ["pupil", "start"]
    grouped = parts.groupby(keys)
    means = grouped[averaged].mean()
    # A mean over other subjects than those of the year itself would not be a prior of the same composite.
    if "prior_percentile" in means:
        whole = grouped["prior_percentile"].count() == grouped.size()
        means["prior_percentile"] = means["prior_percentile"].where(whole)
    first = parts.drop_duplicates(keys).set_index(keys)
    enough = grouped.size() >= design.composite_least
    joined = first.drop(columns=averaged).join(means[enough], how="inner").reset_index()
    return joined.assign(outcome=COMPOSITE)[list(rows.columns)]
