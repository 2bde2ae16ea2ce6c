"""Choices drawn in many worlds: the choosers as they are, with other tastes, in other homes, with other schools."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat

import numpy as np
import pandas as pd

from analysis.chapters.school_choice.models.choosers import Choosers, Flags, Floats
from analysis.chapters.school_choice.models.logit import closed, design
from analysis.chapters.school_choice.models.population import Integers, Population
from analysis.chapters.school_choice.models.scenarios import Change
from analysis.errors import ModelError, Reason
from analysis.run.remembered import remembered
from analysis.stats.conditional_logit import ChoiceDesign, ConditionalLogitResult
from analysis.stats.conditional_logit.design import Coding
from analysis.stats.conditional_logit.factored import available_threads
from analysis.stats.conditional_logit.simulation import Draw, Seats, Utilities, drawn, utilities

IMPOSSIBLE = -1e6
"""Utility of a school of a kind that nobody of a group attends."""

Worlds = Mapping[Hashable, Utilities]
"""Utilities by the name of the world, or by the factors that are as they are."""
FIT, NO_TASTE = "model_fit", "no_taste"
FACTORS = ("residence", "distance", "tastes")


@dataclass(frozen=True, eq=False)
class Models:
    """The choice models of all groups, with one formula.

    Parameters
    ----------
    formula : Right-hand side.
    own : The model of each group; none where no group could be estimated.
    common : One model of all choosers; None where there are no others, or the choosers do not determine it.
    composition
        Variables of the schools that are their composition; without a taste for composition, their terms are zero.
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
        for name, (own, result) in every.items():
            first = own.where(np.arange(len(own.situations)) == 0)
            terms = design(first, self.formula, codings=[result.coding]).terms
            odd = sorted(set(terms) ^ set(result.params.index))
            if odd:
                raise ModelError(
                    f"counterfactuals: the formula and the model of {name} do not both have {', '.join(odd)}",
                    Reason.INVALID,
                )

    def draws(self, number: int, rng: np.random.Generator) -> _Coefficients:
        """Draw coefficients from the normal distribution around the estimates, with their estimated covariance."""
        own = {group: _drawn(result, number, rng) for group, result in self.own.items()}
        return _Coefficients(own, _drawn(self.of_all, number, rng), tuple(self.composition))


@dataclass(frozen=True, eq=False)
class _Coefficients:
    """Coefficients by draw (rows) and term (columns): of each group, and of one model of all choosers."""

    own: Mapping[str, pd.DataFrame]
    common: pd.DataFrame
    composition: tuple[str, ...]

    def of_groups(self, terms: Sequence[str]) -> Floats:
        """Return the coefficients of these terms: draws x groups x terms, in the order of the groups' names.

        A group has the terms of its own coding; those of another are zero.
        """
        by_group = [self.own[group].reindex(columns=list(terms), fill_value=0.0) for group in sorted(self.own)]
        return np.stack([each.to_numpy(float) for each in by_group], axis=1)

    def of_all(self, terms: Sequence[str]) -> Floats:
        """Return the same for choosers who all have the coefficients of the one model."""
        common = self.common.reindex(columns=list(terms), fill_value=0.0).to_numpy(float)
        return np.repeat(common[:, None], len(self.own), axis=1)

    def without_taste(self, design: ChoiceDesign) -> Floats:
        """Return those of the groups, with those of composition zero."""
        coefficients = self.of_groups(design.terms)
        coefficients[..., [bool(design.about[term].variables & set(self.composition)) for term in design.terms]] = 0.0
        return coefficients


@dataclass(frozen=True, eq=False)
class _Setting:
    """The choosers before a set of schools; the design has the terms of the codings of all models."""

    population: Population
    design: ChoiceDesign
    closed: Flags  # of a kind that nobody of a group attends: groups x schools

    @classmethod
    def of(cls, choosers: Choosers, population: Population, models: Models) -> _Setting:
        """Build the design of the models' formula for these choosers, who are the `population`'s."""
        by_group = [closed(choosers.schools, models.own[group].coding) for group in sorted(models.own)]
        if np.all(by_group, axis=0).any():
            raise ModelError("counterfactuals: a school is of a kind that no group attends", Reason.INVALID)
        return cls(population, design(choosers, models.formula, codings=models.codings), np.stack(by_group))

    def own(self, coefficients: Floats) -> Utilities:
        """Return the utilities by the models of the groups, to each of which schools may be closed."""
        every = utilities(self.design, coefficients)
        shut = np.repeat(self.closed, self.design.n_types, axis=0)
        alternative = np.where(shut, IMPOSSIBLE, every.alternative)
        return Utilities(every.pair, alternative - alternative.max(axis=1, keepdims=True))

    @cached_property
    def kind(self) -> Integers:
        """Kind of each chooser: the group and the type of the design."""
        return self.population.group * self.design.n_types + self.design.types[self.population.row]

    @cached_property
    def at_home(self) -> Seats:
        """The choosers where they live."""
        return Seats.of(self.population.row, self.kind)

    def moved(self, order: Integers) -> Seats:
        """Return the choosers in each other's homes: the first in that of ``order[0]``, and so on."""
        return Seats.of(self.population.row[order], self.kind)

    def attend(self, rounds: Iterable[_Round]) -> dict[Hashable, tuple[Floats, Floats]]:
        """Draw the choices of rounds: per world the indices by round, and the expected number of choosers by group."""
        named = [each for one in rounds for each in one.draws()]
        choices = drawn(self.design.pairs, [draw for _, draw in named], available_threads())
        found: dict[Hashable, list[tuple[Floats, Floats]]] = {}
        for (names, _), each in zip(named, choices, strict=True):
            for name, school, mass in zip(names, each.chosen, each.expected, strict=True):
                found.setdefault(name, []).append((self.population.indices(school), self._by_group(mass)))
        stacked = {name: [np.stack(part) for part in zip(*each, strict=True)] for name, each in found.items()}
        return {name: (indices, numbers) for name, (indices, numbers) in stacked.items()}

    def _by_group(self, by_kind: Floats) -> Floats:
        return np.asarray(by_kind.reshape(-1, self.design.n_types, by_kind.shape[1]).sum(axis=1))


