"""Bars: shares beside each other, and shares that add up to one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from seaborn.utils import relative_luminance

from analysis.language import term, text
from analysis.publish.axes import write_numbers
from analysis.publish.figures import INK, PALETTE, canvas, legend_above
from analysis.publish.forms.marks import Names, break_line, floats, form, named, refuse_twice, require, table

TWO = (PALETTE[0], PALETTE[3])
BARS_CM, BAR_CM, FRAME_CM = 6.5, 0.62, 2.6
LEAST = 0.05
"""Smallest part of a bar in which its share is written."""


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
    colours: Sequence[str] = TWO,
) -> Figure:
    """Draw shares as bars.

    Parameters
    ----------
    height : Column of the shares; of several beside each other, each with what the legend calls it.
    colours : Of the series, in their order.
    """
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
    )
    for bars_of, name in zip(axes.containers, kinds.values(), strict=True):
        bars_of.set_label(name)
    axes.tick_params(axis="x", length=0)
    axes.grid(visible=False, axis="x")
    write_numbers(axes.yaxis, "percent")
    axes.set(xlabel=term(axis), ylabel=term(label))
    if series:
        legend_above(axes, legend)
    return figure


@form
def stacked(
    shares: pd.DataFrame, line: str, parts: Names, colours: Sequence[str], breaks: Collection[str] = ()
) -> Figure:
    """Draw shares that add up to one as horizontal bars: ``term, estimate, n_obs`` and the column `line`.

    Parameters
    ----------
    parts, colours : Values of ``term``, from the left.
    """
    called = named(shares, "term", parts)
    bars_of = [*named(shares, line)]
    wide = table(shares, line, "term", "estimate", bars_of, called)
    wide[wide.isna().any(axis=1)] = np.nan  # beside a part that is left out the others would shift
    figure, axes = canvas(FRAME_CM + BAR_CM * len(bars_of))
    start = wide.cumsum(axis=1).shift(1, axis=1, fill_value=0.0)
    for part, colour in zip(called, colours, strict=True):
        how = {"left": start[part], "label": called[part], "edgecolor": "white", "linewidth": 0.6}
        drawn = axes.barh(range(len(bars_of)), wide[part], color=colour, **how)
        written = [f"{share:.0%}" if share >= LEAST else "" for share in wide[part]]
        axes.bar_label(drawn, written, label_type="center", fontsize=7, color=_on(colour))
    for name in breaks:
        if name in bars_of:
            break_line(axes, bars_of.index(name) - 0.5, upright=False)
    n = shares.groupby(line)["n_obs"].max()
    _lay_out(axes, [text("{name}  (n = {n:,})", name=term(str(name)), n=n[name]) for name in bars_of])
    return figure


def _lay_out(axes: Axes, labels: Sequence[str]) -> None:
    axes.set_yticks(range(len(labels)), labels)
    axes.set(ylim=(len(labels) - 0.5, -0.5), xlim=(0, 1), xlabel=text("share of pupils"))
    axes.grid(visible=False)
    write_numbers(axes.xaxis, "percent")
    legend_above(axes)


def _on(colour: str) -> str:
    """Return the colour in which words can be read on another, as seaborn does in the cells of a heat map."""
    return "white" if relative_luminance(colour) < 0.408 else INK
