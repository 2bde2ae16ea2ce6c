"""Whether the marks of a figure have 95% intervals, as its title says it: read off the rows and off what is drawn."""

from __future__ import annotations

import pandas as pd
from matplotlib.collections import FillBetweenPolyCollection, LineCollection
from matplotlib.figure import Figure

from analysis.language import joined, text
from analysis.publish.forms.marks import ENDS


def intervals_of(figure: Figure, rows: pd.DataFrame) -> str:
    """Say whether all marks of a figure have 95% intervals or some, and whether there are bounds; empty if neither.

    Parameters
    ----------
    figure : Without a line or a band that goes from one end to another it shows none, whatever its rows have.
    rows : What is drawn. A row with ``ci_low, ci_high`` and no ``estimate`` is a bound, or is of a curve in a band.
    """
    drawn = [one for axes in figure.axes for one in axes.collections]
    banded = any(isinstance(one, FillBetweenPolyCollection) for one in drawn)
    if not set(ENDS) <= set(rows) or not (banded or any(isinstance(one, LineCollection) for one in drawn)):
        return ""
    known, ended = rows["estimate"].notna(), rows[["ci_low", "ci_high"]].notna().all(axis=1)
    bounds = text("Bars without a dot: bounds") if (ended & ~known).any() and not banded else ""
    with_one = int((known & ended).sum())
    every = text("95% intervals") if with_one == known.sum() else text("95% intervals where they are shown")
    return joined(". ", [every if with_one else "", bounds])
