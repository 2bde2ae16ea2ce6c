from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from analysis.compare.causes import Causes

FRAMES = {"data": {"schools": pd.DataFrame({"x": [1]})}, "choice": {"fit": pd.DataFrame({"x": [1]})}}


def key(**parts: dict[str, Any]) -> dict[str, Any]:
    return {"parameters": {"edition": "a", "seed": 1}, "code": {"f": "1"}, "environment": {"lock": "1"}, **parts}


def keys(data: dict[str, Any] | None = None, **choice: dict[str, Any]) -> dict[str, Any]:
    made = {"declared": {"produces": ["by_school"], "reads": []}}
    return {"data": key(**{**made, **(data or {})}), "choice": key(**{"tables": {"by_school": "1"}, **choice})}


def causes(editions: Any, before: dict[str, Any], after: dict[str, Any]) -> Causes:
    return Causes(editions.make("a", FRAMES, keys=before), editions.make("b", FRAMES, keys=after))


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"parameters": {"edition": "a", "seed": 2}}, "parameters"),
        ({"files": {"data.folder/x.csv": "2"}}, "data"),
        ({"code": {"f": "2"}}, "code"),
        ({"cells": {"3": "2"}}, "code"),
        ({"environment": {"lock": "2"}}, "code"),
    ],
)
def test_each_part_of_a_key_has_its_kind(editions: Any, changed: dict[str, Any], kind: str) -> None:
    assert causes(editions, keys(), keys(**changed)).kinds("choice") == (kind,)


def test_what_an_earlier_chapter_depends_on_works_through_its_tables(editions: Any) -> None:
    after = keys({"files": {"x.csv": "2"}}, tables={"by_school": "2"})
    (cause,) = causes(editions, keys(), after).of("choice")
    assert (cause.kind, cause.name, cause.notebook) == ("data", "x.csv", "0_data")


def test_what_an_earlier_chapter_changed_in_vain_is_no_cause(editions: Any) -> None:
    """Its tables came out the same, so the chapter read what it read before."""
    assert causes(editions, keys(), keys({"code": {"f": "2"}})).of("choice") == ()


def test_the_name_of_an_edition_moves_no_number_and_is_told_only_when_all_else_is_equal(editions: Any) -> None:
    renamed = {"parameters": {"edition": "b", "seed": 1}}
    assert [cause.name for cause in causes(editions, keys(), keys(**renamed)).of("choice")] == ["edition"]
    both = keys(parameters={"edition": "b", "seed": 2})
    assert [cause.name for cause in causes(editions, keys(), both).of("choice")] == ["seed"]


def test_manifests_without_keys_tell_block_commit_and_lock(editions: Any) -> None:
    before = editions.make("a", {"school_choice": {}})
    after = editions.make(
        "b",
        {"school_choice": {}},
        parameters={"edition": "b", "seed": 1, "school_choice": {"age": 5}, "segregation": {"draws": 9}},
        git={"commit": "c" * 40, "dirty": False},
    )
    found = {(cause.kind, cause.name) for cause in Causes(before, after).of("school_choice")}
    assert found == {("parameters", "school_choice.age"), ("code", "the commit")}


def test_a_chapter_of_one_edition_has_no_causes(editions: Any) -> None:
    before = editions.make("a", {"one": {}})
    assert Causes(before, editions.make("b", {"two": {}})).of("two") == ()
