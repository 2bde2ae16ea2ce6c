import numpy as np
import pandas as pd
import pytest

from analysis.chapters.school_choice.models.attended import kinds_attended, nearest_by_pc4
from analysis.chapters.school_choice.models.choosers import Choosers
from analysis.chapters.school_choice.models.counterfactuals import by_rule, by_scenario, modelled
from analysis.chapters.school_choice.models.effects import random_effects, random_effects_table
from analysis.chapters.school_choice.models.fit_quality import distance_fit, fit_table
from analysis.chapters.school_choice.models.groups import coefficients, fit_groups
from analysis.chapters.school_choice.models.logit import design, fit_logit, probabilities, term_name
from analysis.chapters.school_choice.models.moved import moved
from analysis.chapters.school_choice.models.residence import residence_and_choice
from analysis.chapters.school_choice.models.substitution import substitution
from analysis.chapters.school_choice.models.two_step import two_steps
from analysis.chapters.school_choice.models.willingness import travel_table
from analysis.chapters.school_choice.models.worlds import simulate
from analysis.errors import ModelError

from .conftest import FORMULA, by_group


@pytest.fixture(scope="module")
def two_groups(city):
    town = city.world(5, 0.0, pupils=600, schools=12)
    group = np.where(np.arange(600) < 400, "hoog_none", "laag_migration")
    return Choosers(town.situations.assign(group=group), town.schools, town.distance_km, town.chosen)


@pytest.fixture(scope="module")
def fits(two_groups, city):
    return fit_groups({"entry_cohort": two_groups}, city.formula)


def test_every_group_has_the_estimate_of_its_own_choosers(two_groups, fits, city):
    assert [(fit.model, fit.group, fit.choosers.number) for fit in fits.of("entry_cohort")] == [
        ("entry_cohort", "hoog_none", 400),
        ("entry_cohort", "laag_migration", 200),
    ]
    alone = fit_logit(two_groups.of("laag_migration"), city.formula)
    assert fits.estimates["entry_cohort", "laag_migration"].result.params.to_numpy() == pytest.approx(
        alone.params.to_numpy()
    )
    assert fits.refused.empty


def test_a_coefficient_rests_on_the_choosers_who_differ_in_its_term(village):
    n_least = coefficients(fit_groups({"entry_cohort": village}, FORMULA)).set_index(["group", "term"])["n_least"]
    for group in village.groups:
        attended = village.of(group).chosen.groupby("location").sum()
        dalton = attended[["b", "d"]].sum()  # the schools of this concept; all others have none
        assert n_least[group, term_name("C(concept)[T.Dalton]")] == min(dalton, attended.sum() - dalton)
        of_share = attended.groupby(village.schools["share_hoog"]).sum()
        assert n_least[group, term_name("share_hoog")] == attended.sum() - of_share.max()


def test_a_group_without_an_estimate_is_reported_and_the_others_go_on(two_groups, city):
    nearest = two_groups.distance_km.argmin(axis=1)
    home = two_groups.schools.index[nearest]
    first = pd.Series(np.arange(600) < 400, two_groups.situations.index)
    chosen = two_groups.chosen.reset_index()
    # All of the second group attend the nearest school: distance predicts them perfectly.
    chosen["location"] = np.where(first[chosen["situation"]], chosen["location"], home[chosen["situation"]])
    choosers = Choosers(
        two_groups.situations, two_groups.schools, two_groups.distance_km,
        chosen.set_index(["situation", "location"])["pupils"],
    )  # fmt: skip
    fits = fit_groups({"entry_cohort": choosers}, city.formula)
    assert [fit.group for fit in fits.of("entry_cohort")] == ["hoog_none"]
    assert fits.refused.drop(columns="n_choosers").to_numpy().tolist() == [
        ["entry_cohort", "laag_migration", "one_step", "perfect prediction"]
    ]


def test_a_city_of_which_no_group_can_be_estimated_has_every_table_without_rows(two_groups, city):
    one = two_groups.of("hoog_none").where(np.arange(400) == 0)
    fits = fit_groups({"entry_cohort": one}, city.formula)
    assert fits.of("entry_cohort") == []
    assert len(fits.refused) == 1
    effects, steps = random_effects(fits), two_steps(fits)
    tables = [
        coefficients(fits), fit_table(fits, [1.0], folds=5, seed=1), random_effects_table(fits, effects, steps),
        distance_fit([], [1.0]), kinds_attended([]), travel_table(fits, {"entry_cohort": one}, effects, steps, []),
    ]  # fmt: skip
    assert all(table.empty and len(table.columns) for table in tables)
    assert pd.concat([fits.refused, effects.refused, steps.refused])["n_choosers"].tolist() == [1]


