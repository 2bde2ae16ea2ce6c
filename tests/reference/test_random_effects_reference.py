"""Random effects of schools against lme4's glmer: the numbers are of random_effects_lme4.R."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import gammaln

from analysis.chapters.school_choice.models.laplace import maximum
from analysis.chapters.school_choice.models.likelihood import SchoolLikelihood

FLAT = 1000.0  # standard deviation of the situations' intercepts in the script


@pytest.fixture(scope="module")
def lme4():
    return pd.read_csv(Path(__file__).with_name("random_effects_lme4.csv"))


def test_coefficients_spread_and_loglik_are_those_of_lme4(lme4):
    rows = lme4.sort_values(["situation", "school"])
    counts, km = (rows[name].to_numpy(float).reshape(14, 25) for name in ("y", "km"))
    share = rows[["share"]].to_numpy(float)[:25]
    assert (counts.sum(axis=0) == 0).sum() == 6  # schools that nobody attends
    likelihood = SchoolLikelihood([km], share, counts)
    top = maximum(likelihood, np.zeros(2), tolerance=1e-12, max_iterations=100, restricted=False)
    theirs = lme4.iloc[0]
    assert top.tau == pytest.approx(theirs["tau"], rel=1e-4)
    assert top.b / likelihood.scale == pytest.approx([theirs["km_estimate"], theirs["share_estimate"]], rel=1e-4)
    # A flat intercept of a situation with n choices: n ln n - n - ln(n) / 2 - ln(FLAT), and Poisson's factorials.
    n = counts.sum(axis=1)
    constants = (n * np.log(n) - n - np.log(n) / 2 - np.log(FLAT)).sum() - gammaln(counts + 1).sum()
    assert top.loglik + constants == pytest.approx(theirs["loglik"], abs=1e-3)
    # Theirs are of the Hessian with tau beside the coefficients, ours of the information at tau.
    errors = np.sqrt(np.diag(np.linalg.inv(top.information))) / likelihood.scale
    assert errors == pytest.approx([theirs["km_error"], theirs["share_error"]], rel=0.01)
