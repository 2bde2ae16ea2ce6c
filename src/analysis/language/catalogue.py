"""The languages of the pages and what is known in each: gettext catalogues, one in the folder of each chapter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from string import Formatter

from babel import Locale
from babel.messages.pofile import read_po

from analysis.errors import InputError
from analysis.variables import CATALOGUES

SOURCE = "en"
PACKAGE = Path(__file__).parents[1]
LOCALES = PACKAGE / "locale"

Words = Mapping[str, str]
"""A text in every language: ``{"en": ..., "nl": ...}``."""

CODE = "code"
"""The context of the entries that are patterns of codes."""

_declared: list[Words] = []
_spoken: ContextVar[str] = ContextVar("language", default=SOURCE)


def languages() -> tuple[str, ...]:
    """Return the languages that pages can be written in, the code's own first."""
    return (SOURCE, *sorted(folder.name for folder in LOCALES.iterdir() if folder.is_dir()))


def speak(language: str) -> None:
    """Write everything from here on in `language`.

    Raises
    ------
    InputError
        When there is no catalogue for it.
    """
    if language not in languages():
        raise InputError("language", "no such language", given=language, allowed=", ".join(languages()))
    _spoken.set(language)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Write in `language` inside a ``with`` block, and after it in what was spoken before."""
    before = spoken()
    speak(language)
    try:
        yield
    finally:
        speak(before)


def spoken() -> str:
    """Return the language that is written now."""
    return _spoken.get()


def localised(number: str) -> str:
    """Return a number that is written in the English way (1,234.5) in the way of the edition's language (1.234,5)."""
    if spoken() == SOURCE:
        return number
    symbols = Locale(spoken()).number_symbols["latn"]
    return number.translate(str.maketrans({",": symbols["group"], ".": symbols["decimal"]}))


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return the translations into `language` by message; patterns of codes are none."""
    return {message: translation for message, translation, context in _entries(language) if context != CODE}


def translated(message: str) -> str:
    """Return a message in the edition's language.

    Raises
    ------
    InputError
        When the catalogue has no translation, with the message and the folder of the catalogue.
    """
    language = spoken()
    if language == SOURCE:
        return message
    if message not in catalogue(language):
        hint = f"add it to {language}.po of the chapter, or to a file in src/analysis/locale/{language}"
        raise InputError("language", f"no translation into {language!r}", given=message, hint=hint)
    return catalogue(language)[message]


def by_pattern(code: str) -> tuple[str, dict[str, str]] | None:
    """Return the translation of the pattern that a code has, and the codes in its fields."""
    for pattern, translation in _patterns(spoken()):
        if match := pattern.fullmatch(code):
            return translation, match.groupdict()
    return None


def remember(texts: Iterable[Words]) -> None:
    """Add texts that are declared in every language to what `messages` returns."""
    _declared.extend(texts)


def messages(language: str) -> tuple[tuple[str, str], ...]:
    """Return every message with its translation, patterns of codes too."""
    catalogued = ((message, translation) for message, translation, _ in _entries(language))
    return (*catalogued, *((words[SOURCE], words[language]) for words in _declared))


def is_known(template: str) -> bool:
    """Return whether a text of the edition's language is a message of the project."""
    return template in _templates(spoken(), len(_declared))


@cache
def _templates(language: str, _: int) -> frozenset[str]:
    others = languages()[1:] if language == SOURCE else (language,)
    return frozenset(pair[language != SOURCE] for other in others for pair in messages(other))


@cache
def _patterns(language: str) -> list[tuple[re.Pattern[str], str]]:
    """Return how codes with fields look and what they become, those with most words of their own first."""
    coded = [(message, translation) for message, translation, context in _entries(language) if context == CODE]
    own = {message: sum(len(literal) for literal, *_ in Formatter().parse(message)) for message, _ in coded}
    return [(_pattern(message), to) for message, to in sorted(coded, key=lambda pair: -own[pair[0]])]


def _pattern(message: str) -> re.Pattern[str]:
    parts = [(re.escape(literal), field) for literal, field, *_ in Formatter().parse(message)]
    return re.compile("".join(literal + (f"(?P<{field}>.+?)" if field else "") for literal, field in parts))


def catalogues(language: str) -> list[Path]:
    """Return the files with the words of a language."""
    patterns = (pattern.format(language=language) for pattern in CATALOGUES)
    return sorted(path for pattern in patterns for path in PACKAGE.glob(pattern))


@cache
def _entries(language: str) -> list[tuple[str, str, str | None]]:
    entries: list[tuple[str, str, str | None]] = []
    for path in catalogues(language):
        with path.open("rb") as file:
            entries += [(str(e.id), str(e.string), e.context) for e in read_po(file) if e.id and e.string]
    return entries
