r"""A level that wanders: simple exponential smoothing as a model with errors, and paths drawn from it.

:math:`y_t = l_{t-1} + e_t` and :math:`l_t = l_{t-1} + \alpha e_t` with :math:`e_t \sim N(0, \sigma^2)` (Hyndman and
others, 2008, ETS(A,N,N)).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats

GRID = np.linspace(0.0, 1.0, 41)
PARAMETERS = 2


@dataclass(frozen=True)
class Level:
    """A level now, and how it goes on.

    Parameters
    ----------
    now : Last level.
    alpha : Share of an error that lasts.
    sigma : Standard deviation of an error.
    df : Degrees of freedom of sigma.
    errors : Of each year that it was fitted to, with mean zero and mean square one; shape (years,).
    """

    now: float
    alpha: float
    sigma: float
    df: int
    errors: Floats

    def paths(self, of: NDArray[np.intp], rng: np.random.Generator | None = None, damping: float = 1.0) -> Floats:
        r"""Draw values of the years to come, shape (draws, years); without a generator the level itself.

        Parameters
        ----------
        of
            The known year whose error each year to come has, shape (draws, years): levels of one series of years that
            are given the same stay as alike as they were.
        rng : Of the standard deviation of the errors, which is known from few years.
        damping : The level is multiplied by it every year.
        """
        values, level = np.empty(of.shape), np.full(len(of), self.now)
        scale = np.zeros(len(of)) if rng is None else np.sqrt(self.df / rng.chisquare(self.df, len(of)))
        for year in range(of.shape[1]):
            level = level * damping
            error = self.sigma * scale * self.errors[of[:, year]]
            values[:, year], level = level + error, level + self.alpha * error
        return values


def fit_level(values: Floats) -> Level:
    """Fit a level by least squares of its one-step errors, with the first level and the share that lasts.

    Parameters
    ----------
    values : Shape (years,), at least four.

    Raises
    ------
    ModelError : For fewer than four years.
    """
    y = np.asarray(values, float)
    if len(y) < PARAMETERS + 2:
        raise ModelError("a level needs four years", Reason.TOO_FEW)
    alpha = GRID
    # The error is linear in the first level l0: e_t = a_t - b_t l0 with b_t = (1 - alpha)^t.
    level, share = np.zeros(len(GRID)), np.ones(len(GRID))
    free, of_first = [], []
    for value in y:
        free.append(value - level)
        of_first.append(share)
        level, share = level + alpha * (value - level), share * (1 - alpha)
    a, b = np.array(free), np.array(of_first)
    first = (a * b).sum(axis=0) / np.square(b).sum(axis=0)
    loss = np.square(a - b * first).sum(axis=0)
    best = int(np.argmin(loss))
    df = len(y) - PARAMETERS
    left = (a - b * first)[:, best]
    left = left - left.mean()  # a level wanders without a drift
    size = float(np.sqrt(np.square(left).mean()))
    errors = left / size if size > 0 else np.zeros(len(y))
    return Level(
        float(level[best] + share[best] * first[best]), float(alpha[best]), float(np.sqrt(loss[best] / df)), df, errors
    )
