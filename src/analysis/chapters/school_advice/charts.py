"""The chart of the chapter on the advice of schools, drawn from the frame that is published beside it."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from analysis.advice_levels import NUMBER_OF_LEVEL
from analysis.language import text
from analysis.publish import forms
from analysis.publish.forms.lines import FEWEST
from analysis.school_years import school_year


def by_band(points: pd.DataFrame) -> Figure:
    """Draw the mean advice (``level``) over bands of schoolweging, a line per school year, up the axis the advices."""
    rows = points.rename(columns={"level": "estimate"})
    names = {year: school_year(int(year)) for year in sorted(rows["year"].unique())}
    axis, label = text("schoolweging"), text("mean advice")
    figure = forms.lines(rows, axis, x="band", series="year", names=names, label=label)
    for area in figure.axes if rows["band"].nunique() >= FEWEST else ():
        low, high = area.get_ylim()
        levels = {level: name for name, level in NUMBER_OF_LEVEL.items() if low <= level <= high}
        area.set_yticks([*levels], [*levels.values()])
    return figure
