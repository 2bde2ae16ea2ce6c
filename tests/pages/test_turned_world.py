"""Nothing is fixed text: in a world whose planted signs are turned, what is said of them is another text.

The turned edition is in Dutch. Its texts are compared with the translations of those of the other edition.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from analysis.language import messages

# What is planted, and the findings that are about it.
PLANTED = {
    "leergroei": ("pnas", "growth"),
    "advisering": ("equal_laag",),
    "staffing": ("shortage_weging",),
}


def spoken(edition: Path, part: str) -> dict[tuple[str, str], str]:
    """Return the templates of all findings of an edition, those within them too, by chapter and name."""
    manifest = json.loads((edition / "manifest.json").read_text("utf8"))
    return {
        (step["stem"], note["name"]): " ".join(templates(note[part]))
        for step in manifest["steps"]
        for note in step.get("findings", ())
        if part in note
    }


def templates(data: Any) -> list[str]:
    if not isinstance(data, dict) or "text" not in data:
        return []
    return [data["text"], *(inner for value in data["values"].values() for inner in templates(value))]


def in_dutch(template: str, translations: dict[str, str]) -> str:
    return translations.get(template, template)


@pytest.mark.parametrize("part", ["sentence", "headline"])
def test_what_is_said_of_a_planted_sign_turns_with_it(ci_edition: Path, turned_edition: Path, part: str) -> None:
    translations = dict(messages("nl"))
    before, after = spoken_in_dutch(ci_edition, part, translations), spoken(turned_edition, part)
    for stem, starts in PLANTED.items():
        both = [key for key in before if key[0] == stem and key[1].startswith(starts) and key in after]
        assert both, f"{stem}: no finding of {starts} is in both worlds"
        assert [key for key in both if before[key] == after[key]] == []


def spoken_in_dutch(edition: Path, part: str, translations: dict[str, str]) -> dict[tuple[str, str], str]:
    manifest = json.loads((edition / "manifest.json").read_text("utf8"))
    return {
        (step["stem"], note["name"]): " ".join(in_dutch(one, translations) for one in templates(note[part]))
        for step in manifest["steps"]
        for note in step.get("findings", ())
        if part in note
    }
