"""The chart of the chapter on the advice of schools, drawn from the frame that is published beside it."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from analysis.language import text
from analysis.publish import forms
from analysis.school_years import school_year


def by_band(points: pd.DataFrame) -> Figure:
    """Draw the mean advice (``level``) over bands of schoolweging, a line per school year."""
    rows = points.rename(columns={"level": "estimate"})
    names = {year: school_year(int(year)) for year in sorted(rows["year"].unique())}
    axis, label = text("schoolweging"), text("mean advice, level")
    return forms.lines(rows, axis, x="band", series="year", names=names, label=label)
