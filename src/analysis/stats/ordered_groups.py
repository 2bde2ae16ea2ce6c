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

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import ndtr, ndtri

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats
from analysis.stats.complete import check_complete

OWN_SPREAD = 50
"""Units from which a group has a spread of its own."""
FLAT, SMALLEST, STEP = 1e-7, 1e-300, 1e-5


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
    model, x, loglik = _highest(counts, own_from)
    mean, sd, cuts = model.parts(x)
    mean, sd, origin, unit = _standardised(model.table, mean, sd)
    weight = model.table.sum(axis=1) / model.table.sum()
    return LatentGroups(mean, sd, model.own, (cuts - origin) / unit, float(weight @ mean**2), loglik)


Statistic = Callable[[Floats, Floats], Floats]
"""From latent means, shape (groups,), and counts, shape (groups, levels), to some numbers, shape (k,)."""


def with_influence(counts: Floats, statistic: Statistic, own_from: int = OWN_SPREAD) -> tuple[Floats, Floats]:
    r"""Return numbers that follow from latent means and counts, and what one unit more of each count does to them.

    Parameters
    ----------
    counts, own_from : As of `fit_ordered_groups`.
    statistic : The numbers; differentiable.

    Returns
    -------
    array, array
        The numbers, shape (k,); and their derivatives to the counts, shape (groups, levels, k). Summed over the units
        of a cluster, these are its influence, from whose squares clustered variances follow.

    Raises
    ------
    ModelError
        As `fit_ordered_groups`.

    Notes
    -----
    With the score :math:`s_{gc}` of a unit and the information I at the top, the parameters move by
    :math:`I^{-1} s_{gc}`; the numbers depend on the counts also where these weigh and standardise.
    """
    model, x, _ = _highest(counts, own_from)
    table, shape = model.table, model.table.shape

    def numbers(at: Floats, of: Floats) -> Floats:
        return statistic(_standardised(of.reshape(shape), *model.parts(at)[:2])[0], of.reshape(shape))

    information = table.sum() * _slopes(lambda at: model.descent(at)[1], x)
    cells = np.eye(table.size).reshape(-1, *shape)
    scores = np.array([-replace(model, table=cell).descent(x)[1] for cell in cells])
    moved = scores @ np.linalg.pinv(information, hermitian=True) @ _slopes(lambda at: numbers(at, table.ravel()), x).T
    weighed = _slopes(lambda of: numbers(x, of), table.ravel()).T
    return numbers(x, table.ravel()), (moved + weighed).reshape(*shape, -1)


def _slopes(function: Callable[[Floats], Floats], at: Floats) -> Floats:
    """Return derivatives by central differences, shape (values, arguments)."""
    steps = STEP * np.eye(len(at))
    return np.array([(function(at + step) - function(at - step)) / (2 * STEP) for step in steps]).T


def _highest(counts: Floats, own_from: int) -> tuple[_Latent, Floats, float]:
    table = np.asarray(counts, float)
    _check(table)
    own = (table.sum(axis=1) >= own_from) & (table > 0).all(axis=1)
    model = _Latent(table, own, ndtri(np.cumsum(table.sum(axis=0))[:-1] / table.sum()))
    found = minimize(
        model.descent, model.start(), jac=True, method="L-BFGS-B", options={"gtol": FLAT, "ftol": 0, "maxiter": 5000}
    )
    if np.abs(found.jac).max() > 1e-4:
        raise ModelError("groups on a latent scale: no convergence", Reason.NO_CONVERGENCE)
    return model, np.asarray(found.x, float), -float(found.fun) * float(table.sum())


def _standardised(table: Floats, mean: Floats, sd: Floats) -> tuple[Floats, Floats, float, float]:
    """Return means and spreads with mean zero and variance one over all units, and the origin and unit before."""
    weight = table.sum(axis=1) / table.sum()
    origin = float(weight @ mean)
    unit = float(np.sqrt(weight @ (np.square(mean - origin) + sd**2)))
    return (mean - origin) / unit, sd / unit, origin, unit


def _check(table: Floats) -> None:
    check_complete({"counts": table}, what="groups on a latent scale")
    if table.shape[1] < 3:
        raise ModelError("groups on a latent scale need three levels", Reason.TOO_FEW)
    if not (table >= 0).all():
        raise ModelError("groups on a latent scale: a count is negative or missing", Reason.INVALID)
    if not (table.sum(axis=0) > 0).all():
        raise ModelError("groups on a latent scale: a level has nobody", Reason.EMPTY)
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
