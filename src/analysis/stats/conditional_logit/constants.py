"""The likelihood with a constant for every alternative, for counts of choosers by situation and alternative."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.stats.conditional_logit.input import Floats
from analysis.stats.newton import Point


@dataclass(frozen=True, eq=False)
class ConstantsLikelihood:
    """The log-likelihood in the coefficients of the pairs' terms, scaled, and the constants of all schools but one.

    Parameters
    ----------
    of_pairs : Names of the pairs' terms.
    pairs : Their values: situations x schools each.
    counts : Choosers by situation x school; every school has some.
    """

    of_pairs: Sequence[str]
    pairs: Sequence[Floats]
    counts: Floats

    @property
    def terms(self) -> list[str]:
        return [*self.of_pairs, *(f"constant {school}" for school in range(1, self.counts.shape[1]))]

    @cached_property
    def weights(self) -> Floats:
        return np.asarray(self.counts.sum(axis=1))

    @cached_property
    def choosers(self) -> float:
        return float(self.weights.sum())

    @cached_property
    def scale(self) -> Floats:
        return np.array([values.std() for values in self.pairs])

    @cached_property
    def scaled(self) -> list[Floats]:
        return [(values - values.mean()) / size for values, size in zip(self.pairs, self.scale, strict=True)]

    @cached_property
    def longest(self) -> float:
        """No vector of attributes is longer than this, around the mean of its set."""
        return float(np.sqrt(sum(np.ptp(values) ** 2 for values in self.scaled) + 1.0))

    @cached_property
    def observed(self) -> Floats:
        by_pair = [float((self.counts * values).sum()) for values in self.scaled]
        return np.array([*by_pair, *self.counts.sum(axis=0)[1:]])

    def separating(self) -> list[str]:
        """Every school has choosers, so no constant separates; a term that does is not searched for."""
        return []

    def at(self, b: Floats) -> Point:
        """Return the log-likelihood, score and information at scaled coefficients."""
        utility = self._utility(b)
        top = utility.max(axis=1, keepdims=True)
        share = np.exp(utility - top)
        total = share.sum(axis=1, keepdims=True)
        loglik = float((self.counts * utility).sum() - self.weights @ (top + np.log(total))[:, 0])
        share /= total
        expected, mass = self._totals(share), self.weights[:, None] * share
        score = self.observed - self.weights @ expected
        return Point(b, loglik, score, self._second(mass) - (self.weights[:, None] * expected).T @ expected)

    def scores(self, b: Floats) -> Floats:
        """Return the score of each situation: situations x terms."""
        utility = self._utility(b)
        share = np.exp(utility - utility.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
        return self._totals(self.counts - self.weights[:, None] * share)

    def _utility(self, b: Floats) -> Floats:
        n = len(self.scaled)
        utility = np.tile(np.concatenate([[0.0], b[n:]]), (len(self.counts), 1))
        for coefficient, values in zip(b[:n], self.scaled, strict=True):
            utility += coefficient * values
        return utility

    def _totals(self, mass: Floats) -> Floats:
        """Sum the attributes of each situation over the schools, weighted: situations x terms."""
        return np.column_stack([*((mass * values).sum(axis=1) for values in self.scaled), mass[:, 1:]])

    def _second(self, mass: Floats) -> Floats:
        """Sum the expected products of the attributes: those of the constants are a diagonal."""
        n = len(self.scaled)
        second = np.zeros((n + mass.shape[1] - 1,) * 2)
        for term, values in enumerate(self.scaled):
            weighted = mass * values
            second[term, n:] = second[n:, term] = weighted.sum(axis=0)[1:]
            second[term, :n] = [float((weighted * other).sum()) for other in self.scaled]
        second[n:, n:] = np.diag(mass.sum(axis=0)[1:])
        return second
