"""Choice sets with some of the far schools only: for estimators that cannot take all schools for all pupils.

The schools nearest to a pupil stay, because there choices are made; of the others a sample is drawn that holds the
school attended. Chances of coming into the set then differ between schools, which the offset corrects.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.chapters.school_choice.models.choosers import Choosers, Floats
from analysis.chapters.school_choice.models.logit import design
from analysis.chapters.school_choice.models.population import Integers, Population
from analysis.errors import ModelError, Reason
from analysis.stats import conditional_logit
from analysis.stats.conditional_logit import ChoiceDesign, ConditionalLogitResult
from analysis.stats.conditional_logit.input import SAMPLED
from analysis.stats.conditional_logit.pairs import at

NEAR = 8
"""Schools nearest to a chooser that are in every set."""


@dataclass(frozen=True, eq=False)
class Sampled:
    """Choosers with a sample of the alternatives, in the form of `conditional_logit.fit`.

    Parameters
    ----------
    attributes : One row per chooser and sampled school, indexed by ``chooser, location``; one column per term.
    choices : The school of each chooser.
    offset : Minus the logarithm of the chance with which the school came into the set.
    """

    attributes: pd.DataFrame
    choices: pd.Series
    offset: pd.Series

    def estimate(self) -> ConditionalLogitResult:
        """Estimate the conditional logit with the offset; standard errors are classical."""
        return conditional_logit.fit(self.attributes, self.choices, offset=self.offset)


def some(choosers: Choosers, number: int, seed: int) -> Choosers:
    """Draw choosers at random, with all schools.

    Parameters
    ----------
    choosers, number, seed : Of whom, how many, and the seed.

    Returns
    -------
    Choosers
        That many; all where there are no more.
    """
    population = Population.of(choosers)
    if number >= population.size:
        return choosers
    drawn = np.sort(np.random.default_rng(seed).choice(population.size, number, replace=False))
    pairs = pd.MultiIndex.from_arrays(
        [choosers.situations.index[population.row[drawn]], choosers.schools.index[population.school[drawn]]],
        names=choosers.chosen.index.names,
    )
    fewer = replace(choosers, chosen=pd.Series(1, index=pairs).groupby(level=[0, 1]).sum())
    return fewer.where(fewer.weights > 0)


def sampled(choosers: Choosers, formula: str, *, number: int, seed: int) -> Sampled:
    r"""Sample the alternatives of every chooser.

    Parameters
    ----------
    choosers, formula : The choosers, and the formula of the terms.
    number, seed : Sampled schools per chooser beyond the nearest ones, and the seed.

    Returns
    -------
    Sampled
        Rows of choosers and schools.

    Raises
    ------
    ModelError
        The number sampled is not at least one.

    Notes
    -----
    A set holds the eight nearest schools, the school attended, and as many of the others as make `number` with it.
    With :math:`R` schools that are not near, the offset of these is :math:`\ln(R / \text{number})` and that of the near
    ones 0: the sets are then as probable for each of their schools (McFadden 1978; Ben-Akiva and Lerman 1985, 9.3).
    """
    if number < 1:
        raise ModelError(
            f"sampled alternatives: at least one far school per chooser is needed, not {number}", Reason.INVALID
        )
    rng, population = np.random.default_rng(seed), Population.of(choosers)
    row, school = population.row, population.school
    columns = _sets(choosers.distance_km[row], school, number, rng)
    index = pd.MultiIndex.from_arrays(
        [np.repeat(np.arange(len(row)), columns.shape[1]), choosers.schools.index[columns.ravel()]],
        names=["chooser", choosers.schools.index.name],
    )
    far = max(len(choosers.schools) - NEAR, 1)
    offset = np.where(np.arange(columns.shape[1]) < NEAR, 0.0, np.log(far / min(number, far)))
    terms = design(choosers, formula)
    attributes = pd.DataFrame(
        _attributes(terms, np.repeat(row, columns.shape[1]), columns.ravel()), index=index, columns=list(terms.terms)
    )
    attributes.attrs[SAMPLED] = True
    chosen = pd.MultiIndex.from_arrays([np.arange(len(row)), choosers.schools.index[school]], names=index.names)
    return Sampled(attributes, pd.Series(1.0, index=chosen), pd.Series(np.tile(offset, len(row)), index=index))


def _sets(distance_km: Floats, school: Integers, number: int, rng: np.random.Generator) -> Integers:
    """Draw the schools of each set, the near ones first: choosers x size of the set."""
    order = np.argsort(distance_km, axis=1, kind="stable")
    far = order[:, NEAR:]
    luck = rng.random(far.shape)
    luck[far == school[:, None]] = -1.0  # the school attended comes first
    drawn = np.argsort(luck, axis=1)[:, :number]
    return np.hstack([order[:, :NEAR], np.take_along_axis(far, drawn, axis=1)])


def _attributes(design: ChoiceDesign, row: Integers, column: Integers) -> Floats:
    """Compute the attributes of pairs of situation and school: pairs x terms."""
    base = np.column_stack(
        [*(at(values, row, column) for values in design.pairs.values()), design.columns.to_numpy(float)[column]]
    )
    attributes = np.empty((len(row), len(design.terms)))
    for kind, to_terms in enumerate(design.maps):
        of_kind = design.types[row] == kind
        attributes[of_kind] = base[of_kind] @ to_terms
    return attributes
