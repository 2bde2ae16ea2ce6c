"""The charts of the chapter on the inspectorate's judgements, from the frames that are published beside them."""

from __future__ import annotations

from functools import partial

from analysis.chapters.judgements.models.boards import FIRTH
from analysis.chapters.judgements.models.schools import CONDITIONAL
from analysis.language import word
from analysis.publish import forms

judged = partial(
    forms.points,
    axis=word("share of the schools that are judged"),
    line="judgement",
    panel="kind",
    numbers="percent",
    zero="edge",
    written=0,
)
findable = partial(
    forms.lines,
    axis=word("schools that are weak after, as expected"),
    x="after",
    series="model",
    names={CONDITIONAL: ""},
    label=word("chance that a change is found"),
    numbers="percent",
    zero="edge",
)
aspects = partial(
    forms.points,
    axis=word("share of the boards that are judged"),
    line="judgement",
    panel="aspect",
    numbers="percent",
    zero="edge",
    written=0,
)
size = partial(
    forms.lines,
    axis=word("schools of the board"),
    x="size",
    series="model",
    names={FIRTH: ""},
    panel="aspect",
    label=word("chance of good"),
    numbers="percent",
    zero="edge",
    across=True,
)
