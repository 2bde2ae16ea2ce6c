from __future__ import annotations

from typing import Any

import pytest

from analysis.compare.comparison import compare
from analysis.compare.shares import Stage, shares, total


def edition(editions: Any, estimates: Any, name: str, first: float, **told: Any) -> Any:
    return editions.make(name, {"school_choice": {"estimates": estimates(estimate=[first, 0.1, 0.3])}}, **told)


def test_a_change_is_the_sum_of_its_shares(editions: Any, estimates: Any) -> None:
    before, data, parameters, after = (
        edition(editions, estimates, name, value) for name, value in zip("abcd", (1.0, 1.5, 1.2, 2.0), strict=True)
    )
    stages = [Stage("data", data), Stage("parameters", parameters), Stage("code", after)]
    found = shares(compare(before, after), stages).to_dict("records")
    assert len(found) == 1
    assert found[0]["data"] == pytest.approx(1.5 - 1.0)
    assert found[0]["parameters"] == pytest.approx(1.2 - 1.5)
    assert found[0]["code"] == pytest.approx(2.0 - 1.2)
    assert found[0]["before"] + sum(found[0][name] for name in ("data", "parameters", "code")) == found[0]["after"]


def test_a_stage_without_the_number_leaves_its_share_open(editions: Any, estimates: Any) -> None:
    before, after = edition(editions, estimates, "a", 1.0), edition(editions, estimates, "d", 2.0)
    between = editions.make("b", {"school_choice": {}})
    stages = [Stage("data", between), Stage("code", after)]
    found = shares(compare(before, after), stages)
    assert found[["data", "code"]].isna().all(axis=None)
    assert total(found, ["data", "code"]).to_dict("records") == [
        {"stem": "school_choice", "data": 0, "code": 0, "unknown": 1}
    ]


def test_chapters_are_told_by_what_moved_most_of_their_estimates(editions: Any, estimates: Any) -> None:
    before, middle, after = (
        edition(editions, estimates, name, value) for name, value in (("a", 1.0), ("b", 1.1), ("c", 3.0))
    )
    found = shares(compare(before, after), [Stage("data", middle), Stage("code", after)])
    assert total(found, ["data", "code"]).to_dict("records") == [
        {"stem": "school_choice", "data": 0, "code": 1, "unknown": 0}
    ]
