"""The charts of shares in the chapter on the school advice, each drawn from the frame that is published beside it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import PercentFormatter

from analysis import language
from analysis.language import text
from analysis.publish import figures
from analysis.publish.figures import COLOUR_MAP, FAINT, INK, MARKERS, PALETTE

EVERYONE = "all"
EDUCATION = ("hoog", "middelbaar", "laag", "onbekend")
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
        lines(place, shares[shares[of] == panel], years, groups)
        _mark_breaks(place, years, breaks)
        place.set_title(language.term(panel))
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
    wide = wide[wide.notna().all(axis=1)].reindex(names)  # beside a part that is left out the others would shift
    start = np.zeros(len(names))
    for part, colour in zip(terms, colours, strict=True):
        width = wide[part].to_numpy(float, na_value=np.nan)
        axes.barh(
            range(len(names)),
            width,
            left=start,
            color=colour,
            label=language.term(part),
            edgecolor="white",
            linewidth=0.6,
        )
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
    axes.set_yticks(
        range(len(names)), [text("{name}  (n = {n:,})", name=language.term(name), n=n[name]) for name in names]
    )
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlim(0, 1)
    axes.grid(visible=False)
    figures.percent(axes.xaxis)
    axes.set_xlabel(text("share of pupils"))
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
    named = [f"{language.term(row['category'])}: {language.term(row['group'])}" for _, row in chosen.iterrows()]
    told = chosen.assign(name=named)
    labels = list(dict.fromkeys(told["name"]))
    figure, axes = figures.canvas(2.8 + 0.62 * len(labels))
    terms = list(dict.fromkeys(told["term"]))
    for place, kind in enumerate(terms):
        rows = told[told["term"] == kind].set_index("name").reindex(labels).reset_index()
        figures.intervals(axes, rows, "name", name=language.term(kind), series=place, of=len(terms), reference=None)
    figures.percent(axes.xaxis)
    axes.set_xlim(left=0)
    axes.set_xlabel(text("share of pupils with a test score"))
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper left", ncols=len(terms))
    return figure


@figures.style()
def by_test_advice(shares: pd.DataFrame, groups: Sequence[str]) -> Figure:
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
    for panel, kind in zip(axes.flat, terms, strict=True):
        for place, group in enumerate(groups):
            rows = shares[(shares["term"] == kind) & (shares["group"] == group)].set_index("category")
            rows = rows.reindex(names).reset_index()
            figures.intervals(
                panel, rows, "category", name=language.term(group), series=place, of=len(groups), reference=None
            )
        panel.set_title(language.term(kind))
        panel.set_xlabel(text("share of pupils"))
        panel.set_xlim(left=0)
        figures.percent(panel.xaxis)
    axes.flat[0].set_ylabel(text("advice of the test"))
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
    told = [text("{name}  (n = {n:,})", name=row, n=n[row]) if pd.notna(n[row]) else row for row in rows]
    axes.set_yticks(np.arange(len(rows)) + 0.5, told)
    axes.set_xticks(np.arange(len(columns)) + 0.5, columns, rotation=45, ha="right", rotation_mode="anchor")
    axes.tick_params(length=0)
    axes.grid(visible=False)
    axes.set_xlabel(text("first advice of the school"))
    axes.set_ylabel(text("advice of the test"))
    bar = figure.colorbar(image, ax=axes, shrink=0.7, aspect=26, pad=0.01, format=PercentFormatter(xmax=1, decimals=0))
    bar.outline.set_visible(False)
    bar.set_label(text("share of the pupils with that test advice"))
    return figure


@figures.style()
def groups_at_score(shares: pd.DataFrame) -> Figure:
    """Draw shares at one exact test score, by group with intervals, a panel per score."""
    panels = list(dict.fromkeys(shares["category"]))
    figure, axes = figures.canvas(5.2, columns=len(panels), sharey=True, squeeze=False)
    for panel, category in zip(axes.flat, panels, strict=True):
        rows = shares[shares["category"] == category].reset_index(drop=True)
        figures.intervals(panel, in_words(rows, "group"), "group", reference=None)
        panel.set_title(f"{language.term(category)}: {language.term(rows['term'].iloc[0])}", fontsize=8.5)
        panel.set_xlim(left=0)
        panel.set_xlabel(text("share of pupils"))
        figures.percent(panel.xaxis)
    return figure


@figures.style()
def lost(shares: pd.DataFrame, groups: Sequence[str]) -> Figure:
    """Draw the share of pupils that would miss a bijstelling without the test, by year and group."""
    years = sorted(shares["school_year"].unique())
    figure, axes = figures.canvas(7.5)
    lines(axes, shares, years, groups)
    axes.set_ylabel(text("share of all pupils"))
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper left", ncols=len(groups))
    return figure


def in_words(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """Write the codes of a column in the edition's language."""
    return rows.assign(**{column: [language.term(str(code)) for code in rows[column]]})


def lines(axes: Axes, shares: pd.DataFrame, years: Sequence[str], groups: Sequence[str]) -> None:
    """Draw a line with a band of its intervals for each group."""
    for place, group in enumerate(groups):
        rows = shares[shares["group"] == group].set_index("school_year").reindex(list(years))
        values = {name: rows[name].to_numpy(float, na_value=np.nan) for name in ("estimate", "ci_low", "ci_high")}
        axes.fill_between(
            range(len(years)), values["ci_low"], values["ci_high"], color=PALETTE[place], alpha=0.18, lw=0
        )
        axes.plot(
            range(len(years)),
            values["estimate"],
            color=PALETTE[place],
            marker=MARKERS[place],
            ms=3.2,
            label=language.term(group),
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


def _on(colour: str) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 140 else INK
