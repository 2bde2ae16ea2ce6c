"""The words of the pages in the language of the edition: English in the code, other languages in catalogues.

A catalogue is a set of gettext files, one in the folder of each chapter, read with Babel. Nothing falls back: a message
without a translation is an error, because a page that is half Dutch looks finished and is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from numbers import Number
from pathlib import Path
from string import Formatter
from typing import Any

from babel import Locale
from babel.messages.pofile import read_po
from pandas import NA

from analysis.errors import InputError, WithheldError
from analysis.variables import CATALOGUES

SOURCE = "en"
LOCALES = Path(__file__).parent / "locale"

# A code that is a number or a range of numbers, with its unit: "0.5-1.0", "< 24.0", "1.5 km".
NUMERIC = re.compile(r"[<>≤≥=+\-−–%\s\d.,]*\d[<>≤≥=+\-−–%\s\d.,]*(km)?")

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


def text(message: str, /, **values: Any) -> str:  # noqa: ANN401 - whatever a format takes
    """Return a message in the edition's language, with its values in that language's number format.

    Parameters
    ----------
    message
        The English text, a literal: ``text("{share:.0%} of {n:,} pupils", share=share, n=n)``. Fields are those of
        `str.format`; the translation may order them as its grammar wants.
    **values
        The value of each field. Words among them are translated by their own call of `text`.

    Raises
    ------
    InputError
        When the catalogue has no translation, with the message and the folder of the catalogue.
    WithheldError
        When a value is missing: a text whose numbers are withheld, or not estimated, is not made.
    """
    template = message if spoken() == SOURCE else _translated(message, spoken())
    return _Localised().vformat(template, (), values)


def filled(words: Words, /, **values: Any) -> str:  # noqa: ANN401 - whatever a format takes
    """Return what is declared in every language in that of the edition, with its values as `text` writes them."""
    return _Localised().vformat(words[spoken()], (), values)


def word(message: str, /) -> str:
    """Mark a literal for translation and return it as it is: `term` translates it where it is shown.

    For words that are data until then, such as the names of groups in a frame: ``GROUPS = {"girls": word("girls")}``.
    """
    return message


def term(code: str, /) -> str:
    """Return a word of the data (a code in a cell, a name along an axis) in the edition's language; unknown, as it is.

    A catalogue may hold patterns of codes: entries with fields and ``msgctxt "code"``, such as ``below {edge}``. What
    stands in a field is a code again. Of a code that is a number or a range, the number is written in that language.
    """
    if spoken() == SOURCE or not code:
        return code
    known = catalogue(spoken())
    words = code.replace("_", " ") if code.isidentifier() else code
    found = known.get(code) or known.get(words) or _by_pattern(words)
    return found or (localised(code) if NUMERIC.fullmatch(code) else code)


def header(column: str, /) -> str:
    """Return the header of a column: its name with spaces, in the edition's language.

    Raises
    ------
    InputError
        When the catalogue does not have it: unlike a code, a header is always a word.
    """
    name = column.replace("_", " ")
    return name if spoken() == SOURCE or not name.strip() else _translated(name, spoken())


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


def remember(texts: Iterable[Words]) -> None:
    """Add texts that are declared in every language to what `messages` returns."""
    _declared.extend(texts)


def messages(language: str) -> tuple[tuple[str, str], ...]:
    """Return every message with its translation, patterns of codes too."""
    catalogued = ((message, translation) for message, translation, _ in _entries(language))
    return (*catalogued, *((words[SOURCE], words[language]) for words in _declared))


@cache
def _patterns(language: str) -> list[tuple[re.Pattern[str], str]]:
    """Return how codes with fields look and what they become, those with most words of their own first."""
    found = [(message, translation) for message, translation, context in _entries(language) if context == CODE]
    own = {message: sum(len(literal) for literal, *_ in Formatter().parse(message)) for message, _ in found}
    return [(_pattern(message), to) for message, to in sorted(found, key=lambda pair: -own[pair[0]])]


def _pattern(message: str) -> re.Pattern[str]:
    parts = [(re.escape(literal), field) for literal, field, *_ in Formatter().parse(message)]
    return re.compile("".join(literal + (f"(?P<{field}>.+?)" if field else "") for literal, field in parts))


def _by_pattern(code: str) -> str | None:
    for pattern, translation in _patterns(spoken()):
        if match := pattern.fullmatch(code):
            return translation.format(**{field: term(value) for field, value in match.groupdict().items()})
    return None


def catalogues(language: str) -> list[Path]:
    """Return the files with the words of a language."""
    patterns = (pattern.format(language=language) for pattern in CATALOGUES)
    return sorted(path for pattern in patterns for path in LOCALES.parent.glob(pattern))


@cache
def _entries(language: str) -> list[tuple[str, str, str | None]]:
    found: list[tuple[str, str, str | None]] = []
    for path in catalogues(language):
        with path.open("rb") as file:
            found += [(str(e.id), str(e.string), e.context) for e in read_po(file) if e.id and e.string]
    return found


def _translated(message: str, language: str) -> str:
    if message not in catalogue(language):
        hint = f"add it to {language}.po of the chapter, or to a file in src/analysis/locale/{language}"
        raise InputError("language", f"no translation into {language!r}", given=message, hint=hint)
    return catalogue(language)[message]


def _is_missing(value: object) -> bool:
    return value is None or value is NA or (isinstance(value, Number) and value != value)


class _Localised(Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:  # noqa: ANN401 - as string.Formatter's
        if _is_missing(value):
            raise WithheldError(text("Not shown: a number in it is withheld, or cannot be estimated."))
        written = super().format_field(value, format_spec)
        return localised(written) if isinstance(value, Number) and not isinstance(value, bool) else written
