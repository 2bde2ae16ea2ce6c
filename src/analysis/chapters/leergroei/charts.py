"""The charts of the chapter on learning growth: dots with intervals, one panel per subject."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from analysis.language import term, text, word
from analysis.publish import figures, units

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
SPREAD = "#c3cfd9"
LINE_CM, PANEL_CM, FRAME_CM = 0.52, 1.0, 1.6


@figures.style()
def by_category(
    estimates: pd.DataFrame,
    axis: str,
    *,
    series: str | None = None,
    names: Mapping[str, str] | None = None,
    sort: bool = False,
    percent: bool = False,
    reference: float | None = 0.0,
) -> Figure:
    """Draw estimates with their intervals, one panel per subject and one line per category.

    Parameters
    ----------
    estimates
        ``outcome, category, estimate, ci_low, ci_high``; withheld ones are missing and leave their line open.
    axis
        What is measured, with its unit.
    series
        Column that tells series apart, drawn beside each other; none for one series.
    names
        Series in the order in which they are drawn, with what the legend calls them; else as they come.
    sort
        Put the lines in the order of the first series' estimates; else as they come.
    percent
        The numbers along the axis are shares, written as per cent; or differences of shares, where there is a line of
        no effect, in percentage points.
    reference
        Where to draw the line of no effect; None for no line.
    """
    outcomes = list(dict.fromkeys(estimates["outcome"]))
    shown = names or ({name: str(name) for name in dict.fromkeys(estimates[series])} if series else {"": ""})
    lines = [
        _lines(estimates[estimates["outcome"] == outcome], series, next(iter(shown)), sort) for outcome in outcomes
    ]
    height = [len(line) * LINE_CM * (1 + 0.25 * (len(shown) - 1)) + PANEL_CM for line in lines]
    figure, axes = figures.canvas(
        sum(height) + FRAME_CM, rows=len(outcomes), sharex=True, height_ratios=height, squeeze=False
    )
    for panel, outcome, line in zip(axes[:, 0], outcomes, lines, strict=True):
        rows = estimates[estimates["outcome"] == outcome]
        for place, (key, name) in enumerate(shown.items()):
            of = rows[rows[series] == key] if series else rows
            ordered = of.set_index("category").reindex(line).rename_axis("category").reset_index()
            figures.intervals(
                panel, ordered, "category", name=term(name), series=place, of=len(shown), reference=reference
            )
        panel.set_title(term(SUBJECTS.get(outcome, outcome)))
    axes[-1, 0].set_xlabel(axis)
    if percent and reference is not None:  # against no difference: differences of shares
        units.points_along(axes[-1, 0].xaxis)
        axes[-1, 0].set_xlabel(text("{axis}, percentage points", axis=axis))
    elif percent:
        axes[-1, 0].xaxis.set_major_formatter(PercentFormatter(xmax=1, decimals=None))
    if series:
        figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper left", ncols=3)
    return figure


@figures.style()
def bands_and_schools(spread: pd.DataFrame, axis: str) -> Figure:
    """Draw the mean of the schools of a band, and between which values eight in ten of them lie.

    Parameters
    ----------
    spread
        ``outcome, category, mean, low_tenth, high_tenth``.
    axis
        What is measured, with its unit.
    """
    rows = spread.rename(columns={"mean": "estimate", "low_tenth": "ci_low", "high_tenth": "ci_high"})
    return by_category(rows, axis)


@figures.style()
def example_pupils(examples: pd.DataFrame, axis: str) -> Figure:
    """Draw the probability of dropping a level for pupils at schools with few and many at risk, in both years.

    Parameters
    ----------
    examples
        Of `chapters.leergroei.models.logits.example_pupils`; the differences are left out.
    """
    shown = examples[examples["term"] != "difference"]
    category = shown["share_at_risk"].map(lambda share: text("school with {share:.0%} at risk", share=share))
    return by_category(shown.assign(category=category), axis, series="year", percent=True, reference=None)


def expected_and_observed(by_level: pd.DataFrame, axis: str, *, percent: bool = False) -> Figure:
    """Draw what pupils of a level would show without a closure, beside what they showed in both years.

    Parameters
    ----------
    by_level
        As `in_series` returns it.
    axis, percent
        As in `by_category`; a share has no line of no effect.
    """
    reference = None if percent else 0.0
    return by_category(by_level, axis, series="series", names=WITHOUT_CLOSURE, percent=percent, reference=reference)


def compared(estimates: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Choose the models in `names` and call each by its words, in that order within an outcome."""
    return _in_words(estimates, "model", names)


def by_group(estimates: pd.DataFrame) -> pd.DataFrame:
    """Choose the groups of pupils in `GROUPS` and call each by its words, in that order within an outcome."""
    return _in_words(estimates, "category", GROUPS)


def with_bounds(headlines: pd.DataFrame, bounds: pd.DataFrame) -> pd.DataFrame:
    """Put the bounds under a headline as one line from the lower to the upper one, without a dot."""
    ends = bounds.pivot_table(index="outcome", columns="term", values="estimate", sort=False)
    ends = ends.reindex(columns=["lower", "upper"])  # where none of them is known there is no such column
    line = bounds.drop_duplicates("outcome").set_index("outcome")
    line = line.assign(estimate=float("nan"), std_error=float("nan"), p_value=float("nan"), term="bounds")
    line = line.assign(ci_low=ends["lower"], ci_high=ends["upper"]).reset_index()
    return pd.concat([headlines, line[headlines.columns]], ignore_index=True)


def split_category(estimates: pd.DataFrame, first: str) -> pd.DataFrame:
    """Take categories of two parts apart: the first part to a column of its own."""
    parts = estimates["category"].str.partition(", ")
    return estimates.assign(**{first: parts[0], "category": parts[2]})


def in_series(estimates: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Choose the terms ``<measure>_<series>`` and tell their series in a column."""
    shown = estimates[estimates["term"].str.startswith(f"{measure}_")]
    return shown.assign(series=shown["term"].str.removeprefix(f"{measure}_"))


def _in_words(estimates: pd.DataFrame, column: str, words: Mapping[str, str]) -> pd.DataFrame:
    shown = estimates[estimates[column].isin(list(words))]
    outcomes = list(dict.fromkeys(shown["outcome"]))
    order = sorted(
        range(len(shown)),
        key=lambda row: (outcomes.index(shown["outcome"].iloc[row]), list(words).index(shown[column].iloc[row])),
    )
    return shown.iloc[order].assign(category=lambda rows: rows[column].map(dict(words)))


def _lines(rows: pd.DataFrame, series: str | None, first: str, sort: bool) -> Sequence[str]:
    if sort:
        order = (rows[rows[series] == first] if series else rows).sort_values("estimate", ascending=False)
        rows = pd.concat([order, rows])
    return list(dict.fromkeys(rows["category"]))
