import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.stats import t as student

from analysis.errors import ModelError, Reason
from analysis.stats.estimates import ESTIMATE_COLUMNS, t_interval
from analysis.stats.regression import fit, fit_where_determined


def pupils(seed=1, schools=12, each=9):
    rng = np.random.default_rng(seed)
    school = np.repeat(np.arange(schools), each)
    x = rng.normal(size=school.size) + 0.3 * school
    y = 1.0 + 2.0 * x + rng.normal(size=schools)[school] + rng.normal(size=school.size)
    weight = rng.uniform(0.5, 2.0, school.size)
    return pd.DataFrame({"school": school, "x": x, "z": rng.normal(size=school.size), "y": y, "w": weight})


def test_a_mean_with_clustered_errors_by_hand():
    rows = pd.DataFrame({"school": list("aabb"), "y": [1.0, 3.0, 5.0, 7.0]})
    fitted = fit(rows, "y", [], cluster="school")
    assert_allclose(fitted.coefficients["intercept"], 4.0)
    # Residuals sum to -4 and 4: (16 + 16) / 4^2 = 2, times G/(G-1) = 2 and (N-1)/(N-K) = 1.
    assert_allclose(fitted.std_errors["intercept"], 2.0)
    assert (fitted.n_obs, fitted.n_clusters) == (4, 2)


def test_intervals_have_one_degree_of_freedom_less_than_clusters():
    intervals = t_interval(pd.Series([1.0]), pd.Series([0.5]), n_clusters=5)
    half = 2.776445 * 0.5  # 97.5% of t with 4 degrees of freedom
    assert_allclose(intervals[["ci_low", "ci_high"]].to_numpy()[0], [1 - half, 1 + half], rtol=1e-6)
    assert_allclose(intervals["p_value"], 2 * student.sf(2.0, 4))


def test_a_product_of_columns_is_a_term():
    rows = pupils()
    by_name = fit(rows, "y", ["x", "z", "x:z"], cluster="school")
    by_hand = fit(rows.assign(p=rows["x"] * rows["z"]), "y", ["x", "z", "p"], cluster="school")
    assert_allclose(by_name.coefficients["x:z"], by_hand.coefficients["p"])


def test_absorbed_schools_are_indicators_of_schools():
    rows = pupils()
    fitted = fit(rows, "y", ["x"], cluster="school", entity="school", weights="w")
    X = pd.get_dummies(rows["school"], dtype=float).assign(x=rows["x"])
    assert_allclose(fitted.coefficients["x"], sm.WLS(rows["y"], X, weights=rows["w"]).fit().params["x"])
    assert list(fitted.coefficients.index) == ["x"]


def test_whole_weights_count_rows():
    rows = pupils().assign(times=lambda r: 1 + (r["x"] > 0))
    weighted = fit(rows, "y", ["x"], cluster="school", weights="times")
    repeated = fit(rows.loc[rows.index.repeat(rows["times"])], "y", ["x"], cluster="school")
    assert_allclose(weighted.coefficients, repeated.coefficients)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.01, 100), st.floats(-50, 50))
def test_scale_of_weights_and_origin_of_terms_do_not_matter(scale, shift):
    rows = pupils()
    one = fit(rows, "y", ["x"], cluster="school", weights="w")
    other = fit(rows.assign(w=scale * rows["w"], x=rows["x"] + shift), "y", ["x"], cluster="school", weights="w")
    assert_allclose(one.coefficients["x"], other.coefficients["x"], rtol=1e-7)
    assert_allclose(one.std_errors["x"], other.std_errors["x"], rtol=1e-6)


def test_a_combination_is_the_estimate_of_another_parametrisation():
    rows = pupils().assign(g=lambda r: (r["z"] > 0).astype(float), other=lambda r: 1 - r["g"])
    fitted = fit(rows, "y", ["x", "g", "x:g"], cluster="school")
    estimate, error = fitted.combination({"x": 1.0, "x:g": 1.0})
    turned = fit(rows, "y", ["x", "other", "x:other"], cluster="school")
    assert_allclose([estimate, error], [turned.coefficients["x"], turned.std_errors["x"]])


