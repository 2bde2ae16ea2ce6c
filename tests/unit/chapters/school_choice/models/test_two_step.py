import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis.chapters.school_choice.models import two_step
from analysis.chapters.school_choice.models.constants import fit_constants
from analysis.chapters.school_choice.models.groups import GroupFit
from analysis.chapters.school_choice.models.logit import fit_logit
from analysis.errors import ModelError
from analysis.stats.conditional_logit import ChoiceDesign, fit_factored

from .conftest import by_group


@pytest.fixture(scope="module")
def town(city):
    return city.world(5, 0.45, pupils=400, schools=12)


def test_the_constants_are_those_of_a_conditional_logit_with_a_dummy_per_school(town, city):
    constants = fit_constants(town, city.formula)
    dummies = pd.DataFrame(np.eye(12)[:, 1:], town.schools.index, [f"s{n}" for n in range(1, 12)])
    pairs = {name: town.pairs[name] for name in ("distance_km", "log_distance")}
    plain = ChoiceDesign.plain(pairs, dummies, town.situations.index)
    built = fit_factored(plain, town.chosen, grouped=True, cluster=town.clusters)
    assert constants.params.to_numpy() == pytest.approx(built.params.to_numpy()[:2], abs=1e-8)
    against_first = constants.constants.to_numpy()[1:] - constants.constants.to_numpy()[0]
    assert against_first == pytest.approx(built.params.to_numpy()[2:], abs=1e-7)
    assert constants.constants.sum() == pytest.approx(0)
    clustered = built.covariance_cluster.to_numpy()[:2, :2]
    assert constants.covariance.to_numpy() == pytest.approx(clustered, rel=1e-6)
    variance = constants.constants_covariance
    difference = variance[1, 1] + variance[0, 0] - 2 * variance[0, 1]
    assert difference == pytest.approx(built.covariance.iloc[2, 2], rel=1e-6)


def test_a_school_that_nobody_attends_has_no_constant_and_is_counted(town, city):
    left = town.schools.index[3]
    counts = town.chosen[town.chosen.index.get_level_values("location") != left]
    remaining = town.situations.index.isin(counts.index.get_level_values("situation"))
    constants = fit_constants(town.where(remaining), city.formula)
    assert left not in constants.constants.index


def test_the_second_step_is_the_weighted_regression_of_statsmodels(town, city):
    steps = two_step.fit_two_steps(town, city.formula)
    x = sm.add_constant(steps.first.attributes.to_numpy())
    weights = 1 / (steps.tau**2 + np.diag(steps.first.constants_covariance))
    other = sm.WLS(steps.first.constants.to_numpy(), x, weights=weights).fit(cov_type="HC3", use_t=True)
    assert steps.params.to_numpy() == pytest.approx(other.params[1:])
    # The errors of the terms of distance move all constants together, beside what is in the residuals.
    together = np.linalg.solve((x.T * weights) @ x, (x.T * weights) @ steps.first.sensitivity)[1:]
    added = together @ steps.first.covariance.to_numpy() @ together.T
    assert steps.covariance.to_numpy() == pytest.approx(other.cov_params()[1:, 1:] + added)
    # Paule and Mandel: the weighted squares of the residuals are as many as the degrees of freedom.
    assert (weights * other.resid**2).sum() == pytest.approx(12 - 3)


def test_the_constants_follow_the_terms_of_distance(town, city):
    """Moved by hand: constants are estimated anew with the coefficient of distance held a little higher."""
    first = fit_constants(town, city.formula)
    km, log = town.pairs["distance_km"], town.pairs["log_distance"]

    def constants(km_more):
        worth = (first.params["distance_km"] + km_more) * km + first.params["log_distance"] * log
        delta = np.zeros(12)
        for _ in range(500):  # Berry's contraction
            share = np.exp(worth + delta)
            share /= share.sum(axis=1, keepdims=True)
            delta += np.log(town.counts.sum(axis=0) / share.sum(axis=0))
        return delta - delta.mean()

    slope = (constants(1e-3) - constants(-1e-3)) / 2e-3
    assert first.sensitivity[:, 0] == pytest.approx(slope, abs=1e-5)


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
    fit = GroupFit("entry_cohort", "all", town, city.formula, fit_logit(town, city.formula))
    few = town.to_schools(town.schools.index[:4])
    short = GroupFit("entry_cohort", "few", few, city.formula, fit.result)
    steps = two_step.two_steps(by_group(fit, short))
    assert list(steps.estimates) == [("entry_cohort", "all")]
    assert steps.refused[["group", "method", "reason"]].to_numpy().tolist() == [["few", "two_steps", "too few schools"]]


def test_two_steps_keep_the_terms_of_distance_and_bring_their_own_errors(town, city):
    fit = GroupFit("entry_cohort", "all", town, city.formula, fit_logit(town, city.formula))
    steps = two_step.fit_two_steps(town, city.formula)
    params, covariance = steps.all_terms(list(fit.design.terms))
    assert list(params.index) == ["distance_km", "log_distance", "share_hoog", "C(concept)[T.Dalton]"]
    assert params["share_hoog"] == steps.params["share_hoog"]
    assert covariance.loc["share_hoog", "share_hoog"] == steps.covariance.loc["share_hoog", "share_hoog"]
    assert covariance.loc["distance_km", "share_hoog"] == steps.shared.loc["share_hoog", "distance_km"]
    assert np.linalg.eigvalsh(covariance)[0] > 0
