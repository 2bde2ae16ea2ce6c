"""Who is compared: the tests that the chapter rests on, and what is computed from them before any model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import ndtri

from analysis.chapters.leergroei.models.design import Design
from analysis.errors import ModelError, Reason
from analysis.stats.bands import in_bands, per_cent
from analysis.stats.complete import check_complete

LOWEST_PERCENTILE = 0.05
"""Percentiles of 0 and 100 have no place on the scale of standard deviations: they are read as 0.05 and 99.95."""

# Why a test is left out, in the order in which it is asked; the last column counts what stays.
REASONS = ("special_school", "no_consent", "adaptive", "no_m_test", "no_e_test")


@dataclass(frozen=True)
class Groups:
    """By what pupils and schools are told apart.

    Parameters
    ----------
    levels
        Ability levels, the highest first: national fifths of the M-test.
    risk_edges
        Edges of the bands of schools by their share of pupils at risk.
    high_risk
        From this share on a school has many pupils at risk.
    """

    levels: Sequence[str] = ("I", "II", "III", "IV", "V")
    risk_edges: Sequence[float] = (0.2, 0.4, 0.6, 0.8)
    high_risk: float = 0.4


def select(by_pupil_test: pd.DataFrame, by_location: pd.DataFrame, design: Design, groups: Groups) -> pd.DataFrame:
    """Select the tests of the subjects, groepen and years of a design, and say of each whether it can be compared.

    Parameters
    ----------
    by_pupil_test
        One row per pupil, subject and school year, as `data.microdata` describes it.
    by_location
        Schools: ``location, share_at_risk, shortage_2019, special``.
    design
        The years and tests.
    groups
        The bands of schools.

    Returns
    -------
    DataFrame
        The rows of the design with

        - ``reason``: why it cannot be compared (one of `REASONS`), or ``both`` if it can;
        - ``share_at_risk, shortage, band`` and ``risk_side`` (few or many at risk) of the school;
        - ``closure``: 1 in the closure year, else 0;
        - ``standing_m, standing_e``: the percentile in standard deviations of the nation, and ``norm_growth``, their
          difference: growth against the national norm (missing without both tests);
        - ``growth``: skill score at the E-test minus that at the M-test, in points.

    Raises
    ------
    ModelError
        If a subject, groep or year has no rows, or a regular school no share at risk or shortage.
    """
    check_complete(by_pupil_test, ["subject", "groep", "year", "location", "consent", "adaptive"], "tests")
    check_complete(by_location, ["location", "special"], "schools")
    rows = by_pupil_test[in_design(by_pupil_test, design)]
    _refuse_empty(rows, design)
    rows = rows.merge(_schools(by_location, rows, groups), on="location", how="left", validate="many_to_one")
    standing = {test: _standing(rows[f"{test}_percentile"]) for test in ("m", "e")}
    return rows.assign(
        reason=_reason(rows),
        closure=(rows["year"] == design.closure_year).astype(float),
        standing_m=standing["m"],
        standing_e=standing["e"],
        norm_growth=standing["e"] - standing["m"],
        growth=rows["e_score"] - rows["m_score"],
    )


def years_of(design: Design) -> list[str]:
    """Return all school years of a design, in order."""
    return [*design.control_years, design.closure_year]


def all_of(first: Design, second: Design) -> Design:
    """Return a design with the subjects of two designs of the same years."""
    return replace(first, groepen={**first.groepen, **second.groepen}, composite=())


def reference_year(design: Design) -> str:
    """Return the last year before the closure: the one that the OIS design compares with."""
    return design.control_years[-1]


def comparable(rows: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Return the rows with both tests that may be compared, of a design with no more than was selected."""
    return rows[(rows["reason"] == "both") & in_design(rows, design)]


def with_m_test(rows: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Return the rows of pupils who could have both tests: those with an M-test that may be used."""
    return rows[rows["reason"].isin(["both", "no_e_test"]) & in_design(rows, design)]


def account(rows: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Count the tests that are compared, and those that are not, by the first reason that holds.

    Returns
    -------
    DataFrame
        One row per subject and year: ``subject, year, n_pupils``, ``n_<reason>`` for each of `REASONS`, ``n_both`` and
        ``share_both``.
    """
    counts = pd.crosstab([rows["subject"], rows["year"]], rows["reason"])
    counts = counts.reindex(columns=[*REASONS, "both"], fill_value=0)
    pupils = counts.sum(axis=1)
    told = counts.add_prefix("n_").assign(share_both=counts["both"] / pupils)
    told.insert(0, "n_pupils", pupils)
    order = pd.MultiIndex.from_product([list(design.groepen), years_of(design)], names=["subject", "year"])
    return told.reindex(order).reset_index().rename_axis(columns=None)


def in_design(by_pupil_test: pd.DataFrame, design: Design) -> pd.Series:
    """Tell which rows are of a subject, groep and year of a design."""
    chosen = pd.Series(data=False, index=by_pupil_test.index)
    for subject, groepen in design.groepen.items():
        chosen |= (by_pupil_test["subject"] == subject) & by_pupil_test["groep"].isin(list(groepen))
    return chosen & by_pupil_test["year"].isin(years_of(design))


def _refuse_empty(rows: pd.DataFrame, design: Design) -> None:
    found = set(rows[["subject", "groep", "year"]].drop_duplicates().itertuples(index=False, name=None))
    for subject, groepen in design.groepen.items():
        for groep in groepen:
            for year in years_of(design):
                if (subject, groep, year) not in found:
                    raise ModelError(f"there are no tests of {subject} in groep {groep} in {year}", Reason.EMPTY)


def _schools(by_location: pd.DataFrame, rows: pd.DataFrame, groups: Groups) -> pd.DataFrame:
    schools = by_location[by_location["location"].isin(rows["location"].unique())]
    unknown = set(rows["location"]) - set(schools["location"])
    if unknown:
        raise ModelError(f"{len(unknown)} schools with tests are not among the schools of the edition", Reason.INVALID)
    schools = schools[["location", "share_at_risk", "shortage_2019", "special"]]
    schools = schools.rename(columns={"shortage_2019": "shortage"}).reset_index(drop=True)
    regular = schools[~schools["special"]]
    if regular[["share_at_risk", "shortage"]].isna().any(axis=None):
        raise ModelError(
            "a regular school with tests has no share of pupils at risk or no teacher shortage", Reason.MISSING
        )
    bands = in_bands(regular["share_at_risk"], groups.risk_edges, per_cent)
    many = regular["share_at_risk"] >= groups.high_risk
    sides = np.where(many, f"{groups.high_risk:.0%} or more at risk", f"fewer than {groups.high_risk:.0%} at risk")
    return schools.assign(band=pd.Series(bands, index=regular.index), risk_side=pd.Series(sides, index=regular.index))


def _reason(rows: pd.DataFrame) -> pd.Series:
    holds = [
        rows["special"],
        ~rows["consent"],
        rows["adaptive"],
        rows["m_score"].isna(),
        rows["e_score"].isna(),
    ]
    return pd.Series(np.select([hold.to_numpy(bool) for hold in holds], REASONS, "both"), index=rows.index)


def _standing(percentile: pd.Series) -> pd.Series:
    inside = percentile.clip(LOWEST_PERCENTILE, 100 - LOWEST_PERCENTILE)
    return pd.Series(ndtri(inside.to_numpy() / 100), index=percentile.index)
