from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.school_choice.models.counterfactuals import by_rule, by_scenario, modelled, places
from analysis.chapters.school_choice.models.groups import fit_groups
from analysis.chapters.school_choice.models.logit import design, probabilities
from analysis.chapters.school_choice.models.moved import moved
from analysis.chapters.school_choice.models.population import Population, comparisons
from analysis.chapters.school_choice.models.scenarios import other_worlds
from analysis.chapters.school_choice.models.worlds import FIT, NO_TASTE, Models, simulate
from analysis.errors import ModelError
from analysis.stats import segregation

from .conftest import FORMULA, TASTES, known

COMMON = {"distance_km": -0.8, "share_hoog": 0.1, "C(concept)[T.Dalton]": 0.3}


def models(own=TASTES, common=COMMON, sd=0.0):
    return Models(FORMULA, {group: known(each, sd) for group, each in own.items()}, known(common, sd), ("share_hoog",))


@pytest.fixture(scope="module")
def changed(village):
    return other_worlds(village, "largest", "concept", "Dalton")


@pytest.fixture(scope="module")
def drawn(village, changed):
    return simulate(village, models(), changed, draws=40, seed=1)


def of_group(choosers, group, tastes):
    rows = (choosers.situations["group"] == group).to_numpy()
    return probabilities(design(choosers, FORMULA), pd.Series(tastes))[rows]


def test_expected_numbers_are_those_of_each_groups_model(village, drawn):
    for row, (group, tastes) in enumerate(sorted(TASTES.items())):
        assert drawn.numbers[FIT][0, row] == pytest.approx(of_group(village, group, tastes).sum(axis=0))
        without = of_group(village, group, tastes | {"share_hoog": 0.0}).sum(axis=0)
        assert drawn.numbers[NO_TASTE][0, row] == pytest.approx(without)


def test_everyone_still_chooses_when_schools_close_open_or_change(drawn):
    for name in ("closes", "opens", "changes"):
        assert drawn.numbers[name].sum(axis=(1, 2)) == pytest.approx(np.full(40, 600))


def test_the_segregation_of_a_drawn_cohort_is_that_of_the_observed_one_up_to_luck(village, drawn):
    now = Population.of(village).indices(Population.of(village).school)
    fitted = drawn.indices[FIT]
    assert fitted.mean(axis=0) == pytest.approx(now, abs=4 * fitted.std(axis=0).max())


def test_with_tastes_and_homes_alike_only_chance_is_left(village, drawn):
    """Groups that are drawn from the same schools, as often as pupils are handed out by lot."""
    alike = drawn.indices[frozenset()][:, 0]
    lots, _ = by_rule(village, draws=40, seed=3)
    assert alike.mean() == pytest.approx(lots["random"][:, 0].mean(), abs=0.02)
    assert alike.mean() < drawn.indices[FIT][:, 0].mean() - 0.1


def test_the_coefficients_of_all_give_the_same_to_every_group(village):
    same = simulate(village, models(own=dict.fromkeys(TASTES, COMMON)), {}, draws=3, seed=1)
    assert same.indices[FIT] == pytest.approx(same.indices[frozenset({"residence"})])


def test_a_kind_of_school_that_nobody_of_a_group_attends_stays_empty(village):
    own = {
        group: known({k: v for k, v in each.items() if "Dalton" not in k}, concepts=("none",))
        for group, each in TASTES.items()
    }
    own["hoog_none"] = known(TASTES["hoog_none"])
    numbers = simulate(village, replace(models(), own=own), {}, draws=2, seed=1).numbers[FIT][:, 1:]
    dalton = (village.schools["concept"] == "Dalton").to_numpy()
    assert (numbers[:, :, dalton] == 0).all()
    assert numbers.sum(axis=(1, 2)) == pytest.approx([(village.situations["group"] == "laag_migration").sum()] * 2)


def test_a_group_without_a_model_or_a_term_without_a_coefficient_is_refused(village):
    with pytest.raises(ModelError, match="a group of choosers has no model"):
        simulate(village, models(own={"hoog_none": COMMON}), {}, draws=2, seed=1)
    with pytest.raises(ModelError, match=r"model of all choosers do not both have C\(concept\)"):
        simulate(village, models(common={"distance_km": -1.0, "share_hoog": 0.0}), {}, draws=2, seed=1)


def test_intervals_know_that_coefficients_are_estimated(village):
    sure, unsure = (simulate(village, models(sd=sd), {}, draws=30, seed=1) for sd in (0.0, 0.2))
    assert sure.numbers[FIT].std(axis=0).max() == pytest.approx(0, abs=1e-9)
    assert unsure.numbers[FIT].std(axis=0).min() > 0.5


