"""Texts remember what they were made of."""

import copy
import json
import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import WithheldError
from analysis.language import End, Fewer, NumberText, Text, as_data, from_data, joined, speaking, term, text
from analysis.publish.axes import half_up, whole_percent

ESTIMATE = "{estimate} (95% interval {low} to {high})"


def estimate(value: float) -> Text:
    ends = {name: NumberText(value + error, 2) for name, error in (("estimate", 0), ("low", -0.1), ("high", 0.1))}
    return text(ESTIMATE, **ends)


def test_a_text_is_a_string_with_its_template_and_values():
    said = Text("In {year} {share:.0%}", {"year": 2020, "share": 0.126})
    assert said == "In 2020 13%"
    assert list(said.fields()) == [("year", "", 2020), ("share", ".0%", 0.126)]


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda said: pickle.loads(pickle.dumps(said))])  # noqa: S301 - our own
def test_a_copy_remembers_too(again):
    said = again(Text("{a} and {n}", {"a": estimate(1.5), "n": NumberText(1234, 0, grouped=False)}))
    assert said == "1.50 (95% interval 1.40 to 1.60) and 1234"
    within, n = (value for _, _, value in said.fields())
    assert {name: low.value for name, _, low in within.fields()}["low"] == 1.4
    assert n.grouped is False


@given(st.floats(-1e6, 1e6), st.floats(0, 1), st.integers(-(10**9), 10**9))
def test_data_are_written_again_as_the_same_words(value, share, count):
    said = Text(
        "{a}: {share:.1%} of {count:,} {few}", {"a": estimate(value), "share": share, "count": count, "few": "x"}
    )
    assert from_data(json.loads(json.dumps(as_data(said)))) == said


@pytest.mark.parametrize("share", [0.785, 0.125, 0.005, 0.995, 0.415, 0.0])
def test_a_half_in_the_last_place_is_written_again_to_the_same_side(share):
    said = Text("{share:.0%} {share:.1%}", {"share": share})
    again = from_data(as_data(said))
    assert again == said


@pytest.mark.parametrize(
    ("value", "percent", "plain"), [(0.805, "81%", "0.81"), (0.065, "7%", "0.07"), (0.425, "43%", "0.43")]
)
def test_a_half_is_rounded_away_from_zero_in_texts_as_beside_marks(value, percent, plain):
    said = Text(
        "{value:.0%} {value:.2f} {less:.2f} {number}", {"value": value, "less": -value, "number": NumberText(value, 2)}
    )
    assert said == from_data(as_data(said)) == f"{percent} {plain} −{plain} {plain}"
    assert (whole_percent(value), half_up(value, 2)) == (percent, plain)


def test_data_hold_a_number_as_it_is_written_and_no_finer():
    values = {"share": 4 / 30, "money": 12.345, "n": np.int64(30), "plain": np.float64(0.5)}
    said = Text("{share:.0%} {money:.1f} {n:,} {plain}", values)
    assert as_data(said)["values"] == {"share": 0.13, "money": 12.3, "n": 30, "plain": 0.5}


def test_there_is_no_minus_zero():
    said = Text("{share:.0%} and {x:.1f}, not {y:.1f}", {"share": -0.001, "x": -0.04, "y": -0.06})
    assert said == from_data(as_data(said)) == "0% and 0.0, not −0.1"


def test_a_number_too_small_stays_unknown_in_data():
    assert as_data(Text("{n}", {"n": Fewer(10)}))["values"] == {"n": {"fewer": 10}}
    assert from_data({"text": "{n}", "values": {"n": {"fewer": 10}}}) == "fewer than 10"


def test_numbers_are_written_again_in_the_language_of_the_edition():
    data = as_data(estimate(1234.5))
    with speaking("nl"):
        assert from_data(data["values"]["estimate"]) == "1.234,50"


@pytest.mark.parametrize("missing", [None, float("nan"), float("inf"), -np.inf, pd.NA])
def test_a_missing_number_withholds_the_text(missing):
    with pytest.raises(WithheldError):
        Text("{share:.0%}", {"share": missing})
    with pytest.raises(WithheldError):
        NumberText(missing, 2)


def test_joined_texts_are_one_text_and_leave_out_the_empty():
    assert joined(" ", [estimate(1), "", term("hoog")]).template == "{part_1} {part_2}"
    assert joined(" ", []) == ""


def test_a_template_that_somebody_filled_himself_is_not_declared():
    assert estimate(1).declared
    assert joined(", ", ["a", "b"]).declared
    assert not Text(f"{13} pupils", {}).declared


@pytest.mark.parametrize(
    ("low", "form", "words"),
    [
        (0.004, ".2f", "0.004"),  # 0.00 would be zero, which the interval excludes
        (0.00496, ".2f", "0.005"),  # and 0.005 is not rounded to 0.01 when it is read again
        (-0.0004, ".2f", "\N{MINUS SIGN}0.0004"),
        (0.0, ".2f", "0.00"),
        (1e-9, ".2f", "0.00"),  # what binary fractions add
        (0.006, ".2f", "0.01"),
        (0.0016, ".0%", "0.2%"),
        (0.3, ",.0f", "0.3"),
    ],
)
def test_an_end_of_an_interval_that_is_not_zero_does_not_read_as_zero(low, form, words):
    said = Text(f"{{estimate:.2f}} ({{tau_low:{form}}} to {{high}})", {"estimate": 0.6, "tau_low": low, "high": 1})
    assert said == from_data(json.loads(json.dumps(as_data(said)))) == f"0.60 ({words} to 1)"
    assert pickle.loads(pickle.dumps(said)) == said  # noqa: S301 - our own


def test_an_end_that_was_written_before_does_not_read_as_zero_either_and_an_estimate_may():
    ends = {name: NumberText(value, 2) for name, value in (("estimate", 0.004), ("low", 0.0016), ("high", 0.0064))}
    said = text(ESTIMATE, **ends)
    assert said == from_data(as_data(said)) == "0.00 (95% interval 0.002 to 0.01)"


@pytest.mark.parametrize(
    ("low", "words"), [(0.951, "95.1%"), (0.9549, "95.5%"), (0.95, "95%"), (0.96, "96%"), (0.003, "0.3%")]
)
def test_an_end_does_not_read_as_what_it_is_compared_with(low, words):
    said = Text("{low:.0%}", {"low": End(low, 0.95)})
    assert said == copy.deepcopy(said) == from_data(as_data(said)) == words
    assert "other" not in str(as_data(said))
