r"""One normal difference per group, integrated by adaptive Gauss-Hermite quadrature.

.. math::
    L_j = \int \prod_{i \in j} P(y_i \mid x_i'\beta + \tau z)\, \phi(z)\, dz
    \approx \sqrt 2 s_j \sum_k w_k e^{t_k^2} \prod_i P(y_i \mid x_i'\beta + \tau z_{jk})\, \phi(z_{jk}),
    \quad z_{jk} = \hat z_j + \sqrt 2 s_j t_k

around the mode :math:`\hat z_j` of each group, with :math:`s_j` from the curvature there (Pinheiro and Bates, 1995).
Gradient and information follow from those of the complete data by Fisher's and Louis' identities.

References
----------
Pinheiro and Bates (1995), Approximations to the log-likelihood function in the nonlinear mixed-effects model, Journal
of Computational and Graphical Statistics 4(1). Louis (1982), Finding the observed information matrix when using the EM
algorithm, JRSS B 44(2).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.polynomial.hermite import hermgauss

from analysis.stats.arrays import Floats
from analysis.stats.binomial_mixed.counts import Counts
from analysis.stats.binomial_mixed.restricted import restricted_fit
from analysis.stats.binomial_mixed.search import Sorted, highest, modes, profile_limits
from analysis.stats.newton import Point

_nodes = cache(hermgauss)
NODES, ZERO = 15, 1e-3
"""Of the quadrature, and what is no difference between groups (log odds)."""


@dataclass(frozen=True, eq=False)
class MixedLogit:
    """A binomial logit with one normal difference per group.

    Parameters
    ----------
    beta, covariance : Coefficients in log odds, shape (terms,), and their covariance.
    tau, tau_low, tau_high : Standard deviation between groups in log odds, and its profile interval.
    loglik : Of the data, with the binomial coefficients.
    n_groups, n_units : Groups, and units in them.
    """

    beta: Floats
    covariance: Floats
    tau: float
    tau_low: float
    tau_high: float
    loglik: float
    n_groups: int
    n_units: float


def fit_one_term(
    counts: Counts,
    X: Floats,
    group: object,
    level: float = 0.95,
    nodes: int = NODES,
    *,
    restricted: bool = False,
) -> MixedLogit:
    """Fit a binomial logit with one normal difference per group.

    Parameters
    ----------
    counts : Of each row.
    X : Terms, the intercept among them; shape (rows, terms).
    group : Of each row, shape (rows,).
    level : Of the profile interval of tau.
    nodes : Of the quadrature.
    restricted : Whether tau is freed of what the coefficients take up, by restricted likelihood (`restricted_fit`).

    Returns
    -------
    MixedLogit
        The covariance of restricted coefficients is that at the tau that was found, as if it were known.

    Raises
    ------
    ModelError
        If a value is missing, the terms are collinear, the outcome is separated, there are fewer than two groups or
        the search does not converge.
    """
    data = Sorted.of(counts, X, group)
    surface, k = _Quadrature(data, nodes).at, X.shape[1]
    top = highest(surface, np.append(data.beta, 0.3))
    if restricted:
        tau, low, high, at = restricted_fit(surface, top, k, level)
        inverse = np.linalg.inv(at.information)
        beta, covariance = data.back @ at.b, data.back @ inverse @ data.back.T
        return MixedLogit(beta, covariance, tau, low, high, at.loglik, len(data.starts), float(counts.n.sum()))
    tau = abs(float(top.b[k]))
    low, high = profile_limits(surface, top, k, level)
    used = slice(None) if tau > ZERO else slice(0, -1)  # at zero the log-likelihood is flat in tau
    inverse = np.linalg.inv(top.information[used, used])[:k, :k]
    beta, covariance = data.back @ top.b[:k], data.back @ inverse @ data.back.T
    return MixedLogit(beta, covariance, tau, low, high, top.loglik, len(data.starts), float(counts.n.sum()))


def mode(
    counts: Counts, log_odds: Floats, tau: float, data: Sorted, start: Floats | None = None
) -> tuple[Floats, Floats]:
    """Return the mode of each group's standardised difference, and its standard deviation by the curvature there.

    Parameters
    ----------
    counts, log_odds : Of each row in the order of `data`; the log odds without the difference, shape (rows,).
    tau : Standard deviation between groups.
    data : Which row is of which group.
    start : Where the search begins, shape (groups,); by default at no difference.

    Raises
    ------
    ModelError
        If the search does not converge.
    """

    def evaluate(z: Floats) -> tuple[Floats, list[Floats]]:
        loglik, slope, curvature = (x[:, 0] for x in counts.terms((log_odds + tau * z[data.codes])[:, None]))
        step = (tau * data.total(slope) - z) / (1 - tau**2 * data.total(curvature))
        return data.total(loglik) - z**2 / 2, [step]

    start = np.zeros(len(data.starts)) if start is None else start
    z = modes(evaluate, [start], [np.arange(len(data.starts))])[0]
    curvature = counts.terms((log_odds + tau * z[data.codes])[:, None])[2][:, 0]
    return z, 1 / np.sqrt(1 - tau**2 * data.total(curvature))


@dataclass(frozen=True, eq=False)
class _Quadrature:
    """The log-likelihood at coefficients (in coordinates) and tau, and its gradient."""

    data: Sorted
    nodes: int
    last: list[Floats] = field(default_factory=list)
    """Modes of the last point, if any: the next is near it."""

    def at(self, parameters: Floats) -> Point:
        data, tau = self.data, float(parameters[-1])
        log_odds = data.rows @ parameters[:-1]
        z, sd = mode(data.counts, log_odds, tau, data, self.last.pop() if self.last else None)
        self.last.append(z)
        t, weight = _nodes(self.nodes)
        points = z[:, None] + np.sqrt(2) * sd[:, None] * t
        loglik, slope, curvature = data.counts.terms(log_odds[:, None] + tau * points[data.codes])
        logs = np.log(weight) + t**2 + np.log(sd / np.sqrt(np.pi))[:, None] + data.summed(loglik) - points**2 / 2
        top = logs.max(axis=1, keepdims=True)
        mass = np.exp(logs - top)
        sums = mass.sum(axis=1, keepdims=True)
        mass, total = mass / sums, np.log(sums) + top
        score, information = self._derivatives(points, mass, slope, curvature)
        return Point(parameters, float(total.sum()), score, information)

    def _derivatives(self, points: Floats, mass: Floats, slope: Floats, curvature: Floats) -> tuple[Floats, Floats]:
        """Fisher's identity for the gradient and Louis' for the information: posterior means of the complete data's."""
        data, codes = self.data, self.data.codes
        terms = np.concatenate(
            [np.broadcast_to(data.rows.T[:, :, None], (data.rows.shape[1], *slope.shape)), points[codes][None]]
        )
        complete = np.stack([data.summed(slope * term) for term in terms])
        by_group = np.einsum("kgm,gm->kg", complete, mass)
        weight = -curvature * mass[codes]
        own, squares = _squares(terms, weight), _squares(complete, mass)
        return by_group.sum(axis=1), own - (squares - by_group @ by_group.T)


def _squares(values: Floats, weight: Floats) -> Floats:
    """Sum products of each two, shape (k, rows, points), over rows and points with their weights: shape (k, k)."""
    flat = values.reshape(len(values), -1)
    squares: Floats = flat * weight.ravel() @ flat.T
    return squares
