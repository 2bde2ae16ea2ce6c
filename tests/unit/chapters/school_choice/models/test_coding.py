"""Estimates of categories keep what they are compared with: in other worlds, in samples, in folds and in tables."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.school_choice.models import fit_quality as module
from analysis.chapters.school_choice.models.attended import kinds_attended
from analysis.chapters.school_choice.models.choosers import Choosers
from analysis.chapters.school_choice.models.counterfactuals import modelled
from analysis.chapters.school_choice.models.distances import distances
from analysis.chapters.school_choice.models.effects import random_effects, random_effects_table
from analysis.chapters.school_choice.models.fit_quality import fit_table
from analysis.chapters.school_choice.models.groups import coefficients, fit_groups
from analysis.chapters.school_choice.models.logit import closed, predicted, term_name, unit_of
from analysis.chapters.school_choice.models.scenarios import other_worlds
from analysis.chapters.school_choice.models.substitution import substitution
from analysis.chapters.school_choice.models.two_step import two_steps
from analysis.chapters.school_choice.models.willingness import steps, willingness_to_travel
from analysis.chapters.school_choice.models.worlds import FIT, simulate
from analysis.errors import ModelError, Reason
from analysis.stats import segregation

from .conftest import by_group

FORMULA = "distance_km + C(denomination)"
KINDS = ("openbaar", "rk", "pc")
SHARES = {"hoog_none": (0.5, 0.3, 0.2), "laag_migration": (0.0, 0.74, 0.26)}


def town(shares=SHARES, each=500, education=None):
    """Two groups at the same homes, before six schools of three denominations; the second attends no openbaar one."""
    rng = np.random.default_rng(6)
    n = each * len(shares)
    homes = pd.DataFrame(
        {
            "group": np.repeat(list(shares), each),
            "pc4": np.tile(np.arange(each) % 25, len(shares)) + 1000,
            "lat": 52.37 + rng.normal(0, 0.01, n),
            "lon": 4.9 + rng.normal(0, 0.015, n),
            "education": np.repeat(["hoog", "laag"], each) if education is None else education(n),
        },
        index=pd.RangeIndex(n, name="situation"),
    )
    schools = pd.DataFrame(
        {
            "lat": 52.37 + rng.normal(0, 0.01, 6),
            "lon": 4.9 + rng.normal(0, 0.015, 6),
            "share_hoog": [0.1, 0.5, 0.9, 0.3, 0.6, 0.8],
            "denomination": pd.Categorical([*KINDS, *KINDS], KINDS),
            "pupils": 100,
        },
        index=pd.Index(list("abcdef"), name="location"),
    )
    km = distances(homes, schools)
    # Exact shares of each group at each kind; of the two schools of a kind most go to the nearer one.
    kind = np.concatenate(
        [np.repeat([0, 1, 2], np.round(np.array(part) * each).astype(int)) for part in shares.values()]
    )
    farther = (km[np.arange(n), kind] > km[np.arange(n), kind + 3]) ^ (rng.random(n) < 0.2)
    chosen = pd.MultiIndex.from_arrays(
        [homes.index, schools.index[kind + 3 * farther]], names=["situation", "location"]
    )
    return Choosers(homes, schools, km, pd.Series(1, index=chosen, name="pupils"))


@pytest.fixture(scope="module")
def choosers():
    return town()


@pytest.fixture(scope="module")
def fits(choosers):
    return fit_groups({"entry_cohort": choosers}, FORMULA)


@pytest.fixture(scope="module")
def drawn(choosers, fits):
    known, models = modelled(choosers, fits.of("entry_cohort"), ["share_hoog"])
    return simulate(known, models, other_worlds(known, "largest", "denomination", "openbaar"), draws=30, seed=2)


def by_kind(numbers, schools):
    """Shares of choosers at each denomination, from expected numbers by school."""
    return [numbers[(schools["denomination"] == kind).to_numpy()].sum() / numbers.sum() for kind in KINDS]


def test_a_group_without_the_first_category_is_compared_with_its_own_first(fits):
    table = coefficients(fits).set_index(["group", "term"])
    own = table.loc["laag_migration"]
    assert own["reference"].to_dict() == {"distance_km": "", "denomination_pc": "rk"}
    assert table.loc["hoog_none", "reference"].to_dict() == {
        "distance_km": "",
        "denomination_rk": "openbaar",
        "denomination_pc": "openbaar",
    }
    assert fits.estimates["entry_cohort", "laag_migration"].result.coding["denomination"] == ("rk", "pc")


def test_drawn_choices_are_at_the_kinds_that_the_group_attends(choosers, drawn):
    """A logit with a constant per kind predicts the observed shares: 0, 74 and 26%; 50, 30 and 20%."""
    for row, group in enumerate(sorted(SHARES)):
        predicted_shares = by_kind(drawn.numbers[FIT].mean(axis=0)[row], choosers.schools)
        assert predicted_shares == pytest.approx(SHARES[group], abs=0.02)
    assert (drawn.numbers[FIT][:, 1, (choosers.schools["denomination"] == "openbaar").to_numpy()] == 0).all()


def test_the_segregation_of_the_models_is_that_of_the_observed_choices(choosers, drawn):
    first = (choosers.situations["group"] == "hoog_none").to_numpy()
    now = segregation.dissimilarity(choosers.counts[first].sum(axis=0), choosers.counts[~first].sum(axis=0))
    assert now == pytest.approx(0.5, abs=0.01)  # half of the one group is where nobody of the other is
    assert drawn.indices[FIT][:, 0].mean() == pytest.approx(now, abs=0.02)


def test_a_school_that_becomes_of_a_kind_that_a_group_never_attends_is_closed_to_it(choosers, drawn):
    changed = other_worlds(choosers, "largest", "denomination", "openbaar")["changes"]
    school = choosers.schools.index.get_loc(changed.school)
    assert drawn.numbers[FIT][:, 1, school].min() > 100
    assert (drawn.numbers["changes"][:, 1, school] == 0).all()
    assert drawn.numbers["changes"].sum(axis=(1, 2)) == pytest.approx(np.full(30, 1000))


def test_a_closed_kind_has_no_chance_and_the_others_keep_theirs(choosers, fits):
    fit = fits.estimates["entry_cohort", "laag_migration"]
    group = choosers.of("laag_migration")
    shares = predicted(group, FORMULA, fit.result.params, fit.result.coding)
    open_ = ~closed(group.schools, fit.result.coding)
    assert open_.tolist() == [False, True, True, False, True, True]
    assert shares[:, ~open_].max() == 0
    assert shares[:, open_] == pytest.approx(fit.probabilities)


def test_a_kind_that_is_in_no_term_leaves_no_school_out(choosers):
    """Nobody of the group attends an openbaar school, by chance as far as this model knows: it was free to."""
    fits = fit_groups({"entry_cohort": choosers}, "distance_km + share_hoog")
    fit = fits.estimates["entry_cohort", "laag_migration"]
    assert (len(fit.choosers.schools), fit.result.n_alternatives, fit.result.coding) == (6, 6, {})
    known, models = modelled(choosers, fits.of("entry_cohort"), ["share_hoog"])
    numbers = simulate(known, models, {}, draws=2, seed=1).numbers[FIT][0]
    assert numbers[1] == pytest.approx(fit.probabilities.sum(axis=0), rel=0.2)
    assert numbers[1].min() > 0


def test_a_kind_may_be_a_word_without_an_order_of_categories(choosers):
    """The reference is then the first in the alphabet that the group attends: openbaar, and pc."""
    words = choosers.with_schools(denomination=choosers.schools["denomination"].astype(str))
    fits = fit_groups({"entry_cohort": words}, FORMULA)
    assert {fit.group: fit.result.coding["denomination"] for fit in fits.of("entry_cohort")} == {
        "hoog_none": ("openbaar", "pc", "rk"),
        "laag_migration": ("pc", "rk"),
    }
    known, models = modelled(words, fits.of("entry_cohort"), ["share_hoog"])
    numbers = simulate(known, models, {}, draws=10, seed=2).numbers[FIT].mean(axis=0)
    assert by_kind(numbers[1], choosers.schools) == pytest.approx(SHARES["laag_migration"], abs=0.03)
    travel = willingness_to_travel(fits.estimates["entry_cohort", "laag_migration"], words).set_index("term")
    assert travel["reference"].to_dict() == {"denomination_rk": "pc"}


def test_substitution_predicts_every_group_in_its_own_coding(choosers, fits):
    own = {fit.group: fit.result for fit in fits.of("entry_cohort")}
    settings = {"kind": "denomination", "random": ["distance_km"], "situations": 2000, "alternatives": 3, "seed": 1}
    table, _ = substitution(choosers, FORMULA, own, **settings)
    rows = table[(table["model"] == "model_per_group") & (table["closes"] == "all schools")]
    share = rows.set_index(["kind", "to"])["share"]
    # Of rk 300/2 and 740/2 leave. The first group has 5/7 of the rest at openbaar, the second none: all go to pc.
    by_hand = 150 * 5 / 7 / (150 + 370)
    assert share["rk", "openbaar"] == pytest.approx(by_hand, abs=0.02)
    assert share["openbaar", "rk"] == pytest.approx(3 / 5, abs=0.02)


def test_a_step_of_a_category_names_what_it_is_in_place_of(choosers, fits):
    fit = fits.estimates["entry_cohort", "laag_migration"]
    table = willingness_to_travel(fit, choosers).set_index("term")
    assert table["reference"].to_dict() == {"denomination_pc": "rk"}
    frame, _ = steps(choosers.schools, FORMULA, choosers.schools, {"denomination": ("pc", "openbaar")})
    assert frame["denomination"].tolist() == ["pc", "openbaar"]


def test_random_effects_and_two_steps_name_their_reference(city):
    fits = fit_groups({"entry_cohort": city.world(3, 0.3)}, city.formula)
    table = random_effects_table(fits, random_effects(fits), two_steps(fits)).set_index("term")
    assert table["reference"].drop(["distance_km", "log_distance"]).to_dict() == {
        "share_hoog": "",
        "concept_Dalton": "none",
    }


def test_kinds_are_matched_by_variable_and_not_by_a_piece_of_a_name(choosers):
    """Pupils of no kind in the formula have no row; an interaction is a term of the kind too."""
    fits = fit_groups({"entry_cohort": choosers}, "distance_km + denomination + share_hoog:denomination")
    table = kinds_attended(fits.of("entry_cohort")).set_index(["group", "category"])
    assert table.loc["laag_migration", "observed"].to_dict() == pytest.approx({"rk": 0.74, "pc": 0.26})
    neutral = table.loc["laag_migration", "without_taste"]
    assert neutral.sum() == pytest.approx(1)
    assert neutral["rk"] != pytest.approx(0.74, abs=0.05)  # by distance alone


EDUCATION = "distance_km + share_hoog + share_hoog:education"


@pytest.fixture(scope="module")
def mixed_town():
    """One group of two educations; the pupils with the first in the alphabet live in four postcodes."""
    choosers = town(
        {"all": (0.5, 0.3, 0.2)}, 600, lambda n: np.where(np.isin(np.arange(n) % 25, [3, 7, 11, 15]), "hoog", "laag")
    )
    rng = np.random.default_rng(9)
    more = rng.choice(600, 60, replace=False)
    education = choosers.situations["education"].mask(choosers.situations.index.isin(more), "middelbaar")
    return Choosers(
        choosers.situations.assign(education=education), choosers.schools, choosers.distance_km, choosers.chosen
    )


def test_held_out_choosers_are_predicted_in_the_coding_of_all(mixed_town):
    """By hand: a fold without an education is predicted with the coefficients of the others, term by term."""
    fit = fit_groups({"entry_cohort": mixed_town}, EDUCATION).of("entry_cohort")[0]
    row = fit_table(by_group(fit), (1.0,), folds=5, seed=1).iloc[0]
    rows, names = fit.design.rows(), np.sort(mixed_town.clusters.unique())
    fold = (np.random.default_rng(1).permutation(len(names)) % 5)[np.searchsorted(names, mixed_town.clusters)]
    values = rows.to_numpy().reshape(*mixed_town.distance_km.shape, -1)
    by_fold = []
    for number in range(5):
        rest_of, out = fold != number, fold == number
        rest = module.fit_factored(
            fit.design.of_situations(rest_of),
            mixed_town.where(rest_of).chosen,
            grouped=True,
            cluster=mixed_town.clusters[rest_of],
        )
        utility = values[out] @ rest.params.to_numpy()
        log_share = utility - np.log(np.exp(utility).sum(axis=1, keepdims=True))
        by_fold.append((mixed_town.counts[out] * log_share).sum(axis=1))
    lacking = [mixed_town.situations.loc[fold == number, "education"].nunique() < 3 for number in range(5)]
    assert (sum(lacking), row["folds"]) == (
        2,
        5,
    )  # in two folds the category that others are compared with does not occur
    assert row["held_out_per_pupil"] == pytest.approx(np.concatenate(by_fold).mean())


def test_a_fault_of_the_estimation_is_no_property_of_a_fold(mixed_town, monkeypatch):
    fit = fit_groups({"entry_cohort": mixed_town}, "distance_km").of("entry_cohort")[0]

    def fails(*_, **__):
        raise ModelError("no convergence", Reason.NO_CONVERGENCE)

    monkeypatch.setattr(module, "fit_factored", fails)
    with pytest.raises(ModelError, match="no convergence"):
        fit_table(by_group(fit), (1.0,), folds=3, seed=1)


def test_the_pseudo_r2_of_distance_is_of_all_terms_without_schools(choosers):
    """With an interaction of distance and a kind of school, the terms of distance alone are still counted."""
    alone = fit_groups({"entry_cohort": choosers}, "distance_km + log_distance")
    more = fit_groups({"entry_cohort": choosers}, "distance_km + log_distance + distance_km:C(denomination)")
    settings = {"edges": (1.0,), "folds": 2, "seed": 1}
    first, second = (fit_table(each, **settings).set_index("group") for each in (alone, more))
    assert second.loc["hoog_none", "pseudo_r2_distance"] == pytest.approx(first.loc["hoog_none", "pseudo_r2"])


def test_the_extra_distance_is_of_the_formula_as_it_is(choosers):
    """Utility b1 d + b2 d^2, by hand: the extra km from d0 at which a step worth g is made up for."""
    model = fit_groups({"entry_cohort": choosers}, "distance_km + I(distance_km**2) + share_hoog").of("entry_cohort")[0]
    b1, b2, b = -0.5, -0.2, 0.03
    falling = pd.Series([b1, b2, b], ["distance_km", "I(distance_km ** 2)", "share_hoog"])
    fit = replace(model, result=replace(model.result, params=falling[model.result.params.index]))
    row = willingness_to_travel(fit, choosers).iloc[0]
    d0, d1 = row["start_km"], row["start_km"] + row["estimate"]
    gain = b * row["step"] / 0.1
    assert b1 * d1 + b2 * d1**2 + gain == pytest.approx(b1 * d0 + b2 * d0**2, abs=1e-9)


def test_the_extra_distance_knows_with_what_distance_interacts(choosers):
    """With distance_km:share_hoog, the fall per km at a typical school is b1 + b2 mean(share) / 0.1."""
    fit = fit_groups({"entry_cohort": choosers}, "distance_km + distance_km:share_hoog + C(denomination)").of(
        "entry_cohort"
    )[0]
    row = willingness_to_travel(fit, choosers).set_index("term").loc["denomination_rk"]
    b1, b2, gain = fit.result.params[["distance_km", "distance_km:share_hoog", "C(denomination)[T.rk]"]]
    slope = b1 + b2 * fit.choosers.schools["share_hoog"].mean() / 0.1
    assert row["estimate"] == pytest.approx(-gain / slope, abs=1e-6)


@pytest.mark.parametrize("term", ["C(denomination)[T.rk]", "denomination[T.rk]", "C(denomination)[rk]"])
def test_a_category_has_one_name_and_unit_however_the_formula_writes_it(term):
    assert (term_name(term), unit_of(term)) == ("denomination_rk", "utility, against the reference")
    assert unit_of(f"distance_km:{term}") == "utility per km"
