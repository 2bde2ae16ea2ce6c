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
    values = {
        "subject": term(first["subject"]),
        "raw": first["share_raw"],
        "added": first["share_added"],
        "rank": first["rank_correlation"],
    }
    between = say(
        ("schools_differ_as_much", "schools_differ_more", "schools_differ_less")[_between(known)],
        subjects=_of_subjects(known, _differences),
        **values,
    )
    same = (known["rank_correlation"] >= SAME).all()
    order = say("same_order" if same else "other_order", subjects=_of_subjects(known, _ranks), **values)
    return frame(
        [
            ("between_schools", between, number_of(first["n_pupils"]), "pupils"),
            ("order", order, number_of(first["n_schools"]), "schools"),
        ]
    )


def _of_subjects(agreement: pd.DataFrame, of_subject: Callable[[pd.Series], Text]) -> Text:
    return joined(" ", (of_subject(row) for _, row in agreement.iterrows()))


def _between(agreement: pd.DataFrame) -> int:
    """Return the sign of value added less later score, where it is that of every subject as it is written; else 0."""
    written = (100 * agreement[["share_raw", "share_added"]]).round()
    apart = written["share_added"] - written["share_raw"]
    return int((apart > 0).all()) - int((apart < 0).all())


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
