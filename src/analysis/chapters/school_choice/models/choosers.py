"""Who chooses, from which schools, at what distance: one form for pupils at an own address and for flows by postcode.

A choice situation is a pupil, or all pupils of a postcode. Variables lie at three levels: of the situation, of the
school and of the pair; a formula may use all of them (`analysis.stats.conditional_logit.design_from_formula`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import InputError, ModelError, Reason
from analysis.formula import variables
from analysis.stats.complete import check_complete
from analysis.stats.conditional_logit import ChoiceDesign, ConditionalLogitResult, design_from_formula, fit_factored
from analysis.stats.conditional_logit.design import Coding
from analysis.stats.geography import great_circle_km
from analysis.topics.choice import LOG_OFFSET_KM

PRIORITY = 8  # a child of Amsterdam has priority at this many nearest schools
CLUSTER = "pc4"
# The first of each is the one that the others are compared with.
CATEGORIES: Mapping[str, Sequence[str]] = {
    "denomination": ("openbaar", "rk", "pc", "islamic", "other"),
    "concept": ("none", "Montessori", "Dalton", "Jenaplan", "Vrije School"),
}
PAIR_VARIABLES = ("distance_km", "log_distance", "travel_rank", "within_eight")
# Not variables of a formula: where things are, and what they are called.
NO_VARIABLES = ("group", "lat", "lon", CLUSTER)

UNITS: Mapping[str, float] = {
    "schoolweging": 5.0,
    "share_hoog": 0.1,
    "share_nonwestern": 0.1,
    "share_havo_vwo": 0.1,
    "nonwestern": 0.1,
    "pupils": 100.0,
}
"""What one unit of a variable is in every formula: 5 points of schoolweging, 10 percentage points of a share."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Choosers:
    """The choice situations of a model, the schools, the distances and the choices.

    Parameters
    ----------
    situations
        One row per choice situation, index ``situation``: ``group`` (parent group, or ``all``), ``pc4`` (the cluster of
        the standard errors), ``lat``, ``lon``, and variables of the chooser.
    schools
        One row per school, index ``location``: ``lat``, ``lon`` and attributes, in their own units.
    distance_km
        Situations x schools, great circle.
    chosen
        Number of choosers by (situation, location); only pairs with at least one.
    without_km
        Distance to the schools that are no alternative, because none of these choosers attends them (or, of a kind
        that none attends): situations x schools, columns by ``location``. They count in ranks: a child has priority
        at the eight nearest of all schools, whoever attends them.

    Raises
    ------
    ModelError
        Tables, distances and choices do not agree.
    """

    situations: pd.DataFrame
    schools: pd.DataFrame
    distance_km: Floats
    chosen: pd.Series
    without_km: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        if self.without_km is not None and len(self.without_km) != len(self.situations):
            raise ModelError("choosers: distances to other schools are not by situation", Reason.INVALID)
        if self.distance_km.shape != (len(self.situations), len(self.schools)):
            raise ModelError(
                f"choosers: distances of shape {self.distance_km.shape} are not situations x schools", Reason.INVALID
            )
        if not self.situations.index.is_unique or not self.schools.index.is_unique:
            raise ModelError("choosers: a situation or a school stands twice", Reason.INVALID)
        if (self.rows_chosen[0] < 0).any() or (self.rows_chosen[1] < 0).any():
            raise ModelError("choosers: choices by an unknown situation or of an unknown school", Reason.INVALID)

    @classmethod
    def from_tables(
        cls, situations: pd.DataFrame, schools: pd.DataFrame, chosen: pd.DataFrame, age: int | None = None
    ) -> Choosers:
        """Select the choosers of an age and their alternatives: every school that at least one of them attends.

        Parameters
        ----------
        situations, schools, chosen
            As `analysis.data.situations` makes them: keyed by ``situation``, by ``location``, and by
            ``situation, location, age`` with the number of ``pupils``.
        age
            Age on 1 October; all ages where None.

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
        asked = chosen if age is None else chosen[chosen["age"] == age]
        counts = asked.groupby(["situation", "location"])["pupils"].sum()
        counts = counts[counts > 0].sort_index()
        if counts.empty:
            raise ModelError(f"choosers: there are no pupils of age {age}", Reason.EMPTY)
        attended = _categorised(schools).set_index("location").sort_index()
        kept = attended.loc[counts.index.unique("location").sort_values()]
        who = situations.set_index("situation").loc[counts.index.unique("situation").sort_values()]
        others = attended.loc[attended.index.difference(kept.index)]
        without = pd.DataFrame(distances(who, others), columns=others.index)
        return cls(who, _without_unused(kept), distances(who, kept), counts, without)

    @cached_property
    def rows_chosen(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Row and column of every pair in `chosen`."""
        rows = self.situations.index.get_indexer(self.chosen.index.get_level_values(0))
        columns = self.schools.index.get_indexer(self.chosen.index.get_level_values(1))
        return rows, columns

    @cached_property
    def counts(self) -> Floats:
        """Choosers by situation x school."""
        counts = np.zeros(self.distance_km.shape)
        np.add.at(counts, self.rows_chosen, self.chosen.to_numpy(float))
        return counts

    @cached_property
    def weights(self) -> Floats:
        """Choosers of each situation."""
        return np.asarray(self.counts.sum(axis=1))

    @property
    def number(self) -> int:
        """Number of choosers."""
        return int(self.chosen.sum())

    @property
    def groups(self) -> list[str]:
        """The groups of choosers, in alphabetical order."""
        return sorted(self.situations["group"].unique())

    @property
    def clusters(self) -> pd.Series:
        """Cluster of each situation, for standard errors."""
        return self.situations[CLUSTER]

    @property
    def schools_without(self) -> int:
        """Number of schools that are no alternative."""
        return 0 if self.without_km is None else self.without_km.shape[1]

    @cached_property
    def everywhere(self) -> pd.DataFrame:
        """Distance to all schools, alternatives or not, by ``location``: situations x schools."""
        own = pd.DataFrame(self.distance_km, columns=self.schools.index)
        if not self.schools_without:
            return own
        every = pd.concat([own, pd.DataFrame(self.without_km).reset_index(drop=True)], axis=1)
        return every[sorted(every.columns, key=str)]

    @cached_property
    def rank(self) -> Floats:
        """Rank of each alternative among all schools by distance, 1 for the nearest: situations x schools.

        Of schools at one distance the first by name goes before the others.
        """
        order = np.argsort(self.everywhere.to_numpy(), axis=1, kind="stable")
        rank = np.empty(order.shape)
        np.put_along_axis(rank, order, np.arange(1.0, order.shape[1] + 1), axis=1)
        return np.ascontiguousarray(rank[:, self.everywhere.columns.get_indexer(self.schools.index)])

    @cached_property
    def pairs(self) -> dict[str, Floats]:
        """Return the variables of pairs.

        ``distance_km``; ``log_distance``, which is ln(km + 0.1); ``travel_rank``, 1 for the school nearest to the
        chooser; ``within_eight``, 1 where the school is among the eight nearest, at which a child has priority. Ranks
        are among all schools, whether or not any of these choosers attends them.
        """
        rank = self.rank
        return {
            "distance_km": self.distance_km,
            "log_distance": np.log(self.distance_km + LOG_OFFSET_KM),
            "travel_rank": rank,
            "within_eight": (rank <= PRIORITY).astype(np.float64),
        }

    def of(self, group: str) -> Choosers:
        """Return the choosers of one group; they may choose every school that anybody chose."""
        if group not in self.groups:
            raise InputError("group", "there are no such choosers", given=group, allowed=", ".join(self.groups))
        return self.where((self.situations["group"] == group).to_numpy())

    def where(self, kept: NDArray[np.bool_]) -> Choosers:
        """Return the choosers of some situations, with the same schools to choose from."""
        return replace(
            self,
            situations=self.situations[kept],
            distance_km=self.distance_km[kept],
            chosen=self.chosen[kept[self.rows_chosen[0]]],
            without_km=None if self.without_km is None else self.without_km[kept],
        )

    def attainable(self, formula: str) -> Choosers:
        """Leave out the schools of a kind that none of these choosers attends.

        The coefficient of such a kind is minus infinity. In that limit the schools have a probability of zero, and the
        other coefficients are those of a choice from the rest. Of a kind that is in no term there is no coefficient:
        such schools are alternatives that were not chosen, and stay.

        Parameters
        ----------
        formula
            The terms.
        """
        attended = self.schools.index.isin(self.chosen.index.get_level_values(1))
        kept = np.ones(len(self.schools), dtype=np.bool_)
        categories = self.schools.select_dtypes(exclude="number").columns
        for column in categories.intersection(sorted(variables(formula))):
            kinds = self.schools[column]
            kept &= kinds.isin(kinds[attended]).to_numpy()
        return self.to_schools(self.schools.index[kept])

    def with_schools(self, **attributes: pd.Series | Floats | float) -> Choosers:
        """Return the same choosers with other attributes of the schools, as in a counterfactual."""
        return replace(self, schools=self.schools.assign(**attributes))

    def to_schools(self, kept: Sequence[str] | pd.Index) -> Choosers:
        """Return the choosers of these schools, who had no other to choose from; the others still count in ranks."""
        stays = self.schools.index.isin(kept)
        chosen = self.chosen[stays[self.rows_chosen[1]]]
        chooses = self.situations.index.isin(chosen.index.get_level_values(0))
        return replace(
            self,
            situations=self.situations[chooses],
            schools=_without_unused(self.schools[stays]),
            distance_km=self.distance_km[np.ix_(chooses, stays)],
            chosen=chosen,
            without_km=self.everywhere.drop(columns=self.schools.index[stays])[chooses],
        )


