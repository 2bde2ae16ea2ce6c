"""The findings of an edition as its pages use them: headline, key figure and what it is compared with, and where to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from string import Formatter

from markupsafe import Markup, escape

from analysis.language import Text, from_data, text
from analysis.site.sitemap import ChapterPage, Site, Thing

FEWEST, MOST = 5, 8
"""Headlines of an edition."""
KEYS = 3
"""Key figures at the head of a chapter."""


@dataclass(frozen=True)
class Found:
    """A published finding with what stands beside it, and the figure and the table that hold its number.

    Parameters
    ----------
    thing : As it was published.
    figure, table : None where there is none, or it is withheld.
    """

    thing: Thing
    figure: Thing | None
    table: Thing | None

    def _said(self, part: str) -> Text | str:
        words: Text | str = from_data(self.thing.note.get(part, ""))
        return words

    @property
    def sentence(self) -> Text | str:
        """The sentence."""
        return self._said("sentence")

    @property
    def marked(self) -> Markup:
        """The sentence as HTML, in which each number with its interval stands out."""
        return with_estimates(self.sentence)

    @property
    def headline(self) -> Text | str:
        """The headline; empty where the chapter gives none."""
        return self._said("headline")

    @property
    def key(self) -> Text | str:
        """The key figure with its unit; empty for none."""
        return self._said("key")

    @property
    def label(self) -> Text | str:
        """What the key figure is of."""
        return self._said("label")

    @property
    def yardstick(self) -> Text | str:
        """What the key figure is compared with."""
        return self._said("yardstick")

    @property
    def caveat(self) -> Text | str:
        """How it may not be read."""
        return self._said("caveat")

    @property
    def links(self) -> list[tuple[str, str]]:
        """What leads on from it, name and address relative to the pages of chapters."""
        named = ((text("Figure"), self.figure), (text("Table"), self.table))
        found: list[tuple[str, str]] = [(name, thing.href) for name, thing in named if thing]
        method = self.thing.note.get("method")
        return found + ([(text("Method"), f"methods.html#method-{self.thing.stem}-{method}")] if method else [])


def findings_of(site: Site, stem: str) -> list[Found]:
    """Return what a chapter found, its answer first."""
    things = site.of(stem, "finding")
    figures, tables = ({thing.name: thing for thing in site.of(stem, kind)} for kind in ("figure", "table"))
    found = [
        Found(thing, figures.get(thing.note.get("figure", "")), tables.get(thing.note.get("table", "")))
        for thing in things
    ]
    return sorted(found, key=lambda one: one.thing.note.get("rank", 0))


def chapters_with_findings(site: Site) -> Iterator[tuple[ChapterPage, list[Found]]]:
    """Give the page of each chapter that found something, with what it found."""
    for step in site.steps:
        if found := findings_of(site, step["stem"]):
            yield found[0].thing.chapter, found


def headlines(site: Site) -> list[Found]:
    """Return the headlines of an edition: those that lead, and where these are few the next in rank."""
    chapters = [[one for one in found if one.headline] for _, found in chapters_with_findings(site)]
    every = [one for found in chapters for one in found]
    leading = sorted((one for one in every if one.thing.note.get("lead")), key=lambda one: one.thing.note["lead"])
    by_rank = sorted(every, key=lambda one: one.thing.note.get("rank", 0))
    for one in by_rank:
        if len(leading) < FEWEST and one not in leading:
            leading.append(one)
    return leading[:MOST]


def with_key(found: Iterable[Found], most: int = KEYS) -> list[Found]:
    """Return the first findings that have a key figure."""
    return [one for one in found if one.key][:most]


def with_estimates(words: str) -> Markup:
    """Return a sentence in which each number with its interval stands out."""
    if not isinstance(words, Text):
        return escape(words)
    return Markup("").join(_parts(words))


def _parts(words: Text) -> Iterator[Markup]:
    for literal, name, form, _ in Formatter().parse(words.template):
        yield escape(literal)
        value = words.values.get(name or "")
        if isinstance(value, Text):
            yield Markup("<b>{0}</b>").format(value) if _is_estimate(value) else with_estimates(value)
        elif name:
            yield escape(Text(f"{{{name}:{form}}}", words.values))


def _is_estimate(words: Text) -> bool:
    """Return whether words are a number with its interval."""
    return "interval" in words.values or {"low", "high"} < set(words.values)
