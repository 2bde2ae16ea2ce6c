"""The findings of the chapter on value added."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from analysis.language import Text, joined, term, text
from analysis.publish.alternative import quantity
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import frame, number_of

say = sentences_beside(__file__)

SAME = 0.995
"""A rank correlation from here on is written as one."""


def findings(agreement: pd.DataFrame) -> pd.DataFrame:
    """Say what schools add, and why it is not what their scores show.

    Parameters
    ----------
    agreement : Of `chapters.value_added.models.agreement`, as the gate let it through.

    Returns
    -------
    DataFrame
        One row per finding: ``name, sentence, n, unit``.
    """
    known = agreement.dropna(subset=["share_raw", "share_added", "rank_correlation"])
    if known.empty:
        return frame([])
    first = known.iloc[0]
    pupils, schools = number_of(first["n_pupils"]), number_of(first["n_schools"])
    return frame(
        [
            ("between_schools", _of_subjects(known, _between(known), _differences), pupils, "pupils"),
            ("order", _of_subjects(known, _order(known), _ranks), schools, "schools"),
        ]
    )


def _of_subjects(agreement: pd.DataFrame, name: str, of_subject: Callable[[pd.Series], Text]) -> Text:
    """Say a sentence of every subject, with the headline and the key figure of the first."""
    first = agreement.iloc[0]
    return say(
        name,
        subjects=joined(" ", (of_subject(row) for _, row in agreement.iterrows())),
        subject=term(first["subject"]),
        raw=first["share_raw"],
        added=first["share_added"],
        rank=first["rank_correlation"],
    )


def _between(agreement: pd.DataFrame) -> str:
    """Choose the words by where a smaller share of the differences lies between schools, as it is written."""
    written = (100 * agreement[["share_raw", "share_added"]]).round()
    if (written["share_added"] < written["share_raw"]).all():
        return "schools_differ_less"
    return "schools_differ_more" if (written["share_added"] > written["share_raw"]).all() else "schools_differ_as_much"


def _order(agreement: pd.DataFrame) -> str:
    return "same_order" if (agreement["rank_correlation"] >= SAME).all() else "other_order"


def _differences(row: pd.Series) -> Text:
    return say("differences", subject=term(row["subject"]), raw=row["share_raw"], added=row["share_added"])


def _ranks(row: pd.Series) -> Text:
    return say("order", subject=term(row["subject"]), rank=row["rank_correlation"])


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
