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
from matplotlib.transforms import Bbox, TransformedBbox
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
THICK = 0.8
"""Part of the height of a line that its bar takes."""
BESIDE = 0.8
"""Part of a place that bars beside each other take."""
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
    kinds = named(rows, series)
    drawn = pd.DataFrame({"x": rows[x].astype(str).map(term), "height": floats(rows, height)})
    drawn["series"] = rows[series].map(kinds) if series else ""
    figure, axes = canvas(BARS_CM)
    sns.barplot(
        drawn,
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
    _say_missing(axes, drawn, given.assign(x=given[x].astype(str).map(term)), [*kinds.values()])
    axes.tick_params(axis="x", length=0)
    axes.grid(visible=False, axis="x")
    write_numbers(axes.yaxis, "percent")
    axes.set(xlabel=term(axis), ylabel=term(label))
    if series:
        legend_above(axes, legend)
    return figure


def _written(share: float) -> str:
    return localised(whole_percent(share)) if np.isfinite(share) else ""


def _say_missing(axes: Axes, drawn: pd.DataFrame, given: pd.DataFrame, names: Sequence[str]) -> None:
    """Write at the place of each bar that is not there why; of many bars only where a place has none at all."""
    for place, (name, own) in enumerate(drawn.groupby("x", sort=False)):
        missing = [not own.loc[own["series"] == one, "height"].notna().any() for one in names]
        why = why_missing(given[given["x"] == name])
        if len(drawn) > CROWDED or len(names) == 1:
            missing = [all(missing)]
        for number in np.flatnonzero(missing):
            in_place(axes, why, place + (number - (len(missing) - 1) / 2) * BESIDE / len(missing), upright=True)


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

    What is known stands from zero in its order. What is withheld is the rest of the bar, one hatched piece whatever
    number of parts it has, and the bar says so behind its end; one of which all is withheld has the word alone.
    Published shares are rounded: a bar of which all is known ends at one, and what it lacks or has too much is shared
    by the places where its parts meet.

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
    start = _starts(wide)
    for part, colour in zip(called, colours, strict=True):
        drawn = axes.barh(
            range(len(bars_of)), wide[part], left=start[part], height=THICK, label=called[part], color=colour, **EDGE
        )
        written = [_written(share) if share >= LEAST else "" for share in wide[part]]
        axes.bar_label(drawn, written, label_type="center", fontsize=SMALL, color=_on(colour))
    _say_rest(axes, wide, [why_missing(shares[(shares[line] == name) & shares["estimate"].isna()]) for name in bars_of])
    for name in breaks:
        if name in bars_of:
            break_line(axes, bars_of.index(name) - 0.5, upright=False)
            beside(axes, Label(fill(term(break_words), NAME), 1.0, bars_of.index(name) - 0.5, INK))
    _lay_out(axes, _with_n(shares, line, bars_of))
    legend_above(axes, legend)
    return figure


def _starts(wide: pd.DataFrame) -> pd.DataFrame:
    """Return where each part begins: where the last one ended, or by what rounding leaves nearer to a whole bar."""
    start = wide.fillna(0.0).cumsum(axis=1).shift(1, axis=1, fill_value=0.0)
    left = (1.0 - wide.sum(axis=1)).where(wide.notna().all(axis=1), 0.0)
    return start + np.outer(left, np.linspace(0, 1, len(wide.columns)))


def _say_rest(axes: Axes, wide: pd.DataFrame, why: Sequence[str]) -> None:
    """Hatch what the known parts of a bar leave, and write behind it why; at its place where nothing is known."""
    for at, (words, parts) in enumerate(zip(why, wide.to_numpy(), strict=True)):
        known = np.isfinite(parts)
        if not known.any():
            in_place(axes, words, at)
        elif not known.all():
            rest = Rectangle((np.nansum(parts), at - 0.5), 1, 1, fill=False, hatch="////", edgecolor=FAINT, linewidth=0)
            axes.add_patch(rest)  # as large as a withheld cell, of which the bar shows what lies in it
            inside = Bbox.from_bounds(0, at - THICK / 2, 1, THICK)
            rest.set_clip_box(TransformedBbox(inside, axes.transData))
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


def _lay_out(axes: Axes, labels: Sequence[str]) -> None:
    axes.set_yticks(range(len(labels)), labels)
    axes.set(ylim=(len(labels) - 0.5, -0.5), xlim=(0, 1), xlabel=text("share of pupils"))
    axes.grid(visible=False)
    write_numbers(axes.xaxis, "percent")


def _on(colour: str) -> str:
    """Return the colour in which words can be read on another, as seaborn does in the cells of a heat map."""
    return "white" if relative_luminance(colour) < 0.2 else INK
