"""What names somebody: columns and values that never leave the building, whatever they count."""

from __future__ import annotations

import re

import pandas as pd

from analysis.errors import DisclosureError

NAMES = frozenset(
    [
        *("location", "location_id", "vestiging", "vestigingsnummer", "vestigingscode", "vestigingsnaam"),
        *("brin", "brin_nummer", "brinnummer", "brin_vestiging", "instellingscode", "instellingsnaam"),
        *("instellingsnaam_vestiging", "school", "school_id", "school_name", "schoolnaam", "naam_school"),
        *("pupil", "pupil_id", "leerling", "leerling_id", "leerlingnummer", "bsn", "pgn", "onderwijsnummer"),
        *("pc6", "postcode", "postcode6", "postcode_6", "address", "adres"),
        *("board", "board_id", "bestuur", "bestuursnummer", "bevoegd_gezag", "bevoegd_gezag_nummer"),
    ]
)
VALUES = {
    "the key of a school location": re.compile(r"\d{2}[A-Z]{2}\d{2}"),
    "a six-character postcode": re.compile(r"\d{4} ?[A-Z]{2}"),
}
# Inside a sentence "2019 VO" is a year and a sector, so there only the spelling without a space counts.
WORD = re.compile(r"\b(\d{2}[A-Z]{2}\d{2}|\d{4}[A-Z]{2})\b")


def refuse_identifying(frame: pd.DataFrame) -> None:
    """Refuse a frame that names schools, boards, pupils or addresses, in a column's name or in a value.

    Raises
    ------
    DisclosureError
        Naming the column and the first row at fault (the first row is 1), never the value.
    """
    for column in map(str, frame.columns):
        if re.sub(r"[^a-z0-9]+", "_", column.lower()).strip("_") in NAMES:
            raise DisclosureError(f"column {column!r}, row 1: identifies a school, a board, a pupil or an address")
        if not pd.api.types.is_numeric_dtype(frame[column]):
            _refuse_values(frame[column], column)


def refuse_identifying_text(text: str, where: str) -> None:
    """Refuse a text with the key of a school location or a six-character postcode in it."""
    if WORD.search(text):
        raise DisclosureError(f"{where}: the text holds the key of a school location or a six-character postcode")


def row_number(rows: pd.Series) -> int:
    """Return the number of the first row that is true, counted from 1 as a reader counts."""
    return int(rows.to_numpy(dtype=bool).argmax()) + 1


def _refuse_values(values: pd.Series, column: str) -> None:
    text = values.astype("string").str.strip().str.upper()
    for what, pattern in VALUES.items():
        found = text.str.fullmatch(pattern).fillna(value=False)
        if found.any():
            raise DisclosureError(f"column {column!r}, row {row_number(found)}: looks like {what}")
