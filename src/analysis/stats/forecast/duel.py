r"""Whether one forecast errs less than another: the test of Diebold and Mariano, for few forecasts that overlap."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t as student

from analysis.errors import ModelError, Reason
from analysis.stats.estimates import ROUNDING


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


OVERLAPS = 3
"""Origins, in times the horizon, that one frequency takes: errors h years ahead are alike over h years."""


def diebold_mariano(first: ArrayLike, second: ArrayLike, horizon: int) -> Duel:
    r"""Compare the losses of two forecasts made at the same origins, one after the other.

    Parameters
    ----------
    first, second : Loss at each origin, in their order, shape (n,).
    horizon : Years ahead: errors of origins closer than that overlap.

    Raises
    ------
    ModelError : For other shapes, or fewer origins than `OVERLAPS` times the horizon.

    Notes
    -----
    With d the difference of the losses, its long-run variance is the mean periodogram at the m lowest frequencies,
    :math:`v = m^{-1} \sum_{j \le m} n^{-1} |\sum_t d_t e^{-2 \pi i j t / n}|^2`, and :math:`\bar d / \sqrt{v / n}` is
    compared with Student's t with 2m degrees of freedom (Coroneo and Iacone, 2020). Errors h years ahead add up h
    years, and their spectrum is flat below the frequency 1/h only: :math:`m = \lfloor n / 3h \rfloor`. In worlds
    without a difference it says that there is one in 5 to 7 of a hundred.
    """
    a, b = np.asarray(first, float), np.asarray(second, float)
    n = len(a)
    m = n // (OVERLAPS * max(horizon, 1))
    if a.shape != b.shape or m < 1:
        raise ModelError(f"a duel of forecasts needs {OVERLAPS} origins for each year ahead", Reason.TOO_FEW)
    mean = float((a - b).mean())
    error = float(np.sqrt(np.square(np.abs(np.fft.rfft(a - b)[1 : m + 1])).mean()) / n)
    if error <= ROUNDING * (np.abs(a).mean() + np.abs(b).mean()):
        error = float("nan")  # losses that differ by the same at every origin tell nothing of how exact that is
    p = float(2 * student.sf(abs(mean) / error, 2 * m))
    half = float(student.ppf(0.975, 2 * m)) * error
    return Duel(mean, error, p, mean - half, mean + half, n)
