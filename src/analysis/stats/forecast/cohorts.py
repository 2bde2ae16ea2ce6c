r"""A forecast of counts by age, from what a cohort becomes in a year and who enters.

:math:`P(a + 1, t + 1) = s(a) P(a, t)` and :math:`P(a_0, t + h) = E \exp(\gamma (\phi + \dots + \phi^h))`, with
:math:`E` the entrants now, :math:`\gamma` their growth per year and :math:`\phi` its damping.
"""

from __future__ import annotations

import numpy as np

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats


def damped_sum(damping: float, horizon: int) -> float:
    r"""Return :math:`\phi + \phi^2 + \dots + \phi^h`: in how many years' growth a damped trend comes to.

    Parameters
    ----------
    damping : Between 0 (no growth) and 1 (a straight line).
    horizon : Years ahead.
    """
    return float(sum(damping**year for year in range(1, horizon + 1)))


def forecast_by_age(now: Floats, survival: Floats, entry: Floats, growth: Floats, damping: float, years: int) -> Floats:
    """Carry counts by age forward, a year at a time.

    Parameters
    ----------
    now : Counts by age, shape (areas, ages).
    survival : What one of an age becomes at the next in a year, shape (areas, ages - 1).
    entry : Entrants now, at the first age, shape (areas,).
    growth : Of the entrants per year, log points, shape (areas,).
    damping : Of that growth, from 0 to 1.
    years : How many.

    Returns
    -------
    array
        Shape (years, areas, ages): in how many each is expected in one, two, ... years.

    Raises
    ------
    ModelError : If shapes disagree, or the damping is not from 0 to 1.
    """
    if survival.shape != (now.shape[0], now.shape[1] - 1) or not 0 <= damping <= 1:
        raise ModelError("forecast by age: one ratio per step between ages, damping from 0 to 1", Reason.INVALID)
    paths, counts = [], np.asarray(now, float)
    for year in range(1, years + 1):
        first = entry * np.exp(growth * damped_sum(damping, year))
        counts = np.column_stack([first, counts[:, :-1] * survival])
        paths.append(counts)
    return np.stack(paths)


def alive(forecast: Floats, year: int) -> float:
    """Return the share of a forecast that was already counted at its origin: whom no guess of entrants made.

    Parameters
    ----------
    forecast : Of `forecast_by_age`, shape (years, areas, ages).
    year : Horizon, from 1.
    """
    counts = forecast[year - 1]
    return float(counts[:, year:].sum() / counts.sum())
