"""Heat map: the share of each cell in the total of its row, as colour and number."""

from __future__ import annotations

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from analysis.language import term, text
from analysis.publish.axes import Hundredths
from analysis.publish.figures import COLOUR_MAP, FAINT, canvas
from analysis.publish.forms.marks import Names, form, named, table

FRAME_CM, ROW_CM = 3.4, 0.68
LEAST = 0.005
"""Smallest share that is written in its cell."""


@form
def heat_map(
    shares: pd.DataFrame,
    axis: str = "",
    *,
    line: str,
    lines: Names = term,
    column: str,
    total: str,
    label: str = "",
    bar: str = "",
) -> Figure:
    """Draw the column ``share`` as colours and numbers; withheld cells are hatched, empty ones light.

    Parameters
    ----------
    column : Column with a column of cells per value, in the order of the rows.
    total : Column with the number that the shares of a line rest on.
    bar : What a colour stands for.
    """
    rows = named(shares, line, lines)
    wide = table(shares, line, column, "share", rows, shares[column].drop_duplicates())
    figure, axes = canvas(FRAME_CM + ROW_CM * len(wide))
    totals = shares.drop_duplicates(line).set_index(line)[total]
    sns.heatmap(
        wide,
        annot=wide.map(lambda share: f"{100 * share:.0f}" if share >= LEAST else ""),
        fmt="",
        annot_kws={"fontsize": 7},
        mask=wide.isna(),
        cmap=COLOUR_MAP,
        vmin=0,
        vmax=1,
        linewidths=0.8,
        xticklabels=[term(str(name)) for name in wide],
        yticklabels=[_with_n(name, totals.get(value)) for value, name in rows.items()],
        cbar_kws={"shrink": 0.7, "aspect": 26, "pad": 0.01, "format": Hundredths(), "label": term(bar)},
        ax=axes,
    )
    for y, x in np.argwhere(wide.isna().to_numpy()):
        axes.add_patch(Rectangle((x, y), 1, 1, fill=False, hatch="////", edgecolor=FAINT, linewidth=0))
    axes.tick_params(length=0)
    axes.tick_params(axis="x", labelrotation=45)
    for words in axes.get_xticklabels():
        words.set(ha="right", rotation_mode="anchor")
    axes.grid(visible=False)
    axes.set(xlabel=term(axis), ylabel=term(label))
    return figure


def _with_n(name: str, n: float | None) -> str:
    return text("{name}  (n = {n:,})", name=name, n=n) if pd.notna(n) else name
