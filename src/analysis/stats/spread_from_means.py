r"""How much units within groups differ, and groups themselves, from means and numbers alone.

.. math:: \bar y_j \sim N(x_j'\beta,\; \tau^2 + \sigma^2 / n_j)

Small groups have means that lie further apart: what falls as :math:`1/n` is of units, what stays is of groups. With
:math:`r = \tau/\sigma`, both :math:`\beta` and :math:`\sigma` have closed forms, so that one number is searched for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import chi2

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats
from analysis.stats.complete import check_complete

MOST = 3.0  # standard deviation between groups relative to that within, beyond which nobody looks
FINE = 1e-8


@dataclass(frozen=True, eq=False)
class Spread:
    """Standard deviations within and between groups.

    Parameters
    ----------
    sigma, sigma_low, sigma_high : Of units within groups, with profile interval, in the unit of the means.
    tau, tau_low, tau_high : Of groups, beyond the terms; the lower limit is zero where zero is not rejected.
    beta : Coefficients of the terms, shape (terms,).
    loglik : Log-likelihood.
    n_groups, n_units : Groups, and units in them.
    """

    sigma: float
    sigma_low: float
    sigma_high: float
    tau: float
    tau_low: float
    tau_high: float
    beta: Floats
    loglik: float
    n_groups: int
    n_units: float


def fit_spread(mean: Floats, n: Floats, X: Floats, level: float = 0.95) -> Spread:
    """Estimate both standard deviations by maximum likelihood.

    Parameters
    ----------
    mean, n : Mean of each group, and the units behind it, shape (groups,).
    X : Terms, the intercept among them, shape (groups, terms).
    level : Of the profile intervals.

    Returns
    -------
    Spread

    Raises
    ------
    ModelError
        If a value is missing, a number is not positive, all numbers or all means are alike, or groups are fewer than
        terms and two.
    """
    check_complete({"mean": mean, "n": n, "terms": X}, what="spread from means")
    mean, n, X = (np.asarray(values, float) for values in (mean, n, X))
    if not (n > 0).all():
        raise ModelError("spread from means: a number is not positive", Reason.INVALID)
    if len(mean) < X.shape[1] + 2:
        raise ModelError("spread from means needs two groups more than terms", Reason.TOO_FEW)
    if mean.max() == mean.min():
        raise ModelError("spread from means: all means are alike", Reason.NO_VARIATION)
    if n.max() == n.min():
        raise ModelError("spread from means: groups of one size cannot tell units from groups", Reason.NO_VARIATION)
    model = _Means(mean, n, X)
    ratio = _lowest(model.by_ratio, MOST)
    deviance, sigma, beta = model.profiled(ratio)
    fall, tau = deviance + float(chi2.ppf(level, 1)), ratio * sigma

    def of_sigma(value: float) -> float:
        return _value(lambda between: model.deviance(value, between), MOST * sigma) - fall

    def of_tau(value: float) -> float:
        return _value(lambda within: model.deviance(max(within, FINE), value), 4 * sigma) - fall

    sigma_low, sigma_high = _limit(of_sigma, sigma, sigma / 50), _limit(of_sigma, sigma, 4 * sigma)
    tau_low = 0.0 if tau <= 0 or of_tau(0.0) <= 0 else _limit(of_tau, tau, 0.0)
    tau_high = _limit(of_tau, tau, tau + MOST * sigma)
    return Spread(
        sigma, sigma_low, sigma_high, tau, tau_low, tau_high, beta, -deviance / 2, len(mean), float(n.sum())
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Means:
    """Minus twice the log-likelihood, with coefficients and possibly sigma at their best."""

    mean: Floats
    n: Floats
    X: Floats

    def _left(self, variance: Floats) -> tuple[Floats, Floats]:
        root = 1 / np.sqrt(variance)
        beta = np.linalg.lstsq(self.X * root[:, None], self.mean * root, rcond=None)[0]
        return (self.mean - self.X @ beta) * root, np.asarray(beta, float)

    def deviance(self, sigma: float, tau: float) -> float:
        variance = tau**2 + sigma**2 / self.n
        left = self._left(variance)[0]
        return float(np.log(2 * np.pi * variance).sum() + left @ left)

    def profiled(self, ratio: float) -> tuple[float, float, Floats]:
        left, beta = self._left(ratio**2 + 1 / self.n)
        sigma = float(np.sqrt(left @ left / len(left)))
        return self.deviance(sigma, ratio * sigma), sigma, beta

    def by_ratio(self, ratio: float) -> float:
        return self.profiled(ratio)[0]


def _lowest(of: Callable[[float], float], most: float) -> float:
    """Where a function of a number from zero up is lowest, zero itself included."""
    inside = float(minimize_scalar(of, bounds=(0.0, most), method="bounded", options={"xatol": FINE}).x)
    return inside if of(inside) < of(0.0) else 0.0


def _value(of: Callable[[float], float], most: float) -> float:
    return of(_lowest(of, most))


def _limit(of: Callable[[float], float], best: float, far: float) -> float:
    return float(brentq(of, best, far, xtol=1e-6)) if of(far) > 0 else far
