import pandas as pd
import pytest

from analysis.chapters.school_differences.findings import school_differences

NONE = {
    "spread": pd.DataFrame(columns=["controls", "term", "estimate", "ci_low", "ci_high", "n_obs", "n_clusters"]),
    "ranges": pd.DataFrame(columns=["drawn", "kind", "estimate", "schools"]),
    "outside": pd.DataFrame(columns=["level", "limit", "expected", "observed", "freed", "discovered", "schools"]),
    "lasting": pd.DataFrame(columns=["group", "term", "estimate", "ci_low", "ci_high", "n_clusters"]),
    "apart": pd.DataFrame(columns=["level", "middle", "tenth", "ninetieth", "schools"]),
    "certainty": pd.DataFrame(columns=["level", "below", "above", "unclear", "schools"]),
    "luck": pd.DataFrame(columns=["level", "averaged", "luck", "schools"]),
    "rule": pd.DataFrame(columns=["level", "candidates", "averaged", "false_alarm", "miss", "schools"]),
    "gains": pd.DataFrame(columns=["model", "group", "term", "estimate", "ci_low", "ci_high", "n_obs", "n_clusters"]),
}


def sentence(**tables):
    return school_differences(**(NONE | {name: pd.DataFrame(rows) for name, rows in tables.items()}))["sentence"].item()


def said(**tables):
    return str(sentence(**tables))


def headline(**tables):
    return str(sentence(**tables).beside["headline"])


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


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ((0.02, -0.02, 0.06), "(squared error 2% smaller, 95% interval \N{MINUS SIGN}2% to 6%)"),
        ((-0.02, -0.06, 0.02), "(squared error 2% larger, 95% interval \N{MINUS SIGN}2% to 6%)"),
        ((-0.02, -0.06, 0.0), "(squared error 2% larger, 95% interval 0% to 6%)"),
        ((0.0, -0.04, 0.04), "(squared error 0% smaller, 95% interval \N{MINUS SIGN}4% to 4%)"),
    ],
)
def test_a_difference_that_is_not_measurable_has_the_sign_of_its_interval(row, words):
    found = sentence(gains=[gain(*row)])
    assert words in str(found)
    assert "smaller" in words or str(found.beside["label"]).startswith("larger")


def test_the_prediction_that_errs_least_is_named_and_may_be_the_raw_share():
    assert "the smallest error is: raw share" in said(gains=[gain(-0.2, -0.3, -0.1)])
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
    assert "60% (havo) to 70% (vwo) is sampling variation in one year; averaged over 3 years it is 30% to 40%" in words


def test_how_many_schools_are_outside_is_told_as_numbers_of_streams():
    row = {"level": "all levels", "limit": 0.95, "expected": 0.04, "observed": 0.25, "freed": 0.1, "schools": 400}
    words = said(outside=[row])
    assert "lie 100 streams (25%); sampling variation alone puts 16 there (4%)" in words
    assert "40 are left (10%)" in words


def test_the_widest_level_is_told_first():
    rows = [("havo", 0.83, 0.92), ("vwo", 0.85, 0.9)]
    words = said(apart=[{"level": a, "middle": 0.88, "tenth": b, "ninetieth": c, "schools": 500} for a, b, c in rows])
    assert "83% of the havo candidates" in words
    assert "9.0 percentage points apart" in words
    assert "vwo with 5.0 points the least" in words


def test_one_level_is_compared_with_no_other():
    rows = [{"level": "havo", "middle": 0.88, "tenth": 0.83, "ninetieth": 0.92, "schools": 500}]
    assert said(apart=rows).endswith("92% at the ninetieth, 9.0 percentage points apart.")


@pytest.mark.parametrize(("unclear", "headline"), [(0.5, "Of many schools"), (0.2, "Of most schools")])
def test_of_how_many_schools_nothing_is_certain(unclear, headline):
    row = {"level": "havo", "below": 0.1, "above": 0.9 - unclear, "unclear": unclear, "schools": 500}
    found = school_differences(**(NONE | {"certainty": pd.DataFrame([row])}))
    assert headline in str(found["sentence"].item().beside["headline"])
    assert f"of {unclear:.0%} they do not say" in str(found["sentence"].item())


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ([0.6, 0.7], "Most of the variance between schools' pass rates in one year is sampling variation"),
        ([0.3, 0.4], "less than half of the variance between"),
        ([0.4, 0.7], "Sampling variation is 40% to 70% of the variance between schools in one year"),
        ([0.498, 0.502], "At every level about 50% of the variance"),
        ([0.498], "Sampling variation is 50% of the variance between schools in one year (havo)"),
        ([0.7], "Sampling variation is 70% of the variance between schools in one year (havo)"),
    ],
)
def test_of_luck_a_range_is_told_and_never_that_it_depends_on_the_level(parts, words):
    rows = [row for part, level in zip(parts, ("havo", "vwo"), strict=False) for row in luck(part, part / 2, level)]
    assert words in headline(luck=rows)
    assert "depends" not in headline(luck=rows)


