r"""The likelihood of choices where every school has a random effect: Laplace's approximation, and its maximum.

The utility of school j to situation i is :math:`z_{ij} \beta + \delta_j` with :math:`\delta_j = x_j \gamma + \tau v_j`
and :math:`v_j` standard normal. With :math:`\ell` the log-likelihood of the choices, :math:`I` minus its Hessian in
:math:`\delta` and :math:`\hat v` where :math:`\ell - v'v / 2` is highest, the integral over :math:`v` is

.. math:: \ell(\beta, \hat\delta) - \hat v'\hat v / 2 - \ln |1 + \tau^2 I| / 2

A school that nobody attends has an effect as well: that it is not chosen says something, so all schools count.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.optimize import minimize_scalar

from analysis.chapters.school_choice.models.choosers import Floats
from analysis.chapters.school_choice.models.likelihood import SchoolLikelihood, SchoolMoments
from analysis.errors import ModelError, Reason
from analysis.stats.conditional_logit.pairs import blocks
from analysis.stats.newton import uphill

CLOSE = 1e-3  # Newton decrement per chooser below which the correction of Laplace's approximation is worth computing
SMALLEST, LARGEST = 0.02, 5.0  # standard deviations between schools that are looked at; below the smallest is none
PRECISION = 1e-4  # of the logarithm of the standard deviation
SINGULAR = 1e-10  # smallest eigenvalue of the correlations of the terms' information


@dataclass(frozen=True, eq=False)
class LaplacePoint:
    """Laplace's approximation at a standard deviation between schools, coefficients and effects.

    Parameters
    ----------
    likelihood : Of the choices.
    tau : Standard deviation between schools of what is not measured, in utility.
    b, v : Scaled coefficients, those of pairs first; effects of the schools, divided by tau.
    """

    likelihood: SchoolLikelihood
    tau: float
    b: Floats
    v: Floats

    def at(self, tau: float) -> LaplacePoint:
        """Return the point with the same coefficients and effects at another tau; at zero there are no effects."""
        return replace(self, tau=tau, v=self.v * self.tau / tau if tau else np.zeros_like(self.v))

    @property
    def n_pairs(self) -> int:
        return len(self.likelihood.of_pairs)

    @property
    def delta(self) -> Floats:
        """Utility of each school that is the same to everybody."""
        return np.asarray(self.likelihood.attributes @ self.b[self.n_pairs :] + self.tau * self.v)

    @cached_property
    def moments(self) -> SchoolMoments:
        return self.likelihood.moments(self.b[: self.n_pairs], self.delta)

    @cached_property
    def shrinkage(self) -> Floats:
        """Inverse of 1 + tau^2 I: how much of an effect is the prior's and not the choices'."""
        return np.asarray(np.linalg.inv(self._penalised))

    @cached_property
    def to_schools(self) -> Floats:
        """Information on the coefficients and the schools together: terms x schools."""
        return np.vstack([self.moments.cross, self.likelihood.attributes.T @ self.moments.schools])

    @cached_property
    def information(self) -> Floats:
        """Information on the coefficients, the effects integrated out."""
        of_schools = self.likelihood.attributes.T @ self.shrinkage
        cross = self.moments.cross @ of_schools.T
        pairs = self.moments.pairs - self.tau**2 * self.moments.cross @ self.shrinkage @ self.moments.cross.T
        information = np.block([[pairs, cross], [cross.T, of_schools @ self.to_schools[self.n_pairs :].T]])
        return np.asarray((information + information.T) / 2)

    @property
    def penalised(self) -> float:
        return self.moments.loglik - float(self.v @ self.v) / 2

    @cached_property
    def loglik(self) -> float:
        """Laplace's approximation of the log-likelihood; at the mode of the effects only."""
        return self.penalised - float(np.linalg.slogdet(self._penalised)[1]) / 2

    @property
    def restricted(self) -> float:
        """The same less what estimating the coefficients costs (Cox and Reid 1987), so that tau is not too low."""
        return self.loglik - float(np.linalg.slogdet(self.information)[1]) / 2

    @property
    def _penalised(self) -> Floats:
        return np.asarray(np.eye(len(self.v)) + self.tau**2 * self.moments.schools)

    def step(self, *, corrected: bool) -> tuple[Floats, Floats, float]:
        """Return the Newton step of coefficients and effects, and its decrement.

        If `corrected` it climbs Laplace's approximation, else the height of its integrand alone.
        """
        score = np.concatenate([self.moments.score_pairs, self.likelihood.attributes.T @ self.moments.score_schools])
        of_effects = self.tau * self.moments.score_schools - self.v
        effects = self.shrinkage @ of_effects
        score = score - self.tau * self.to_schools @ effects
        if corrected:
            score = score - self._bend() / 2
        b = np.asarray(np.linalg.solve(self.information, score))
        v = effects - self.tau * self.shrinkage @ (self.to_schools.T @ b)
        return b, v, float(score @ b + of_effects @ effects)

    def _bend(self) -> Floats:
        """Differentiate ln |1 + tau^2 I| in the coefficients, the effects following them to their mode."""
        share, covariance = self.moments.share, self.tau**2 * self.shrinkage
        direct, by_school = np.zeros(self.n_pairs), np.zeros(share.shape[1])
        for rows in blocks(share.shape):
            some = share[rows]
            variance = np.diag(covariance) - 2 * some @ covariance
            third = self.likelihood.weights[rows, None] * some
            third *= variance - (some * variance).sum(axis=1, keepdims=True)
            by_school += third.sum(axis=0)
            direct += [float((third * values[rows]).sum()) for values in self.likelihood.pairs]
        direct = np.concatenate([direct, self.likelihood.attributes.T @ by_school])
        bend: Floats = direct - self.tau**2 * self.to_schools @ (self.shrinkage @ by_school)
        return bend

    def check(self) -> None:
        """Refuse terms on which the choices say nothing apart from the others."""
        size = np.sqrt(np.diag(self.information))
        if not np.linalg.eigvalsh(self.information / np.outer(size, size))[0] > SINGULAR:
            raise ModelError("random effects: attributes of schools are collinear. Leave one out.", Reason.COLLINEAR)


