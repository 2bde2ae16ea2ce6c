import pandas as pd
import pytest

from analysis.chapters.school_differences.findings import school_differences

NONE = {
    "spread": pd.DataFrame(columns=["controls", "term", "estimate", "ci_low", "ci_high", "n_obs", "n_clusters"]),
    "ranges": pd.DataFrame(columns=["drawn", "kind", "estimate", "schools"]),
    "outside": pd.DataFrame(columns=["level", "limit", "expected", "observed", "freed", "discovered", "schools"]),
    "lasting": pd.DataFrame(columns=["group", "term", "estimate", "ci_low", "ci_high", "n_clusters"]),
    "luck": pd.DataFrame(columns=["level", "averaged", "luck", "schools"]),
    "rule": pd.DataFrame(columns=["level", "candidates", "averaged", "false_alarm", "miss", "schools"]),
    "gains": pd.DataFrame(columns=["model", "group", "term", "estimate", "ci_low", "ci_high", "n_obs", "n_clusters"]),
}


def said(**tables):
    found = school_differences(**(NONE | {name: pd.DataFrame(rows) for name, rows in tables.items()}))
    return str(found["sentence"].item())


def gain(value, low, high, term="shrunken"):
    numbers = {"estimate": value, "ci_low": low, "ci_high": high, "n_obs": 9000, "n_clusters": 900}
    return {"model": "errors of predictions", "group": "all levels", "term": term, **numbers}


def test_without_numbers_nothing_is_said():
    assert school_differences(**NONE).empty


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ((0.2, 0.1, 0.3), "20% (95% interval 10% to 30%) smaller"),
        ((-0.2, -0.3, -0.1), "20% (95% interval 10% to 30%) larger"),
        ((0.1, -0.1, 0.3), "do not predict the share of its last years measurably better or worse"),
    ],
)
def test_which_prediction_wins_follows_from_the_interval(row, words):
    assert words in said(gains=[gain(*row)])


def test_the_prediction_that_errs_least_is_named_and_may_be_the_raw_share():
    assert "errs least is: raw share" in said(gains=[gain(-0.2, -0.3, -0.1)])
    assert "by size" in said(gains=[gain(0.2, 0.1, 0.3), gain(0.25, 0.1, 0.4, "shrunken, by size")])


@pytest.mark.parametrize(
    ("observed", "headline"), [(0.3, "More schools lie outside"), (0.055, "Not measurably more schools")]
)
def test_more_schools_outside_than_luck_puts_there(observed, headline):
    row = {"level": "all levels", "limit": 0.95, "expected": 0.05, "observed": observed, "freed": 0.03}
    found = school_differences(**(NONE | {"outside": pd.DataFrame([{**row, "discovered": 0.0, "schools": 900}])}))
    assert headline in str(found["sentence"].item().beside["headline"])


def luck(one, three, level="havo"):
    return [{"level": level, "averaged": years, "luck": part, "schools": 500} for years, part in ((1, one), (3, three))]


def test_luck_is_told_with_its_ends_over_levels():
    words = said(luck=[*luck(0.6, 0.3), *luck(0.7, 0.4, "vwo")])
    assert "60% (havo) to 70% (vwo) is luck in one year; averaged over 3 years it is 30% to 40%" in words
