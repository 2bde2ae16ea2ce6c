"""The charts of the chapter on newcomers and internationals, drawn from the frames published beside them."""

from __future__ import annotations

from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from analysis.language import text, word
from analysis.publish import forms

changes = partial(
    forms.points,
    axis=word("change of the share of all pupils, % of what it was"),
    line="term",
    panel="group",
    numbers="percent",
    zero="line",
    written=0,
)
apart = partial(
    forms.points, axis=word("dissimilarity (0 is even, 1 is apart)"), line="term", panel="group", zero="edge", written=2
)
MOST = {"share": word("observed"), "chance": word("by chance alone")}


def most(rows: pd.DataFrame) -> Figure:
    """Draw the part of each group at the schools with most of it, beside that by chance."""
    return forms.bars(rows, x="group", height=MOST, label=text("share of the group"))
