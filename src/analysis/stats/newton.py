r"""Newton's method with a line search: the maximum of a concave log-likelihood.

From :math:`b` the step is :math:`H^{-1} s` with :math:`s` the score and :math:`H` the information (minus the Hessian);
it is halved until the log-likelihood does not fall. The Newton decrement :math:`\lambda^2 = s'H^{-1}s` is twice what is
still to be gained, in units that depend neither on those of the terms nor, divided by the total weight, on the number
of rows. That a maximum is finite is proven elsewhere (`analysis.stats.separation`): a climb alone proves nothing.

References
----------
Boyd and Vandenberghe (2004), Convex Optimization, section 9.5.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

HALVINGS = 60  # a step is halved at most so often
ROUNDING = 1e-12  # a log-likelihood lower by less, relatively, is rounding

Floats = NDArray[Any]  # of float64
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Point:
    """A log-likelihood with its derivatives at one value of the coefficients.

    Parameters
    ----------
    b : Coefficients, shape (terms,).
    loglik : Log-likelihood; minus infinity outside its domain.
    score, information : Its gradient, shape (terms,), and minus its Hessian, shape (terms, terms).
    """

    b: Floats
    loglik: float
    score: Floats
    information: Floats

    @cached_property
    def step(self) -> Floats:
        """Newton step, shape (terms,)."""
        return np.asarray(np.linalg.solve(self.information, self.score), dtype=np.float64)

    @property
    def decrement(self) -> float:
        """Newton decrement, squared."""
        return float(self.score @ self.step)

    @property
    def height(self) -> float:
        """Log-likelihood, where the information is finite: a step too far is not."""
        return self.loglik if np.isfinite(self.information).all() else -np.inf


@dataclass(frozen=True, eq=False)
class Climb:
    """Where a climb ended.

    Parameters
    ----------
    point : The last point.
    steps : Newton steps taken.
    criterion : Newton decrement per unit of weight before the last step.
    converged : Whether it fell below the tolerance.
    """

    point: Point
    steps: int
    criterion: float
    converged: bool


def climb(at: Callable[[Floats], Point], start: Floats, *, weight: float, tolerance: float, max_steps: int) -> Climb:
    """Climb a concave log-likelihood; the step from where the tolerance is met is taken too.

    Parameters
    ----------
    at : The log-likelihood with its derivatives at coefficients.
    start : Coefficients to start from, shape (terms,).
    weight : Total weight of the rows.
    tolerance : Largest Newton decrement per unit of weight from which one last step is taken.
    max_steps : Newton steps before giving up.

    Returns
    -------
    Climb
        Not converged where the information is singular, no step goes up, or the steps were not enough.
    """
    point, criterion, step = at(start), np.inf, 0
    for step in range(1, max_steps + 1):
        try:
            criterion = point.decrement / weight
        except np.linalg.LinAlgError:  # a plateau
            break
        last, full = point, point.step
        point = uphill(lambda size: at(last.b + size * full), lambda there: there.height, last.loglik) or last  # noqa: B023
        if criterion <= tolerance:
            return Climb(point, step, criterion, converged=True)
        if point is last:
            break
    return Climb(point, step, criterion, converged=False)


def uphill(trial: Callable[[float], T], height: Callable[[T], float], here: float) -> T | None:
    """Return the first point that is not lower: after a full step, half a step and so on.

    Parameters
    ----------
    trial : The point after a part of the step.
    height : Log-likelihood of a point.
    here : Log-likelihood before the step.

    Returns
    -------
    point or None
        None where every one of `HALVINGS` is lower by more than rounding.
    """
    for halving in range(HALVINGS):
        there = trial(0.5**halving)
        if height(there) >= here - ROUNDING * abs(here):
            return there
    return None
