"""The charts of school choice, drawn from the frames that are published beside them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from analysis.chapters.school_choice.words import CODES, attribute_label, group_label
from analysis.codes import Codes
from analysis.language import text, word
from analysis.publish import forms

attendance_map = forms.attendance_map
observed_and_predicted = partial(
    forms.bars,
    axis=word("distance to school (km)"),
    x="band",
    height={"observed": word("observed"), "predicted": word("predicted")},
    label=word("share of pupils"),
)


def willingness(travel: pd.DataFrame, attributes: Sequence[str], codes: Codes = CODES) -> Figure:
    """Draw the extra km for a step of each attribute, one series per kind of chooser and model."""
    rows = travel[travel["term"].isin(attributes)]
    several = len(set(rows["model"])) > 1
    groups = zip(rows["group"], rows["model"], strict=True)
    kinds = [group_label(group, model if several else "") for group, model in groups]
    lines = {name: attribute_label(name, codes) for name in attributes}
    return forms.points(
        rows.assign(chooser=kinds), text("extra distance (km)"), line="term", lines=lines, series="chooser"
    )
