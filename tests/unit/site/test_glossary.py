"""Terms lead to their meaning where a page first uses them, and Dutch words in English pages are marked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from analysis import language
from analysis.language import vocabulary
from analysis.language.vocabulary import TERMS
from analysis.site.glossary import anchor, explained

ROOT = Path(__file__).parents[3]


def page(main: str) -> str:
    return f"<html><head><title>isolation</title></head><body><nav>isolation</nav><main>{main}</main></body></html>"


def links(html: str) -> list[str]:
    return re.findall(r'<a class="term" href="g\.html#term-([\w-]+)"', explained(html, "g.html"))


@pytest.fixture
def dutch() -> Iterator[None]:
    with language.speaking("nl"):
        yield


def test_the_first_place_of_a_term_in_prose_leads_to_its_meaning() -> None:
    html = explained(page("<h2>Isolation</h2><p>Isolation is high, and isolation rose.</p>"), "g.html")
    meaning = vocabulary().parts[TERMS]["isolation"].gloss["en"]
    link = f'<a class="term" href="g.html#term-isolation" title="{meaning}">Isolation</a>'
    assert html == page(f"<h2>Isolation</h2><p>{link} is high, and isolation rose.</p>")


@pytest.mark.parametrize("element", ["a", "code", "pre", "table", "figure", "strong"])
def test_links_code_and_tables_stay_as_they_are(element: str) -> None:
    assert links(page(f"<p><{element}>isolation</{element}></p>")) == []
    assert links(page(f"<p><{element}>isolation</{element}> isolation</p>")) == ["isolation"]


def test_a_term_is_a_whole_word_and_the_longest_one_counts() -> None:
    assert links(page("<p>the 95% intervals of Theil&#39;s H</p>")) == ["interval", "theil-s-h"]
    assert links(page("<p>isolationism</p>")) == []


def test_a_script_is_no_prose() -> None:
    script = "<script>if (a < b) { p = '<p>isolation</p>' }</script>"
    assert explained(page(script), "g.html") == page(script)


def test_dutch_words_are_marked_in_english_pages() -> None:
    marked = explained(page("<table><tr><td>Schoolweging in stadsdelen</td></tr></table>"), "g.html")
    words = '<span lang="nl">Schoolweging</span> in <span lang="nl">stadsdelen</span>'
    assert marked == page(f"<table><tr><td>{words}</td></tr></table>")
    assert 'title="CBS measure' in explained(page("<p>schoolweging</p>"), "g.html")


@pytest.mark.usefixtures("dutch")
def test_and_not_in_dutch_ones() -> None:
    html = page("<table><tr><td>Schoolweging in stadsdelen</td></tr></table>")
    assert explained(html, "g.html") == html
    assert links(page("<p>isolatie</p>")) == ["isolation"]


def test_the_documentation_means_the_same_by_a_word() -> None:
    rows = [line.split("|")[1:3] for line in (ROOT / "docs/glossary.md").read_text("utf8").splitlines()[8:]]
    meanings = {meaning.strip() for _, meaning in rows}
    assert {word.gloss["en"] for word in vocabulary().parts[TERMS].values()} - meanings == set()


def test_every_term_has_an_anchor_of_its_own() -> None:
    anchors = [anchor(code) for code in vocabulary().parts[TERMS]]
    assert len({unescape(one) for one in anchors}) == len(anchors)


def test_a_meaning_may_stand_in_the_attribute_of_a_link() -> None:
    """The net takes what has data: in an attribute for something embedded."""
    assert [gloss for word in vocabulary().every for gloss in word.gloss.values() if "data:" in gloss] == []
