"""The charts of school choice, drawn from the frames that are published beside them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from analysis.chapters.school_choice.words import CODES, GROUPS, attribute_label, group_label
from analysis.codes import Codes
from analysis.language import text, word
from analysis.publish import forms
from analysis.publish.forms.marks import present

attendance_map = forms.attendance_map
observed_and_predicted = partial(
    forms.bars,
    axis=word("distance to school (km); bands are not equally wide"),
    x="band",
    height={"observed": word("observed"), "predicted": word("predicted")},
    label=word("share of pupils"),
)


def willingness(travel: pd.DataFrame, attributes: Sequence[str], codes: Codes = CODES) -> Figure:
    """Draw the extra km for a step of each attribute, a panel each, with a line per group of choosers and model."""
    rows = in_order_of_groups(travel[travel["term"].isin(attributes)])
    several = len(set(rows["model"])) > 1
    groups = zip(rows["group"], rows["model"], strict=True)
    kinds = [group_label(group, model if several else "") for group, model in groups]
    titles = present({name: attribute_label(name, codes) for name in attributes}, rows["term"])
    ways = (text("avoids it"), text("goes farther for it"))
    axis = text("extra distance (km)")
    how: dict[str, Any] = {"panel": "term", "titles": titles, "ways": ways, "written": 1}
    return forms.points(rows.assign(chooser=kinds), axis, line="chooser", **how)


def kinds_attended(kinds: pd.DataFrame) -> Figure:
    """Draw the share of each group at schools of a kind, and without a taste for it: a panel per kind.

    Drawn are schools without a concept; where no concept is known, the kinds of what else tells schools apart.
    """
    concepts = kinds[(kinds["attribute"] == "concept") & (kinds["category"] == "none")]
    shares = {"observed": word("observed"), "without_taste": word("without a taste for the kind")}
    rows = in_order_of_groups(concepts if len(concepts) else kinds)
    rows = rows.melt([*rows.columns.drop([*shares])], [*shares], var_name="way", value_name="share")
    how: dict[str, Any] = {"series": "way", "names": shares, "numbers": "percent", "zero": "edge", "written": 0}
    return forms.estimates(rows, line="group", ends=["share"], panel="category", **how)


def in_order_of_groups(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with the groups of choosers in their order, from all parents to those with a low education."""
    order = {group: number for number, group in enumerate(GROUPS)}
    return rows.sort_values("group", key=lambda of: of.map(order).fillna(len(order)), kind="stable")
