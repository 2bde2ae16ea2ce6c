"""The chain as a picture and as text, and the state of an edition for programs."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

from analysis.desk.graph import as_svg, in_terminal, levels
from analysis.run.assess import Assessor
from analysis.run.show.status import as_json, overview

SVG = "{http://www.w3.org/2000/svg}"


def state(small: Any) -> Any:
    return overview(Assessor(small.order, small.chain, small.project))


def test_a_step_is_one_level_above_the_last_that_it_needs() -> None:
    before = {"data": set(), "a": {"data"}, "b": {"data", "a"}, "alone": set(), "summary": {"a", "b", "alone"}}
    assert levels(before) == {"data": 0, "alone": 0, "a": 1, "b": 2, "summary": 3}


def test_an_edition_is_drawn_before_and_after_its_run_with_what_is_stale_and_why(small: Any) -> None:
    first = state(small)
    assert not first.up_to_date
    assert "01_one" in in_terminal(first)
    assert "it never ran" in in_terminal(first)
    small.run()
    assert state(small).up_to_date
    small.blocks["one"] = {"number": 8}
    text, drawing = in_terminal(state(small)), as_svg(state(small))
    assert "small: would run" in text
    assert "parameter one.number: 7 -> 8" in text
    (two,) = (line for line in text.splitlines() if "02_two" in line)
    assert two.split()[:3] == ["02_two", "<-", "01_one"]
    assert "follows" in two
    assert " s" in two
    root = ElementTree.fromstring(drawing)  # noqa: S314 - our own
    assert len(root.findall(f"{SVG}g/{SVG}rect")) == 3
    assert len(root.findall(f"{SVG}path")) == 1
    titles = [title.text or "" for title in root.findall(f"{SVG}g/{SVG}title")]
    assert any(title.startswith("01_one: stale") and title.endswith("7 -> 8") for title in titles)


def test_programs_are_told_the_state_of_every_step(small: Any) -> None:
    small.run()
    small.blocks["one"] = {"number": 8}
    (told,) = json.loads(as_json([state(small)]))
    assert (told["edition"], told["up_to_date"]) == ("small", False)
    assert [step["state"] for step in told["steps"]] == ["stale", "follows", "up to date"]
    assert told["steps"][0]["why"] == "parameter one.number: 7 -> 8"
    assert told["steps"][2]["seconds"] > 0
