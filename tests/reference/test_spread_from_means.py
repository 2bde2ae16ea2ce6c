"""Pupils' and schools' standard deviations from means and numbers alone, against the model of the pupils themselves.

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


def test_means_alone_come_near_the_pupils(by_pupil):
    schools = by_pupil.groupby("school")["language_post"].agg(["mean", "size"])
    found = fit_spread(schools["mean"].to_numpy(), schools["size"].to_numpy(float), np.ones((len(schools), 1)))
    estimates = value_added.textbook(by_pupil).set_index(["model", "term"])["estimate"]
    tau, sigma = (np.sqrt(estimates["empty", f"variance_{part}"]) for part in ("intercept", "residual"))
    assert found.tau == pytest.approx(tau, rel=0.15)
    assert found.sigma == pytest.approx(sigma, rel=0.10)
    assert found.sigma_low < sigma < found.sigma_high
