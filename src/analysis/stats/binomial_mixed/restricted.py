r"""A standard deviation freed of what the coefficients take up: restricted likelihood.

.. math:: \ell_R(\tau) = \log \int L(\beta, \tau)\, d\beta
    \approx \ell(\hat\beta_\tau, \tau) - \tfrac12 \log \lvert J_{\beta\beta}(\hat\beta_\tau, \tau) \rvert

but for a constant, with :math:`\hat\beta_\tau` the highest coefficients at :math:`\tau` and J minus the second
derivative there: the adjusted profile likelihood of Cox and Reid. Of a linear model it is exactly the restricted
likelihood. Maximum likelihood takes the coefficients for known, so that its standard deviation is too small where there
are few groups for each of them.

References
----------
Cox and Reid (1987), Parameter orthogonality and approximate conditional inference, JRSS B 49(1). Harville (1974),
Bayesian inference for variance components using only error contrasts, Biometrika 61(2).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import minimize_scalar

from analysis.stats.binomial_mixed.search import Surface, highest_others, limits, reach
from analysis.stats.newton import Point

CLOSE = 1e-5
"""How closely the standard deviation is found."""


def restricted_fit(surface: Surface, top: Point, which: int, level: float) -> tuple[float, float, float, Point]:
    """Return the standard deviation of restricted likelihood and its limits.

    Parameters
    ----------
    surface, top : The log-likelihood, and its highest point.
    which : Position of the standard deviation; its sign says nothing.
    level : Confidence level.

    Returns
    -------
    float, float, float, Point
        The estimate and where the restricted log-likelihood lies half a chi-squared quantile below its top (zero where
        zero itself is not rejected); and the coefficients at the estimate, with the log-likelihood there.

    Raises
    ------
    ModelError
        If the search does not converge.
    """
    others, far = highest_others(surface, top, which), reach(top, which)
    height = restricted_height(others)
    best = _highest(height, abs(float(top.b[which])) + far)
    return best, *limits(height, best, far, level), others(best)


def restricted_height(others: Callable[[float], Point]) -> Callable[[float], float]:
    """Return the restricted log-likelihood as a function of the standard deviation, but for a constant.

    Parameters
    ----------
    others : The highest coefficients at each standard deviation, of `search.highest_others`.
    """

    def height(value: float) -> float:
        point = others(value)
        return point.loglik - float(np.linalg.slogdet(point.information)[1]) / 2

    return height


def _highest(height: Callable[[float], float], over: float) -> float:
    """Return where a function is highest from zero on, looking further as long as it rises up to the end."""
    while True:
        best = float(minimize_scalar(lambda value: -height(value), bounds=(0.0, over), options={"xatol": CLOSE}).x)
        if best < 0.9 * over:
            return best if height(best) > height(0.0) else 0.0
        over = 2 * over
