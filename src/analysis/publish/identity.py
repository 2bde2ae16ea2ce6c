"""What names somebody: columns, values and words that never leave the building, whatever they count."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable

import pandas as pd

from analysis.errors import DisclosureError

NAMES = frozenset(
    [
        *("location", "location_id", "vestiging", "vestigingsnummer", "vestigingscode", "vestigingsnaam"),
        *("brin", "brin_nummer", "brinnummer", "brin_vestiging", "instellingscode", "instellingsnaam"),
        *("instellingsnaam_vestiging", "school", "school_id", "school_name", "schoolnaam", "naam_school"),
        *("pupil", "pupil_id", "leerling", "leerling_id", "leerlingnummer", "bsn", "pgn", "onderwijsnummer"),
        *("pc6", "postcode", "postcode6", "postcode_6", "address", "adres", "straat", "straatnaam", "huisnummer"),
        *("board", "board_id", "bestuur", "bestuursnummer", "bevoegd_gezag", "bevoegd_gezag_nummer"),
        *("teacher", "teacher_id", "leraar", "leraar_id", "surname", "achternaam", "birth_date", "geboortedatum"),
    ]
)
VALUES = {
    "the key of a school location": re.compile(r"\d{2}[A-Z]{2}\d{2}"),
    "the number of a school (BRIN)": re.compile(r"\d{2}[A-Z]{2}"),
    "a six-character postcode": re.compile(r"[1-9]\d{3} ?[A-Z]{2}"),
}
# Inside a sentence "2019 VO" is a year and a sector, so the spelling with a space counts with other letters only.
WORDS = {
    "the key of a school location": re.compile(r"\b\d{2}[A-Z]{2}[ -]?\d{2}\b"),
    "the number of a school (BRIN)": re.compile(r"\b\d{2}[A-Z]{2}\b"),
    "a six-character postcode": re.compile(r"\b[1-9]\d{3}(?:-?|\s(?!VO|PO|SO|BO|HO|WO|EU|CE|AD))[A-Z]{2}\b"),
    "an address": re.compile(
        r"\b[A-Z][a-z]*(?:straat|laan|weg|plein|gracht|kade|singel|plantsoen|dijk|hof|steeg)\s+\d+"
    ),
    "an e-mail address": re.compile(r"\b[\w.+-]+@[\w-]+\.[a-z]{2,}\b"),
}
INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
LARGE = 10_000
"""Numbers of pupils, boards and schools have five digits or more; rows are also told apart by years and scores."""


def identifying(text: str) -> str | None:
    """Tell what in a text identifies a school, a person or an address; None when nothing does."""
    plain = unicodedata.normalize("NFKC", text).translate(INVISIBLE)
    return next((what for what, pattern in WORDS.items() if pattern.search(plain)), None)


def refuse_identifying(frame: pd.DataFrame) -> None:
    """Refuse a frame that names schools, boards, pupils or addresses, in a column's name or in a value.

    Raises
    ------
    DisclosureError
        Naming the column and the first row at fault (the first row is 1), never the value.
    """
    for column in map(str, frame.columns):
        refuse_identifying_text(column, "a column's name")
        if re.sub(r"[^a-z0-9]+", "_", column.lower()).strip("_") in NAMES:
            raise DisclosureError(f"column {column!r}, row 1: identifies a school, a board, a pupil or an address")
        if isinstance(frame[column].dtype, pd.CategoricalDtype):
            _refuse_unused(frame[column], column)
        if not pd.api.types.is_numeric_dtype(frame[column]):
            _refuse_values(frame[column], column)


def refuse_numbered(frame: pd.DataFrame, counted: Collection[str]) -> None:
    """Refuse a column of whole numbers that tell the rows apart, as the numbers of pupils, boards and citizens do.

    Parameters
    ----------
    frame
        What is to be published.
    counted
        Its columns that count: their numbers may differ from row to row.
    """
    for column in (name for name in frame.columns if name not in counted):
        numbers = frame[column].dropna()
        whole = pd.api.types.is_integer_dtype(numbers) and len(numbers) > 0
        if whole and numbers.is_unique and int(numbers.min()) >= LARGE:
            raise DisclosureError(
                f"column {column!r}: whole numbers of five digits or more, all different, look like the numbers of "
                "pupils, schools or boards\n  do      leave it out, or name it in counts= if it counts"
            )


def refuse_identifying_text(text: str, where: str) -> None:
    """Refuse a text with the key of a school, a six-character postcode or an address in it."""
    found = identifying(text)
    if found:
        raise DisclosureError(f"{where}: the text holds {found}")


def row_number(rows: Iterable[bool] | pd.Series) -> int:
    """Return the number of the first row that is true, counted from 1 as a reader counts."""
    return list(rows).index(True) + 1


def _refuse_unused(values: pd.Series, column: str) -> None:
    unused = values.cat.categories.difference(pd.Index(values.dropna()))
    _refuse_values(pd.Series(unused.astype("string")), f"{column} (a category without rows)")


def _refuse_values(values: pd.Series, column: str) -> None:
    text = values.astype("string").str.strip().str.upper()
    for what, pattern in VALUES.items():
        found = text.str.fullmatch(pattern).fillna(value=False)
        if found.any():
            raise DisclosureError(f"column {column!r}, row {row_number(found)}: looks like {what}")
    once = values.astype("string").fillna("").reset_index(drop=True).drop_duplicates()
    for place, value in once.items():
        refuse_identifying_text(value, f"column {column!r}, row {int(str(place)) + 1}")
