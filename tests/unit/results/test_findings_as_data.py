"""A finding as data: what number stands in its key figure, with which interval, and in which row of its table."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from analysis.results.findings import finding_as_data

ROWS = pd.DataFrame(
    {
        "group": pd.array(["laag", "hoog"], "string"),
        "estimate": pd.array([0.4551, 0.30], "Float64"),
        "ci_low": pd.array([0.4203, 0.25], "Float64"),
        "ci_high": pd.array([0.4996, 0.35], "Float64"),
        "n_obs": pd.array([2515, 1200], "Int64"),
    }
)


def text(template: str, **values: Any) -> dict[str, Any]:
    return {"text": template, "values": values}


def number(value: float, digits: int = 2) -> dict[str, Any]:
    return {"number": value, "digits": digits, "grouped": True}


def note(sentence: Any, key: Any = None, **more: Any) -> dict[str, Any]:
    return (
        {"name": "one", "n": 2515, "unit": "pupils", "sentence": sentence, "table": "indices", "figure": ""}
        | ({"key": key} if key else {})
        | more
    )


def test_a_share_is_a_number_in_per_cent_with_the_interval_of_its_sentence_and_its_row() -> None:
    sentence = text("It is {now:.0%} (95% interval {low:.0%} to {high:.0%}).", now=0.46, low=0.42, high=0.5)
    found = finding_as_data("segregation", note(sentence, text("{now:.0%}", now=0.46)), ROWS)
    assert found["key"] == {"number": 46.0, "unit": "%", "words": "46%"}
    assert found["interval"] == {"low": 42.0, "high": 50.0}
    assert found["row"]["group"] == "laag"  # 45.51, 42.03 and 49.96 per cent are written 46, 42 and 50
    assert found["table"] == "segregation/indices"
    assert found["sentence"] == "It is 46% (95% interval 42% to 50%)."


def test_the_unit_of_a_key_figure_is_what_its_words_say_besides_the_number() -> None:
    key = text("{km} km", km=number(2.3, 1))
    assert finding_as_data("a", note(text("{km} km.", km=number(2.3, 1)), key), None)["key"] == {
        "number": 2.3,
        "unit": "km",
        "words": "2.3 km",
    }


def test_an_interval_is_found_under_either_name_and_deep_in_a_sentence() -> None:
    size = text("{km} km (95% interval {from_km} to {to_km})", km=number(2.3), from_km=number(1.0), to_km=number(3.6))
    other = text("{km} km (95% interval {from_km} to {to_km})", km=number(0.5), from_km=number(0.2), to_km=number(0.8))
    sentence = text("{first}. {second}.", first=size, second=other)
    assert finding_as_data("a", note(sentence, text("{km}", km=number(2.3))), None)["interval"] == {
        "low": 1.0,
        "high": 3.6,
    }


@pytest.mark.parametrize(
    "sentence",
    [
        text("Distance says {low:.0%} to {high:.0%}.", low=0.75, high=1.0),  # a range, not an interval
        text("{a} is {b} less (95% interval {low} to {high}).", a=0.75, b=0.75, low=0.5, high=0.9),  # of which of them?
        text("It is {now:.0%}.", now=0.75),
    ],
)
def test_where_a_sentence_does_not_say_of_which_number_its_interval_is_there_is_none(sentence: Any) -> None:
    assert finding_as_data("a", note(sentence, text("{now:.0%}", now=0.75)), None)["interval"] is None


def test_two_rows_with_the_same_number_are_no_row() -> None:
    twice = pd.concat([ROWS, ROWS])
    found = finding_as_data("a", note(text("{now:.0%}.", now=0.46), text("{now:.0%}", now=0.46)), twice)
    assert found["row"] is None


def test_a_finding_without_a_key_figure_has_neither_interval_nor_row() -> None:
    found = finding_as_data("a", note("The closure changed nothing."), ROWS)
    assert (found["key"], found["interval"], found["row"]) == (None, None, None)
