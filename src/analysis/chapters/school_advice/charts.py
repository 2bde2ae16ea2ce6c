"""The chart of the chapter on the advice of schools, drawn from the frame that is published beside it."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from analysis.language import term, text
from analysis.publish import figures
from analysis.publish.figures import MARKERS, PALETTE


@figures.style()
def by_band(points: pd.DataFrame) -> Figure:
    """Draw the mean advice over bands of schoolweging, a line per school year.

    Parameters
    ----------
    points
        ``band, year`` (first calendar year), ``level``; bands in their order.
    """
    bands = list(dict.fromkeys(points["band"]))
    figure, axes = figures.canvas(7.5)
    for place, (year, rows) in enumerate(points.groupby("year", sort=True)):
        level = rows.set_index("band")["level"].reindex(bands).astype(float)
        first = int(str(year))
        label = f"{first}/{(first + 1) % 100:02d}"
        axes.plot(range(len(bands)), level, marker=MARKERS[place], color=PALETTE[place], label=label)
    axes.set_xticks(range(len(bands)), [term(band) for band in bands])
    axes.set_xlabel(text("schoolweging"))
    axes.set_ylabel(text("mean advice, level"))
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper left", ncols=3)
    return figure
