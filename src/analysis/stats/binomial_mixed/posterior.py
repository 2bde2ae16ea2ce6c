"""What the counts of one group say of its share, given the distribution of all: the posterior, on a grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from analysis.stats.arrays import Floats
from analysis.stats.binomial_mixed.counts import Counts

WIDTH, POINTS = 8.0, 321
"""Standard deviations of the distribution of all groups on either side that the grid spans, and its points."""


@dataclass(frozen=True, eq=False)
class Posterior:
    """Of each group, the probability of every value of its share.

    Parameters
    ----------
    share : Values, ascending, shape (groups, points).
    mass : Their probabilities, which add up to one, shape (groups, points).
    """

    share: Floats
    mass: Floats

    @property
    def mean(self) -> Floats:
        """Posterior mean of the share of each group, shape (groups,)."""
        return np.asarray((self.share * self.mass).sum(axis=1))

    def quantile(self, level: float) -> Floats:
        """Return a quantile of the share of each group, shape (groups,)."""
        cumulative = self._cumulative()
        return np.array([np.interp(level, c, x) for c, x in zip(cumulative, self.share, strict=True)])

    def below(self, line: ArrayLike) -> Floats:
        """Return the probability that the share of each group is below its line, shape (groups,)."""
        lines = np.broadcast_to(np.asarray(line, float), len(self.share))
        cumulative = self._cumulative()
        rows = zip(lines, self.share, cumulative, strict=True)
        return np.array([np.interp(line, x, c, left=0.0, right=1.0) for line, x, c in rows])

    def _cumulative(self) -> Floats:
        """Probability up to each value, half of its own mass counted."""
        return np.asarray(np.cumsum(self.mass, axis=1) - self.mass / 2)


def posterior(counts: Counts, log_odds: ArrayLike, tau: float) -> Posterior:
    r"""Return the posterior of the share of groups of one row each.

    Parameters
    ----------
    counts : Of each group.
    log_odds : Of the distribution that each comes from, :math:`x_j'\beta`, shape (groups,).
    tau : Its standard deviation in log odds; above zero.

    Returns
    -------
    Posterior

    Notes
    -----
    :math:`p(z \mid y_j) \propto P(y_j \mid x_j'\beta + \tau z)\, \phi(z)`.
    """
    z = np.linspace(-WIDTH, WIDTH, POINTS)
    values = np.asarray(log_odds, float)[:, None] + tau * z
    logs = counts.terms(values)[0] - z**2 / 2
    mass = np.exp(logs - logs.max(axis=1, keepdims=True))
    return Posterior(expit(values), mass / mass.sum(axis=1, keepdims=True))
