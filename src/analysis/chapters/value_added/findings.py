"""The findings of the chapter on value added."""

from __future__ import annotations

import pandas as pd

from analysis.language import term, text
from analysis.publish.alternative import quantity
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import frame, number_of

say = sentences_beside(__file__)


def findings(estimates: pd.DataFrame, spread: pd.DataFrame, agreement: pd.DataFrame) -> pd.DataFrame:
    """Say what schools add, and why it is not what their scores show.

    Parameters
    ----------
    estimates : Of `chapters.value_added.models.value_added`.
    spread, agreement : Of `chapters.value_added.models.value_added` and `rank_agreement`.

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
    spread : Of `chapters.value_added.models.value_added`.
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
