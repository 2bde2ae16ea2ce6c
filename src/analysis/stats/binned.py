"""Pictures of a discontinuity: binned means, and the fitted lines with their intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import ndtri

from analysis.stats.complete import check_complete
from analysis.stats.discontinuity import coefficient_weights, neighbour_residuals, sample


def binned_means(running: ArrayLike, outcome: ArrayLike, *, width: float, reach: float) -> pd.DataFrame:
    """Average an outcome in bins that never straddle the cut-off, at zero.

    Parameters
    ----------
    running, outcome : Shape (n,).
    width, reach : Of a bin, and largest distance to the cut-off, in units of the running variable.

    Returns
    -------
    DataFrame
        ``side`` (left, right), ``middle`` of the bin, ``mean``, ``n_obs``; bins without observations have no row.
    """
    check_complete({"the running variable": running, "the outcome": outcome}, what="at the cut-off")
    x, y = np.asarray(running, float), np.asarray(outcome, float)
    near = (x >= -reach) & (x < reach)
    number = np.floor(x[near] / width)
    means = pd.DataFrame({"number": number, "outcome": y[near]}).groupby("number")["outcome"].agg(["mean", "size"])
    number = means.index.to_numpy(float)
    return pd.DataFrame(
        {
            "side": np.where(number < 0, "left", "right"),
            "middle": (number + 0.5) * width,
            "mean": means["mean"].to_numpy(),
            "n_obs": means["size"].to_numpy(),
        }
    )


def fitted_lines(running: ArrayLike, outcome: ArrayLike, *, bandwidth: float, points: int = 25) -> pd.DataFrame:
    """Fit the line of the (conventional) estimate on either side, with 95% intervals of its points.

    Parameters
    ----------
    running, outcome : Shape (n,).
    bandwidth : In units of the running variable.
    points : Number of points of a line.

    Returns
    -------
    DataFrame
        ``side, at, fitted, ci_low, ci_high``; at the cut-off, the two lines differ by the conventional estimate.
    """
    data = sample(running, outcome)
    sides = []
    for side, name, sign in zip(data.sides, ("left", "right"), (-1, 1), strict=True):
        x, y = data.x[side], data.y[side]
        intercept, slope = (coefficient_weights(x, bandwidth, 1, which) for which in (0, 1))
        residual = neighbour_residuals(x, y, bandwidth)
        at = np.sort(sign * np.linspace(0, min(bandwidth, float(np.abs(x).max())), points))
        weights = intercept + at[:, None] * slope
        error = np.sqrt(((weights * residual) ** 2).sum(axis=1))
        fitted, half = weights @ y, ndtri(0.975) * error
        sides.append(
            pd.DataFrame({"side": name, "at": at, "fitted": fitted, "ci_low": fitted - half, "ci_high": fitted + half})
        )
    return pd.concat(sides, ignore_index=True)
