import pandas as pd
import pytest

from analysis.chapters.landscape.findings import landscape

BACKTEST = {"method": "cohorts", "year": 2019, "size": "all", "municipalities": 100}
BEATS = {"year": 2019, "cohorts": 1.5, "naive": 2.0, "estimate": -0.5, "ci_low": -0.9, "ci_high": -0.1, "n_obs": 100}
CHANGE = {"place": "a", "kind": "municipality", "pupils_before": 500, "pupils_after": 520, "n_entries": 300}
CHANGE |= {"n_leavers": 270, "moved_share": -0.02}


def fans(count):
    forecast = {"series": "forecast", "estimate": 1000.0, "ci_low": 900.0, "ci_high": 1100.0, "pupils": 950}
    counted = {"series": "counted", "estimate": count, "ci_low": None, "ci_high": None, "pupils": count}
    return pd.DataFrame([{"area": "a", "year": 2024, **row} for row in (forecast, counted)])


def said(count=1050, covered=(0.95, 0.9, 0.98), beats=BEATS, **printed):
    share, low, high = covered
    tables = {
        "backtest": pd.DataFrame([{**BACKTEST, "covered_95": share, "low_95": low, "high_95": high}]),
        "beats": pd.DataFrame([beats]),
        "fans": fans(count),
        "change": pd.DataFrame([CHANGE]),
        "transitions": pd.DataFrame(
            {
                "from_year": 2019,
                "size_before": "small",
                "size_after": ["small", "medium", "gone"],
                "schools": [60, 30, 10],
                "share": [0.6, 0.3, 0.1],
            }
        ),
        "quality": pd.DataFrame(
            {"rule": ["by the model", "as before"], "brier": [0.08, 0.1], "slope": [0.9, None], "schools": 100}
        ),
    }
    return {row["name"]: str(row["sentence"]) for row in landscape(tables, **printed).to_dict("records")}


@pytest.mark.parametrize(("count", "side"), [(850, "fewer than that"), (1000, "inside it"), (1150, "more than that")])
def test_a_count_lies_below_inside_or_above_its_interval(count, side):
    assert side in said(count)["fan_a"]


@pytest.mark.parametrize(
    ("covered", "words"),
    [((0.8, 0.7, 0.9), "too narrow"), ((0.95, 0.9, 0.98), "agrees with"), ((0.99, 0.96, 1.0), "too wide")],
)
def test_coverage_is_told_by_its_own_interval(covered, words):
    assert words in said(covered=covered)["covered"]


def test_municipalities_outside_are_counted():
    assert said(covered=(0.8, 0.7, 0.9))["covered"].startswith("20 of 100 municipalities")


def test_cohorts_beat_the_naive_forecast_only_where_the_interval_says_so():
    assert "Cohorts beat it" in said()["beats"]
    assert "do not measurably beat" in said(beats={**BEATS, "ci_high": 0.1})["beats"]
    assert "Cohorts do worse" in said(beats={**BEATS, "estimate": 0.5, "ci_low": 0.1, "ci_high": 0.9})["beats"]


@pytest.mark.parametrize(
    ("readings", "words"),
    [
        ((1100, 1150), "lies 50 or 100 pupils above"),
        ((900, 1000), "lies 50 or 150 pupils below"),
        ((1000, 1100), "lies between"),
    ],
)
def test_a_forecast_in_print_stands_beside_what_came(readings, words):
    printed = said(printed_year=2024, printed_low=readings[0], printed_high=readings[1])["printed"]
    assert words in printed
    assert "900 to 1,100" in printed


def test_without_a_forecast_in_print_none_is_told():
    assert "printed" not in said()


def test_net_movement_is_not_told_as_who_stayed():
    assert "lost net 2.0% of the pupils of 2012" in said()["change"]
    assert "stayed" not in said()["change"]