def by_model(
    models: Sequence[str],
    age: int,
    *,
    by_situation: pd.DataFrame,
    by_choice_school: pd.DataFrame,
    by_choice: pd.DataFrame,
) -> dict[str, Choosers]:
    """Make the choosers of each model: those of `age` for ``entry_cohort``, everybody for ``all_ages``."""
    ages = {"entry_cohort": age, "all_ages": None}
    return {name: Choosers.from_tables(by_situation, by_choice_school, by_choice, ages[name]) for name in models}


def distances(homes: pd.DataFrame, schools: pd.DataFrame) -> Floats:
    """Kilometres from every home to every school: ``lat`` and ``lon`` of both, in degrees."""
    home, school = (frame[["lat", "lon"]].to_numpy(float) for frame in (homes, schools))
    if np.isnan(home).any() or np.isnan(school).any():
        raise ModelError("choosers: a home or a school without coordinates", Reason.MISSING)
    return great_circle_km(home[:, :1], home[:, 1:], school[None, :, 0], school[None, :, 1])


def design(
    choosers: Choosers, formula: str, schools: pd.DataFrame | None = None, codings: Sequence[Coding] = ()
) -> ChoiceDesign:
    """Make the design of a formula over the variables of pairs, schools and choosers, in the units of `UNITS`.

    Parameters
    ----------
    choosers, formula
        Who chooses, and by what.
    schools
        The same schools with other attributes, as in a counterfactual; those of the choosers where None.
    codings
        Levels of categories, of estimates that were made on other choosers or schools.
    """
    return design_from_formula(
        formula,
        pairs=choosers.pairs,
        alternatives=in_units(choosers.schools if schools is None else schools),
        choosers=in_units(choosers.situations),
        codings=codings,
    )


