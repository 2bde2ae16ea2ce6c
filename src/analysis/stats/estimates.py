"""The one form in which every estimate is told."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

ESTIMATE_COLUMNS = (
    "model",
    "group",
    "term",
    "estimate",
    "std_error",
    "ci_low",
    "ci_high",
    "p_value",
    "n_obs",
    "n_clusters",
    "unit",
)


def normal_interval(estimate: ArrayLike, std_error: ArrayLike, level: float = 0.95) -> pd.DataFrame:
    r"""Interval and p-value of estimates that are normal in large samples.

    Parameters
    ----------
    estimate, std_error
        Shape (n_terms,).
    level
        Confidence level of the interval.

    Returns
    -------
    DataFrame
        ``ci_low, ci_high, p_value``; the p-value is two-sided, against zero.

    Notes
    -----
    :math:`\hat\beta \pm z_{(1 + \mathrm{level})/2}\, s` and :math:`2 \Phi(-|\hat\beta / s|)`.
    """
    value, error = np.asarray(estimate, float), np.asarray(std_error, float)
    half = ndtri((1 + level) / 2) * error
    return pd.DataFrame({"ci_low": value - half, "ci_high": value + half, "p_value": 2 * ndtr(-np.abs(value / error))})


def with_reasons(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep the column ``reason``, why a row has no estimate, only where some row has none."""
    if "reason" not in rows:
        return rows
    rows = rows.assign(reason=rows["reason"].fillna(""))
    return rows.drop(columns="reason") if (rows["reason"] == "").all() else rows


def in_form(rows: pd.DataFrame, **constants: str | float) -> pd.DataFrame:
    """Put estimates in the form of `ESTIMATE_COLUMNS`, other columns after them."""
    filled = rows.assign(**constants)
    others = [name for name in filled.columns if name not in ESTIMATE_COLUMNS]
    return filled[[*ESTIMATE_COLUMNS, *others]].reset_index(drop=True)