def test_estimates_have_the_one_form():
    estimates = fit(pupils(), "y", ["x"], cluster="school").estimates("m", "g", {"x": "per x", "intercept": "y"}, ["x"])
    assert tuple(estimates.columns) == ESTIMATE_COLUMNS
    assert estimates[["model", "group", "term", "unit"]].to_numpy().tolist() == [["m", "g", "x", "per x"]]
    assert estimates[["n_obs", "n_clusters"]].to_numpy().tolist() == [[108, 12]]


@pytest.mark.parametrize(("entity", "columns"), [(None, ["intercept", "x", "z"]), ("school", ["x", "z"])])
def test_errors_are_the_sandwich_by_hand(entity, columns):
    rows = pupils()
    fitted = fit(rows, "y", ["x", "z"], cluster="school", entity=entity, weights="w")
    X, w = rows.assign(intercept=1.0)[[*columns, "y"]], rows["w"]
    if entity:
        sums = X.mul(w, axis=0).groupby(rows["school"]).transform("sum")
        X = X - sums.div(w.groupby(rows["school"]).transform("sum"), axis=0)
    bread = np.linalg.inv((X[columns].T * w) @ X[columns])
    residual = X["y"] - X[columns] @ fitted.coefficients
    scores = X[columns].mul(w * residual, axis=0).groupby(rows["school"]).sum()
    factor = 12 / 11 * 107 / (108 - len(columns))  # G/(G-1) (N-1)/(N-K)
    assert_allclose(fitted.covariance, factor * bread @ (scores.T @ scores) @ bread, rtol=1e-9)


def test_errors_are_those_of_statsmodels():
    rows = pupils()
    other = sm.WLS(rows["y"], sm.add_constant(rows[["x"]]), weights=rows["w"]).fit(
        cov_type="cluster", cov_kwds={"groups": rows["school"], "use_correction": True}, use_t=True
    )
    fitted = fit(rows, "y", ["x"], cluster="school", weights="w")
    assert_allclose(fitted.covariance, other.cov_params(), rtol=1e-9)
    assert_allclose(fitted.rows()[["ci_low", "ci_high"]], other.conf_int(), rtol=1e-9)


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({"x": np.nan}, {}, r"x \(108\)"),
        ({"w": 0.0}, {"weights": "w"}, "must be positive"),
        ({"school": 1}, {}, "at least two schools"),
        ({"x": 3.0}, {}, "terms are collinear"),
        ({"pupil": 1}, {"entity": "pupil"}, "must be within school"),
    ],
)
def test_what_cannot_be_estimated_is_refused(change, options, message):
    with pytest.raises(ModelError, match=message):
        fit(pupils().assign(**change), "y", ["x"], cluster="school", **options)


def test_what_the_data_do_not_determine_has_a_reason_and_no_numbers():
    rows = pd.DataFrame({"y": [1.0, 2.0, 3.0, 4.0], "x": [1.0, 1.0, 1.0, 1.0], "school": ["a", "a", "b", "b"]})
    fitted = fit_where_determined(rows, "y", ["x"], cluster="school")
    assert fitted.reason == Reason.COLLINEAR.value  # the term is the intercept
    estimates = fitted.estimates("model", "all", "unit", ["x"])
    assert estimates["estimate"].isna().all()
    assert estimates["reason"].tolist() == [Reason.COLLINEAR.value]
    assert estimates[["n_obs", "n_clusters"]].to_numpy().tolist() == [[4, 2]]


def test_no_rows_at_all_are_too_few_rows():
    rows = pd.DataFrame({"y": pd.Series(dtype=float), "x": pd.Series(dtype=float), "school": pd.Series(dtype=str)})
    assert fit_where_determined(rows, "y", ["x"], cluster="school").reason == Reason.TOO_FEW.value


def test_a_missing_value_is_no_reason_but_an_error():
    rows = pd.DataFrame({"y": [1.0, np.nan, 3.0], "x": [1.0, 2.0, 4.0], "school": ["a", "b", "c"]})
    with pytest.raises(ModelError, match="y"):
        fit_where_determined(rows, "y", ["x"], cluster="school")
