"""Rows of tables from logits of pupils: coefficients, and what the closure year did on average."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.stats.logit_states import Logit

Floats = NDArray[np.floating[Any]]


def coefficients(model: Logit, name: str) -> pd.DataFrame:
    """Return the coefficients in log odds; missing where the outcome is separated."""
    rows = model.fit.estimates(name, model.outcome, "log odds")
    if model.separated:
        rows[["estimate", "std_error", "ci_low", "ci_high", "p_value"]] = np.nan
    n_least = int(model.rows.groupby("year").size().min())
    df = model.fit.n_clusters - 1.0
    return rows.assign(outcome=model.outcome, by="", category="", df=df, n_least=n_least)


def told(model: Logit, estimate: float, gradient: Floats) -> dict[str, float]:
    """Give an estimate its error by the delta method, for `rows.in_rows`."""
    return {"estimate": estimate, "std_error": model.fit.error(gradient), "schools": model.fit.n_clusters}


def closure_effect(model: Logit, part: pd.DataFrame) -> dict[str, float]:
    """Average effect of the closure year on the pupils of a group: every one of them once in it, once before it.

    Missing where everybody or nobody has the outcome: an error computed there would be too small.
    """
    closed, before = (part.assign(closure=year) for year in (1.0, 0.0))
    return told(model, *model.effect(closed, before))
