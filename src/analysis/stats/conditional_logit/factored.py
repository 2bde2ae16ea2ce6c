"""The log-likelihood of a conditional logit on factors."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.stats.conditional_logit.checks import (
    NO_VARIATION,
    check_collinear,
    check_varying,
    separating_terms,
    within,
)
from analysis.stats.conditional_logit.design import ChoiceDesign
from analysis.stats.conditional_logit.input import Floats, Integers, choice_sets
from analysis.stats.conditional_logit.pairs import Pairs, at, blocks, by_row, held, spread, summed
from analysis.stats.conditional_logit.passes import BlockMoments, block_moments
from analysis.stats.newton import Point

BLOCK_PAIRS = 262_144  # values per block: enough to forget what starting it costs, few enough to stay in the cache
NAMED_ROWS = 5_000_000  # a separated likelihood is searched for the terms that cause it up to this many rows


@dataclass(frozen=True, eq=False)
class FactoredLikelihood:
    """The log-likelihood in coefficients scaled by the standard deviation of each term within the choice sets.

    Parameters
    ----------
    design : The attributes.
    chosen : Position of the chooser and of the alternative of each choice, and its weight.
    threads : Threads that work side by side; the result does not depend on their number.
    """

    design: ChoiceDesign
    chosen: tuple[Integers, Integers, Floats]
    threads: int

    @cached_property
    def weights(self) -> Floats:
        """Total weight of each chooser."""
        return np.bincount(self.chosen[0], self.chosen[2], minlength=len(self.design.situations)).astype(np.float64)

    @cached_property
    def choosers(self) -> float:
        return float(self.weights.sum())

    @property
    def choices(self) -> Floats:
        return self.chosen[2]

    @property
    def terms(self) -> Sequence[str]:
        return self.design.terms

    @property
    def n_alternatives(self) -> int:
        return len(self.design.alternatives)

    @property
    def loglik_null(self) -> float:
        return -self.choosers * float(np.log(self.n_alternatives))

    @cached_property
    def columns(self) -> Floats:
        """Functions of the alternatives around their mean: columns x alternatives."""
        values = self.design.columns.to_numpy(float)
        return np.ascontiguousarray((values - values.mean(axis=0)).T)

    @cached_property
    def pairs(self) -> list[Pairs]:
        return held(list(self.design.pairs.values()))

    @cached_property
    def shift(self) -> Floats:
        total = [summed(values, lambda block: block.sum(dtype=np.float64)) for values in self.pairs]
        return np.array(total) / (len(self.weights) * self.n_alternatives)

    @cached_property
    def ranges(self) -> Floats:
        """Largest minus smallest value of each base function."""
        return np.array([*map(spread, self.pairs), *np.ptp(self.columns, axis=1)])

    @cached_property
    def scale(self) -> Floats:
        """Root mean square deviation of each term from the mean of its set, every chooser counting as one."""
        maps, n = self.design.maps, len(self.weights)
        products = self._folded(self._moments(np.zeros(len(self.terms)), np.ones(n), maps), maps)
        variance = np.diag(products) / n
        largest = np.abs(maps).max(axis=0).T @ self.ranges
        check_varying(variance > (NO_VARIATION * np.maximum(largest, np.finfo(float).tiny)) ** 2, self.terms)
        scale = np.sqrt(variance)
        check_collinear(products / n / np.outer(scale, scale), self.terms)
        return np.asarray(scale)

    @cached_property
    def maps(self) -> Floats:
        """Types x base functions x terms, in scaled units."""
        return self.design.maps / self.scale

    @cached_property
    def longest(self) -> float:
        """No attribute vector is longer than this, around the mean of its set."""
        by_term = np.einsum("tfm,f->tm", np.abs(self.maps), self.ranges)
        return float(np.sqrt((by_term**2).sum(axis=1).max()))

    @cached_property
    def observed(self) -> Floats:
        """Types x base functions: sum of weight times the base functions of the chosen alternatives."""
        by_type = np.zeros((self.design.n_types, len(self.ranges)))
        np.add.at(by_type, self.design.types[self.chosen[0]], self.choices[:, None] * self._chosen_base)
        return by_type

    @cached_property
    def _chosen_base(self) -> Floats:
        i, j, _ = self.chosen
        pairs = [at(values, i, j) - shift for values, shift in zip(self.pairs, self.shift, strict=True)]
        return np.column_stack([*pairs, self.columns[:, j].T])

    def at(self, b: Floats) -> Point:
        """Return the log-likelihood, score and information at scaled coefficients."""
        with np.errstate(over="ignore", invalid="ignore"):  # a step too far: not finite, hence halved
            summed = self._moments(b, self.weights, self.maps)
            coefficients = self.maps @ b
            loglik = float((self.observed * coefficients).sum()) - summed.log_sums
            score = np.einsum("tfm,tf->m", self.maps, self.observed - summed.first)
            return Point(b, loglik, score, self._folded(summed, self.maps))

    def scores(self, b: Floats) -> Floats:
        """Return the score of each chooser: choosers x terms."""
        expected = self._moments(b, self.weights, self.maps, keep=True).expected
        observed = np.zeros_like(expected)
        np.add.at(observed, self.chosen[0], self.choices[:, None] * self._chosen_base)
        base = observed - self.weights[:, None] * expected
        scores = np.empty((len(base), len(self.terms)))
        for kind, to_terms in enumerate(self.maps):
            of_type = self.design.types == kind
            scores[of_type] = base[of_type] @ to_terms
        return scores

    @cached_property
    def informative(self) -> NDArray[np.bool_]:
        """Whether any attribute varies in the set of each chooser."""
        n_pairs, types = len(self.pairs), self.design.types
        used = np.abs(self.design.maps).max(axis=2) > 0
        by_type = (used[:, n_pairs:] & (self.ranges[n_pairs:] > 0)).any(axis=1)
        varies = by_type[types]
        for pair, values in enumerate(self.pairs):
            if not varies.all():
                largest = max(float(np.abs(values[rows]).max()) for rows in blocks(values.shape))
                ranges = by_row(values, lambda block: np.ptp(block, axis=1))
                varies |= used[types, pair] & (ranges > NO_VARIATION * largest)
        return np.asarray(varies)

    def separating(self) -> list[str]:
        """Name the terms that predict perfectly; all of them when the design is too large to search."""
        if len(self.weights) * self.n_alternatives > NAMED_ROWS:
            return []
        sets = choice_sets(self.design.rows(), None)
        choices = np.zeros((len(self.weights), self.n_alternatives))
        np.add.at(choices, self.chosen[:2], self.choices)
        return separating_terms(within(sets)[0], choices.ravel(), sets)

    def _moments(self, b: Floats, weights: Floats, maps: Floats, *, keep: bool = False) -> BlockMoments:
        coefficients = maps @ b
        n_pairs = len(self.pairs)
        utility = np.ascontiguousarray(coefficients[:, n_pairs:] @ self.columns)
        by_pair = np.ascontiguousarray(coefficients[:, :n_pairs])

        def block(rows: slice) -> tuple[Any, ...]:
            types, w = self.design.types[rows], weights[rows]
            return block_moments(self._chunk(rows), self.shift, self.columns, types, w, by_pair, utility, keep)

        if self.threads == 1:
            return BlockMoments.total(map(block, self._blocks()))
        with ThreadPoolExecutor(self.threads) as pool:
            return BlockMoments.total(pool.map(block, self._blocks()))

    def _chunk(self, rows: slice) -> Floats:
        only = self.pairs[0] if len(self.pairs) == 1 else None
        if isinstance(only, np.ndarray) and only.dtype == np.float64 and only.flags.c_contiguous:
            return only[None, rows]  # no copy
        chunk = np.empty((len(self.pairs), rows.stop - rows.start, self.n_alternatives))
        for pair, values in enumerate(self.pairs):
            chunk[pair] = values[rows]
        return chunk

    def _blocks(self) -> Iterator[slice]:
        n = len(self.weights)
        step = max(1, BLOCK_PAIRS // (self.n_alternatives * max(len(self.pairs), 1)))
        return (slice(start, min(start + step, n)) for start in range(0, n, step))

    def _folded(self, summed: BlockMoments, maps: Floats) -> Floats:
        """Bring the second moments of the base functions to the terms: the information."""
        cross = summed.pair_mass @ self.columns.T
        columns = np.einsum("kj,tj,lj->tkl", self.columns, summed.mass, self.columns, optimize=True)
        second = np.block([[summed.second_pairs, cross], [cross.transpose(0, 2, 1), columns]])
        return np.asarray(np.einsum("tfm,tfg,tgn->mn", maps, second - summed.outer, maps, optimize=True))


def available_threads() -> int:
    """Return the number of processors for this process: those there are, at most OMP_NUM_THREADS (no parameters)."""
    allowed = os.environ.get("OMP_NUM_THREADS", "")
    number = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(number, int(allowed)) if allowed.isdigit() and int(allowed) else number
