"""A finding means something else when it is another text, not when its numbers are others."""

from __future__ import annotations

from typing import Any

from analysis.compare.comparison import FindingChange
from analysis.compare.meaning import ranked, what_became
from analysis.language import NumberText, Text, as_data


def note(template: str, estimate: float = 0.1, **more: Any) -> dict[str, Any]:
    inner = Text("{estimate} more", {"estimate": NumberText(estimate, 2)})
    return {"name": "f", "sentence": as_data(Text(template, {"size": inner})), "n": 10, "unit": "pupils", **more}


def test_other_numbers_are_no_other_meaning() -> None:
    assert what_became(note("It is {size}."), note("It is {size}.", 0.2)) == "numbers"


def test_another_sentence_is_another_meaning() -> None:
    assert what_became(note("It is {size}."), note("It is not measurably {size}.")) == "other"


def test_the_headline_decides_where_both_have_one() -> None:
    before, after = note("Now {size}.", headline="Fell"), note("Since {size}.", headline="Fell")
    assert what_became(before, after) == "numbers"
    assert what_became(before, note("Now {size}.", headline=as_data(Text("Rose", {})))) == "other"


def test_what_says_something_else_comes_first_and_headlines_before_others() -> None:
    a, b = note("It is {size}."), note("It is not {size}.")
    changes = [
        FindingChange("s", "numbers", a, note("It is {size}.", 0.3)),
        FindingChange("s", "gone", a, None),
        FindingChange("s", "late", a, {**b, "rank": 9}),
        FindingChange("s", "lead", a, {**b, "rank": 12, "lead": 1}),
        FindingChange("s", "new", None, a),
    ]
    assert [one.change.name for one in ranked(changes)] == ["lead", "late", "new", "gone", "numbers"]
