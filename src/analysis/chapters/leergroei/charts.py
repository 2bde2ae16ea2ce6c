"""The charts of the chapter on learning growth: dots with intervals, one panel per subject."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from analysis.language import term, text, word
from analysis.publish import forms

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
    "before": word("observed in the year before"),
    "closure": word("observed in the closure year"),
}


def subject(code: str) -> str:
    """Name a subject."""
    return term(SUBJECTS.get(code, code))


by_category = partial(forms.points, line="category", panel="outcome", titles=subject)
expected_and_observed = partial(by_category, series="series", names=WITHOUT_CLOSURE)


def bands_and_schools(spread: pd.DataFrame, axis: str) -> Figure:
    """Draw the mean of the schools of a band, and between which values eight in ten of them are."""
    columns = {"mean": "estimate", "low_tenth": "ci_low", "high_tenth": "ci_high"}
    return by_category(spread.rename(columns=columns), axis)


def example_pupils(examples: pd.DataFrame, axis: str) -> Figure:
    """Draw the probability of dropping a level for pupils at schools with few and many at risk, in both years."""
    shown = examples[examples["term"] != "difference"]
    category = shown["share_at_risk"].map(lambda share: text("school with {share:.0%} at risk", share=share))
    return by_category(shown.assign(category=category), axis, series="year", numbers="percent", zero="free")


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
