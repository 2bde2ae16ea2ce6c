"""The likelihood with a constant for every alternative, for counts of choosers by situation and alternative."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.stats.conditional_logit.input import Floats
from analysis.stats.conditional_logit.pairs import Pairs, Rows, blocks, by_row, held, spread, standardised
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
    pairs: Sequence[Pairs]
    counts: Pairs

    @property
    def terms(self) -> list[str]:
        return [*self.of_pairs, *(f"constant {school}" for school in range(1, self.counts.shape[1]))]

    @cached_property
    def weights(self) -> Floats:
        return by_row(self.counts, lambda block: block.sum(axis=1))

    @cached_property
    def choosers(self) -> float:
        return float(self.weights.sum())

    @property
    def scale(self) -> Floats:
        return self._standardised[1]

    @property
    def scaled(self) -> list[Pairs]:
        return self._standardised[0]

    @cached_property
    def _standardised(self) -> tuple[list[Pairs], Floats]:
        every = [standardised(values) for values in self.pairs]
        return held([values for values, _ in every]), np.array([size for _, size in every])

    @cached_property
    def longest(self) -> float:
        """No vector of attributes is longer than this, around the mean of its set."""
        return float(np.sqrt(sum(spread(values) ** 2 for values in self.scaled) + 1.0))

    @cached_property
    def observed(self) -> Floats:
        by_pair, by_school = np.zeros(len(self.scaled)), np.zeros(self.counts.shape[1])
        for rows in blocks(self.counts.shape):
            counts = self.counts[rows]
            by_pair += [float((counts * values[rows]).sum()) for values in self.scaled]
            by_school += counts.sum(axis=0)
        return np.array([*by_pair, *by_school[1:]])

    def separating(self) -> list[str]:
        """Every school has choosers, so no constant separates; a term that does is not searched for."""
        return []

    def at(self, b: Floats) -> Point:
        """Return the log-likelihood, score and information at scaled coefficients."""
        loglik, first, second, outer = 0.0, np.zeros(len(b)), np.zeros((len(b),) * 2), np.zeros((len(b),) * 2)
        for rows in blocks(self.counts.shape):
            scaled, weights, utility = self._scaled(rows), self.weights[rows], self._utility(b, rows)
            top = utility.max(axis=1, keepdims=True)
            share = np.exp(utility - top)
            total = share.sum(axis=1, keepdims=True)
            loglik += float((self.counts[rows] * utility).sum() - weights @ (top + np.log(total))[:, 0])
            share /= total
            expected = self._totals(share, scaled)
            first += weights @ expected
            second += self._second(weights[:, None] * share, scaled)
            outer += (weights[:, None] * expected).T @ expected
        return Point(b, loglik, self.observed - first, second - outer)

    def scores(self, b: Floats, rows: Rows = slice(None)) -> Floats:
        """Return the score of each situation, of some if asked: situations x terms."""
        utility = self._utility(b, rows)
        share = np.exp(utility - utility.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
        return self._totals(self.counts[rows] - self.weights[rows][:, None] * share, self._scaled(rows))

    def _scaled(self, rows: Rows) -> list[Floats]:
        return [values[rows] for values in self.scaled]

    def _utility(self, b: Floats, rows: Rows = slice(None)) -> Floats:
        n = len(self.scaled)
        utility = np.tile(np.concatenate([[0.0], b[n:]]), (len(self.weights[rows]), 1))
        for coefficient, values in zip(b[:n], self._scaled(rows), strict=True):
            utility += coefficient * values
        return utility

    def _totals(self, mass: Floats, scaled: Sequence[Floats]) -> Floats:
        """Sum the attributes of each situation over the schools, weighted: situations x terms."""
        return np.column_stack([*((mass * values).sum(axis=1) for values in scaled), mass[:, 1:]])

    def _second(self, mass: Floats, scaled: Sequence[Floats]) -> Floats:
        """Sum the expected products of the attributes: those of the constants are a diagonal."""
        n = len(scaled)
        second = np.zeros((n + mass.shape[1] - 1,) * 2)
        for term, values in enumerate(scaled):
            weighted = mass * values
            second[term, n:] = second[n:, term] = weighted.sum(axis=0)[1:]
            second[term, :n] = [float((weighted * other).sum()) for other in scaled]
        second[n:, n:] = np.diag(mass.sum(axis=0)[1:])
        return second
