"""Bounds on drift: by hand, and covering where the drift is as bad as allowed."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from analysis.errors import ModelError
from analysis.stats.fit import Fit
from analysis.stats.sensitivity import breakdown, event_path, relative_bounds

BEFORE, AFTER = (2017, 2018, 2019), (2021, 2022)
YEARS = (*BEFORE, *AFTER)


def event(values, error=0.01, clusters=100_000):
    """An event study with base 2020 and uncorrelated errors."""
    terms = pd.Index([f"year_{year}" for year in YEARS])
    influence = pd.DataFrame(np.eye(clusters, len(YEARS)) * error, columns=terms)
    return Fit(pd.Series(values, terms, dtype=float), influence, 1000)


def test_relative_bounds_by_hand():
    # Steps before: .1 (2017-18), -.3 (2018-19), .2 (2019 to the base); the largest is .3. Mean after (1 + 2) / 2 = 1.5,
    # mean years since the base (1 + 2) / 2 = 1.5. With M = 1: 1.5 -+ 1.5 x 1 x .3.
    bounds = relative_bounds(event([0.0, 0.1, -0.2, 1.0, 2.0]), base=2020, magnitudes=(0, 1)).set_index("magnitude")
    assert bounds.loc[0, ["low", "high"]].tolist() == pytest.approx([1.5, 1.5])
    assert bounds.loc[1, ["low", "high"]].tolist() == pytest.approx([1.05, 1.95])
    half = norm.ppf(0.975) * 0.01 * np.sqrt(2) / 2  # of the mean of two estimates
    assert bounds.loc[0, ["ci_low", "ci_high"]].tolist() == pytest.approx([1.5 - half, 1.5 + half], rel=1e-4)


def test_relative_intervals_cover_when_the_drift_goes_on_as_fast_as_before():
    rng = np.random.default_rng(1)
    drift = 0.3 * np.array([-3, -2, -1, 1, 2])  # the true effect is zero, all is drift
    bounds = [
        relative_bounds(event(drift + rng.normal(0, 0.2, 5), 0.2, 2000), base=2020, magnitudes=(0, 1)).set_index(
            "magnitude"
        )
        for _ in range(300)  # with 2,000 clusters, whose t is the normal's to a thousandth
    ]
    covers = {m: np.mean([row.loc[m, "ci_low"] <= 0 <= row.loc[m, "ci_high"] for row in bounds]) for m in (0, 1)}
    assert covers[1] >= 0.95
    assert covers[0] < 0.6  # without drift allowed, drift passes for an effect


def test_breakdown_is_where_the_conclusion_falls():
    bounds = pd.DataFrame({"magnitude": [0, 1, 2], "ci_low": [0.2, 0.1, -0.1], "ci_high": [0.4, 0.6, 0.8]})
    assert breakdown(bounds) == 2
    assert breakdown(bounds, -0.5, 0.5) == 1
    assert breakdown(bounds, -1, 1) is None


def test_what_is_refused():
    fitted = event([0.0] * 5)
    with pytest.raises(ModelError, match="no year before or none after"):
        event_path(Fit(**{**vars(fitted), "coefficients": fitted.coefficients[["year_2021", "year_2022"]]}), 2020)
    with pytest.raises(ModelError, match="lacks years between 2017 and 2022"):
        event_path(Fit(**{**vars(fitted), "coefficients": fitted.coefficients.drop("year_2018")}), 2020)
