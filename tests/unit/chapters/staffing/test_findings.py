"""The sentences of the chapters on staffing: verdicts, conditions, and signs in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.oab_money import findings as wording_oab_money
from analysis.chapters.staffing.findings import RULED_OUT, SOMETHING, UNKNOWN, _money, _toelage
from analysis.chapters.teachers import findings as wording_teachers
from analysis.language import speaking
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
NO_TRENDS = pd.DataFrame({"outcome": ["shortage"], "p_value": [0.4]})


def findings_of(*rows: dict[str, object], trends: pd.DataFrame = NO_TRENDS) -> list[Finding]:
    return list(_toelage(pd.DataFrame([{**OUTFLOW, **row} for row in rows]), trends))


def test_what_is_significant_alone_and_not_within_its_family_is_no_effect():
    """A truth of zero with p .043 was once reported as an effect; after Romano-Wolf p is .191."""
    (finding,) = findings_of({})
    assert finding.sentence.startswith(
        "Teachers who left: too uncertain to say. Compared before and after, the difference is 0.6"
    )
    assert "(95% interval 0.0 to 1.1), p = 0.19 when corrected" in finding.sentence
    assert (finding.p_value, finding.p_corrected) == (0.0429, 0.191)


@pytest.mark.parametrize(("estimate", "side"), [(0.02, "higher"), (-0.02, "lower")])
def test_an_effect_has_its_side_its_size_and_its_condition(estimate, side):
    ends = {"ci_low": estimate - 0.005, "ci_high": estimate + 0.005}
    (finding,) = findings_of({"verdict": SOMETHING, "estimate": estimate, "p_corrected": 0.004, **ends})
    assert f"2.0 percentage points (95% interval 1.5 to 2.5) {side} with the toelage (p = 0.004" in finding.sentence
    assert "if schools with and without the arbeidsmarkttoelage would otherwise have moved alike" in finding.sentence


@pytest.mark.parametrize(
    ("drift", "words"),
    [
        (np.nan, "That stands at every drift in the table of drifts."),
        (0.0, "Compared with the year before the start alone it does not stand: the interval is then −1.5 to 0.5."),
        (
            0.5,
            "It falls if they drifted apart every year by 0.5 times the largest yearly step before the start: the "
            "interval is then −1.5 to 0.5.",
        ),
    ],
)
def test_ruled_out_carries_its_condition_and_what_a_drift_does_to_it(drift, words):
    row = {"verdict": RULED_OUT, "falls_at": drift, "drift_low": -0.015, "drift_high": 0.005}
    (finding,) = findings_of(row)
    assert "an effect of 1.0 percentage points or more is ruled out if schools with and without" in finding.sentence
    assert words in finding.sentence


def test_what_the_cut_off_finds_too_uncertain_is_said_beside_every_verdict():
    cutoff = {"model": "amt_rd", "estimate": 0.006, "ci_low": -0.026, "ci_high": 0.037, "verdict": UNKNOWN}
    for verdict in (RULED_OUT, SOMETHING, UNKNOWN):
        (finding,) = findings_of({"verdict": verdict}, cutoff)
        assert (
            "At the cut-off it is too uncertain to say: 0.6 percentage points (95% interval −2.6 to 3.7)."
            in finding.sentence
        )


@pytest.mark.parametrize(("p_value", "moved"), [(0.0002, True), (0.4, False)])
def test_that_schools_moved_apart_before_is_said_where_the_test_says_so(p_value, moved):
    row = {"model": "amt_rd", "outcome": "shortage", "unit": "share of employment"}
    (finding,) = findings_of(row, trends=pd.DataFrame({"outcome": ["shortage"], "p_value": [p_value]}))
    assert ("with and without the toelage had moved apart before its start (p < 0.001)" in finding.sentence) == moved


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
    assert "does not measurably go with" in by_name["oab_dose"].sentence
    assert "no effect is established" in by_name["oab_kink"].sentence


def hours(estimate: float, low: float, high: float) -> str:
    row = {"model": "teacher_hours", "term": "last_year", "estimate": estimate, "ci_low": low, "ci_high": high}
    rest = {"p_value": 0.01, "n_obs": 100, "unit": "fte", "by": ""}
    equal = [{**row, **rest, "term": term} for term in wording_teachers.HELD_EQUAL]
    years = [{"model": "teachers", "by": "year", "category": year} for year in ("2018", "2020")]
    return next(iter(wording_teachers._hours(pd.DataFrame([{**row, **rest}, *equal, *years])))).sentence


def test_hours_have_their_side_and_an_interval_that_turned_with_it():
    assert "0.034 fte (95% interval 0.026 to 0.042) less" in hours(-0.034, -0.042, -0.026)
    assert "0.034 fte (95% interval 0.026 to 0.042) more" in hours(0.034, 0.026, 0.042)
    assert "not measurably work more or less" in hours(-0.015, -0.04, 0.01)
    assert "−0.015 fte (95% interval −0.040 to 0.010)" in hours(-0.015, -0.04, 0.01)


@pytest.mark.parametrize(
    ("sign", "word"), [(1, "more teachers do"), (-1, "fewer teachers do"), (0, "does not measurably")]
)
def test_teachers_and_pupils_follow_the_slope(sign, word):
    base = {"model": "teacher_composition", "p_value": 0.01, "n_obs": 100, "term": "mean", "unit": "share of teachers"}
    band = {**base, "by": "band", "ci_low": 0.0, "ci_high": 1.0}
    ends = {"estimate": 0.3 * sign, "ci_low": 0.3 * sign - 0.1, "ci_high": 0.3 * sign + 0.1}
    slope = {**base, "by": "", "term": "share_nonwestern_pupils", **ends}
    frame = pd.DataFrame([{**band, "estimate": 0.05}, {**band, "estimate": 0.38}, slope])
    assert word in next(iter(wording_teachers._composition(frame))).sentence


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


@pytest.mark.parametrize(("sign", "word"), [(1, "363 euro more"), (-1, "363 euro less"), (0, "no bend in the money")])
def test_the_bend_follows_the_sign(sign, word):
    row = {"p_value": 0.1, "n_obs": 50, "unit": "euro a pupil per point a pupil"}
    change = {**row, "estimate": 363.0 * sign, "ci_low": 363 * sign - 35.0, "ci_high": 363 * sign + 35.0}
    (finding,) = wording_oab_money._bend({**row, "estimate": 2.0}, change, 0.696)
    assert word in finding.sentence


def test_the_teachers_who_left_and_those_who_came_are_counted_each():
    """The sentence is about two years, and gave the number of teachers of one."""
    columns = ["flow", "year", "where", "teachers", "share"]
    rows = [("left", 2016, "all", 300, 0.25), ("left", 2016, "other city", 75, 0.4)]
    rows += [("came", 2018, "all", 290, 0.2), ("came", 2018, "starter", 60, 0.8)]
    (finding,) = wording_teachers._flows(pd.DataFrame(rows, columns=columns))
    assert "Of the teachers of 2016/17 (n = 300) 25% had left two years later, 40% of them" in finding.sentence
    assert "Of those of 2018/19 (n = 290) 20% had come since, 80% of them as starters." in finding.sentence


@pytest.mark.parametrize(("sign", "en", "nl"), [(-1, "lower", "lager"), (1, "higher", "hoger")])
def test_the_side_of_an_effect_is_a_word_for_a_side_in_every_language(sign, en, nl):
    """In Dutch a negative effect was "ondergrens": the word for the lower end of bounds."""
    ends = sorted(sign * end for end in (0.01, 0.05))
    row = {"verdict": SOMETHING, "estimate": sign * 0.03, "ci_low": ends[0], "ci_high": ends[1], "p_corrected": 0.01}
    for language, side in (("en", en), ("nl", nl)):
        with speaking(language):
            (finding,) = findings_of(row, row | {"model": "amt_rd"})
        assert finding.sentence.count(f") {side}") == 2
