"""Codes, and words of another language, where a page shows text.

A message without a translation is an error (`language`), but a word of the data that nothing knows is shown as it is:
so an edition in Dutch once published teachers "van 55 and over", and one in English "amt rd". What a reader sees is
therefore looked at once more, whole: a name with an underscore, a code that the vocabulary has a word for, or a word
that is known in the other language only, is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from analysis.errors import InputError
from analysis.language import SOURCE, declared, is_word, languages, messages, own_words, spoken, vocabulary
from analysis.language.vocabulary import COLUMNS, PATTERNS, VALUES

_FIELD = re.compile(r"\{[^}]*\}")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_COLUMN = re.compile(r"(?<![\w./])[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?![\w./])")
_CODE = re.compile(r"[a-z][a-z0-9]{2,}|\w*_\w*")
_ADDRESS = re.compile(r"https?://\S+")
_FILE = re.compile(r"\b[a-z]+(?:-[a-z]+)*-\d{4}(?:-[a-z\d]+)*\b")  # a file of figures in print bears its year
SHORTEST = 3  # letters: "am" and "of" are words in both


def refuse_untranslated(texts: Iterable[str], where: str) -> None:
    """Refuse a name of a column, a code, or a word of another language in text that is shown.

    Parameters
    ----------
    texts : What a reader sees.
    where : What they stand in; it opens the message.

    Raises
    ------
    InputError
        With the word, and the file that lacks it.
    """
    for text in texts:
        word = next(_left_over(text), None)
        if word:
            hint = "say it in a vocabulary.yml or the catalogue, and show it by term() or text()"
            raise InputError(where, f"shows {word!r}, which is not in {spoken()!r}", given=text, hint=hint)


def refuse_codes(values: Iterable[object], where: str, of: str = "") -> None:
    """Refuse codes in cells that are shown, for which the edition's language has no word.

    A code is one word of three letters or more in lower case, or has an underscore: what begins with a capital letter
    is taken for a name.

    Parameters
    ----------
    values : The codes.
    where : What they stand in; it opens the message.
    of : Their column.

    Raises
    ------
    InputError
        With the code.
    """
    for value in dict.fromkeys(filter(None, map(str, values))):
        if _CODE.fullmatch(value) and not is_word(value, of):
            hint = "say it in a vocabulary.yml, below values"
            raise InputError(where, f"shows {value!r}, for which {spoken()!r} has no word", hint=hint)


def _left_over(text: str) -> Iterator[str]:
    text = _FILE.sub("", _ADDRESS.sub("", text.replace("-\n", "-")))  # a label is broken at its hyphens
    for own in own_words():  # what an edition calls its own codes, as a whole
        text = re.sub(rf"(?<!\w){re.escape(own)}(?!\w)", " ", text)
    yield from _COLUMN.findall(text)
    # A name begins with a capital letter: Best and Both are municipalities or schools, not English words.
    strange = foreign(spoken())
    yield from (word for word in _WORD.findall(text) if word in strange)


def foreign(language: str) -> frozenset[str]:
    """Return the words in lower case that are no words of a language: of codes, and of the other languages."""
    return _foreign(language, declared())


@cache
def _foreign(language: str, _: int) -> frozenset[str]:
    other = SOURCE if language != SOURCE else next(name for name in languages() if name != SOURCE)
    said = messages(other if language == SOURCE else language)
    texts = [pair[language != SOURCE] for pair in said], [pair[language == SOURCE] for pair in said]
    own, others = ([*texts[0], *_said(language)], [*texts[1], *_said(other)])
    # Dutch words are used in English, so that of them codes alone are refused there.
    strange = _codes() if language == SOURCE else [*others, *_codes()]
    known = {word.lower() for text in own for word in _words(text)}
    return (
        frozenset(word for text in strange for word in _words(text) if word.islower() and len(word) >= SHORTEST) - known
    )


def _said(language: str) -> list[str]:
    return [text for word in vocabulary().every for text in (word.words[language], word.gloss.get(language, ""))]


def _codes() -> list[str]:
    return [code for part in (COLUMNS, VALUES, PATTERNS) for code in vocabulary().parts[part]]


def _words(text: str) -> list[str]:
    return _WORD.findall(_FIELD.sub("", text))
