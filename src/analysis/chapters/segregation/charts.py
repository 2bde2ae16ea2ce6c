"""The charts of the chapter on segregation, each drawn from the frame that is published beside it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.chapters.segregation.models.estimates import CORRECTED
from analysis.language import term, text, word
from analysis.publish import figures
from analysis.publish.charts import attendance_map
from analysis.publish.figures import MARKERS, PALETTE

LIGHT_TO_DARK = ("#d5dde3", "#b3c8d8", "#8fb3c9", "#4d7fa3", "#12355b")
PAIRS = {
    "laag": word("parents low- against highly educated"),
    "moroccan": word("Moroccan against none"),
    "turkish": word("Turkish against none"),
    "surinamese": word("Surinamese against none"),
    "non-western": word("non-western against the rest"),
}
"""How a pair of groups is written, by the first of the two."""

OWN = {
    "hoog": word("parents highly educated"),
    "laag": word("parents low-educated"),
    "moroccan": word("Moroccan background"),
    "turkish": word("Turkish background"),
    "surinamese": word("Surinamese background"),
    "non-western": word("non-western background"),
}
"""How a group is written."""

SCENARIOS = {
    "now": word("now"),
    "nearest": word("all at the nearest school"),
    "nearest_with_capacity": word("all at the nearest school with a place"),
    "random_allocation": word("random allocation"),
}
COMPONENTS = {
    "composition": word("composition"),
    "sorting": word("sorting"),
    "schools": word("schools opened and closed"),
}
POINTS_OF_A_SHARE = 100


def focus(model: str) -> str:
    """Name the share by which schools are told apart, of counted pupils or of expected ones."""
    if model == "composition":
        return text("share of pupils with highly educated parents")
    return text("expected share of pupils with a non-western background")


@figures.style()
def bands_beside(bands: pd.DataFrame, by: str, axis: str) -> Figure:
    """Draw a group of bars per value of a column: the shares of pupils per band of their school.

    Parameters
    ----------
    bands
        ``band, share_now`` and the column `by`; a withheld share leaves its place open.
    by
        Column with a group of bars per value, in order of appearance.
    axis
        What the bands are bands of.
    """
    figure, axes = figures.canvas(8.5)
    names = list(dict.fromkeys(bands[by]))
    wide = bands.pivot_table(index=by, columns="band", values="share_now", sort=False, dropna=False).reindex(names)
    wide = wide[list(dict.fromkeys(bands["band"]))]
    width = 0.8 / len(wide.columns)
    for place, (band, fill) in enumerate(zip(wide, LIGHT_TO_DARK, strict=False)):
        at = np.arange(len(wide)) + (place - (len(wide.columns) - 1) / 2) * width
        height = wide[band].to_numpy(float, na_value=np.nan)
        axes.bar(at, height, width=0.92 * width, color=fill, label=term(str(band)))
    axes.set_xticks(np.arange(len(wide)), [term(str(name)) for name in names])
    axes.tick_params(axis="x", length=0)
    axes.grid(visible=False, axis="x")
    figures.percent(axes.yaxis)
    axes.set_ylabel(text("share of pupils"))
    figure.legend(*axes.get_legend_handles_labels(), title=axis, loc="outside upper left", ncols=5, alignment="left")
    return figure


@figures.style()
def mirroring(by_year: pd.DataFrame) -> Figure:
    """Draw the share of schools that mirror their area, by year, a line per difference that still counts."""
    figure, axes = figures.canvas(7.0)
    shown = by_year[by_year["situation"] == "now"]
    for place, points in enumerate(sorted(shown["allowed_difference"].unique(), reverse=True)):
        rows = shown[shown["allowed_difference"] == points].sort_values("year")
        name = text("at most {points:.0f} percentage points", points=POINTS_OF_A_SHARE * points)
        _line(axes, rows["year"], rows["share_schools"], name, place)
    axes.set_ylim(0, 1)
    figures.percent(axes.yaxis)
    axes.set_ylabel(text("share of schools"))
    _whole_years(axes)
    figures.legend_above(axes)
    return figure


@figures.style()
def indices_by_year(estimates: pd.DataFrame) -> Figure:
    """Draw corrected dissimilarity and isolation in the city over the years, a line with intervals per pair or group.

    Parameters
    ----------
    estimates
        Rows of the whole city, with ``group, term, year, estimate, ci_low, ci_high``.
    """
    figure, axes = figures.canvas(9.5, columns=2)
    panels = (
        (f"{CORRECTED}_now", PAIRS, text("dissimilarity")),
        ("isolation_now", OWN, text("isolation")),
    )
    for panel, (name, groups, title) in zip(axes, panels, strict=True):
        rows = estimates[estimates["term"] == name]
        present = [group for group in groups if group in set(rows["group"])][:5]
        for place, group in enumerate(present):
            line = rows[rows["group"] == group].sort_values("year")
            _line(panel, line["year"], line["estimate"], term(groups[group]), place)
            low, high = (line[end].to_numpy(float, na_value=np.nan) for end in ("ci_low", "ci_high"))
            panel.fill_between(line["year"], low, high, color=PALETTE[place % 5], alpha=0.25, linewidth=0)
        panel.set_title(title)
        _whole_years(panel)
        if present:
            panel.legend(loc="upper left", bbox_to_anchor=(0, -0.12), ncols=1, borderaxespad=0)
    return figure


@figures.style()
def by_scenario(estimates: pd.DataFrame, index: str = CORRECTED) -> Figure:
    """Draw an index with its intervals in every scenario, a line of points per pair of groups."""
    rows = estimates[estimates["index"] == index]
    groups = [group for group in PAIRS if group in set(rows["group"])]
    figure, axes = figures.canvas(3.4 + 1.4 * len(groups))
    for place, (scenario, name) in enumerate(SCENARIOS.items()):
        chosen = rows[rows["scenario"] == scenario].set_index("group").reindex(groups).reset_index()
        chosen = chosen.assign(name=[term(PAIRS[group]) for group in groups])
        figures.intervals(axes, chosen, "name", name=term(name), series=place, of=len(SCENARIOS), reference=None)
    axes.set_xlim(left=0)
    axes.set_xlabel(text("dissimilarity (0 = even, 1 = separate)"))
    figures.legend_above(axes)
    return figure


@figures.style()
def by_stadsdeel(estimates: pd.DataFrame) -> Figure:
    """Draw the dissimilarity of pairs of groups within each stadsdeel.

    Parameters
    ----------
    estimates
        Rows of one year with ``place, group, estimate, ci_low, ci_high``.
    """
    groups = [group for group in PAIRS if group in set(estimates["group"])][:4]
    first = estimates[estimates["group"] == groups[0]].sort_values("estimate", ascending=False)
    places = list(dict.fromkeys([*first["place"], *estimates["place"]]))
    figure, axes = figures.canvas(2.6 + 1.2 * len(places))
    for place, group in enumerate(groups):
        rows = estimates[estimates["group"] == group].set_index("place").reindex(places).reset_index()
        rows = rows.assign(name=[term(str(name)) for name in places])
        figures.intervals(axes, rows, "name", name=term(PAIRS[group]), series=place, of=len(groups), reference=None)
    axes.set_xlim(left=0)
    axes.set_xlabel(text("dissimilarity (0 = even, 1 = separate)"))
    figures.legend_above(axes)
    return figure


@figures.style()
def change(parts: pd.DataFrame) -> Figure:
    """Draw what a change in dissimilarity is made of, a line of points with intervals per pair of groups."""
    rows = parts[parts["index"] == CORRECTED]
    groups = [group for group in PAIRS if group in set(rows["group"])]
    figure, axes = figures.canvas(3.0 + 1.3 * len(groups))
    for place, (part, name) in enumerate(COMPONENTS.items()):
        chosen = rows[rows["term"] == part].set_index("group").reindex(groups).reset_index()
        chosen = chosen.assign(name=[term(PAIRS[group]) for group in groups])
        figures.intervals(axes, chosen, "name", name=term(name), series=place, of=len(COMPONENTS))
    axes.set_xlabel(text("change in dissimilarity"))
    figures.legend_above(axes, ncols=3)
    return figure


def exposure_map(by_area: pd.DataFrame, outlines: pd.DataFrame, label: str) -> Figure:
    """Draw a map of the share of a group that the children of an area meet at school; see `charts.attendance_map`."""
    return attendance_map(by_area, outlines, label)


def _line(axes: Axes, years: pd.Series, values: pd.Series, name: str, place: int) -> None:
    shown = values.to_numpy(float, na_value=np.nan)
    axes.plot(years, shown, color=PALETTE[place % 5], marker=MARKERS[place % 5], label=name)


def _whole_years(axes: Axes) -> None:
    years = sorted({int(year) for line in axes.lines for year in np.asarray(line.get_xdata())})
    axes.set_xticks(years)
    if years:
        axes.set_xlim(years[0] - 0.5, years[-1] + 0.5)
