"""The log-likelihood of choices in the terms that differ between choosers and in what each school is to everybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from analysis.chapters.school_choice.models.choosers import Floats
from analysis.chapters.school_choice.models.logit import softmax
from analysis.stats.conditional_logit.pairs import CACHE, Pairs, Rows, blocks, by_row, held, made, standardised, summed


@dataclass(frozen=True, eq=False)
class SchoolMoments:
    """The log-likelihood at one point with its derivatives in beta and delta.

    Parameters
    ----------
    loglik : Without the multinomial coefficients.
    score_pairs, score_schools : First derivatives.
    pairs, cross, schools : Blocks of minus the second derivatives: terms x terms, terms x schools, schools x schools.
    share : Probabilities: situations x schools.
    """

    loglik: float
    score_pairs: Floats
    score_schools: Floats
    pairs: Floats
    cross: Floats
    schools: Floats
    share: Pairs


@dataclass(frozen=True, eq=False)
class SchoolLikelihood:
    """The log-likelihood in beta and delta, its terms centred and divided by their standard deviation.

    Parameters
    ----------
    of_pairs : Values of the terms that differ between choosers: situations x schools each.
    of_schools : Values of the terms that are the same for every chooser: schools x terms.
    counts : Choosers by situation x school.
    """

    of_pairs: Sequence[Pairs]
    of_schools: Floats
    counts: Pairs

    @property
    def scale(self) -> Floats:
        """Standard deviation of each term, those of pairs first."""
        return np.array([*self._standardised[1], *self.of_schools.std(axis=0)])

    @property
    def pairs(self) -> list[Pairs]:
        return self._standardised[0]

    @cached_property
    def _standardised(self) -> tuple[list[Pairs], list[float]]:
        every = [standardised(values) for values in self.of_pairs]
        return held([values for values, _ in every]), [size for _, size in every]

    @cached_property
    def attributes(self) -> Floats:
        return np.asarray((self.of_schools - self.of_schools.mean(axis=0)) / self.scale[len(self.of_pairs) :])

    @cached_property
    def weights(self) -> Floats:
        return by_row(self.counts, lambda block: block.sum(axis=1))

    @cached_property
    def attending(self) -> Floats:
        """Choosers of each school."""
        return np.asarray(summed(self.counts, lambda block: block.sum(axis=0)))

    @cached_property
    def choosers(self) -> float:
        return float(self.weights.sum())

    def utility(self, beta: Floats, delta: Floats, rows: Rows = slice(None)) -> Floats:
        """Return the utility of each school to each situation, or to some: situations x schools."""
        utility = np.tile(delta, (len(self.weights[rows]), 1))
        for coefficient, values in zip(beta, self.pairs, strict=True):
            utility += coefficient * values[rows]
        return utility

    def share(self, beta: Floats, delta: Floats) -> Pairs:
        """Return the probabilities: situations x schools."""
        return made(self.counts.shape, lambda rows: softmax(self.utility(beta, delta, rows)))

    def loglik(self, beta: Floats, delta: Floats) -> float:
        """Return the log-likelihood alone."""
        loglik = 0.0
        for rows in blocks(self.counts.shape):
            utility = self.utility(beta, delta, rows)
            top = utility.max(axis=1)
            chosen = float((self.counts[rows] * utility).sum())
            loglik += chosen - self.weights[rows] @ (top + np.log(np.exp(utility.T - top).sum(axis=0)))
        return float(loglik)

    def moments(self, beta: Floats, delta: Floats) -> SchoolMoments:
        """Return the log-likelihood with its first and second derivatives."""
        sums: list[Any] = [0.0] * 6
        parts = [*blocks(self.counts.shape)]
        for rows in parts:
            share = np.empty((rows.stop - rows.start, len(delta)))
            for few in blocks(share.shape, CACHE):
                own = self._sums(beta, delta, slice(rows.start + few.start, rows.start + few.stop), share[few])
                sums[:5] = [total + more for total, more in zip(sums, own, strict=False)]
            root = np.sqrt(self.weights[rows, None]) * share
            sums[5] += root.T @ root  # half the work of a product of two matrices
        loglik, score_pairs, pairs, cross, by_school, products = sums
        return SchoolMoments(
            loglik=loglik,
            score_pairs=score_pairs,
            score_schools=self.attending - by_school,
            pairs=pairs,
            cross=cross,
            schools=np.diag(by_school) - products,
            share=share if len(parts) == 1 else self.share(beta, delta),
        )

    def _sums(self, beta: Floats, delta: Floats, rows: slice, share: Floats) -> tuple[Any, ...]:
        """Write the probabilities of some situations into `share`, and return what the moments are sums of."""
        counts, weights, utility = self.counts[rows], self.weights[rows], self.utility(beta, delta, rows)
        top = utility.max(axis=1, keepdims=True)
        np.exp(utility - top, out=share)
        total = share.sum(axis=1, keepdims=True)
        share /= total
        mass = weights[:, None] * share
        around = [each - (share * each).sum(axis=1, keepdims=True) for each in (values[rows] for values in self.pairs)]
        weighted = [mass * values for values in around]
        n = len(around)
        pairs = np.zeros((n, n))
        for one in range(n):
            for other in range(one + 1):
                pairs[one, other] = pairs[other, one] = float((weighted[one] * around[other]).sum())
        return (
            float((counts * utility).sum()) - float(weights @ (top + np.log(total))[:, 0]),
            np.array([float((counts * values).sum()) for values in around]),
            pairs,
            np.array([each.sum(axis=0) for each in weighted]).reshape(n, share.shape[1]),
            mass.sum(axis=0),
        )
