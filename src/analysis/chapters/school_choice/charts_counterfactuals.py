"""The charts of other worlds: segregation in each, what makes it, and where pupils go when a school closes or opens."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.chapters.school_choice.words import group_label
from analysis.chapters.school_choice.words_counterfactuals import COMPARISONS, FACTORS, MODELS, SCENARIOS
from analysis.language import term, text
from analysis.publish import forms
from analysis.publish.forms.marks import present

DISSIMILARITY = "dissimilarity"
OF_ONE_SCHOOL = ("closes", "opens", "changes")
"""Scenarios that are not drawn: one school among many hardly moves the index."""

_shares = partial(forms.points, numbers="percent", zero="edge")


def segregation_by_scenario(scenarios: pd.DataFrame) -> Figure:
    """Draw dissimilarity under every scenario, with intervals where luck or coefficients leave it uncertain."""
    lines = {code: name for code, name in SCENARIOS.items() if code not in OF_ONE_SCHOOL}
    rows = scenarios[(scenarios["index"] == DISSIMILARITY) & scenarios["scenario"].isin([*lines])]
    axis, names = text("dissimilarity (0 = even, 1 = separate)"), present(COMPARISONS, rows["group"])
    return forms.points(rows, axis, line="scenario", lines=lines, series="group", names=names, zero="edge")


def residence_and_choice(parts: pd.DataFrame) -> Figure:
    """Draw what chance, homes, distance and tastes add to dissimilarity, averaged over all orders."""
    rows = parts[(parts["index"] == DISSIMILARITY) & (parts["order"] == "Shapley")]
    axis, names = text("points of dissimilarity"), present(COMPARISONS, rows["group"])
    return forms.points(rows, axis, line="factor", lines=FACTORS, series="group", names=names)


def moved_nearby(moved: pd.DataFrame) -> Figure:
    """Draw which share of the pupils that a school loses or gains goes to, or comes from, schools near to it."""
    names = {
        "closes": text("to such schools, when a school closes"),
        "opens": text("from such schools, when a school opens"),
    }
    near = moved[moved["scenario"].isin([*names])].sort_values("scenario", kind="stable")
    band = near["term"].iloc[0] if len(near) else ""
    axis = text("share at schools nearby ({band})", band=term(str(band)))
    near = near[near["term"] == band]
    return _shares(near, axis, line="group", lines=group_label, series="scenario", names=names)


def change_of_kind(moved: pd.DataFrame) -> Figure:
    """Draw the relative change in the pupils of a school that becomes of another kind, by group."""
    rows = moved[moved["scenario"] == "changes"]
    axis = text("change in the number of pupils of the group")
    return _shares(rows, axis, line="group", lines=group_label, zero="line")


def staying_with_the_kind(substitution: pd.DataFrame) -> Figure:
    """Draw which share of the pupils of a closed school goes to another school of its kind, by model."""
    rows = substitution[(substitution["closes"] == "one school") & (substitution["kind"] == substitution["to"])]
    plain = rows[rows["model"] == "conditional_logit"]
    every = pd.concat([rows, plain.assign(model="proportional", share=plain["proportional"])])
    every = every.assign(estimate=every["share"], ci_low=np.nan, ci_high=np.nan)
    axis = text("share that goes to another school of the same kind")
    return _shares(every, axis, line="kind", series="model", names=present(MODELS, every["model"]))
