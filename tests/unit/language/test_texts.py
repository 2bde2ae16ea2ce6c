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
from analysis.language import Fewer, NumberText, Text, as_data, from_data, joined, speaking, term, text

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
