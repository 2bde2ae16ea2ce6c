import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose
from scipy.special import expit

from analysis.chapters.leergroei.models import logit
from analysis.errors import ModelError
from analysis.stats import logit_states


def pupils(n=1500, schools=15, seed=4):
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame({"closure": rng.integers(0, 2, n).astype(float), "x": rng.normal(size=n)})
    rows["location"] = rng.integers(0, schools, n).astype(str)
    rows["w"] = rng.uniform(0.5, 2.0, n)
    rows["year"] = np.where(rows["closure"] == 1, "2019/20", "2018/19")
    odds = -0.5 + 0.6 * rows["closure"] + 0.4 * rows["x"]
    return rows.assign(y=(rng.random(n) < expit(odds)).astype(float))


def layout(rows):
    return pd.DataFrame({"intercept": 1.0, "closure": rows["closure"], "x": rows["x"]}, index=rows.index)


def test_the_average_effect_of_a_dummy_is_that_of_statsmodels():
    rows = pupils()
    found = logit.closure_effect(logit_states.fit_logit("rekenen", rows, "y", layout), rows)
    theirs = sm.Logit(rows["y"], layout(rows)).fit(
        disp=0, cov_type="cluster", cov_kwds={"groups": rows["location"].astype(int), "use_correction": True}
    )
    margins = theirs.get_margeff(dummy=True).summary_frame().loc["closure"]
    assert_allclose(found["estimate"], margins["dy/dx"], rtol=1e-8)
    assert_allclose(found["std_error"], margins["Std. Err."], rtol=1e-6)


def test_the_weighted_covariance_is_the_clustered_sandwich():
    rows = pupils()
    found = logit_states.fit_logit("rekenen", rows, "y", layout, weights="w").fit
    X, w = layout(rows).to_numpy(), (rows["w"] / rows["w"].mean()).to_numpy()
    p = expit(X @ found.coefficients.to_numpy())
    scores = pd.DataFrame(X * (w * (rows["y"].to_numpy() - p))[:, None]).groupby(rows["location"].to_numpy()).sum()
    assert_allclose(scores.sum(), 0, atol=1e-6)  # the weighted likelihood is at its maximum
    bread = np.linalg.inv(X.T @ (X * (w * p * (1 - p))[:, None]))
    correction = 15 / 14 * (len(rows) - 1) / (len(rows) - 3)
    assert_allclose(found.covariance, correction * bread @ scores.T @ scores @ bread, rtol=1e-6)


def test_equal_weights_change_nothing():
    rows = pupils()
    plain, equal = (
        logit_states.fit_logit("rekenen", rows.assign(w=3.0), "y", layout, weights=weights).fit
        for weights in (None, "w")
    )
    assert_allclose(plain.coefficients, equal.coefficients, rtol=1e-7)
    assert_allclose(plain.std_errors, equal.std_errors, rtol=1e-6)


def test_a_pupil_of_weight_two_counts_as_two():
    rows = pupils(400).assign(w=lambda rows: np.where(rows["x"] > 0, 2.0, 1.0))
    twice = pd.concat([rows, rows[rows["w"] == 2]])
    weighted = logit_states.fit_logit("rekenen", rows, "y", layout, weights="w").fit.coefficients
    assert_allclose(weighted, logit_states.fit_logit("rekenen", twice, "y", layout).fit.coefficients, rtol=1e-6)


@pytest.mark.filterwarnings("error")
def test_where_nobody_has_the_outcome_nothing_is_told():
    rows = pupils()
    model = logit_states.fit_logit("rekenen", rows.assign(y=rows["y"] * (1 - rows["closure"])), "y", layout)
    assert model.separated
    assert np.isnan(logit.closure_effect(model, rows)["estimate"])
    told = logit.coefficients(model, "some_logit")
    assert told[["estimate", "std_error", "p_value"]].isna().all(axis=None)
    assert told["n_obs"].eq(1500).all()


def test_terms_that_say_the_same_are_refused():
    def twice(rows):
        return layout(rows).assign(same=2 * rows["x"])

    with pytest.raises(ModelError, match="terms are collinear"):
        logit_states.fit_logit("rekenen", pupils(), "y", twice)