def estimate(
    choosers: Choosers,
    formula: str,
    *,
    tolerance: float = 1e-10,
    max_iterations: int = 100,
    threads: int | None = None,
) -> ConditionalLogitResult:
    """Estimate the conditional logit of a formula; standard errors classical and clustered by postcode."""
    return fit_factored(
        design(choosers, formula),
        choosers.chosen,
        grouped=True,
        cluster=choosers.clusters,
        tolerance=tolerance,
        max_iterations=max_iterations,
        threads=threads,
    )


def closed(schools: pd.DataFrame, coding: Coding) -> NDArray[np.bool_]:
    """Return which schools are of a kind that estimates in this coding do not know, because nobody attended them."""
    of = in_units(schools)
    known = [of[name].isin(list(levels)).to_numpy() for name, levels in coding.items() if name in of]
    return np.asarray(~np.all(known, axis=0)) if known else np.zeros(len(of), dtype=np.bool_)


def predicted(choosers: Choosers, formula: str, params: pd.Series, coding: Coding) -> Floats:
    """Predict by estimates that were made on other choosers or schools: situations x schools.

    Parameters
    ----------
    choosers
        For whom.
    formula, params, coding
        Of the estimates. Schools of a kind that is not in the coding have a probability of zero.
    """
    made = design(choosers, formula, codings=[coding])
    return probabilities(made, params, closed(choosers.schools, coding))


def probabilities(made: ChoiceDesign, params: pd.Series, closed: NDArray[np.bool_] | None = None) -> Floats:
    """Predict the probability that each situation chooses each school that is not `closed`: situations x schools."""
    utility = utilities(made, params)
    if closed is not None:
        utility[:, closed] = -np.inf
    utility -= utility.max(axis=1, keepdims=True)
    share = np.exp(utility, out=utility)
    share /= share.sum(axis=1, keepdims=True)
    return share


def utilities(made: ChoiceDesign, params: pd.Series) -> Floats:
    """Return the utility of each school to each situation, up to a constant per situation: situations x schools."""
    coefficients = made.maps @ params.loc[list(made.terms)].to_numpy(float)
    columns = coefficients[:, len(made.pairs) :] @ made.columns.to_numpy(float).T
    utility: Floats = columns[made.types]
    for place, values in enumerate(made.pairs.values()):
        utility += coefficients[made.types, place][:, None] * values
    return utility


def in_units(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the variables of a formula, in the units of `UNITS`."""
    variables = frame.drop(columns=[name for name in NO_VARIABLES if name in frame])
    return variables.assign(**{name: variables[name] / unit for name, unit in UNITS.items() if name in variables})


def _categorised(schools: pd.DataFrame) -> pd.DataFrame:
    """Order the categories of the schools: a file keeps the words, and not their order."""
    known = {name: pd.Index(order) for name, order in CATEGORIES.items() if name in schools}
    kinds = {name: pd.Categorical(schools[name], order) for name, order in known.items()}
    unknown = [name for name, kind in kinds.items() if (kind.codes < 0).any()]
    if unknown:
        raise ModelError(
            f"choosers: schools of another {unknown[0]} than {', '.join(CATEGORIES[unknown[0]])}", Reason.INVALID
        )
    return schools.assign(**kinds)


def _without_unused(schools: pd.DataFrame) -> pd.DataFrame:
    """Leave no category without a school: it would be a term that never varies."""
    categories = schools.select_dtypes("category")
    kinds = {str(name): kind.cat.remove_unused_categories() for name, kind in categories.items()}
    return schools.assign(**kinds)
