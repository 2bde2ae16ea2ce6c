"""The charts of the chapter on learning growth: dots with intervals, one panel per subject."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from analysis.language import term, text, word
from analysis.publish import forms
from analysis.publish.forms.marks import present

SUBJECTS: Mapping[str, str] = {
    "lezen": word("Reading (begrijpend lezen)"),
    "rekenen": word("Arithmetic (rekenen-wiskunde)"),
    "dmt": word("Technical reading (DMT)"),
    "spelling": word("Spelling"),
    "composite": word("Mean of the tests"),
}
YEARS_COMPARED: Mapping[str, str] = {
    "pnas_overall": word("all control years, with a trend"),
    "pnas_one_control": word("the year before alone"),
    "pnas_school_fe": word("all control years, within schools"),
    "ancova": word("all control years, at equal M-score"),
}
ABSENT: Mapping[str, str] = {
    "unweighted": word("as it is"),
    "ipw": word("weighted for absence"),
    "consent_ipw": word("weighted for schools without consent"),
    "covered": word("schools that tested nearly all"),
    "lee_bounds": word("bounds: absent at best, at worst"),
    "consent_bounds": word("bounds: no consent at best, at worst"),
}
GROUPS: Mapping[str, str] = {
    "laag": word("parents with a low education"),
    "middelbaar or hoog": word("parents with a middle or high one"),
    "girls": word("girls"),
    "boys": word("boys"),
    "top": word("top third on the test before"),
    "middle": word("middle third"),
    "bottom": word("bottom third"),
}
WITHOUT_CLOSURE: Mapping[str, str] = {
    "expected": word("expected without a closure"),
    "closure": word("observed in the closure year"),
}


YEARS_SHOWN: Mapping[str, str] = {
    YEARS_COMPARED["pnas_overall"]: word("all earlier years and their trend"),
    YEARS_COMPARED["pnas_one_control"]: word("the year before alone"),
    YEARS_COMPARED["pnas_school_fe"]: word("all earlier years, at the same school"),
    YEARS_COMPARED["ancova"]: word("all earlier years, at the same M-score"),
}
"""What the closure year is compared with, as a reader says it."""
GROUPS_SHOWN: Mapping[str, str] = {
    GROUPS["laag"]: word("low"),
    GROUPS["middelbaar or hoog"]: word("middle or high"),
    GROUPS["girls"]: word("girls"),
    GROUPS["boys"]: word("boys"),
    GROUPS["top"]: word("top third"),
    GROUPS["middle"]: word("middle third"),
    GROUPS["bottom"]: word("bottom third"),
}
PARTS: Mapping[str, str] = {
    "level_m": word("pupils at level"),
    "risk_side": word("schools with"),
}
WAYS: Mapping[str, tuple[str, str]] = {
    "growth": (word("less growth"), word("more growth")),
    "norm": (word("below the norm"), word("above the norm")),
    "drop": (word("fewer drop a level"), word("more drop a level")),
    "sat": (word("fewer sat the test"), word("more sat the test")),
}
"""What an estimate left of zero says, and one right of it."""
ALL_GROEPEN, ALL_SCHOOLS = word("all groepen"), word("all schools")


def subject(code: str) -> str:
    """Name a subject."""
    return term(SUBJECTS.get(code, code))


def by_category(rows: pd.DataFrame, axis: str = "", *, to: str = "", **options: Any) -> Figure:  # noqa: ANN401 - of `forms.points`
    """Draw estimates by category, a panel per subject, the total first.

    Parameters
    ----------
    to : What lies left and right of zero: a key of `WAYS`.
    options : As of `analysis.publish.forms.points`.
    """
    total_first = rows.sort_values("category", key=lambda names: names != ALL_GROEPEN, kind="stable")
    rows = total_first.sort_values("outcome", key=_in_order(rows["outcome"]), kind="stable")
    how: dict[str, Any] = {"line": "category", "panel": "outcome", "titles": subject, "ways": WAYS.get(to), **options}
    return forms.points(rows, axis, **how)


def expected_and_observed(rows: pd.DataFrame, axis: str = "", **options: Any) -> Figure:  # noqa: ANN401 - of `by_category`
    """Draw per category what is expected without a closure and what was observed."""
    return by_category(rows, axis, series="series", names=WITHOUT_CLOSURE, **options)


def designs(effects: pd.DataFrame, axis: str = "") -> Figure:
    """Draw the effect of the closure by what the closure year is compared with, a panel per subject."""
    return by_category(effects, axis, lines=present(YEARS_SHOWN, effects["category"]), to="growth", written=1)


def groups_of_pupils(effects: pd.DataFrame, axis: str = "") -> Figure:
    """Draw the effect on the mean of the tests by group of pupils; by subject where there is no mean."""
    rows = on_the_mean(effects)
    lines = present(GROUPS_SHOWN, rows["category"])
    return by_category(rows, axis, lines=lines, heading="by", to="growth", written=1)


def on_the_mean(effects: pd.DataFrame) -> pd.DataFrame:
    """Choose the effects on the mean of the tests; those by subject where there are none."""
    mean = effects[effects["outcome"] == "composite"]
    return mean if len(mean) else effects


def at_all_schools(contrasts: pd.DataFrame) -> pd.DataFrame:
    """Choose the contrasts of all schools together."""
    return contrasts[contrasts["category"] == ALL_SCHOOLS]


def drops(effects: pd.DataFrame, axis: str = "", **options: Any) -> Figure:  # noqa: ANN401 - of `by_category`
    """Draw the change in the probability to drop a level, by level and by the share of pupils at risk at the school."""
    rows = effects.assign(part=effects["by"].map(dict(PARTS)))
    return by_category(rows, axis, heading="part", to="drop", **options)


def all_schools(contrasts: pd.DataFrame, axis: str = "") -> Figure:
    """Draw how growth goes with the shortage at all schools, a line per subject; the bands are in the table."""
    rows = at_all_schools(contrasts)
    return forms.points(rows, axis, line="outcome", lines=subject, ways=WAYS["growth"], written=2)


def bands_and_schools(spread: pd.DataFrame, axis: str) -> Figure:
    """Draw the mean of the schools of a band, and between which values eight in ten of them are."""
    columns = {"mean": "estimate", "low_tenth": "ci_low", "high_tenth": "ci_high"}
    words = text("dot: mean of the schools; bar: eight in ten schools")
    return by_category(spread.rename(columns=columns), f"{axis}\n{words}", ranged=words, to="growth")


def example_pupils(examples: pd.DataFrame, axis: str) -> Figure:
    """Draw the probability of dropping a level for pupils at schools with few and many at risk, in both years."""
    shown = examples[examples["term"] != "difference"]
    category = shown["share_at_risk"].map(lambda share: text("school with {share:.0%} at risk", share=share))
    how: dict[str, Any] = {"numbers": "percent", "zero": "edge", "written": 0}
    return by_category(shown.assign(category=category), axis, series="year", **how)


def _in_order(values: pd.Series) -> Callable[[pd.Series], pd.Series]:
    """Return a key that sorts by the order in which values come."""
    order = {value: number for number, value in enumerate(values.unique())}
    return lambda own: own.map(order)


def compared(estimates: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Choose the models in `names` and call each by its words, in that order within an outcome."""
    return _in_words(estimates, "model", names)


