from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2
from statsmodels.duration.hazard_regression import PHReg

from analysis.chapters.school_choice.models import tastes as module
from analysis.chapters.school_choice.models.mixed import estimate_mixed
from analysis.chapters.school_choice.models.population import Population
from analysis.chapters.school_choice.models.sampling import Sampled, sampled, some
from analysis.chapters.school_choice.models.substitution import by_kind, substitution
from analysis.chapters.school_choice.models.tastes import at_the_edge
from analysis.errors import InputError, ModelError

from .conftest import FORMULA, TASTES, known

KINDS = pd.Series(["x", "x", "y"], index=list("abc"))


def shares_to(table, closes, kind):
    rows = table[(table["closes"] == closes) & (table["kind"] == kind)].set_index("to")
    return rows["share"].to_dict()


def test_pupils_of_a_closed_school_go_to_the_others_in_proportion_to_their_probabilities():
    table = by_kind([np.array([[0.5, 0.3, 0.2]])], KINDS)
    # Of school a (.5): 3/5 to b, 2/5 to c. Of b (.3): 5/7 to a, 2/7 to c. So to x: .5 (3/5) + .3 (5/7), of .8.
    own = (0.5 * 3 / 5 + 0.3 * 5 / 7) / 0.8
    assert shares_to(table, "one school", "x") == pytest.approx({"x": own, "y": 1 - own})
    assert shares_to(table, "one school", "y") == pytest.approx({"x": 1.0, "y": 0.0})
    assert shares_to(table, "all schools", "x") == pytest.approx({"x": 0.0, "y": 1.0})
    assert (table["share"] - table["proportional"]).abs().max() < 1e-12  # one chooser: shares are sizes


def test_with_two_tastes_those_who_chose_a_kind_prefer_it_again():
    # Half of the choosers never attend y, the other half never x: nobody of x goes to y.
    tastes = [np.array([[0.5, 0.5, 1e-12]]), np.array([[1e-12, 1e-12, 1.0]])]
    assert shares_to(by_kind(tastes, KINDS), "one school", "x") == pytest.approx({"x": 1.0, "y": 0.0}, abs=1e-9)
    mean = [np.mean(tastes, axis=0)]
    assert shares_to(by_kind(mean, KINDS), "one school", "x")["y"] == pytest.approx(2 / 3)


def test_who_can_reach_one_school_only_goes_nowhere_when_it_closes(recwarn):
    alone = [np.array([[0.5, 0.3, 0.2], [0.0, 0.0, 1.0]])]
    assert shares_to(by_kind(alone, KINDS), "one school", "y") == pytest.approx({"x": 1.0, "y": 0.0})
    nobody = by_kind([np.array([[0.0, 0.0, 1.0]])], KINDS)
    assert nobody.loc[nobody["kind"] == "y", "share"].isna().all()
    # What is left beside a school that nearly all attend is summed, not subtracted: 1 - (1 - 2e-17) is 0.
    nearly = by_kind([np.array([[1.0 - 2e-17, 1.5e-17, 0.5e-17]])], KINDS)
    assert shares_to(nearly, "one school", "x")["y"] == pytest.approx(0.25, abs=1e-6)
    assert not recwarn.list


def test_schools_of_one_kind_have_nothing_to_go_to():
    with pytest.raises(ModelError, match="of one kind"):
        by_kind([np.array([[0.5, 0.3, 0.2]])], pd.Series(["x"] * 3))


OWN = {group: known(tastes) for group, tastes in TASTES.items()}
ASKED = {"kind": "concept", "random": ["distance_km"], "situations": 300, "alternatives": 4, "seed": 4}


def test_three_models_predict_for_the_same_choosers(village):
    table, about = substitution(village, FORMULA, OWN, **ASKED)
    assert set(table["model"]) == {"conditional_logit", "model_per_group", "group_terms", "mixed_logit"}
    assert table.groupby(["model", "closes", "kind"])["share"].sum().to_numpy() == pytest.approx(1)
    assert (table["n_obs"] == 300).all()
    assert (table["converged"] == "yes").all()
    assert (about["term"].tolist(), about["n_obs"].tolist()) == (["distance_km"], [300])
    # The groups differ in their taste for Dalton, so who chose it chooses it again more often than one model says.
    dalton = table[(table["closes"] == "one school") & (table["kind"] == "Dalton") & (table["to"] == "Dalton")]
    share = dalton.set_index("model")["share"]
    assert share["model_per_group"] > share["conditional_logit"]


def test_group_terms_are_those_of_rows_with_interactions(village):
    """By another road: the sample's rows with each group's own distance, and the sum of its log probabilities."""
    table, about = substitution(village, FORMULA, OWN, **ASKED)
    row, few = about.iloc[0], some(village, ASKED["situations"], ASKED["seed"]).attainable(FORMULA)
    sample = sampled(few, FORMULA, number=ASKED["alternatives"], seed=ASKED["seed"])
    second = few.situations["group"].to_numpy()[Population.of(few).row] == "laag_migration"
    rows = sample.attributes.assign(more=sample.attributes["distance_km"] * np.repeat(second, 7))
    chosen = sample.attributes.index.isin(sample.choices.index).astype(int)
    chooser = sample.attributes.index.get_level_values(0)
    model = PHReg(2 - chosen, rows, status=chosen, strata=chooser, offset=sample.offset.to_numpy())
    assert row["loglik_groups"] == pytest.approx(model.fit().llf, abs=1e-6)
    assert row["lr_groups"] == pytest.approx(2 * (row["loglik_groups"] - row["loglik_conditional"]))
    assert row["df_groups"] == 1
    assert row["p_groups"] == pytest.approx(chi2.sf(row["lr_groups"], 1))
    assert row["lr_within"] == pytest.approx(max(2 * (row["loglik"] - row["loglik_groups"]), 0))
    assert set(table["model"]) >= {"group_terms"}


