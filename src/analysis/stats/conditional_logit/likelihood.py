"""The log-likelihood of the conditional logit on rows, with its derivatives, and the maximum of any likelihood."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from analysis.errors import ModelError, Reason
from analysis.stats.conditional_logit.checks import informative, separating_terms, within
from analysis.stats.conditional_logit.input import ChoiceSets, Floats, listed
from analysis.stats.newton import Point, climb
from analysis.stats.separation import certified

BLOCK_ROWS = 16_384  # rows per block: the temporary arrays stay in the processor's cache


class Objective(Protocol):
    """A log-likelihood in scaled coefficients that `maximum` maximises."""

    @property
    def terms(self) -> Sequence[str]:
        """Names of the terms."""

    @property
    def choosers(self) -> float:
        """Total weight."""

    @property
    def longest(self) -> float:
        """Length that no vector of attributes exceeds, around the mean of its set."""

    def at(self, b: Floats) -> Point:
        """Return the log-likelihood with its derivatives."""

    def separating(self) -> list[str]:
        """Name the terms that predict the choices perfectly, if any do."""


@dataclass(frozen=True, eq=False)
class Likelihood:
    """The log-likelihood in scaled coefficients, evaluated in blocks of whole situations.

    Parameters
    ----------
    sets : The choice sets.
    choices : Weight of the choice of each of their rows.
    """

    sets: ChoiceSets
    choices: Floats

    @property
    def terms(self) -> list[str]:
        return self.sets.terms

    @cached_property
    def choosers(self) -> float:
        return float(self.choices.sum())

    @cached_property
    def informative(self) -> NDArray[np.bool_]:
        return informative(self.sets)

    @property
    def n_alternatives(self) -> int:
        return int(self.sets.index.get_level_values(1).nunique())

    @property
    def loglik_null(self) -> float:
        return float(self.choices @ _log_shares(self.sets.offset, self.sets.starts, self.sets.sizes))

    @cached_property
    def _scaled(self) -> tuple[Floats, Floats]:
        return within(self.sets)

    @property
    def scale(self) -> Floats:
        return self._scaled[1]

    @cached_property
    def longest(self) -> float:
        z = self._scaled[0]
        return float(np.sqrt(np.max(np.einsum("ij,ij->i", z, z))))

    def separating(self) -> list[str]:
        return separating_terms(self._scaled[0], self.choices, self.sets)

    def at(self, b: Floats) -> Point:
        loglik, score, information = 0.0, np.zeros(len(b)), np.zeros((len(b), len(b)))
        with np.errstate(over="ignore", invalid="ignore"):  # a step too far: not finite, hence halved
            for rows, situations, log_p, centred in self._blocks(b):
                y = self.choices[rows]
                total = np.add.reduceat(y, self.sets.starts[situations] - rows.start)
                expected = np.exp(log_p) * np.repeat(total, self.sets.sizes[situations])
                loglik += float(y @ log_p)
                score += y @ centred
                information += centred.T @ (centred * expected[:, None])
        return Point(b, loglik, score, information)

    def scores(self, b: Floats) -> Floats:
        """Return the score of each situation: situations x terms."""
        blocks = [
            np.add.reduceat(self.choices[rows, None] * centred, self.sets.starts[situations] - rows.start, axis=0)
            for rows, situations, _, centred in self._blocks(b)
        ]
        return np.vstack(blocks)

    def _blocks(self, b: Floats) -> Iterator[tuple[slice, slice, Floats, Floats]]:
        """Yield rows, situations, ln P and the attributes minus their expectation under P."""
        starts, sizes = self.sets.starts, self.sets.sizes
        cuts = np.searchsorted(starts, np.arange(0, len(self.choices), BLOCK_ROWS))
        for first, last in pairwise(np.unique([*cuts, len(starts)])):
            situations = slice(first, last)
            rows = slice(int(starts[first]), int(starts[last - 1] + sizes[last - 1]))
            local, z = starts[situations] - rows.start, self._scaled[0][rows]
            log_p = _log_shares(z @ b + self.sets.offset[rows], local, sizes[situations])
            expected = np.add.reduceat(np.exp(log_p)[:, None] * z, local, axis=0)
            yield rows, situations, log_p, z - np.repeat(expected, sizes[situations], axis=0)


def _log_shares(utility: Floats, starts: NDArray[np.intp], sizes: NDArray[np.intp]) -> Floats:
    """Return ln P by log-sum-exp within situations."""
    below_top = utility - np.repeat(np.maximum.reduceat(utility, starts), sizes)
    return np.asarray(below_top - np.repeat(np.log(np.add.reduceat(np.exp(below_top), starts)), sizes))


def maximum(likelihood: Objective, tolerance: float, max_iterations: int) -> tuple[Point, int]:
    """Return the maximum, proven to be one, and the Newton steps to it.

    Parameters
    ----------
    likelihood : Concave, in scaled coefficients; the climb starts from zero.
    tolerance, max_iterations : As in `newton.climb`, per chooser.

    Returns
    -------
    Point
        The maximum, in scaled coefficients.
    int
        Newton steps.

    Raises
    ------
    ModelError
        There is no finite maximum (``SEPARATED``), the data do not determine all coefficients (``COLLINEAR``), or the
        steps are not enough (``NO_CONVERGENCE``).
    """
    start, choosers = np.zeros(len(likelihood.terms)), likelihood.choosers
    climbed = climb(likelihood.at, start, weight=choosers, tolerance=tolerance, max_steps=max_iterations)
    top = climbed.point
    if climbed.converged and certified(likelihood.longest, choosers, top.score, top.information):
        return top, climbed.steps
    raise _no_maximum(likelihood, climbed.criterion, tolerance, climbed.steps)


def _no_maximum(likelihood: Objective, criterion: float, tolerance: float, iterations: int) -> ModelError:
    names = likelihood.separating()
    if names:
        return ModelError(
            f"conditional logit: perfect or quasi-complete prediction by {listed(names, 10)}: in no set does an "
            "alternative score better on this (combination) than the chosen one, so the likelihood has no finite "
            "maximum. Leave it out, or merge the alternatives or choosers that cause it.",
            Reason.SEPARATED,
        )
    if criterion <= tolerance:
        return ModelError(
            "conditional logit: the information is nearly singular: the data do not determine all coefficients of "
            f"{listed(likelihood.terms, 10)}. Leave terms out.",
            Reason.COLLINEAR,
        )
    return ModelError(
        f"conditional logit: no convergence in {iterations} iterations: the Newton decrement per chooser is "
        f"{criterion:.2g}, required {tolerance:.2g}. Raise max_iterations, or look for extreme attribute values.",
        Reason.NO_CONVERGENCE,
    )