def by_group(estimates: pd.DataFrame) -> pd.DataFrame:
    """Choose the groups of pupils in `GROUPS` and call each by its words, in that order within an outcome."""
    return _in_words(estimates, "category", GROUPS)


def with_bounds(headlines: pd.DataFrame, bounds: pd.DataFrame) -> pd.DataFrame:
    """Put the bounds under a headline as one line from the lower to the upper one, without a dot."""
    if bounds.empty:
        return headlines
    ends = bounds.pivot_table(index="outcome", columns="term", values="estimate", sort=False)
    ends = ends.reindex(columns=["lower", "upper"])  # where none of them is known there is no such column
    line = bounds.drop_duplicates("outcome").set_index("outcome")
    line = line.assign(estimate=float("nan"), std_error=float("nan"), p_value=float("nan"), term="bounds")
    line = line.assign(ci_low=ends["lower"], ci_high=ends["upper"]).reset_index()
    return pd.concat([headlines, line[headlines.columns]], ignore_index=True)


def split_category(estimates: pd.DataFrame, first: str) -> pd.DataFrame:
    """Take categories of two parts apart: the first part to a column of its own."""
    if estimates.empty:
        return estimates.assign(**{first: estimates["category"]})
    parts = estimates["category"].str.partition(", ")
    return estimates.assign(**{first: parts[0], "category": parts[2]})


def in_series(estimates: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Choose the terms ``<measure>_<series>`` and name their series in a column."""
    shown = estimates[estimates["term"].str.startswith(f"{measure}_")]
    return shown.assign(series=shown["term"].str.removeprefix(f"{measure}_"))


def _in_words(estimates: pd.DataFrame, column: str, words: Mapping[str, str]) -> pd.DataFrame:
    shown = estimates[estimates[column].isin(list(words))]
    outcomes = {outcome: number for number, outcome in enumerate(shown["outcome"].unique())}
    order = shown.assign(outcome=shown["outcome"].map(outcomes), column=shown[column].map([*words].index))
    index = order.reset_index().sort_values(["outcome", "column"], kind="stable").index
    return shown.iloc[index].assign(category=lambda rows: rows[column].map(dict(words)))
