r"""The spread of true effects behind estimates that are noisy, such as those of schools.

With :math:`r_j` the estimate of unit :math:`j` and :math:`v_j` its sampling variance,
:math:`r_j \sim N(\mu, \tau^2 + v_j)`. The statistic

.. math:: Q(\tau^2) = \sum_j (r_j - \hat\mu)^2 / (\tau^2 + v_j)

has a chi-squared distribution with J - 1 degrees of freedom: tau solves Q = J - 1 (Paule and Mandel, 1982), its
interval the quantiles (Viechtbauer, 2007).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import chi2, norm

from analysis.errors import ModelError, Reason
from analysis.stats.complete import refuse_missing

TENTH = float(norm.ppf(0.9))

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Spread:
    """The fitted distribution of true effects.

    Parameters
    ----------
    mean
        Of the units, weighted by how precisely each is known.
    sd, sd_low, sd_high
        Tau and its interval.
    """

    mean: float
    sd: float
    sd_low: float
    sd_high: float

    @property
    def tenths(self) -> tuple[float, float]:
        """Below the one lies a tenth of the units and above the other a tenth, by the distribution and not by any."""
        return self.mean - TENTH * self.sd, self.mean + TENTH * self.sd


def fit_spread(effect: Floats, variance: Floats, level: float = 0.95) -> Spread:
    """Estimate the distribution of true effects; see the notes of the module.

    Parameters
    ----------
    effect, variance
        Of each unit, shape (units,); at least two.
    level
        Confidence level of the interval.

    Raises
    ------
    ModelError
        If a value is missing, a variance is not positive, or there are fewer than two units.
    """
    refuse_missing({"effect": effect, "variance": variance}, what="the spread of effects")
    if len(effect) < 2:
        raise ModelError("the spread of effects needs at least two units", Reason.TOO_FEW)
    if not (np.asarray(variance) > 0).all():
        raise ModelError("the spread of effects: a variance is not positive", Reason.INVALID)
    df, half = len(effect) - 1, (1 - level) / 2
    sd, low, high = (sd_at(effect, variance, q) for q in (df, *chi2.ppf([1 - half, half], df)))
    return Spread(mean_at(sd**2, effect, variance), sd, low, high)


def sd_at(effect: Floats, variance: Floats, quantile: float) -> float:
    """Solve Q(tau squared) = `quantile` for tau; zero where Q is below it already without any spread."""
    if _q(0.0, effect, variance) <= quantile:
        return 0.0
    highest = float(np.square(effect - effect.mean()).sum() / quantile)
    return float(np.sqrt(brentq(lambda tau2: _q(tau2, effect, variance) - quantile, 0.0, highest + 1e-9)))


def mean_at(tau2: float, effect: Floats, variance: Floats) -> float:
    """Average the effects, each weighted by the inverse of its variance around the mean."""
    return float(np.average(effect, weights=1 / (tau2 + variance)))


def _q(tau2: float, effect: Floats, variance: Floats) -> float:
    return float((np.square(effect - mean_at(tau2, effect, variance)) / (tau2 + variance)).sum())
