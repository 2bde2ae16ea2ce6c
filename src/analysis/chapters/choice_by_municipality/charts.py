"""The charts of the chapter on the choice of a school in every municipality, from the frames published beside them."""

from __future__ import annotations

from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from analysis.language import text, word
from analysis.publish import forms

FALL = word("fall of attendance (log odds per km)")

by_density = partial(
    forms.scatter,
    axis=word("addresses per km² around the homes of pupils"),
    x="density",
    part="part",
    points="municipality",
    name=word("municipality, with its 95% interval"),
    curves={"line": word("meta-regression, with its 95% interval")},
    label=FALL,
    log="x",
)
map_of_fall = partial(forms.bubbles, value="estimate", size="n_obs", label=FALL, size_label=word("pupils"))


def published_by_expected(bins: pd.DataFrame) -> Figure:
    """Draw the published mean distance of schools against the one the model expects, in bins of schools."""
    return forms.scatter(
        bins.rename(columns={"published": "estimate", "low": "ci_low", "high": "ci_high"}),
        text("mean distance that the model expects (km)"),
        x="expected",
        name=text("mean of the schools of a bin; line: eight in ten of them"),
        label=text("mean distance published by DUO (km)"),
        log="xy",
        equal=text("equal distances"),
    )
