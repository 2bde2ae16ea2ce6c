"""DUO's file on the reference levels that pupils of each basisschool reach: counts from 1 to 4 are told as ``<5``."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis.data.columns import LOCATION
from analysis.data.contracts import check
from analysis.data.files import read_delimited, stripped, whole_numbers
from analysis.data.microdata import MICRODATA
from analysis.errors import InputError, few
from analysis.reference_levels import COUNTED, FEWEST_COUNTED
from analysis.school_years import school_year

MASKED = f"<{FEWEST_COUNTED}"
KEY = ["INSTELLINGSCODE", "VESTIGINGSCODE", "PEILDATUM"]
COLUMNS = {
    "lezen": ("LV_LAGER1F", "LV_1F", "LV_2F"),
    "taal": ("TV_LAGER1F", "TV_1F", "TV_2F"),
    "rekenen": ("REKENEN_LAGER1F", "REKENEN_1F", "REKENEN_1S"),
}
"""Columns of each subject, from the lowest level to the target."""
ALWAYS_ZERO = "REKENEN_2F"
"""Of arithmetic the target level is 1S."""
DATE = r"\d{4}1001"


def read_reference_levels(path: Path) -> pd.DataFrame:
    """Read how many pupils of each location reach which level.

    Parameters
    ----------
    path : A file ``leerlingen-bo-referentieniveaus`` of DUO; its PEILDATUM is 1 October of the school year.

    Returns
    -------
    DataFrame
        ``by_school_level`` as its contract in `data.microdata` says, without ``schoolweging, spread``: one row per
        location, school year and subject in which somebody has a result.

    Raises
    ------
    InputError
        For a column that is missing, a count that is neither a whole number nor `MASKED`, a date that is none, pupils
        in `ALWAYS_ZERO`, or a location that has two rows.
    """
    names = [*KEY, ALWAYS_ZERO, *(column for columns in COLUMNS.values() for column in columns)]
    rows = stripped(read_delimited(path, names, encoding="cp1252", separator=";"))
    _refuse_impossible(rows, str(path))
    keys = {
        "location": rows["INSTELLINGSCODE"] + rows["VESTIGINGSCODE"],
        "year": rows["PEILDATUM"].str[:4].astype(int).map(school_year),
    }
    parts = [pd.DataFrame({**keys, "subject": name, **_ends(rows, name, str(path))}) for name in COLUMNS]
    counted = pd.concat(parts, ignore_index=True)
    return check(counted[counted["n_high"] > 0].reset_index(drop=True), MICRODATA["by_school_level"], str(path))


def _ends(rows: pd.DataFrame, subject: str, file: str) -> dict[str, pd.Series]:
    """Return the least and the most that every count of a subject may be, and their sums."""
    ends: dict[str, pd.Series] = {}
    for end, value in (("low", 1), ("high", FEWEST_COUNTED - 1)):
        for name, column in zip(COUNTED, COLUMNS[subject], strict=True):
            known = rows[column].where(rows[column] != MASKED, str(value))
            ends[f"{name}_{end}"] = whole_numbers(known, file)
        ends[f"n_{end}"] = sum((ends[f"{name}_{end}"] for name in COUNTED), start=0 * ends[f"{COUNTED[0]}_{end}"])
    return ends


def _refuse_impossible(rows: pd.DataFrame, file: str) -> None:
    location = rows["INSTELLINGSCODE"] + rows["VESTIGINGSCODE"]
    faults = {
        "columns 'INSTELLINGSCODE' and 'VESTIGINGSCODE' must be as 00AB and 01": ~location.str.fullmatch(LOCATION),
        "column 'PEILDATUM' must be 1 October, as 20221001": ~rows["PEILDATUM"].str.fullmatch(DATE),
        f"column {ALWAYS_ZERO!r} must be 0: of rekenen the target level is 1S": rows[ALWAYS_ZERO] != "0",
    }
    errors = [
        InputError(file, f"{problem}; {few(int(bad.sum()))} rows are not", hint="is it the file of referentieniveaus?")
        for problem, bad in faults.items()
        if bad.any()
    ]
    if errors:
        raise InputError.several(errors)
