"""The internal tables of an edition, from whatever it received: open data, microdata, or both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.chapters.data.attendance import FEWEST_HOMES, with_attendance
from analysis.codes import Codes
from analysis.data.complete import PUPILS, SCHOOLS, complete
from analysis.data.contracts import OUTLINES
from analysis.data.prepare import choice_tables, denomination_group
from analysis.data.situations import situation_tables
from analysis.data.sources import Sources

Frames = Mapping[str, pd.DataFrame]

CODES = Codes()
POINT = frozenset({"lat", "lon"})
OF_OPEN_DATA: Mapping[str, frozenset[str]] = {
    "by_school": frozenset(
        ("location", "municipality", "lat", "lon", "schoolweging", "denomination", "board", "pupils"),
    ),
    "by_pc4": frozenset(("pc4", "lat", "lon", "population", "share_nonwestern", "pupils")),
    "by_pc4_school": frozenset(("pc4", "location", "TOTAAL")),
}
"""Columns of the tables that open data of a city give, as far as chapters use them."""
OF_SCHOOL = ("location", "lat", "lon", "schoolweging", "board", "pupils")


def internal_tables(
    sources: Sources | None,
    delivered: Frames,
    region: str,
    years: Sequence[int],
    codes: Codes = CODES,
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame | None]:
    """Build the tables that the chapters start from.

    Parameters
    ----------
    sources : Open data of the city; None for an office that has registers alone.
    delivered : Microdata.
    region : Name of the municipality.
    years : Calendar years of 1 October of the pupils, in order; of open data that of the schoolweging.
    codes : The backgrounds of the edition.

    Returns
    -------
    tuple
        The tables by name, and the account of what leaves the open data, where there are.
    """
    if sources is None:
        return of_registers(delivered, region, years, codes), None
    microdata = complete(delivered, codes.backgrounds("nonwestern"), years)
    tables = choice_tables(sources, region)
    open_data = {"by_school": tables.by_school, "by_pc4": tables.by_pc4, "by_pc4_school": tables.by_pc4_school}
    situations = situation_tables(open_data, microdata, codes)
    attendance = with_attendance(microdata, tables, region, years[-1])
    return {**open_data, **situations, "by_outline_point": sources.by_outline_point, **attendance}, tables.accounting


def of_registers(delivered: Frames, region: str, years: Sequence[int], codes: Codes = CODES) -> dict[str, pd.DataFrame]:
    """Build the tables of an office that has registers and no open data: those for which it has the columns.

    Parameters
    ----------
    delivered : Tables of the contracts; with rows or, to know which tables follow from which columns, without.
    region : Name of the municipality.
    years : Calendar years of 1 October of the pupils, in order.
    codes : The backgrounds of the edition.
    """
    tables = complete(delivered, codes.backgrounds("nonwestern"), years)
    pupils, schools = ({*tables.get(name, ())} for name in (PUPILS, SCHOOLS))
    built = {**_schools(tables, region), **_postcodes(tables)}
    if pupils & schools >= POINT and "special" in schools:
        built |= situation_tables({}, tables, codes)
    if "by_attendance" in tables and "special" in schools and pupils:
        built |= with_attendance(tables, None, region, years[-1])
    if POINT & (pupils | schools):
        built["by_outline_point"] = pd.DataFrame(columns=[*OUTLINES.columns])
    return {**tables, **built}


def _schools(tables: Frames, region: str) -> dict[str, pd.DataFrame]:
    """Describe the regular schools as open data do."""
    schools = tables.get(SCHOOLS)
    if schools is None or not {"special", "denomination"} <= {*schools}:
        return {}
    regular = schools[~schools["special"].to_numpy(bool)].reset_index(drop=True)
    described = regular[[name for name in OF_SCHOOL if name in regular]]
    group = denomination_group(regular["denomination"])
    return {"by_school": described.assign(municipality=region, denomination=group)}


def _postcodes(tables: Frames) -> dict[str, pd.DataFrame]:
    """Place each postcode in the middle of the homes of its pupils; that of a few would tell where they are."""
    pupils = tables.get(PUPILS)
    if pupils is None or not {"pc4", *POINT} <= {*pupils}:
        return {}
    homes = pupils.dropna(subset=["pc4", *POINT]).groupby("pc4")
    by_pc4 = homes.agg(lat=("lat", "mean"), lon=("lon", "mean"), pupils=("lat", "size"))
    return {"by_pc4": by_pc4[by_pc4["pupils"] >= FEWEST_HOMES].reset_index()}
