r"""Differences that last and differences that pass, by quadrature: where Laplace's approximation is too coarse.

The model is that of `two_terms`. Where hardly anybody fails, Laplace's approximation takes some of what lasts for what
passes. Here both integrals are sums at Gauss-Hermite nodes: of u around the mode of each group, of v around that of
each row given u, to first order,

.. math::
    L_j \approx \sum_k w_{jk} \prod_t \sum_m w_{jtkm} P(y_{jt} \mid x_{jt}'\beta + \tau_u u_{jk} + \tau_v v_{jtkm})

It begins at the estimate of Laplace and uses its curvature for its steps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import logsumexp, ndtri

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats
from analysis.stats.binomial_mixed.counts import Counts
from analysis.stats.binomial_mixed.one_term import ZERO
from analysis.stats.binomial_mixed.search import Sorted, highest
from analysis.stats.binomial_mixed.two_terms import DIFFERENCE, START, Laplace, NestedLogit, share_error
from analysis.stats.newton import Point

OF_GROUP, OF_ROW = 9, 9
"""Nodes of what lasts in each group, and of what passes in each row."""
LEFT, MOST_STEPS = 1e-8, 60
"""What may be left to gain of the log-likelihood, and steps before giving up."""


def fit_nested(counts: Counts, X: Floats, group: object, level: float = 0.95) -> NestedLogit:
    r"""Fit a binomial logit with two nested normal terms by quadrature.

    Parameters
    ----------
    counts, X : Of each row, that is of a group at a moment; terms with the intercept among them, shape (rows, terms).
    group : Of each row, shape (rows,).
    level : Of the intervals of both standard deviations, which are symmetric in their logarithms.

    Returns
    -------
    NestedLogit
        Without limits (NaN) where a standard deviation is zero by Laplace's approximation, which then is the estimate.

    Raises
    ------
    ModelError
        As `two_terms.fit_two_terms`.

    Notes
    -----
    :math:`\hat\tau \exp(\pm z\, \mathrm{se}(\hat\tau) / \hat\tau)`.
    """
    data, k = Sorted.of(counts, X, group), X.shape[1]
    laplace = Laplace(data)
    first = highest(laplace.at, np.append(data.beta, START))
    first = replace(first, b=np.append(first.b[:k], np.abs(first.b[k:])))
    known = bool((first.b[k:] > ZERO).all())
    top = _top(_Quadrature.of(laplace, first.b), first) if known else first
    return _result(data, top, k, level if known else float("nan"))


def _result(data: Sorted, top: Point, k: int, level: float) -> NestedLogit:
    used = np.flatnonzero(np.append(np.ones(k, bool), top.b[k:] > ZERO))
    inverse = np.linalg.inv(top.information[np.ix_(used, used)])
    sds, missing = top.b[k:], np.full((2, 2), np.nan)
    of_sds = inverse[k:, k:] if len(used) == k + 2 else missing
    ends = np.exp(np.outer([-1, 1], ndtri((1 + level) / 2) * np.sqrt(np.diag(of_sds)) / np.maximum(sds, ZERO))) * sds
    return NestedLogit(
        data.back @ top.b[:k],
        data.back @ inverse[:k, :k] @ data.back.T,
        float(sds[0]), float(ends[0, 0]), float(ends[1, 0]),
        float(sds[1]), float(ends[0, 1]), float(ends[1, 1]),
        share_error(of_sds, sds) if len(used) == k + 2 else float("nan"),
        top.loglik,
        len(data.starts),
        float(data.counts.n.sum()),
    )  # fmt: skip


def _top(surface: _Quadrature, start: Point) -> Point:
    """Climb with the curvature of the start, halving a step that goes down; the curvature of the top by differences."""
    inverse, b = np.linalg.inv(start.information), start.b
    loglik, score = surface.slope(b)
    for _ in range(MOST_STEPS):
        step = inverse @ score
        if score @ step < LEFT:
            return Point(b, loglik, score, _information(surface, b))
        trial = surface.slope(b + step)
        while trial[0] < loglik:
            step = step / 2
            trial = surface.slope(b + step)
        b, (loglik, score) = b + step, trial
    raise ModelError("a binomial mixed logit: no convergence by quadrature", Reason.NO_CONVERGENCE)


def _information(surface: _Quadrature, b: Floats) -> Floats:
    steps = DIFFERENCE * np.eye(len(b))
    rows = [(surface.slope(b - step)[1] - surface.slope(b + step)[1]) / (2 * DIFFERENCE) for step in steps]
    matrix = np.array(rows)
    return np.asarray((matrix + matrix.T) / 2)


@dataclass(frozen=True, eq=False)
class _Quadrature:
    """The log-likelihood at coefficients (in coordinates) and both standard deviations.

    Parameters
    ----------
    data : Rows in the order of their groups.
    u, log_weight : Nodes of what lasts and the logarithms of their weights, shape (groups, nodes).
    v, log_mass : Of what passes, shape (rows, nodes of u, nodes).
    """

    data: Sorted
    u: Floats
    log_weight: Floats
    v: Floats
    log_mass: Floats

    @classmethod
    def of(cls, laplace: Laplace, parameters: Floats) -> _Quadrature:
        """Put the nodes around the modes at these parameters."""
        codes, (t, w), (s, m) = laplace.data.codes, _nodes(OF_GROUP), _nodes(OF_ROW)
        at = laplace.centres(parameters)
        u = at.u[:, None] + at.u_sd[:, None] * t
        given = at.v[:, None] + at.v_along_u[:, None] * (u - at.u[:, None])[codes]
        v = given[:, :, None] + at.v_sd[:, None, None] * s
        log_weight = np.log(w) + (t**2 - u**2) / 2 + np.log(at.u_sd)[:, None]
        log_mass = np.log(m) + (s**2 - v**2) / 2 + np.log(at.v_sd)[:, None, None]
        return cls(laplace.data, u, log_weight, v, log_mass)

    def slope(self, parameters: Floats) -> tuple[float, Floats]:
        """Return the log-likelihood and its gradient."""
        data, (tau_u, tau_v) = self.data, parameters[-2:]
        u = self.u[data.codes][:, :, None]
        log_odds = (data.rows @ parameters[:-2])[:, None, None] + tau_u * u + tau_v * self.v
        shape = log_odds.shape
        loglik, first = (x.reshape(shape) for x in data.counts.terms(log_odds.reshape(shape[0], -1))[:2])
        joint = loglik + self.log_mass
        of_row = logsumexp(joint, axis=2)
        of_group = data.summed(of_row) + self.log_weight
        total = logsumexp(of_group, axis=1)
        chance = np.exp(of_group - total[:, None])[data.codes]
        pull = np.exp(joint - of_row[:, :, None]) * chance[:, :, None] * first
        of_terms = [(pull * u).sum(), (pull * self.v).sum()]
        return float(total.sum()), np.concatenate([data.rows.T @ pull.sum(axis=(1, 2)), of_terms])


def _nodes(number: int) -> tuple[Floats, Floats]:
    """Return nodes of a standard normal variable and their weights, which add up to one."""
    places, weights = np.polynomial.hermite_e.hermegauss(number)
    return places, weights / weights.sum()
