"""How a chapter estimates what it finds, declared beside it: ``methods.yml`` with one section per question.

A section says what is estimated, by which formula, on which assumptions and data, and what the number cannot mean: in
all languages, with formulas as TeX between dollar signs. It names the functions that do it; findings lead to it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from analysis.errors import InputError
from analysis.language import Words, languages, remember
from analysis.plain_yaml import read_yaml
from analysis.publish.shapes import is_file_name

FILE = "methods.yml"
WORDS = ("title", "estimand", "where", "assumptions", "data", "cannot")
"""Texts of a section: its heading, what is estimated, what the signs of the formulas are, what must hold, what it rests
on, and how the number may not be read."""
LISTS = ("formulas", "functions")
_FORMULA = re.compile(r"\$[^$]*\$")
OPTIONAL = ("source", "shows")


@dataclass(frozen=True)
class Section:
    """One section of the methods of a chapter.

    Parameters
    ----------
    name : Lower-case name, by which findings lead here.
    words : The texts `WORDS`, each in all languages.
    formulas : In TeX.
    functions : Dotted names, without the name of the package.
    source : The publication that the method is from; empty for none.
    shows : Figures and tables that it explains, beside those of the findings that lead to it.
    """

    name: str
    words: Mapping[str, Words]
    formulas: tuple[str, ...]
    functions: tuple[str, ...]
    source: str = ""
    shows: tuple[str, ...] = ()


@cache
def read_methods(path: Path) -> tuple[Section, ...]:
    """Read the sections of a chapter, in their order; a chapter without the file has none.

    Raises
    ------
    InputError
        With every key that is unknown or missing, and every text that lacks a language.
    """
    if not path.exists():
        return ()
    raw = read_yaml(path)
    faults = list(_faults(raw, str(path)))
    if faults:
        raise InputError.several(faults)
    sections = tuple(_section(name, given) for name, given in raw.items())
    remember(_without_formulas(words) for section in sections for words in section.words.values())
    return sections


def _without_formulas(words: Words) -> Words:
    """Return a text without what stands between dollar signs: braces of TeX are no fields."""
    return {language: _FORMULA.sub("", said) for language, said in words.items()}


def refuse_unexplained(
    sections: Sequence[Section], methods: Mapping[str, str], exhibits: Collection[str], chapter: str
) -> None:
    """Refuse findings that lead to a section that is not there, and sections that explain no figure or table.

    Parameters
    ----------
    sections : Of the chapter.
    methods : The section that each of its findings names.
    exhibits : Names of its figures and tables.
    chapter : Its stem.

    Raises
    ------
    InputError
        With every one of them.
    """
    known = [section.name for section in sections]
    faults = [
        InputError(
            f"{chapter}/findings.yml: findings.{name}.method",
            f"{FILE} has no section {method!r}",
            allowed=", ".join(known),
        )
        for name, method in methods.items()
        if method and method not in known
    ]
    faults += [
        InputError(f"{chapter}/{FILE}: {section.name}.shows", f"exhibits.yml declares no figure or table {name!r}")
        for section in sections
        for name in section.shows
        if name not in exhibits
    ]
    if faults:
        raise InputError.several(faults)


def _section(name: str, given: Mapping[str, Any]) -> Section:
    words = {part: given[part] for part in WORDS}
    formulas, functions = (tuple(given[part]) for part in LISTS)
    return Section(name, words, formulas, functions, given.get("source", ""), tuple(given.get("shows", ())))


def _faults(raw: Any, file: str) -> Iterator[InputError]:  # noqa: ANN401 - YAML holds anything
    if not isinstance(raw, Mapping):
        yield InputError(file, "must be a mapping of sections")
        return
    for name, given in raw.items():
        if not is_file_name(name):
            yield InputError(f"{file}: {name}", "a name is lower-case letters, digits and underscores")
        if isinstance(given, Mapping):
            yield from _faults_of_section(given, f"{file}: {name}")
        else:
            yield InputError(f"{file}: {name}", "must be a mapping", allowed=", ".join((*WORDS, *LISTS, *OPTIONAL)))


def _faults_of_section(given: Mapping[str, Any], where: str) -> Iterator[InputError]:
    allowed = (*WORDS, *LISTS, *OPTIONAL)
    for key in [key for key in given if key not in allowed]:
        yield InputError(f"{where}.{key}", "there is no such key", allowed=", ".join(allowed))
    for key in [key for key in (*WORDS, *LISTS) if key not in given]:
        yield InputError(f"{where}.{key}", "is missing")
    for key in given.keys() & {*WORDS}:
        if not isinstance(given[key], Mapping) or set(given[key]) != set(languages()):
            yield InputError(f"{where}.{key}", "must be said in every language", allowed=", ".join(languages()))
        elif not all(_is_text(words) for words in given[key].values()):
            yield InputError(f"{where}.{key}", "must be words")
    for key in given.keys() & {*LISTS, "shows"}:
        if not isinstance(given[key], list) or not given[key] or not all(map(_is_text, given[key])):
            yield InputError(f"{where}.{key}", "must be a list of at least one text")
    if not _is_text(given.get("source", "-")):
        yield InputError(f"{where}.source", "must be words")


def _is_text(given: object) -> bool:
    return isinstance(given, str) and bool(given.strip())
