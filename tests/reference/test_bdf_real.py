"""Mixed models on the data set bdf, against the values in print and against statsmodels.

In print: Snijders and Bosker, Multilevel Analysis (1999), tables 4.1 and 4.2: the empty model of the language test, and
the model with verbal IQ, both by maximum likelihood.
"""

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose
from statsmodels.regression.mixed_linear_model import MixedLMParams

from analysis.chapters.value_added import models as value_added
from analysis.data import bdf
from analysis.stats.mixed_effects import fit_mixed

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def by_pupil(real_data_folder):
    return bdf.read_pupils(real_data_folder / bdf.FILE)


def test_the_file_is_what_the_card_says(real_data_folder, cards_folder):
    assert bdf.verify(real_data_folder, cards_folder, allow_changed=False)[0]["status"] == "verified"


def test_pupils_and_schools(by_pupil):
    assert len(by_pupil) == 2287
    assert by_pupil["school"].nunique() == 131


def test_the_models_in_print(by_pupil):
    estimates = value_added.textbook(by_pupil).set_index(["model", "term"])["estimate"]
    assert_allclose(estimates["empty", "intercept"], 40.36, atol=0.005)
    assert_allclose(estimates["empty", "variance_intercept"], 19.4, atol=0.05)
    assert_allclose(estimates["empty", "variance_residual"], 64.6, atol=0.05)
    assert_allclose(estimates["iq", "iq"], 2.488, atol=0.0005)
    assert_allclose(estimates["iq", "variance_intercept"], 9.50, atol=0.005)
    assert_allclose(estimates["iq", "variance_residual"], 42.23, atol=0.005)


@pytest.mark.parametrize("reml", [True, False])
def test_a_random_slope_agrees_with_statsmodels(by_pupil, reml):
    rows = by_pupil.assign(iq=by_pupil["iq_verbal"] - by_pupil["iq_verbal"].mean())
    ours = fit_mixed(rows, "language_post", ["iq"], group="school", slopes=["iq"], reml=reml)
    X = sm.add_constant(rows[["iq"]])
    # From its own start, statsmodels 0.15.0 does not reach the maximum.
    start = MixedLMParams.from_components(fe_params=np.zeros(2), cov_re=np.diag([0.2, 0.01]))
    model = sm.MixedLM(rows["language_post"], X, groups=rows["school"], exog_re=X)
    theirs = model.fit(reml=reml, method=["lbfgs"], start_params=start)
    assert_allclose(ours.log_likelihood, theirs.llf, rtol=1e-8)
    assert ours.log_likelihood >= theirs.llf - 1e-6
    assert_allclose(ours.coefficients, theirs.fe_params, rtol=1e-4)
    assert_allclose(ours.between, theirs.cov_re, rtol=5e-3)
    assert_allclose(ours.within, theirs.scale, rtol=1e-4)
    school = rows["school"].iloc[0]
    assert_allclose(ours.by_group.loc[school].iloc[:2], theirs.random_effects[school], atol=0.01)
