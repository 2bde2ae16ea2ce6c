"""Names of schools and boards in a text: those that the edition itself has loaded."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import NamedTuple

import pandas as pd

from analysis.disclosure.rules.identity import VALUES, plain
from analysis.errors import DisclosureError
from analysis.headers import NAME_COLUMN, PLACE_COLUMN
from analysis.language import LOCALES, SOURCE, catalogue

ARTICLES = frozenset({"de", "het", "t", "the", "n", "een", "la", "le", "al", "el"})
TYPES = frozenset(
    [
        *(
            "basisschool",
            "basissch",
            "basisonderwijs",
            "school",
            "sch",
            "obs",
            "cbs",
            "rkbs",
            "kbs",
            "pcbs",
            "pcb",
            "rk",
        ),
        *("bs", "gbs", "nbs", "sbo", "so", "vso", "ikc", "kc", "kindcentrum", "integraal", "openbare", "openbaar"),
        *(
            "christelijke",
            "christelijk",
            "katholieke",
            "katholiek",
            "protestants",
            "rooms",
            "islamitische",
            "isl",
            "chr",
        ),
        *("montessorischool", "montessori", "daltonschool", "dalton", "jenaplanschool", "jenaplan", "vrijeschool"),
        *("vrije", "speciale", "speciaal", "bijzondere", "bijz", "alg", "algemeen", "stichting", "vereniging", "voor"),
        *("onderwijs", "primair", "primary", "locatie", "nevenvestiging", "hoofdvestiging", "dependance", "van", "en"),
        *("in", "op", "aan", "bij", "met", "bijbel", "der", "den", "noord", "zuid", "oost", "west", "centrum", "board"),
    ]
)
HINT = "  do      write of groups of schools; no school or board is named"
UNITS = (
    "by_school",
    "by_location",
    "by_board",
    "by_teacher",
    "by_pupil",
    "by_home",
    "by_situation",
    "by_choice",
    "by_person",
    "by_test",
)
BOARD_COLUMN = re.compile(r"board|board_id|bestuur|bestuursnummer|bevoegd_gezag(?:_nummer)?", re.IGNORECASE)
SHORTEST = 4
_WORD = re.compile(r"\d[\d.,]*\d|[^\W_]+")


class Word(NamedTuple):
    """A word of a text without case and accents, and whether it begins with a capital."""

    folded: str
    capital: bool


class Named(NamedTuple):
    """A name without the words for its kind.

    Parameters
    ----------
    core : Its words.
    marked : Whether an article or a word for a kind of school stands before it.
    ordinary : Whether it reads as anything else: one word, or words that the pages use themselves.
    """

    core: tuple[str, ...]
    marked: bool
    ordinary: bool


class Names:
    """The names that no text may hold.

    A name of several words counts wherever its words stand together, in any case, with accents or without. One word is
    often a word like others ("De Brug" is a bridge): it counts as the whole of a value or text, and inside a text only
    with capitals, behind the article or kind of school that belongs to it. So do several words that the pages use.

    Parameters
    ----------
    names : As they were loaded, kinds of schools included.
    places : Names of municipalities, towns and quarters: a school that is called like its town has no name of its own.
    """

    def __init__(self, names: Iterable[str], places: Iterable[str] = ()) -> None:
        towns = {tuple(word.folded for word in _words(place)) for place in places}
        known = vocabulary() | {word for town in towns for word in town}
        self._towns = {town for town in towns if len(town) > 1}
        self._longest = max(map(len, self._towns), default=0)
        self._by_first: dict[str, list[Named]] = {}
        for name in dict.fromkeys(names):
            named = _named(name, towns, known)
            if named:
                self._by_first.setdefault(named.core[0], []).append(named)

    def __bool__(self) -> bool:
        return bool(self._by_first)

    def held(self, text: str) -> bool:
        """Return whether a text holds one of the names."""
        words = self._without_towns(_words(text)) if self._by_first else []
        return any(
            self._stands(name, words, position)
            for position, word in enumerate(words)
            for name in self._by_first.get(word.folded, ())
        )

    def _without_towns(self, words: list[Word]) -> list[Word]:
        """Leave out the towns of several words, such as De Ronde Venen: no school is meant by a part of them."""
        kept: list[Word] = []
        position = 0
        while position < len(words):
            ends = range(min(position + self._longest, len(words)), position + 1, -1)
            town = (end for end in ends if tuple(word.folded for word in words[position:end]) in self._towns)
            end = next(town, position)
            kept += words[position : position + 1] if end == position else []
            position = max(end, position + 1)
        return kept

    def refuse(self, text: str, where: str) -> None:
        """Refuse a text that holds one of the names; the message says where, not which."""
        if self.held(text):
            raise DisclosureError(f"{where}: the text holds the name of a school or board that was loaded\n{HINT}")

    def refuse_frame(self, frame: pd.DataFrame) -> None:
        """Refuse a frame of which a header or a cell holds one of the names."""
        for column in map(str, frame.columns if self else ()):
            self.refuse(column.replace("_", " "), f"column {column!r}, its name")
            if not pd.api.types.is_numeric_dtype(frame[column]):
                for value in frame[column].dropna().drop_duplicates():
                    self.refuse(str(value), f"column {column!r}")

    def _stands(self, name: Named, words: list[Word], place: int) -> bool:
        end = place + len(name.core)
        if tuple(word.folded for word in words[place:end]) != name.core:
            return False
        around = [word.folded for word in (*words[:place], *words[end:])]
        capital = all(word.capital for word in words[place:end])
        if not set(around) - TYPES - ARTICLES:  # it is all that stands there
            return capital or not name.ordinary or not set(name.core) <= vocabulary()
        if not name.ordinary or not capital:
            return not name.ordinary
        before = words[place - 1] if place else None
        if name.marked:
            return before is not None and before.folded in TYPES | ARTICLES
        return before is not None and name.core[0] not in vocabulary()


def named_in(tables: Iterable[tuple[str, pd.DataFrame]]) -> Iterator[str]:
    """Give the names in internal tables of schools and boards: columns of names, and words where keys should be."""
    for table, frame in tables:
        if not table.startswith(UNITS):
            continue
        for column in map(str, frame.select_dtypes(["object", "string", "category"]).columns):
            if NAME_COLUMN.fullmatch(column) or re.fullmatch(r"(?:school|board|bestuur)s?|name|naam", column.lower()):
                values = frame[column].dropna().astype(str).drop_duplicates()
                yield from (value for value in values if not _is_key(value))
            if BOARD_COLUMN.fullmatch(column):
                yield from (
                    frame[column].dropna().astype(str).drop_duplicates().loc[lambda numbers: numbers.str.len() >= 5]
                )


def places_in(tables: Iterable[tuple[str, pd.DataFrame]]) -> Iterator[str]:
    """Give the names of places in internal tables."""
    for _, frame in tables:
        for column in map(str, frame.select_dtypes(["object", "string", "category"]).columns):
            if PLACE_COLUMN.fullmatch(column) or column in ("municipality", "region", "area"):
                yield from frame[column].dropna().astype(str).drop_duplicates()


@cache
def vocabulary() -> frozenset[str]:
    """Return the words that the pages use, in all languages."""
    languages = [folder.name for folder in LOCALES.iterdir() if folder.is_dir() and folder.name != SOURCE]
    texts = (text for language in languages for pair in catalogue(language).items() for text in pair)
    return frozenset(word.folded for text in texts for word in _words(text))


def _is_key(value: str) -> bool:
    return value.isdigit() or any(pattern.fullmatch(value.strip().upper()) for pattern in VALUES.values())


def _words(text: str) -> list[Word]:
    """Return the words of a text, letters that are written with accents as those without."""
    composed = unicodedata.normalize("NFKD", plain(text))
    bare = "".join(sign for sign in composed if not unicodedata.combining(sign))
    return [Word(word.casefold(), word[0].isupper() or word[0].isdigit()) for word in _WORD.findall(bare)]


def _named(name: str, towns: Collection[tuple[str, ...]], known: Collection[str]) -> Named | None:
    """Return what of a name is its own; None when nothing is."""
    words = [word.folded for word in _words(name)]
    own = [position for position, word in enumerate(words) if word not in TYPES | ARTICLES]
    if not own:
        return None
    core = tuple(words[own[0] : own[-1] + 1])
    if core in towns or (len(core) == 1 and len(core[0]) < SHORTEST):
        return None
    alone = len(core) == 1 and not (core[0].endswith("school") and len(core[0]) > len("montessorischool"))
    return Named(core, own[0] > 0, alone or all(word in known for word in core))
