"""Which sections of the methods explain what an edition publishes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from analysis.language import spoken
from analysis.publish.declared import FILE, Declared, read_declared
from analysis.publish.methods import FILE as METHODS
from analysis.publish.methods import Section, read_methods
from analysis.variables import CHAPTERS

PACKAGE = "analysis."


class Explained(NamedTuple):
    """A section of the page of methods, as what it explains leads to it."""

    title: str
    anchor: str


def anchor_of(stem: str, section: str) -> str:
    """Return the id of a section on the page of methods."""
    return f"method-{stem}-{section}"


def sections_of(stem: str) -> tuple[Section, ...]:
    """Return the sections of a chapter; none where it has no methods of its own."""
    return read_methods(CHAPTERS / stem / METHODS)


def shown_sections(stem: str, published: Iterable[str]) -> list[Section]:
    """Return the sections of a chapter without those of which nothing is published.

    Parameters
    ----------
    stem : Of the chapter.
    published : Ids of its findings, tables and figures in this edition, withheld ones too: ``finding-change``.
    """
    sections = sections_of(stem)
    reached = {name for identity in published for name in _by_declaration(identity, _declared(stem), sections)}
    return [section for section in sections if section.name in reached]


def explaining(stem: str, published: Iterable[str], functions: Iterable[str]) -> tuple[Explained, ...]:
    """Return the sections that explain what one cell publishes, the nearest first.

    Parameters
    ----------
    stem : Of the chapter.
    published : Ids of what the cell publishes.
    functions
        Dotted names of the functions behind it, the nearest first. Where no finding leads from what is published to a
        section, it is explained by the sections of the first function that has some.
    """
    declared, sections = _declared(stem), {section.name: section for section in sections_of(stem)}
    found = (name for identity in published for name in _by_declaration(identity, declared, sections.values()))
    names = dict.fromkeys(found)
    if not names:
        by_function = (_by_function(one, sections.values()) for one in functions)
        names = next(filter(None, by_function), names)
    return tuple(
        Explained(sections[name].words["title"][spoken()], anchor_of(stem, name)) for name in names if name in sections
    )


def _declared(stem: str) -> Declared:
    return read_declared(CHAPTERS / stem / FILE)


def _by_declaration(identity: str, declared: Declared, sections: Iterable[Section]) -> Iterator[str]:
    what, _, name = identity.partition("-")
    if what == "finding":
        kinds = [declared.kind(name)]
    else:
        kinds = [kind for kind in declared.kinds if name and name == getattr(kind, what, "")]
        yield from (section.name for section in sections if name in section.shows)
    yield from (kind.method for kind in kinds if kind.method)


def _by_function(function: str, sections: Iterable[Section]) -> dict[str, None]:
    short = function.removeprefix(PACKAGE)
    return {section.name: None for section in sections if short in section.functions}
