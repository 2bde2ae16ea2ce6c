"""A year without end test, such as 2019/20: who would have been revised, and what it does to the advice of groups.

The test is the only ground for a bijstelling, so without it the first advice is final. Every cohort that had the test
shows what another without it would miss, as far as schools advise in the same way when no test will follow.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.advice_levels import VWO
from analysis.chapters.advisering.models.counting import by_groups
from analysis.run.remembered import remembered
from analysis.stats.complete import check_complete
from analysis.stats.regression import fit_where_determined

MODEL = "scenario_no_test"
REVISED, WITH, WITHOUT = "loses a bijstelling", "advice for vwo, with the test", "advice for vwo, without it"
MEANS = {
    "advice_final": "mean level, with the test",
    "advice_first": "mean level, without it",
    "lost": "mean level lost",
}


@remembered
def without_test(pupils: pd.DataFrame, groups: Sequence[str]) -> pd.DataFrame:
    """Estimate by year and group who would miss a bijstelling without the test, and the advice for vwo either way.

    Parameters
    ----------
    pupils : of cohorts with bijstelling, as `definitions.define` returns them; all pupils, tested or not
    groups : columns, each under its name as ``category``

    Returns
    -------
    DataFrame
        As `counting.by_groups`; terms `REVISED`, `WITH` and `WITHOUT`, of all pupils of the group whose
        first advice is known
    """
    check_complete(pupils, ["revised", "advice_final"], MODEL)
    known = pupils[pupils["advice_first"].notna()]
    outcomes = {
        REVISED: known["revised"],
        WITH: known["advice_final"] == VWO,
        WITHOUT: known["advice_first"] == VWO,
    }
    return by_groups(known, outcomes, MODEL, groups)


@remembered
def gaps(pupils: pd.DataFrame, column: str, pair: tuple[str, str]) -> pd.DataFrame:
    """Estimate the gap in mean advice between two groups, with the test and without it, by year.

    Parameters
    ----------
    pupils : as in `without_test`
    column, pair : the groups: the gap is that of the first minus the second

    Returns
    -------
    DataFrame
        Tidy estimates, then ``school_year`` and ``n_least`` (pupils of the smaller group); terms of `MEANS`, in
        levels, clustered by school. The gap lost is the gap with the test minus the gap without it.
    """
    check_complete(pupils, ["school_year", "location", "advice_final"], MODEL)
    chosen = pupils[pupils[column].isin(pair) & pupils["advice_first"].notna()]
    chosen = chosen.assign(is_first=chosen[column] == pair[0], lost=chosen["advice_final"] - chosen["advice_first"])
    by_year = [_gap(rows, pair, str(year)) for year, rows in chosen.groupby("school_year", sort=True)]
    return pd.concat(by_year, ignore_index=True)


def _gap(rows: pd.DataFrame, pair: tuple[str, str], year: str) -> pd.DataFrame:
    sizes = rows["is_first"].value_counts()
    estimates = [
        fit_where_determined(rows, column, ["is_first"], cluster="location")
        .estimates(MODEL, f"{pair[0]} minus {pair[1]}", "levels", ["is_first"])
        .assign(term=term)
        for column, term in MEANS.items()
    ]
    return pd.concat(estimates).assign(school_year=year, n_least=int(sizes.min()) if len(sizes) == 2 else 0)
