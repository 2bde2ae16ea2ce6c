"""Files of DUO: pupils by school location, home postcode and age, one file per municipality; the list of locations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from analysis.data.contracts import AGES, PUPILS, UNKNOWN, check
from analysis.data.files import read_delimited, stripped, whole_numbers
from analysis.errors import InputError
from analysis.municipality import spelled
from analysis.school_years import school_year

CODES = [
    "PEILDATUM",
    "GEMEENTENAAM",
    "POSTCODE_LEERLING",
    "GEMEENTENAAM_LEERLING",
    "BRIN_NUMMER",
    "VESTIGINGSNUMMER",
    "SOORT_PO",
    "DENOMINATIE_VESTIGING",
    "BEVOEGD_GEZAG_NUMMER",
]
COUNTS = [*AGES, "TOTAAL"]

# The names of files and the names within them each went through a wrong character set; two files lack the apostrophe.
MUNICIPALITY_OF_FILE = {
    "S˙dwest-Frysl‚n": "Súdwest-Fryslân",
    "s-Gravenhage": "'s-Gravenhage",
    "s-Hertogenbosch": "'s-Hertogenbosch",
}
MUNICIPALITY_IN_FILE = {"Sudwest-Fryslan": "Súdwest-Fryslân", "S·dwest-FryslÔn": "Súdwest-Fryslân"}


def pupil_files(folder: Path, municipality: str | None = None) -> dict[str, Path]:
    """Return the file of each municipality, or of one, by the name; one without a file stops, with the nearest name."""
    paths = sorted(folder.glob("*.csv"))
    if not paths:
        raise InputError(
            str(folder), "no files of pupils here", hint="set data.folder, or STAAT_DATA, to the data folder"
        )
    files = {MUNICIPALITY_OF_FILE.get(path.stem, path.stem): path for path in paths}
    if municipality is None:
        return files
    name = spelled(municipality, files, f"region: the files of {folder}")
    return {name: files[name]}


def read_pupils(folder: Path, municipality: str | None) -> pd.DataFrame:
    """Read pupils by school location and home postcode on 1 October.

    Parameters
    ----------
    folder : The folder with one file per municipality of the school.
    municipality : The municipality of the schools as DUO spells it; None for all files.

    Returns
    -------
    pandas.DataFrame
        ``by_location_pc4``: one row per location, type of education, home postcode and home municipality. Counts in
        pupils. Blank denominations and home municipalities read ``Onbekend``. The counts are not masked by the
        source: they are confidential.
    """
    files = pupil_files(folder, municipality)
    file = str(folder if municipality is None else next(iter(files.values())))
    rows = pd.concat([_read_file(path).assign(of_file=name) for name, path in files.items()], ignore_index=True)
    rows[CODES] = _as_contract(stripped(rows[CODES]))
    _one_date(rows, file)
    _own_municipality(rows, files)
    for name in COUNTS:
        rows[name] = whole_numbers(rows[name], file)
    rows["location"] = rows["BRIN_NUMMER"] + rows["VESTIGINGSNUMMER"]
    return check(rows[list(PUPILS.columns)], PUPILS, file)


def refuse_other_years(path: Path, school_years: Sequence[str]) -> None:
    """Refuse an edition that is about other school years than the pupils of a file; InputError says which they are."""
    dates = stripped(read_delimited(path, ["PEILDATUM"], encoding="cp1252", separator=";", last_line_ends=True))
    year = school_year(int(str(dates["PEILDATUM"].iloc[0])[:4]))
    if year not in school_years:
        problem = f"the pupils of {path.parent.name} are those of {year}"
        hint = "correct `school_years`, or name the card of other files: data.cards.pupils"
        raise InputError("school_years", problem, given=", ".join(school_years), allowed=year, hint=hint)


def read_locations(path: Path) -> pd.DataFrame:
    """Read whose and where basisscholen are: ``brin, location, board, municipality`` (in capitals, as on the list)."""
    names = {
        "BRIN NUMMER": "brin",
        "VESTIGINGSNUMMER": "location",
        "BEVOEGD GEZAG NUMMER": "board",
        "GEMEENTENAAM": "municipality",
    }
    rows = stripped(read_delimited(path, list(names), encoding="cp1252", separator=";", last_line_ends=True))
    twice = int(rows["VESTIGINGSNUMMER"].duplicated().sum())
    if twice:
        raise InputError(str(path), f"column 'VESTIGINGSNUMMER' must name a location once; {twice} rows repeat one")
    return rows.rename(columns=names)


def _read_file(path: Path) -> pd.DataFrame:
    return read_delimited(path, CODES + COUNTS, encoding="cp1252", separator=";", last_line_ends=True)


def _as_contract(codes: pd.DataFrame) -> pd.DataFrame:
    names = dict.fromkeys(("GEMEENTENAAM", "GEMEENTENAAM_LEERLING"), MUNICIPALITY_IN_FILE)
    blanks = {name: {"": UNKNOWN} for name in ("DENOMINATIE_VESTIGING", "GEMEENTENAAM_LEERLING")}
    return codes.replace(names).replace(blanks)


def _own_municipality(rows: pd.DataFrame, files: dict[str, Path]) -> None:
    other = rows[rows["GEMEENTENAAM"] != rows["of_file"].str.normalize("NFC")]
    if len(other):
        name = str(other["of_file"].iloc[0])
        others = other.loc[other["of_file"] == name, "GEMEENTENAAM"].unique().tolist()
        raise InputError(str(files[name]), f"every row must have GEMEENTENAAM {name!r}", given=others[:3])


def _one_date(rows: pd.DataFrame, file: str) -> None:
    dates = sorted(rows["PEILDATUM"].unique().tolist())
    if len(dates) != 1:
        raise InputError(file, "PEILDATUM must be one date", given=dates, hint="keep each year in its own folder")
