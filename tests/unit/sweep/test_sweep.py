"""A sweep: its combinations, the estimates of its variants side by side, and which conclusions depend on the choice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.errors import InputError
from analysis.language import speaking
from analysis.results.edition import OpenedEdition
from analysis.sweep.grid import Combination, choices, combinations
from analysis.sweep.results import Variant, chosen, conclusions, side_by_side
from analysis.sweep.write import write

MORE = {"text": "More by {points:.1f} points (95% interval {low:.1f} to {high:.1f}).", "values": {}}
SAME = {"text": "Not measurably more ({points:.1f}, 95% interval {low:.1f} to {high:.1f}).", "values": {}}


def test_all_combinations_are_made_in_order() -> None:
    found = combinations(choices(["a.x=1,2", "a.y=p + q|r"]))
    assert [one.settings for one in found] == [
        ["a.x=1", "a.y=p + q"],
        ["a.x=1", "a.y=r"],
        ["a.x=2", "a.y=p + q"],
        ["a.x=2", "a.y=r"],
    ]
    assert str(found[0]) == "x = 1, y = p + q"
    assert choices(["a.x=[1, 2]|[3]"]) == {"a.x": ["[1, 2]", "[3]"]}


@pytest.mark.parametrize("given", [["a.x"], ["a.x="], ["=1,2"], ["a.x=1"], ["a.x=1,1"], ["a.x=1,2", "a.x=3,4"]])
def test_what_is_no_choice_is_refused(given: list[str]) -> None:
    with pytest.raises(InputError, match="--over"):
        choices(given)


def test_too_many_combinations_are_refused() -> None:
    with pytest.raises(InputError, match="makes 81 combinations"):
        combinations(choices([f"a.{key}=1,2,3" for key in "wxyz"]))


def finding(words: dict[str, Any], points: float, low: float, high: float) -> dict[str, Any]:
    values = {"points": points, "low": low, "high": high}
    key = {"text": "{points:.1f} points", "values": {"points": points}}
    label = {"text": "more", "values": {}}
    told = {"name": "gap", "n": 400, "unit": "pupils", "table": "estimates", "figure": "", "label": label, "key": key}
    return told | {"sentence": {**words, "values": values}}


@pytest.fixture
def variants(
    tmp_path: Path, editions_in: Callable[[Path], Any], estimates: Callable[..., pd.DataFrame]
) -> list[Variant]:
    """Two variants: the effect of distance is measurable in the first, not in the second."""
    made = editions_in(tmp_path / "outputs")
    found = {"4": finding(MORE, 2.0, 1.0, 3.0), "5": finding(SAME, 0.5, -1.0, 2.0)}
    tables = {
        "4": {"school_choice": {"estimates": estimates()}, "data": {"sources": pd.DataFrame({"x": [1]})}},
        "5": {
            "school_choice": {"estimates": estimates(estimate=[-0.2, 0.1, 0.3])},
            "data": {"sources": pd.DataFrame({"x": [1]})},
        },
    }
    result = []
    for age, name in (("4", "ci"), ("5", "ci+school_choice.age=5")):
        edition = made.make(name, tables[age])
        edition.manifest["steps"][0]["findings"][:] = [found[age]]
        result.append(Variant(Combination((("school_choice.age", age),)), OpenedEdition(edition)))
    return result


def test_estimates_of_tables_that_differ_and_key_figures_stand_side_by_side(variants: list[Variant]) -> None:
    rows = side_by_side(variants)
    assert rows["variant"].unique().tolist() == ["ci", "ci+school_choice.age=5"]
    assert rows["table"].unique().tolist() == ["findings", "estimates"]  # data/sources is the same in both
    distance = rows[rows["term"] == "distance"]
    assert distance["estimate"].tolist() == [-0.5, -0.2]
    assert distance["school_choice.age"].tolist() == ["4", "5"]
    gaps = rows[rows["table"] == "findings"]
    assert gaps[["estimate", "ci_low", "ci_high"]].to_numpy().tolist() == [[2.0, 1.0, 3.0], [0.5, -1.0, 2.0]]
    assert gaps["unit"].tolist() == ["points", "points"]


def test_key_figures_that_differ_are_drawn_unless_an_estimate_is_named(variants: list[Variant]) -> None:
    rows = side_by_side(variants)
    assert chosen(rows, ())["term"].unique().tolist() == ["gap"]
    assert chosen(rows, ["school_choice/estimates:distance"])["estimate"].tolist() == [-0.5, -0.2]
    with pytest.raises(InputError, match=r"did you mean school_choice/estimates:distance\?"):
        chosen(rows, ["school_choice/estimates:distanc"])


def test_a_conclusion_depends_on_the_choice_where_other_words_follow(variants: list[Variant]) -> None:
    with speaking("en"):
        found = conclusions(variants)
    assert found["depends"].tolist() == [True, True]
    assert found["says"].tolist()[0].startswith("More by 2.0 points")
    variants[1].edition.published.manifest["steps"][0]["findings"][:] = [finding(MORE, 9.0, 8.0, 10.0)]
    assert not conclusions(variants)["depends"].any()  # other numbers, the same words
    variants[1].edition.published.manifest["steps"][0]["findings"].clear()
    assert conclusions(variants)["depends"].all()  # it is not stated there


def test_every_file_says_that_it_is_for_inside_the_house(variants: list[Variant], tmp_path: Path) -> None:
    page = write(variants, (), tmp_path / "sweep", "staat sweep ci --over school_choice.age=4,5").read_text("utf8")
    assert "For inside the house." in page
    assert "SYNTHETIC DATA" in page
    assert "data:image/png;base64," in page
    for name in ("sweep.csv", "conclusions.csv"):
        assert pd.read_csv(tmp_path / "sweep" / name)["use"].str.startswith("inside the house").all()
    assert (tmp_path / "sweep").stat().st_mode & 0o077 == 0
