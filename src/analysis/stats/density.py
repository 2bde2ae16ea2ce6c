r"""Density test at a cut-off: observations crowd on one side if someone could choose the side.

The empirical distribution function is fitted by a local polynomial on either side; its slope at the cut-off is the
density there. Both densities are means over observations of a known function of theirs, so that the error of their
difference is that of a mean.

References
----------
Cattaneo, Jansson and Ma (2020), Simple local polynomial density estimators, JASA 115(531). McCrary (2008),
Manipulation of the running variable in the regression discontinuity design, Journal of Econometrics 142(2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from analysis.stats.arrays import Floats
from analysis.stats.complete import check_complete
from analysis.stats.discontinuity import PILOT, CutoffSample, coefficient_weights, sample

ORDER = 2  # of the distribution function, for the bandwidth; the test is done with one more, which removes the bias


@dataclass(frozen=True)
class DensityTest:
    """Densities on both sides of the cut-off, and the test that they are equal.

    Parameters
    ----------
    left, right : Densities at the cut-off, and `std_error` of their difference.
    bandwidth_left, bandwidth_right : In units of the running variable.
    n_left, n_right : Observations within them.
    """

    left: float
    right: float
    std_error: float
    bandwidth_left: float
    bandwidth_right: float
    n_left: int
    n_right: int

    @property
    def statistic(self) -> float:
        """Standard normal when the density is continuous."""
        return (self.right - self.left) / self.std_error

    @property
    def p_value(self) -> float:
        """Two-sided."""
        return float(2 * ndtr(-abs(self.statistic)))


def density_test(
    running: ArrayLike, *, cutoff: float = 0.0, bandwidths: tuple[float, float] | None = None
) -> DensityTest:
    r"""Test that the density of the running variable is continuous at the cut-off.

    Parameters
    ----------
    running : Shape (n,). A rank has the same density everywhere: test the score that it is a rank of.
    bandwidths : Left and right; by default each minimises the mean squared error of its density with order 2.

    Returns
    -------
    DensityTest
        Densities per unit of the running variable.

    Notes
    -----
    With regression weights :math:`l_i` of the slope, the density is
    :math:`\hat f = \sum_i l_i \hat F(x_i) = \frac{1}{n} \sum_j \psi_j` with :math:`\psi_j = \sum_i l_i 1(x_j \le x_i)`.

    Raises
    ------
    ModelError
        If a value is missing, or a side has too few distinct values.
    """
    check_complete({"the running variable": running}, what="at the cut-off")
    values = np.asarray(running, float)
    data = sample(values, np.zeros_like(values), cutoff=cutoff)
    left, right = bandwidths or (_bandwidth(data, data.sides[0]), _bandwidth(data, data.sides[1]))
    below = _contributions(data, data.sides[0], left, ORDER + 1, 1)
    above = _contributions(data, data.sides[1], right, ORDER + 1, 1)
    difference = above - below
    return DensityTest(
        left=float(below.mean()),
        right=float(above.mean()),
        std_error=float(difference.std(ddof=1) / np.sqrt(len(difference))),
        bandwidth_left=left,
        bandwidth_right=right,
        n_left=data.n_within(left)[0],
        n_right=data.n_within(right)[1],
    )


def _contributions(data: CutoffSample, side: slice, bandwidth: float, order: int, which: int) -> Floats:
    """Each observation's part in a coefficient of the distribution function on one side."""
    weights = np.zeros(len(data.x))
    weights[side] = coefficient_weights(data.x[side], bandwidth, order, which)
    _, first, distinct = np.unique(data.x, return_index=True, return_inverse=True)
    return np.asarray(np.cumsum(weights[::-1])[::-1][first[distinct]])


def _bandwidth(data: CutoffSample, side: slice) -> float:
    """Minimise the estimated mean squared error of the density on one side, order 2; its bias is regularised."""
    x = data.x[side]
    low, high = np.quantile(data.x, [0.25, 0.75])
    pilot = PILOT * min(data.x.std(ddof=1), (high - low) / 1.349) * len(data.x) ** (-1 / 7)
    widest = float(np.abs(x).max())
    pilot = min(max(pilot, float(np.sort(np.abs(x))[min(20, len(x) - 1)])), widest)
    variance = _contributions(data, side, pilot, ORDER, 1).var(ddof=1) / len(data.x)
    missed = coefficient_weights(x, pilot, ORDER, 1) @ x ** (ORDER + 1) * pilot**-ORDER
    curve = _contributions(data, side, pilot, ORDER + 1, ORDER + 1)
    bias = missed**2 * (curve.mean() ** 2 + 3 * curve.var(ddof=1) / len(curve))
    return float(min((variance * pilot / (2 * ORDER * bias)) ** (1 / (2 * ORDER + 1)), widest))
