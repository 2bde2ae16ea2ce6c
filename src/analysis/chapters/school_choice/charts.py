"""The charts of school choice, drawn from the frames that are published beside them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from analysis.chapters.school_choice.words import attribute_label, group_label
from analysis.language import text
from analysis.publish import figures


@figures.style()
def willingness(travel: pd.DataFrame, attributes: Sequence[str]) -> Figure:
    """Draw the extra km for a step of each attribute, with intervals, one series per kind of chooser.

    Parameters
    ----------
    travel
        Estimates of `chapters.school_choice.models.willingness_to_travel` by one method, of one model or more.
    attributes
        Which attributes, from the top.
    """
    rows = travel[travel["term"].isin(attributes)]
    kinds = list(dict.fromkeys(zip(rows["model"], rows["group"], strict=True)))
    models = set(rows["model"])
    figure, axes = figures.canvas(4.0 + 0.32 * len(attributes) * len(kinds))
    for place, (model, group) in enumerate(kinds):
        own = rows[(rows["model"] == model) & (rows["group"] == group)].set_index("term").reindex(attributes)
        labelled = own.reset_index().assign(label=[attribute_label(name) for name in attributes])
        name = group_label(group, model if len(models) > 1 else "")
        figures.intervals(axes, labelled, "label", name=name, series=place, of=len(kinds))
    axes.set_xlabel(text("extra distance (km)"))
    figures.legend_above(axes)
    return figure
