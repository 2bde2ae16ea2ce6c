"""Pupils of Dutch primary schools with tests before and after a school year: Snijders and Bosker's data set ``bdf``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from analysis.data.cards import verify_files
from analysis.data.columns import contract, flag, number, whole
from analysis.data.contracts import check
from analysis.data.files import decimals, read_delimited, whole_numbers
from analysis.errors import InputError

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


_BY_PUPIL = contract(
    "by_pupil_bdf",
    ["pupil"],
    school=whole("number of the school", 1),
    pupil=whole("number of the pupil", 1),
    repeated=whole("grades repeated", 0, 2),
    ses=whole("socio-economic status of the family", 10, 50),
    language_pre=whole("language test before, items right", 0, 60),
    language_post=whole("language test after, items right", 0, 60),
    arithmetic_pre=whole("arithmetic test before, items right", 0, 30),
    arithmetic_post=whole("arithmetic test after, items right", 0, 30),
    iq_verbal=number("verbal intelligence, items right", 0, HIGHEST_IQ),
    minority=flag("belongs to an ethnic minority"),
)


def read_pupils(path: Path) -> pd.DataFrame:
    """Read ``by_pupil_bdf``, one row per pupil, held to its contract."""
    file = str(path)
    text = read_delimited(path, [*WHOLE.values(), "IQ.verb", "Minority"], encoding="utf-8", separator=",")
    numbers = {name: whole_numbers(text[column], file) for name, column in WHOLE.items()}
    iq_verbal = decimals(text["IQ.verb"], file, largest=HIGHEST_IQ)
    unknown = sorted(set(text["Minority"]) - set(MINORITY))
    if unknown:
        raise InputError(file, "column 'Minority' holds unknown codes", given=unknown, allowed=", ".join(MINORITY))
    return check(
        pd.DataFrame({**numbers, "iq_verbal": iq_verbal, "minority": text["Minority"] == "Y"}), _BY_PUPIL, file
    )


def verify(folder: Path, cards_folder: Path, allow_changed: bool, *_: object) -> list[dict[str, Any]]:
    """Compare the file with its card, and return its record for the manifest; see `cards.verify_files`.

    The file is of one study, whatever the municipality and the years of the edition.
    """
    return verify_files({"bdf": [FILE]}, folder, cards_folder, allow_changed)
