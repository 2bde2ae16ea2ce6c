import pandas as pd
import pytest
from tests.unit.chapters.landscape.conftest import exact

from analysis.chapters.landscape.findings import _fan, landscape
from analysis.chapters.landscape.models import pictures

HELD = {"year": 2019, "municipalities": 100}
LARGE = {"method": "cohorts", "year": 2019, "size": "20,000 or more", "municipalities": 4, "pupils": 190_995}
DUEL = {
    "year": 2019,
    "cohorts": 1.5,
    "rival_error": 2.0,
    "estimate": -0.5,
    "ci_low": -0.9,
    "ci_high": -0.1,
    "n_obs": 100,
    "plain": -0.02,
    "plain_low": -0.27,
    "plain_high": 0.22,
}
CHANGE = {"place": "a", "kind": "municipality", "pupils_before": 500, "pupils_after": 520, "n_entries": 300}
CHANGE |= {"n_leavers": 270}

IN_PRINT = {"printed_area": "a", "printed_year": 2024}


def fans(count, more=0, areas=("a",)):
    forecast = {"estimate": 1000.0, "ci_low": 900.0, "ci_high": 1100.0, "pupils_2017": 950, "pupils_counted": count}
    return pd.DataFrame([{"area": area, "year": 2024, "pupils_scaled": count + more, **forecast} for area in areas])


def said(**given):
    return {name: str(sentence) for name, sentence in found(**given).items()}


def found(
    count=1050,
    covered=(0.95, 0.9, 0.98),
    large=(1.0, 0.4, 1.0),
    duel=DUEL,
    rival="naive",
    more=0,
    areas=("a",),
    foreseen=(-0.03, -0.01),
    moved=-0.02,
    **printed,
):
    share, low, high = covered
    at_large = dict(zip(("covered_95", "low_95", "high_95"), large, strict=True))
    held = {"outside": round(100 * (1 - share)), "estimate": share, "ci_low": low, "ci_high": high}
    tables = {
        "held": pd.DataFrame([{**HELD, **held}]),
        "backtest": pd.DataFrame([{**LARGE, **at_large}]),
        "duels": pd.DataFrame([{**duel, "rival": rival}]),
        "forecast": fans(count, more, areas),
        "change": pd.DataFrame([{**CHANGE, "moved_share": moved}]),
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
            {
                "rule": ["by the model", "as often as before", "as before"],
                "brier": [0.08, 0.1, 0.12],
                "slope": [0.9, None, None],
                "ci_low": [None, foreseen[0], -0.05],
                "ci_high": [None, foreseen[1], -0.03],
                "schools": 100,
            }
        ),
    }
    return {row["name"]: row["sentence"] for row in landscape(tables, **printed).to_dict("records")}


@pytest.mark.parametrize(("count", "side"), [(850, "fewer than that"), (1000, "inside it"), (1150, "more than that")])
def test_a_count_lies_below_inside_or_above_its_interval(count, side):
    assert side in said(count=count)["fan_one"]
    assert "fan_one" not in said(count=count, areas=("a", "b"))


@pytest.mark.parametrize(("count", "words"), [(850, "2 had fewer"), (1000, "2 lay inside"), (1150, "2 had more")])
def test_of_several_municipalities_each_side_is_counted(count, words):
    assert words in said(count=count, areas=("a", "b"))["fan_largest"]


@pytest.mark.parametrize(("count", "side"), [(850, "below"), (1150, "above")])
def test_the_key_of_several_municipalities_counts_the_side_of_their_headline(count, side):
    beside = found(count=count, areas=("a", "b"))["fan_largest"].beside
    assert (beside["key"], beside["label"]) == ("2", f"of the 2 largest municipalities {side} their interval")


def test_a_count_that_hangs_on_untold_schools_has_no_side():
    assert "fan_one" not in said(count=890, more=20)
    assert "fan_largest" not in said(count=890, more=20, areas=("a", "b"))
    assert "printed" not in said(count=890, more=20, **IN_PRINT, printed_low=895, printed_high=899)


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
    assert "do not measurably beat" in said(duel={**DUEL, "ci_high": 0.1})["beats"]
    assert "Cohorts do worse" in said(duel={**DUEL, "estimate": 0.5, "ci_low": 0.1, "ci_high": 0.9})["beats"]


