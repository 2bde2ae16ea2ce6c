"""What draws tell of a number."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri


def summary(draws: NDArray[np.float64], level: float = 0.95) -> dict[str, float]:
    """Return the mean of the draws as ``estimate``, with standard error and normal interval.

    A single draw leaves nothing to chance: it has no standard error and no interval.
    """
    mean = float(draws.mean())
    error = float(draws.std(ddof=1)) if len(draws) > 1 else float("nan")
    half = float(ndtri((1 + level) / 2)) * error
    return {"estimate": mean, "std_error": error, "ci_low": mean - half, "ci_high": mean + half}
