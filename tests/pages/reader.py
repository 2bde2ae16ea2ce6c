"""Reads pages as a person does, as text, and says what an editor would send back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bs4 import BeautifulSoup, Comment, NavigableString, Tag

from analysis.language import messages, vocabulary

UNREAD = ("script", "style", "code", "pre", "textarea", "kbd", "samp", "svg", "math")
"""Parts that are code, or that draw: a page may show them as they are."""
CODE_PAGES = ("functions.html", "provenance.html", "release.html", "search.html")
"""Pages that name files, functions and rules as the code does, and the one that holds the words of all others."""
OF_CODE = ("table-truth",)
"""Tables whose rows are named as in the code: the parameters of a made-up world."""
COGNATES = frozenset({"cohort", "instrument", "edition", "stand", "apart", "ratio"})
"""Words of both languages that the project uses in one."""
TAG = re.compile(r"</?[a-z][a-z0-9]*\b|&(?:lt|gt|amp|quot);", re.IGNORECASE)
LATEX = re.compile(r"\$\\|\\[a-z]{2,}\b|\$[^$\s][^$]*[_^][^$]*\$")
UNDERSCORE = re.compile(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b")
MISSING = re.compile(r"(?<![\w.])(?:nan|NaN|NaT|inf|<NA>)(?![\w.])|^\s*None\s*$")
MINUS_ZERO = re.compile(r"[-−]0(?:[.,]0+)?(?![\d.,])%?")
WORD = re.compile(r"[^\W\d_]+")
NUMBER = re.compile(r"[-−]?\d[\d.,]*(?:/\d\d)?")
ALWAYS = (("tag", TAG), ("latex", LATEX), ("missing", MISSING), ("minus zero", MINUS_ZERO))
FILE = re.compile(r"\b[a-z]+(?:-[a-z]+)*-\d{4}(?:-[a-z\d]+)+\b")
"""The name of a file with published figures."""
ADDRESS = re.compile(r"https?://\S+|\b\w+\.ipynb\b")
"""Where a page is, and the name of a notebook."""
YEAR = re.compile(r"(?:19|20)\d\d(?:/\d\d)?")
UNSPOKEN = ""
HEADLINE, SENTENCE, MEAN = 15, 70, 45
SHORTEST = 5


@dataclass(frozen=True)
class Fault:
    """Something on a page that an editor sends back."""

    page: str
    kind: str
    words: str


def texts(page: Path) -> Iterator[tuple[str, str]]:
    """Give every text of a page with its language: what is seen, and what is heard in the place of pictures."""
    html = BeautifulSoup(page.read_text("utf8"), "lxml")
    root = html.find("html")
    assert isinstance(root, Tag)
    yield from _below(root, str(root.get("lang")))


def _below(element: Tag, language: str) -> Iterator[tuple[str, str]]:
    language = str(element.get("lang", language))
    if element.name in UNREAD or element.get("id") in OF_CODE:
        return
    for heard in ("alt", "aria-label", "title"):
        if said := element.get(heard):
            yield str(said), language if heard == "alt" else UNSPOKEN  # a name may be that of a publication
    for child in element.children:
        if isinstance(child, Tag):
            yield from _below(child, language)
        elif isinstance(child, NavigableString) and not isinstance(child, Comment) and child.strip():
            yield str(child), language


@cache
def foreign(language: str) -> frozenset[str]:
    """Return the words in lower case that only the other of the two languages has in what the project says."""
    known = [(word.words["en"], word.words["nl"]) for word in vocabulary().every]
    glossed = [(word.gloss["en"], word.gloss["nl"]) for word in vocabulary().every if word.gloss]
    pairs = (*messages("nl"), *known, *glossed)
    english, dutch = (
        frozenset(word for pair in pairs for word in WORD.findall(re.sub(r"\{[^}]*\}", "", pair[side]).lower()))
        for side in (0, 1)
    )
    return (dutch - english if language == "en" else english - dutch) - COGNATES


def faults(page: Path) -> Iterator[Fault]:
    """Give what is wrong with the words of one page."""
    on_code = page.name in CODE_PAGES
    language = str(_root(page).get("lang"))
    for text, spoken in texts(page):
        words = FILE.sub("", ADDRESS.sub("", text))
        for kind, pattern in (("latex", LATEX),) if on_code else ALWAYS:
            if match := pattern.search(words):
                yield Fault(page.name, kind, match[0] if kind != "latex" else words[:80])
        if on_code:
            continue
        for match in UNDERSCORE.finditer(words):
            yield Fault(page.name, "code", match[0])
        if spoken == language:
            for word in WORD.findall(words):
                if word.islower() and len(word) >= SHORTEST and word in foreign(language):
                    yield Fault(page.name, "other language", f"{word}: {words.strip()[:80]}")


def _root(page: Path) -> Tag:
    root = BeautifulSoup(page.read_text("utf8")[:2000], "lxml").find("html")
    assert isinstance(root, Tag)
    return root


def unitless(words: str) -> list[str]:
    """Return the numbers of a headline without a unit: no per cent sign and no word follows them, and they are no year.

    The second of two ("0.17 to 0.20 points") has the unit of both.
    """
    return [
        match[0]
        for match in NUMBER.finditer(words)
        if not YEAR.fullmatch(match[0].rstrip(".,"))
        and not re.match(r"%|\s[^\W\d_]", words[match.end() :])
        and not re.search(r"(?:groep|group|year|leerjaar|age|leeftijd)\s$", words[: match.start()])
    ]
