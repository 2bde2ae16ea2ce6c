"""Who is compared: the tests that the chapter rests on, and what is computed from them before any model."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from analysis.chapters.leergroei.models.design import Design
from analysis.errors import ModelError, Reason
from analysis.stats.bands import in_bands, per_cent
from analysis.stats.complete import check_complete, count_missing

LOWEST_PERCENTILE = 0.05
"""Percentiles of 0 and 100 are not on the scale of standard deviations: they are read as 0.05 and 99.95."""

# Why a test is left out: the first that holds.
REASONS = ("special_school", "use_unknown", "no_consent", "adaptive", "no_m_test", "no_e_test")
TOLD_BY = {"special_school": "special", "no_consent": "consent", "adaptive": "adaptive"}
"""Columns without which a reason is not known."""
USE_UNKNOWN = "use_unknown"
"""Of a test of which it is not known whether the school gave consent, or whether it was adaptive."""

WITH_M_TEST = ("both", "no_e_test")
"""Tests of pupils who could have both: with an M-test that may be used."""

FEW = 10
"""Tests of fewer are not counted in a message."""

REGULAR = ("both", *REASONS[1:])
"""Tests at regular schools, with consent or not."""


KEYS = ("pupil", "subject", "groep", "year", "location", "closure", "reason")
"""Columns that say of whom, of what and of when a test is."""

MAY_BE_UNKNOWN = (
    *("share_at_risk", "shortage", "level_m", "level_e", "m_percentile", "e_percentile", "m_day", "e_day"),
    *("education", "sex"),
)
"""Columns with which some models go on without the rows that have no value; a first year has no prior percentile."""
SCALE = "scale"


@dataclass(frozen=True)
class Groups:
    """The groups of pupils and schools.

    Parameters
    ----------
    levels : ability levels, the highest first: national fifths of the M-test
    risk_edges : edges of the bands of schools by their share of pupils at risk
    high_risk : from this share on a school has many pupils at risk
    """

    levels: Sequence[str] = ("I", "II", "III", "IV", "V")
    risk_edges: Sequence[float] = (0.2, 0.4, 0.6, 0.8)
    high_risk: float = 0.4

    def drops(self, rows: pd.DataFrame) -> pd.Series:
        """Find the pupils who drop a level.

        Parameters
        ----------
        rows : with ``level_m, level_e``

        Returns
        -------
        Series : 1 where the level on the E-test is lower than that on the M-test, else 0
        """
        rank = {level: position for position, level in enumerate(self.levels)}
        return (rows["level_e"].map(rank) > rows["level_m"].map(rank)).astype(float)


def select(by_pupil_test: pd.DataFrame, by_location: pd.DataFrame, design: Design, groups: Groups) -> pd.DataFrame:
    """Select the tests of the subjects, groepen and years of a design, with whether each can be compared.

    Parameters
    ----------
    by_pupil_test : one row per pupil, subject and school year, as `data.microdata` describes it
    by_location : schools: ``location``, and as far as the data have them ``share_at_risk, shortage, special``
    design : the years and tests
    groups : the bands of schools

    Returns
    -------
    DataFrame
        The rows of the design with

        - ``reason``: why it cannot be compared (one of `REASONS`), or ``both`` if it can;
        - ``share_at_risk, shortage, band`` and ``risk_side`` (few or many at risk) of the school;
        - ``closure``: 1 in the closure year, else 0;
        - ``standing_m, standing_e``: the percentile in standard deviations of the nation, and ``norm_growth``, their
          difference: growth against the national norm (missing without both tests);
        - ``growth``: skill score at the E-test minus that at the M-test, in points;

        without what rests on a column that the data do not have.

    Raises
    ------
    ModelError
        If a subject, groep or year has no rows, scores of one are on several scales, or a level is not in `groups`.
    """
    check_complete(by_pupil_test, ["subject", "groep", "year", "location"], "tests")
    check_complete(by_location, ["location", *(["special"] if "special" in by_location else [])], "schools")
    rows = by_pupil_test[design.covers(by_pupil_test)]
    _check_not_empty(rows, design)
    _check_one_scale(rows)
    _check_levels(rows, groups)
    rows = rows.merge(_schools(by_location, rows, groups), on="location", how="left", validate="many_to_one")
    return rows.assign(
        reason=_reason(rows),
        closure=(rows["year"] == design.closure_year).astype(float),
        **_standings(rows),
        growth=rows["e_score"] - rows["m_score"],
    )


def with_shortage(by_location: pd.DataFrame, by_location_shortage: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Add the teacher shortage in October of the closure year to schools, where it is known of that year.

    Parameters
    ----------
    by_location : schools, with ``location``
    by_location_shortage : ``location, year, shortage``, or without columns
    design : the closure year

    Returns
    -------
    DataFrame : the schools, with ``shortage`` (missing for those that have none)
    """
    if "shortage" not in by_location_shortage:
        return by_location
    of_year = by_location_shortage[by_location_shortage["year"] == int(design.closure_year[:4])]
    return by_location.assign(shortage=by_location["location"].map(of_year.set_index("location")["shortage"]))