@dataclass(frozen=True, eq=False)
class _Round:
    """The choosers at their seats before some worlds, with their luck."""

    seats: Seats
    worlds: Worlds
    uniform: Floats

    def draws(self) -> Iterator[tuple[list[Hashable], Draw]]:
        """Yield the worlds that differ in the utilities of alternatives alone, and their draw."""
        alike: dict[bytes, list[Hashable]] = {}
        for name, utility in self.worlds.items():
            alike.setdefault(utility.pair.tobytes(), []).append(name)
        for names in alike.values():
            alternatives = np.stack([self.worlds[name].alternative for name in names])
            yield names, Draw(self.seats, self.worlds[names[0]].pair, alternatives, self.uniform)


@dataclass(frozen=True, eq=False)
class Drawn:
    """Segregation and numbers of choosers of all draws.

    Parameters
    ----------
    measures : Comparison and index of each column of the arrays.
    indices : Per world, draws x measures. Worlds are scenarios, and sets of `FACTORS` that are as they are.
    numbers : Per scenario, draws x groups x schools: the expected number of choosers.
    """

    measures: Sequence[tuple[str, str]]
    indices: Mapping[Hashable, Floats]
    numbers: Mapping[Hashable, Floats]


@remembered
def simulate(choosers: Choosers, models: Models, changed: Mapping[str, Change], *, draws: int, seed: int) -> Drawn:
    """Draw coefficients, and with them the choices of all choosers, in every world.

    Parameters
    ----------
    choosers, models : The choosers and the models of their groups.
    changed : The worlds with other schools, by name.
    draws, seed
        Number of draws, and the seed. Within a draw, all worlds share coefficients and luck, so that their
        differences are due to what differs.

    Returns
    -------
    Drawn
        Without models there is nothing to draw from, and no world.

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
    now = _Setting.of(choosers, population, models)
    others = {name: _Setting.of(change.choosers, population, models) for name, change in changed.items()}
    for_coefficients, *for_draws = np.random.SeedSequence(seed).spawn(draws + 1)
    coefficients = models.draws(draws, np.random.default_rng(for_coefficients))
    terms = now.design.terms
    luck = [np.random.default_rng(each) for each in for_draws]  # each draw has a stream of its own
    uniform = [rng.random(population.size) for rng in luck]
    orders = [rng.permutation(population.size) for rng in luck]
    mixed = [_mixed(now, *each) for each in zip(coefficients.of_groups(terms), coefficients.of_all(terms), strict=True)]
    stays = [_stays(now, *each) for each in zip(coefficients.without_taste(now.design), mixed, strict=True)]
    found = now.attend(map(_Round, repeat(now.at_home), stays, uniform))
    found[FIT] = found[frozenset(FACTORS)]
    found |= now.attend(map(_Round, map(now.moved, orders), mixed, uniform))
    for name, setting in others.items():
        worlds: list[Worlds] = [{name: setting.own(each)} for each in coefficients.of_groups(setting.design.terms)]
        found |= setting.attend(map(_Round, repeat(setting.at_home), worlds, uniform))
    numbers: dict[Hashable, Floats] = {name: each for name, (_, each) in found.items() if isinstance(name, str)}
    return Drawn(population.measures, {name: each for name, (each, _) in found.items()}, numbers)


def _stays(now: _Setting, untasted: Floats, mixed: Worlds) -> Worlds:
    """Return the utilities of the worlds in which choosers stay where they live."""
    worlds: dict[Hashable, Utilities] = {NO_TASTE: now.own(untasted)}
    return worlds | {
        frozenset({"residence", *names}): each for names, each in mixed.items() if isinstance(names, frozenset)
    }


def _mixed(now: _Setting, of_groups: Floats, of_all: Floats) -> Worlds:
    """Return the utilities with some factors as they are, and the others the same for all."""
    own, common = now.own(of_groups), utilities(now.design, of_all)
    return {
        frozenset({"distance", "tastes"}): own,
        frozenset({"distance"}): Utilities(own.pair, common.alternative),
        frozenset({"tastes"}): Utilities(common.pair, own.alternative),
        frozenset(): common,
    }


def _key(coding: Coding) -> tuple[tuple[str, tuple[Hashable, ...]], ...]:
    return tuple((name, tuple(levels)) for name, levels in coding.items())


def _drawn(result: ConditionalLogitResult, number: int, rng: np.random.Generator) -> pd.DataFrame:
    covariance = result.covariance if result.covariance_cluster is None else result.covariance_cluster
    values = rng.multivariate_normal(result.params.to_numpy(), covariance.to_numpy(), number, method="eigh")
    return pd.DataFrame(values, columns=result.params.index)
