"""Who chooses, from which schools, at what distance: one form for pupils at an own address and for flows by postcode.

A choice situation is a pupil, or all pupils of a postcode.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analysis.chapters.school_choice.models.categories import categorised, without_unused
from analysis.chapters.school_choice.models.distances import Everywhere, among, distances, ranks
from analysis.codes import Codes
from analysis.errors import InputError, ModelError, Reason
from analysis.formula import variables
from analysis.stats.allocation import PRIORITY, nearest_first
from analysis.stats.complete import check_complete
from analysis.stats.conditional_logit.pairs import OwnFields, Pairs, at, beside, made, of_columns, of_rows
from analysis.topics.choice import LOG_OFFSET_KM

CLUSTER = "pc4"
PAIR_VARIABLES = ("distance_km", "log_distance", "travel_rank", "within_priority", "within_eight")
CODES = Codes()
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Choosers(OwnFields):
    """The choice situations of a model, the schools, the distances and the choices.

    Parameters
    ----------
    situations
        One row per choice situation, index ``situation``: ``group`` (parent group, or ``all``), ``pc4`` (the cluster of
        the standard errors), ``lat``, ``lon``, and variables of the chooser.
    schools : One row per school, index ``location``: ``lat``, ``lon`` and attributes, in their own units.
    distance_km : Situations x schools, great circle; as all pairs made for some situations at a time where many.
    chosen : Number of choosers by (situation, location); only pairs with at least one.
    without
        Distance to the schools that are no alternative, because none of these choosers attends them or their kind.
        They count in ranks: a child has priority at the nearest of all schools.
    priority : At how many of them.
    codes : What codes of choosers and schools mean.

    Raises
    ------
    ModelError
        Tables, distances and choices do not agree.
    """

    situations: pd.DataFrame
    schools: pd.DataFrame
    distance_km: Pairs
    chosen: pd.Series
    without: Everywhere | None = None
    priority: int = PRIORITY
    codes: Codes = CODES

    def __post_init__(self) -> None:
        if self.without is not None and self.without.distance_km.shape[0] != len(self.situations):
            raise ModelError("choosers: distances to other schools are not by situation", Reason.INVALID)
        if self.distance_km.shape != (len(self.situations), len(self.schools)):
            raise ModelError(
                f"choosers: distances of shape {self.distance_km.shape} are not situations x schools", Reason.INVALID
            )
        if not self.situations.index.is_unique or not self.schools.index.is_unique:
            raise ModelError("choosers: a situation or a school has two rows", Reason.INVALID)
        if (self.rows_chosen[0] < 0).any() or (self.rows_chosen[1] < 0).any():
            raise ModelError("choosers: choices by an unknown situation or of an unknown school", Reason.INVALID)

    @classmethod
    def from_tables(
        cls,
        situations: pd.DataFrame,
        schools: pd.DataFrame,
        chosen: pd.DataFrame,
        age: int | None = None,
        priority: int = PRIORITY,
        codes: Codes = CODES,
    ) -> Choosers:
        """Select the choosers of an age and their alternatives: every school that at least one of them attends.

        Parameters
        ----------
        situations, schools, chosen
            Of `analysis.data.situations`: keyed by ``situation``, by ``location``, and by ``situation, location, age``
            with the number of ``pupils``.
        age : Age on 1 October, years; all ages where None.
        priority, codes : As of the class.

        Raises
        ------
        ModelError
            Nobody has this age, or a number of pupils is missing or negative.
        """
        check_complete(situations, ["situation", "group", CLUSTER, "lat", "lon"], "choosers")
        check_complete(schools, ["location", "lat", "lon"], "schools to choose from")
        check_complete(chosen, ["situation", "location", "pupils", *([] if age is None else ["age"])], "choices")
        if not (chosen["pupils"] >= 0).all():
            raise ModelError("choosers: numbers of pupils that are negative", Reason.INVALID)
        of_age = chosen if age is None else chosen[chosen["age"] == age]
        counts = of_age.groupby(["situation", "location"])["pupils"].sum()
        counts = counts[counts > 0].sort_index()
        if counts.empty:
            raise ModelError(f"choosers: there are no pupils of age {age}", Reason.EMPTY)
        every = categorised(schools, codes).set_index("location").sort_index()
        attended = every.loc[counts.index.unique("location").sort_values()]
        others = every.loc[every.index.difference(attended.index)]
        homes = situations.set_index("situation").loc[counts.index.unique("situation").sort_values()]
        without = Everywhere.of(others.index, distances(homes, others))
        return cls(homes, without_unused(attended), distances(homes, attended), counts, without, priority, codes)

    @cached_property
    def rows_chosen(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Row and column of every pair in `chosen`."""
        rows = self.situations.index.get_indexer(self.chosen.index.get_level_values(0))
        columns = self.schools.index.get_indexer(self.chosen.index.get_level_values(1))
        return rows, columns

    @cached_property
    def counts(self) -> Pairs:
        """Choosers by situation x school."""
        sparse = csr_array((self.chosen.to_numpy(float), self.rows_chosen), self.distance_km.shape)
        return made(self.distance_km.shape, lambda rows: sparse[rows].toarray())

    @cached_property
    def weights(self) -> Floats:
        """Choosers of each situation."""
        return np.bincount(self.rows_chosen[0], self.chosen.to_numpy(float), len(self.situations)).astype(np.float64)

    @cached_property
    def attending(self) -> Floats:
        """Choosers of each school."""
        return np.bincount(self.rows_chosen[1], self.chosen.to_numpy(float), len(self.schools)).astype(np.float64)

    @property
    def number(self) -> int:
        """Number of choosers."""
        return int(self.chosen.sum())

    @property
    def median_km(self) -> float:
        """Median distance travelled, every chooser counted once."""
        return float(np.median(np.repeat(at(self.distance_km, *self.rows_chosen), self.chosen.to_numpy(int))))

    @property
    def groups(self) -> list[str]:
        """In alphabetical order."""
        return sorted(self.situations["group"].unique())

    @property
    def clusters(self) -> pd.Series:
        """Cluster of each situation, for standard errors."""
        return self.situations[CLUSTER]

    @property
    def schools_without(self) -> int:
        """Schools that are no alternative."""
        return 0 if self.without is None else len(self.without.schools)

    @cached_property
    def everywhere(self) -> Everywhere:
        """Distance to all schools, alternatives or not."""
        if self.without is None or not self.schools_without:
            return Everywhere(self.schools.index, self.distance_km)
        every = self.schools.index.append(self.without.schools)
        return Everywhere.of(every, beside(self.distance_km, self.without.distance_km))

    @cached_property
    def nearest(self) -> NDArray[np.intp]:
        """Positions of the nearest of all schools, as far as priority goes and one at least; -1 for no alternative."""
        positions = self.schools.index.get_indexer(self.everywhere.schools)
        return positions[nearest_first(self.everywhere.distance_km, max(self.priority, 1))]

    @cached_property
    def log_distance(self) -> Pairs:
        return made(self.distance_km.shape, lambda rows: np.log(self.distance_km[rows] + LOG_OFFSET_KM))

    @cached_property
    def travel_rank(self) -> Pairs:
        positions = self.everywhere.schools.get_indexer(self.schools.index)
        every = self.everywhere.distance_km
        return made(self.distance_km.shape, lambda rows: ranks(every[rows])[:, positions])

    @cached_property
    def within_priority(self) -> Pairs:
        near, n_schools = self.nearest[:, : self.priority], len(self.schools)
        return made(self.distance_km.shape, lambda rows: among(near[rows], n_schools))

    @property
    def pairs(self) -> Mapping[str, Pairs]:
        """Variables of pairs; ranks are among all schools, whether or not any of these choosers attends them.

        ``distance_km``; ``log_distance``, ln(km + 0.1); ``travel_rank``, 1 for the school nearest to the chooser; and
        ``within_priority``, 1 where it is among the nearest at which a child has priority, also as ``within_eight``.
        """
        return _PairVariables(self)

    def of(self, group: str) -> Choosers:
        """Return the choosers of one group; they may choose every school that anybody chose."""
        if group not in self.groups:
            raise InputError("group", "there are no such choosers", given=group, allowed=", ".join(self.groups))
        return self.where((self.situations["group"] == group).to_numpy())

    def where(self, rows: Flags) -> Choosers:
        """Return the choosers of some situations, with the same schools to choose from."""
        return replace(
            self,
            situations=self.situations[rows],
            distance_km=of_rows(self.distance_km, rows),
            chosen=self.chosen[rows[self.rows_chosen[0]]],
            without=None if self.without is None else self.without.of_homes(rows),
        )

    def attainable(self, formula: str) -> Choosers:
        """Leave out the schools of a kind that none of these choosers attends.

        The coefficient of such a kind is minus infinity. In that limit the schools have a probability of zero, and the
        other coefficients are those of a choice from the rest. Of a kind that is in no term of the `formula` there is
        no coefficient: such schools are alternatives that were not chosen, and stay.
        """
        attended = self.schools.index.isin(self.chosen.index.get_level_values(1))
        stays = np.ones(len(self.schools), dtype=np.bool_)
        categories = self.schools.select_dtypes(exclude="number").columns
        for column in categories.intersection(sorted(variables(formula))):
            kinds = self.schools[column]
            stays &= kinds.isin(kinds[attended]).to_numpy()
        return self.to_schools(self.schools.index[stays])

    def with_schools(self, **attributes: pd.Series | Floats | float) -> Choosers:
        """Return the same choosers with other attributes of the schools, as in a counterfactual."""
        return replace(self, schools=self.schools.assign(**attributes))

    def to_schools(self, locations: Sequence[str] | pd.Index) -> Choosers:
        """Return the choosers of these schools, who had no other to choose from; the others still count in ranks."""
        stays = self.schools.index.isin(locations)
        chosen = self.chosen[stays[self.rows_chosen[1]]]
        chooses = self.situations.index.isin(chosen.index.get_level_values(0))
        every = self.everywhere
        others = ~every.schools.isin(self.schools.index[stays])
        without = Everywhere(every.schools[others], of_columns(every.distance_km, others))
        return replace(
            self,
            situations=self.situations[chooses],
            schools=without_unused(self.schools[stays]),
            distance_km=of_rows(of_columns(self.distance_km, stays), chooses),
            chosen=chosen,
            without=without.of_homes(chooses),
        )


