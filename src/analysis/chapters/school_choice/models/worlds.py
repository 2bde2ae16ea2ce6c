"""Choices drawn in many worlds: the choosers as they are, with other tastes, in other homes, with other schools."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.chapters.school_choice.models.choosers import Choosers, closed, design
from analysis.chapters.school_choice.models.population import Population
from analysis.chapters.school_choice.models.scenarios import Change
from analysis.errors import ModelError, Reason
from analysis.stats.conditional_logit import ChoiceDesign, ConditionalLogitResult
from analysis.stats.conditional_logit.design import Coding
from analysis.stats.conditional_logit.factored import available_threads
from analysis.stats.conditional_logit.simulation import Seats, Utilities, drawn, stacked, utilities

Floats = NDArray[np.float64]

IMPOSSIBLE = -1e6
"""Utility of a school of a kind that nobody of a group attends."""

FIT, NO_TASTE = "model_fit", "no_taste"
FACTORS = ("residence", "distance", "tastes")


@dataclass(frozen=True, eq=False)
class Models:
    """The choice models of all groups, with one formula.

    Parameters
    ----------
    formula
        Right-hand side.
    own
        The model of each group; none where no group could be estimated.
    common
        One model of all choosers; None where there are no others, or the choosers do not determine it.
    composition
        Variables of the schools that tell their composition; without a taste for composition, their terms are zero.
    """

    formula: str
    own: Mapping[str, ConditionalLogitResult]
    common: ConditionalLogitResult | None
    composition: Sequence[str]

    @property
    def of_all(self) -> ConditionalLogitResult:
        """The one model of all choosers, where there is one."""
        if self.common is None:
            raise ModelError("counterfactuals: there is no model of all choosers", Reason.EMPTY)
        return self.common

    @property
    def codings(self) -> list[Coding]:
        """The codings of the estimates, each once."""
        every = {_key(result.coding): result.coding for result in (self.of_all, *self.own.values())}
        return list(every.values())

    def check(self, choosers: Choosers) -> None:
        """Refuse estimates that are not of the formula, each in its own coding."""
        every = {"all choosers": (choosers, self.of_all)}
        every |= {group: (choosers.of(group), result) for group, result in self.own.items()}
        for name, (who, result) in every.items():
            one = who.where(np.arange(len(who.situations)) == 0)
            terms = design(one, self.formula, codings=[result.coding]).terms
            odd = sorted(set(terms) ^ set(result.params.index))
            if odd:
                raise ModelError(
                    f"counterfactuals: the formula and the model of {name} do not both have {', '.join(odd)}",
                    Reason.INVALID,
                )

    def draws(self, number: int, rng: np.random.Generator) -> Coefficients:
        """Draw coefficients from the normal distribution around the estimates, with their estimated covariance."""
        own = {group: _drawn(result, number, rng) for group, result in self.own.items()}
        return Coefficients(own, _drawn(self.of_all, number, rng), tuple(self.composition))


@dataclass(frozen=True, eq=False)
class Coefficients:
    """Coefficients by draw (rows) and term (columns): of each group, and of one model of all choosers."""

    own: Mapping[str, pd.DataFrame]
    common: pd.DataFrame
    composition: tuple[str, ...]

    def of_groups(self, terms: Sequence[str]) -> Floats:
        """Return the coefficients of these terms: draws x groups x terms, in the order of the groups' names.

        A group has the terms of its own coding; those of another are zero.
        """
        named = list(terms)
        by_group = [self.own[group].reindex(columns=named, fill_value=0.0) for group in sorted(self.own)]
        return np.stack([each.to_numpy(float) for each in by_group], axis=1)

    def of_all(self, terms: Sequence[str]) -> Floats:
        """Return the same for choosers who all have the coefficients of the one model."""
        common = self.common.reindex(columns=list(terms), fill_value=0.0).to_numpy(float)
        return np.repeat(common[:, None], len(self.own), axis=1)

    def without_taste(self, made: ChoiceDesign) -> Floats:
        """Return those of the groups, with those of composition zero."""
        found = self.of_groups(made.terms)
        found[..., [bool(made.about[term].variables & set(self.composition)) for term in made.terms]] = 0.0
        return found


@dataclass(frozen=True, eq=False)
class Setting:
    """The choosers before a set of schools, ready to choose.

    Parameters
    ----------
    population
        The choosers.
    made
        The design, with the terms of the codings of all models.
    closed
        Which schools are of a kind that nobody of a group attends: groups x schools.
    """

    population: Population
    made: ChoiceDesign

    closed: NDArray[np.bool_]

    @classmethod
    def of(cls, choosers: Choosers, population: Population, models: Models) -> Setting:
        """Make the design of the models' formula for these choosers, who are the `population`'s."""
        made = design(choosers, models.formula, codings=models.codings)
        by_group = [closed(choosers.schools, models.own[group].coding) for group in sorted(models.own)]
        if np.all(by_group, axis=0).any():
            raise ModelError("counterfactuals: a school is of a kind that no group attends", Reason.INVALID)
        return cls(population, made, np.stack(by_group))

    def own(self, coefficients: Floats) -> Utilities:
        """Return the utilities by the models of the groups, to each of which schools may be closed."""
        found = utilities(self.made, coefficients)
        shut = np.repeat(self.closed, self.made.n_types, axis=0)
        alternative = np.where(shut, IMPOSSIBLE, found.alternative)
        return Utilities(found.pair, alternative - alternative.max(axis=1, keepdims=True))

    @cached_property
    def pairs(self) -> Floats:
        """Functions x situations x schools."""
        return stacked(self.made.pairs)

    @cached_property
    def kind(self) -> NDArray[np.intp]:
        """Kind of each chooser: the group and the type of the design."""
        return self.population.group * self.made.n_types + self.made.types[self.population.row]

    @cached_property
    def at_home(self) -> Seats:
        """The choosers where they live."""
        return Seats.of(self.population.row, self.kind)

    def moved(self, order: NDArray[np.intp]) -> Seats:
        """Return the choosers in each other's homes: the first in that of ``order[0]``, and so on."""
        return Seats.of(self.population.row[order], self.kind)

    def attend(
        self, seats: Seats, worlds: Mapping[Hashable, Utilities], uniform: Floats
    ) -> dict[Hashable, tuple[NDArray[np.intp], Floats]]:
        """Draw the choices in worlds: per world the school of each chooser, and the expected number by group."""
        found: dict[Hashable, tuple[NDArray[np.intp], Floats]] = {}
        alike: dict[bytes, list[Hashable]] = {}
        for name, utility in worlds.items():
            alike.setdefault(utility.pair.tobytes(), []).append(name)
        for names in alike.values():
            alternatives = np.stack([worlds[name].alternative for name in names])
            school, mass = drawn(self.pairs, seats, worlds[names[0]].pair, alternatives, uniform)
            found |= {name: (school[place], self._by_group(mass[place])) for place, name in enumerate(names)}
        return found

    def _by_group(self, by_kind: Floats) -> Floats:
        return np.asarray(by_kind.reshape(-1, self.made.n_types, by_kind.shape[1]).sum(axis=1))


