"""Whether tastes differ between groups, in a sentence: what it says follows from a test."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.language import text
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import LEVEL, number_of

say = sentences_beside(__file__)

Finding = tuple[str, str, int, str]

PUPILS = "pupils"


def tastes(mixed: pd.DataFrame) -> Iterator[Finding]:
    """Say whether tastes differ between groups.

    Parameters
    ----------
    mixed : Of `models.substitution`, as the gate let it through: the test is the same in every row.
    """
    known = mixed.dropna(subset=["p_groups"])
    if len(known):
        row = known.iloc[0]
        p_value = row["p_groups"]
        sentence = say("groups_differ" if p_value < LEVEL else "groups_alike", p=_p(p_value))
        yield "tastes_of_groups", sentence, number_of(row["n_obs"]), PUPILS


def _p(value: float) -> str:
    return text("p < 0.001") if value < 0.0005 else text("p = {p:.3f}", p=value)


def p_values_of_tastes(mixed: pd.DataFrame) -> pd.DataFrame:
    """Return the test on tastes in the form of estimates: ``term, estimate, p_value``; the statistic is the estimate.

    Parameters
    ----------
    mixed : ``lr_groups, p_groups``: of the whole sample, the same in every row.
    """
    row = mixed.iloc[0] if len(mixed) else dict.fromkeys(("lr_groups", "p_groups"), np.nan)
    return pd.DataFrame([("p_groups", row["lr_groups"], row["p_groups"])], columns=["term", "estimate", "p_value"])
