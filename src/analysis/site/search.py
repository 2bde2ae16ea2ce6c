"""The page on which a reader searches an edition: an index of its pages in one list, filtered by a script.

There is no server and no request: the page holds all that can be found, and without scripts it is the list itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from itertools import groupby
from typing import Any

from analysis.language import text

KINDS = {"h1": "page", "h2": "section", "h3": "section", "h4": "function", "dt": "term", "caption": "table"}
SKIPPED = frozenset({"script", "style", "nav", "footer", "header", "button"})
LONGEST = 400


@dataclass(frozen=True)
class Entry:
    """Something that can be found.

    Parameters
    ----------
    kind : ``page``, ``section``, ``function``, ``term``, ``table``, ``figure`` or ``finding``.
    words : What is searched and shown.
    href : Where it is.
    """

    kind: str
    words: str
    href: str


def search(pages: Iterable[tuple[str, Sequence[Sequence[str]]]]) -> dict[str, Any]:
    """Return what the template asks for.

    Parameters
    ----------
    pages : Address of each page in their order, and what can be found on it: the fields of each `Entry`.
    """
    found = [(href, [Entry(*entry) for entry in entries]) for href, entries in pages]
    return {
        "pages": [(entries[0].words, entries) for _, entries in found if entries],
        "kinds": {
            "page": text("page"),
            "section": text("heading"),
            "function": text("function"),
            "term": text("term, explained"),
            "table": text("table"),
            "figure": text("figure"),
            "finding": text("finding"),
        },
        "headings": [],
    }


def entries_of(html: str, href: str) -> Iterator[Entry]:
    """Give what can be found on a page: its titles, headings, findings, captions and terms, each of them once."""
    scan = _Scan(href)
    scan.feed(html)
    scan.close()
    for _, same in groupby(dict.fromkeys(scan.entries), key=lambda entry: (entry.kind, entry.words)):
        yield next(same)


class _Scan(HTMLParser):
    """Collects the text of the elements that can be found, with the nearest id around or on them."""

    def __init__(self, href: str) -> None:
        super().__init__(convert_charrefs=True)
        self.href = href
        self.entries: list[Entry] = []
        self._anchor = ""
        self._open: list[tuple[str, Entry | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            return
        given = {name: value or "" for name, value in attrs}
        if given.get("id") and tag in ANCHORED:
            self._anchor = given["id"]
        kind = _kind(tag, given)
        inside = self._skipped or any(entry for _, entry in self._open)
        entry = Entry(kind, "", self._at(given.get("id", ""), kind)) if kind and not inside else None
        self._open.append((tag, entry))

    def handle_data(self, data: str) -> None:
        if self._skipped:
            return
        for place, (tag, entry) in enumerate(self._open):
            if entry:
                self._open[place] = (tag, replace(entry, words=entry.words + data))

    def handle_endtag(self, tag: str) -> None:
        while any(open_tag == tag for open_tag, _ in self._open):
            last, entry = self._open.pop()
            words = re.sub(r"\s+", " ", entry.words).strip(" ¶") if entry else ""
            if entry and words:
                self.entries.append(replace(entry, words=words[:LONGEST]))
            if last == tag:
                return

    @property
    def _skipped(self) -> bool:
        return any(tag in SKIPPED for tag, _ in self._open)

    def _at(self, identity: str, kind: str) -> str:
        anchor = "" if kind == "page" else identity or self._anchor
        return f"{self.href}#{anchor}" if anchor else self.href


VOID = frozenset({"img", "br", "hr", "meta", "link", "input", "col", "wbr", "source", "path", "use", "rect", "g"})
ANCHORED = frozenset({"h2", "h3", "h4", "figure", "div", "section", "p", "li", "dt", "table"})


def _kind(tag: str, given: dict[str, str]) -> str:
    """Return the kind of entry that an element begins; empty for none."""
    if "finding" in given.get("class", "").split():
        return "finding"
    if tag == "figcaption":
        return "figure"
    return KINDS.get(tag, "")
