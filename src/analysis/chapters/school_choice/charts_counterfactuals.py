"""The charts of other worlds: segregation in each, what makes it, and where pupils go when a school closes or opens."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.chapters.school_choice.words import group_label
from analysis.chapters.school_choice.words_counterfactuals import COMPARISONS, FACTORS, MODELS, SCENARIOS, named
from analysis.language import term, text
from analysis.publish import figures

DISSIMILARITY = "dissimilarity"


@figures.style()
def segregation_by_scenario(scenarios: pd.DataFrame) -> Figure:
    """Draw dissimilarity under every scenario, with intervals where luck or coefficients leave it uncertain.

    Parameters
    ----------
    scenarios
        `models.counterfactuals.by_scenario`; the scenarios of a single school are left out, because one
        school among many hardly moves the index.
    """
    kept = [name for name in SCENARIOS if name not in ("closes", "opens", "changes")]
    rows = scenarios[(scenarios["index"] == DISSIMILARITY) & scenarios["scenario"].isin(kept)]
    figure, axes = figures.canvas(8.0)
    groups = list(dict.fromkeys(rows["group"]))
    for place, group in enumerate(groups):
        own = rows[rows["group"] == group].set_index("scenario").reindex(kept).reset_index()
        own["label"] = [named(SCENARIOS, name) for name in own["scenario"]]
        name = named(COMPARISONS, group)
        figures.intervals(axes, own, "label", name=name, series=place, of=len(groups), reference=None)
    axes.set_xlim(0, None)
    axes.set_xlabel(text("dissimilarity (0 = even, 1 = separate)"))
    figures.legend_above(axes, ncols=1)
    return figure


@figures.style()
def residence_and_choice(parts: pd.DataFrame) -> Figure:
    """Draw what chance, homes, distance and tastes add to dissimilarity, averaged over all orders.

    Parameters
    ----------
    parts
        `models.counterfactuals.residence_and_choice`.
    """
    rows = parts[(parts["index"] == DISSIMILARITY) & (parts["order"] == "Shapley")]
    figure, axes = figures.canvas(6.5)
    groups = list(dict.fromkeys(rows["group"]))
    rows = rows.assign(label=[named(FACTORS, name) for name in rows["factor"]])
    lines = list(dict.fromkeys(rows["label"]))
    for place, group in enumerate(groups):
        own = figures.in_lines(rows[rows["group"] == group], "label", lines)
        figures.intervals(axes, own, "label", name=named(COMPARISONS, group), series=place, of=len(groups))
    axes.set_xlabel(text("points of dissimilarity"))
    figures.legend_above(axes, ncols=1)
    return figure


@figures.style()
def moved_nearby(moved: pd.DataFrame) -> Figure:
    """Draw which share of the pupils that a school loses or gains goes to, or comes from, schools near to it.

    Parameters
    ----------
    moved
        `models.counterfactuals.moved`; the nearest band is the first term of a school that closes.
    """
    near = moved[moved["scenario"].isin(["closes", "opens"])].sort_values("scenario", kind="stable")
    band = near["term"].iloc[0] if len(near) else ""
    names = {
        "closes": text("to such schools, when a school closes"),
        "opens": text("from such schools, when a school opens"),
    }
    near = near[near["term"] == band].assign(label=lambda of: [group_label(group) for group in of["group"]])
    lines = list(dict.fromkeys(near["label"]))
    figure, axes = figures.canvas(3.0 + 0.9 * len(lines))
    for place, (scenario, name) in enumerate(names.items()):
        labelled = figures.in_lines(near[near["scenario"] == scenario], "label", lines)
        figures.intervals(axes, labelled, "label", name=name, series=place, of=len(names), reference=None)
    axes.set_xlim(0, None)
    figures.percent(axes.xaxis)
    axes.set_xlabel(text("share at schools nearby ({band})", band=term(str(band))))
    figures.legend_above(axes, ncols=1)
    return figure


@figures.style()
def change_of_kind(moved: pd.DataFrame) -> Figure:
    """Draw the relative change in the pupils of a school that becomes of another kind, by group."""
    rows = moved[moved["scenario"] == "changes"]
    figure, axes = figures.canvas(2.5 + 0.7 * len(rows))
    figures.intervals(axes, rows.assign(label=[group_label(group) for group in rows["group"]]), "label")
    figures.percent(axes.xaxis)
    axes.set_xlabel(text("change in the number of pupils of the group"))
    return figure


@figures.style()
def staying_with_the_kind(substitution: pd.DataFrame) -> Figure:
    """Draw which share of the pupils of a closed school goes to another school of its kind, by model.

    Parameters
    ----------
    substitution
        `models.counterfactuals.substitution`, its first table.
    """
    rows = substitution[(substitution["closes"] == "one school") & (substitution["kind"] == substitution["to"])]
    plain = rows[rows["model"] == "conditional_logit"]
    every = pd.concat([rows, plain.assign(model="proportional", share=plain["proportional"])])
    models = list(dict.fromkeys(every["model"]))
    every = every.assign(estimate=every["share"], ci_low=np.nan, ci_high=np.nan)
    every = every.assign(label=[term(str(kind)) for kind in every["kind"]])
    lines = list(dict.fromkeys(every["label"]))
    figure, axes = figures.canvas(8.0)
    for place, model in enumerate(models):
        own = figures.in_lines(every[every["model"] == model], "label", lines)
        name = named(MODELS, model)
        figures.intervals(axes, own, "label", name=name, series=place, of=len(models), reference=None)
    axes.set_xlim(0, 1)
    figures.percent(axes.xaxis)
    axes.set_xlabel(text("share that goes to another school of the same kind"))
    figures.legend_above(axes)
    return figure
