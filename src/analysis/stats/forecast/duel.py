r"""Whether one forecast errs less than another: the test of Diebold and Mariano, corrected for few origins."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t as student

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats


class Duel(NamedTuple):
    """The mean difference of two losses.

    Parameters
    ----------
    estimate, std_error : Of the loss of the first less that of the second.
    p_value : Two-sided.
    ci_low, ci_high : Its 95% interval.
    n : Origins.
    """

    estimate: float
    std_error: float
    p_value: float
    ci_low: float
    ci_high: float
    n: int


def diebold_mariano(first: ArrayLike, second: ArrayLike, horizon: int) -> Duel:
    r"""Compare the losses of two forecasts made at the same origins, one after the other.

    Parameters
    ----------
    first, second : Loss at each origin, in their order, shape (n,).
    horizon : Years ahead: errors of origins closer than that overlap.

    Raises
    ------
    ModelError : For other shapes, or no more origins than the horizon.

    Notes
    -----
    With :math:`\gamma_k` the autocovariance of the difference, :math:`v = (\gamma_0 + 2 \sum_{k < h} \gamma_k) / n`,
    of one year ahead where that is not above zero; the statistic is multiplied by
    :math:`\sqrt{(n + 1 - 2h + h (h - 1) / n) / n}` and compared with Student's t with n - 1 degrees of freedom (Harvey,
    Leybourne and Newbold, 1997).
    """
    a, b = np.asarray(first, float), np.asarray(second, float)
    n = len(a)
    if a.shape != b.shape or n <= max(horizon, 1):
        raise ModelError("a duel of forecasts needs more origins than years ahead", Reason.TOO_FEW)
    mean, variance, h = float((a - b).mean()), _long_run(a - b, horizon), horizon
    if variance <= 0:
        variance, h = _long_run(a - b, 1), 1
    factor = np.sqrt((n + 1 - 2 * h + h * (h - 1) / n) / n)
    error = float(np.sqrt(variance) / factor) if factor > 0 else np.inf
    p = float(2 * student.sf(abs(mean) / error, n - 1)) if error > 0 else float("nan")
    half = float(student.ppf(0.975, n - 1)) * error
    return Duel(mean, error, p, mean - half, mean + half, n)


def _long_run(difference: Floats, horizon: int) -> float:
    d, n = difference - difference.mean(), len(difference)
    gamma = [float(d[k:] @ d[: n - k]) / n for k in range(horizon)]
    return (gamma[0] + 2 * sum(gamma[1:])) / n
