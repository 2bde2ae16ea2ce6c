"""Choice sets with some of the far schools only: for estimators that cannot take all schools for all pupils.

The schools nearest to a pupil stay, because there choices are made; of the others a sample is drawn that holds the
school attended. Chances of coming into the set then differ between schools, which the offset corrects.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.chapters.school_choice.models.choosers import CLUSTER, PRIORITY, Choosers, design
from analysis.chapters.school_choice.models.population import Population
from analysis.errors import ModelError, Reason
from analysis.stats import conditional_logit
from analysis.stats.conditional_logit import ChoiceDesign, ConditionalLogitResult
from analysis.stats.conditional_logit.input import SAMPLED

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Sampled:
    """Choosers with a sample of the alternatives, in the form of `conditional_logit.fit`.

    Parameters
    ----------
    attributes
        One row per chooser and sampled school, indexed by ``chooser, location``; one column per term.
    choices
        The school of each chooser.
    offset
        Minus the logarithm of the chance with which the school came into the set.
    cluster
        Cluster of each chooser.
    """

    attributes: pd.DataFrame
    choices: pd.Series
    offset: pd.Series
    cluster: pd.Series

    def estimate(self, *, clustered: bool = True) -> ConditionalLogitResult:
        """Estimate the conditional logit with the offset; standard errors classical and, if asked, clustered."""
        cluster = self.cluster if clustered else None
        return conditional_logit.fit(self.attributes, self.choices, offset=self.offset, cluster=cluster)


def some(choosers: Choosers, number: int, seed: int) -> Choosers:
    """Keep that many choosers, drawn at random, with all schools; all choosers where there are no more."""
    population = Population.of(choosers)
    if number >= population.size:
        return choosers
    kept = np.sort(np.random.default_rng(seed).choice(population.size, number, replace=False))
    pairs = pd.MultiIndex.from_arrays(
        [choosers.situations.index[population.row[kept]], choosers.schools.index[population.school[kept]]],
        names=choosers.chosen.index.names,
    )
    fewer = replace(choosers, chosen=pd.Series(1, index=pairs).groupby(level=[0, 1]).sum())
    return fewer.where(fewer.weights > 0)


def sampled(choosers: Choosers, formula: str, *, number: int, seed: int, near: int = PRIORITY) -> Sampled:
    r"""Sample the alternatives of every chooser.

    Parameters
    ----------
    choosers, formula
        The choosers, and the formula of the terms.
    number
        Sampled schools per chooser beyond the nearest ones.
    seed
        Seed of the sample.
    near
        How many nearest schools are in every set.

    Raises
    ------
    ModelError
        The number sampled is not at least one.

    Notes
    -----
    A set holds the `near` nearest schools, the school attended, and as many of the others as make `number` with it.
    With :math:`R` schools that are not near, the offset of these is :math:`\ln(R / \text{number})` and that of the near
    ones 0: the sets are then as probable for each of their schools (McFadden 1978; Ben-Akiva and Lerman 1985, 9.3).
    """
    if number < 1:
        raise ModelError(
            f"sampled alternatives: at least one far school per chooser is needed, not {number}", Reason.INVALID
        )
    rng, population = np.random.default_rng(seed), Population.of(choosers)
    row, school = population.row, population.school
    columns = _sets(choosers.distance_km[row], school, near, number, rng)
    label = np.repeat(np.arange(len(row)), columns.shape[1])
    index = pd.MultiIndex.from_arrays(
        [label, choosers.schools.index[columns.ravel()]], names=["chooser", choosers.schools.index.name]
    )
    far = len(choosers.schools) - near
    offset = np.where(np.arange(columns.shape[1]) < near, 0.0, np.log(max(far, 1) / min(number, max(far, 1))))
    made = design(choosers, formula)
    attributes = pd.DataFrame(
        _rows(made, np.repeat(row, columns.shape[1]), columns.ravel()), index=index, columns=list(made.terms)
    )
    attributes.attrs[SAMPLED] = True
    chosen = pd.MultiIndex.from_arrays([np.arange(len(row)), choosers.schools.index[school]], names=index.names)
    return Sampled(
        attributes,
        pd.Series(1.0, index=chosen),
        pd.Series(np.tile(offset, len(row)), index=index),
        pd.Series(choosers.situations[CLUSTER].to_numpy()[row], index=np.arange(len(row))),
    )


def _sets(distance_km: Floats, school: Integers, near: int, number: int, rng: np.random.Generator) -> Integers:
    """Return the schools of each set, the near ones first: choosers x size of the set."""
    order = np.argsort(distance_km, axis=1, kind="stable")
    far = order[:, near:]
    luck = rng.random(far.shape)
    luck[far == school[:, None]] = -1.0  # the school attended comes first
    drawn = np.argsort(luck, axis=1)[:, :number]
    return np.hstack([order[:, :near], np.take_along_axis(far, drawn, axis=1)])


def _rows(made: ChoiceDesign, row: Integers, column: Integers) -> Floats:
    """Return the attributes of pairs of situation and school: pairs x terms."""
    base = np.column_stack(
        [*(values[row, column] for values in made.pairs.values()), made.columns.to_numpy(float)[column]]
    )
    found = np.empty((len(row), len(made.terms)))
    for kind, to_terms in enumerate(made.maps):
        of_kind = made.types[row] == kind
        found[of_kind] = base[of_kind] @ to_terms
    return found
