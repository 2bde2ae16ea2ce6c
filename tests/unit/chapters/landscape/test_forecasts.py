import numpy as np
import pytest
from tests.unit.chapters.landscape.conftest import exact

from analysis.chapters.landscape.models.forecasts import (
    METHODS,
    NAIVE,
    SHRUNKEN,
    already_at_school,
    cohort_forecast,
    entrants,
    forecasts,
    past_errors,
    ratios_without_province,
    survival,
    used_ratios,
)
from analysis.chapters.landscape.models.panel import AGES, panel


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
    trend = rows[(rows["method"] == "linear_trend") & (rows["years_ahead"] == 1)]["forecast"].to_numpy()
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


def merged(by_area, parts, name):
    """Put municipalities together under one name, in the region of the first."""
    renamed = by_area.assign(area=by_area["area"].where(~by_area["area"].isin(parts), name))
    for column in {"region", "province"} & {*by_area}:
        first = by_area.loc[by_area["area"] == parts[0], column].iloc[0]
        renamed[column] = renamed[column].where(renamed["area"] != name, first)
    numbers = [column for column in by_area if column in ("pupils", "without")]
    keys = [column for column in by_area if column not in numbers]
    return renamed.groupby(keys, as_index=False)[numbers].sum()[list(by_area)]


def test_merging_two_municipalities_moves_no_total_and_hardly_the_forecast(rows):
    together = [merged(frame, ("a00", "a01"), "both") for frame in rows]
    assert together[0]["pupils"].sum() == rows[0]["pupils"].sum()
    assert together[1]["pupils"].sum() == rows[1]["pupils"].sum()
    apart, joined = panel(*rows), panel(*together)
    assert len(joined.areas) == len(apart.areas) - 1
    totals = [cohort_forecast(each, 0.8, 2, shrink=True)[1].sum() for each in (apart, joined)]
    assert totals[1] == pytest.approx(totals[0], rel=0.005)


def test_at_the_last_horizon_only_the_oldest_were_at_school(data):
    rows = already_at_school(data, 0.8, range(1, 9), ["a03"]).set_index(["place", "year"])
    path = cohort_forecast(data, 0.8, 8, shrink=True)
    assert rows.loc[("Netherlands", 2025), "share"] == pytest.approx(path[7, :, 8].sum() / path[7].sum())
    assert rows.loc[("a03", 2018), "share"] == pytest.approx(path[0, 3, 1:].sum() / path[0, 3].sum())


def test_the_ratio_that_is_used_lies_between_the_own_one_and_that_of_the_region(data):
    rows = used_ratios(data, ["a03", "a07"], exact, 1)
    assert rows["cohort"].tolist() == ["4 and 5", "6", "7"] * 2
    assert rows["own"].to_numpy() == pytest.approx((rows["pupils_after"] / rows["pupils_before"]).to_numpy())
    log = np.log(rows[["own", "of_region", "used"]])
    assert log["used"].to_numpy() == pytest.approx(
        (rows["weight"] * log["own"] + (1 - rows["weight"]) * log["of_region"]).to_numpy()
    )


def test_errors_of_the_past_are_of_every_method(data):
    past = past_errors(data, 0.8)
    assert set(past["method"]) == set(METHODS)
    assert set(past.loc[past["method"] == NAIVE, "years_ahead"]) == {2, 5, 7}
    assert set(past.loc[past["method"] == SHRUNKEN, "years_ahead"]) == {5}
    first = past[(past["method"] == NAIVE) & (past["years_ahead"] == 5) & (past["area"] == "a00")].iloc[0]
    assert first["error"] == pytest.approx(np.log(data.counts.loc[0, 2012] / data.counts.loc[0, 2017]))
