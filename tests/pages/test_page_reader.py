"""Every page of an edition in both languages, read as text: no code, no tag, no word of the other language."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from reader import HEADLINE, MEAN, SENTENCE, faults, unitless

from analysis.language import SOURCE, from_data, speaking

EDITIONS = ("ci_edition", "turned_edition")


@pytest.fixture(params=EDITIONS)
def edition(request: pytest.FixtureRequest) -> Path:
    """An edition in English, and one in Dutch."""
    folder: Path = request.getfixturevalue(request.param)
    return folder


def findings(edition: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    manifest = json.loads((edition / "manifest.json").read_text("utf8"))
    with speaking(manifest["facts"].get("language", SOURCE)):
        for step in manifest["steps"]:
            for note in step.get("findings", ()):
                said = {part: from_data(note.get(part, "")) for part in ("sentence", "headline", "key", "label")}
                yield f"{step['stem']}: {note['name']}", {**note, **said}


def test_no_page_shows_code_or_another_language(edition: Path) -> None:
    manifest = json.loads((edition / "manifest.json").read_text("utf8"))
    with speaking(manifest["facts"].get("language", SOURCE)):
        pages = [edition / "index.html", *sorted((edition / "html").glob("*.html"))]
        found = [fault for page in pages for fault in faults(page)]
    assert found == []


def test_every_finding_has_a_headline_of_at_most_fifteen_words(edition: Path) -> None:
    without = [name for name, note in findings(edition) if not note["headline"]]
    assert without == []
    assert [name for name, note in findings(edition) if len(note["headline"].split()) > HEADLINE] == []


def test_no_number_of_a_headline_or_key_figure_lacks_its_unit(edition: Path) -> None:
    bare = {name: unitless(note["headline"]) for name, note in findings(edition)}
    assert {name: numbers for name, numbers in bare.items() if numbers} == {}
    alone = [name for name, note in findings(edition) if note["key"] and not note["label"]]
    assert alone == [], "a key figure says what it is of"


def test_sentences_are_short(edition: Path) -> None:
    lengths: dict[str, list[int]] = {}
    for name, note in findings(edition):
        assert len(note["sentence"].split()) <= SENTENCE, name
        lengths.setdefault(name.partition(":")[0], []).append(len(note["sentence"].split()))
    assert {stem: sum(each) / len(each) for stem, each in lengths.items() if sum(each) / len(each) > MEAN} == {}


def test_the_front_page_has_five_to_eight_headlines(edition: Path) -> None:
    assert 5 <= (edition / "index.html").read_text("utf8").count('id="headline-') <= 8


def test_the_reader_sees_what_an_editor_would() -> None:
    assert unitless("Growth fell by 0.17") == ["0.17"]
    assert unitless("Growth fell by 0.17 standard deviations in 2020") == []
    assert unitless("48% in groep 8") == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<p>&lt;div class=</p>", "tag"),
        (r"<p>$\hat\beta$</p>", "latex"),
        ("<td>ci_low</td>", "code"),
        ("<td>nan</td>", "missing"),
        ("<td>-0.000</td>", "minus zero"),
        ("<p>van de leerlingen</p>", "other language"),
        ('<img alt="the leerlingen">', "other language"),
    ],
)
def test_what_must_not_be_on_a_page_is_seen(tmp_path: Path, body: str, kind: str) -> None:
    page = tmp_path / "index.html"
    page.write_text(f'<html lang="en"><body>{body}</body></html>', "utf8")
    assert kind in [fault.kind for fault in faults(page)]


def test_words_that_are_marked_as_dutch_may_stand_on_an_english_page(tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    page.write_text('<html lang="en"><body><p>Of <i lang="nl">leerlingen</i></p></body></html>', "utf8")
    assert [*faults(page)] == []
