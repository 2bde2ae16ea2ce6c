"""The model with school constants against statsmodels' Poisson regression with a dummy per postcode and per school."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.stats import t as student

from analysis.chapters.choice_by_municipality.models.constants import fit_with_constants
from analysis.errors import ModelError, Reason

TERMS = ["distance_km", "log_distance"]


@pytest.fixture(scope="module")
def flows():
    rng = np.random.default_rng(11)
    home, school = rng.uniform(0, 4, (14, 1, 2)), rng.uniform(0, 4, (1, 6, 2))
    km = np.sqrt(((home - school) ** 2).sum(axis=2))
    utility = -0.9 * km - 0.5 * np.log(km + 0.1) + rng.normal(0, 0.7, 6)
    share = np.exp(utility)
    share = rng.gamma(20 * share / share.sum(axis=1, keepdims=True))
    pupils = rng.multinomial(rng.integers(30, 200, 14), share / share.sum(axis=1, keepdims=True)).astype(float)
    return {"distance_km": km, "log_distance": np.log(km + 0.1)}, pupils


@pytest.fixture(scope="module")
def poisson(flows):
    """Counts of all pairs of postcode and school: the Poisson regression, and what it rests on."""
    pairs, pupils = flows
    homes, schools = pupils.shape
    home, school = np.repeat(np.arange(homes), schools), np.tile(np.arange(schools), homes)
    dummies = np.column_stack([np.eye(homes)[home], np.eye(schools)[school][:, 1:]])
    X = np.column_stack([*(values.ravel() for values in pairs.values()), dummies])
    glm = sm.GLM(pupils.ravel(), X, family=sm.families.Poisson()).fit(tol=1e-12, maxiter=200)
    return glm, X, home


def test_coefficients_probabilities_and_classical_errors_are_those_of_the_poisson_regression(flows, poisson):
    pairs, pupils = flows
    glm, *_ = poisson
    probability, decay = fit_with_constants(pairs, pupils, robust=True)
    np.testing.assert_allclose(decay.params + decay.bias, glm.params[:2], rtol=1e-7)
    np.testing.assert_allclose(decay.covariance, glm.cov_params()[:2, :2], rtol=1e-6)
    np.testing.assert_allclose(
        probability * pupils.sum(axis=1, keepdims=True), np.asarray(glm.fittedvalues).reshape(pupils.shape), rtol=1e-6
    )


def test_expected_pupils_have_the_totals_of_postcodes_and_schools(flows):
    pairs, pupils = flows
    probability, nothing = fit_with_constants(pairs, pupils, robust=False)
    assert nothing is None
    expected = pupils.sum(axis=1, keepdims=True) * probability
    np.testing.assert_allclose(expected.sum(axis=0), pupils.sum(axis=0))


def test_errors_and_degrees_of_freedom_are_those_of_the_definition(flows, poisson):
    """CR2 written out on the whole hat matrix of the Poisson regression, as Bell and McCaffrey define it."""
    pairs, pupils = flows
    _, decay = fit_with_constants(pairs, pupils, robust=True)
    glm, X, home = poisson
    root = np.sqrt(np.asarray(glm.fittedvalues))
    Z, left = X * root[:, None], (pupils.ravel() - root**2) / root
    bread = np.linalg.inv(Z.T @ Z)
    residual_maker = np.eye(len(Z)) - Z @ bread @ Z.T
    moves, weights = [], []
    for postcode in np.unique(home):
        rows = np.flatnonzero(home == postcode)
        values, vectors = np.linalg.eigh(residual_maker[np.ix_(rows, rows)])
        power = np.where(values > 1e-9, values.clip(1e-9) ** -0.5, 0)
        adjusted = (Z[rows] @ bread[:, :2]).T @ (vectors * power) @ vectors.T  # terms x rows
        moves.append(adjusted @ left[rows])
        weights.append(adjusted @ residual_maker[rows])
    np.testing.assert_allclose(decay.small_sample.covariance, np.array(moves).T @ np.array(moves), rtol=1e-5)
    for combination in ([1.0, 0.0], [0.0, 1.0], [-1.0, -0.65]):
        parts = np.array([np.array(combination) @ one for one in weights])  # postcodes x pairs
        products = parts @ parts.T
        df = np.trace(products) ** 2 / (products**2).sum()
        error = decay.error(dict(zip(TERMS, combination, strict=True)))
        assert error["df"] == pytest.approx(df, rel=1e-5)
        assert df < 13  # fewer than postcodes less one: they weigh unequally


def test_intervals_and_p_values_have_the_degrees_of_freedom_that_are_reported(flows):
    rows = fit_with_constants(*flows, robust=True)[1].estimates("Dorp").set_index("term").loc["distance_km"]
    half = student.ppf(0.975, rows["df"]) * rows["std_error"]
    assert rows["ci_low"] == pytest.approx(rows["estimate"] - half)
    assert rows["p_value"] == pytest.approx(2 * student.sf(abs(rows["estimate"]) / rows["std_error"], rows["df"]))
    assert (rows["n_obs"], rows["n_clusters"]) == (flows[1].sum(), 14)


def test_what_a_school_is_to_all_postcodes_alike_moves_nothing(flows):
    pairs, pupils = flows
    decay = fit_with_constants(pairs, pupils, robust=True)[1]
    uneven = {"distance_km": pairs["distance_km"] + np.linspace(0, 3, 6), "log_distance": pairs["log_distance"]}
    other = fit_with_constants(uneven, pupils, robust=True)[1]
    pd.testing.assert_series_equal(decay.params, other.params, rtol=1e-6)
    np.testing.assert_allclose(decay.small_sample.covariance, other.small_sample.covariance, rtol=1e-5)


def test_a_likelihood_without_a_maximum_says_which_terms_separate():
    km = np.array([[1.0, 2.0], [2.0, 1.0], [1.0, 3.0]])
    with pytest.raises(ModelError, match="distance_km") as error:
        fit_with_constants({"distance_km": km}, np.array([[20.0, 0.0], [0.0, 20.0], [20.0, 0.0]]), robust=False)
    assert error.value.reason is Reason.SEPARATED


def test_a_coefficient_that_one_postcode_alone_settles_has_no_error():
    """In eleven postcodes both schools are equally far; only the twelfth knows what a kilometre does."""
    km = np.ones((12, 2))
    km[0] = [1.0, 2.0]
    with pytest.raises(ModelError, match="one postcode alone") as error:
        fit_with_constants({"distance_km": km}, np.full((12, 2), [30.0, 20.0]), robust=True)
    assert error.value.reason is Reason.COLLINEAR
