"""The glossary: a page with every term, and on all other pages a link from the first place of a term to its meaning.

In English pages the words that are Dutch are marked as such, for who hears them read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from typing import Any

from markupsafe import escape

from analysis.language import SOURCE, spoken, vocabulary
from analysis.language.vocabulary import TERMS, VALUES, Word
from analysis.site.pages import Heading
from analysis.site.sitemap import Site

PAGE = "glossary.html"
PIECES = re.compile(r"(<(script|style)\b.*?</\2>|<[^>]+>)", re.DOTALL | re.IGNORECASE)
TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)([^>]*?)(/?)>")
VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
PROSE = frozenset({"p", "li", "dd"})
NO_PROSE = frozenset({"a", "button", "code", "figure", "nav", "pre", "strong", "summary", "svg", "table"})
NO_WORDS = frozenset({"code", "pre", "svg", "math", "title", "option"})


def glossary(_: Site) -> dict[str, Any]:
    """Return what the template of the glossary asks for."""
    terms = sorted(vocabulary().parts[TERMS].items(), key=lambda entry: entry[1].words[spoken()].casefold())
    shown = [
        {
            "anchor": anchor(code),
            "word": word.words[spoken()],
            "other": "" if word.dutch else word.words[_other()],
            "gloss": word.gloss[spoken()],
            "source": word.source,
        }
        for code, word in terms
    ]
    return {"terms": shown, "other": _other(), "headings": list[Heading]()}


def _other() -> str:
    return "nl" if spoken() == SOURCE else SOURCE


def anchor(code: str) -> str:
    """Return the anchor of a term on the page of the glossary."""
    return "term-" + re.sub(r"[^\w]+", "-", code.lower()).strip("-")


def explained(html: str, glossary_page: str, this: str = "") -> str:
    """Return a page on which the first place of each term in prose leads to its meaning, and Dutch words are marked.

    Parameters
    ----------
    html : The whole page.
    glossary_page : Its address as seen from the page.
    this : The page's name; on the glossary itself nothing leads to it.
    """
    walk = _Walk()
    waiting = {} if this == "glossary" else dict(_terms(spoken()))
    return "".join(_pieces(html, walk, waiting, glossary_page))


def _pieces(html: str, walk: _Walk, waiting: dict[str, str], page: str) -> Iterator[str]:
    place = 0
    for found in PIECES.finditer(html):
        yield _words(html[place : found.start()], walk, waiting, page)
        walk.through(found[0])
        yield found[0]
        place = found.end()
    yield _words(html[place:], walk, waiting, page)


def _words(piece: str, walk: _Walk, waiting: dict[str, str], page: str) -> str:
    """Return what stands between two tags."""
    if not piece.strip() or not walk.within("body") or walk.within(*NO_WORDS):
        return piece
    if walk.within("main") and walk.within(*PROSE) and not walk.within(*NO_PROSE):
        return _with_terms(piece, waiting, page)
    return _marked(piece)


@dataclass
class _Walk:
    """The elements that are open at a place of a page."""

    open: list[str] = field(default_factory=list)

    def through(self, piece: str) -> None:
        """Pass a tag."""
        tag = TAG.fullmatch(piece)
        if not tag or tag[2].lower() in VOID or tag[4]:
            return
        name = tag[2].lower()
        if not tag[1]:
            self.open.append(name)
        elif name in self.open:
            del self.open[len(self.open) - 1 - self.open[::-1].index(name) :]

    def within(self, *names: str) -> bool:
        """Return whether one of these elements is open."""
        return any(name in self.open for name in names)


def _with_terms(text: str, waiting: dict[str, str], page: str) -> str:
    """Link the terms in a text that the page has not had yet."""
    parts, place = [], 0
    for found in _any_term(spoken()).finditer(text):
        code = _terms(spoken())[unescape(found[0]).casefold()]
        if code not in waiting.values():
            continue
        for form in [form for form, of in waiting.items() if of == code]:
            del waiting[form]
        parts += [_marked(text[place : found.start()]), _link(code, found[0], page)]
        place = found.end()
    return "".join([*parts, _marked(text[place:])])


def _link(code: str, words: str, page: str) -> str:
    known = vocabulary().parts[TERMS][code]
    dutch = ' lang="nl"' if known.dutch and spoken() == SOURCE else ""
    gloss = escape(known.gloss[spoken()])
    # The gloss is in the language of the page, so that only the word itself is Dutch.
    inner = f"<span{dutch}>{words}</span>" if dutch else words
    return f'<a class="term" href="{page}#{anchor(code)}" title="{gloss}">{inner}</a>'


def _marked(text: str) -> str:
    if spoken() != SOURCE:
        return text
    return _dutch().sub(lambda found: f'<span lang="nl">{found[0]}</span>', text)


@cache
def _terms(language: str) -> Mapping[str, str]:
    """Return the code of each form of a term."""
    known = vocabulary().parts[TERMS]
    return {form.casefold(): code for code, word in known.items() for form in word.forms(language)}


@cache
def _any_term(language: str) -> re.Pattern[str]:
    return _any_of(_terms(language))


@cache
def _dutch() -> re.Pattern[str]:
    """Return what finds the Dutch words that English pages use."""
    known = vocabulary()
    words: list[Word] = [word for part in (TERMS, VALUES) for word in known.parts[part].values() if word.dutch]
    return _any_of({form for word in words for form in word.forms(SOURCE)})


def _any_of(forms: Mapping[str, str] | set[str]) -> re.Pattern[str]:
    longest_first = sorted(forms, key=lambda form: (-len(form), form))
    either = "|".join(re.escape(str(escape(form))) for form in longest_first)
    return re.compile(rf"(?<![\w-])(?:{either})(?![\w-])", re.IGNORECASE)
