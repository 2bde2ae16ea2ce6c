from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from analysis.chapters.school_choice.models.effects import fit_random_effects, random_effects, random_effects_table
from analysis.chapters.school_choice.models.groups import GroupFit
from analysis.chapters.school_choice.models.laplace import LaplacePoint, highest
from analysis.chapters.school_choice.models.likelihood import SchoolLikelihood
from analysis.chapters.school_choice.models.logit import fit_logit
from analysis.chapters.school_choice.models.two_step import two_steps
from analysis.errors import ModelError, Reason

from .conftest import by_group
from .quarters import FORMULA, world


def fitted(choosers, group="all"):
    return GroupFit("entry_cohort", group, choosers, FORMULA, fit_logit(choosers, FORMULA))


@pytest.fixture(scope="module")
def town():
    """Sixty schools, of which some that nobody attends."""
    return fitted(world(1001, 8, 0.9, schools=60, homes=60))


@pytest.fixture(scope="module")
def small():
    """Two situations, three schools, a distance and an attribute."""
    km = np.array([[0.5, 1.0, 2.0], [2.0, 0.5, 1.5]])
    return SchoolLikelihood([km], np.array([[1.0], [3.0], [2.0]]), np.array([[3.0, 1.0, 0.0], [1.0, 4.0, 2.0]]))


def test_the_approximation_is_that_of_laplace_by_an_optimiser_and_differences(small):
    """The height of the integrand at its mode, less half the log determinant of its curvature there."""
    tau, b = 0.8, np.array([-0.7, 0.4])
    km = (small.of_pairs[0] - small.of_pairs[0].mean()) / small.of_pairs[0].std()
    x = (small.of_schools[:, 0] - 2) / np.sqrt(2 / 3)

    def depth(v):
        utility = b[0] * km + b[1] * x + tau * v
        share = np.exp(utility) / np.exp(utility).sum(axis=1, keepdims=True)
        return -(small.counts * np.log(share)).sum() + v @ v / 2

    mode = minimize(depth, np.zeros(3), tol=1e-12).x
    step = 1e-3 * np.eye(3)
    curvature = [
        [(depth(mode + i + j) - depth(mode + i - j) - depth(mode - i + j) + depth(mode - i - j)) / 4e-6 for i in step]
        for j in step
    ]
    expected = -depth(mode) - np.linalg.slogdet(curvature)[1] / 2
    assert LaplacePoint(small, tau, b, mode).loglik == pytest.approx(expected, abs=1e-6)


def test_the_coefficients_are_where_the_approximation_is_highest(town):
    effects = fit_random_effects(town)
    top = highest(point_of(town, effects), 1e-12, 100)

    def at(b):
        point = replace(top, b=b)
        for _ in range(60):  # Newton in the effects alone
            point = replace(point, v=point.v + point.shrinkage @ (point.tau * point.moments.score_schools - point.v))
        return point.loglik

    slope = [(at(top.b + h) - at(top.b - h)) / 2e-4 for h in 1e-4 * np.eye(len(top.b))]
    away = [(at(top.b + h) - at(top.b)) / 0.05 for h in 0.05 * np.eye(len(top.b))]
    assert slope == pytest.approx(np.zeros(4), abs=1e-4)
    assert max(away) < -0.1
    # The mode of all coefficients and effects together is somewhere else: it understates what keeps a group away.
    joint = top
    for _ in range(60):
        b, v, _ = joint.step(corrected=False)
        joint = replace(joint, b=joint.b + b, v=joint.v + v)
    assert at(joint.b) < top.loglik - 0.1


def point_of(fit, effects):
    """Return the point of the estimates, from the design anew."""
    pairs = [fit.choosers.pairs[name] for name in ("distance_km", "log_distance")]
    schools = fit.choosers.schools
    attributes = np.column_stack([schools["share_hoog"] / 0.1, schools["concept"] == "Dalton"]).astype(float)
    likelihood = SchoolLikelihood(pairs, attributes, fit.choosers.counts)
    return LaplacePoint(
        likelihood, effects.tau, effects.params.to_numpy() * likelihood.scale, effects.effects.to_numpy() / effects.tau
    )


def test_the_covariance_by_plain_algebra_on_all_coefficients_and_effects(town):
    """Minus the Hessian of everything with the prior's part added; the terms of distance clustered by postcode."""
    effects = fit_random_effects(town)
    choosers, tau = town.choosers, effects.tau
    x = np.column_stack([choosers.schools["share_hoog"] / 0.1, choosers.schools["concept"] == "Dalton"]).astype(float)
    n, schools = choosers.counts.shape
    # Columns of situation i: distance, log distance, two attributes, one dummy per school.
    z = np.concatenate(
        [
            choosers.pairs["distance_km"][:, :, None],
            choosers.pairs["log_distance"][:, :, None],
            np.broadcast_to(np.hstack([x, np.eye(schools)]), (n, schools, 2 + schools)),
        ],
        axis=2,
    )
    utility = z @ np.concatenate([effects.params, effects.effects])
    share = np.exp(utility) / np.exp(utility).sum(axis=1, keepdims=True)
    around = z - np.einsum("ij,ijk->ik", share, z)[:, None]
    hessian = np.einsum("i,ij,ijk,ijl->kl", choosers.weights, share, around, around, optimize=True)
    prior = np.diag([0.0] * 4 + [tau**-2] * schools)
    scores = np.einsum("ij,ijk->ik", choosers.counts, around)
    whole = np.linalg.inv(hessian + prior)
    # What else is estimated follows the terms of distance.
    follows = -np.linalg.solve((hessian + prior)[2:, 2:], (hessian + prior)[2:, :2])
    left = pd.DataFrame(scores[:, :2] + scores[:, 2:] @ follows).groupby(choosers.clusters.to_numpy()).sum().to_numpy()
    meat = left.T @ left * len(left) / (len(left) - 1) + follows.T @ prior[2:, 2:] @ follows
    of_distance = whole[:2, :2] @ meat @ whole[:2, :2]
    given = np.linalg.inv((hessian + prior)[2:, 2:])[:2, :2]
    gamma = follows[:2]
    expected = np.block(
        [[of_distance, of_distance @ gamma.T], [gamma @ of_distance, given + gamma @ of_distance @ gamma.T]]
    )
    assert effects.covariance.to_numpy() == pytest.approx(expected, rel=1e-6)
    assert effects.std_error["share_hoog"] == pytest.approx(np.sqrt(expected[2, 2]))


