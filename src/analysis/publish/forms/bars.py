"""Bars: shares beside each other, and shares that add up to one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from seaborn.utils import relative_luminance

from analysis.language import localised, term, text
from analysis.publish.axes import whole_percent, write_numbers
from analysis.publish.figures import FAINT, INK, PALETTE, SMALL, canvas, legend_above
from analysis.publish.forms.labels import Label, beside, in_place, why_missing
from analysis.publish.forms.marks import Names, break_line, floats, form, named, refuse_twice, require, table

BARS_CM, BAR_CM, FRAME_CM = 6.5, 0.7, 2.6
EDGE: dict[str, Any] = {"edgecolor": FAINT, "linewidth": 0.8}
LEAST = 0.05
"""Smallest part of a bar in which its share is written."""
NAME = 12
"""Letters of a line beside the bars."""
CROWDED = 16
"""From so many bars on their shares are read from the axis alone."""


@form
def bars(
    rows: pd.DataFrame,
    axis: str = "",
    *,
    x: str,
    height: str | Mapping[str, str],
    series: str | None = None,
    label: str = "",
    legend: str = "",
    colours: Sequence[str] = PALETTE,
) -> Figure:
    """Draw shares as bars with their number on top; where one is withheld, its place says so.

    Parameters
    ----------
    height : Column of the shares; of several beside each other, each with what the legend calls it.
    colours : Of the series, in their order.
    """
    given = rows
    if isinstance(height, Mapping):
        require(rows, x, *height)
        called = {column: term(name) for column, name in height.items()}
        rows = rows[[x, *height]].rename(columns=called).melt(x, var_name="series", value_name="share")
        height, series = "share", "series"
    refuse_twice(rows, x, *([series] if series else []))
    drawn = pd.DataFrame({"x": rows[x].astype(str).map(term), "height": floats(rows, height)})
    kinds = named(rows, series)
    figure, axes = canvas(BARS_CM)
    sns.barplot(
        drawn.assign(series=rows[series].map(kinds) if series else ""),
        x="x",
        y="height",
        hue="series",
        hue_order=[*kinds.values()],
        palette=[*colours][: len(kinds)],
        errorbar=None,
        saturation=1,
        gap=0.06,
        legend=False,  # its handles would count as bars
        ax=axes,
        **EDGE,
    )
    for bars_of, name in zip(axes.containers, kinds.values(), strict=True):
        bars_of.set_label(name)
        if isinstance(bars_of, BarContainer) and len(drawn) <= CROWDED:
            axes.bar_label(bars_of, [_written(bar.get_height()) for bar in bars_of], fontsize=SMALL, padding=1)
    _say_missing(axes, drawn, given, x)
    axes.tick_params(axis="x", length=0)
    axes.grid(visible=False, axis="x")
    write_numbers(axes.yaxis, "percent")
    axes.set(xlabel=term(axis), ylabel=term(label))
    if series:
        legend_above(axes, legend)
    return figure


def _written(share: float) -> str:
    return localised(whole_percent(share)) if np.isfinite(share) else ""


def _say_missing(axes: Axes, drawn: pd.DataFrame, given: pd.DataFrame, x: str) -> None:
    """Write at each place without any bar why it has none."""
    for place, (name, shares) in enumerate(drawn.groupby("x", sort=False)["height"]):
        if shares.isna().all():
            in_place(axes, why_missing(given[given[x].astype(str).map(term) == name]), place, upright=True)


@form
def stacked(
    shares: pd.DataFrame,
    line: str,
    parts: Names,
    colours: Sequence[str],
    breaks: Collection[str] = (),
    *,
    break_words: str = "",
    legend: str = "",
) -> Figure:
    """Draw shares that add up to one as horizontal bars: ``term, estimate`` and the column `line`.

    Where parts are withheld the bar is hatched at their places, and says so behind its end. How wide each of several is
    is unknown: they share what the others leave. Published shares are rounded, so that a bar may be longer than one.

    Parameters
    ----------
    parts, colours : Values of ``term``, from the left.
    breaks, break_words : Bars before which there is a dashed line, and what it stands for.
    legend : What the parts are.
    """
    called = named(shares, "term", parts)
    bars_of = [*named(shares, line)]
    wide = table(shares, line, "term", "estimate", bars_of, called)
    figure, axes = canvas(FRAME_CM + BAR_CM * len(bars_of))
    missing = wide.isna()
    left = (1.0 - wide.sum(axis=1)).clip(lower=0.0) / missing.sum(axis=1).clip(lower=1)
    start = wide.where(~missing, left, axis=0).cumsum(axis=1).shift(1, axis=1, fill_value=0.0)
    for at in np.flatnonzero(missing.any(axis=1)):
        axes.add_patch(Rectangle((0, at - 0.5), 1, 1, fill=False, hatch="////", edgecolor=FAINT, linewidth=0, zorder=0))
    for part, colour in zip(called, colours, strict=True):
        drawn = axes.barh(range(len(bars_of)), wide[part], left=start[part], label=called[part], color=colour, **EDGE)
        written = [_written(share) if share >= LEAST else "" for share in wide[part]]
        axes.bar_label(drawn, written, label_type="center", fontsize=SMALL, color=_on(colour))
    _say_parts(axes, wide, [_why_parts(shares[shares[line] == name]) for name in bars_of])
    for name in breaks:
        if name in bars_of:
            break_line(axes, bars_of.index(name) - 0.5, upright=False)
            beside(axes, Label(fill(term(break_words), NAME), 1.0, bars_of.index(name) - 0.5, INK))
    _lay_out(axes, _with_n(shares, line, bars_of), max(1.0, float(wide.sum(axis=1).max())))
    legend_above(axes, legend)
    return figure


def _why_parts(rows: pd.DataFrame) -> str:
    return why_missing(rows[rows["estimate"].isna()])


def _say_parts(axes: Axes, wide: pd.DataFrame, why: Sequence[str]) -> None:
    """Write behind a bar why parts of it are not drawn."""
    for at, words in enumerate(why):
        if wide.iloc[at].isna().any():
            axes.text(1.01, at, words, ha="left", va="center", fontsize=SMALL, fontstyle="italic", color=INK)


def _with_n(shares: pd.DataFrame, line: str, bars_of: Sequence[str]) -> list[str]:
    """Name each bar, with what it rests on where that is a number of its own."""
    if "n_obs" not in shares:
        return [term(str(name)) for name in bars_of]
    n = shares.groupby(line)["n_obs"].max()
    return [
        term(str(name)) if pd.isna(n[name]) else text("{name}  (n = {n:,})", name=term(str(name)), n=n[name])
        for name in bars_of
    ]


def _lay_out(axes: Axes, labels: Sequence[str], longest: float) -> None:
    axes.set_yticks(range(len(labels)), labels)
    axes.set(ylim=(len(labels) - 0.5, -0.5), xlim=(0, longest), xlabel=text("share of pupils"))
    axes.grid(visible=False)
    write_numbers(axes.xaxis, "percent")


def _on(colour: str) -> str:
    """Return the colour in which words can be read on another, as seaborn does in the cells of a heat map."""
    return "white" if relative_luminance(colour) < 0.2 else INK
