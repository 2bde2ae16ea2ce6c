r"""Means and spreads of groups on a latent scale, from how many of each are at which of several ordered levels.

.. math:: P(\mathrm{level} \le c \mid j) = \Phi\Big(\frac{\kappa_c - \mu_j}{s_j}\Big)

with cut points common to all groups: a heteroskedastic ordered probit. Where a cut point lies no longer decides how far
groups seem apart. The first two cut points fix origin and unit while the likelihood is climbed; reported means and
spreads have mean zero and variance one over all units, :math:`\sum n_j \mu_j = 0` and
:math:`\sum n_j (\mu_j^2 + s_j^2) = \sum n_j`. A small group, or one without anybody at some level, does not tell its
own spread: these share one.

References
----------
Reardon, Shear, Castellano and Ho (2017), Using heteroskedastic ordered probit models to recover moments of continuous
test score distributions from coarsened data, Journal of Educational and Behavioral Statistics 42(1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import ndtr, ndtri

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats
from analysis.stats.complete import check_complete

OWN_SPREAD = 50
"""Units from which a group has a spread of its own."""
FLAT, SMALLEST = 1e-7, 1e-300


@dataclass(frozen=True, eq=False)
class LatentGroups:
    """Means and spreads of groups, in standard deviations of all units.

    Parameters
    ----------
    mean, sd : Of each group, shape (groups,).
    own : Which groups have a spread of their own.
    cuts : Cut points, shape (levels - 1,).
    between : Part of the variance that is between groups.
    loglik : Log-likelihood, without multinomial coefficients.
    """

    mean: Floats
    sd: Floats
    own: NDArray[np.bool_]
    cuts: Floats
    between: float
    loglik: float


def fit_ordered_groups(counts: Floats, own_from: int = OWN_SPREAD) -> LatentGroups:
    """Fit means and spreads by maximum likelihood.

    Parameters
    ----------
    counts : Units of each group at each level, in the order of the levels; shape (groups, levels), three or more.
    own_from : Units from which a group has a spread of its own, if it has somebody at every level.

    Returns
    -------
    LatentGroups

    Raises
    ------
    ModelError
        If a count is missing or negative, there are fewer than three levels, a group has everybody at the lowest or
        the highest level (its mean is infinite), a level has nobody, or the search does not converge.
    """
    table = np.asarray(counts, float)
    _check(table)
    own = (table.sum(axis=1) >= own_from) & (table > 0).all(axis=1)
    model = _Latent(table, own, ndtri(np.cumsum(table.sum(axis=0))[:-1] / table.sum()))
    found = minimize(
        model.descent, model.start(), jac=True, method="L-BFGS-B", options={"gtol": FLAT, "ftol": 0, "maxiter": 5000}
    )
    if np.abs(found.jac).max() > 1e-4:
        raise ModelError("groups on a latent scale: no convergence", Reason.NO_CONVERGENCE)
    mean, sd, cuts = model.parts(found.x)
    weight = table.sum(axis=1) / table.sum()
    origin = float(weight @ mean)
    unit = float(np.sqrt(weight @ (np.square(mean - origin) + sd**2)))
    mean, sd = (mean - origin) / unit, sd / unit
    between = float(weight @ mean**2)
    return LatentGroups(mean, sd, own, (cuts - origin) / unit, between, -float(found.fun) * table.sum())


def _check(table: Floats) -> None:
    check_complete({"counts": table}, what="groups on a latent scale")
    if table.shape[1] < 3:
        raise ModelError("groups on a latent scale need three levels", Reason.TOO_FEW)
    if (table < 0).any() or not (table.sum(axis=0) > 0).all():
        raise ModelError("groups on a latent scale: a count is negative, or a level has nobody", Reason.INVALID)
    ends = table[:, [0, -1]].max(axis=1)
    if (ends >= table.sum(axis=1)).any():
        raise ModelError("groups on a latent scale: a group has everybody at one end", Reason.SEPARATED)


@dataclass(frozen=True, eq=False)
class _Latent:
    """Minus the mean log-likelihood at means, logarithms of spreads (the shared one last) and gaps of cut points."""

    table: Floats
    own: NDArray[np.bool_]
    marginal: Floats

    def start(self) -> Floats:
        shares = (np.cumsum(self.table, axis=1)[:, :-1] + 0.5) / (self.table.sum(axis=1, keepdims=True) + 1)
        mean = (self.marginal - ndtri(shares)).mean(axis=1)
        return np.concatenate([mean, np.zeros(self.own.sum() + 1), np.log(np.diff(self.marginal[1:]))])

    def parts(self, x: Floats) -> tuple[Floats, Floats, Floats]:
        """Split parameters in means, spreads and cut points."""
        groups, free = len(self.table), int(self.own.sum())
        log_sd = np.full(groups, x[groups + free])
        log_sd[self.own] = x[groups : groups + free]
        gaps = np.exp(x[groups + free + 1 :])
        cuts = np.concatenate([self.marginal[:2], self.marginal[1] + np.cumsum(gaps)])
        return x[:groups], np.exp(log_sd), cuts

    def descent(self, x: Floats) -> tuple[float, Floats]:
        mean, sd, cuts = self.parts(x)
        groups, total = len(self.table), self.table.sum()
        z = (cuts - mean[:, None]) / sd[:, None]
        cumulative = np.column_stack([np.zeros(groups), ndtr(z), np.ones(groups)])
        chance = np.maximum(np.diff(cumulative, axis=1), SMALLEST)
        ratio = self.table / chance
        by_z = (ratio[:, :-1] - ratio[:, 1:]) * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
        by_sd = -(by_z * z).sum(axis=1)
        by_cut = (by_z / sd[:, None]).sum(axis=0)
        later = np.cumsum(by_cut[::-1])[::-1][2:] * np.diff(cuts)[1:]
        gradient = np.concatenate([-by_z.sum(axis=1) / sd, by_sd[self.own], [by_sd[~self.own].sum()], later])
        return -float((self.table * np.log(chance)).sum() / total), -gradient / total