def test_schools_that_nobody_attends_are_kept_and_pull_the_coefficient(town):
    counts = town.choosers.counts.sum(axis=0)
    effects = fit_random_effects(town)
    assert (counts == 0).sum() >= 5
    assert len(effects.effects) == 60
    assert (effects.effects[counts == 0] < 0).all()
    attended = town.choosers.to_schools(town.choosers.schools.index[counts > 0])
    assert fit_random_effects(fitted(attended)).params["share_hoog"] < effects.params["share_hoog"]


def test_without_spread_between_schools_it_is_the_model_without_effects(town):
    effects = fit_random_effects(town)
    none = highest(point_of(town, effects).at(0.0), 1e-12, 100)
    assert none.b / none.likelihood.scale == pytest.approx(town.result.params.to_numpy(), rel=1e-6)
    assert none.loglik == pytest.approx(town.result.loglik, abs=1e-8)
    assert none.delta == pytest.approx(none.likelihood.attributes @ none.b[2:])


def test_schools_that_differ_by_attributes_alone_have_little_spread_or_none():
    taus = [fit_random_effects(fitted(world(seed, 12, 0.0, schools=40, homes=60))).tau for seed in range(1010, 1020)]
    assert np.median(taus) < 0.15
    assert min(taus) == 0.0


def test_the_restricted_spread_is_larger_than_that_of_the_likelihood(town):
    assert fit_random_effects(town).tau > fit_random_effects(town, restricted=False).tau
    assert fit_random_effects(town).df == 60 - 2 - 1


def test_an_interaction_with_the_chooser_is_a_term_of_pairs(town):
    situations = town.choosers.situations.assign(nonwestern=np.linspace(0, 1, len(town.choosers.situations)))
    mixed = replace(town.choosers, situations=situations)
    formula = "distance_km + share_hoog + share_hoog:nonwestern"
    fit = GroupFit("m", "all", mixed, formula, fit_logit(mixed, formula))
    effects = fit_random_effects(fit)
    assert list(effects.params.index) == list(fit.result.params.index)
    assert effects.df == 60 - 1 - 1


def test_too_few_schools_are_one_message_and_no_convergence_stops_the_run(town):
    few = world(1003, 30, 0.0, schools=4, homes=30)
    with pytest.raises(ModelError, match="4 schools are too few for 2 attributes") as caught:
        fit_random_effects(fitted(few))
    assert caught.value.reason is Reason.TOO_FEW
    with pytest.raises(ModelError, match="no convergence in 2 iterations") as caught:
        random_effects(by_group(town), max_iterations=2)
    assert caught.value.reason is Reason.NO_CONVERGENCE


@pytest.mark.parametrize(
    ("seed", "per_school", "quality_sd", "schools", "homes"),
    [
        (1004, 30, 12.0, 30, 30),
        # Four of thirteen schools are attended; full steps of the correction would swing for ever at a large spread.
        (70023, 9, 0.9, 13, 40),
    ],
)
def test_schools_that_differ_without_bound_are_perfect_prediction(seed, per_school, quality_sd, schools, homes):
    apart = fitted(world(seed, per_school, quality_sd, schools=schools, homes=homes))
    with pytest.raises(ModelError, match="differ so much") as caught:
        fit_random_effects(apart)
    assert caught.value.reason is Reason.SEPARATED


def test_collinear_attributes_are_refused(small):
    twice = replace(small, of_schools=np.hstack([small.of_schools, 2 * small.of_schools]))
    with pytest.raises(ModelError, match="collinear") as caught:
        highest(LaplacePoint(twice, 0.5, np.zeros(3), np.zeros(3)), 1e-10, 100)
    assert caught.value.reason is Reason.COLLINEAR


def test_the_table_has_the_other_methods_beside_it_and_a_refused_group_its_reason(town):
    few = fitted(world(1003, 30, 0.0, schools=4, homes=30), "few")
    fits = by_group(town, few)
    effects, steps = random_effects(fits), two_steps(fits)
    table = random_effects_table(fits, effects, steps).set_index("term")
    own, two = effects.estimates["entry_cohort", "all"], steps.estimates["entry_cohort", "all"]
    assert list(table.index) == ["distance_km", "log_distance", "share_hoog", "concept_Dalton"]
    row = table.loc["share_hoog"]
    assert row["estimate"] == own.params["share_hoog"]
    # 57 degrees of freedom: the quantile is 2.0025.
    assert row["ci_high"] == pytest.approx(row["estimate"] + 2.0025 * row["std_error"], rel=1e-4)
    assert row["two_step"] == two.params["share_hoog"]
    assert row["two_step_std_error"] == pytest.approx(np.sqrt(two.covariance.loc["share_hoog", "share_hoog"]))
    assert row["one_step"] == town.result.params["share_hoog"]
    assert (row["n_schools"], row["schools_without"]) == (60, (town.choosers.counts.sum(axis=0) == 0).sum())
    assert effects.refused[["group", "method", "reason"]].to_numpy().tolist() == [
        ["few", "random_effects", "too few schools"]
    ]
