"""Who sat the E-test, and which schools tested nearly everybody.

Three answers to what the findings would be if the absent had been there lean on different assumptions: weights (the
absent are like those present with the same level, groep, traits and school), bounds (nobody is present because of the
closure who would else have been absent) and schools that tested nearly everybody (such schools are like the others).
"""

from __future__ import annotations

import pandas as pd

from analysis.chapters.leergroei.models.design import Design
from analysis.chapters.leergroei.models.rows import PROBABILITY, means_by, no_rows, stacked
from analysis.chapters.leergroei.models.sample import WITH_M_TEST, comparable
from analysis.run.remembered import remembered
from analysis.stats.complete import check_complete, where_known

KEYS = ["outcome", "year", "level_m"]
NUMBERS = ["n_m_test", "n_both", "n_schools", "n_absent", "share_present", "share_of_m_test", "share_of_both"]


def missing_tests(rows: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Count who of those with an M-test sat the E-test, by subject, year and level.

    Parameters
    ----------
    rows : as `sample.select` returns them
    design : the years and tests

    Returns
    -------
    DataFrame
        ``outcome, year, level_m, n_m_test, n_both, n_absent, n_schools``; ``share_present`` (of those with an M-test);
        ``share_of_m_test, share_of_both``: the level's share among all pupils of the subject and year with an M-test,
        and among those with both.
    """
    rows = where_known(comparable(rows, design, WITH_M_TEST, ["level_m"]), ["level_m"])
    rows = rows.rename(columns={"subject": "outcome"})
    if rows.empty:
        return pd.DataFrame(columns=[*KEYS, *NUMBERS])
    check_complete(rows, [*KEYS, "location"], "missing_tests")
    counts = (
        rows.assign(both=rows["reason"] == "both")
        .groupby(KEYS, observed=True)
        .agg(n_m_test=("both", "size"), n_both=("both", "sum"), n_schools=("location", "nunique"))
    )
    counts["n_absent"] = counts["n_m_test"] - counts["n_both"]
    totals = counts.groupby(["outcome", "year"])[["n_m_test", "n_both"]].transform("sum")
    shares = counts.assign(
        share_present=counts["n_both"] / counts["n_m_test"],
        share_of_m_test=counts["n_m_test"] / totals["n_m_test"],
        share_of_both=counts["n_both"] / totals["n_both"],
    ).reset_index()
    order = {outcome: position for position, outcome in enumerate(design.groepen)}
    return shares.sort_values(KEYS, key=lambda c: c.map(order) if c.name == "outcome" else c, ignore_index=True)


@remembered
def presence_by_level(rows: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Estimate the share that sat the E-test, of those with an M-test, by level, in the year before and closure year.

    Parameters
    ----------
    rows, design : as in `missing_tests`

    Returns
    -------
    DataFrame : in the form of `rows.means_by`, model ``e_test_share``; the term is the year
    """
    rows = where_known(comparable(rows, design, WITH_M_TEST, ["level_m"]), ["level_m"])
    if rows.empty:
        return no_rows()
    rows = rows.assign(present=(rows["reason"] == "both").astype(float))
    names = {"model": "e_test_share", "unit": PROBABILITY}
    by_year = [
        means_by(rows[rows["year"] == year], design.groepen, ("level_m",), "present", term=year, **names)
        for year in design.two_years.years
    ]
    return stacked(by_year)


def covered(rows: pd.DataFrame, design: Design, coverage: float) -> pd.DataFrame:
    """Select the schools that tested nearly everybody, per subject, in the closure year and in the year before.

    Parameters
    ----------
    rows, design : as in `missing_tests`
    coverage : lowest share with both tests, of the pupils who may be compared: with consent, not tested adaptively

    Returns
    -------
    DataFrame : their rows
    """
    check_complete(rows, ["subject", "location", "year"], "covered")
    regular = rows["reason"].isin(["both", "no_m_test", "no_e_test"])
    counted = rows[regular & rows["year"].isin(design.two_years.years)]
    both = (counted["reason"] == "both").groupby([counted["subject"], counted["location"], counted["year"]]).mean()
    lowest = both.groupby(["subject", "location"]).agg(["min", "size"])
    enough = lowest.index[(lowest["min"] >= coverage) & (lowest["size"] == 2)]
    return rows[pd.MultiIndex.from_frame(rows[["subject", "location"]]).isin(enough)]