@dataclass(frozen=True, eq=False)
class Drawn:
    """What came out of all draws.

    Parameters
    ----------
    measures
        Comparison and index of each column of the arrays.
    indices
        Per world, draws x measures. Worlds are scenarios, and sets of `FACTORS` that are as they are.
    numbers
        Per scenario, draws x groups x schools: the expected number of choosers.
    """

    measures: Sequence[tuple[str, str]]
    indices: Mapping[Hashable, Floats]
    numbers: Mapping[Hashable, Floats]


def simulate(choosers: Choosers, models: Models, changed: Mapping[str, Change], *, draws: int, seed: int) -> Drawn:
    """Draw coefficients, and with them the choices of all choosers, in every world.

    Parameters
    ----------
    choosers, models
        The choosers and the models of their groups.
    changed
        The worlds with other schools, by name.
    draws, seed
        Number of draws, and the seed. Within a draw, all worlds share coefficients and luck, so that their
        differences are due to what differs. Without models there is nothing to draw from, and no world.

    Raises
    ------
    ModelError
        There is a group without a model, or a model that is not of the formula.
    """
    if models.common is None:
        return Drawn(Population.of(choosers).measures, {}, {})
    if set(models.own) != set(choosers.groups):
        raise ModelError("counterfactuals: a group of choosers has no model, or a model has no group", Reason.INVALID)
    models.check(choosers)
    population = Population.of(choosers)
    now = Setting.of(choosers, population, models)
    others = {name: Setting.of(change.choosers, population, models) for name, change in changed.items()}
    for_coefficients, *for_draws = np.random.SeedSequence(seed).spawn(draws + 1)
    coefficients = models.draws(draws, np.random.default_rng(for_coefficients))
    terms = now.made.terms
    here = {"own": coefficients.of_groups(terms), NO_TASTE: coefficients.without_taste(now.made)}
    common = coefficients.of_all(terms)
    elsewhere = {name: coefficients.of_groups(setting.made.terms) for name, setting in others.items()}

    def one(draw: int) -> tuple[dict[Hashable, Floats], dict[Hashable, Floats]]:
        made = {name: now.own(values[draw]) for name, values in here.items()}
        made |= {name: others[name].own(values[draw]) for name, values in elsewhere.items()}
        made["common"] = utilities(now.made, common[draw])
        return _one_draw(now, others, made, np.random.default_rng(for_draws[draw]))

    with ThreadPoolExecutor(available_threads()) as pool:  # each draw has a stream of its own: any number of threads
        found = list(pool.map(one, range(draws)))
    indices, numbers = (
        {name: np.stack([each[part][name] for each in found]) for name in found[0][part]} for part in (0, 1)
    )
    return Drawn(population.measures, indices, numbers)


