"""Shares of pupils with an advice, a deviation, a bijstelling or a position, each with its numbers and interval.

``model`` is what is described, ``group`` of whom, ``term`` what they share. See `counting` for the interval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.advice_levels import VWO
from analysis.chapters.advisering.models.counting import BY, by_group, by_groups
from analysis.chapters.advisering.models.definitions import DEVIATIONS, POSITIONS, difference_of
from analysis.chapters.advisering.models.test_advice import with_a_test
from analysis.run.remembered import remembered
from analysis.stats.complete import check_complete

LEVEL_CLASSES = {
    "pro or vmbo-b": (-1, 1.5),
    "vmbo-k": (1.5, 2.75),
    "vmbo-gt": (2.75, 3.25),
    "vmbo-gt/havo or havo": (3.25, 4.25),
    "havo/vwo": (4.25, 4.75),
    "vwo": (4.75, 6),
}
PUBLISHED = {
    "final advice, a level or more": ("final", 1.0),
    "final advice, half levels counted": ("final", 0.5),
    "first advice, a level or more": ("first", 1.0),
    "first advice, half levels counted": ("first", 0.5),
}
"""Four ways to count a deviation, all of which publications use."""

GROUPS = ("education", "origin", "income", "household", "sex")
WHOLE = ("advice_by_education", "deviation_by_year", "position_year3")


def advice_by_education(pupils: pd.DataFrame) -> pd.DataFrame:
    """Estimate the shares of final advices by parental education and year (figure 3.13 of the published report).

    Parameters
    ----------
    pupils : as `definitions.define` returns them

    Returns
    -------
    DataFrame : as `counting.by_group`; terms of `LEVEL_CLASSES`
    """
    check_complete(pupils, ["advice_final"], "advice_by_education")
    final = pupils["advice_final"]
    outcomes = {name: final.between(*limits, inclusive="left") for name, limits in LEVEL_CLASSES.items()}
    return by_group(pupils, outcomes, "advice_by_education")


def deviation_by_year(pupils: pd.DataFrame) -> pd.DataFrame:
    """Estimate how the advice deviates from the test's, by year (figure 3.14).

    Parameters
    ----------
    pupils : as `definitions.define` returns them

    Returns
    -------
    DataFrame : as `counting.by_group`; terms `definitions.DEVIATIONS`, which add up to one
    """
    known = pupils["deviation"].notna()
    outcomes = {name: _where(known, pupils["deviation"] == name) for name in DEVIATIONS}
    return by_group(pupils, outcomes, "deviation_by_year", group=None)


def deviation_as_published(pupils: pd.DataFrame, double: str) -> pd.DataFrame:
    """Estimate the shares below and above the test by year.

    Parameters
    ----------
    pupils : as `definitions.define` returns them
    double : how a double test advice is compared, as in `Definitions`

    Returns
    -------
    DataFrame : as `counting.by_group`, ``category`` one of the four ways of `PUBLISHED`
    """
    shares = []
    for category, (stage, step) in PUBLISHED.items():
        difference = difference_of(pupils, f"advice_{stage}", double)
        known = difference.notna()
        outcomes = {"below": _where(known, difference <= -step), "above": _where(known, difference >= step)}
        shares.append(by_group(pupils, outcomes, "deviation_as_published", group=None).assign(category=category))
    return pd.concat(shares, ignore_index=True)


@remembered
def under_by_group(pupils: pd.DataFrame, groups: Sequence[str]) -> pd.DataFrame:
    """Estimate under- and over-advice by each of several groups, all years of `pupils` together.

    Parameters
    ----------
    pupils : as `definitions.define` returns them
    groups : columns

    Returns
    -------
    DataFrame : as `counting.by_groups`
    """
    tested = pupils[pupils["under"].notna()]
    tested = tested.assign(school_year=_span(tested))
    return by_groups(tested, _under_and_over(tested), "deviation_by_group", groups)


def under_by_test_advice(pupils: pd.DataFrame, names: Mapping[float, str]) -> pd.DataFrame:
    """Estimate under-advice by parental education at equal test advice, all years of `pupils` together.

    Parameters
    ----------
    pupils : as `definitions.define` returns them
    names
        How each test advice (level number) is written; others are left out, such as the lowest one, below which there
        is no advice to give.

    Returns
    -------
    DataFrame : as `counting.by_group`, ``category`` the test advice
    """
    tested = pupils[pupils["test_advice"].isin(list(names))]
    advice = pd.Categorical(tested["test_advice"].map(dict(names)), list(names.values()), ordered=True)
    tested = tested.assign(category=advice, school_year=_span(tested))
    return by_group(tested, _under_and_over(tested), "deviation_by_test_advice", within=BY)


def revised_by_year(pupils: pd.DataFrame, groups: Sequence[str]) -> pd.DataFrame:
    """Estimate the share of the under-advised whose advice was revised, by year and by each group (figure 3.15).

    Parameters
    ----------
    pupils, groups : as in `under_by_group`

    Returns
    -------
    DataFrame : as `counting.by_groups`
    """
    risk = pupils[pupils["at_risk"]]
    return by_groups(risk, {"revised": risk["revised"].astype(float)}, "revised_by_year", groups)


def position_in_year3(pupils: pd.DataFrame) -> pd.DataFrame:
    """Estimate where pupils are in year 3 by how they were advised (figure 3.16).

    Of the cohorts that had a test and were followed, the last.

    Parameters
    ----------
    pupils : as `definitions.define` returns them

    Returns
    -------
    DataFrame : as `counting.by_group`; terms `definitions.POSITIONS`; no row if nobody was followed

    """
    followed = with_a_test(pupils[pupils["position"].notna()])
    last = followed[followed["year"] == followed["year"].max()]
    outcomes = {name: last["position"] == name for name in POSITIONS}
    return by_group(last, outcomes, "position_year3", group="advising")


def at_scores(pupils: pd.DataFrame, below_vwo: int, vwo_class: int) -> pd.DataFrame:
    """Estimate two shares at one exact test score by parental education, all years of `pupils` together.

    Parameters
    ----------
    pupils : as `definitions.define` returns them
    below_vwo : score at which an advice below vwo is counted (a double advice for havo and vwo is below it)
    vwo_class : score at which a class in year 1 for vwo alone is counted

    Returns
    -------
    DataFrame : as `counting.by_group`, ``category`` the score; no row of a share that is not known of anybody
    """
    check_complete(pupils, ["advice_final"], "at_score")
    parts = {"final advice below vwo": (below_vwo, pupils["advice_final"] < VWO)}
    if "year1" in pupils:
        parts["class for vwo alone"] = vwo_class, _where(pupils["year1"].notna(), pupils["year1"] == VWO)
    return pd.concat([_at_score(pupils, term, *part) for term, part in parts.items()], ignore_index=True)


def crosstab(
    pupils: pd.DataFrame, level_names: Mapping[float, str], test_names: Mapping[float, str], fewest: int = 1
) -> pd.DataFrame:
    """Count first advices by the advice of the test, all years of `pupils` together.

    Parameters
    ----------
    pupils : as `definitions.define` returns them
    level_names, test_names : how the numbers of an advice and of a test advice are written, in this order
    fewest : test advices that fewer pupils have are left out

    Returns
    -------
    DataFrame
        One row per test advice and advice: ``test_advice, advice, share`` (of the pupils with that test advice),
        ``n_obs`` (pupils with both), ``n_tested`` (pupils with that test advice). Pairs without pupils are there too.
    """
    tested = pupils[pupils["test_advice"].isin(list(test_names))]
    tested = tested[tested["advice_first"].notna()]
    table = pd.crosstab(tested["test_advice"].map(dict(test_names)), tested["advice_first"].map(dict(level_names)))
    rows = [name for name in test_names.values() if name in table.index and table.loc[name].sum() >= fewest]
    table = table.reindex(index=rows, columns=list(level_names.values()), fill_value=0)
    long = (
        table.rename_axis(index="test_advice").reset_index().melt("test_advice", var_name="advice", value_name="n_obs")
    )
    n_tested = long["test_advice"].map(table.sum(axis=1))
    return long.assign(share=long["n_obs"] / n_tested, n_tested=n_tested)


def _at_score(pupils: pd.DataFrame, term: str, score: int, happens: pd.Series) -> pd.DataFrame:
    chosen = pupils[pupils["cet"] == score] if "cet" in pupils else pupils.iloc[:0]
    chosen = chosen.assign(category=f"score {score}", school_year=_span(chosen))
    return by_group(chosen, {term: happens[chosen.index]}, "at_score", within=BY)


def _under_and_over(tested: pd.DataFrame) -> dict[str, pd.Series]:
    return {"under-advice": tested["under"], "over-advice": tested["over"]}


def _where(known: pd.Series, happens: pd.Series) -> pd.Series:
    """Return what happens as 0/1, missing where it is not known."""
    return happens.astype(float).where(known)


def _span(pupils: pd.DataFrame) -> str:
    years = sorted(pupils["school_year"].unique())
    return " to ".join(dict.fromkeys([*years[:1], *years[-1:]]))
