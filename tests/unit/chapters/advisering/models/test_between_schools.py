"""The standard deviation between schools, on schools with a known one."""

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.advisering.models.between_schools import after_intake, caterpillar, distribution
from analysis.errors import ModelError


def city(tau: float, schools: int = 120, each: int = 80, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    school = np.repeat(np.arange(schools), each)
    laag = rng.uniform(size=len(school)) < 0.3
    chance = 0.3 + 0.1 * laag + tau * rng.normal(size=schools)[school]
    n = len(school)
    return pd.DataFrame(
        {
            "location": school.astype(str),
            "year": rng.choice([2016, 2017], n),
            "test_advice": rng.choice([3.0, 4.0], n),
            "education": np.where(laag, "laag", "hoog"),
            "background": "none",
            "income": "middle",
            "one_parent": False,
            "sex": rng.choice(["m", "v"], n),
            "under": (rng.uniform(size=n) < chance).astype(float),
        }
    )


def test_the_true_standard_deviation_is_within_its_interval() -> None:
    sd = distribution(after_intake(city(0.06))).set_index("term").loc["sd between schools"]
    assert sd["ci_low"] < 0.06 < sd["ci_high"]
    assert sd["estimate"] == pytest.approx(0.06, abs=0.015)
    assert (sd["n_obs"], sd["n_clusters"]) == (9600, 120)


def test_where_schools_do_not_differ_the_interval_begins_at_zero() -> None:
    sd = distribution(after_intake(city(0.0))).set_index("term").loc["sd between schools"]
    assert sd["ci_low"] == 0
    assert sd["estimate"] < 0.025


def test_a_tenth_lies_beyond_what_a_normal_spread_puts_there() -> None:
    estimate = distribution(after_intake(city(0.06))).set_index("term")["estimate"]
    half = (estimate["highest tenth of schools"] - estimate["lowest tenth of schools"]) / 2
    assert half == pytest.approx(1.2816 * estimate["sd between schools"], rel=1e-4)


def test_intake_is_taken_out() -> None:
    # One school has only pupils of a group in which everybody is under-advised everywhere.
    one = city(0.0, schools=40)
    one["education"] = np.where(one["location"].astype(int) < 20, "laag", "hoog")
    one["under"] = (one["education"] == "laag").astype(float)
    assert after_intake(one)["effect"].abs().max() == pytest.approx(0, abs=1e-9)


def test_a_caterpillar_rises_in_runs_of_at_least_so_many_schools() -> None:
    schools = after_intake(city(0.06))
    runs = caterpillar(schools, points=50, fewest=3)
    assert runs["estimate"].is_monotonic_increasing
    assert (runs["schools"] >= 3).all()
    assert (runs["schools"].sum(), runs["pupils"].sum()) == (120, 9600)
    assert (runs["ci_low"] < runs["estimate"]).all()
    assert "location" not in runs


def test_effects_are_shrunk_towards_the_mean() -> None:
    schools = after_intake(city(0.06))
    one_by_one = caterpillar(schools, points=120, fewest=1)
    assert one_by_one["estimate"].std() < schools["effect"].std()


def test_too_few_schools_are_refused() -> None:
    with pytest.raises(ModelError, match="fewer than three"):
        after_intake(city(0.05, schools=2))