def comparable(
    rows: pd.DataFrame, design: Design, reasons: Sequence[str] = ("both",), columns: Collection[str] | None = None
) -> pd.DataFrame:
    """Select the tests of a design that may be compared, or others by why they may not.

    Parameters
    ----------
    rows : as `select` returns them
    design : no more than was selected
    reasons : of `REASONS`, or ``both``; see `WITH_M_TEST` and `REGULAR`
    columns : those wanted beside `KEYS`, as far as there are: the tests of a city take much memory; by default all

    Returns
    -------
    DataFrame : rows of these reasons
    """
    kept = rows if columns is None else rows[[name for name in rows if name in {*KEYS, *columns}]]
    return kept[rows["reason"].isin(list(reasons)) & design.covers(rows)]


def account(rows: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Count the tests that are compared, and those that are not, by the first reason that holds.

    Parameters
    ----------
    rows : as `select` returns them
    design : the subjects and years, in order

    Returns
    -------
    DataFrame
        One row per subject and year: ``subject, year, n_pupils``, ``n_<reason>`` for each of `REASONS` that the data
        tell, ``n_both`` and ``share_both``.
    """
    counts = pd.crosstab([rows["subject"], rows["year"]], rows["reason"].astype(str))
    reasons = [reason for reason in REASONS if TOLD_BY.get(reason, "reason") in rows]
    reasons = [reason for reason in reasons if reason != USE_UNKNOWN or reason in counts]
    counts = counts.reindex(columns=[*reasons, "both"], fill_value=0)
    pupils = counts.sum(axis=1)
    accounting = counts.add_prefix("n_").assign(share_both=counts["both"] / pupils)
    accounting.insert(0, "n_pupils", pupils)
    order = pd.MultiIndex.from_product([list(design.groepen), design.years], names=["subject", "year"])
    return accounting.reindex(order).reset_index().rename_axis(columns=None)


def unknown(rows: pd.DataFrame) -> pd.DataFrame:
    """Count the comparable tests in which a value is missing that some models use: they go on without these.

    Parameters
    ----------
    rows : as `select` returns them

    Returns
    -------
    DataFrame : as `stats.complete.count_missing`, by subject and year
    """
    return count_missing(rows[rows["reason"] == "both"], MAY_BE_UNKNOWN, ["subject", "year"])


def _check_not_empty(rows: pd.DataFrame, design: Design) -> None:
    present = set(rows[["subject", "groep", "year"]].drop_duplicates().itertuples(index=False, name=None))
    absent = {
        f"{subject} in groep {groep}": years
        for subject, groepen in design.groepen.items()
        for groep in groepen
        if (years := [year for year in design.years if (subject, groep, year) not in present])
    }
    if absent:
        which = "; ".join(f"{test} in {', '.join(years)}" for test, years in absent.items())
        raise ModelError(
            f"there are no tests of {which}: leave these out of groepen, subjects or control_years", Reason.EMPTY
        )


def _check_one_scale(rows: pd.DataFrame) -> None:
    """Refuse scores of a subject and groep on several scales: their differences would be no growth."""
    if SCALE not in rows:
        return
    counts = rows.groupby(["subject", "groep", SCALE], dropna=False).size()
    several = counts[counts.groupby(["subject", "groep"]).transform("size") > 1]
    if len(several):
        which = "; ".join(map(_of_scale, several.reset_index(name="tests").to_dict("records")))
        raise ModelError(f"scores of one subject and groep are on several scales: {which}", Reason.INVALID)


def _of_scale(row: Mapping[Hashable, Any]) -> str:
    scale = row[SCALE] if row["tests"] >= FEW else "of others"  # the text of a few may be about a pupil
    return f"{row['subject']} in groep {row['groep']}, scale {scale}: {_counted(row['tests'])} tests"


def _counted(number: int) -> str:
    return str(number) if number >= FEW else f"fewer than {FEW}"


def _check_levels(rows: pd.DataFrame, groups: Groups) -> None:
    levels = pd.concat([rows[name].dropna() for name in ("level_m", "level_e") if name in rows] or [pd.Series()])
    unknown = levels[~levels.isin(groups.levels)]
    if len(unknown):  # no text of a pupil is shown
        known = ", ".join(groups.levels)
        problem = (
            f"{unknown.nunique()} levels, in {_counted(len(unknown))} tests, are not in `levels`; there are {known}"
        )
        raise ModelError(problem, Reason.INVALID)


def _schools(by_location: pd.DataFrame, rows: pd.DataFrame, groups: Groups) -> pd.DataFrame:
    schools = by_location[by_location["location"].isin(rows["location"].unique())]
    unknown = set(rows["location"]) - set(schools["location"])
    if unknown:
        raise ModelError(f"{len(unknown)} schools with tests are not among the schools of the edition", Reason.INVALID)
    wanted = ("location", "share_at_risk", "shortage", "special")
    schools = schools[[name for name in wanted if name in schools]].reset_index(drop=True)
    if "share_at_risk" not in schools:
        return schools
    ordinary = schools[~_flag(schools, "special")].dropna(subset=["share_at_risk"])
    bands = in_bands(ordinary["share_at_risk"], groups.risk_edges, per_cent)
    many = ordinary["share_at_risk"] >= groups.high_risk
    sides = np.where(many, f"{groups.high_risk:.0%} or more at risk", f"fewer than {groups.high_risk:.0%} at risk")
    of_schools = {"band": bands, "risk_side": pd.Categorical(sides)}
    return schools.assign(**{name: pd.Series(values, ordinary.index) for name, values in of_schools.items()})


def _reason(rows: pd.DataFrame) -> pd.Series:
    special, consent, adaptive = _flag(rows, "special"), _flag(rows, "consent", absent=True), _flag(rows, "adaptive")
    flags = [name for name in ("consent", "adaptive") if name in rows]
    holds = [
        special,
        rows[flags].isna().any(axis=1),
        ~consent,
        adaptive,
        rows["m_score"].isna(),
        rows["e_score"].isna(),
    ]
    first = np.select([hold.to_numpy(bool) for hold in holds], [*range(len(REASONS))], len(REASONS))
    return pd.Series(pd.Categorical.from_codes(first, pd.Index([*REASONS, "both"])), index=rows.index)


def _flag(rows: pd.DataFrame, name: str, *, absent: bool = False) -> pd.Series:
    """Return a column of yes or no; what nobody knows counts as `absent`, and the page says so."""
    known = rows[name] if name in rows else pd.Series(absent, index=rows.index)
    return known.where(known.notna(), absent).astype(bool)


def _standings(rows: pd.DataFrame) -> dict[str, pd.Series]:
    if not {"m_percentile", "e_percentile"} <= set(rows):
        return {}
    middle, end = (_standing(rows[f"{test}_percentile"]) for test in ("m", "e"))
    return {"standing_m": middle, "standing_e": end, "norm_growth": end - middle}


def _standing(percentile: pd.Series) -> pd.Series:
    inside = percentile.clip(LOWEST_PERCENTILE, 100 - LOWEST_PERCENTILE)
    return pd.Series(ndtri(inside.to_numpy() / 100), index=percentile.index)
