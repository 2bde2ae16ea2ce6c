import numpy as np
import pytest

from analysis.chapters.landscape.models.forecasts import (
    METHODS,
    NAIVE,
    SHRUNKEN,
    cohort_forecast,
    entrants,
    forecasts,
    past_errors,
    ratios_without_province,
    survival,
)
from analysis.chapters.landscape.models.panel import AGES, merged, panel


def test_yearly_ratios_multiply_to_those_of_five_years():
    ratios = {"young": np.log([0.9]), "six": np.log([0.8]), "seven": np.log([0.1])}
    s = survival(ratios)[0]
    assert len(s) == len(AGES) - 1
    assert s[0:5].prod() == pytest.approx(0.9)  # 4 to 9
    assert s[1:6].prod() == pytest.approx(0.9)  # 5 to 10
    assert s[2:7].prod() == pytest.approx(0.8)  # 6 to 11
    assert s[3:8].prod() == pytest.approx(0.1)  # 7 to 12


def test_the_naive_forecast_is_the_last_count_and_the_trend_goes_on(data):
    rows = forecasts(data, 0.8, [1, 7])
    assert set(rows["method"]) == set(METHODS)
    assert len(rows) == len(METHODS) * 2 * len(data.areas)
    naive = rows[rows["method"] == NAIVE]
    assert (naive["forecast"] == naive["origin"]).all()
    trend = rows[(rows["method"] == "linear_trend") & (rows["horizon"] == 1)]["forecast"].to_numpy()
    assert trend == pytest.approx((data.counts[2017] + (data.counts[2017] - data.counts[2012]) / 5).to_numpy())


def test_entrants_that_double_each_year_are_seen():
    counts = np.array([[160.0, 80, 40, 20, 10, 1, 1, 1, 1]])
    level, growth = entrants(counts, np.ones(1))
    assert level == pytest.approx([160])
    assert growth == pytest.approx([np.log(2)])


def test_no_municipality_is_in_the_ratio_that_forecasts_it(rows):
    by_age, by_count = rows
    before = ratios_without_province(panel(by_age, by_count))["young"]
    other = by_age.assign(pupils=by_age["pupils"].where(by_age["province"] != "p0", by_age["pupils"] * 3))
    after = ratios_without_province(panel(other, by_count))["young"]
    own = panel(by_age, by_count).areas["province"].to_numpy() == "p0"
    assert after[own] == pytest.approx(before[own])
    assert not np.allclose(after[~own], before[~own])


def test_merging_two_municipalities_moves_no_total_and_hardly_the_forecast(rows):
    together = [merged(frame, ("a00", "a01"), "both") for frame in rows]
    assert together[0]["pupils"].sum() == rows[0]["pupils"].sum()
    assert together[1]["pupils"].sum() == rows[1]["pupils"].sum()
    apart, joined = panel(*rows), panel(*together)
    assert len(joined.areas) == len(apart.areas) - 1
    totals = [cohort_forecast(each, 0.8, 2, shrink=True)[1].sum() for each in (apart, joined)]
    assert totals[1] == pytest.approx(totals[0], rel=0.005)


def test_errors_of_the_past_are_of_every_method(data):
    past = past_errors(data, 0.8)
    assert set(past["method"]) == set(METHODS)
    assert set(past.loc[past["method"] == NAIVE, "horizon"]) == {2, 5, 7}
    assert set(past.loc[past["method"] == SHRUNKEN, "horizon"]) == {5}
    first = past[(past["method"] == NAIVE) & (past["horizon"] == 5) & (past["area"] == "a00")].iloc[0]
    assert first["error"] == pytest.approx(np.log(data.counts.loc[0, 2012] / data.counts.loc[0, 2017]))
