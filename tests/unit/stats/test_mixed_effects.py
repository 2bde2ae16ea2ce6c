import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from analysis.errors import ModelError
from analysis.stats.mixed_effects import fit_mixed


def balanced():
    return pd.DataFrame({"g": np.repeat(list("abcd"), 3), "y": [1.0, 2, 3, 3, 4, 5, 6, 7, 8, 2, 3, 4]})


def schools(seed=3, number=60, each=30, slope_sd=1.0):
    rng = np.random.default_rng(seed)
    g = np.repeat(np.arange(number), each)
    x = np.tile([0.0, 1.0], g.size // 2)
    y = 5 + 2 * rng.normal(size=number)[g] + (3 + slope_sd * rng.normal(size=number)[g]) * x + rng.normal(size=g.size)
    return pd.DataFrame({"g": g, "x": x, "y": y})


def test_balanced_groups_by_hand():
    fitted = fit_mixed(balanced(), "y", [], group="g")
    # Means 2, 4, 7, 3 about 4: mean squares 3 (4 + 0 + 9 + 1) / 3 = 14 between and 8 / 8 = 1 within.
    assert_allclose(fitted.coefficients["intercept"], 4.0)
    assert_allclose(fitted.within, 1.0, rtol=1e-4)
    assert_allclose(fitted.between.to_numpy(), [[(14 - 1) / 3]], rtol=1e-3)
    # Shrunken by 1 - 1/14.
    assert_allclose(fitted.by_group["intercept"], np.array([-2, 0, 3, -1]) * 13 / 14, rtol=1e-3, atol=1e-6)
    assert fitted.by_group["n"].tolist() == [3, 3, 3, 3]


def test_slopes_that_differ_by_group_are_estimated():
    fitted = fit_mixed(schools(), "y", ["x"], group="g", slopes=["x"])
    assert list(fitted.between.columns) == ["intercept", "x"]
    assert 0.5 < fitted.between.loc["x", "x"] < 1.7
    assert abs(fitted.coefficients["x"] - 3) < 3 * fitted.std_errors["x"]


def test_groups_that_hardly_differ_end_at_the_true_maximum():
    rows = schools(seed=5, number=80, each=100, slope_sd=0.2).assign(noise=0.0)
    rows["y"] = np.random.default_rng(1).normal(0, 12, len(rows)) + 0.5 * rows["g"].map(lambda g: (-1) ** g)
    fitted = fit_mixed(rows, "y", ["x"], group="g", slopes=["x"])
    # The highest of ten searches of statsmodels, by five methods from two starts; lbfgs ended at -31217.8125.
    assert fitted.log_likelihood >= -31217.7957
    assert_allclose(fitted.within, 143.08, atol=0.01)


def test_estimates_tell_variances_without_interval():
    estimates = fit_mixed(schools(), "y", ["x"], group="g", slopes=["x"]).estimates("m", "all", "y", "y squared")
    assert estimates["term"].tolist() == [
        *("intercept", "x", "variance_intercept", "variance_x", "covariance_intercept_x", "variance_residual")
    ]
    assert estimates["ci_low"].notna().tolist() == [True, True, False, False, False, False]
    assert estimates["unit"].tolist() == ["y"] * 2 + ["y squared"] * 4
    assert (estimates["n_clusters"] == 60).all()


def test_missing_values_are_counted_and_refused():
    with pytest.raises(ModelError, match=r"values are missing in y \(2\)"):
        fit_mixed(balanced().assign(y=lambda r: r["y"].where(r.index > 1)), "y", [], group="g")
