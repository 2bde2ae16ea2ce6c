r"""The distribution of true effects behind estimates that are noisy, such as those of schools.

With :math:`r_j` the estimate of unit :math:`j` and :math:`v_j` its sampling variance,
:math:`r_j \sim N(\mu, \tau^2 + v_j)`. The statistic

.. math:: Q(\tau^2) = \sum_j (r_j - \hat\mu)^2 / (\tau^2 + v_j)

has a chi-squared distribution with J - 1 degrees of freedom: tau solves Q = J - 1 (Paule and Mandel, 1982), its
interval the quantiles (Viechtbauer, 2007).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import ndtr
from scipy.stats import chi2, norm

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats
from analysis.stats.complete import check_complete

TENTH = float(norm.ppf(0.9))


@dataclass(frozen=True)
class EffectDistribution:
    """The fitted distribution of true effects.

    Parameters
    ----------
    mean : Of the units, weighted by how precisely each is known.
    sd, sd_low, sd_high : Tau and its interval.
    """

    mean: float
    sd: float
    sd_low: float
    sd_high: float

    @property
    def tenths(self) -> tuple[float, float]:
        """The first and the ninth decile of the distribution."""
        return self.mean - TENTH * self.sd, self.mean + TENTH * self.sd


def fit_effect_distribution(effect: Floats, variance: Floats) -> EffectDistribution:
    """Estimate the distribution of true effects; see the notes of the module.

    Parameters
    ----------
    effect, variance : Of each unit, shape (units,); at least two.

    Returns
    -------
    EffectDistribution
        In the unit of the effects, with a 95% interval of the standard deviation.

    Raises
    ------
    ModelError
        If a value is missing, a variance is not positive, or there are fewer than two units.
    """
    check_complete({"effect": effect, "variance": variance}, what="the distribution of effects")
    if len(effect) < 2:
        raise ModelError("the distribution of effects needs at least two units", Reason.TOO_FEW)
    if not (np.asarray(variance) > 0).all():
        raise ModelError("the distribution of effects: a variance is not positive", Reason.INVALID)
    sd, low, high = tau_interval(effect, variance, np.ones((len(effect), 1)))
    return EffectDistribution(float(np.average(effect, weights=1 / (sd**2 + variance))), sd, low, high)


def tau_squared(effect: Floats, variance: Floats, X: Floats, quantile: float | None = None) -> float:
    r"""Solve Paule and Mandel's equation for the variance between units of what the terms leave open.

    Parameters
    ----------
    effect, variance
        Estimate of each unit and its sampling variance, in the unit of the estimates and its square; shape (units,).
    X : Terms, the intercept among them; shape (units, terms).
    quantile
        Right-hand side; by default J - K, the residual degrees of freedom, and for the limits of an interval quantiles
        of the chi-squared distribution with these.

    Returns
    -------
    float
        :math:`\tau^2`; zero where Q is below the quantile already without any variance between units.

    Notes
    -----
    :math:`Q(\tau^2) = \sum_j (r_j - x_j'\hat\beta)^2 / (\tau^2 + v_j)`, with :math:`\hat\beta` by weighted least
    squares, decreases in :math:`\tau^2`.

    References
    ----------
    Paule and Mandel (1982), Consensus values and weighting factors; with terms: DerSimonian and Kacker (2007).
    """
    target = float(len(effect) - X.shape[1]) if quantile is None else quantile

    def excess(tau2: float) -> float:
        root = 1 / np.sqrt(tau2 + variance)
        weighted = X * root[:, None]
        left = effect * root - weighted @ np.linalg.lstsq(weighted, effect * root, rcond=None)[0]
        return float(left @ left) - target

    if excess(0.0) <= 0:
        return 0.0
    return float(brentq(excess, 0.0, float(np.square(effect - effect.mean()).sum() / target) + 1e-9))


def tau_interval(effect: Floats, variance: Floats, X: Floats, level: float = 0.95) -> tuple[float, float, float]:
    """Return the standard deviation between units with its Q-profile interval.

    Parameters
    ----------
    effect, variance, X : As in `tau_squared`.
    level : Confidence level.

    Returns
    -------
    float, float, float
        Tau and the limits of its interval, in the unit of the effects.

    References
    ----------
    Viechtbauer (2007), Confidence intervals for the amount of heterogeneity, Statistics in Medicine 26(1).
    """
    df, half = len(effect) - X.shape[1], (1 - level) / 2
    tau, low, high = (
        float(np.sqrt(tau_squared(effect, variance, X, q))) for q in (df, *chi2.ppf([1 - half, half], df))
    )
    return tau, low, high


def below(effect: Floats, variance: Floats, of: EffectDistribution, line: ArrayLike) -> Floats:
    r"""Return the probability that the true effect of each unit is below a line, given its estimate.

    Parameters
    ----------
    effect, variance : Of each unit, shape (units,).
    of : The distribution of true effects; its standard deviation is above zero.
    line : In the unit of the effects.

    Notes
    -----
    The posterior is normal with mean :math:`\mu + b_j (r_j - \mu)` and variance :math:`b_j v_j`, with
    :math:`b_j = \tau^2 / (\tau^2 + v_j)`.
    """
    kept = of.sd**2 / (of.sd**2 + variance)
    mean = of.mean + kept * (effect - of.mean)
    return np.asarray(ndtr((np.asarray(line, float) - mean) / np.sqrt(kept * variance)))


def rankability(variance: Floats, sd: float) -> float:
    r"""Return the part of what estimates differ that is true, at the median unit.

    Parameters
    ----------
    variance : Sampling variance of each unit, shape (units,).
    sd : Standard deviation of true effects.

    Notes
    -----
    :math:`\tau^2 / (\tau^2 + \mathrm{median}\, v_j)` (van Houwelingen, Brand and Louis, 2009).
    """
    return float(sd**2 / (sd**2 + np.median(variance)))
