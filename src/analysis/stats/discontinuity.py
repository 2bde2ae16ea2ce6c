r"""Sharp discontinuity and kink by local polynomials: data-driven bandwidth, robust bias-corrected interval.

Every estimate here is a weighted sum of outcomes, :math:`\hat\tau = \sum_i l_i y_i`, with weights that depend on the
running variable and the bandwidths only. Conventional weights fit a polynomial of order `p` within bandwidth `h` on
either side; bias-corrected weights subtract the leading bias, estimated with order `p + 1` within bandwidth `b`.

References
----------
Calonico, Cattaneo and Titiunik (2014), Robust nonparametric confidence intervals for regression-discontinuity designs,
Econometrica 82(6). Calonico, Cattaneo and Farrell (2020), Optimal bandwidth choice for robust bias-corrected inference
in regression discontinuity designs, Econometrics Journal 23(2). Card, Lee, Pei and Weber (2015), Inference on causal
effects in a generalized regression kink design, Econometrica 83(6).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import factorial

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats
from analysis.stats.complete import check_complete
from analysis.stats.fit import Fit, correction

ROBUST, CONVENTIONAL = "robust", "conventional"
NUMBERS = ("estimate", "std_error", "ci_low", "ci_high", "p_value")
MATCHES = 3  # nearest neighbours from which the variance of an outcome is estimated
FEWEST = 10  # observations on a side, below which no polynomial is fitted
SINGULAR = 1e13  # condition of the normal equations of a polynomial beyond which they have no solution
PILOT = 2.576  # of the pilot bandwidth: the triangular kernel's constant in the rule of thumb for a density


@dataclass(frozen=True)
class Bandwidths:
    """Bandwidths of the estimate (`main`) and of its bias (`bias`), in units of the running variable."""

    main: float
    bias: float


@dataclass(frozen=True)
class Discontinuity:
    """A jump in the outcome (or in its slope) at the cut-off.

    Parameters
    ----------
    fit
        Coefficient `ROBUST`: the bias-corrected estimate, in the unit of the outcome (per unit of the running variable
        for a kink), whose influence counts the estimation of the bias too. Coefficient `CONVENTIONAL`: the local
        polynomial estimate, whose bias is not counted. Clusters are observations where none are given.
    bandwidths : As used.
    n_left, n_right : Observations within the main bandwidth.
    """

    fit: Fit
    bandwidths: Bandwidths
    n_left: int
    n_right: int

    @property
    def estimate(self) -> float:
        """Bias-corrected estimate."""
        return float(self.fit.coefficients[ROBUST])

    @property
    def std_error(self) -> float:
        """Its standard error."""
        return float(self.fit.std_errors[ROBUST])

    def row(self, level: float = 0.95) -> dict[str, float]:
        """Return the estimate, its robust interval and its numbers of observations, named as in `stats.estimates`."""
        (row,) = self.fit.only([ROBUST]).rows(level)[list(NUMBERS)].to_dict("records")
        return {
            **{str(name): float(value) for name, value in row.items()},
            "conventional": float(self.fit.coefficients[CONVENTIONAL]),
            "bandwidth": self.bandwidths.main,
            "n_obs": self.n_left + self.n_right,
            "n_clusters": self.fit.n_clusters,
            "n_left": self.n_left,
            "n_right": self.n_right,
        }


@dataclass(frozen=True)
class CutoffSample:
    """Observations by ascending distance to the cut-off (negative: left of it, not treated)."""

    x: Floats
    y: Floats
    cluster: NDArray[np.intp] | None

    @property
    def sides(self) -> tuple[slice, slice]:
        """Left and right of the cut-off; who is at it, is right."""
        first = int(np.searchsorted(self.x, 0.0, side="left"))
        return slice(0, first), slice(first, len(self.x))

    def n_within(self, bandwidth: float) -> tuple[int, int]:
        """Count the observations within a bandwidth, left and right."""
        left, right = (int((np.abs(self.x[side]) < bandwidth).sum()) for side in self.sides)
        return left, right


def discontinuity(
    running: ArrayLike,
    outcome: ArrayLike,
    *,
    cutoff: float = 0.0,
    cluster: Sequence[object] | pd.Series | None = None,
    bandwidths: Bandwidths | None = None,
    order: int = 1,
    derivative: int = 0,
) -> Discontinuity:
    """Estimate the jump of an outcome at a cut-off in the running variable.

    Parameters
    ----------
    running, outcome : Shape (n,); treated are those whose running variable is `cutoff` or more.
    cluster : Shape (n,); errors may be correlated within its values, across the cut-off too.
    bandwidths : By default those that minimise the mean squared error, with regularisation.
    order : Of the local polynomial.
    derivative : 0: jump of the level; 1: jump of the slope (a kink), for which `order` 2 is usual.

    Returns
    -------
    Discontinuity
        In the unit of the outcome, per unit of the running variable for a kink.

    Raises
    ------
    ModelError
        If a value is missing, a side has too few observations, or there are fewer than two clusters.
    """
    data = sample(running, outcome, cutoff=cutoff, cluster=cluster)
    data = replace(data, y=data.y - data.y.mean())  # all weights sum to zero: a common level is nothing but rounding
    chosen = bandwidths or _mse_bandwidths(data, order, derivative)
    plain = conventional_weights(data, chosen.main, order, derivative)
    corrected = plain - _bias_weights(data, chosen, order, derivative)
    reach = max(chosen.main, chosen.bias)
    residual = np.concatenate([neighbour_residuals(data.x[side], data.y[side], reach) for side in data.sides])
    fitted = _fitted({ROBUST: corrected, CONVENTIONAL: plain}, data, residual)
    return Discontinuity(fitted, chosen, *data.n_within(chosen.main))


def sample(
    running: ArrayLike, outcome: ArrayLike, *, cutoff: float = 0.0, cluster: Sequence[object] | pd.Series | None = None
) -> CutoffSample:
    """Order observations by the running variable.

    Parameters
    ----------
    running, outcome, cutoff, cluster : As of `discontinuity`.

    Returns
    -------
    CutoffSample
        Of all observations.

    Raises
    ------
    ModelError
        A value is missing, or a side has fewer than `FEWEST` distinct values.
    """
    clusters = {} if cluster is None else {"the clusters": pd.Series(np.asarray(cluster))}
    check_complete({"the running variable": running, "the outcome": outcome, **clusters}, what="at the cut-off")
    x, y = np.asarray(running, float) - cutoff, np.asarray(outcome, float)
    order = np.argsort(x, kind="stable")
    codes = None if cluster is None else pd.factorize(np.asarray(cluster))[0][order]
    data = CutoffSample(x[order], y[order], codes)
    for side, name in zip(data.sides, ("below", "at or above"), strict=True):
        distinct = len(np.unique(data.x[side]))
        if distinct < FEWEST:
            raise ModelError(
                f"{distinct} distinct values {name} the cut-off; at least {FEWEST} are needed", Reason.TOO_FEW
            )
    return data


def conventional_weights(data: CutoffSample, bandwidth: float, order: int, derivative: int) -> Floats:
    """Weights of the outcomes in the jump of a derivative at the cut-off.

    Parameters
    ----------
    data : The observations.
    bandwidth : In units of the running variable.
    order : Of the local polynomial.
    derivative : Which derivative jumps.

    Returns
    -------
    array
        Shape (n,), in the order of `data`.
    """
    left, right = (coefficient_weights(data.x[side], bandwidth, order, derivative) for side in data.sides)
    return np.concatenate([-left, right]) * factorial(derivative)


def _bias_weights(data: CutoffSample, bandwidths: Bandwidths, order: int, derivative: int) -> Floats:
    r"""Weights of the outcomes in the leading bias of `conventional_weights`.

    On a side, the polynomial leaves out :math:`\beta_{p+1} x^{p+1}`; the conventional weights applied to
    :math:`x^{p+1}` show what that does to the estimate, order `p + 1` within the bias bandwidth estimates
    :math:`\beta_{p+1}`.
    """
    weights = []
    for side, sign in zip(data.sides, (-1, 1), strict=True):
        x = data.x[side]
        missed = coefficient_weights(x, bandwidths.main, order, derivative) @ x ** (order + 1)
        weights.append(sign * missed * coefficient_weights(x, bandwidths.bias, order + 1, order + 1))
    return np.concatenate(weights) * factorial(derivative)


def _mse_bandwidths(data: CutoffSample, order: int, derivative: int) -> Bandwidths:
    r"""Choose the bandwidths that minimise the (estimated, regularised) mean squared error of the jump.

    In three steps, each :math:`h = \{(V_l + V_r) / ((B_r - B_l)^2 + R)\}^{1/(2o+3)}` with variances `V`, biases `B` and
    the uncertainty `R` of the latter: a pilot for the bias of the bias, the bias bandwidth, the main bandwidth.
    """
    widest = float(np.abs(data.x).max())
    low, high = np.quantile(data.x, [0.25, 0.75], method="averaged_inverted_cdf")
    pilot = min(PILOT * min(data.x.std(ddof=1), (high - low) / 1.349) * len(data.x) ** -0.2, widest)
    reach = (float(-data.x[0]), float(data.x[-1]))
    step = _BandwidthStep(data, pilot, widest)
    first = step.choose(order + 2, order + 2, reach, regularised=False)
    bias = step.choose(order + 1, order + 1, (first, first))
    return Bandwidths(main=step.choose(order, derivative, (bias, bias)), bias=bias)


@dataclass(frozen=True)
class _BandwidthStep:
    data: CutoffSample
    pilot: float
    widest: float

    def choose(self, order: int, derivative: int, for_bias: tuple[float, float], *, regularised: bool = True) -> float:
        left, right = (
            self._side(side, order, derivative, bandwidth)
            for side, bandwidth in zip(self.data.sides, for_bias, strict=True)
        )
        variance = left[0] + right[0]
        bias = (right[1] - left[1]) ** 2 + regularised * (left[2] + right[2])
        if not bias > 0:  # nothing bends, or nothing varies: the widest is as good as any
            return self.widest
        return float(min((variance / bias) ** (1 / (2 * order + 3)), self.widest))

    def _side(self, side: slice, order: int, derivative: int, for_bias: float) -> tuple[float, float, float]:
        x, y = self.data.x[side], self.data.y[side]
        cluster = None if self.data.cluster is None else self.data.cluster[side]
        plain = coefficient_weights(x, self.pilot, order, derivative)
        missed = plain @ x ** (order + 1) * self.pilot ** (derivative - order - 1)
        curve = coefficient_weights(x, for_bias, order + 1, order + 1)
        variance = _error(plain, neighbour_residuals(x, y, self.pilot), cluster) ** 2
        doubt = _error(curve, neighbour_residuals(x, y, for_bias), cluster) ** 2
        factor = 2 * (order + 1 - derivative)
        return (
            (2 * derivative + 1) * self.pilot ** (2 * derivative + 1) * variance,
            float(np.sqrt(factor) * missed * (curve @ y)),
            float(3 * factor * missed**2 * doubt),
        )


def coefficient_weights(x: Floats, bandwidth: float, order: int, which: int) -> Floats:
    """Weights of outcomes in one coefficient of a local polynomial with triangular weights.

    Parameters
    ----------
    x : Distance to the cut-off on one side, shape (n,).
    bandwidth, order : Of the polynomial.
    which : Power of `x` whose coefficient it is.

    Returns
    -------
    array
        Shape (n,); zero beyond the bandwidth.

    Raises
    ------
    ModelError
        Too few distinct values are within the bandwidth.
    """
    near = np.abs(x) < bandwidth
    if len(np.unique(x[near])) <= order:
        raise ModelError(
            f"a bandwidth of {bandwidth:.4g} holds too few distinct values on one side of the cut-off", Reason.TOO_FEW
        )
    u = x[near] / bandwidth
    powers = np.vander(u, order + 1, increasing=True)
    weighted = powers * (1 - np.abs(u))[:, None]
    weights = np.zeros(len(x))
    weights[near] = _solved(weighted.T @ powers, weighted.T, bandwidth)[which] / bandwidth**which
    return weights


def _solved(A: Floats, B: Floats, bandwidth: float) -> Floats:
    size = np.sqrt(np.diag(A))
    if not (size > 0).all() or np.linalg.cond(A / np.outer(size, size)) > SINGULAR:
        raise ModelError(
            f"the values within {bandwidth:.4g} of the cut-off do not determine a polynomial of order {len(A) - 1}",
            Reason.COLLINEAR,
        )
    return np.asarray(np.linalg.solve(A, B), dtype=np.float64)


def neighbour_residuals(x: Floats, y: Floats, reach: float) -> Floats:
    r"""Distance of outcomes to the mean of their nearest neighbours in `x`, :math:`\sqrt{J/(J+1)} (y_i - \bar y_J)`.

    Its square is an unbiased estimate of the variance where neighbours have one expectation. All who tie with the last
    neighbour count as neighbours; beyond `reach` residuals are zero and nobody is a neighbour.

    Parameters
    ----------
    x, y : Ascending distance to the cut-off on one side, and outcome; shape (n,).
    reach : Largest distance to the cut-off.

    Returns
    -------
    array
        In the unit of the outcome, shape (n,).
    """
    residual = np.zeros(len(x))
    near = np.abs(x) <= reach
    position, value = x[near], y[near] - y.mean()
    n = len(position)
    gaps = np.full((n, 2 * MATCHES), np.inf)
    for step in range(1, min(MATCHES, n - 1) + 1):
        gap = position[step:] - position[:-step]
        gaps[step:, step - 1] = gap
        gaps[:-step, MATCHES + step - 1] = gap
    farthest = np.sort(gaps, axis=1)[:, min(MATCHES, n - 1) - 1] * (1 + 1e-10) + 1e-14
    first = np.searchsorted(position, position - farthest, side="left")
    last = np.searchsorted(position, position + farthest, side="right")
    sums = np.concatenate([[0.0], np.cumsum(value)])
    neighbours = last - first - 1
    mean = (sums[last] - sums[first] - value) / neighbours
    residual[near] = np.sqrt(neighbours / (neighbours + 1)) * (value - mean)
    return residual


def _fitted(weights: Mapping[str, Floats], data: CutoffSample, residual: Floats) -> Fit:
    """Return weighted sums of outcomes as a fit; its clusters are those with a weight in the first."""
    first = next(iter(weights.values())) != 0
    names = np.arange(len(data.y)) if data.cluster is None else np.arange(data.cluster.max() + 1)
    used = np.flatnonzero(first) if data.cluster is None else np.unique(data.cluster[first])
    influence = {name: _influence(own, residual, data.cluster) for name, own in weights.items()}
    coefficients = pd.Series({name: float(own @ data.y) for name, own in weights.items()})
    return Fit(coefficients, pd.DataFrame(influence, names).loc[used], int(first.sum()))


def _influence(weights: Floats, residual: Floats, cluster: NDArray[np.intp] | None) -> Floats:
    """Return the influence of clusters, or of observations, on a weighted sum of outcomes."""
    contributions = weights * residual
    if cluster is None:
        return contributions
    number = len(np.unique(cluster[weights != 0]))  # by weights: whether a residual is exactly zero is rounding
    if number < 2:
        raise ModelError("errors clustered at the cut-off need at least two clusters", Reason.TOO_FEW_CLUSTERS)
    return np.asarray(np.sqrt(correction(float(number))) * np.bincount(cluster, contributions))


def _error(weights: Floats, residual: Floats, cluster: NDArray[np.intp] | None) -> float:
    return float(np.linalg.norm(_influence(weights, residual, cluster)))