def test_whether_drawing_ratios_together_helps_follows_from_sign_and_interval():
    worse = {**DUEL, "estimate": 0.5, "ci_low": 0.1, "ci_high": 0.9}
    assert "together helps" in said(rival="cohorts_unshrunken")["shrinking"]
    assert "makes it worse" in said(duel=worse, rival="cohorts_unshrunken")["shrinking"]
    assert "no measurable difference" in said(duel={**DUEL, "ci_high": 0.1}, rival="cohorts_unshrunken")["shrinking"]
    assert "beats" not in said(rival="cohorts_unshrunken")
    sentence = found(duel=worse, rival="cohorts_unshrunken")["shrinking"]
    assert "municipalities weighted by pupils" in str(sentence)
    assert "alike the difference is \N{MINUS SIGN}0.02 (\N{MINUS SIGN}0.27 to 0.22)" in str(sentence)
    assert sentence.beside["headline"] == "Weighted by pupils, own ratios forecast 2019 better than drawn ones"


def test_the_difference_of_a_duel_is_that_of_the_errors_beside_it():
    """The gate rounds an estimate by its standard error, its two parts more finely."""
    rounded = {**DUEL, "cohorts": 1.8648, "rival_error": 2.24, "estimate": -0.4}
    assert "1.86%" in said(duel=rounded)["beats"]
    assert "difference \N{MINUS SIGN}0.38" in said(duel=rounded)["beats"]


def test_the_largest_municipalities_are_told_apart():
    assert "too seldom" in said(large=(0.25, 0.01, 0.81))["large"]
    assert "3 had their pupils" in said(large=(0.25, 0.01, 0.81))["large"]
    assert "hold 40% to 100% of the counts (95% interval), which agrees with 95%" in said()["large"]
    assert (
        "97% of the counts at least (lower end of the 95% interval) and are too wide"
        in said(large=(1, 0.97, 1))["large"]
    )


@pytest.mark.parametrize(
    ("readings", "words"),
    [
        ((1100, 1150), "lies 50 or 100 pupils above"),
        ((900, 1000), "lies 50 or 150 pupils below"),
        ((1000, 1100), "agrees with the forecast of a in print for 2024 (1,000 or 1,100, as it is read)"),
        ((900, 900), "(900) lies 150 pupils below"),
    ],
)
def test_a_forecast_in_print_stands_beside_what_came(readings, words):
    printed = said(**IN_PRINT, printed_low=readings[0], printed_high=readings[1])["printed"]
    assert words in printed
    assert "900 to 1,100" in printed


def test_without_a_forecast_in_print_none_is_told():
    assert "printed" not in said()


def test_the_forecast_of_another_municipality_is_not_set_beside_what_came():
    """The edition of one city is run for another by one value."""
    readings = {"printed_low": 1100, "printed_high": 1150}
    assert "printed" in said(**IN_PRINT, **readings)
    assert "printed" not in said(**{**IN_PRINT, "printed_area": "b"}, **readings)
    rows = fans(1000).assign(pupils_counted=1000.0)
    drawn = {area: pictures.fans(rows, area, 2024, (1100, 1150), exact) for area in ("a", "b")}
    assert (drawn["a"]["series"] == pictures.PRINTED).sum() == 1
    assert (drawn["b"]["series"] == pictures.PRINTED).sum() == 0


def test_a_net_movement_that_would_be_written_as_zero_has_no_direction():
    assert "gained or lost net less than 0.05% of" in said(moved=-0.0004)["change"]


def test_net_movement_is_not_told_as_who_stayed():
    assert "lost net 2.0% of the pupils of 2012" in said()["change"]
    assert "stayed" not in said()["change"]


@pytest.mark.parametrize(
    ("foreseen", "words"),
    [((-0.03, -0.01), "is better than that"), ((0.01, 0.03), "is worse than that"), ((-0.01, 0.01), "not measurably")],
)
def test_a_chance_is_foreseen_better_only_than_another_chance_and_by_its_interval(foreseen, words):
    sentence = said(foreseen=foreseen)["foreseen"]
    assert words in sentence
    assert "0.1000" in sentence


def test_coverage_that_is_said_to_be_wrong_has_an_end_that_shows_it():
    assert "(95% interval 85% to 94.8%)" in said(covered=(0.9, 0.85, 0.948))["covered"]


@pytest.mark.parametrize(("high", "side"), [(1049.6, "inside it"), (1049.4, "more than that")])
def test_a_count_on_the_printed_end_of_an_interval_is_not_said_to_lie_outside(high, side):
    tables = fans(1050).assign(ci_high=high)
    name, sentence, *_ = next(_fan(tables))
    assert name == "fan_one"
    assert side in str(sentence)
