"""Where standard deviations from means and numbers alone fail: against the model of the pupils themselves.

The pupils are those of bdf; the mixed model is the one that equals the textbook (`test_bdf_real.py`).
"""

import numpy as np
import pytest

from analysis.chapters.value_added import models as value_added
from analysis.data import bdf
from analysis.stats.spread_from_means import fit_spread

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def by_pupil(real_data_folder):
    return bdf.read_pupils(real_data_folder / bdf.FILE)


def test_where_small_schools_differ_more_means_alone_take_it_for_pupils(by_pupil):
    """The small schools of bdf lie lower and further apart: what the method assumes not to be."""
    schools = by_pupil.groupby("school")["language_post"].agg(["mean", "size"])
    found = fit_spread(schools["mean"].to_numpy(), schools["size"].to_numpy(float), np.ones((len(schools), 1)))
    estimates = value_added.textbook(by_pupil).set_index(["model", "term"])["estimate"]
    tau, sigma = (np.sqrt(estimates["empty", f"variance_{part}"]) for part in ("intercept", "residual"))
    small = schools["size"] < 10
    assert schools.loc[~small, "mean"].mean() - schools.loc[small, "mean"].mean() > 5
    assert schools.loc[small, "mean"].std() > 1.3 * schools.loc[~small, "mean"].std()
    assert found.sigma_low > sigma
    assert found.tau_high < tau
