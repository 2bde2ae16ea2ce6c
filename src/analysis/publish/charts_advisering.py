"""The charts of the chapter on the school advice, each drawn from the frame that is published beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import PercentFormatter

from analysis.publish import figures
from analysis.publish.figures import COLOUR_MAP, FAINT, INK, MARKERS, PALETTE
from analysis.publish.tables import MINUS

EVERYONE = "all"
EDUCATION = ("hoog", "middelbaar", "laag", "onbekend")
TERMS = {
    "laag": "parents low-educated",
    "middelbaar": "parents middle-educated",
    "onbekend": "education unknown",
    "nonwestern": "non-western background",
    "western": "western background",
    "low_income": "low income",
    "high_income": "high income",
    "one_parent": "one-parent household",
    "girl": "girl",
}
"""How the terms of a regression are written, in the order in which they are shown."""

OUTCOMES = {"under": "under-advice", "over": "over-advice", "revised": "bijstelling"}
FINE = 0.05
"""Below this the ticks of an axis of shares need a decimal, or two of them read the same."""

FROM_BELOW = ("#b5431f", "#e8a488", "#e7ebee", "#8fb3c9", "#12355b")
"""Below, a little below, equal, a little above, above: dark ends, and light enough between to be told apart in grey."""


@figures.style()
def by_year(
    shares: pd.DataFrame, panels: Sequence[str], groups: Sequence[str], *, of: str = "term", breaks: Sequence[str] = ()
) -> Figure:
    """Draw shares over the years with their intervals, a line per group and a panel per term or category.

    Parameters
    ----------
    shares
        ``school_year, group, estimate, ci_low, ci_high`` and the column `of`; withheld shares are missing.
    panels
        Values of the column `of`, one panel each.
    groups
        Lines, at most five.
    breaks
        School years from which the test advises otherwise; a dashed line stands before each.
    """
    columns = min(len(panels), 3)
    rows = -(-len(panels) // columns)
    figure, axes = figures.canvas(2.2 + 4.4 * rows, rows=rows, columns=columns, sharex=True, squeeze=False)
    years = sorted(shares["school_year"].unique())
    for place, panel in zip(axes.flat, panels, strict=False):
        _lines(place, shares[shares[of] == panel], years, groups)
        _mark_breaks(place, years, breaks)
        place.set_title(panel)
    for empty in axes.flat[len(panels) :]:
        empty.set_axis_off()
    # Space for the legend is kept above the panels, so that it hides no line.
    figure.legend(*axes.flat[0].get_legend_handles_labels(), loc="outside upper left", ncols=len(groups))
    return figure


@figures.style()
def stacked(
    shares: pd.DataFrame, label: str, terms: Sequence[str], colours: Sequence[str], breaks: Sequence[str] = ()
) -> Figure:
    """Draw shares that add up to one as horizontal bars, one per value of `label`.

    Parameters
    ----------
    shares
        ``term, estimate, n_obs`` and `label`; where a share is withheld its place stays open.
    terms
        The parts of a bar, from the left.
    breaks
        Values of `label` before which a dashed line stands.
    """
    names = list(dict.fromkeys(shares[label]))
    figure, axes = figures.canvas(2.6 + 0.62 * len(names))
    parts = {term: shares[shares["term"] == term].set_index(label)["estimate"] for term in terms}
    wide = pd.DataFrame(parts, index=names)
    start = np.zeros(len(names))
    for term, colour in zip(terms, colours, strict=True):
        width = wide[term].to_numpy(float, na_value=np.nan)
        axes.barh(range(len(names)), width, left=start, color=colour, label=term, edgecolor="white", linewidth=0.6)
        for place, (at, share) in enumerate(zip(start, width, strict=True)):
            if share >= 0.05:
                axes.text(
                    at + share / 2, place, f"{share:.0%}", ha="center", va="center", fontsize=7, color=_on(colour)
                )
        start = start + np.nan_to_num(width)
    for name in breaks:
        if name in names:
            axes.axhline(names.index(name) - 0.5, color=INK, linestyle="--", linewidth=1.0)
    n = shares.groupby(label, sort=False)["n_obs"].max()
    axes.set_yticks(range(len(names)), [f"{name}  (n = {n[name]:,})" for name in names])
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlim(0, 1)
    axes.grid(visible=False)
    figures.percent(axes.xaxis)
    axes.set_xlabel("share of pupils")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper left", ncols=3)
    return figure


@figures.style()
def by_group(shares: pd.DataFrame, categories: Sequence[str]) -> Figure:
    """Draw under- and over-advice of groups with their intervals.

    Parameters
    ----------
    shares
        ``category, group, term, estimate, ci_low, ci_high``.
    categories
        Which of them to show, in this order.
    """
    chosen = shares[shares["category"].isin(list(categories)) & (shares["group"] != EVERYONE)]
    rank = {category: place for place, category in enumerate(categories)}
    chosen = chosen.sort_values("category", key=lambda names: names.map(rank), kind="stable")
    told = chosen.assign(name=chosen["category"] + ": " + chosen["group"])
    labels = list(dict.fromkeys(told["name"]))
    figure, axes = figures.canvas(2.8 + 0.62 * len(labels))
    terms = list(dict.fromkeys(told["term"]))
    for place, term in enumerate(terms):
        rows = told[told["term"] == term].set_index("name").reindex(labels).reset_index()
        figures.intervals(axes, rows, "name", name=term, series=place, of=len(terms), reference=None)
    figures.percent(axes.xaxis)
    axes.set_xlim(left=0)
    axes.set_xlabel("share of pupils with a test score")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper left", ncols=len(terms))
    return figure


@figures.style()
def by_test_advice(shares: pd.DataFrame, groups: Sequence[str], axis: str = "advice of the test") -> Figure:
    """Draw under- and over-advice at equal test advice, a panel each, with intervals per group.

    Parameters
    ----------
    shares
        ``category`` (the test's advice), ``group, term, estimate, ci_low, ci_high``.
    groups
        At most five.
    """
    names, terms = list(dict.fromkeys(shares["category"])), list(dict.fromkeys(shares["term"]))
    figure, axes = figures.canvas(3.0 + 0.62 * len(names), columns=len(terms), sharey=True, squeeze=False)
    for panel, term in zip(axes.flat, terms, strict=True):
        for place, group in enumerate(groups):
            rows = shares[(shares["term"] == term) & (shares["group"] == group)].set_index("category")
            rows = rows.reindex(names).reset_index()
            figures.intervals(panel, rows, "category", name=group, series=place, of=len(groups), reference=None)
        panel.set_title(term)
        panel.set_xlabel("share of pupils")
        panel.set_xlim(left=0)
        figures.percent(panel.xaxis)
    axes.flat[0].set_ylabel(axis)
    figure.legend(*axes.flat[0].get_legend_handles_labels(), loc="outside upper left", ncols=len(groups))
    return figure


@figures.style()
def heat_map(crosstab: pd.DataFrame) -> Figure:
    """Draw the advice by the advice of the test: colour and number are the share of the row.

    Parameters
    ----------
    crosstab
        ``test_advice, advice, share, n_obs, n_tested``; withheld cells are missing and hatched, empty ones white.
    """
    rows, columns = list(dict.fromkeys(crosstab["test_advice"])), list(dict.fromkeys(crosstab["advice"]))
    placed = crosstab.set_index(["test_advice", "advice"])["share"].reindex(pd.MultiIndex.from_product([rows, columns]))
    share = np.ma.masked_invalid(placed.to_numpy(float, na_value=np.nan).reshape(len(rows), len(columns)))
    figure, axes = figures.canvas(3.4 + 0.68 * len(rows))
    image = axes.pcolormesh(share, cmap=COLOUR_MAP, vmin=0, vmax=1, edgecolors="white", linewidth=0.8)
    for y, x in np.ndindex(share.shape):
        _cell(axes, x, y, float(share.filled(np.nan)[y, x]))
    n = crosstab.drop_duplicates("test_advice").set_index("test_advice")["n_tested"]
    told = [f"{row}  (n = {n[row]:,})" if pd.notna(n[row]) else row for row in rows]
    axes.set_yticks(np.arange(len(rows)) + 0.5, told)
    axes.set_xticks(np.arange(len(columns)) + 0.5, columns, rotation=45, ha="right", rotation_mode="anchor")
    axes.tick_params(length=0)
    axes.grid(visible=False)
    axes.set_xlabel("first advice of the school")
    axes.set_ylabel("advice of the test")
    bar = figure.colorbar(image, ax=axes, shrink=0.7, aspect=26, pad=0.01, format=PercentFormatter(xmax=1, decimals=0))
    bar.outline.set_visible(False)
    bar.set_label("share of the pupils with that test advice")
    return figure


@figures.style()
def groups_at_score(shares: pd.DataFrame) -> Figure:
    """Draw shares at one exact test score, by group with intervals, a panel per score."""
    panels = list(dict.fromkeys(shares["category"]))
    figure, axes = figures.canvas(5.2, columns=len(panels), sharey=True, squeeze=False)
    for panel, category in zip(axes.flat, panels, strict=True):
        rows = shares[shares["category"] == category].reset_index(drop=True)
        figures.intervals(panel, rows, "group", reference=None)
        panel.set_title(f"{category}: {rows['term'].iloc[0]}", fontsize=8.5)
        panel.set_xlim(left=0)
        panel.set_xlabel("share of pupils")
        figures.percent(panel.xaxis)
    return figure


@figures.style()
def gaps(estimates: pd.DataFrame, model: str, outcomes: Sequence[str] = tuple(OUTCOMES)) -> Figure:
    """Draw the gaps of a model with their intervals: a panel per outcome, controlled for each other and one at a time.

    Parameters
    ----------
    estimates
        In the one form, with ``outcome`` and ``controls``.
    model
        What follows the outcome in the model's name, such as ``lpm_fe``.
    """
    figure, axes = figures.canvas(3.2 + 0.66 * len(TERMS), columns=len(outcomes), sharey=True)
    names = {"mutual": "all factors together", "alone": "one factor at a time"}
    for panel, outcome in zip(axes, outcomes, strict=True):
        rows = estimates[estimates["model"] == f"{outcome}_{model}"]
        for place, (controls, name) in enumerate(names.items()):
            chosen = rows[rows["controls"] == controls].set_index("term").reindex(list(TERMS)).reset_index()
            chosen = chosen.assign(name=chosen["term"].map(TERMS))
            figures.intervals(panel, chosen, "name", name=name, series=place, of=2)
        panel.set_title(OUTCOMES[outcome])
        _points(panel)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper left", ncols=2)
    return figure


@figures.style()
def compared(estimates: pd.DataFrame, models: Mapping[str, str], terms: Sequence[str]) -> Figure:
    """Draw the same gaps by several models.

    Parameters
    ----------
    models
        How each model is written, in this order; at most five.
    terms
        Terms to show.
    """
    figure, axes = figures.canvas(3.0 + 0.36 * len(terms) * len(models))
    for place, (model, name) in enumerate(models.items()):
        rows = estimates[estimates["model"] == model].set_index("term").reindex(list(terms)).reset_index()
        rows = rows.assign(name=rows["term"].map(TERMS))
        figures.intervals(axes, rows, "name", name=name, series=place, of=len(models))
    _points(axes)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper left", ncols=2)
    return figure


@figures.style()
def decomposition(parts: pd.DataFrame) -> Figure:
    """Draw what a raw gap is made of, a panel per group; `parts` has ``term, part, estimate, ci_low, ci_high``."""
    terms = list(dict.fromkeys(parts["term"]))
    figure, axes = figures.canvas(6.6, columns=len(terms), squeeze=False)
    for panel, term in zip(axes.flat, terms, strict=True):
        rows = parts[parts["term"] == term].reset_index(drop=True)
        figures.intervals(panel, rows, "part")
        panel.set_title(TERMS[term])
        _points(panel)
    return figure


@figures.style()
def gaps_by(estimates: pd.DataFrame, terms: Sequence[str], *, ordered: bool = False, title: str = "") -> Figure:
    """Draw gaps within categories (years, regions, urbanicity) with intervals, a panel per term.

    Parameters
    ----------
    estimates
        Rows of one model, of the gaps within categories (``group``).
    ordered
        Sort the categories by their gap, in each panel by itself.
    """
    names = list(dict.fromkeys(estimates["group"]))
    height = 3.0 + (0.22 if ordered else 0.55) * len(names)
    figure, axes = figures.canvas(height, columns=len(terms), sharey=not ordered, squeeze=False)
    for panel, term in zip(axes.flat, terms, strict=True):
        rows = estimates[estimates["term"] == term]
        rows = rows.sort_values("estimate") if ordered else rows.set_index("group").reindex(names).reset_index()
        figures.intervals(panel, rows.reset_index(drop=True), "group")
        if ordered:
            panel.tick_params(axis="y", labelsize=5.5)
        panel.set_title(TERMS[term])
        _points(panel)
    axes.flat[0].set_ylabel(title)
    return figure


@figures.style()
def caterpillar(runs: pd.DataFrame) -> Figure:
    """Draw runs of schools from the least to the most under-advice after intake, without names.

    Parameters
    ----------
    runs
        ``place, estimate, ci_low, ci_high``.
    """
    figure, axes = figures.canvas(7.5)
    place = runs["place"].to_numpy()
    low, high, middle = (runs[name].to_numpy(float, na_value=np.nan) for name in ("ci_low", "ci_high", "estimate"))
    axes.axhline(0, color=FAINT, linewidth=0.9)
    axes.vlines(place, low, high, color=PALETTE[0], linewidth=1.2)
    axes.plot(place, middle, linestyle="", marker=MARKERS[0], markersize=3, color=PALETTE[1])
    axes.set_xticks([])
    axes.grid(visible=False, axis="x")
    axes.set_xlabel("schools in runs of neighbours, from the least to the most under-advice")
    axes.set_ylabel("under-advice after intake,\nagainst the mean of schools")
    figures.percent(axes.yaxis)
    return figure


@figures.style()
def lost(shares: pd.DataFrame, groups: Sequence[str]) -> Figure:
    """Draw the share of pupils that would miss a bijstelling without the test, by year and group."""
    years = sorted(shares["school_year"].unique())
    figure, axes = figures.canvas(7.5)
    _lines(axes, shares, years, groups)
    axes.set_ylabel("share of all pupils")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper left", ncols=len(groups))
    return figure


def _lines(axes: Axes, shares: pd.DataFrame, years: Sequence[str], groups: Sequence[str]) -> None:
    for place, group in enumerate(groups):
        rows = shares[shares["group"] == group].set_index("school_year").reindex(list(years))
        values = {name: rows[name].to_numpy(float, na_value=np.nan) for name in ("estimate", "ci_low", "ci_high")}
        axes.fill_between(
            range(len(years)), values["ci_low"], values["ci_high"], color=PALETTE[place], alpha=0.18, lw=0
        )
        axes.plot(
            range(len(years)), values["estimate"], color=PALETTE[place], marker=MARKERS[place], ms=3.2, label=group
        )
    step = 1 if len(years) <= 6 else 2
    shown = [place for place in range(len(years)) if (len(years) - 1 - place) % step == 0]
    axes.set_xticks(shown, [years[place] for place in shown], rotation=45, ha="right", rotation_mode="anchor")
    axes.set_ylim(bottom=0)
    figures.percent(axes.yaxis, decimals=1 if axes.get_ylim()[1] < FINE else 0)


def _mark_breaks(axes: Axes, years: Sequence[str], breaks: Sequence[str]) -> None:
    for name in breaks:
        if name in years:
            axes.axvline(list(years).index(name) - 0.5, color=INK, linestyle="--", linewidth=0.9)


def _cell(axes: Axes, x: int, y: int, share: float) -> None:
    if np.isnan(share):
        axes.add_patch(Rectangle((x, y), 1, 1, fill=False, hatch="////", edgecolor=FAINT, linewidth=0))
    elif share >= 0.005:
        colour = "white" if share > 0.5 else INK
        axes.text(x + 0.5, y + 0.5, f"{100 * share:.0f}", ha="center", va="center", fontsize=7, color=colour)


def _points(axes: Axes) -> None:
    """Write differences between shares as percentage points."""
    axes.xaxis.set_major_formatter(lambda value, _: _signed(100 * value))
    axes.set_xlabel("percentage points")


def _signed(points: float) -> str:
    """Write a difference with its sign, a real minus; zero has none."""
    if abs(points) < 1e-9:
        return "0"
    decimals = 0 if float(points).is_integer() or abs(points - round(points)) < 1e-9 else 1
    return ("+" if points > 0 else MINUS) + f"{abs(points):.{decimals}f}"


def _on(colour: str) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 140 else INK
