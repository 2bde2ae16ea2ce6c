"""Intervals of clustered shares stay within zero and one, and cover as often as they say."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.stats import norm
from scipy.stats import t as student
from statsmodels.stats.proportion import proportion_confint

from analysis.chapters.leergroei.models import rows as growth_rows
from analysis.chapters.teachers import models as teachers
from analysis.stats.fit import mean as clustered_mean
from analysis.stats.shares import limits, share_interval
from analysis.topics.staffing.models import shortage


def test_wilson_is_that_of_statsmodels():
    low, high = limits(np.array([0.1, 0.0, 1.0]), np.array([50.0, 20.0, 20.0]), norm.ppf(0.975))
    theirs = [proportion_confint(count, n, method="wilson") for count, n in ((5, 50), (0, 20), (20, 20))]
    assert_allclose(np.column_stack([low, high]), theirs, atol=1e-12)


def test_the_effective_number_is_that_of_independent_units():
    """A share of .2 with an error of .08 is known as one of .2 x .8 / .0064 = 25 units."""
    (low,), (high,) = share_interval([0.2], [0.08], [11])
    critical = student.ppf(0.975, 10)
    for limit in (low, high):
        assert (0.2 - limit) ** 2 == pytest.approx(critical**2 * limit * (1 - limit) / 25)


@pytest.mark.parametrize(
    ("share", "error", "clusters"), [(0.0, 0.0, 9), (1.0, 0.0, 9), (0.3, np.nan, 1), (0.3, 0.1, 1)]
)
def test_where_nothing_is_known_of_clusters_there_is_no_interval(share, error, clusters):
    assert np.isnan(share_interval([share], [error], [clusters])).all()


@pytest.mark.parametrize("share", [1e-6, 0.01, 0.5, 0.999])
def test_limits_are_possible_values_and_hold_the_share(share):
    for error in (1e-5, 0.01, 0.3):
        (low,), (high,) = share_interval([share], [error], [3])
        assert 0 <= low < share < high <= 1


def clustered_world(rng, groups, size, mean, spread):
    chance = rng.beta(mean / spread, (1 - mean) / spread, groups)
    return rng.binomial(size, chance)


@pytest.mark.parametrize(("groups", "size", "mean"), [(12, 10, 0.1), (30, 8, 0.06), (60, 20, 0.3)])
def test_a_share_is_covered_as_often_as_it_says(groups, size, mean):
    """Boards are alike (intraclass correlation 1 / 11); a world without any has no interval and is left out."""
    rng, hits = np.random.default_rng(groups), []
    for _ in range(2000):
        counts = clustered_world(rng, groups, size, mean, 0.1)
        value = np.concatenate([np.repeat([1.0, 0.0], [count, size - count]) for count in counts])
        fitted = clustered_mean(value, np.repeat(np.arange(groups), size))
        (low,), (high,) = share_interval(fitted.coefficients, fitted.std_errors, [groups])
        if np.isfinite(low):
            hits.append(low <= mean <= high)
    assert 0.93 <= np.mean(hits) <= 0.985


def few_schools(**columns):
    n = 40
    rng = np.random.default_rng(2)
    plain = {"location": np.arange(n).astype(str), "year": 2024, "board": (np.arange(n) % 12).astype(str)}
    frame = pd.DataFrame({**plain, "g5": False, "schoolweging": 30.0, "teachers_fte": rng.uniform(5, 20, n)})
    return frame.assign(shortage=np.where(np.arange(n) == 3, 0.4, 0.0), **columns)


def test_a_rare_shortage_has_no_interval_below_zero():
    """One of 40 schools has a shortage: by Wald, .025 minus and plus .055."""
    shares = shortage.distribution(few_schools(), [24, 36])
    known = shares[shares["ci_low"].notna()]
    assert len(known) > 4
    assert (known["ci_low"] >= 0).all()
    assert (known["ci_high"] <= 1).all()
    assert ((known["ci_low"] < known["estimate"]) & (known["estimate"] < known["ci_high"])).all()
    assert shares["p_value"].isna().all()


def test_a_share_of_teachers_and_of_pupils_too():
    rng = np.random.default_rng(3)
    n = 300
    frame = pd.DataFrame(
        {
            "year": 2018,
            "location": (np.arange(n) % 20).astype(str),
            "sex": rng.choice(["m", "v"], n),
            "age": 40.0,
            "background": "none",
            "fte": rng.uniform(size=n),
            "salary": 3000.0,
            "scale": np.where(np.arange(n) == 0, "L12", "L10"),
            "in_city": np.arange(n) < 2,
            "distance_km": rng.uniform(0, 31, n),
        }
    )
    means = teachers.described(frame)
    shares = means[means["unit"] == "share of teachers"].dropna(subset="ci_low")
    assert len(shares) > 3
    assert shares["ci_low"].ge(0).all()
    pupils = frame.assign(pupil=np.arange(n), subject="lezen", closure=0.0, sat=(np.arange(n) > 1).astype(float))
    row = growth_rows.means_by(pupils, ["lezen"], [], "sat", model="m", term="t", unit="probability").iloc[0]
    assert row["estimate"] < row["ci_high"] <= 1
