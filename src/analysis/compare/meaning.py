"""What became of a finding from one edition to the next: whether it says something else, or the same in other numbers.

Which sentence a chapter says follows from sign and interval. So a finding means something else when its headline, or
where it has none its sentence, is another text; its numbers are not looked at for that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from analysis.compare.comparison import FindingChange
from analysis.language import Text, from_data, text

What = Literal["other", "new", "gone", "numbers"]
ORDER: tuple[What, ...] = ("other", "new", "gone", "numbers")
LAST = 1_000


class Became(NamedTuple):
    """A finding that reads differently, and in what."""

    change: FindingChange
    what: What

    @property
    def before(self) -> Text | str:
        """What the earlier edition said in short; empty when it did not."""
        return said(self.change.before)

    @property
    def after(self) -> Text | str:
        """What the later edition says in short; empty when it does not."""
        return said(self.change.after)

    @property
    def words(self) -> str:
        """What became of it, for a reader."""
        return {
            "other": text("says something else"),
            "new": text("new"),
            "gone": text("no longer stated"),
            "numbers": text("other numbers"),
        }[self.what]


def ranked(changes: Iterable[FindingChange]) -> list[Became]:
    """Return findings that read differently: those that say something else first, headlines before others."""
    became = [Became(change, what_became(change.before, change.after)) for change in changes]
    return sorted(became, key=lambda one: (ORDER.index(one.what), *_place(one.change.after or one.change.before or {})))


def what_became(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> What:
    """Return what became of a finding; a missing side is None."""
    if before is None or after is None:
        return "new" if before is None else "gone"
    part = "headline" if "headline" in before and "headline" in after else "sentence"
    return "numbers" if shape(before[part]) == shape(after[part]) else "other"


def shape(data: Any) -> Any:  # noqa: ANN401 - what a manifest has of a text
    """Return the words of a text as the manifest has it, without its numbers and names."""
    match data:
        case {"text": template, "values": values}:
            return template, tuple((name, shape(value)) for name, value in values.items())
    return ""


def said(finding: Mapping[str, Any] | None) -> Text | str:
    """Return the headline of a finding, else its sentence; empty for none."""
    words: Text | str = from_data(finding.get("headline") or finding["sentence"]) if finding else ""
    return words


def _place(finding: Mapping[str, Any]) -> tuple[int, int]:
    return finding.get("lead") or LAST, finding.get("rank") or LAST
