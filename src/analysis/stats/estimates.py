"""The columns in which every estimate is reported, intervals and p-values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri
from scipy.stats import t as student

from analysis.stats.arrays import Floats

ROUNDING = 64 * float(np.finfo(float).eps)  # what remains of a number when it is subtracted from itself

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


def no_estimates(texts: Sequence[str] = (), numbers: Sequence[str] = (), counts: Sequence[str] = ()) -> pd.DataFrame:
    """Return estimates without rows: of a model for which the data lack a column, or every value of one.

    Parameters
    ----------
    texts, numbers, counts : Further columns, by what they hold.

    Returns
    -------
    DataFrame : `ESTIMATE_COLUMNS`, then these columns, each of the type that it has with rows.
    """
    kinds = {
        **dict.fromkeys(ESTIMATE_COLUMNS, "float64"),
        **dict.fromkeys(("model", "group", "term", "unit", *texts), "str"),
        **dict.fromkeys(numbers, "float64"),
        **dict.fromkeys(("n_obs", "n_clusters", *counts), "int64"),
    }
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def normal_interval(estimate: ArrayLike, std_error: ArrayLike, level: float = 0.95) -> pd.DataFrame:
    r"""Interval and p-value of estimates that are normal in large samples.

    Parameters
    ----------
    estimate, std_error : Shape (n_terms,).
    level : Confidence level of the interval.

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


def error_of(low: ArrayLike, high: ArrayLike, level: float = 0.95) -> Floats:
    r"""Return the standard error whose normal interval is as wide as an interval.

    It is for intervals that are no normal ones, such as those of a profile likelihood, where a standard error must be
    told or compared; the estimate need not be in the middle.

    Parameters
    ----------
    low, high : Ends of the intervals, of any shape; missing where there is none.
    level : Confidence level of the intervals.

    Returns
    -------
    array
        Of the same shape, in the unit of the ends; missing where an end is.

    Notes
    -----
    :math:`s = (h - l) / (2 z_{(1 + \mathrm{level})/2})`, so that :math:`\hat\beta \pm z s` is as wide.
    """
    return np.asarray((np.asarray(high, float) - np.asarray(low, float)) / (2 * ndtri((1 + level) / 2)))


def t_interval(
    estimate: pd.Series, std_error: pd.Series, n_clusters: int | pd.Series, level: float = 0.95
) -> pd.DataFrame:
    r"""Return estimates with interval and p-value by Student's t with one degree of freedom less than clusters.

    Parameters
    ----------
    estimate, std_error : Shape (n_terms,).
    n_clusters : Clusters :math:`G`, one number or one per term.
    level : Confidence level of the interval.

    Returns
    -------
    DataFrame
        ``estimate, std_error, ci_low, ci_high, p_value``; the p-value is two-sided, against zero. An error of zero is
        that of an outcome which does not vary, such as one salary for all: nothing is known of how exact it is.

    Notes
    -----
    :math:`\hat\beta \pm t_{G-1, (1 + \mathrm{level})/2}\, s` and :math:`2 P(T_{G-1} > |\hat\beta / s|)`.
    """
    value, error = np.asarray(estimate, float), np.asarray(std_error, float)
    error = np.where(error > ROUNDING * np.abs(value), error, np.nan)
    df = np.asarray(n_clusters) - 1
    half = student.ppf((1 + level) / 2, df) * error
    return pd.DataFrame(
        {
            "estimate": value,
            "std_error": error,
            "ci_low": value - half,
            "ci_high": value + half,
            "p_value": 2 * student.sf(np.abs(value / error), df),
        }
    )


def with_reasons(rows: pd.DataFrame) -> pd.DataFrame:
    """Drop the column ``reason``, why a row has no estimate, where every row has one.

    Parameters
    ----------
    rows : Estimates, with or without the column.

    Returns
    -------
    DataFrame
        Where some row has no estimate with the column, empty for the others.
    """
    if "reason" not in rows:
        return rows
    rows = rows.assign(reason=rows["reason"].fillna(""))
    return rows.drop(columns="reason") if (rows["reason"] == "").all() else rows


def in_form(rows: pd.DataFrame, **constants: str | float) -> pd.DataFrame:
    """Arrange estimates in the columns of `ESTIMATE_COLUMNS`, other columns after them.

    Parameters
    ----------
    rows : One row per estimate.
    constants : Values of columns that are the same in all rows.

    Returns
    -------
    DataFrame
        With an index from 0.
    """
    filled = rows.assign(**constants)
    others = [name for name in filled.columns if name not in ESTIMATE_COLUMNS]
    return filled[[*ESTIMATE_COLUMNS, *others]].reset_index(drop=True)