def _one_draw(
    now: Setting, others: Mapping[str, Setting], made: Mapping[str, Utilities], rng: np.random.Generator
) -> tuple[dict[Hashable, Floats], dict[Hashable, Floats]]:
    population = now.population
    uniform, order = rng.random(population.size), rng.permutation(population.size)
    own, common = made["own"], made["common"]
    mixed = {
        ("distance", "tastes"): own,
        ("distance",): Utilities(own.pair, common.alternative),
        ("tastes",): Utilities(common.pair, own.alternative),
        (): common,
    }
    at_home: dict[Hashable, Utilities] = {frozenset({"residence", *names}): each for names, each in mixed.items()}
    away: dict[Hashable, Utilities] = {frozenset(names): each for names, each in mixed.items()}
    found = now.attend(now.at_home, {NO_TASTE: made[NO_TASTE], **at_home}, uniform)
    found[FIT] = found[frozenset(FACTORS)]
    found |= now.attend(now.moved(order), away, uniform)
    for name, setting in others.items():
        found |= setting.attend(setting.at_home, {name: made[name]}, uniform)
    indices = {name: population.indices(school) for name, (school, _) in found.items()}
    return indices, {name: mass for name, (_, mass) in found.items() if isinstance(name, str)}


def _key(coding: Coding) -> tuple[tuple[str, tuple[Hashable, ...]], ...]:
    return tuple((name, tuple(levels)) for name, levels in coding.items())


def _drawn(result: ConditionalLogitResult, number: int, rng: np.random.Generator) -> pd.DataFrame:
    covariance = result.covariance if result.covariance_cluster is None else result.covariance_cluster
    values = rng.multivariate_normal(result.params.to_numpy(), covariance.to_numpy(), number, method="eigh")
    return pd.DataFrame(values, columns=result.params.index)
