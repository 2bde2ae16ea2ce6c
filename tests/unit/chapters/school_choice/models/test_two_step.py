import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis.chapters.school_choice.models import two_step
from analysis.chapters.school_choice.models.choosers import estimate
from analysis.chapters.school_choice.models.constants import fit_constants
from analysis.chapters.school_choice.models.groups import GroupFit, GroupFits
from analysis.errors import ModelError
from analysis.stats.conditional_logit import ChoiceDesign, fit_factored


@pytest.fixture(scope="module")
def town(city):
    return city.world(5, 0.45, pupils=400, schools=12)


def test_the_constants_are_those_of_a_conditional_logit_with_a_dummy_per_school(town, city):
    found = fit_constants(town, city.formula)
    dummies = pd.DataFrame(np.eye(12)[:, 1:], town.schools.index, [f"s{n}" for n in range(1, 12)])
    pairs = {name: town.pairs[name] for name in ("distance_km", "log_distance")}
    plain = ChoiceDesign.plain(pairs, dummies, town.situations.index)
    built = fit_factored(plain, town.chosen, grouped=True, cluster=town.clusters)
    assert found.params.to_numpy() == pytest.approx(built.params.to_numpy()[:2], abs=1e-8)
    against_first = found.constants.to_numpy()[1:] - found.constants.to_numpy()[0]
    assert against_first == pytest.approx(built.params.to_numpy()[2:], abs=1e-7)
    assert found.constants.sum() == pytest.approx(0)
    clustered = built.covariance_cluster.to_numpy()[:2, :2]
    assert found.covariance.to_numpy() == pytest.approx(clustered, rel=1e-6)
    variance = found.constants_covariance
    difference = variance[1, 1] + variance[0, 0] - 2 * variance[0, 1]
    assert difference == pytest.approx(built.covariance.iloc[2, 2], rel=1e-6)


def test_a_school_that_nobody_attends_has_no_constant_and_is_counted(town, city):
    left = town.schools.index[3]
    counts = town.chosen[town.chosen.index.get_level_values("location") != left]
    kept = town.situations.index.isin(counts.index.get_level_values("situation"))
    found = fit_constants(town.where(kept), city.formula)
    assert found.schools_without == 1
    assert left not in found.constants.index


def test_the_second_step_is_the_weighted_regression_of_statsmodels(town, city):
    found = two_step.fit_two_steps(town, city.formula)
    x = sm.add_constant(found.first.attributes.to_numpy())
    weights = 1 / (found.tau**2 + np.diag(found.first.constants_covariance))
    other = sm.WLS(found.first.constants.to_numpy(), x, weights=weights).fit(cov_type="HC3", use_t=True)
    assert found.params.to_numpy() == pytest.approx(other.params[1:])
    # The errors of the terms of distance move all constants together, beside what the residuals tell.
    together = np.linalg.solve((x.T * weights) @ x, (x.T * weights) @ found.first.sensitivity)[1:]
    added = together @ found.first.covariance.to_numpy() @ together.T
    assert found.covariance.to_numpy() == pytest.approx(other.cov_params()[1:, 1:] + added)
    # Paule and Mandel: the weighted squares of the residuals are as many as the degrees of freedom.
    assert (weights * other.resid**2).sum() == pytest.approx(12 - 3)


def test_the_constants_follow_the_terms_of_distance(town, city):
    """Moved by hand: constants are estimated anew with the coefficient of distance held a little higher."""
    found = fit_constants(town, city.formula)
    km, log = town.pairs["distance_km"], town.pairs["log_distance"]

    def constants(km_more):
        worth = (found.params["distance_km"] + km_more) * km + found.params["log_distance"] * log
        delta = np.zeros(12)
        for _ in range(500):  # Berry's contraction
            share = np.exp(worth + delta)
            share /= share.sum(axis=1, keepdims=True)
            delta += np.log(town.counts.sum(axis=0) / share.sum(axis=0))
        return delta - delta.mean()

    slope = (constants(1e-3) - constants(-1e-3)) / 2e-3
    assert found.sensitivity[:, 0] == pytest.approx(slope, abs=1e-5)


def test_too_few_schools_for_the_attributes_is_one_message(town, city):
    few = town.to_schools(town.schools.index[:4])
    with pytest.raises(ModelError, match="4 schools are too few for 2 attributes"):
        two_step.fit_two_steps(few, city.formula)


def test_the_only_school_of_a_kind_has_no_residual(town, city):
    first = town.schools.index == town.schools.index[0]
    concept = pd.Series(pd.Categorical(np.where(first, "Dalton", "none"), ["none", "Dalton"]), town.schools.index)
    with pytest.raises(ModelError, match="a unit alone determines a coefficient") as refused:
        two_step.fit_two_steps(town.with_schools(concept=concept), city.formula)
    assert refused.value.reason.of_the_data


def test_a_group_with_too_few_schools_is_refused_with_its_reason(town, city):
    fit = GroupFit("entry_cohort", "all", town, city.formula, estimate(town, city.formula))
    few = town.to_schools(town.schools.index[:4])
    short = GroupFit("entry_cohort", "few", few, city.formula, fit.result)
    steps = two_step.two_steps(GroupFits([fit, short], pd.DataFrame()))
    assert list(steps.found) == [("entry_cohort", "all")]
    assert steps.refused[["group", "method", "reason"]].to_numpy().tolist() == [["few", "two_steps", "too few schools"]]


def test_two_steps_keep_the_terms_of_distance_and_bring_their_own_errors(town, city):
    fit = GroupFit("entry_cohort", "all", town, city.formula, estimate(town, city.formula))
    found = two_step.fit_two_steps(town, city.formula)
    params, covariance = two_step.two_step_covariance(fit, found)
    assert list(params.index) == ["distance_km", "log_distance", "share_hoog", "C(concept)[T.Dalton]"]
    assert params["share_hoog"] == found.params["share_hoog"]
    assert covariance.loc["share_hoog", "share_hoog"] == found.covariance.loc["share_hoog", "share_hoog"]
    assert covariance.loc["distance_km", "share_hoog"] == found.shared.loc["share_hoog", "distance_km"]
    assert np.linalg.eigvalsh(covariance)[0] > 0
