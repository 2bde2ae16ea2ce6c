"""The words of the pages in the language of the edition: English in the code, other languages in catalogues.

Nothing falls back: a message without a translation is an error, because a page that is half Dutch looks finished and is
not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from analysis.errors import InputError
from analysis.language.catalogue import (
    LOCALES,
    SOURCE,
    Words,
    catalogue,
    catalogues,
    declared,
    languages,
    localised,
    messages,
    remember,
    speak,
    speaking,
    spoken,
    translated,
)
from analysis.language.texts import (
    MINUS,
    End,
    Fewer,
    NumberText,
    Text,
    as_data,
    faults_of_fields,
    from_data,
    half_up,
    joined,
)
from analysis.language.vocabulary import COLUMNS, VALUES, patterns, plainly, vocabulary

__all__ = [
    "LOCALES",
    "MINUS",
    "SOURCE",
    "End",
    "Fewer",
    "NumberText",
    "Text",
    "Words",
    "as_data",
    "catalogue",
    "catalogues",
    "declared",
    "faults_of_fields",
    "filled",
    "from_data",
    "half_up",
    "header",
    "is_word",
    "joined",
    "languages",
    "localised",
    "messages",
    "name_codes",
    "own_words",
    "remember",
    "speak",
    "speaking",
    "spoken",
    "term",
    "text",
    "translated",
    "vocabulary",
    "word",
]

NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?!\.?\d)"
# A code that is a number or a range of numbers, with its unit: "0.5-1.0", "< 24.0", "1.5 km"; not 3.5.1, a section.
NUMERIC = re.compile(rf"[<>≤≥=+\-−–%\s]*{NUMBER}(?:[<>≤≥=+\-−–%\s]+(?:{NUMBER})?)*(?:km)?")
KNOWN = 1 << 16
"""Words that are remembered: they are looked up per cell."""
_brought: dict[str, Words] = {}


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


def term(code: str, /, of: str = "") -> str:
    """Return a word of the data (a code in a cell, a name along an axis) in the edition's language.

    What is unknown stays as it is, with spaces for underscores: registers have codes of their own. The vocabulary knows
    it, or a pattern of it such as ``below {edge}``. Of a code that is a number or a range, the number is written in
    that language.

    Parameters
    ----------
    code : What stands in the data.
    of : The column it stands in, where it may mean something else than elsewhere (``group: none``).
    """
    return (_term(code, spoken(), of) or (plainly(code) if code.isidentifier() else code)) if code else code


def name_codes(words: Mapping[str, Words], /) -> None:
    """Let `term` know what an edition calls the codes that it brings itself; what it was told before is forgotten."""
    brought = {plainly(code): said for code, said in words.items()}
    if brought != _brought:
        _brought.clear()
        _brought.update(brought)
        _term.cache_clear()


def own_words() -> frozenset[str]:
    """Return what the codes that an edition brings itself are called in its language."""
    return frozenset(words[spoken()] for words in _brought.values())


def is_word(code: str, /, of: str = "") -> bool:
    """Return whether the edition's language has a word for a code of the data, or it is a number; see `term`."""
    said = catalogue(languages()[-1]) if spoken() == SOURCE else {}
    return bool(_term(code, spoken(), of)) or code in said


@lru_cache(KNOWN)
def _term(code: str, language: str, of: str = "") -> str | None:
    brought = _brought.get(plainly(f"{of}: {code}")) or _brought.get(plainly(code))
    if brought:
        return brought[language]
    own = vocabulary().word(f"{of}: {code}", VALUES) if of else None
    known = own or vocabulary().word(code, VALUES, COLUMNS)
    if known:
        return known.words[language]
    if language != SOURCE and (translation := catalogue(language).get(code)):
        return translation
    return _by_pattern(plainly(code), language) or (localised(code) if NUMERIC.fullmatch(code) else None)


def _by_pattern(code: str, language: str) -> str | None:
    for pattern, words, as_it_is in patterns(language):
        if match := pattern.fullmatch(code):
            parts = match.groupdict()
            return words.format(**(parts if as_it_is else {name: term(part) for name, part in parts.items()}))
    return None


def header(column: str, /) -> str:
    """Return the header of a column in the edition's language.

    Raises
    ------
    InputError
        When the vocabulary does not have it: unlike a code, a header is always a word.
    """
    return _header(column, spoken())


@lru_cache(KNOWN)
def _header(column: str, language: str) -> str:
    known = vocabulary().word(column, COLUMNS, VALUES)
    if known:
        return known.words[language]
    name = plainly(column)
    if language == SOURCE and "_" in column:
        hint = "add it to a vocabulary.yml, below columns"
        raise InputError("language", "no word for a column", given=column, hint=hint)
    return translated(name) if name.strip() else name
