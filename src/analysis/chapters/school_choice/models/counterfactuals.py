"""The composition of schools under other rules, other tastes and with other schools, and how segregated they are.

Every number of a choice model is of a cohort as large as this one, whose choices are drawn: small schools are uneven
by chance alone, and so are the ones that are compared with them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.chapters.school_choice.models.choosers import Choosers, Floats
from analysis.chapters.school_choice.models.groups import GroupFit
from analysis.chapters.school_choice.models.logit import fit_logit
from analysis.chapters.school_choice.models.population import Population, summary
from analysis.chapters.school_choice.models.worlds import FIT, Drawn, Models
from analysis.errors import ModelError
from analysis.stats.allocation import CONSIDERED, n_unplaced, nearest_first, nearest_with_capacity
from analysis.stats.conditional_logit import ConditionalLogitResult

LOTTERIES = 10
SCENARIO_COLUMNS = (
    *("model", "scenario", "group", "index", "estimate", "std_error", "ci_low", "ci_high", "difference"),
    *("difference_fit", "difference_fit_low", "difference_fit_high", "n_obs", "n_schools"),
)


def modelled(choosers: Choosers, fits: Sequence[GroupFit], composition: Sequence[str]) -> tuple[Choosers, Models]:
    """Select the choosers whose group has a model, and estimate one model of all of them.

    Parameters
    ----------
    choosers, fits : The choosers of a model, and the models of its groups.
    composition : Variables of the schools that are their composition.

    Returns
    -------
    Choosers
        All of them where no group has a model: rules can still place them.
    Models
        Of each group, and of all.
    """
    if not fits:
        return choosers, Models("", {}, None, composition)
    own = {fit.group: fit.result for fit in fits}
    formula = fits[0].formula
    known = choosers.where(choosers.situations["group"].isin(list(own)).to_numpy()).attainable(formula)
    return known, Models(formula, own, fits[0].result if len(fits) == 1 else _common(known, formula), composition)


def _common(choosers: Choosers, formula: str) -> ConditionalLogitResult | None:
    """Estimate one model of all choosers; None where they do not determine it."""
    try:
        return fit_logit(choosers, formula)
    except ModelError as error:
        error.raise_unless_of_the_data()
        return None


def places(choosers: Choosers) -> NDArray[np.int64]:
    """Compute the places of each school for these choosers.

    Parameters
    ----------
    choosers : With the ``capacity`` of whole schools and their ``pupils``, if that is known.

    Returns
    -------
    array
        Capacity, divided as the pupils are: choosers to all pupils. Where it is not known, as many as choosers attend.
    """
    attending, schools = choosers.attending, choosers.schools
    if not {"capacity", "pupils"} <= set(schools) or schools["pupils"].isna().any():
        return np.asarray(attending, dtype=np.int64)
    room = np.ceil(schools["capacity"].to_numpy(float) * (choosers.number / schools["pupils"].sum()))
    return np.where(np.isnan(room), attending, room).astype(np.int64)


def by_rule(choosers: Choosers, *, draws: int, seed: int) -> tuple[dict[str, Floats], pd.DataFrame]:
    """Compute segregation as it is and when a rule places everyone.

    The nearest school is that of all schools, and so are those with priority; a school that none of these choosers
    attends has no places for them.

    Parameters
    ----------
    choosers : The choosers.
    draws, seed : Allocations by lot, and the seed.

    Returns
    -------
    dict of arrays
        Draws x measures, by scenario: ``now`` and ``nearest`` (one draw), ``nearest_with_capacity`` (a draw per
        lottery) and ``random`` (the places taken now, allocated by lot).
    DataFrame
        One row: ``pupils, places, without_place`` (mean over lotteries) under nearest with capacity.
    """
    population, every = Population.of(choosers), choosers.everywhere
    room = pd.Series(places(choosers), index=choosers.schools.index).reindex(every.schools, fill_value=0).to_numpy()
    rng = np.random.default_rng(seed)
    km, first = every.distance_km, nearest_first(every.distance_km, CONSIDERED)
    lotteries = [
        nearest_with_capacity(km, room, rng, homes=population.row, priority=choosers.priority, first=first)
        for _ in range(LOTTERIES)
    ]
    mixed = [rng.permutation(population.school) for _ in range(draws)]
    schools: Mapping[str, Sequence[NDArray[np.intp]]] = {
        "now": [population.school],
        "nearest": [first[population.row, 0]],
        "nearest_with_capacity": lotteries,
        "random": mixed,
    }
    indices = {name: np.stack([population.indices(school) for school in each]) for name, each in schools.items()}
    left = round(float(np.mean([n_unplaced(school) for school in lotteries])))
    account = {"pupils": population.size, "places": int(room.sum()), "without_place": left}
    return indices, pd.DataFrame([account])


def by_scenario(choosers: Choosers, drawn: Drawn, rules: Mapping[str, Floats]) -> pd.DataFrame:
    """Tabulate segregation under every scenario, and its difference with now and with what the models predict.

    Parameters
    ----------
    choosers, drawn, rules : The choosers, and the results of `worlds.simulate` and of `by_rule`.

    Returns
    -------
    DataFrame
        ``model`` (rule, or choice model), ``scenario``, ``group`` (who is compared), ``index``, ``estimate`` with
        standard error and interval, ``difference`` with now, ``difference_fit`` with the models' prediction for this
        world with its interval, ``n_obs`` (pupils of both groups), ``n_schools``. A rule that leaves nothing to chance
        has no standard error. No rows where nobody can be compared.
    """
    if not drawn.measures:
        return pd.DataFrame(columns=list(SCENARIO_COLUMNS))
    rows = [row for name, draws in rules.items() for row in _rows("rule", name, draws, drawn.measures)]
    for name, draws in drawn.indices.items():
        if isinstance(name, str):
            of_world = _rows("choice_model", name, draws, drawn.measures)
            differences = [{}] * len(of_world) if name == FIT else _differences(draws - drawn.indices[FIT])
            rows += [row | difference for row, difference in zip(of_world, differences, strict=True)]
    table = pd.DataFrame(rows)
    now = table[table["scenario"] == "now"].set_index(["group", "index"])["estimate"]
    table["difference"] = table["estimate"] - now.loc[pd.MultiIndex.from_frame(table[["group", "index"]])].to_numpy()
    table = table.assign(n_obs=table["group"].map(Population.of(choosers).sizes), n_schools=len(choosers.schools))
    return table.reindex(columns=list(SCENARIO_COLUMNS))


def _rows(model: str, scenario: str, draws: Floats, measures: Sequence[tuple[str, str]]) -> list[dict[str, object]]:
    return [
        {"model": model, "scenario": scenario, "group": group, "index": index, **summary(draws[:, column])}
        for column, (group, index) in enumerate(measures)
    ]


def _differences(draws: Floats) -> list[dict[str, float]]:
    names = {"difference_fit": "estimate", "difference_fit_low": "ci_low", "difference_fit_high": "ci_high"}
    summaries = [summary(each) for each in draws.T]
    return [{name: each[key] for name, key in names.items()} for each in summaries]
