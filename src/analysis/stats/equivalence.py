"""Tests of equivalence within a margin, minimum detectable effects, and power."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import nct
from scipy.stats import t as student

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats
from analysis.stats.complete import check_complete

KEYS = ("model", "group", "outcome", "term")


def equivalence(
    estimates: pd.DataFrame, margins: Mapping[str, float], *, alpha: float = 0.05, power: float = 0.80, tests: int = 1
) -> pd.DataFrame:
    """Test, for every estimate, whether the effect is within a margin of zero.

    Parameters
    ----------
    estimates : ``outcome, estimate, std_error, n_clusters, unit`` and what else names them (``model, group, term``).
    margins : By outcome, in the unit of the estimate: an effect smaller than this does not matter.
    alpha : Of the tests.
    power : For the minimum detectable effect.
    tests
        Number of tests in a family: a difference is significant at ``alpha / tests``, as by every correction.
        Equivalence is not corrected here.

    Returns
    -------
    DataFrame
        The names, ``estimate, std_error, margin, p_tost, equivalent, inner_low, inner_high`` (the interval of level
        ``1 - 2 alpha``, which is within the margin exactly when the test rejects), ``mde, power_at_margin,
        n_clusters, unit``.

    Raises
    ------
    ModelError
        If an outcome has no margin, or one that is not positive.
    """
    check_complete(estimates, ["outcome", "estimate", "std_error", "n_clusters"], "equivalence")
    absent = sorted(set(estimates["outcome"]) - set(margins))
    if absent:
        raise ModelError(f"no equivalence margin is given for {', '.join(absent)}", Reason.INVALID)
    margin = estimates["outcome"].map(dict(margins)).to_numpy(float)
    if not (margin > 0).all():
        raise ModelError("an equivalence margin must be above zero", Reason.INVALID)
    value, error = estimates["estimate"].to_numpy(float), estimates["std_error"].to_numpy(float)
    free = estimates["n_clusters"].to_numpy(float) - 1
    half = student.ppf(1 - alpha, free) * error
    p_value = tost(value, error, free, margin)
    names = estimates[[name for name in KEYS if name in estimates.columns]].reset_index(drop=True)
    return names.assign(
        estimate=value,
        std_error=error,
        margin=margin,
        p_tost=p_value,
        equivalent=p_value < alpha,
        inner_low=value - half,
        inner_high=value + half,
        mde=minimum_detectable_effect(error, free, alpha=alpha / tests, power=power),
        power_at_margin=power_at(margin, error, free, alpha=alpha / tests),
        n_clusters=free + 1,
        unit=estimates["unit"].to_numpy(),
    )


def tost(estimate: ArrayLike, std_error: ArrayLike, df: ArrayLike, margin: ArrayLike) -> Floats:
    r"""P-value of two one-sided tests against :math:`|\theta| \ge` margin.

    Parameters
    ----------
    estimate, std_error, df, margin : Shapes that broadcast; in the unit of the estimate.

    Returns
    -------
    array
        P-values.

    Notes
    -----
    The larger of the p-values against :math:`\theta \le -m` and against :math:`\theta \ge m`; Schuirmann (1987).
    """
    value, error, limit = (np.asarray(each, float) for each in (estimate, std_error, margin))
    above = student.sf((value + limit) / error, df)
    below = student.cdf((value - limit) / error, df)
    return np.asarray(np.maximum(above, below), dtype=np.float64)


def minimum_detectable_effect(
    std_error: ArrayLike, df: ArrayLike, *, alpha: float = 0.05, power: float = 0.80
) -> Floats:
    r"""Smallest true effect that a two-sided test detects with probability `power`.

    Parameters
    ----------
    std_error, df : Shapes that broadcast.
    alpha, power : Of the test.

    Returns
    -------
    array
        In the unit of the estimate.

    Notes
    -----
    :math:`(t_{1-\alpha/2} + t_{\mathrm{power}})\, s`; Bloom (1995).
    """
    factor = student.ppf(1 - alpha / 2, df) + student.ppf(power, df)
    return np.asarray(factor * np.asarray(std_error, float), dtype=np.float64)


def power_at(effect: ArrayLike, std_error: ArrayLike, df: ArrayLike, *, alpha: float = 0.05) -> Floats:
    """Power of a two-sided test of zero: tails of the noncentral t.

    Parameters
    ----------
    effect, std_error, df : True effect and its error, in one unit; shapes that broadcast.
    alpha : Of the test.

    Returns
    -------
    array
        Probabilities.
    """
    critical = student.ppf(1 - alpha / 2, df)
    shift = np.asarray(effect, float) / np.asarray(std_error, float)
    return np.asarray(nct.sf(critical, df, shift) + nct.cdf(-critical, df, shift), dtype=np.float64)
