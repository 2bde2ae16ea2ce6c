"""The school constants: a choice model in which every school has a coefficient of its own.

They hold all that makes a school attractive to everybody alike, measured or not. What differs between choosers, such as
the distance, keeps its own term. One matrix product of the probabilities gives the information on all constants.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.models.conditional_logit import Design
from analysis.models.conditional_logit.likelihood import Point, maximum
from analysis.models.school_choice.choosers import Choosers, Floats, design


@dataclass(frozen=True, eq=False)
class Constants:
    """What the first of two steps finds.

    Parameters
    ----------
    constants
        Of each school, around their mean.
    constants_covariance
        Classical covariance of the constants.
    params, covariance
        Of the terms that differ between choosers; the covariance is clustered by postcode.
    sensitivity
        What an error of one in each of these adds to each constant: schools x terms.
    attributes
        The terms of the formula that are the same for every chooser: schools x terms.
    schools_without
        Schools that none of the choosers attends: their constant would be minus infinity.
    """

    constants: pd.Series
    constants_covariance: Floats
    params: pd.Series
    covariance: pd.DataFrame
    sensitivity: Floats
    attributes: pd.DataFrame
    schools_without: int


def fit_constants(
    choosers: Choosers, formula: str, *, tolerance: float = 1e-10, max_iterations: int = 100
) -> Constants:
    """Estimate the constants of the schools that somebody attends, beside the terms that differ between choosers.

    Raises
    ------
    ModelError
        The likelihood has no finite maximum; see `analysis.models.conditional_logit.fit`.
    """
    attended = choosers.schools.index[choosers.counts.sum(axis=0) > 0]
    kept = choosers.to_schools(attended)
    made = design(kept, formula)
    schools = of_school(made)
    pairs = [built(made, int(term)) for term in np.flatnonzero(~schools)]
    names = [str(name) for name in np.array(made.terms)[~schools]]
    likelihood = ConstantsLikelihood(names, pairs, kept.counts)
    top, _ = maximum(likelihood, tolerance, max_iterations)
    covariance: Floats = np.asarray(np.linalg.inv(top.information), dtype=np.float64)
    n, scale = len(pairs), likelihood.scale
    partial: Floats = np.asarray(np.linalg.solve(top.information[n:, n:], top.information[n:, :n]), dtype=np.float64)
    robust = _clustered(covariance[:n, :n], likelihood.scores(top.b), partial, kept.clusters)
    around = np.vstack([np.zeros(len(attended) - 1), np.eye(len(attended) - 1)])
    around -= around.mean(axis=0)
    return Constants(
        constants=pd.Series(around @ top.b[n:], index=attended, name="constant"),
        constants_covariance=around @ covariance[n:, n:] @ around.T,
        params=pd.Series(top.b[:n] / scale, index=names),
        covariance=pd.DataFrame(robust / np.outer(scale, scale), names, names),
        sensitivity=around @ partial * -scale,
        attributes=pd.DataFrame(
            made.columns.to_numpy(float) @ made.maps[0][len(made.pairs) :, schools],
            index=attended,
            columns=list(np.array(made.terms)[schools]),
        ),
        schools_without=choosers.schools_without + len(choosers.schools) - len(attended),
    )


def _clustered(inverse: Floats, scores: Floats, partial: Floats, clusters: pd.Series) -> Floats:
    """Return the sandwich of the terms that differ between choosers, the constants partialled out of their scores."""
    n = len(inverse)
    own = pd.DataFrame(scores[:, :n] - scores[:, n:] @ partial).groupby(clusters.to_numpy()).sum().to_numpy()
    return np.asarray(inverse @ (own.T @ own) @ inverse * len(own) / (len(own) - 1))


def built(made: Design, term: int) -> Floats:
    """Build one term out: situations x schools."""
    columns = made.maps[:, len(made.pairs) :, term] @ made.columns.to_numpy(float).T
    values: Floats = columns[made.types]
    for place, base in enumerate(made.pairs.values()):
        values += made.maps[made.types, place, term][:, None] * base
    return values


def of_school(made: Design) -> NDArray[np.bool_]:
    """Say of each term whether it is the same for every chooser."""
    by_pair = np.abs(made.maps[:, : len(made.pairs)]).max(axis=(0, 1), initial=0.0) > 0
    by_type = np.ptp(made.maps, axis=0).max(axis=0) > 0
    return np.asarray(~by_pair & ~by_type)


@dataclass(frozen=True, eq=False)
class ConstantsLikelihood:
    """The log-likelihood in the coefficients of the pairs' terms, scaled, and the constants of all schools but one.

    Parameters
    ----------
    of_pairs
        Names of the pairs' terms.
    pairs
        Their values: situations x schools each.
    counts
        Choosers by situation x school; every school has some.
    """

    of_pairs: Sequence[str]
    pairs: Sequence[Floats]
    counts: Floats

    @property
    def terms(self) -> list[str]:
        return [*self.of_pairs, *(f"constant {place}" for place in range(1, self.counts.shape[1]))]

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
        """Every school has choosers, so no constant separates; a term that does is not looked for."""
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
        for place, values in enumerate(self.scaled):
            weighted = mass * values
            second[place, n:] = second[n:, place] = weighted.sum(axis=0)[1:]
            second[place, :n] = [float((weighted * other).sum()) for other in self.scaled]
        second[n:, n:] = np.diag(mass.sum(axis=0)[1:])
        return second
