import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis.errors import ModelError
from analysis.stats.meta_regression import fit_meta
from analysis.stats.random_effects import fit_effect_distribution

NONE = pd.DataFrame(index=range(6))


def test_without_terms_it_is_the_distribution_of_true_effects():
    effect, variance = pd.Series([-2.0, 0.0, 2.0, 0.0, 4.0, -4.0]), pd.Series([3.0, 2.0, 1.0, 4.0, 3.0, 2.0])
    fitted, effects = (
        fit_meta(effect, variance, NONE),
        fit_effect_distribution(effect.to_numpy(), variance.to_numpy()),
    )
    assert (fitted.tau, fitted.tau_low, fitted.tau_high) == pytest.approx((effects.sd, effects.sd_low, effects.sd_high))
    assert fitted.coefficients["intercept"] == pytest.approx(effects.mean)


def test_with_equal_sampling_variances_tau_is_what_the_line_leaves_open():
    # the line 0, 1, ..., 5 fits with slope 1; what it leaves is 2, -2, -2, 2, 2, -2 less its own line
    x = np.arange(6.0)
    y = x + np.array([2, -2, -2, 2, 2, -2])
    left = y - np.polyval(np.polyfit(x, y, 1), x)
    fitted = fit_meta(pd.Series(y), pd.Series(np.full(6, 0.5)), pd.DataFrame({"x": x}))
    assert fitted.tau**2 == pytest.approx((left**2).sum() / 4 - 0.5)
    assert fitted.df_resid == 4


def test_coefficients_and_errors_are_those_of_weighted_least_squares():
    rng = np.random.default_rng(5)
    x, v = rng.normal(size=40), rng.uniform(0.1, 2, 40)
    y = 1 + 0.5 * x + rng.normal(0, np.sqrt(0.3 + v))
    fitted = fit_meta(pd.Series(y), pd.Series(v), pd.DataFrame({"x": x}))
    wls = sm.WLS(y, sm.add_constant(x), weights=1 / (fitted.tau**2 + v)).fit(cov_type="HC3", use_t=True)
    estimates = fitted.estimates("m", "all", "km").set_index("term")
    np.testing.assert_allclose(estimates["estimate"], wls.params)
    np.testing.assert_allclose(estimates["std_error"], wls.bse)
    np.testing.assert_allclose(estimates[["ci_low", "ci_high"]], wls.conf_int())
    at = fitted.predicted(pd.DataFrame({"x": [2.0]}))
    expected = wls.get_prediction([[1.0, 2.0]]).conf_int()[0]
    np.testing.assert_allclose(at[["ci_low", "ci_high"]].to_numpy()[0], expected)


def test_units_that_differ_no_more_than_chance_have_no_spread():
    fitted = fit_meta(pd.Series([0.1, -0.1, 0.0, 0.05]), pd.Series(np.ones(4)), pd.DataFrame(index=range(4)))
    assert (fitted.tau, fitted.tau_low) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("effect", "variance", "terms", "message"),
    [
        ([1.0, np.nan, 2.0], [1, 1, 1], {}, r"values are missing in effect \(1\)"),
        ([1.0, 2.0, 3.0], [1, 0, 1], {}, "a variance is not positive"),
        ([1.0, 2.0], [1, 1], {"x": [0, 1]}, "2 units for 2 coefficients"),
        ([1.0, 2.0, 3.0], [1, 1, 1], {"x": [2, 2, 2]}, "terms are collinear"),
        ([1.0, 2.0, 3.0], [1, 1, 1], {"x": [0, 0, 1]}, "a unit alone determines a coefficient"),
    ],
)
def test_what_cannot_be_fitted_stops(effect, variance, terms, message):
    frame = pd.DataFrame(terms, index=range(len(effect)))
    with pytest.raises(ModelError, match=message):
        fit_meta(pd.Series(effect), pd.Series(variance, dtype=float), frame)
