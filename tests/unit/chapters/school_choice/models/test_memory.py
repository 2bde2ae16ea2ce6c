"""Numbers do not depend on how many pairs of chooser and school are in memory at once, and few of them are."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analysis.chapters.school_choice.models.attended import kinds_attended, nearest_by_pc4
from analysis.chapters.school_choice.models.counterfactuals import by_rule, modelled
from analysis.chapters.school_choice.models.distances import distances
from analysis.chapters.school_choice.models.effects import random_effects, random_effects_table
from analysis.chapters.school_choice.models.fit_quality import distance_fit, fit_table
from analysis.chapters.school_choice.models.groups import coefficients, fit_groups
from analysis.chapters.school_choice.models.scenarios import other_worlds
from analysis.chapters.school_choice.models.two_step import two_steps
from analysis.chapters.school_choice.models.willingness import travel_table
from analysis.chapters.school_choice.models.worlds import simulate
from analysis.stats.conditional_logit import pairs

FORMULA = "distance_km + log_distance + within_priority + share_hoog + C(concept)"
EDGES = [0.5, 1.0, 2.0]


def within(budget, of):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairs, "BUDGET", budget)
        return of()


def anew(choosers):
    """The same choosers, with distances as the budget has them."""
    fewer = replace(choosers, distance_km=distances(choosers.situations, choosers.schools), priority=3)
    return fewer.to_schools(fewer.schools.index[fewer.attending > fewer.attending.min()])


def chapter(town, draws=10):
    """Everything that the chapter computes of pairs, as numbers."""
    choosers = {"entry_cohort": anew(town)}
    fits = fit_groups(choosers, FORMULA)
    main = fits.of("entry_cohort")
    effects, steps = random_effects(fits), two_steps(fits)
    known, tastes = modelled(choosers["entry_cohort"], main, ["share_hoog"])
    worlds = other_worlds(known, "largest", "concept", "Dalton")
    drawn = simulate(known, tastes, worlds, draws=draws, seed=1)
    rules, placed = by_rule(known, draws=2, seed=1)
    tables = {
        "coefficients": coefficients(fits),
        "fit": fit_table(fits, EDGES, folds=3, seed=1),
        "distance_fit": distance_fit(main, EDGES),
        "effects": random_effects_table(fits, effects, steps),
        "travel": travel_table(fits, choosers, effects, steps, []),
        "kinds": kinds_attended(main),
        "nearest": nearest_by_pc4(known),
        "placed": placed,
    }
    numbers = {name: table.select_dtypes("number").to_numpy(float) for name, table in tables.items()}
    return numbers | dict(rules) | {str(name): each for name, each in {**drawn.indices, **drawn.numbers}.items()}


@pytest.fixture(scope="module")
def whole(city):
    town = city.world(11, 0.5, pupils=300, schools=10)
    education = np.where(np.arange(300) % 2, "hoog", "laag")
    homes = town.situations.assign(group=education, education=education)
    town = replace(town, situations=homes, schools=town.schools.assign(capacity=80, pupils=60))
    return town, chapter(town)


@given(rows=st.integers(20, 300))
@example(rows=20)
@settings(max_examples=2, deadline=None)
def test_any_number_of_choosers_at_once_gives_the_same_numbers(whole, rows):
    town, numbers = whole
    again = within(8 * 10 * rows, lambda: chapter(town))
    assert set(again) == set(numbers)
    for name, each in numbers.items():
        # How far the search for the spread between schools goes hangs on the last digits of a likelihood.
        close = 1e-7 if name in ("effects", "travel") else 1e-10
        np.testing.assert_allclose(again[name], each, rtol=close, atol=close, err_msg=name)


def test_choosers_and_models_are_kept_without_what_was_made_of_them(whole):
    choosers = anew(whole[0])
    before = len(pickle.dumps(choosers))
    fits = fit_groups({"entry_cohort": choosers}, FORMULA)
    kept = len(pickle.dumps(fits))
    distance_fit(fits.of("entry_cohort"), EDGES)
    assert len(pickle.dumps(choosers)) == before
    assert len(pickle.dumps(fits)) == kept
    again = pickle.loads(pickle.dumps(within(0, lambda: anew(whole[0]))))  # noqa: S301 - of the line itself
    assert (again.nearest == choosers.nearest).all()
