"""Expected numbers of two groups over schools, from the make-up of the pupils' postcodes.

Group membership of single pupils is not in open data. What is measured there is the spread of *expected* counts: every
pupil counts for the share of the group in its postcode. Sorting within a postcode stays invisible, so these indices
are lower bounds of those on pupil data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from analysis.stats.segregation import Array, Tally


@dataclass(frozen=True)
class ExpectedPupils:
    """Pupils by postcode and school as plain arrays, so that a resample costs a count and no join.

    Parameters
    ----------
    pupils : Pupils per pair of postcode and school, shape (n_pairs,).
    share : The group's share in the postcode of each pair, 0-1.
    school, nearest : Position of the school attended and of the school nearest to the postcode, per pair.
    n_schools : Number of schools.
    groups : Names of the group and of the rest.
    others : Position of the school by other rules than the nearest one, by the name of the rule.
    """

    pupils: NDArray[np.int64]
    share: Array
    school: NDArray[np.intp]
    nearest: NDArray[np.intp]
    n_schools: int
    groups: tuple[str, ...] = ("group", "rest")
    others: Mapping[str, NDArray[np.intp]] = field(default_factory=dict)
    model: str = "expected_composition"

    @property
    def _schools(self) -> dict[str, NDArray[np.intp]]:
        return {"now": self.school, "nearest": self.nearest, **self.others}

    def observed(self) -> dict[str, Tally]:
        """Count the expected pupils by situation, shape (2, n_schools): the group and the rest."""
        return {name: self._expected(self.pupils, school) for name, school in self._schools.items()}

    def resampled(self, draws: int, rng: np.random.Generator) -> dict[str, Tally]:
        """Resample the city's pupils with replacement, shape (draws, 2, n_schools)."""
        n, p = int(self.pupils.sum()), self.pupils / self.pupils.sum()
        drawn = [rng.multinomial(n, p) for _ in range(draws)]
        return {
            name: _stacked([self._expected(pupils, school) for pupils in drawn])
            for name, school in self._schools.items()
        }

    def allocated(self, draws: int, rng: np.random.Generator) -> Tally:
        """Allocate the pupils to schools of the same size at random, shape (draws, 2, n_schools)."""
        share, school = np.repeat(self.share, self.pupils), np.repeat(self.school, self.pupils)
        return _stacked([_by_school(school, rng.permutation(share), 1.0, self.n_schools) for _ in range(draws)])

    def _expected(self, pupils: NDArray[np.int64], school: NDArray[np.intp]) -> Tally:
        return _by_school(school, self.share, pupils, self.n_schools)


def _by_school(school: NDArray[np.intp], share: Array, pupils: NDArray[np.int64] | float, n_schools: int) -> Tally:
    weights = (pupils * share, pupils * (1 - share), pupils * share * (1 - share))
    group, rest, mixed = (np.bincount(school, weight, n_schools) for weight in weights)
    return Tally(np.array([group, rest], dtype=float), np.asarray(mixed, dtype=float))


def _stacked(tallies: list[Tally]) -> Tally:
    return Tally(np.array([one.pupils for one in tallies]), np.array([one.both for one in tallies], dtype=float))
