r"""Differences that last and differences that pass: two nested normal terms, by Laplace's approximation.

.. math:: \mathrm{logit}\, p_{jt} = x_{jt}'\beta + \tau_u u_j + \tau_v v_{jt}, \qquad u_j, v_{jt} \sim N(0, 1)

One row per group and moment. With :math:`h_j` the log density of counts and terms of a group at its mode and
:math:`w_t = n p (1 - p)` there,

.. math::
    \log L_j \approx h_j - \tfrac12 \Big[\sum_t \log(1 + \tau_v^2 w_t)
    + \log\Big(1 + \tau_u^2 \sum_t \frac{w_t}{1 + \tau_v^2 w_t}\Big)\Big].

Of the variance between groups, :math:`\tau_u^2 / (\tau_u^2 + \tau_v^2)` lasts; it is also the correlation between two
moments, freed of sampling.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from analysis.stats.arrays import Floats
from analysis.stats.binomial_mixed.counts import Counts
from analysis.stats.binomial_mixed.one_term import ZERO
from analysis.stats.binomial_mixed.search import Sorted, highest, modes, profile_limits
from analysis.stats.newton import Point

START = (0.3, 0.2)
"""Standard deviations from which is searched."""
DIFFERENCE = 1e-5
"""Step of the differences of the gradient that give the information."""


@dataclass(frozen=True, eq=False)
class NestedLogit:
    """A binomial logit with a difference that lasts and one that passes.

    Parameters
    ----------
    beta, covariance : Coefficients in log odds, shape (terms,), and their covariance.
    lasting, lasting_low, lasting_high : Standard deviation of what lasts, in log odds, and its profile interval.
    passing, passing_low, passing_high : The same of what passes.
    share_error : Standard error of the log odds of `share`, by the delta method; NaN where either part is zero.
    loglik : By Laplace's approximation, with the binomial coefficients.
    n_groups, n_units : Groups, and units in them.
    """

    beta: Floats
    covariance: Floats
    lasting: float
    lasting_low: float
    lasting_high: float
    passing: float
    passing_low: float
    passing_high: float
    share_error: float
    loglik: float
    n_groups: int
    n_units: float

    @property
    def share(self) -> float:
        """Part of the variance between groups that lasts."""
        total = self.lasting**2 + self.passing**2
        return self.lasting**2 / total if total > 0 else float("nan")


def fit_two_terms(counts: Counts, X: Floats, group: object, level: float = 0.95) -> NestedLogit:
    """Fit a binomial logit with two nested normal terms.

    Parameters
    ----------
    counts, X : Of each row, that is of a group at a moment; terms with the intercept among them, shape (rows, terms).
    group : Of each row, shape (rows,).
    level : Of the profile intervals.

    Returns
    -------
    NestedLogit

    Raises
    ------
    ModelError
        If a value is missing, the terms are collinear, the outcome is separated, there are fewer than two groups or
        the search does not converge.
    """
    data = Sorted.of(counts, X, group)
    surface, k = Laplace(data).at, X.shape[1]
    top = highest(surface, np.append(data.beta, START))
    lasting, passing = (abs(float(value)) for value in top.b[k:])
    limits = (*profile_limits(surface, top, k, level), *profile_limits(surface, top, k + 1, level))
    used = np.flatnonzero(np.append(np.ones(k, bool), np.array([lasting, passing]) > ZERO))
    inverse = np.linalg.inv(top.information[np.ix_(used, used)])
    covariance = data.back @ inverse[:k, :k] @ data.back.T
    error = share_error(inverse[k:, k:], top.b[k:]) if len(used) == k + 2 else float("nan")
    return NestedLogit(
        data.back @ top.b[:k], covariance, lasting, *limits[:2], passing, *limits[2:], error, top.loglik,
        len(data.starts), float(counts.n.sum()),
    )  # fmt: skip


def share_error(covariance: Floats, sds: Floats) -> float:
    """Return the error of the log odds of the lasting share, which are 2 log(tau_u / tau_v).

    Parameters
    ----------
    covariance, sds : Of both standard deviations, shapes (2, 2) and (2,).
    """
    gradient = np.array([2 / sds[0], -2 / sds[1]])
    return float(np.sqrt(gradient @ covariance @ gradient))


@dataclass(frozen=True, eq=False)
class Centres:
    """Modes of both terms, in their standard deviations, and how wide their densities are there.

    Parameters
    ----------
    u, u_sd : Of each group, shape (groups,).
    v, v_sd : Of each row, given the mode of its group, shape (rows,).
    v_along_u : How the mode of a row moves with u, shape (rows,).
    """

    u: Floats
    u_sd: Floats
    v: Floats
    v_sd: Floats
    v_along_u: Floats


@dataclass(frozen=True, eq=False)
class Laplace:
    """The log-likelihood at coefficients (in coordinates) and both standard deviations."""

    data: Sorted
    last: list[list[Floats]] = field(default_factory=list)
    """Where the last search for modes ended: the next one begins there."""

    def at(self, parameters: Floats) -> Point:
        """Return the log-likelihood with its gradient, and its information by central differences of that."""
        columns = []
        for k in range(len(parameters)):
            step = np.zeros(len(parameters))
            step[k] = DIFFERENCE
            columns.append((self.slope(parameters - step)[1] - self.slope(parameters + step)[1]) / (2 * DIFFERENCE))
        matrix = np.array(columns)
        return Point(parameters, *self.slope(parameters), (matrix + matrix.T) / 2)

    def slope(self, parameters: Floats) -> tuple[float, Floats]:
        """Return the log-likelihood and its gradient.

        That of the determinant has two parts: what a parameter does to it at the same mode, and what it does by moving
        the mode, for which the system of the mode is solved once (the adjoint).
        """
        data, (tau_u, tau_v) = self.data, parameters[-2:]
        fixed = data.rows @ parameters[:-2]
        u, v = self._modes(fixed, tau_u, tau_v)
        log_odds = fixed + tau_u * u[data.codes] + tau_v * v
        loglik, first, second = (x[:, 0] for x in data.counts.terms(log_odds[:, None]))
        weight = -second
        own = 1 + tau_v**2 * weight
        kept = data.total(weight / own)
        between = 1 + tau_u**2 * kept
        value = loglik.sum() - (u @ u + v @ v + np.log(own).sum() + np.log(between).sum()) / 2
        # minus half the derivative of both logarithms to each weight, times that of the weight to the log odds
        pull = (tau_v**2 / own + (tau_u**2 / between)[data.codes] / own**2) / 2 * data.counts.third(log_odds)
        q_u, q_v = self._solved(weight, tau_u, tau_v, tau_u * data.total(pull), tau_v * pull)
        moved = pull - weight * (tau_u * q_u[data.codes] + tau_v * q_v)
        of_u = u @ data.total(first + moved) + q_u @ data.total(first) - tau_u * (kept / between).sum()
        of_v = v @ (first + moved) + q_v @ first - tau_v * (weight / own).sum()
        of_v += tau_v * tau_u**2 * (data.total((weight / own) ** 2) / between).sum()
        return float(value), np.concatenate([data.rows.T @ (first + moved), [of_u, of_v]])

    def centres(self, parameters: Floats) -> Centres:
        """Return where what lasts and what passes most likely are, at these coefficients and standard deviations.

        Parameters
        ----------
        parameters : Coefficients in coordinates, and both standard deviations.
        """
        fixed, (tau_u, tau_v) = self.data.rows @ parameters[:-2], parameters[-2:]
        u, v = self._modes(fixed, tau_u, tau_v)
        log_odds = fixed + tau_u * u[self.data.codes] + tau_v * v
        weight = -self.data.counts.terms(log_odds[:, None])[2][:, 0]
        own = 1 + tau_v**2 * weight
        between = 1 + tau_u**2 * self.data.total(weight / own)
        return Centres(u, 1 / np.sqrt(between), v, 1 / np.sqrt(own), -tau_u * tau_v * weight / own)

    def _solved(
        self, weight: Floats, tau_u: float, tau_v: float, right_u: Floats, right_v: Floats
    ) -> tuple[Floats, Floats]:
        """Solve the system of one lasting and several passing terms of each group: passing ones are eliminated."""
        own, cross = 1 + tau_v**2 * weight, tau_u * tau_v * weight
        reduced = 1 + tau_u**2 * self.data.total(weight / own)
        u = (right_u - self.data.total(cross * right_v / own)) / reduced
        return u, (right_v - cross * u[self.data.codes]) / own

    def _modes(self, fixed: Floats, tau_u: float, tau_v: float) -> tuple[Floats, Floats]:
        """Newton's method for both terms at once."""
        data = self.data

        def evaluate(u: Floats, v: Floats) -> tuple[Floats, list[Floats]]:
            terms = data.counts.terms((fixed + tau_u * u[data.codes] + tau_v * v)[:, None])
            loglik, slope, curvature = (x[:, 0] for x in terms)
            right_u, right_v = tau_u * data.total(slope) - u, tau_v * slope - v
            steps = self._solved(-curvature, tau_u, tau_v, right_u, right_v)
            return data.total(loglik - v**2 / 2) - u**2 / 2, [*steps]

        groups = np.arange(len(data.starts))
        start = self.last.pop() if self.last else [np.zeros(len(groups)), np.zeros(len(fixed))]
        self.last.append(modes(evaluate, start, [groups, data.codes]))
        return self.last[0][0], self.last[0][1]
