"""Plain forecasts, which a better one has to beat: the last count, a straight line, a damped trend."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from statsmodels.tools.sm_exceptions import ConvergenceWarning
from statsmodels.tsa.exponential_smoothing.ets import ETSModel

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats

FEWEST = 8
"""Counts from which a damped trend (four parameters, two beginnings) is fitted."""


@dataclass(frozen=True)
class DampedTrend:
    """Exponential smoothing with a damped trend, additive errors.

    Parameters
    ----------
    mean : Of 1, 2, ... steps ahead, shape (steps,).
    error : Standard deviation of their errors, shape (steps,).
    """

    mean: Floats
    error: Floats


def naive(history: Floats, steps: int) -> Floats:
    """Repeat the last count.

    Parameters
    ----------
    history : Shape (times, areas).
    steps : How many to forecast.

    Returns
    -------
    array
        Shape (steps, areas).
    """
    return np.repeat(np.asarray(history, float)[-1:], steps, axis=0)


def linear_trend(times: Sequence[float], history: Floats, ahead: Sequence[float]) -> Floats:
    """Continue the straight line of least squares through counts, from zero up.

    Parameters
    ----------
    times : Of the counts, at least two.
    history : Shape (times, areas).
    ahead : Times to forecast.

    Returns
    -------
    array
        Shape (ahead, areas).

    Raises
    ------
    ModelError : For fewer than two times.
    """
    x, y = np.asarray(times, float), np.asarray(history, float)
    if len(np.unique(x)) < 2:
        raise ModelError("a straight line needs two times", Reason.TOO_FEW)
    slope = (x - x.mean()) @ y / np.square(x - x.mean()).sum()
    line: Floats = y.mean(axis=0) + np.outer(np.asarray(ahead, float) - x.mean(), slope)
    return np.maximum(line, 0.0)


def damped_trend(history: Floats, steps: int) -> DampedTrend:
    r"""Fit ETS(A, Ad, N) by maximum likelihood, and forecast.

    Parameters
    ----------
    history : Counts of one area, at equal steps, at least `FEWEST`.
    steps : How many to forecast.

    Raises
    ------
    ModelError : For a shorter history.

    Notes
    -----
    The variance of the errors is :math:`\sum e^2 / (n - 5)`, over the three smoothing parameters and the two
    beginnings. At :math:`h` steps it is :math:`\sigma^2 (1 + \sum_{j<h} c_j^2)` with
    :math:`c_j = \alpha + \beta (\phi + \dots + \phi^j)` (Hyndman and others, 2008, table 6.1).
    """
    y = np.asarray(history, float)
    if len(y) < FEWEST:
        raise ModelError(f"a damped trend needs {FEWEST} counts", Reason.TOO_FEW)
    model = ETSModel(y, error="add", trend="add", damped_trend=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a flat likelihood: any of its maxima forecasts alike
        fitted = model.fit(disp=False, maxiter=5000)
    alpha, beta, phi = (float(value) for value in fitted.params[:3])
    sigma2 = float(np.square(fitted.resid).sum()) / (len(y) - 5)
    return DampedTrend(
        np.asarray(fitted.forecast(steps), float), error_of_damped_trend(alpha, beta, phi, sigma2, steps)
    )


def error_of_damped_trend(alpha: float, beta: float, phi: float, sigma2: float, steps: int) -> Floats:
    r"""Return the standard deviation of the errors of 1, 2, ... steps ahead; see the notes of `damped_trend`.

    Parameters
    ----------
    alpha, beta, phi : Smoothing of level and trend, and damping.
    sigma2 : Variance of the error of one step.
    steps : How many.
    """
    reach = alpha + beta * np.cumsum(phi ** np.arange(1, steps))
    growth = np.concatenate([[0.0], np.cumsum(np.square(reach))])
    errors: Floats = np.sqrt(sigma2 * (1 + growth))
    return errors