def test_the_same_seed_gives_the_same_draws(village, drawn, changed):
    again = simulate(village, models(), changed, draws=40, seed=1)
    assert all((again.indices[name] == drawn.indices[name]).all() for name in drawn.indices)


def test_now_is_the_segregation_that_is_there_and_differences_are_with_now_and_with_the_fit(village, drawn):
    rules, account = by_rule(village, draws=20, seed=2)
    table = by_scenario(village, drawn, rules).set_index(["scenario", "group", "index"])["estimate"]
    hoog = (village.situations["education"] == "hoog").to_numpy()
    counts = [village.counts[rows].sum(axis=0) for rows in (hoog, ~hoog)]
    assert table["now", "hoog_laag", "dissimilarity"] == pytest.approx(segregation.dissimilarity(*counts))
    assert table["now", "hoog_laag", "isolation"] == pytest.approx(segregation.isolation(counts[0], sum(counts)))
    rows = by_scenario(village, drawn, rules).set_index(["scenario", "index"])
    closed, fit = rows.loc[("closes", "dissimilarity")], rows.loc[(FIT, "dissimilarity")]
    assert closed["difference_fit"] == pytest.approx(closed["estimate"] - fit["estimate"])
    assert closed["difference"] == pytest.approx(closed["estimate"] - table["now", "hoog_laag", "dissimilarity"])
    assert np.isnan(fit["difference_fit"])
    assert np.isnan(rows.loc[("nearest", "dissimilarity"), "std_error"])
    # 600 of the 4,800 pupils choose, so each school of 1,000 places has 125 for them.
    assert account.iloc[0].to_dict() == {"pupils": 600, "places": 875, "without_place": 0}


def test_places_are_those_taken_where_no_capacity_is_known(village):
    without = village.__class__(
        village.situations, village.schools.drop(columns="capacity"), village.distance_km, village.chosen
    )
    assert places(without).tolist() == village.counts.sum(axis=0).tolist()


def test_pupils_of_a_closed_school_spread_in_proportion_to_the_other_shares(village, drawn, changed):
    """Independence of irrelevant alternatives, by hand: P_k P_c / (1 - P_c) go from school c to school k."""
    table = moved(village, drawn, changed, (1.5, 3.0)).set_index(["scenario", "group", "term"])["estimate"].sort_index()
    share = of_group(village, "hoog_none", TASTES["hoog_none"])
    closed = village.schools.index.get_loc(changed["closes"].school)
    gone = share * share[:, [closed]] / (1 - share[:, [closed]])
    gone[:, closed] = 0
    here = village.schools.iloc[closed]
    km = 111.195 * np.hypot(
        village.schools["lat"] - here["lat"], (village.schools["lon"] - here["lon"]) * np.cos(np.radians(52.365))
    )
    near = gone[:, (km < 1.5).to_numpy()].sum() / gone.sum()
    assert table["closes", "hoog_none", "below 1.5 km"] == pytest.approx(near)
    bands = ["below 1.5 km", "1.5-3 km", "3 km or more"]
    assert table.loc["opens", "laag_migration"][bands].sum() == pytest.approx(1)
    before = share[:, closed].sum()
    after = of_group(changed["changes"].choosers, "hoog_none", TASTES["hoog_none"])
    column = village.schools.index.get_loc(changed["changes"].school)
    if changed["changes"].school == changed["closes"].school:
        assert table["changes", "hoog_none", "pupils"] == pytest.approx(after[:, column].sum() / before - 1)


def test_what_is_known_of_choosers_decides_who_can_be_compared():
    assert list(comparisons(pd.DataFrame({"education": ["hoog"], "background": ["none"]}))) == [
        "hoog_laag",
        "nonwestern_none",
    ]
    one, other = comparisons(pd.DataFrame({"nonwestern": [0.25]}))["nonwestern_rest"]
    assert (one.item(), other.item()) == (0.25, 0.75)
    assert comparisons(pd.DataFrame({"income": ["low"]})) == {}


def test_choosers_of_a_group_without_a_model_are_left_out(village):
    fits = fit_groups({"entry_cohort": village}, FORMULA)
    both, models_of_both = modelled(village, fits.of("entry_cohort"), ["share_hoog"])
    one, models_of_one = modelled(village, [fits.estimates["entry_cohort", "hoog_none"]], ["share_hoog"])
    assert (both.number, one.groups) == (600, ["hoog_none"])
    assert sorted(models_of_both.own) == ["hoog_none", "laag_migration"]
    assert models_of_both.common.n_obs == 600
    assert models_of_one.common is models_of_one.own["hoog_none"]
