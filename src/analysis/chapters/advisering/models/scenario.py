"""A year without end test, such as 2019/20: who would have been revised, and what it does to the advice of groups.

The test is the only ground for a bijstelling, so without it the first advice stands. Every cohort that had the test
shows what another without it would miss, as far as schools advise in the same way when no test will follow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.advice_levels import VWO
from analysis.chapters.advisering.models.counting import PLACE, alike, by_group
from analysis.chapters.advisering.models.definitions import Definitions, first_year
from analysis.stats.complete import check_complete
from analysis.stats.regression import fit_where_determined

MODEL = "scenario_no_test"
REVISED, WITH, WITHOUT = "loses a bijstelling", "advice for vwo, with the test", "advice for vwo, without it"
MEANS = {
    "advice_final": "mean level, with the test",
    "advice_first": "mean level, without it",
    "lost": "mean level lost",
}
GAP = "{} minus {}"

_NUMBERS = ("estimate", "std_error", "ci_low", "ci_high", "p_value")


def with_bijstelling(pupils: pd.DataFrame, definitions: Definitions) -> pd.DataFrame:
    """Select the cohorts in which a higher test could lead to a bijstelling, tested or not."""
    return pupils[pupils["year"] >= first_year(definitions.revision_from)]


def without_test(pupils: pd.DataFrame, groups: Sequence[str]) -> pd.DataFrame:
    """Tell by year and group who would miss a bijstelling without the test, and the advice for vwo either way.

    Parameters
    ----------
    pupils
        Of `with_bijstelling`, as `definitions.define` makes them; all pupils, tested or not.
    groups
        Columns whose groups are told, each under its name as ``category``.

    Returns
    -------
    DataFrame
        As `shares.by_group`; terms `REVISED`, `WITH` and `WITHOUT`, of all pupils of the group.
    """
    check_complete(pupils, ["revised", "advice_first", "advice_final"], MODEL)
    outcomes = {
        REVISED: pupils["revised"],
        WITH: pupils["advice_final"] == VWO,
        WITHOUT: pupils["advice_first"] == VWO,
    }
    told = [
        by_group(pupils.assign(category=alike(name, pupils)), outcomes, MODEL, group=name, within=PLACE)
        for name in groups
    ]
    return pd.concat(told, ignore_index=True)


def gaps(pupils: pd.DataFrame, column: str, pair: tuple[str, str]) -> pd.DataFrame:
    """Tell the gap in mean advice between two groups, with the test and without it, by year.

    Parameters
    ----------
    column, pair
        The groups: the gap is that of the first minus the second.

    Returns
    -------
    DataFrame
        In the one form, after it ``school_year`` and ``n_least`` (pupils of the smaller group); terms of `MEANS`, in
        levels, clustered by school. The gap lost is the gap with the test minus the gap without it.
    """
    check_complete(pupils, [column, "school_year", "location", "advice_first", "advice_final"], MODEL)
    chosen = pupils[pupils[column].isin(pair)]
    chosen = chosen.assign(is_first=chosen[column] == pair[0], lost=chosen["advice_final"] - chosen["advice_first"])
    told = [_gap(rows, pair, str(year), MEANS) for year, rows in chosen.groupby("school_year", sort=True)]
    return pd.concat(told, ignore_index=True)


def _gap(rows: pd.DataFrame, pair: tuple[str, str], year: str, means: Mapping[str, str]) -> pd.DataFrame:
    sizes = rows["is_first"].value_counts()
    told = [
        fit_where_determined(rows, column, ["is_first"], cluster="location")
        .estimates(MODEL, GAP.format(*pair), "levels", ["is_first"])
        .assign(term=term)
        for column, term in means.items()
    ]
    return pd.concat(told).assign(school_year=year, n_least=int(sizes.min()) if len(sizes) == 2 else 0)
