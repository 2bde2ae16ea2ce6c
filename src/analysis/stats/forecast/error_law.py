r"""How far forecasts err by horizon and size: :math:`\log(F / P) \sim N(b h, \sigma^2 h^{2\kappa} N^{-2\lambda})`.

F is the forecast, P what came, h the years ahead and N the count at the origin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats

FEWEST = 10
"""Errors from which a law is fitted."""


@dataclass(frozen=True)
class ErrorLaw:
    """A law of forecast errors.

    Parameters
    ----------
    bias : Of the log error, per year ahead.
    sigma : Standard deviation of the log error of one unit a year ahead.
    kappa, decay : Powers of horizon and size: errors grow as h^kappa and fall as N^-decay (lambda).
    quantiles : By level, how many standard deviations hold that share of the errors of groups left out.
    """

    bias: float
    sigma: float
    kappa: float
    decay: float
    quantiles: dict[float, float]

    def scale(self, horizon: ArrayLike, size: ArrayLike) -> Floats:
        """Return the standard deviation of log errors, shape of horizon and size."""
        h, n = np.asarray(horizon, float), np.asarray(size, float)
        spread: Floats = self.sigma * h**self.kappa * n**-self.decay
        return spread

    def interval(self, forecast: ArrayLike, horizon: ArrayLike, size: ArrayLike, level: float) -> tuple[Floats, Floats]:
        """Return the limits of an interval about a forecast, shape of the forecast.

        Parameters
        ----------
        forecast, horizon, size : Expected count, years ahead, count at the origin.
        level : One of those with a quantile.
        """
        half = self.quantiles[level] * self.scale(horizon, size)
        middle = np.log(np.asarray(forecast, float)) - self.bias * np.asarray(horizon, float)
        return np.exp(middle - half), np.exp(middle + half)


def fit_error_law(
    error: ArrayLike,
    horizon: ArrayLike,
    size: ArrayLike,
    group: ArrayLike,
    levels: Sequence[float],
    kappa: float | None = None,
) -> ErrorLaw:
    r"""Fit the law by maximum likelihood, and take its quantiles from groups that are left out.

    Parameters
    ----------
    error, horizon, size : log(forecast / count), years ahead and count at the origin, shape (n,).
    group : Left out one at a time, such as the province.
    levels : Nominal coverage of the intervals that the law has to give.
    kappa : Power of the horizon; must be given where all errors are of one horizon, since they cannot tell it.

    Raises
    ------
    ModelError : For fewer than `FEWEST` errors, one group, or one horizon without a kappa.

    Notes
    -----
    The quantile of a level is that of :math:`|z|` over the errors of each group, standardised by the law of the
    others, at rank :math:`(n + 1) p` of n, rounded up, with p the level: with it new units of such groups are
    covered as often as the level says, if errors of the next years are like those of the last ones.
    """
    e, h, n = (np.asarray(each, float) for each in (error, horizon, size))
    of, names = np.asarray(group), np.unique(np.asarray(group))
    if len(e) < FEWEST or len(names) < 2:
        raise ModelError(f"a law of errors needs {FEWEST} errors of two groups", Reason.TOO_FEW)
    if kappa is None and len(np.unique(h)) < 2:
        raise ModelError("errors of one horizon do not tell how they grow with it", Reason.INVALID)
    z = np.empty(len(e))
    for name in names:
        out = of == name
        law = _fit(e[~out], h[~out], n[~out], kappa)
        z[out] = (e[out] - law.bias * h[out]) / law.scale(h[out], n[out])
    return replace(_fit(e, h, n, kappa), quantiles={level: _quantile(np.abs(z), level) for level in levels})


def _quantile(z: Floats, level: float) -> float:
    rank = min(int(np.ceil((len(z) + 1) * level)), len(z))
    return float(np.sort(z)[rank - 1])


def _fit(e: Floats, h: Floats, n: Floats, kappa: float | None) -> ErrorLaw:
    """Maximise the likelihood over the powers; bias and sigma follow from them in closed form."""
    log_h, log_n = np.log(h), np.log(n)

    def at(powers: Floats) -> tuple[float, float, Floats]:
        power = powers[1] if kappa is None else kappa
        shape = np.exp(power * log_h - powers[0] * log_n)
        bias = float((e * h / shape**2).sum() / (h**2 / shape**2).sum())
        return bias, float(np.sqrt(np.square((e - bias * h) / shape).mean())), shape

    def loss(powers: Floats) -> float:
        _, sigma, shape = at(powers)
        return float(np.log(sigma) + np.log(shape).mean())

    start = np.array([0.2] if kappa is not None else [0.2, 0.5])
    found = minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12, "maxiter": 4000})
    if not found.success:
        raise ModelError("a law of errors: its likelihood has no maximum", Reason.NO_CONVERGENCE)
    bias, sigma, _ = at(found.x)
    return ErrorLaw(bias, sigma, float(found.x[1]) if kappa is None else kappa, float(found.x[0]), {})
