"""A plain forecast, which a better one has to beat: a straight line through counts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats


def linear_trend(times: Sequence[float], history: Floats, ahead: Sequence[float]) -> Floats:
    """Continue the straight line of least squares through counts, from zero up.

    Parameters
    ----------
    times : Of the counts, at least two.
    history : Shape (times, areas).
    ahead : Times to forecast.

    Returns
    -------
    array
        Shape (ahead, areas).

    Raises
    ------
    ModelError : For fewer than two times.
    """
    x, y = np.asarray(times, float), np.asarray(history, float)
    if len(np.unique(x)) < 2:
        raise ModelError("a straight line needs two times", Reason.TOO_FEW)
    slope = (x - x.mean()) @ y / np.square(x - x.mean()).sum()
    line: Floats = y.mean(axis=0) + np.outer(np.asarray(ahead, float) - x.mean(), slope)
    return np.maximum(line, 0.0)