def test_luck_of_one_level_is_told_as_one_number():
    assert (
        "of havo candidates that passes, 60% is sampling variation in one year; averaged over 3 years it is 30%"
        in said(luck=luck(0.6, 0.3))
    )


def lasting(*levels):
    names = ("havo", "vwo", "vmbo-b")
    return [
        {"group": name, "term": "lasting share", "estimate": value, "ci_low": low, "ci_high": high, "n_clusters": 500}
        for name, (value, low, high) in zip(names, levels, strict=False)
    ]


@pytest.mark.parametrize(
    ("levels", "words"),
    [
        ([(0.6, 0.55, 0.65), (0.8, 0.75, 0.85)], "More than half"),
        ([(0.2, 0.15, 0.25), (0.3, 0.25, 0.35)], "Less than half"),
        ([(0.4, 0.35, 0.45), (0.6, 0.55, 0.65)], "depends on the level"),
        ([(0.52, 0.3, 0.7), (0.52, 0.3, 0.7)], "Between levels no difference is established"),
        ([(0.4, 0.3, 0.5), (0.6, 0.45, 0.75), (0.5, 0.49, 0.51)], "Between levels no difference is established"),
        ([(0.52, 0.3, 0.7)], "Of the true differences between schools in havo pass rates, 52% lasts"),
    ],
)
def test_what_lasts_depends_on_the_level_only_where_intervals_of_its_ends_are_apart(levels, words):
    assert words in headline(lasting=lasting(*levels))


def test_where_levels_are_not_told_apart_the_sentence_says_so():
    assert "Between levels no difference is established" in said(lasting=lasting((0.52, 0.3, 0.7), (0.52, 0.3, 0.7)))


def test_what_lasts_of_one_level_is_told_with_its_interval():
    words = said(lasting=lasting((0.52, 0.3, 0.7)))
    assert "in the share of havo candidates" in words
    assert "52% (95% interval 30% to 70%) lasts" in words


def rule(candidates, false_alarm, miss):
    row = {"level": "havo", "averaged": 3, "candidates": candidates, "schools": 500}
    return {**row, "false_alarm": false_alarm, "miss": miss}


def test_a_rule_that_errs_as_often_about_large_schools_is_not_said_to_depend_on_their_size():
    assert "depends" not in headline(rule=[rule(10, 0.2, 0.3), rule(100, 0.2, 0.3)])
    assert "is wrong more often about small" in headline(rule=[rule(10, 0.2, 0.3), rule(100, 0.1, 0.1)])


def spread(within, between, equal):
    terms = (("none", "within schools", within), ("none", "between schools", between))
    return [
        {"controls": controls, "term": term, "n_obs": 9000, "n_clusters": 900}
        | dict(zip(("estimate", "ci_low", "ci_high"), values, strict=True))
        for controls, term, values in (*terms, ("schoolweging", "between schools", equal))
    ]


ALIKE = "Schools with equal schoolweging do not measurably differ by more than sampling variation"
DIFFER = "Schools with equal schoolweging differ by more than sampling variation"


@pytest.mark.parametrize(
    ("within", "between", "equal", "words"),
    [
        ((10, 9.5, 10.5), (3, 2.9, 3.1), (2, 1.9, 2.1), f"{DIFFER}, pupils within them far more"),
        ((10, 9.0, 11.0), (3, 2.9, 3.1), (2, 1.9, 2.1), f"{DIFFER}, pupils within them more"),  # 9.0 / 3.1 < 3
        ((10, 9.5, 10.5), (2, 1.9, 2.1), (3, 2.9, 3.4), f"{DIFFER}, pupils within them more"),  # 9.5 / 3.4 < 3
        ((3.2, 2.9, 3.5), (3, 2.8, 3.2), (2, 1.9, 2.1), DIFFER),
        ((2, 1.9, 2.1), (3, 2.9, 3.1), (1, 0.9, 1.1), DIFFER),
        ((10, 9.5, 10.5), (3, 2.9, 3.1), (0.2, 0.0, 0.4), ALIKE),
    ],
)
def test_pupils_are_said_to_differ_more_only_where_intervals_are_apart(within, between, equal, words):
    assert headline(spread=spread(within, between, equal)) == words


def test_an_end_of_what_lasts_does_not_read_as_the_half_that_it_is_compared_with():
    assert "(95% interval 30% to 49.8%)" in said(lasting=lasting((0.42, 0.3, 0.498)))
