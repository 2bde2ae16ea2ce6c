"""The sentences of the chapters on staffing: verdicts, conditions, and signs in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.oab_money import findings as wording_oab_money
from analysis.chapters.staffing import findings as wording
from analysis.chapters.staffing.findings import RULED_OUT, SOMETHING, UNKNOWN, _money, _toelage
from analysis.chapters.teachers import findings as wording_teachers
from analysis.language import Text, speaking
from analysis.publish.findings import Finding

OUTFLOW = {
    "model": "amt_did",
    "outcome": "outflow",
    "estimate": 0.00562,
    "ci_low": 0.00018,
    "ci_high": 0.01106,
    "p_value": 0.0429,
    "p_corrected": 0.191,
    "family": "toelage, before and after",
    "margin": 0.01,
    "mde": 0.009,
    "verdict": UNKNOWN,
    "falls_at": np.nan,
    "drift_low": np.nan,
    "drift_high": np.nan,
    "unit": "share of teachers",
    "n_obs": 25580,
}
CUTOFF = {"model": "amt_rd", "family": "toelage, at the cut-off"}
HOURS = {"outcome": "hours", "unit": "hours a week", "margin": 0.5, "mde": 0.7}


def findings_of(*rows: dict[str, object]) -> list[Finding]:
    return list(_toelage(pd.DataFrame([{**OUTFLOW, **row} for row in rows])))


def test_what_is_significant_alone_and_not_within_its_family_is_no_effect():
    """A truth of zero with p .043 was once reported as an effect; after Romano-Wolf p is .191."""
    (finding,) = findings_of({})
    assert finding.sentence == (
        "Compared before and after, the estimates are too imprecise to tell whether the arbeidsmarkttoelage changed "
        "the outflow of teachers."
    )
    assert "are too imprecise" in finding.sentence.beside["headline"]
    assert (finding.p_value, finding.p_corrected) == (0.0429, 0.191)


@pytest.mark.parametrize(("estimate", "moved"), [(0.02, "rose"), (-0.02, "fell")])
def test_an_effect_has_its_side_its_size_and_its_condition(estimate, moved):
    ends = {"ci_low": estimate - 0.005, "ci_high": estimate + 0.005}
    row = {"verdict": SOMETHING, "estimate": estimate, "p_corrected": 0.004, **ends}
    for more, where, at in (({}, "Compared before and after", ""), (CUTOFF, "At the cut-off", ", at the cut-off")):
        (finding,) = findings_of({**row, **more})
        by = f"the outflow of teachers {moved} by 2.0 percentage points (95% interval 1.5 to 2.5)."
        assert finding.sentence == f"{where}, with the arbeidsmarkttoelage {by}"
        assert finding.sentence.beside["headline"] == f"With the extra pay the outflow of teachers {moved}{at}"
        assert ("otherwise have moved alike" in finding.sentence.beside.get("caveat", "")) == (not more)


@pytest.mark.parametrize(
    ("drifts", "words"),
    [
        ((np.nan, np.nan), "stands at every drift in the table."),
        (
            (0.0, 1.0),
            "Compared with the year before the start alone, the conclusion on the outflow of teachers does not hold.",
        ),
        (
            (0.5, np.nan),
            "each year by 0.5 times their largest earlier yearly change, the conclusion on the outflow of teachers",
        ),
    ],
)
def test_ruled_out_carries_its_condition_and_what_a_drift_does_to_it(drifts, words):
    """The first of the drifts at which a verdict falls is that of the sentence."""
    rows = [{"verdict": RULED_OUT, "falls_at": drift} | more for drift, more in zip(drifts, ({}, HOURS), strict=True)]
    (finding,) = findings_of(*rows)
    assert "1.0 percentage points on the outflow of teachers and 0.5 hours a week on the number of" in finding.sentence
    assert "if schools with and without it would otherwise have moved alike" in finding.sentence.beside["caveat"]
    assert words in finding.sentence.beside["caveat"]


@pytest.mark.parametrize(
    ("verdicts", "headline", "key", "yardstick"),
    [
        ((RULED_OUT, RULED_OUT), "The extra pay had no effect that matters on staffing", "2", "0 too uncertain to say"),
        ((UNKNOWN, RULED_OUT), "Extra pay: no sizeable effect on hours per teacher; the rest uncertain", "1", "1 too"),
        ((UNKNOWN, UNKNOWN), "Estimates of what the extra pay did to staffing are too imprecise", "2", None),
        ((SOMETHING, RULED_OUT), "With the extra pay the outflow of teachers rose", "1", "1 without an effect that m"),
    ],
)
def test_the_headline_on_the_toelage_follows_all_verdicts(verdicts, headline, key, yardstick):
    (finding,) = findings_of({"verdict": verdicts[0]}, {"verdict": verdicts[1], **HOURS})
    beside = finding.sentence.beside
    assert beside["headline"] == headline
    assert beside["key"] == key
    assert "of 2 outcomes" in beside["label"]
    assert beside.get("yardstick", "").startswith(yardstick or "")
    if UNKNOWN in verdicts and RULED_OUT in verdicts:
        assert finding.sentence.endswith("On the outflow of teachers it is too uncertain to say.")


def test_several_effects_are_counted_in_the_headline_and_named_in_the_sentence():
    rose = {"verdict": SOMETHING, "estimate": 0.02, "ci_low": 0.01, "ci_high": 0.03}
    fell = {**HOURS, "verdict": SOMETHING, "estimate": -0.6, "ci_low": -0.9, "ci_high": -0.3}
    (finding,) = findings_of(rose, fell)
    assert finding.sentence.beside["headline"] == "The extra pay changed 2 of 2 outcomes of staffing"
    assert "the outflow of teachers rose by 2.0 percentage points" in finding.sentence
    assert "and the number of hours per teacher fell by 0.60 hours a week" in finding.sentence


def test_what_the_cut_off_finds_is_another_finding():
    first, second = findings_of({"verdict": RULED_OUT}, {**CUTOFF, "ci_low": -0.026, "ci_high": 0.037})
    assert (first.name, second.name) == ("toelage", "toelage_cutoff")
    assert second.sentence.startswith("At the cut-off, the estimates are too imprecise to tell")
    assert (first.family, second.family) == ("toelage, before and after", "toelage, at the cut-off")


def test_several_outcomes_are_tested_by_the_smallest_corrected_p_value():
    (finding,) = findings_of({"p_corrected": 0.2}, {"p_value": 0.001, "p_corrected": 0.01, **HOURS})
    assert (finding.p_value, finding.p_corrected) == (0.001, 0.01)


def signed(sign: int, size: float, unit: str, n: int = 100) -> dict[str, object]:
    """An estimate that is positive, negative or not measurable."""
    estimate, half = size * sign, size / 2
    ends = {"ci_low": estimate - half, "ci_high": estimate + half}
    return {"estimate": estimate, **ends, "unit": unit, "n_obs": n, "p_value": 0.01}


@pytest.mark.parametrize(
    ("sign", "wage", "weging", "judged"),
    [
        (1, "The extra pay arrived: the hourly wage is 6.6% higher", "larger at schools with more", "more often"),
        (-1, "The extra pay did not arrive: the hourly wage is 6.2% lower", "smaller at schools with", "less often"),
        (
            0,
            "The hourly wage does not measurably differ at the cut-off",
            "not measurably associated",
            "do not measurably differ",
        ),
    ],
)
def test_headlines_on_wage_shortage_and_judgement_turn(sign, wage, weging, judged):
    """100 (exp(0.064) - 1) = 6.6, and 100 (1 - exp(-0.064)) = 6.2."""
    (first,) = wording._wage(signed(sign, 0.064, "log points"), None)
    assert wage in first.sentence.beside["headline"]
    (second,) = wording._weging(signed(sign, 0.131, "share of employment"))
    assert weging in second.sentence.beside["headline"]
    assert ("13.1 percentage points of employment (95% interval" in second.sentence) == bool(sign)
    (third,) = wording._judgement(signed(sign, 0.2, "probability"))
    assert judged in third.sentence.beside["headline"]


@pytest.mark.parametrize(
    ("inside", "words"),
    [(0.17, "is larger in the five"), (0.02, "is smaller in"), (0.071, "does not measurably differ")],
)
def test_the_headline_on_the_large_cities_turns(inside, words):
    rows = [("G5", inside, 45), ("outside the G5", 0.07, 364)]
    table = pd.DataFrame(rows, columns=["category", "estimate", "schools"])
    table = table.assign(year=2024, outcome="mean_employment", ci_low=table["estimate"] - 0.01)
    (finding,) = wording._levels(table.assign(ci_high=table["estimate"] + 0.01), 2024)
    assert words in finding.sentence.beside["headline"]
    assert finding.sentence.beside["yardstick"] == "7.0% in the rest of the country"
    assert finding.n == 409


def test_a_withheld_interval_leaves_the_large_cities_untested_and_the_model_beside_them():
    rows = [("G5", 0.17, 45, np.nan, np.nan), ("outside the G5", 0.07, 364, 0.06, 0.08)]
    table = pd.DataFrame(rows, columns=["category", "estimate", "schools", "ci_low", "ci_high"])
    table = table.assign(year=2024, outcome="mean_employment")
    model = {"estimate": 0.033, "ci_low": 0.018, "ci_high": 0.048, "unit": "share of employment", "n_obs": 4090}
    (finding,) = wording._levels(table, 2024, model)
    assert finding.sentence.beside["headline"] == (
        "At equal schoolweging the teacher shortage is larger in the five large cities"
    )
    assert "3.3 percentage points of employment (95% interval 1.8 to 4.8) higher than elsewhere." in finding.sentence
    assert (finding.n, finding.unit) == (4090, "school years")
    assert "Unadjusted it was 17.0% there and 7.0% elsewhere in 2024" in finding.sentence
    less = {**model, "estimate": -0.033, "ci_low": -0.048, "ci_high": -0.018}
    (turned,) = wording._levels(table, 2024, less)
    assert "is smaller in the five large cities" in turned.sentence.beside["headline"]
    (alone,) = wording._levels(table, 2024)
    assert alone.sentence.beside["headline"].endswith("the difference cannot be tested here")


def estimates(**p_values: float) -> pd.DataFrame:
    keys = {
        "oab_event": {"model": "oab_event", "term": "year_2024", "group": "all schools"},
        "oab_dose": {"model": "oab_dose", "group": "schools with a score in 2016"},
        "oab_kink": {"model": "oab_kink"},
    }
    size = {"estimate": 1.6, "ci_low": 0.1, "ci_high": 3.1, "outcome": "pupils_per_teacher", "n_obs": 100}
    rows = [{**keys[name], **size, "p_value": p, "unit": "pupils per fte"} for name, p in p_values.items()]
    return pd.DataFrame(rows)


def test_a_direction_needs_the_corrected_p_value_too():
    by_name = {
        finding.name: finding
        for finding in _money(estimates(oab_event=0.001, oab_dose=0.03, oab_kink=0.04), 2024, 2020)
    }
    assert by_name["oab_dose"].p_corrected == pytest.approx(0.06)  # 2 x 0.03
    assert "1.60 pupils per fte (95% interval 0.10 to 3.10) more" in by_name["oab_event"].sentence
    assert "came to have more pupils per teacher" in by_name["oab_event"].sentence.beside["headline"]
    assert "is not measurably associated with" in by_name["oab_dose"].sentence
    assert "is not measurably associated with" in by_name["oab_dose"].sentence.beside["headline"]
    assert "no effect is established" in by_name["oab_kink"].sentence.beside["headline"]


@pytest.mark.parametrize(("sign", "word"), [(1, "more"), (-1, "fewer")])
def test_headlines_on_money_turn(sign, word):
    table = estimates(oab_event=0.001, oab_dose=0.001, oab_kink=0.001)
    ends = table[["ci_low", "ci_high"]].mul(sign)
    turned = table.assign(estimate=sign * table["estimate"], ci_low=ends.min(axis=1), ci_high=ends.max(axis=1))
    for finding in _money(turned, 2024, 2020):
        assert f"{word} pupils per teacher" in finding.sentence.beside["headline"], finding.name


def test_nothing_is_said_at_the_threshold_where_every_effect_fits():
    wide = estimates(oab_event=0.5, oab_kink=0.5).assign(ci_low=-20.0, ci_high=23.0)
    (_, finding) = _money(wide, 2024, 2020)
    assert (
        finding.sentence.beside["headline"] == "Too few schools lie near the threshold to see what the money does there"
    )


def hours(estimate: float, low: float, high: float) -> Text:
    row = {"model": "teacher_hours", "term": "last_year", "estimate": estimate, "ci_low": low, "ci_high": high}
    rest = {"p_value": 0.01, "n_obs": 100, "unit": "fte", "by": ""}
    equal = [{**row, **rest, "term": term} for term in wording_teachers.HELD_EQUAL]
    years = [{"model": "teachers", "by": "year", "category": year} for year in ("2018", "2020")]
    return next(iter(wording_teachers._hours(pd.DataFrame([{**row, **rest}, *equal, *years])))).sentence


def test_hours_have_their_side_and_an_interval_that_turned_with_it():
    assert "0.034 fte (95% interval 0.026 to 0.042) less" in hours(-0.034, -0.042, -0.026)
    assert "0.034 fte (95% interval 0.026 to 0.042) more" in hours(0.034, 0.026, 0.042)
    assert "not measurably work more or less" in hours(-0.015, -0.04, 0.01)
    assert hours(-0.034, -0.042, -0.026).beside["headline"] == "Teachers work fewer hours than two years before"
    assert hours(0.034, 0.026, 0.042).beside["headline"] == "Teachers work more hours than two years before"
    assert "do not measurably work other hours" in hours(-0.015, -0.04, 0.01).beside["headline"]
    assert "−0.015 fte (95% interval −0.040 to 0.010)" in hours(-0.015, -0.04, 0.01)


@pytest.mark.parametrize(
    ("sign", "word"), [(1, "more teachers do"), (-1, "fewer teachers do"), (0, "not measurably associated")]
)
def test_teachers_and_pupils_follow_the_slope(sign, word):
    base = {"model": "teacher_composition", "p_value": 0.01, "n_obs": 100, "term": "mean", "unit": "share of teachers"}
    band = {**base, "by": "band", "ci_low": 0.0, "ci_high": 1.0}
    ends = {"estimate": 0.3 * sign, "ci_low": 0.3 * sign - 0.1, "ci_high": 0.3 * sign + 0.1}
    slope = {**base, "by": "", "term": "share_nonwestern_pupils", **ends}
    frame = pd.DataFrame([{**band, "estimate": 0.05}, {**band, "estimate": 0.38}, slope])
    sentence = next(iter(wording_teachers._composition(frame))).sentence
    assert word in sentence
    assert word in sentence.beside["headline"]
    assert (sentence.beside["key"], sentence.beside["yardstick"]) == ("38%", "5% where the fewest have")


@pytest.mark.parametrize(
    ("sign", "word"), [(1, "a year up relative"), (-1, "a year down relative"), (0, "not measurably move")]
)
def test_hired_staff_follow_the_sign(sign, word):
    row = {"estimate": 0.0025 * sign, "ci_low": 0.0025 * sign - 0.001, "ci_high": 0.0025 * sign + 0.001}
    (finding,) = wording_oab_money._hired(
        {**row, "p_value": 0.1, "n_obs": 50, "unit": "share of the costs of staff, a year"}
    )
    assert word in finding.sentence
    assert "0.25 percentage points" in finding.sentence or not sign
    assert finding.sentence.beside.get("key") == ("0.25 percentage points" if sign else None)
    headline = {1: "spend more on hired staff", -1: "spend less on hired staff", 0: "did not measurably move"}[sign]
    assert headline in finding.sentence.beside["headline"]


@pytest.mark.parametrize(("sign", "word"), [(1, "363 euro more"), (-1, "363 euro less"), (0, "no bend in the money")])
def test_the_bend_follows_the_sign(sign, word):
    row = {"p_value": 0.1, "n_obs": 50, "unit": "euro a pupil per point a pupil"}
    change = {**row, "estimate": 363.0 * sign, "ci_low": 363 * sign - 35.0, "ci_high": 363 * sign + 35.0}
    (finding,) = wording_oab_money._bend({**row, "estimate": 2.0}, change, 0.696)
    assert word in finding.sentence
    headline = {1: "rises more steeply", -1: "rises less steeply", 0: "No bend in the money is established"}[sign]
    assert headline in finding.sentence.beside["headline"]


def test_the_teachers_who_left_and_those_who_came_are_counted_each():
    """The sentence is about two years, and gave the number of teachers of one."""
    columns = ["flow", "year", "where", "teachers", "share"]
    rows = [("left", 2016, "all", 300, 0.25), ("left", 2016, "other city", 75, 0.4)]
    rows += [("came", 2018, "all", 290, 0.2), ("came", 2018, "starter", 60, 0.8)]
    (finding,) = wording_teachers._flows(pd.DataFrame(rows, columns=columns))
    assert "Of the teachers of 2016/17 (n = 300) 25% had left two years later, 40% of them" in finding.sentence
    assert "Of those of 2018/19 (n = 290) 20% had joined since, 80% of them as starters." in finding.sentence


@pytest.mark.parametrize(("sign", "en", "nl"), [(-1, "fell", "daalde"), (1, "rose", "steeg")])
def test_the_side_of_an_effect_is_a_word_for_a_side_in_every_language(sign, en, nl):
    """In Dutch a negative effect was "ondergrens": the word for the lower end of bounds."""
    ends = sorted(sign * end for end in (0.01, 0.05))
    row = {"verdict": SOMETHING, "estimate": sign * 0.03, "ci_low": ends[0], "ci_high": ends[1], "p_corrected": 0.01}
    for language, side in (("en", en), ("nl", nl)):
        with speaking(language):
            (finding,) = findings_of(row)
        assert side in finding.sentence
        assert side in finding.sentence.beside["headline"]
