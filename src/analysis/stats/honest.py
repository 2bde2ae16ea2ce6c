r"""An honest interval at a cut-off: it counts the bias that a curve of bounded bend may give a straight line.

A local line through a curve is biased. The robust interval of `discontinuity` estimates that bias and subtracts it,
which is right in large samples. Here nothing is subtracted: the outcome's expectation, as a function of the running
variable, may be any curve whose second derivative is at most :math:`M` in size on either side of the cut-off, and the
interval is wide enough for the worst of them. It holds in samples of any size in which the estimate is close to normal,
for as long as :math:`M` is large enough.

References
----------
Armstrong and Kolesár (2018), Optimal inference in a class of regression models, Econometrica 86(2); (2020), Simple and
honest confidence intervals in nonparametric regression, Quantitative Economics 11(1), for :math:`M` by rule of thumb.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import ndtr, stdtr
from scipy.stats import t as student

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats
from analysis.stats.discontinuity import FEWEST, CutoffSample, conventional_weights, sample

ORDER = 4  # of the polynomial on either side from which the bound is read
ROUNDING = 1e-12  # an error below this part of the outcome is rounding
ALONE = 1e-10  # a determinant below this part of its products is rounding
CANDIDATES = 60  # bandwidths that are tried: their half-lengths differ by less than a per cent near the shortest


@dataclass(frozen=True)
class Honest:
    """A jump at the cut-off with what its interval allows for.

    Parameters
    ----------
    estimate, std_error : Of the local line with triangular weights; its bias is not subtracted.
    bias : The largest that a curve with this bound can give, in the unit of the outcome.
    curvature : The bound :math:`M`: by how much the slope of the curve may change per unit of the running variable.
    bandwidth : As used, in units of the running variable.
    n_left, n_right, n_clusters
        Observations within the bandwidth, and the clusters (observations, where there are none) that they are in.
    """

    estimate: float
    std_error: float
    bias: float
    curvature: float
    bandwidth: float
    n_left: int
    n_right: int
    n_clusters: int

    @property
    def off_line(self) -> float:
        r"""Distance of such a curve from a straight line at the edge of the bandwidth, :math:`M h^2 / 2`."""
        return self.curvature * self.bandwidth**2 / 2

    def row(self, level: float = 0.95) -> dict[str, float]:
        """Return the estimate, its interval and its numbers of observations, named as in `stats.estimates`."""
        df = self.n_clusters - 1
        half = critical_value(self.bias / self.std_error, level, df) * self.std_error
        shift, size = self.bias / self.std_error, abs(self.estimate) / self.std_error
        return {
            "estimate": self.estimate,
            "std_error": self.std_error,
            "ci_low": self.estimate - half,
            "ci_high": self.estimate + half,
            # The level at which the interval would end at zero.
            "p_value": float(student.sf(size - shift, df) + student.cdf(-size - shift, df)),
            "bias": self.bias,
            "curvature": self.curvature,
            "off_line": self.off_line,
            "bandwidth": self.bandwidth,
            "n_obs": self.n_left + self.n_right,
            "n_clusters": self.n_clusters,
            "n_left": self.n_left,
            "n_right": self.n_right,
        }


def honest(
    running: ArrayLike,
    outcome: ArrayLike,
    *,
    cutoff: float = 0.0,
    cluster: Sequence[object] | pd.Series | None = None,
    curvature: float | None = None,
    bandwidth: float | None = None,
) -> Honest:
    r"""Estimate the jump at a cut-off with the largest bias of a curve whose second derivative is bounded.

    Parameters
    ----------
    running, outcome : Shape (n,); treated are those whose running variable is `cutoff` or more.
    cluster : Shape (n,); errors may be correlated within its values, across the cut-off too.
    curvature : The bound :math:`M`; by default that of `rule_of_thumb`.
    bandwidth : By default the one whose interval is shortest.

    Returns
    -------
    Honest
        In the unit of the outcome.

    Notes
    -----
    With weights :math:`l_i` of the outcomes (`discontinuity.conventional_weights`) the largest bias is
    :math:`\frac{M}{2}\{|\sum_{x<0} l_i x_i^2| + |\sum_{x \ge 0} l_i x_i^2|\}`, reached by a parabola on either side;
    the interval is :math:`\hat\tau \pm \mathrm{cv}_\alpha(\mathrm{bias}/s)\, s`. Neighbours of one board share what its
    schools share, so that distances to neighbours, from which the robust error is made, pass over a part of it; the
    error here is that of the jackknife over clusters.

    Raises
    ------
    ModelError
        If a value is missing, a side has too few observations or clusters, or the outcome does not vary.
    """
    data = sample(running, outcome, cutoff=cutoff, cluster=cluster)
    rule, residual_sd = rule_of_thumb(data)
    bound = rule if curvature is None else curvature
    chosen = bandwidth or _shortest(data, bound, residual_sd)
    weights = conventional_weights(data, chosen, 1, 0)
    error, clusters = _jackknife_error(data, chosen)
    if error <= ROUNDING * np.abs(data.y).max():
        raise ModelError("the outcome does not vary near the cut-off; its jump has no error", Reason.UNDEFINED)
    bias = worst_bias(data, weights, bound)
    return Honest(float(weights @ data.y), error, bias, bound, chosen, *data.n_within(chosen), clusters)


def worst_bias(data: CutoffSample, weights: Floats, curvature: float) -> float:
    """Bound the bias of a weighted sum of outcomes over all curves with a bounded second derivative.

    Parameters
    ----------
    data : The observations.
    weights : Of their outcomes, shape (n,).
    curvature : The bound :math:`M`.

    Returns
    -------
    float
        Largest bias, in the unit of the outcome.
    """
    by_side = (abs(weights[side] @ data.x[side] ** 2) for side in data.sides)
    return float(curvature / 2 * sum(by_side))


def _jackknife_error(data: CutoffSample, bandwidth: float) -> tuple[float, int]:
    r"""Return the standard error of the jump by leaving out one cluster at a time, and the number of clusters.

    :math:`s^2 = \frac{G-1}{G} \sum_g (\hat\tau_{(g)} - \bar\tau)^2`; a line needs five sums, so that leaving out a
    cluster subtracts its own.
    """
    near = np.abs(data.x) < bandwidth
    x, y = data.x[near], data.y[near] - data.y[near].mean()  # an offset would cost digits
    cluster = np.arange(len(x)) if data.cluster is None else np.unique(data.cluster[near], return_inverse=True)[1]
    number = int(cluster.max()) + 1

    def levels(side: NDArray[np.bool_]) -> Floats:
        weight = (1 - np.abs(x) / bandwidth) * side
        u = x / bandwidth

        def without(values: Floats) -> Floats:
            sums = np.bincount(cluster, weight * values, minlength=number)
            return np.asarray(sums.sum() - sums)

        s0, s1, s2, y0, y1 = (without(values) for values in (np.ones(len(u)), u, u**2, y, u * y))
        determinant = s0 * s2 - s1**2
        if (determinant <= ALONE * s0 * s2).any():
            raise ModelError("a line on one side of the cut-off rests on one cluster", Reason.TOO_FEW_CLUSTERS)
        return np.asarray((s2 * y0 - s1 * y1) / determinant)

    jumps = levels(x >= 0) - levels(x < 0)
    return float(np.sqrt((number - 1) / number * ((jumps - jumps.mean()) ** 2).sum())), number


def rule_of_thumb(data: CutoffSample) -> tuple[float, Floats]:
    r"""Estimate a bound on the second derivative by polynomials of order four, and the residuals' deviation.

    Parameters
    ----------
    data : The observations.

    Returns
    -------
    float
        :math:`M`, the largest :math:`|2 b_2 + 6 b_3 x + 12 b_4 x^2|` over the range of either side.
    array
        Standard deviation of the residuals of the side of each observation, for the choice of a bandwidth alone.
    """
    bounds, residual_sd = [], np.zeros(len(data.x))
    for side in data.sides:
        x, y = data.x[side], data.y[side] - data.y[side].mean()
        scale = float(np.abs(x).max())
        powers = np.vander(x / scale, ORDER + 1, increasing=True)
        b, *_ = np.linalg.lstsq(powers, y, rcond=None)
        points = [float(x.min()), float(x.max())]
        if b[4] != 0 and points[0] < (extreme := -b[3] / (4 * b[4]) * scale) < points[1]:
            points.append(extreme)
        at = np.array(points) / scale
        bounds.append(float(np.abs(2 * b[2] + 6 * b[3] * at + 12 * b[4] * at**2).max()) / scale**2)
        residual_sd[side] = np.sqrt(((y - powers @ b) ** 2).sum() / (len(y) - ORDER - 1))
    return max(bounds), residual_sd


def _shortest(data: CutoffSample, curvature: float, residual_sd: Floats) -> float:
    """Choose the bandwidth whose interval would be shortest if residuals were independent."""
    reach = [np.unique(np.abs(data.x[side])) for side in data.sides]
    least, most = max(float(side[FEWEST - 1]) for side in reach) * (1 + 1e-9), max(float(s[-1]) for s in reach)

    def half_length(bandwidth: float) -> float:
        weights = conventional_weights(data, bandwidth, 1, 0)
        error = float(np.sqrt(((weights * residual_sd) ** 2).sum()))
        return critical_value(worst_bias(data, weights, curvature) / error) * error if error > 0 else np.inf

    return float(min(np.geomspace(least, max(most, least), CANDIDATES), key=half_length))


def critical_value(bias: float, level: float = 0.95, df: float = np.inf) -> float:
    r"""Quantile of the absolute value of a standard normal variable (of Student's t, where `df` is finite) plus a bias.

    Parameters
    ----------
    bias : In standard errors.
    level : Confidence level.
    df : Degrees of freedom.

    Returns
    -------
    float
        In standard errors.

    Notes
    -----
    :math:`\mathrm{cv}_{1 - \mathrm{level}}(b)` solves :math:`\Phi(c - b) - \Phi(-c - b) = \mathrm{level}`: the folded
    normal of Armstrong and Kolesár. With few clusters the t of `discontinuity` replaces the normal.
    """
    below = ndtr if np.isinf(df) else partial(stdtr, df)

    def beyond(c: float) -> float:
        return float(below(c - bias) - below(-c - bias)) - level

    top = bias + float(student.ppf((1 + level) / 2, df)) + 1.0
    return float(brentq(beyond, 0.0, top, xtol=1e-10))
