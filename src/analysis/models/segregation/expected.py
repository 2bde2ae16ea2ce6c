"""Expected numbers of two groups over schools, from the make-up of the pupils' postcodes.

Group membership of single pupils is not in open data. What is measured there is the spread of *expected* counts: every
pupil counts for the share of the group in its postcode. Sorting within a postcode stays invisible, so these indices
are lower bounds of those on pupil data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.errors import ModelError, Reason
from analysis.models.school_bands import share_at_home
from analysis.models.segregation.measures import Array, counts, indices


@dataclass(frozen=True)
class City:
    """Pupils by postcode and school as plain arrays, so that a resample costs a count and no join.

    Parameters
    ----------
    pupils
        Pupils per pair of postcode and school, shape (n_pairs,).
    share
        The group's share in the postcode of each pair, 0-1.
    school, nearest
        Position of the school attended and of the school nearest to the postcode, per pair.
    n_schools
        Number of schools.
    groups
        Names of the group and of the rest.
    others
        Position of the school by other rules than the nearest one, by the name of the rule.
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

    @classmethod
    def from_frames(cls, by_pc4_school: pd.Series, share: pd.Series, nearest: pd.Series) -> City:
        """Build from pupils by (pc4, location), the group's share per pc4 and the nearest location per pc4."""
        pc4 = by_pc4_school.index.get_level_values("pc4")
        schools = pd.Index(sorted({*by_pc4_school.index.get_level_values("location"), *nearest}))
        if not pc4.isin(nearest.index).all():
            raise ModelError("a postcode with pupils has no nearest school", Reason.MISSING)
        pupils = counts(by_pc4_school, "pupils")
        if (pupils % 1 != 0).any():
            raise ModelError("pupils: resampling needs whole pupils", Reason.INVALID)
        return cls(
            pupils=pupils.astype(np.int64),
            share=share_at_home(by_pc4_school, share),
            school=schools.get_indexer(by_pc4_school.index.get_level_values("location")),
            nearest=schools.get_indexer(nearest.reindex(pc4)),
            n_schools=len(schools),
        )

    def indices(self, pupils: ArrayLike, school: NDArray[np.intp]) -> dict[str, float]:
        """Compute the indices of the expected composition if `pupils` attend `school`, pair by pair."""
        return indices(*self._expected(np.asarray(pupils, float), school))

    def situations(self, pupils: ArrayLike) -> dict[tuple[str, str], float]:
        """Compute the indices as it is now, at the nearest school, and how much higher they are now."""
        now, near = self.indices(pupils, self.school), self.indices(pupils, self.nearest)
        found = {(name, "now"): value for name, value in now.items()}
        found |= {(name, "nearest"): value for name, value in near.items()}
        return found | {(name, "now_minus_nearest"): now[name] - near[name] for name in now}

    def observed(self) -> dict[str, Array]:
        """Count the expected pupils by situation, shape (2, n_schools): the group and the rest."""
        return {name: self._expected(self.pupils, school) for name, school in self._schools.items()}

    def resampled(self, draws: int, rng: np.random.Generator) -> dict[str, Array]:
        """Resample the city's pupils with replacement, shape (draws, 2, n_schools)."""
        n, p = int(self.pupils.sum()), self.pupils / self.pupils.sum()
        drawn = [rng.multinomial(n, p) for _ in range(draws)]
        return {
            name: np.array([self._expected(pupils, school) for pupils in drawn])
            for name, school in self._schools.items()
        }

    def allocated(self, draws: int, rng: np.random.Generator) -> Array:
        """Allocate the pupils to schools of the same size at random, shape (draws, 2, n_schools)."""
        share, school = np.repeat(self.share, self.pupils), np.repeat(self.school, self.pupils)
        found = []
        for _ in range(draws):
            mixed = rng.permutation(share)
            parts = [np.bincount(school, weight, self.n_schools) for weight in (mixed, 1 - mixed)]
            found.append(np.array(parts))
        return np.array(found)

    def _expected(self, pupils: NDArray[np.int64] | Array, school: NDArray[np.intp]) -> Array:
        parts = [np.bincount(school, pupils * share, self.n_schools) for share in (self.share, 1 - self.share)]
        return np.array(parts)


def bootstrap(city: City, draws: int, rng: np.random.Generator) -> pd.DataFrame:
    """Resample the city's pupils with replacement and compute every index anew; one row per draw."""
    n, p = int(city.pupils.sum()), city.pupils / city.pupils.sum()
    return pd.DataFrame([city.situations(rng.multinomial(n, p)) for _ in range(draws)])


def random_allocation(city: City, draws: int, rng: np.random.Generator) -> pd.DataFrame:
    """Allocate pupils to schools at random, school sizes kept, and compute every index; one row per draw.

    Its mean is what an index would show without any segregation: the floor that small schools alone cause.
    """
    return pd.DataFrame([indices(*parts) for parts in city.allocated(draws, rng)])
