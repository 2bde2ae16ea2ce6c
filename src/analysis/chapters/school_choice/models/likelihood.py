"""The log-likelihood of choices in the terms that differ between choosers and in what each school is to everybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.chapters.school_choice.models.choosers import Floats


@dataclass(frozen=True, eq=False)
class SchoolMoments:
    """The log-likelihood at one point with its derivatives in beta and delta.

    Parameters
    ----------
    loglik : Without the multinomial coefficients.
    score_pairs, score_schools : First derivatives.
    pairs, cross, schools : Blocks of minus the second derivatives: terms x terms, terms x schools, schools x schools.
    share, mass : Probabilities, and these times the number of choosers: situations x schools.
    """

    loglik: float
    score_pairs: Floats
    score_schools: Floats
    pairs: Floats
    cross: Floats
    schools: Floats
    share: Floats
    mass: Floats


@dataclass(frozen=True, eq=False)
class SchoolLikelihood:
    """The log-likelihood in beta and delta, its terms centred and divided by their standard deviation.

    Parameters
    ----------
    of_pairs : Values of the terms that differ between choosers: situations x schools each.
    of_schools : Values of the terms that are the same for every chooser: schools x terms.
    counts : Choosers by situation x school.
    """

    of_pairs: Sequence[Floats]
    of_schools: Floats
    counts: Floats

    @cached_property
    def scale(self) -> Floats:
        """Standard deviation of each term, those of pairs first."""
        return np.array([*(values.std() for values in self.of_pairs), *self.of_schools.std(axis=0)])

    @cached_property
    def pairs(self) -> list[Floats]:
        return [(values - values.mean()) / size for values, size in zip(self.of_pairs, self.scale, strict=False)]

    @cached_property
    def attributes(self) -> Floats:
        return np.asarray((self.of_schools - self.of_schools.mean(axis=0)) / self.scale[len(self.of_pairs) :])

    @cached_property
    def weights(self) -> Floats:
        return np.asarray(self.counts.sum(axis=1))

    @cached_property
    def choosers(self) -> float:
        return float(self.weights.sum())

    def utility(self, beta: Floats, delta: Floats) -> Floats:
        """Return the utility of each school to each situation: situations x schools."""
        utility = np.tile(delta, (len(self.counts), 1))
        for coefficient, values in zip(beta, self.pairs, strict=True):
            utility += coefficient * values
        return utility

    def loglik(self, beta: Floats, delta: Floats) -> float:
        """Return the log-likelihood alone."""
        utility = self.utility(beta, delta)
        top = utility.max(axis=1)
        return float((self.counts * utility).sum() - self.weights @ (top + np.log(np.exp(utility.T - top).sum(axis=0))))

    def moments(self, beta: Floats, delta: Floats) -> SchoolMoments:
        """Return the log-likelihood with its first and second derivatives."""
        share = self.utility(beta, delta)
        chosen = float((self.counts * share).sum())
        top = share.max(axis=1, keepdims=True)
        np.exp(share - top, out=share)
        total = share.sum(axis=1, keepdims=True)
        share /= total
        mass = self.weights[:, None] * share
        around = [values - (share * values).sum(axis=1, keepdims=True) for values in self.pairs]
        weighted = [mass * values for values in around]
        by_school = mass.sum(axis=0)
        shape = (len(around), len(by_school))
        return SchoolMoments(
            loglik=chosen - float(self.weights @ (top + np.log(total))[:, 0]),
            score_pairs=np.array([float((self.counts * values).sum()) for values in around]),
            score_schools=self.counts.sum(axis=0) - by_school,
            pairs=np.array([[float((one * other).sum()) for other in around] for one in weighted]).reshape(
                len(around), len(around)
            ),
            cross=np.array([one.sum(axis=0) for one in weighted]).reshape(shape),
            schools=np.diag(by_school) - mass.T @ share,
            share=share,
            mass=mass,
        )
