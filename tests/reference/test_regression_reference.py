"""Least squares with clustered errors, by a second route: linearmodels.

Both engines have the correction G/(G-1) (N-1)/(N-K). With effects of entities linearmodels can count them in K or not;
they lie within clusters, so that they are not counted here.
"""

import numpy as np
import pandas as pd
import pytest
from linearmodels.iv import IV2SLS
from linearmodels.panel import PanelOLS
from numpy.testing import assert_allclose

from analysis.stats.regression import INTERCEPT, fit


@pytest.fixture(scope="module")
def by_pupil():
    rng = np.random.default_rng(8)
    school = rng.integers(0, 40, 900)
    x = rng.normal(size=900) + 0.5 * (school % 3)
    y = 2 - 1.5 * x + 3 * rng.normal(size=40)[school] + rng.normal(0, 4, 900)
    z = (rng.random(900) < 0.4).astype(float)
    return pd.DataFrame({"school": school, "x": x, "z": z, "y": y, "w": rng.uniform(0.3, 3, 900)})


@pytest.mark.parametrize("weights", [None, "w"])
def test_plain_regression(by_pupil, weights):
    ours = fit(by_pupil, "y", ["x", "z", "x:z"], cluster="school", weights=weights)
    X = by_pupil.assign(**{INTERCEPT: 1.0, "x:z": by_pupil["x"] * by_pupil["z"]})[[INTERCEPT, "x", "z", "x:z"]]
    w = by_pupil[weights] if weights else None
    model = IV2SLS(by_pupil["y"], X, None, None, weights=w)
    theirs = model.fit(cov_type="clustered", clusters=by_pupil["school"], debiased=True)
    assert_allclose(ours.coefficients, theirs.params, rtol=1e-10)
    assert_allclose(ours.covariance, theirs.cov, rtol=1e-8)


@pytest.mark.parametrize("weights", [None, "w"])
def test_effects_of_schools(by_pupil, weights):
    ours = fit(by_pupil, "y", ["x", "z"], cluster="school", entity="school", weights=weights)
    panel = by_pupil.assign(row=np.arange(len(by_pupil))).set_index(["school", "row"])
    w = panel[weights] if weights else None
    model = PanelOLS(panel["y"], panel[["x", "z"]], entity_effects=True, weights=w)
    theirs = model.fit(cov_type="clustered", cluster_entity=True, group_debias=True, count_effects=False, debiased=True)
    assert_allclose(ours.coefficients, theirs.params, rtol=1e-8)
    assert_allclose(ours.std_errors, theirs.std_errors, rtol=1e-8)
