import numpy as np
import pytest
from numpy.testing import assert_allclose

from analysis.chapters.leergroei.models import logits, missing, weights
from analysis.chapters.leergroei.models.sample import Groups


def absent(rows, chance, seed=5):
    """Take the E-test from pupils with a chance of `chance`."""
    gone = np.random.default_rng(seed).random(len(rows)) < chance
    return rows.assign(reason=np.where(gone, "no_e_test", "both"))


@pytest.fixture
def selective(simulate):
    """Half of level V at schools with many at risk stay away in the closure year, and a tenth of all else."""
    rows = simulate(schools=40, per_school=100)
    worst = (rows["level_m"] == "V") & (rows["risk_side"] == "40% or more at risk") & (rows["closure"] == 1)
    return absent(rows, np.where(worst, 0.5, 0.1))


def test_counts_and_shares_by_level(simulate, design):
    rows = simulate(schools=2, per_school=2).sort_values("closure").assign(level_m=["I", "I", "V", "V"] * 2)
    rows["reason"] = ["both"] * 4 + ["both", "no_e_test", "no_e_test", "adaptive"]
    estimates = missing.missing_tests(rows, design).set_index(["year", "level_m"])
    high, low = estimates.loc[("2019/20", "I")], estimates.loc[("2019/20", "V")]
    assert (high["n_m_test"], high["n_both"], high["n_absent"]) == (2, 1, 1)
    assert (low["n_m_test"], low["n_both"], low["share_present"]) == (1, 0, 0)
    assert_allclose([high["share_of_m_test"], high["share_of_both"]], [2 / 3, 1.0])


def test_the_logit_finds_who_stayed_away(selective, design):
    estimates = logits.presence(selective, design, Groups())
    effects = estimates[estimates["by"] == "risk_side, level_m"].set_index("category")["estimate"]
    assert effects["40% or more at risk, level V"] == pytest.approx(-0.4, abs=0.1)
    assert effects["40% or more at risk, level I"] == pytest.approx(0.0, abs=0.1)
    assert set(estimates["model"]) == {"e_test_logit", "e_test_ame"}


def test_weights_bring_the_absent_back(selective, design):
    weighted = weights.for_absence(selective, design, 0.0)
    closed = weighted[weighted["closure"] == 1]
    present = closed[closed["reason"] == "both"]
    everybody, there = closed["m_percentile"].mean(), present["m_percentile"].mean()
    assert there - everybody > 1
    assert np.average(present["m_percentile"], weights=present["weight"]) == pytest.approx(everybody, abs=0.35)
    assert weighted.loc[weighted["reason"] != "both", "weight"].isna().all()


def test_trimmed_weights_have_no_extremes(selective, design):
    whole, trimmed = (weights.for_absence(selective, design, trim)["weight"] for trim in (0.0, 0.05))
    assert trimmed.max() < whole.max()
    assert (trimmed.dropna() > 0).all()


def test_where_all_are_present_all_weigh_one(simulate, design):
    assert weights.for_absence(simulate(), design, 0.01)["weight"].eq(1).all()


def test_schools_that_tested_too_few_are_left_out(simulate, design):
    rows = simulate(schools=4, per_school=10)
    first = (rows["location"] == "s00") & (rows["closure"] == 1)
    rows["reason"] = np.where(first & (rows.groupby(first).cumcount() < 3), "no_e_test", "both")
    assert set(missing.covered(rows, design, 0.7)["location"]) == {"s00", "s01", "s02", "s03"}  # 7 of 10
    assert set(missing.covered(rows, design, 0.75)["location"]) == {"s01", "s02", "s03"}


def test_the_share_that_sat_the_test_by_level_and_year(selective, design):
    estimates = missing.presence_by_level(selective, design).set_index(["term", "category"])
    lowest = selective[(selective["level_m"] == "V") & (selective["closure"] == 1)]
    assert estimates.loc[("2019/20", "level V"), "estimate"] == pytest.approx((lowest["reason"] == "both").mean())
    assert estimates.loc[("2018/19", "level V"), "estimate"] == pytest.approx(0.9, abs=0.03)
    assert estimates["n_least"].equals(estimates["n_obs"])
