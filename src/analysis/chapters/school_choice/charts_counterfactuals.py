"""The charts of other worlds: segregation in each, what makes it, and where pupils go when a school closes or opens."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.chapters.school_choice.charts import in_order_of_groups
from analysis.chapters.school_choice.words import group_label
from analysis.chapters.school_choice.words_counterfactuals import COMPARISONS, FACTORS, MODELS, SCENARIOS
from analysis.errors import WithheldError
from analysis.language import term, text
from analysis.publish import forms
from analysis.publish.figures import style
from analysis.publish.forms.marks import ENDS, present

DISSIMILARITY = "dissimilarity"
STORY = ("now", "model_fit", "no_taste", "nearest", "nearest_with_capacity", "random")
"""Scenarios in the order in which they are drawn; those of one school hardly move the index, and are not."""

_shares = partial(forms.points, numbers="percent", zero="edge")


def segregation_by_scenario(scenarios: pd.DataFrame) -> Figure:
    """Draw dissimilarity under every scenario, with intervals where luck or coefficients leave it uncertain."""
    lines = {code: SCENARIOS[code] for code in STORY}
    rows = scenarios[(scenarios["index"] == DISSIMILARITY) & scenarios["scenario"].isin([*lines])]
    axis, names = text("dissimilarity (0 = even, 1 = separate)"), present(COMPARISONS, rows["group"])
    return forms.points(rows, axis, line="scenario", lines=lines, series="group", names=names, zero="edge")


def residence_and_choice(parts: pd.DataFrame) -> Figure:
    """Draw what chance, homes, distance and tastes add to dissimilarity, averaged over all orders."""
    rows = parts[(parts["index"] == DISSIMILARITY) & (parts["order"] == "Shapley")]
    axis, names = text("part of the dissimilarity"), present(COMPARISONS, rows["group"])
    return forms.points(rows, axis, line="factor", lines=FACTORS, series="group", names=names)


def moved_nearby(moved: pd.DataFrame) -> Figure:
    """Draw which share of the pupils that a school loses or gains goes to, or comes from, schools near to it."""
    titles = {
        "closes": text("A school closes: gone to schools nearby"),
        "opens": text("A school opens: come from schools nearby"),
    }
    near = moved[moved["scenario"].isin([*titles])].sort_values("scenario", kind="stable")
    band = band_that_tells(near)
    axis = text("share at schools nearby ({band})", band=term(str(band)))
    near = in_order_of_groups(near[near["term"] == band])
    shown = present(titles, near["scenario"])
    return _shares(near, axis, line="group", lines=group_label, panel="scenario", titles=shown)


def band_that_tells(moved: pd.DataFrame) -> str:
    """Choose the narrowest band in which any group has pupils: one that is zero throughout shows nothing."""
    near = moved[moved["scenario"].isin(["closes", "opens"])].sort_values("scenario", kind="stable")
    bands = [*near["term"].drop_duplicates()]
    moving = near.loc[near["estimate"].fillna(0) != 0, "term"]
    return next((str(band) for band in bands if (moving == band).any()), str(bands[0]) if bands else "")


def change_of_kind(moved: pd.DataFrame, attribute: str = "", value: str = "") -> Figure:
    """Draw the relative change in the pupils of a school that becomes of another kind, by group.

    Parameters
    ----------
    attribute, value : What of the school changes, and what it becomes.
    """
    rows = in_order_of_groups(moved[moved["scenario"] == "changes"])
    if (rows[[*ENDS]].fillna(0) == 0).all(axis=None):
        raise WithheldError(text("Not shown: with this change the school has no more or fewer pupils of any group."))
    axis = text("change in the number of pupils of the group")
    ways = (text("fewer pupils of the group"), text("more"))
    figure = _shares(rows, axis, line="group", lines=group_label, zero="line", ways=ways)
    if value:
        with style():
            figure.axes[0].set_title(text("{attribute} becomes {value}", attribute=attribute, value=value), loc="left")
    return figure


def staying_with_the_kind(substitution: pd.DataFrame) -> Figure:
    """Draw which share of the pupils of a closed school goes to another of its kind: all models, and size alone.

    The dot is what the sizes of schools alone would give, the pale bar goes from the lowest to the highest model.
    """
    rows = substitution[(substitution["closes"] == "one school") & (substitution["kind"] == substitution["to"])]
    by_kind = rows.groupby("kind", sort=False)
    models = by_kind["share"].agg(ci_low="min", ci_high="max").assign(estimate=np.nan, of="models")
    alone = by_kind[["proportional"]].first().rename(columns={"proportional": "estimate"})
    every = pd.concat([models, alone.assign(ci_low=np.nan, ci_high=np.nan, of="proportional")]).reset_index()
    names = {"models": text("from the lowest to the highest model"), "proportional": MODELS["proportional"]}
    axis = text("share that goes to another school of the same kind")
    return _shares(every, axis, line="kind", series="of", names=names)