def test_groups_whose_tastes_differ_are_seen_and_not_taken_for_differences_within(village):
    """The groups of the village differ in their taste for highly educated parents by 0.6 per ten points."""
    _, about = substitution(village, FORMULA, OWN, **ASKED | {"random": ["share_hoog"], "situations": 600})
    assert about["p_groups"].item() < 1e-6
    assert about["p_within"].item() > 0.05


def test_the_edge_of_what_is_possible_is_a_mixture_of_chi_squares():
    """Of one deviation: half of the p-value of one degree of freedom; of two: half of 1 and a quarter of 2 degrees."""
    assert at_the_edge(2.706, 1) == pytest.approx(0.05, abs=1e-4)
    assert at_the_edge(3.0, 2) == pytest.approx(chi2.sf(3, 1) / 2 + chi2.sf(3, 2) / 4)
    assert at_the_edge(-0.1, 2) == 1.0


def test_a_sample_that_does_not_determine_the_terms_of_groups_gives_no_number_of_them(village):
    """In one group everyone of the sample chose Dalton: its own coefficient would be infinite."""
    dalton = village.schools.index[village.schools["concept"] == "Dalton"]
    second = village.chosen.index.get_level_values(0).isin(
        village.situations.index[village.situations["group"] == "laag_migration"]
    )
    chosen = village.chosen[~second | village.chosen.index.get_level_values(1).isin(dalton)]
    fewer = replace(village, chosen=chosen)
    fewer = fewer.where(fewer.weights > 0)
    settings = ASKED | {"random": ["C(concept)[T.Dalton]"], "situations": 1000}
    table, about = substitution(fewer, FORMULA, OWN, **settings)
    assert set(table.loc[table["share"].notna(), "model"]) == {"conditional_logit", "model_per_group"}
    assert about["converged"].tolist() == ["no"]
    assert about[["estimate", "lr_groups", "p_groups", "p_within"]].isna().all(axis=None)


def test_a_situation_counts_for_as_many_as_choose_in_it():
    """Three choosers of one postcode are three rows of one chooser."""
    shares, kinds = np.array([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]]), KINDS
    once = by_kind([shares[[0, 0, 0, 1]]], kinds)
    counted = by_kind([shares], kinds, np.array([3.0, 1.0]))
    pd.testing.assert_frame_equal(once, counted)


def test_a_mixed_logit_that_does_not_converge_is_reported_and_gives_no_number(village, monkeypatch):
    monkeypatch.setattr(module, "estimate_mixed", lambda *given: estimate_mixed(*given, max_iterations=1))
    table, about = substitution(village, FORMULA, OWN, **ASKED)
    mixed = table["model"] == "mixed_logit"
    assert table.loc[mixed, "share"].isna().all()
    assert (table.loc[mixed, "converged"] == "no").all()
    assert table.loc[~mixed, "share"].notna().all()
    assert (table.loc[~mixed, "converged"] == "yes").all()
    assert about[["estimate", "std_error", "loglik", "lr_within", "p_within"]].isna().all(axis=None)
    assert about["p_groups"].notna().all()
    assert (about["converged"] == "no").all()


def test_a_mixed_logit_below_the_logit_that_it_contains_did_not_converge(village, monkeypatch):
    """With deviations of zero it is the logit with terms of groups: it cannot be lower at its maximum."""
    monkeypatch.setattr(module, "estimate_mixed", lambda *given: lower(estimate_mixed(*given)))

    def lower(mixed):
        return replace(mixed, loglik=mixed.loglik - 5, converged=True)

    table, about = substitution(village, FORMULA, OWN, **ASKED)
    assert about["converged"].tolist() == ["no"]
    assert table.loc[table["model"] == "mixed_logit", "share"].isna().all()


def test_a_kind_or_a_term_that_is_not_there_is_refused(village):
    with pytest.raises(InputError, match="no such attribute"):
        substitution(village, FORMULA, OWN, **ASKED | {"kind": "colour"})
    with pytest.raises(InputError, match="no such term"):
        substitution(village, FORMULA, OWN, **ASKED | {"random": ["size"]})


def test_the_mixed_logit_finds_how_much_choosers_differ():
    """A thousand choosers of ten alternatives, whose taste for a is normal with mean 1 and spread 2."""
    rng, n, j = np.random.default_rng(5), 1000, 10
    x = rng.normal(size=(n, j, 2))
    taste = np.column_stack([rng.normal(1.0, 2.0, n), np.full(n, -0.5)])
    chosen = (np.einsum("ijk,ik->ij", x, taste) + rng.gumbel(size=(n, j))).argmax(axis=1)
    index = pd.MultiIndex.from_product([range(n), range(j)], names=["chooser", "location"])
    sample = Sampled(
        pd.DataFrame(x.reshape(-1, 2), index=index, columns=["a", "b"]),
        pd.Series(1.0, index=pd.MultiIndex.from_arrays([range(n), chosen], names=index.names)),
        pd.Series(0.0, index=index),
    )
    mixed = estimate_mixed(sample, ["a"])
    error = np.sqrt(np.diag(mixed.covariance))
    assert mixed.converged
    assert np.abs(mixed.means - [1.0, -0.5]).to_numpy() == pytest.approx(0, abs=4 * error[:2].max())
    assert mixed.deviations["a"] == pytest.approx(2.0, abs=4 * error[2])
    tastes = mixed.draws(500, seed=1)
    assert tastes[:, 0].std() == pytest.approx(mixed.deviations["a"], rel=0.05)
    assert tastes[:, 1].std() == 0