class _PairVariables(Mapping[str, Pairs]):
    """The variables of pairs, each of which is made when it is asked for."""

    def __init__(self, choosers: Choosers) -> None:
        self._choosers = choosers

    def __getitem__(self, name: str) -> Pairs:
        if name not in PAIR_VARIABLES:
            raise KeyError(name)
        values: Pairs = getattr(self._choosers, "within_priority" if name == "within_eight" else name)
        return values

    def __iter__(self) -> Iterator[str]:
        return iter(PAIR_VARIABLES)

    def __len__(self) -> int:
        return len(PAIR_VARIABLES)


def by_model(
    models: Sequence[str],
    age: int,
    *,
    by_situation: pd.DataFrame,
    by_choice_school: pd.DataFrame,
    by_choice: pd.DataFrame,
    priority: int = PRIORITY,
    codes: Codes = CODES,
) -> dict[str, Choosers]:
    """Select the choosers of each model.

    Parameters
    ----------
    models, age : ``entry_cohort``, the pupils of the age (years on 1 October), or ``all_ages``.
    by_situation, by_choice_school, by_choice, priority, codes : As in `Choosers.from_tables`.

    Returns
    -------
    dict
        Choosers by model.
    """
    tables = by_situation, by_choice_school, by_choice
    return {name: Choosers.from_tables(*tables, of, priority, codes) for name, of in ages_of(models, age).items()}


def ages_of(models: Sequence[str], age: int) -> dict[str, int | None]:
    """Return the age of the choosers of each model; None for all.

    Parameters
    ----------
    models, age : As in `by_model`.
    """
    return {name: age if name == "entry_cohort" else None for name in models}
