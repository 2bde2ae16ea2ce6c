"""The vocabulary: what columns, codes and terms are called in every language, what they mean, and who says so.

``vocabulary.yml`` in ``locale/`` has what is general, the one beside a chapter or a topic what is its own. A code is
looked up with spaces for its underscores. What a pattern has in its fields (``below {edge}``) is a code again, or
stands as it is: the number of a section is no decimal number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import yaml

from analysis.errors import InputError
from analysis.language.catalogue import PACKAGE, languages
from analysis.variables import VOCABULARIES

COLUMNS, VALUES, PATTERNS, TERMS = PARTS = ("columns", "values", "patterns", "terms")
KEYS: Mapping[str, tuple[str, ...]] = {
    COLUMNS: ("gloss", "source"),
    VALUES: ("gloss", "source", "dutch"),
    PATTERNS: ("gloss", "source", "as_it_is"),
    TERMS: ("gloss", "source", "dutch", "also"),
}
JOINS = "; "
NUMBERS = "n"
"""The form of a field that holds numbers only: ``year {year:n}``."""
BESIDES: list[Path] = []
"""Files that are not of this package: the words of frames that tests make up."""
GIVEN = ("gloss", "source", "dutch", "as_it_is")
# The strict reader takes seven times as long, in every kernel; the tests read every file with it.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Word:
    """What one code or term is called.

    Parameters
    ----------
    words : In every language.
    gloss : What it means, in every language; of some nothing is said.
    source : Who defines it.
    dutch : Whether the English word is a Dutch one.
    as_it_is : Whether what stands in the fields of a pattern is no code.
    also : Other forms of a term in running text, such as its plural, by language.
    """

    words: Mapping[str, str]
    gloss: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    dutch: bool = False
    as_it_is: bool = False
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def forms(self, language: str) -> tuple[str, ...]:
        """Return the word in a language with its other forms."""
        return (self.words[language], *self.also.get(language, ()))


@dataclass(frozen=True)
class Vocabulary:
    """All words by code, per part."""

    parts: Mapping[str, Mapping[str, Word]]

    def word(self, code: str, *parts: str) -> Word | None:
        """Return the word of a code in the first of these parts that has it."""
        plain = plainly(code)
        return next((self.parts[part][plain] for part in parts if plain in self.parts[part]), None)

    @property
    def every(self) -> Iterator[Word]:
        """Give all words."""
        return (word for part in self.parts.values() for word in part.values())


def plainly(code: str) -> str:
    """Return the form in which a code is looked up."""
    return code.replace("_", " ")


@cache
def vocabulary() -> Vocabulary:
    """Return the words of all files.

    Raises
    ------
    InputError
        With everything that is wrong with the files.
    """
    return read_vocabulary(vocabularies())


def vocabularies() -> list[Path]:
    """Return the files of the vocabulary."""
    return [*sorted(path for pattern in VOCABULARIES for path in PACKAGE.glob(pattern)), *BESIDES]


def read_vocabulary(paths: Iterable[Path]) -> Vocabulary:
    """Read files; a code that several have is called the same in all of them. See `vocabulary`."""
    parts: dict[str, dict[str, Word]] = {part: {} for part in PARTS}
    faults: list[InputError] = []
    for path in paths:
        raw = yaml.load(path.read_text("utf8"), Loader=_Loader) or {}  # noqa: S506 - a safe one
        wrong = list(_faults(raw, f"{path.parent.name}/{path.name}"))
        faults += wrong
        for part, entries in raw.items() if not wrong else ():
            for code, given in entries.items():
                word = _word(given)
                if parts[part].setdefault(plainly(code), word) != word:
                    faults.append(InputError(f"{path}: {part}.{code}", "is called otherwise in another file"))
    if faults:
        raise InputError.several(faults)
    return Vocabulary(parts)


@cache
def patterns(language: str) -> list[tuple[re.Pattern[str], str, bool]]:
    """Return how codes with fields look, what they become, and whether the fields stay as they are.

    What joins codes comes first, then what has most words of its own, then what comes first in the files.
    """
    known = vocabulary().parts[PATTERNS]
    return [(_pattern(code), known[code].words[language], known[code].as_it_is) for code in sorted(known, key=_rank)]


def _rank(code: str) -> tuple[bool, int, int]:
    """Return the place of a pattern: what joins codes first, then what has most letters of its own, then signs."""
    own = "".join(text for text, *_ in Formatter().parse(code))
    letters = sum(map(str.isalnum, own))
    return JOINS not in code, -letters, -len(own) if letters else 0


def _pattern(code: str) -> re.Pattern[str]:
    parts = [(re.escape(literal), name, form) for literal, name, form, _ in Formatter().parse(code)]
    fields = {"": ".+?", NUMBERS: r"[\d./–-]+[a-z]?"}
    return re.compile(
        "".join(text + (f"(?P<{name}>{fields[form or '']})" if name else "") for text, name, form in parts)
    )


def _word(given: Mapping[str, Any]) -> Word:
    words = {language: given[language] for language in languages()}
    also = {language: tuple(forms) for language, forms in given.get("also", {}).items()}
    return Word(
        words, also=also, **{name: given[name] for name in ("gloss", "source", "dutch", "as_it_is") if name in given}
    )


def _faults(raw: Any, file: str) -> Iterator[InputError]:  # noqa: ANN401 - YAML holds anything
    if not isinstance(raw, Mapping):
        yield InputError(file, "must be a mapping", allowed=", ".join(PARTS))
        return
    for part, entries in raw.items():
        if part not in PARTS or not isinstance(entries, Mapping):
            yield InputError(f"{file}: {part}", "is no part with words", allowed=", ".join(PARTS))
            continue
        for code, given in entries.items():
            yield from _faults_of(part, code, given, f"{file}: {part}.{code}")


def _faults_of(part: str, code: object, given: Any, where: str) -> Iterator[InputError]:  # noqa: ANN401 - YAML holds anything
    allowed = (*languages(), *KEYS[part])
    if not isinstance(code, str) or not isinstance(given, Mapping):
        yield InputError(where, "must be words by language, of a code in quotes", allowed=", ".join(allowed))
        return
    for key in given.keys() - set(allowed):
        yield InputError(f"{where}.{key}", "there is no such key", allowed=", ".join(allowed))
    for words, name in ((given, where), (given.get("gloss"), f"{where}.gloss")):
        yield from _faults_of_words(words, name)
    if part == TERMS and "gloss" not in given:
        yield InputError(f"{where}.gloss", "is missing: a term is told what it means")
    texts = (given.get(language) for language in languages())
    if part == PATTERNS and any(_fields(text) != _fields(code) for text in texts if isinstance(text, str)):
        yield InputError(where, "the languages differ from the pattern in their fields in braces")


def _faults_of_words(words: Any, where: str) -> Iterator[InputError]:  # noqa: ANN401 - YAML holds anything
    for language in languages() if words is not None else ():
        said = words.get(language) if isinstance(words, Mapping) else None
        if not isinstance(said, str) or not said.strip():
            yield InputError(f"{where}.{language}", "is missing", hint="say it in every language")


def _fields(text: str) -> set[str]:
    return {name for _, name, *_ in Formatter().parse(text) if name}
