"""Files that count pupils of regular primary schools by institution, whose locations may stand in several places."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from analysis.data.contracts import require_columns
from analysis.data.files import read_workbook, whole_numbers
from analysis.errors import InputError

FUNDED_CARD = "personele-bekostiging"
FUNDED = {
    2010: ("duo/03.-personele-bekostiging-bo-2011-2012.xls", "BRIN_NUMMER"),
    2018: ("duo/03-personele-bekostiging-bo-2019-2020.xls", "Brin"),
}
TOTAL = "TOTAAL_AANTAL_LEERLINGEN"
KEY, CROSSING, NEITHER = "key", "crossing", "neither"


def read_funded(path: Path, column: str) -> pd.DataFrame:
    """Read the pupils for whom every institution got money: ``brin, pupils``.

    Parameters
    ----------
    path : A workbook; its first sheet counts.
    column : Its column of institutions, which differs between years.
    """
    sheet = next(iter(read_workbook(path).values()))
    header = [str(name).strip() for name in sheet.iloc[0]]
    require_columns(header, [column, TOTAL], str(path))
    rows = sheet.iloc[1:].set_axis(header, axis=1).reset_index(drop=True)
    brin = rows[column].astype("str")
    if brin.duplicated().any():
        twice = sorted(set(brin[brin.duplicated()]))
        raise InputError(str(path), f"column {column!r} must name an institution once", given=twice[:5])
    return pd.DataFrame({"brin": brin, "pupils": whole_numbers(rows[TOTAL], str(path))})


def placed_institutions(funded: pd.DataFrame, by_location: pd.DataFrame) -> pd.DataFrame:
    """Put institutions in municipalities, where these can be counted by institution.

    Parameters
    ----------
    funded : ``brin, pupils``.
    by_location : ``location, area``: where locations stand.

    Returns
    -------
    DataFrame
        With ``placed``: `KEY`; `CROSSING` in a municipality with an institution that stands in another one too, of
        which no number is that of its schools; `NEITHER` where no location of it is known. And ``area``, for `KEY`.
    """
    known = by_location.dropna(subset="area").assign(brin=by_location["location"].str[:4])
    pairs = known[["brin", "area"]].drop_duplicates()
    crossing = pairs[pairs["brin"].duplicated(keep=False) & pairs["brin"].isin(funded["brin"])]
    area = funded["brin"].map(pairs.drop_duplicates("brin").set_index("brin")["area"])
    how = np.select([area.isna(), area.isin(crossing["area"])], [NEITHER, CROSSING], KEY)
    return funded.assign(area=area.where(how == KEY), placed=how)


def by_area(institutions: pd.DataFrame) -> pd.DataFrame:
    """Sum the pupils of institutions that are placed: ``area, year, pupils, without`` (schools without: none)."""
    sums = institutions.dropna(subset="area").groupby(["area", "year"])["pupils"].sum()
    return sums.reset_index().assign(without=0)
