"""The charts of the chapter on the inspectorate's judgements, from the frames that are published beside them."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from analysis.chapters.judgements.models.boards import FIRTH
from analysis.chapters.judgements.models.parts import JUDGED, PARTS
from analysis.chapters.judgements.models.schools import ALL, CONDITIONAL
from analysis.language import text, word
from analysis.publish import forms

chance = partial(forms.lines, numbers="percent", zero="edge")
findable = partial(
    chance,
    axis=word("schools that are weak after, as expected"),
    x="after",
    series="model",
    names={CONDITIONAL: ""},
    label=word("chance that a change is found"),
)
curve = partial(
    chance,
    axis=word("schools of the board"),
    x="board_size",
    series="model",
    names={FIRTH: ""},
    panel="aspect",
    label=word("chance of good"),
    across=True,
)


size = partial(forms.estimates, axis=word("log odds of good per doubling of the schools"), line="group", zero="line")


def judged(rows: pd.DataFrame) -> Figure:
    """Draw the shares of judgements by kind of school: the rows of the table that are parts of the judged."""
    parts = rows[(rows["judgement"] != JUDGED) & (rows["title"] == ALL)]
    return _parts(parts, text("share of the schools that are judged"), "school_kind")


def aspects(rows: pd.DataFrame) -> Figure:
    """Draw the shares of judgements by aspect, of the boards that are judged."""
    return _parts(rows[rows["judgement"] != JUDGED], text("share of the boards that are judged"), "aspect")


def _parts(rows: pd.DataFrame, axis: str, panel: str) -> Figure:
    how: dict[str, Any] = {"line": "judgement", "panel": panel, "ends": PARTS}
    return forms.estimates(rows, axis, numbers="percent", zero="edge", written=0, **how)