def highest(point: LaplacePoint, tolerance: float, max_iterations: int) -> LaplacePoint:
    """Climb to the coefficients with the highest approximation at the point's tau.

    Parameters
    ----------
    point : To start from.
    tolerance, max_iterations : Newton decrement per chooser, and steps.

    Returns
    -------
    LaplacePoint
        With the mode of the effects.

    Raises
    ------
    ModelError
        Attributes are collinear, or there is no convergence.
    """
    choosers, last, size = point.likelihood.choosers, None, 1.0
    for _ in range(max_iterations):
        point.check()
        b, v, decrement = point.step(corrected=last is not None)
        if last is None and decrement > CLOSE * choosers:
            point = _climbed(point, b, v)
            continue
        if last is None:
            b, v, decrement = point.step(corrected=True)
        elif abs(decrement) > last:  # the curvature of the correction, which the step leaves out, is large
            size /= 2
        last, point = abs(decrement), replace(point, b=point.b + size * b, v=point.v + size * v)
        if last <= tolerance * choosers:
            return point
    raise ModelError(
        f"random effects: no convergence in {max_iterations} iterations. Raise max_iterations, or look for extreme "
        "attribute values.",
        Reason.NO_CONVERGENCE,
    )


def _climbed(point: LaplacePoint, b: Floats, v: Floats) -> LaplacePoint:
    """Take the Newton step, halved until the height of the integrand does not fall."""

    def trial(size: float) -> LaplacePoint:
        return replace(point, b=point.b + size * b, v=point.v + size * v)

    def height(at: LaplacePoint) -> float:
        return at.likelihood.loglik(at.b[: at.n_pairs], at.delta) - float(at.v @ at.v) / 2

    reached = uphill(trial, height, point.penalised)
    if reached is None:
        raise ModelError("random effects: no step raises the likelihood", Reason.NO_CONVERGENCE)
    return reached


def maximum(
    likelihood: SchoolLikelihood, start: Floats, *, tolerance: float, max_iterations: int, restricted: bool = True
) -> LaplacePoint:
    """Find the standard deviation between schools, the coefficients and the effects.

    Parameters
    ----------
    likelihood, start : Of the choices; coefficients in the units of the terms, to start from.
    tolerance, max_iterations : Newton decrement per chooser, and steps, at each standard deviation.
    restricted : Whether it is estimated by the restricted likelihood, or by Laplace's approximation itself.

    Returns
    -------
    LaplacePoint
        At the maximum; ``tau`` is zero where it is smaller than `SMALLEST`.

    Raises
    ------
    ModelError
        As `highest`; or schools differ by more than `LARGEST`.
    """
    point = LaplacePoint(likelihood, 1.0, start * likelihood.scale, np.zeros(likelihood.counts.shape[1]))

    def height_below(log_tau: float) -> float:
        nonlocal point
        point = highest(point.at(float(np.exp(log_tau))), tolerance, max_iterations)
        return -point.restricted if restricted else -point.loglik

    bounds = np.log([SMALLEST, LARGEST])
    best = float(minimize_scalar(height_below, bounds=bounds, method="bounded", options={"xatol": PRECISION}).x)
    if best > bounds[1] - 0.01:
        raise ModelError(
            "random effects: schools differ so much that which one it is predicts the choices", Reason.SEPARATED
        )
    tau = 0.0 if best < bounds[0] + 0.01 else float(np.exp(best))
    return highest(point.at(tau), tolerance, max_iterations)