def test_rules_place_choosers_whose_choices_no_model_describes(two_groups, city):
    educated = two_groups.situations.assign(education="hoog")
    educated["education"] = np.where(np.arange(600) % 2, "hoog", "laag")
    choosers = Choosers(educated, two_groups.schools, two_groups.distance_km, two_groups.chosen)
    known, models = modelled(choosers, [], [])
    drawn = simulate(known, models, {}, draws=5, seed=1)
    rules, placed = by_rule(known, draws=5, seed=1)
    assert known.number == placed["pupils"].item() == 600
    scenarios = by_scenario(known, drawn, rules)
    assert set(scenarios["model"]) == {"rule"}
    assert scenarios["estimate"].notna().all()
    assert residence_and_choice(known, drawn).empty
    assert moved(known, drawn, {}, [1.0]).empty
    about = {"kind": "concept", "random": [], "situations": 10, "alternatives": 2, "seed": 1}
    concept = known.with_schools(concept=pd.Series("none", index=known.schools.index))
    assert all(table.empty for table in substitution(concept, city.formula, models.own, **about))


def test_an_error_that_is_not_about_the_group_is_no_reason_to_leave_it_out(two_groups, city):
    with pytest.raises(ModelError, match="no convergence in 1 iterations"):
        fit_groups({"entry_cohort": two_groups}, city.formula, max_iterations=1)


def test_held_out_is_predicted_from_the_rest(fits, city):
    fit = fits.estimates["entry_cohort", "hoog_none"]
    names = np.sort(fit.choosers.clusters.unique())
    fold = np.random.default_rng(9).permutation(len(names)) % 2
    total = 0.0
    for number in (0, 1):
        out = fit.choosers.clusters.isin(names[fold == number]).to_numpy()
        rest = fit_logit(fit.choosers.where(~out), city.formula).params
        share = probabilities(design(fit.choosers.where(out), city.formula), rest)
        total += np.log(share[fit.choosers.where(out).rows_chosen]).sum()
    row = fit_table(by_group(fit), [1.0], folds=2, seed=9).iloc[0]
    assert (row["held_out_per_pupil"], row["folds"]) == (pytest.approx(total / 400), 2)


def test_the_table_has_no_sum_that_counts_pupils(fits):
    table = fit_table(fits, [0.5, 1, 2], folds=2, seed=9).set_index("group")
    row, fit = table.loc["hoog_none"], fits.estimates["entry_cohort", "hoog_none"]
    assert row["null_per_pupil"] == pytest.approx(-np.log(12))
    assert row["loglik_per_pupil"] == pytest.approx(fit.result.loglik / 400)
    assert row["pseudo_r2"] == pytest.approx(1 - row["loglik_per_pupil"] / row["null_per_pupil"])
    distance = fit_logit(fit.choosers, "distance_km + log_distance")
    assert row["pseudo_r2_distance"] == pytest.approx(distance.pseudo_r2)
    assert row["pseudo_r2_held_out"] < row["pseudo_r2"]


def test_bands_add_up_over_the_groups(fits):
    both = distance_fit(fits.of("entry_cohort"), [1.0, 2.0])
    each = [distance_fit([fit], [1.0, 2.0]) for fit in fits.of("entry_cohort")]
    assert both["pupils"].tolist() == (each[0]["pupils"] + each[1]["pupils"]).tolist()
    assert both["predicted_pupils"].sum() == pytest.approx(600)
    assert both["observed"].sum() == pytest.approx(1)


def test_without_a_taste_for_a_kind_its_terms_are_zero(fits):
    fit = fits.estimates["entry_cohort", "hoog_none"]
    table = kinds_attended([fit]).set_index("category")
    dalton = (fit.choosers.schools["concept"] == "Dalton").to_numpy()
    assert table.loc["Dalton", "observed"] == pytest.approx(fit.choosers.counts[:, dalton].sum() / 400)
    neutral = fit.result.params.copy()
    neutral["C(concept)[T.Dalton]"] = 0.0
    expected = probabilities(fit.design, neutral)[:, dalton].sum() / 400
    assert table.loc["Dalton", "without_taste"] == pytest.approx(expected)
    assert table[["observed", "without_taste"]].sum().tolist() == pytest.approx([1, 1])
    assert table.loc["Dalton", "n_schools"] == dalton.sum()


def test_the_nearest_school_is_counted_by_postcode(two_groups):
    by_pc4 = nearest_by_pc4(two_groups)
    assert by_pc4["pupils"].sum() == by_pc4["situations"].sum() == 600
    at = two_groups.distance_km.argmin(axis=1) == two_groups.rows_chosen[1]
    assert by_pc4["at_nearest"].sum() == at.sum()
    assert by_pc4["share"].to_numpy() == pytest.approx((by_pc4["at_nearest"] / by_pc4["pupils"]).to_numpy())
