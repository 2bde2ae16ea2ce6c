"""Files that set municipalities side by side: density of addresses (CBS), and mean distance to school (DUO)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from analysis.data.cards import verify_files
from analysis.data.columns import PC4, location, open_contract, pc4, whole
from analysis.data.contracts import check
from analysis.data.files import FETCH_AGAIN, decimals, read_delimited, read_workbook, stripped, whole_numbers
from analysis.errors import InputError

FILES = {
    "pc4-2023": "cbs/pc4_2023_v2.xlsx",
    "gemiddelde-afstand-2019-2020": "duo/gemiddelde-afstand-tussen-woonadres-leerling-en-schoolvestiging-2019-2020.csv",
}
NAMES_ROW, FIRST_ROW = 6, 10  # the names of a column are above each other in rows 7 to 9
DENSITY, DENSITY_UNIT = "Omgevingsadressendichtheid", "adressen/km2"
SECRET = -99997  # CBS: too few to publish
REGULAR = "Bo"
FARTHEST_KM = 60.0  # the largest mean in the file is 36 km
TYPICAL_KM = (0.1, 10.0)  # the median in the file is 0.8 km

_BY_PC4_DENSITY = open_contract(
    "by_pc4_density",
    ["pc4"],
    pc4=pc4(),
    density=pa.Column(float, pa.Check.gt(0, error="above 0"), description="addresses per km2 around"),
)
_BY_LOCATION_DISTANCE = open_contract(
    "by_location_distance",
    ["location"],
    location=location(),
    pupils=whole("on 1 October 2019", 1),
    km=pa.Column(
        float,
        [
            pa.Check.gt(0, error="above 0"),
            pa.Check.le(FARTHEST_KM, error=f"at most {FARTHEST_KM:g} km"),
            pa.Check(
                lambda km: TYPICAL_KM[0] <= km.median() <= TYPICAL_KM[1],
                error=f"a median of {TYPICAL_KM[0]:g} to {TYPICAL_KM[1]:g} km: is the file in metres?",
            ),
        ],
        description="mean distance from home to school",
    ),
)


def read_country_files(
    folder: Path, cards_folder: Path, allow_changed: bool
) -> tuple[dict[str, pd.DataFrame], list[dict[str, Any]]]:
    """Read both files, each compared with its card first.

    Returns
    -------
    tuple : The tables ``by_pc4_density`` and ``by_location_distance`` by name, and one record a file for the manifest.
    """
    records = verify_files({id: [path] for id, path in FILES.items()}, folder, cards_folder, allow_changed)
    density, distance = (folder / path for path in FILES.values())
    return {"by_pc4_density": read_density(density), "by_location_distance": read_mean_distance(distance)}, records


def read_density(path: Path) -> pd.DataFrame:
    """Read the omgevingsadressendichtheid of every PC4: addresses per km2 within a kilometre of an average address.

    Returns
    -------
    pandas.DataFrame : ``by_pc4_density``: pc4, density. A PC4 whose density CBS keeps secret is left out.
    """
    sheet = next(iter(read_workbook(path).values()))
    names = sheet.iloc[NAMES_ROW:FIRST_ROW].astype("str")
    positions = [at for at in sheet if (names[at] == DENSITY).any() and (names[at] == DENSITY_UNIT).any()]
    if len(positions) != 1 or len(sheet) <= FIRST_ROW:
        problem = f"one column must be called {DENSITY}, in {DENSITY_UNIT}"
        raise InputError(str(path), problem, given=f"{len(positions)} such columns", hint=FETCH_AGAIN)
    body = sheet[[sheet.columns[0], positions[0]]].set_axis(["pc4", "density"], axis=1)
    _begins_where_expected(body["pc4"], str(path))
    body = body.loc[FIRST_ROW:].dropna(how="all")
    missing = int(body.isna().any(axis=1).sum())
    if missing:
        raise InputError(str(path), f"{missing} rows lack the postcode or the {DENSITY}", hint=FETCH_AGAIN)
    body = body[body["density"] != SECRET]
    rows = pd.DataFrame({"pc4": body["pc4"].astype("str"), "density": decimals(body["density"], str(path))})
    return check(rows, _BY_PC4_DENSITY, str(path))


def _begins_where_expected(codes: pd.Series[Any], file: str) -> None:
    """Refuse a sheet in which rows came or went above the postcodes: the first of these would be lost unseen."""
    first = int(np.argmax([*codes.astype("str").str.fullmatch(PC4), True]))
    if first != FIRST_ROW:
        problem = f"the first postcode must be in row {FIRST_ROW + 1}, below the names of the columns"
        actual = f"in row {first + 1}" if first < len(codes) else "nowhere"
        raise InputError(file, problem, given=actual, hint=FETCH_AGAIN)


def read_mean_distance(path: Path) -> pd.DataFrame:
    """Read the mean distance between home and school of the pupils of every regular primary school (Bo).

    Returns
    -------
    pandas.DataFrame
        ``by_location_distance``: location, pupils, km. A distance of zero is none: those locations are left out.
    """
    columns = ["BRIN_NUMMER", "VESTIGINGSNUMMER", "SOORT_PO", "AFSTAND", "LEERLINGEN"]
    rows = stripped(read_delimited(path, columns, encoding="cp1252", separator=";"))
    rows = rows[rows["SOORT_PO"] == REGULAR]
    distances = pd.DataFrame(
        {
            "location": rows["BRIN_NUMMER"] + rows["VESTIGINGSNUMMER"],
            "pupils": whole_numbers(rows["LEERLINGEN"], str(path)),
            "km": decimals(rows["AFSTAND"], str(path), sign=",") / 1000,
        }
    )
    return check(distances[distances["km"] > 0], _BY_LOCATION_DISTANCE, str(path))
