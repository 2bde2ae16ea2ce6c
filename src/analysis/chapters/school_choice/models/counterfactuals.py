"""What schools would be made of under other rules, other tastes and with other schools, and how segregated they are.

Every number of a choice model is of a cohort as large as this one, whose choices are drawn: small schools are uneven
by chance alone, and so are the ones that are compared with them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.chapters.school_choice.models.choosers import Choosers, estimate
from analysis.chapters.school_choice.models.draws import summary
from analysis.chapters.school_choice.models.groups import GroupFit
from analysis.chapters.school_choice.models.moved import moved
from analysis.chapters.school_choice.models.population import Population
from analysis.chapters.school_choice.models.residence import residence_and_choice
from analysis.chapters.school_choice.models.scenarios import other_worlds
from analysis.chapters.school_choice.models.substitution import substitution
from analysis.chapters.school_choice.models.worlds import FIT, Drawn, Models, simulate
from analysis.errors import ModelError
from analysis.stats.allocation import n_unplaced, nearest, nearest_with_capacity
from analysis.stats.conditional_logit import ConditionalLogitResult

__all__ = [
    "by_rule",
    "by_scenario",
    "modelled",
    "moved",
    "other_worlds",
    "places",
    "residence_and_choice",
    "simulate",
    "substitution",
]

Floats = NDArray[np.float64]

LOTTERIES = 10
ROWS = ["model", "scenario", "group", "index", "estimate", "std_error", "ci_low", "ci_high"]
AGAINST = ["difference", "difference_fit", "difference_fit_low", "difference_fit_high"]


def modelled(choosers: Choosers, fits: Sequence[GroupFit], composition: Sequence[str]) -> tuple[Choosers, Models]:
    """Return the choosers whose group has a model, and the models: of each group, and one of all of them.

    Where no group has one, rules can still place all choosers.

    Parameters
    ----------
    choosers
        The choosers of a model.
    fits
        The models of its groups.
    composition
        Variables of the schools that tell their composition.
    """
    if not fits:
        return choosers, Models("", {}, None, composition)
    own = {fit.group: fit.result for fit in fits}
    formula = fits[0].formula
    kept = choosers.where(choosers.situations["group"].isin(list(own)).to_numpy()).attainable(formula)
    return kept, Models(formula, own, fits[0].result if len(fits) == 1 else _common(kept, formula), composition)


def _common(choosers: Choosers, formula: str) -> ConditionalLogitResult | None:
    """Estimate one model of all choosers; None where they do not determine it."""
    try:
        return estimate(choosers, formula)
    except ModelError as error:
        error.raise_unless_of_the_data()
        return None


def places(choosers: Choosers) -> NDArray[np.int64]:
    """Return the places of each school for these choosers.

    Where the capacity of whole schools is known, it is divided as the pupils are: choosers to all pupils. Where it is
    not, a school has as many places as choosers attend it.
    """
    if "capacity" not in choosers.schools:
        return np.asarray(choosers.counts.sum(axis=0), dtype=np.int64)
    part = choosers.number / choosers.schools["pupils"].sum()
    return np.asarray(np.ceil(choosers.schools["capacity"].to_numpy(float) * part), dtype=np.int64)


def by_rule(choosers: Choosers, *, draws: int, seed: int) -> tuple[dict[str, Floats], pd.DataFrame]:
    """Compute segregation as it is and when a rule places everyone.

    The nearest school is that of all schools, and so are the eight with priority; a school that none of these choosers
    attends has no places for them.

    Returns
    -------
    dict of arrays
        Draws x measures, by scenario: ``now`` and ``nearest`` (one draw), ``nearest_with_capacity`` (a draw per
        lottery) and ``random`` (the places taken now, handed out by lot).
    DataFrame
        One row: ``pupils, places, without_place`` (mean over lotteries) under nearest with capacity.
    """
    population, every = Population.of(choosers), choosers.everywhere
    room = pd.Series(places(choosers), index=choosers.schools.index).reindex(every.columns, fill_value=0).to_numpy()
    km, rng = every.to_numpy(), np.random.default_rng(seed)
    lotteries = [nearest_with_capacity(km, room, rng, homes=population.row) for _ in range(LOTTERIES)]
    mixed = [rng.permutation(population.school) for _ in range(draws)]
    schools: Mapping[str, Sequence[NDArray[np.intp]]] = {
        "now": [population.school],
        "nearest": [nearest(km)[population.row]],
        "nearest_with_capacity": lotteries,
        "random": mixed,
    }
    found = {name: np.stack([population.indices(school) for school in each]) for name, each in schools.items()}
    left = round(float(np.mean([n_unplaced(school) for school in lotteries])))
    account = {"pupils": population.size, "places": int(room.sum()), "without_place": left}
    return found, pd.DataFrame([account])


def by_scenario(choosers: Choosers, drawn: Drawn, rules: Mapping[str, Floats]) -> pd.DataFrame:
    """Tell segregation under every scenario, and its difference with now and with what the models predict.

    Parameters
    ----------
    choosers
        The choosers.
    drawn
        From `worlds.simulate`.
    rules
        From `by_rule`.

    Returns
    -------
    DataFrame
        ``model`` (rule, or choice model), ``scenario``, ``group`` (who is compared), ``index``, ``estimate`` with
        standard error and interval, ``difference`` with now, ``difference_fit`` with the models' prediction for this
        world with its interval, ``n_obs`` (pupils of both groups), ``n_schools``. A rule that leaves nothing to chance
        has no standard error.
    """
    population = Population.of(choosers)
    scenarios = {name: draws for name, draws in drawn.indices.items() if isinstance(name, str)}
    rows = [row for name, draws in rules.items() for row in _rows("rule", name, draws, drawn.measures)]
    rows += [
        row | difference
        for name, draws in scenarios.items()
        for row, difference in zip(
            _rows("choice_model", name, draws, drawn.measures),
            _differences(draws - drawn.indices[FIT], name),
            strict=True,
        )
    ]
    found = pd.DataFrame(rows)
    now = found[found["scenario"] == "now"].set_index(["group", "index"])["estimate"]
    found["difference"] = found["estimate"] - now.loc[pd.MultiIndex.from_frame(found[["group", "index"]])].to_numpy()
    sizes = {name: round(float(np.sum(one + other))) for name, (one, other) in population.weights.items()}
    found = found.assign(n_obs=found["group"].map(sizes), n_schools=len(choosers.schools))
    return found.reindex(columns=[*ROWS, *AGAINST, "n_obs", "n_schools"])


def _rows(model: str, scenario: str, draws: Floats, measures: Sequence[tuple[str, str]]) -> list[dict[str, object]]:
    return [
        {"model": model, "scenario": scenario, "group": group, "index": index, **summary(draws[:, place])}
        for place, (group, index) in enumerate(measures)
    ]


def _differences(draws: Floats, scenario: str) -> list[dict[str, float]]:
    found = [summary(each) for each in draws.T]
    names = {"difference_fit": "estimate", "difference_fit_low": "ci_low", "difference_fit_high": "ci_high"}
    return [{} if scenario == FIT else {name: each[of] for name, of in names.items()} for each in found]
