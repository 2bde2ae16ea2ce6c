"""The charts of the chapter on reference levels, from the frames that are published beside them."""

from __future__ import annotations

from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from analysis.chapters.school_levels.models.shares import TARGET
from analysis.language import text, word
from analysis.publish import forms

OUTSIDE = {
    "expected": word("expected by sampling variation alone"),
    "observed": word("observed"),
    "freed": word("allowing for what schools differ"),
}

shares = partial(
    forms.lines,
    axis=word("schoolweging"),
    x="band",
    series="outcome",
    panel="subject",
    label=word("share of pupils"),
    numbers="percent",
    zero="edge",
    across=True,
)
groups = partial(
    forms.lines,
    axis=word("schoolweging"),
    x="band",
    series="year",
    panel="subject",
    label=word("latent mean (standard deviations)"),
    across=True,
)
contrasts = partial(
    forms.points, axis=word("standard deviations of all pupils"), line="group", panel="term", apart=True, written=2
)
cuts = partial(forms.points, axis=word("share of pupils"), line="group", series="model", numbers="percent", zero="line")
spread = partial(
    forms.points,
    axis=word("standard deviation between schools of one schoolweging (log odds)"),
    line="group",
    series="model",
    zero="edge",
)
apart = partial(
    forms.estimates,
    axis=word("share of pupils"),
    line="subject",
    panel="outcome",
    ends=("middle", "tenth", "ninetieth"),
    numbers="percent",
    zero="edge",
    ranged=word("eight in ten schools"),
    written=0,
)


def luck(rows: pd.DataFrame) -> Figure:
    """Draw what part of the variance in the share at target is sampling variation, by subject and number of years."""
    of_target, label = rows[rows["outcome"] == TARGET], text("part of the variance")
    return forms.bars(of_target, x="subject", height="luck", series="averaged", label=label, legend=text("years"))


def outside(rows: pd.DataFrame) -> Figure:
    """Draw the part of schools outside the limits of the share at target, by subject."""
    of_target = rows[rows["outcome"] == TARGET]
    return forms.bars(of_target, x="subject", height=OUTSIDE, label=text("part of schools"))
