"""Charts and findings of the chapter on value added."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from analysis.language import term, text
from analysis.publish import figures
from analysis.publish.alternative import quantity
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import frame, number_of

say = sentences_beside(__file__)


@figures.style()
def two_questions(estimates: pd.DataFrame) -> Figure:
    """Draw what background has to do with growth and with the later score at equal earlier score.

    Parameters
    ----------
    estimates
        Of `chapters.value_added.models.growth_by_background`.
    """
    terms = {"iq_verbal": text("verbal IQ, per sd"), "ses": text("SES, per sd"), "minority": text("ethnic minority")}
    models = {"gain": text("growth: change of place"), "ancova": text("later score at equal earlier score")}
    shown = estimates[estimates["term"].isin(list(terms))]
    shown = shown.assign(label=shown["group"].map(term) + ": " + shown["term"].map(terms))
    figure, axes = figures.canvas(8.5)
    for place, (model, name) in enumerate(models.items()):
        rows = shown[shown["model"] == model]
        figures.intervals(axes, rows, "label", name=name, series=place, of=len(models))
    axes.set_xlabel(text("standard deviations of the test"))
    figures.legend_above(axes)
    return figure


@figures.style()
def spread_of_schools(spread: pd.DataFrame) -> Figure:
    """Draw how schools are spread in raw scores and in value added: their middle, with 80% of the schools.

    Parameters
    ----------
    spread
        Of `chapters.value_added.models.value_added`.
    """
    figure, axes = figures.canvas(5.5)
    names = {"raw": text("later score"), "added": text("value added")}
    for place, (column, name) in enumerate(names.items()):
        wide = spread.pivot_table(index="subject", columns="quantile", values=column)
        rows = pd.DataFrame({"estimate": wide[0.5], "ci_low": wide[0.1], "ci_high": wide[0.9]}).reset_index()
        figures.intervals(axes, rows, "subject", name=name, series=place, of=2)
    axes.set_xlabel(text("distance from the mean school (standard deviations of the test)"))
    figures.legend_above(axes)
    return figure


def findings(estimates: pd.DataFrame, spread: pd.DataFrame, agreement: pd.DataFrame) -> pd.DataFrame:
    """Say what schools add, and why it is not what their scores show.

    Parameters
    ----------
    estimates
        Of `chapters.value_added.models.value_added`.
    spread, agreement
        Of `chapters.value_added.models.value_added` and `rank_agreement`.

    Returns
    -------
    DataFrame
        One row per finding: ``name, sentence, n, unit``.
    """
    rows = []
    for subject in agreement["subject"]:
        raw, added = (_share_of_schools(estimates, subject, model) for model in ("raw", "value_added"))
        sentence = say("differences", subject=term(subject), raw=raw, added=added)
        of_subject = agreement[agreement["subject"] == subject].iloc[0]
        order = say("order", subject=term(subject), rank=of_subject["rank_correlation"])
        pupils = number_of(spread.loc[spread["subject"] == subject, "n_pupils"].iloc[0])
        rows += [
            (f"between_schools_{subject}", sentence, pupils, "pupils"),
            (f"order_{subject}", order, number_of(of_subject["n_schools"]), "schools"),
        ]
    return frame(rows)


def narrower(spread: pd.DataFrame) -> str:
    """Say of the figure in how many subjects schools lie closer together in value added than in their later scores.

    Parameters
    ----------
    spread
        Of `chapters.value_added.models.value_added`.
    """
    wide = spread.pivot_table(index="subject", columns="quantile", values=["raw", "added"])
    width = {name: wide[name][0.9] - wide[name][0.1] for name in ("raw", "added")}
    return text(
        "Subjects in which the range is narrower in value added: {narrower}; wider: {wider}.",
        narrower=quantity(number_of((width["added"] < width["raw"]).sum()), len(wide)),
        wider=quantity(number_of((width["added"] > width["raw"]).sum()), len(wide)),
    )


def _share_of_schools(estimates: pd.DataFrame, subject: str, model: str) -> float:
    rows = estimates[(estimates["group"] == subject) & (estimates["model"] == model)].set_index("term")["estimate"]
    between, within = rows["variance_intercept"], rows["variance_residual"]
    return float(between / (between + within))
