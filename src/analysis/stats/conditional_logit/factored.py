"""The log-likelihood of a conditional logit on factors, and the estimation on them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.stats.conditional_logit.checks import (
    NO_VARIATION,
    counted_clusters,
    refuse_collinear,
    refuse_fixed,
    separating_terms,
    within,
)
from analysis.stats.conditional_logit.design import ChoiceDesign
from analysis.stats.conditional_logit.estimation import check_settings, covariances
from analysis.stats.conditional_logit.input import Floats, Integers, choice_sets, chosen_pairs, cluster_codes
from analysis.stats.conditional_logit.likelihood import maximum
from analysis.stats.conditional_logit.passes import BlockMoments, moments
from analysis.stats.conditional_logit.result import ConditionalLogitResult
from analysis.stats.newton import Point

BLOCK_PAIRS = 262_144  # values per block: enough to forget what starting it costs, few enough to stay in the cache
NAMED_ROWS = 5_000_000  # a separated likelihood is searched for the terms that cause it up to this many rows

Pass = Callable[..., BlockMoments]


@dataclass(frozen=True, eq=False)
class FactoredLikelihood:
    """The log-likelihood in coefficients scaled by the spread of each term within the choice sets.

    Parameters
    ----------
    design : The attributes.
    chosen : Position of the chooser and of the alternative of each choice, and its weight.
    threads : Threads that work side by side; the result does not depend on their number.
    one_pass : Computes the moments of one block.
    """

    design: ChoiceDesign
    chosen: tuple[Integers, Integers, Floats]
    threads: int
    one_pass: Pass = moments

    @cached_property
    def weights(self) -> Floats:
        """Total weight of each chooser."""
        return np.bincount(self.chosen[0], self.chosen[2], minlength=len(self.design.situations)).astype(np.float64)

    @cached_property
    def choosers(self) -> float:
        return float(self.weights.sum())

    @property
    def terms(self) -> Sequence[str]:
        return self.design.terms

    @cached_property
    def columns(self) -> Floats:
        """Functions of the alternatives around their mean: columns x alternatives."""
        values = self.design.columns.to_numpy(float)
        return np.ascontiguousarray((values - values.mean(axis=0)).T)

    @cached_property
    def pairs(self) -> list[Floats]:
        return list(self.design.pairs.values())

    @cached_property
    def shift(self) -> Floats:
        return np.array([values.mean(dtype=np.float64) for values in self.pairs])

    @cached_property
    def ranges(self) -> Floats:
        """Largest minus smallest value of each base function."""
        spread = [float(values.max()) - float(values.min()) for values in self.pairs]
        return np.array([*spread, *np.ptp(self.columns, axis=1)])

    @cached_property
    def scale(self) -> Floats:
        """Root mean square deviation of each term from the mean of its set, every chooser counting as one."""
        spread = self._information(np.zeros(len(self.terms)), np.ones(len(self.weights)), self.design.maps)
        variance = np.diag(spread) / len(self.weights)
        largest = np.abs(self.design.maps).max(axis=0).T @ self.ranges
        refuse_fixed(variance <= (NO_VARIATION * np.maximum(largest, np.finfo(float).tiny)) ** 2, self.design.terms)
        scale = np.sqrt(variance)
        refuse_collinear(spread / len(self.weights) / np.outer(scale, scale), self.design.terms)
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
        found = np.zeros((self.design.n_types, len(self.ranges)))
        np.add.at(found, self.design.types[self.chosen[0]], self.chosen[2][:, None] * self._chosen_base)
        return found

    @cached_property
    def _chosen_base(self) -> Floats:
        i, j, _ = self.chosen
        pairs = [values[i, j] - shift for values, shift in zip(self.pairs, self.shift, strict=True)]
        return np.column_stack([*pairs, self.columns[:, j].T])

    def at(self, b: Floats) -> Point:
        """Return the log-likelihood, score and information at scaled coefficients."""
        with np.errstate(over="ignore", invalid="ignore"):  # a step too far: not finite, hence halved
            found = self._moments(b, self.weights, self.maps)
            coefficients = self.maps @ b
            loglik = float((self.observed * coefficients).sum()) - found.log_sums
            score = np.einsum("tfm,tf->m", self.maps, self.observed - found.first)
            return Point(b, loglik, score, self._folded(found, self.maps))

    def scores(self, b: Floats) -> Floats:
        """Return the score of each chooser: choosers x terms."""
        expected = self._moments(b, self.weights, self.maps, keep=True).expected
        observed = np.zeros_like(expected)
        np.add.at(observed, self.chosen[0], self.chosen[2][:, None] * self._chosen_base)
        base = observed - self.weights[:, None] * expected
        scores = np.empty((len(base), len(self.terms)))
        for kind, to_terms in enumerate(self.maps):
            of_type = self.design.types == kind
            scores[of_type] = base[of_type] @ to_terms
        return scores

    def informative(self) -> NDArray[np.bool_]:
        """Tell per chooser whether any attribute varies in the set."""
        n_pairs = len(self.pairs)
        felt = np.abs(self.design.maps).max(axis=2) > 0
        by_type = (felt[:, n_pairs:] & (self.ranges[n_pairs:] > 0)).any(axis=1)
        varies = by_type[self.design.types]
        for place, values in enumerate(self.pairs):
            if not varies.all():
                varies |= felt[self.design.types, place] & (
                    np.ptp(values, axis=1) > NO_VARIATION * np.abs(values).max()
                )
        return np.asarray(varies)

    def separating(self) -> list[str]:
        """Name the terms that predict perfectly; all of them when the design is too large to search."""
        if len(self.weights) * len(self.design.alternatives) > NAMED_ROWS:
            return []
        sets = choice_sets(self.design.rows(), None)
        return separating_terms(within(sets)[0], self._rows_of_weights(), sets)

    def _rows_of_weights(self) -> Floats:
        placed = np.zeros((len(self.weights), len(self.design.alternatives)))
        np.add.at(placed, self.chosen[:2], self.chosen[2])
        return placed.ravel()

    def _information(self, b: Floats, weights: Floats, maps: Floats) -> Floats:
        return self._folded(self._moments(b, weights, maps), maps)

    def _moments(self, b: Floats, weights: Floats, maps: Floats, *, keep: bool = False) -> BlockMoments:
        coefficients = maps @ b
        n_pairs = len(self.pairs)
        utility = np.ascontiguousarray(coefficients[:, n_pairs:] @ self.columns)
        by_pair = np.ascontiguousarray(coefficients[:, :n_pairs])

        def block(rows: slice) -> BlockMoments:
            chunk = self._chunk(rows)
            types, w = self.design.types[rows], weights[rows]
            return self.one_pass(chunk, self.shift, self.columns, types, w, by_pair, utility, keep)

        if self.threads == 1:
            return _total(map(block, self._blocks()))
        with ThreadPoolExecutor(self.threads) as pool:
            return _total(pool.map(block, self._blocks()))

    def _chunk(self, rows: slice) -> Floats:
        if len(self.pairs) == 1 and self.pairs[0].dtype == np.float64 and self.pairs[0].flags.c_contiguous:
            return self.pairs[0][None, rows]  # no copy
        shape = (len(self.pairs), rows.stop - rows.start, len(self.design.alternatives))
        chunk = np.empty(shape)
        for place, values in enumerate(self.pairs):
            chunk[place] = values[rows]
        return chunk

    def _blocks(self) -> Iterator[slice]:
        n = len(self.weights)
        step = max(1, BLOCK_PAIRS // (len(self.design.alternatives) * max(len(self.pairs), 1)))
        return (slice(start, min(start + step, n)) for start in range(0, n, step))

    def _folded(self, found: BlockMoments, maps: Floats) -> Floats:
        """Bring the second moments of the base functions to the terms: the information."""
        cross = found.pair_mass @ self.columns.T
        columns = np.einsum("kj,tj,lj->tkl", self.columns, found.mass, self.columns, optimize=True)
        second = np.block([[found.second_pairs, cross], [cross.transpose(0, 2, 1), columns]])
        return np.asarray(np.einsum("tfm,tfg,tgn->mn", maps, second - found.outer, maps, optimize=True))


def fit_factored(
    design: ChoiceDesign,
    choices: pd.Series,
    *,
    grouped: bool = False,
    cluster: pd.Series | None = None,
    tolerance: float = 1e-10,
    max_iterations: int = 100,
    threads: int | None = None,
) -> ConditionalLogitResult:
    """Estimate a conditional logit on attributes that are kept as factors.

    The model, the checks, the covariances and the result are those of `fit` on ``design.rows()``, at a fraction of
    its time and memory.

    Parameters
    ----------
    design : The attributes: every chooser may choose every alternative.
    choices : Weight of each choice, indexed by (situation, alternative).
    grouped, cluster, tolerance, max_iterations : As in `fit`.
    threads
        Threads that work side by side; as many as there are processors for this process where None. The result is the
        same for any number.

    Raises
    ------
    InputError, ModelError
        As `fit`.
    """
    check_settings(tolerance, max_iterations)
    chosen = chosen_pairs(choices, design.situations, design.alternatives, grouped)
    likelihood = FactoredLikelihood(design, chosen, threads or available_threads())
    informative = likelihood.informative()
    clusters = None
    if cluster is not None:
        codes = cluster_codes(cluster, design.situations)
        clusters = counted_clusters(codes, informative, len(design.terms))
    top, iterations = maximum(likelihood, tolerance, max_iterations)
    scores = None if clusters is None else likelihood.scores(top.b)
    names = list(design.terms)
    covariance, clustered = covariances(top, scores, clusters, likelihood.scale, names, len(design.situations))
    weights = chosen[2]
    return ConditionalLogitResult(
        params=pd.Series(top.b / likelihood.scale, index=names, name="estimate"),
        covariance=covariance,
        clustered=clustered,
        loglik=top.loglik,
        loglik_null=-likelihood.choosers * float(np.log(len(design.alternatives))),
        n_obs=likelihood.choosers if grouped else len(design.situations),
        n_choosers=likelihood.choosers,
        n_situations=len(design.situations),
        n_alternatives=len(design.alternatives),
        n_uninformative=int((~informative).sum()),
        iterations=iterations,
        tolerance=tolerance,
        criterion=top.decrement / likelihood.choosers,
        sampling_weights=not grouped and not np.all(weights[weights > 0] == 1.0),
        coding=design.coding,
    )


def available_threads() -> int:
    """Return the number of processors that this process may use, or what OMP_NUM_THREADS allows of them."""
    allowed = os.environ.get("OMP_NUM_THREADS", "")
    number = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(number, int(allowed)) if allowed.isdigit() and int(allowed) else number


def _total(blocks: Iterator[BlockMoments]) -> BlockMoments:
    """Add up the blocks in their order, so that rounding does not depend on which thread was first."""
    parts = list(blocks)

    def added(name: str) -> Floats:
        return np.asarray(sum(getattr(part, name) for part in parts))

    return BlockMoments(
        sum(part.log_sums for part in parts),
        first=added("first"),
        second_pairs=added("second_pairs"),
        pair_mass=added("pair_mass"),
        mass=added("mass"),
        outer=added("outer"),
        expected=np.vstack([part.expected for part in parts]),
    )
