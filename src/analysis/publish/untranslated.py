"""Words that are left in English, and names of columns, where a page in another language shows text.

A message without a translation is an error (`language`), but a word of the data that no catalogue knows is
shown as it is: so an edition in Dutch once published teachers "van 55 and over". What a reader sees is therefore looked
at once more, whole: a name with an underscore, or a word that the catalogue knows in English only, is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from analysis.errors import InputError
from analysis.language import LOCALES, SOURCE, messages, spoken

_FIELD = re.compile(r"\{[^}]*\}")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_COLUMN = re.compile(r"(?<![\w./])[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?![\w./])")
_ADDRESS = re.compile(r"https?://\S+")
_FILE = re.compile(r"\b[a-z]+(?:-[a-z]+)*-\d{4}(?:-[a-z\d]+)*\b")  # a file of figures in print bears its year
SHORTEST = 3  # letters: "am" and "of" are words in both


def refuse_untranslated(texts: Iterable[str], where: str) -> None:
    """Refuse a name of a column or an English word in text that is shown in another language.

    Parameters
    ----------
    texts : What a reader sees.
    where : What they stand in; it opens the message.

    Raises
    ------
    InputError
        With the word, and the folder of the catalogue that lacks it.
    """
    if spoken() == SOURCE:
        return
    for text in texts:
        word = next(_left_over(text), None)
        if word:
            hint = f"translate it in a file of {LOCALES.name}/{spoken()}, and show it by term() or text()"
            raise InputError(where, f"shows {word!r}, which is not in {spoken()!r}", given=text, hint=hint)


def _left_over(text: str) -> Iterator[str]:
    text = _FILE.sub("", _ADDRESS.sub("", text))
    yield from _COLUMN.findall(text)
    # A name begins with a capital letter: Best and Both are municipalities or schools, not English words.
    yield from (word for word in _WORD.findall(text) if word in english(spoken()))


def english(language: str) -> frozenset[str]:
    """Return the words in lower case that the catalogue of a language has in its messages and in no translation."""
    return _untranslated(messages(language))


@cache
def _untranslated(pairs: tuple[tuple[str, str], ...]) -> frozenset[str]:
    ours, theirs = set[str](), set[str]()
    for message, translation in pairs:
        ours.update(_WORD.findall(_FIELD.sub("", message)))
        theirs.update(word.lower() for word in _WORD.findall(_FIELD.sub("", translation)))
    return frozenset(word for word in ours - theirs if word.islower() and len(word) >= SHORTEST)
