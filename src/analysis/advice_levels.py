"""The number scale of advice levels: the one place where it is defined.

A whole level counts one, a double advice lies half-way between its two levels: vmbo-b is 1, vmbo-b/k 1.5, vmbo-k 2,
vmbo-gt 3, havo 4, vwo 5. Praktijkonderwijs (0) and vso (-1) lie below vmbo-b as a whole level each; no double advice
joins them. The numbers order the levels and count steps; that every step is worth the same is an assumption of whoever
takes a mean of them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

NUMBER_OF_LEVEL = {
    "vso": -1.0,
    "pro": 0.0,
    "vmbo-b": 1.0,
    "vmbo-b/k": 1.5,
    "vmbo-k": 2.0,
    "vmbo-k/gt": 2.5,
    "vmbo-gt": 3.0,
    "vmbo-gt/havo": 3.5,
    "havo": 4.0,
    "havo/vwo": 4.5,
    "vwo": 5.0,
}
LEVELS: NDArray[np.float64] = np.array(list(NUMBER_OF_LEVEL.values()))
VWO = NUMBER_OF_LEVEL["vwo"]


def cut_points(half_width: ArrayLike) -> NDArray[np.float64]:
    """Place the ten borders between the eleven levels on the number scale.

    Between two whole levels from vmbo-b up, the double advice takes a strip of width ``half_width`` round the middle;
    the borders of pro lie in the middle, where there is no double advice.

    Parameters
    ----------
    half_width
        Width of the strip of a double advice, in levels, between 0 (never given) and 1 (nothing else given); one
        number or one per pupil, shape (n,).

    Returns
    -------
    ndarray
        Shape (n, 10), increasing along the rows: level ``j`` is given from border ``j - 1`` up to border ``j``.
    """
    width = np.atleast_1d(np.asarray(half_width, dtype=float))[:, None]
    middle = np.array([1.5, 2.5, 3.5, 4.5])
    strips = np.stack([middle - width / 2, middle + width / 2], axis=2).reshape(len(width), -1)
    return np.hstack([np.broadcast_to([-0.5, 0.5], (len(width), 2)), strips])


def level_at(position: NDArray[np.float64], half_width: ArrayLike) -> NDArray[np.float64]:
    """Return the level number in whose strip each position lies; see `cut_points`."""
    passed = position[:, None] >= cut_points(half_width)
    levels: NDArray[np.float64] = LEVELS[passed.sum(axis=1)]
    return levels


def advice_of_test(by_pupil_advice: pd.DataFrame) -> pd.Series:
    """Return the test's advice as one level number: the middle of the lowest and highest level that it names."""
    return (by_pupil_advice["test_advice_low"] + by_pupil_advice["test_advice_high"]) / 2


def deviation(by_pupil_advice: pd.DataFrame, stage: str = "advice_first") -> pd.Series:
    """Compute the advice minus the test's advice, in levels; missing where there is no test.

    Below zero is under-advice (half levels counted; at or below -1: by a whole level), above zero over-advice.

    Parameters
    ----------
    by_pupil_advice : One row per pupil: ``test_advice_low, test_advice_high`` and the stage's column.
    stage : ``advice_first`` (before the test was known) or ``advice_final`` (after bijstelling).
    """
    return by_pupil_advice[stage] - advice_of_test(by_pupil_advice)
