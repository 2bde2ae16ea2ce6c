"""Pupils of Dutch primary schools with tests before and after a school year: Snijders and Bosker's data set ``bdf``."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from analysis.data.cards import read_card, verified
from analysis.data.contracts import check
from analysis.data.files import decimals, read_delimited, whole_numbers
from analysis.errors import InputError

CARD = "bdf"
FILE = "learning/bdf.csv"
HIGHEST_IQ = 20
MINORITY = ("N", "Y")

# Our name, and the column of the file.
WHOLE = {
    "school": "schoolNR",
    "pupil": "pupilNR",
    "repeated": "repeatgr",
    "ses": "ses",
    "language_pre": "langPRET",
    "language_post": "langPOST",
    "arithmetic_pre": "aritPRET",
    "arithmetic_post": "aritPOST",
}
DECIMAL = {"iq_verbal": "IQ.verb"}


def _score(meaning: str, high: int) -> pa.Column:
    return pa.Column("int64", pa.Check.in_range(0, high, error=f"0 to {high}"), description=meaning)


def _number(meaning: str) -> pa.Column:
    return pa.Column("int64", pa.Check.ge(1, error="1 or more"), description=meaning)


BY_PUPIL_BDF = pa.DataFrameSchema(
    {
        "school": _number("number of the school"),
        "pupil": _number("number of the pupil"),
        "repeated": pa.Column("int64", pa.Check.in_range(0, 2, error="0 to 2"), description="grades repeated"),
        "ses": pa.Column(
            "int64", pa.Check.in_range(10, 50, error="10 to 50"), description="socio-economic status of the family"
        ),
        "language_pre": _score("language test before, items right", 60),
        "language_post": _score("language test after, items right", 60),
        "arithmetic_pre": _score("arithmetic test before, items right", 30),
        "arithmetic_post": _score("arithmetic test after, items right", 30),
        "iq_verbal": pa.Column(
            "float64",
            pa.Check.in_range(0, HIGHEST_IQ, error=f"0 to {HIGHEST_IQ}"),
            description="verbal intelligence, items right",
        ),
        "minority": pa.Column(bool, description="belongs to an ethnic minority"),
    },
    unique=["pupil"],
    strict=True,
    name="by_pupil_bdf",
)


def read_pupils(path: Path) -> pd.DataFrame:
    """Read ``by_pupil_bdf``, one row per pupil, held to its contract.

    Raises
    ------
    InputError
        The file cannot be read, a value is no number, or the contract is broken.
    """
    file = str(path)
    text = read_delimited(path, [*WHOLE.values(), *DECIMAL.values(), "Minority"], encoding="utf-8", separator=",")
    whole = {name: whole_numbers(text[column], file) for name, column in WHOLE.items()}
    decimal = {name: decimals(text[column], file, largest=HIGHEST_IQ) for name, column in DECIMAL.items()}
    unknown = sorted(set(text["Minority"]) - set(MINORITY))
    if unknown:
        raise InputError(file, "column 'Minority' holds unknown codes", given=unknown, allowed=", ".join(MINORITY))
    rows = pd.DataFrame({**whole, **decimal, "minority": text["Minority"] == "Y"})
    return check(rows, BY_PUPIL_BDF, file)


def verify(folder: Path, cards_folder: Path, allow_changed: bool, municipality: str = "") -> list[dict[str, str]]:
    """Compare the file with its card, and return its record for the manifest; see `cards.verified`.

    The file is of one study, whatever the `municipality` of the edition.
    """
    del municipality
    return verified(read_card(CARD, cards_folder), folder, [FILE], allow_changed)
