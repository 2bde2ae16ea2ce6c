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
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from analysis.stats.complete import check_complete
from analysis.stats.discontinuity import PILOT, CutoffSample, coefficient_weights, sample

ORDER = 2  # of the distribution function, for the bandwidth; the test is done with one more, which removes the bias

Floats = NDArray[np.float64]


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
    running: ArrayLike, *, cutoff: float = 0.0, bandwidths: tuple[float, float] | None = None, order: int = ORDER + 1
) -> DensityTest:
    r"""Test that the density of the running variable is continuous at the cut-off.

    Parameters
    ----------
    running : Shape (n,). A rank has the same density everywhere: test the score that it is made of.
    bandwidths : Left and right; by default each minimises the mean squared error of its density with order 2.
    order : Of the polynomial for the distribution function.

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
    left, right = bandwidths or (_bandwidth(data, 0), _bandwidth(data, 1))
    below, above = _contributions(data, 0, left, order, 1), _contributions(data, 1, right, order, 1)
    difference = above - below
    return DensityTest(
        left=float(below.mean()),
        right=float(above.mean()),
        std_error=float(difference.std(ddof=1) / np.sqrt(len(difference))),
        bandwidth_left=left,
        bandwidth_right=right,
        n_left=int((np.abs(data.x[data.sides[0]]) < left).sum()),
        n_right=int((np.abs(data.x[data.sides[1]]) < right).sum()),
    )


def _contributions(data: CutoffSample, place: int, bandwidth: float, order: int, which: int) -> Floats:
    """Each observation's part in a coefficient of the distribution function on one side."""
    weights = np.zeros(len(data.x))
    weights[data.sides[place]] = coefficient_weights(data.x[data.sides[place]], bandwidth, order, which)
    _, first = np.unique(data.x, return_index=True)
    place_of = np.searchsorted(data.x[first], data.x)
    return np.asarray(np.cumsum(weights[::-1])[::-1][first[place_of]])


def _bandwidth(data: CutoffSample, place: int) -> float:
    """Minimise the estimated mean squared error of the density on one side, order 2; its bias is regularised."""
    x = data.x[data.sides[place]]
    low, high = np.quantile(data.x, [0.25, 0.75])
    pilot = PILOT * min(data.x.std(ddof=1), (high - low) / 1.349) * len(data.x) ** (-1 / 7)
    widest = float(np.abs(x).max())
    pilot = min(max(pilot, float(np.sort(np.abs(x))[min(20, len(x) - 1)])), widest)
    variance = _contributions(data, place, pilot, ORDER, 1).var(ddof=1) / len(data.x)
    missed = coefficient_weights(x, pilot, ORDER, 1) @ x ** (ORDER + 1) * pilot**-ORDER
    curve = _contributions(data, place, pilot, ORDER + 1, ORDER + 1)
    bias = missed**2 * (curve.mean() ** 2 + 3 * curve.var(ddof=1) / len(curve))
    return float(min((variance * pilot / (2 * ORDER * bias)) ** (1 / (2 * ORDER + 1)), widest))
