"""The words of the pages in the language of the edition: English in the code, other languages in catalogues.

Nothing falls back: a message without a translation is an error, because a page that is half Dutch looks finished and is
not.
"""

from __future__ import annotations

import re
from typing import Any

from analysis.language.catalogue import (
    LOCALES,
    SOURCE,
    Words,
    by_pattern,
    catalogue,
    catalogues,
    languages,
    localised,
    messages,
    remember,
    speak,
    speaking,
    spoken,
    translated,
)
from analysis.language.texts import MINUS, Fewer, NumberText, Text, as_data, faults_of_fields, from_data, joined

__all__ = [
    "LOCALES",
    "MINUS",
    "SOURCE",
    "Fewer",
    "NumberText",
    "Text",
    "Words",
    "as_data",
    "catalogue",
    "catalogues",
    "faults_of_fields",
    "filled",
    "from_data",
    "header",
    "joined",
    "languages",
    "localised",
    "messages",
    "remember",
    "speak",
    "speaking",
    "spoken",
    "term",
    "text",
    "translated",
    "word",
]

# A code that is a number or a range of numbers, with its unit: "0.5-1.0", "< 24.0", "1.5 km".
NUMERIC = re.compile(r"[<>≤≥=+\-−–%\s\d.,]*\d[<>≤≥=+\-−–%\s\d.,]*(km)?")


def text(message: str, /, **values: Any) -> Text:  # noqa: ANN401 - whatever a format takes
    """Return a message in the edition's language, with its values in that language's number format.

    Parameters
    ----------
    message
        The English text, a literal: ``text("{share:.0%} of {n:,} pupils", share=share, n=n)``. Fields are those of
        `str.format`; the translation may order them as its grammar wants.
    **values : The value of each field. Words among them are translated by their own call of `text`.

    Raises
    ------
    InputError
        When the catalogue has no translation, with the message and the folder of the catalogue.
    WithheldError
        When a value is missing: a text whose numbers are withheld, or not estimated, is not made.
    """
    return Text(translated(message), values)


def filled(words: Words, /, **values: Any) -> Text:  # noqa: ANN401 - whatever a format takes
    """Return what is declared in every language in that of the edition, with its values as `text` writes them."""
    return Text(words[spoken()], values)


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
    words = code.replace("_", " ") if code.isidentifier() else code
    known = catalogue(spoken())
    if direct := known.get(code) or known.get(words):
        return direct
    if pattern := by_pattern(words):
        template, fields = pattern
        return template.format(**{field: term(value) for field, value in fields.items()})
    return localised(code) if NUMERIC.fullmatch(code) else code


def header(column: str, /) -> str:
    """Return the header of a column: its name with spaces, in the edition's language.

    Raises
    ------
    InputError
        When the catalogue does not have it: unlike a code, a header is always a word.
    """
    name = column.replace("_", " ")
    return translated(name) if name.strip() else name
