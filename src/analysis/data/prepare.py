"""From sources to the tables of the school choice model, with an account of every row that leaves."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.data.columns import PC4
from analysis.data.contracts import ABROAD, AGES, HOME_UNKNOWN, UNKNOWN
from analysis.data.sources import COUNTRY, Sources
from analysis.errors import InputError, StaatError
from analysis.municipality import is_in, spelled
from analysis.stats.selection import Keeps, Step

DENOMINATION = {"Openbaar": "openbaar", "Rooms-Katholiek": "rk", "Protestants-Christelijk": "pc"}


@dataclass(frozen=True)
class ChoiceTables:
    """What the school choice model starts from.

    Parameters
    ----------
    by_school
        location, municipality, lat, lon (degrees), schoolweging, denomination (openbaar, rk, pc or other), board,
        pupils.
    by_pc4 : pc4, lat, lon (degrees), population (persons), share_nonwestern (0 to 1), pupils.
    by_pc4_school : pc4, location, a column per age, TOTAAL (pupils): one row per pair with at least one pupil.
    accounting
        One row per step, in order: step, reason, and rows, pupils, pupils4 (aged 4) and schools as ``_in``, ``_out``
        (those that leave, for this reason) and ``_kept``.
    """

    by_school: pd.DataFrame
    by_pc4: pd.DataFrame
    by_pc4_school: pd.DataFrame
    accounting: pd.DataFrame


def choice_tables(sources: Sources, municipality: str) -> ChoiceTables:
    """Prepare the tables for the choice of a regular primary school (Bo) by pupils who live in its municipality.

    The denomination is openbaar, rk (Rooms-Katholiek), pc (Protestants-Christelijk) or other. A blank in the source
    (``Onbekend``) counts as other: in 2017 it is one location, a humanist school with a single pupil.

    Parameters
    ----------
    sources : Checked sources; the schoolweging is of one year.
    municipality
        The municipality of schools and homes, as DUO spells it; `sources.COUNTRY` for all municipalities together.

    Returns
    -------
    ChoiceTables : Without missing values, sorted by their keys, and with the account of what left.

    Raises
    ------
    InputError : The municipality has no schools in the sources (the nearest name is shown), or a step leaves no pupils.
    """
    pupils = sources.by_location_pc4
    if municipality != COUNTRY:
        spelled(municipality, pupils["GEMEENTENAAM"].unique(), "region")
    rows, accounting = _walk(pupils, _steps(sources, municipality))
    rows = rows.rename(columns={"POSTCODE_LEERLING": "pc4"})
    return ChoiceTables(
        by_school=_by_school(rows, sources),
        by_pc4=_by_pc4(rows, sources),
        by_pc4_school=rows.groupby(["pc4", "location"], as_index=False)[[*AGES, "TOTAAL"]].sum(),
        accounting=accounting,
    )


def _steps(sources: Sources, municipality: str) -> list[Step]:
    def known(column: str, keys: pd.Series[str]) -> Keeps:
        return lambda rows: rows[column].isin(keys)

    def here(rows: pd.DataFrame) -> pd.Series[bool]:
        return is_in(rows["GEMEENTENAAM"], municipality)

    home, points, weging = "POSTCODE_LEERLING", sources.by_location_point, sources.by_location_weging
    steps: list[Step] = [
        ("school in the municipality", "school elsewhere", here),
        ("regular primary school", "SOORT_PO is not Bo", lambda rows: rows["SOORT_PO"] == "Bo"),
        ("home in the Netherlands", "home abroad", lambda rows: ~rows[home].isin(list(ABROAD))),
        ("home is known", "home unknown", _home_known),
        (
            "home in the municipality",
            "home elsewhere",
            lambda rows: rows["GEMEENTENAAM_LEERLING"] == rows["GEMEENTENAAM"],
        ),
        ("PC4 of four digits", "another postcode", lambda rows: rows[home].str.fullmatch(PC4)),
        ("PC4 has a point", "no point for the PC4", known(home, sources.by_pc4_point["pc4"])),
        ("school has a point", "no point for the school", known("location", points["location"])),
        ("school has a schoolweging", "no schoolweging", known("location", weging["location"])),
        ("PC4 has a population", "no population figure", known(home, sources.by_pc4_population["pc4"])),
    ]
    return steps[1:] if municipality == COUNTRY else steps


def _home_known(rows: pd.DataFrame) -> pd.Series[bool]:
    return ~rows["POSTCODE_LEERLING"].isin(HOME_UNKNOWN) & (rows["GEMEENTENAAM_LEERLING"] != UNKNOWN)


def _walk(rows: pd.DataFrame, steps: list[Step]) -> tuple[pd.DataFrame, pd.DataFrame]:
    account = []
    for name, reason, keeps in steps:
        stays = rows[keeps(rows).astype(bool)]
        before, after = _size(rows), _size(stays)
        line: dict[str, str | int] = {"step": name, "reason": reason}
        for unit, number in before.items():
            line |= {f"{unit}_in": number, f"{unit}_out": number - after[unit], f"{unit}_kept": after[unit]}
        account.append(line)
        rows = stays
        if rows.empty:
            raise InputError("sources", f"no pupils are left after the step {name!r}", given=reason)
    return rows.reset_index(drop=True), pd.DataFrame(account)


def _size(rows: pd.DataFrame) -> dict[str, int]:
    return {
        "rows": len(rows),
        "pupils": int(rows["TOTAAL"].sum()),
        "pupils4": int(rows["LEEFTIJD_4"].sum()),
        "schools": rows["location"].nunique(),
    }


def denomination_group(denomination: pd.Series) -> pd.Series:
    """Return the group of each denomination as DUO spells it: openbaar, rk, pc or other."""
    return denomination.map(DENOMINATION).fillna("other").astype("str")


def _by_school(rows: pd.DataFrame, sources: Sources) -> pd.DataFrame:
    schools = rows.groupby("location", as_index=False).agg(
        municipality=("GEMEENTENAAM", "first"),
        denomination=("DENOMINATIE_VESTIGING", "first"),
        board=("BEVOEGD_GEZAG_NUMMER", "first"),
        pupils=("TOTAAL", "sum"),
    )
    schools["denomination"] = denomination_group(schools["denomination"])
    schools = schools.merge(sources.by_location_point, on="location", how="left", validate="one_to_one")
    schools = schools.merge(sources.by_location_weging[["location", "schoolweging"]], how="left", validate="one_to_one")
    return _complete(
        schools[["location", "municipality", "lat", "lon", "schoolweging", "denomination", "board", "pupils"]]
    )


def _by_pc4(rows: pd.DataFrame, sources: Sources) -> pd.DataFrame:
    homes = rows.groupby("pc4", as_index=False).agg(pupils=("TOTAAL", "sum"))
    homes = homes.merge(sources.by_pc4_point, on="pc4", how="left", validate="one_to_one")
    homes = homes.merge(sources.by_pc4_population, on="pc4", how="left", validate="one_to_one")
    return _complete(homes[["pc4", "lat", "lon", "population", "share_nonwestern", "pupils"]])


def _complete(frame: pd.DataFrame) -> pd.DataFrame:
    missing = frame.columns[frame.isna().any()].tolist()
    if missing:
        raise StaatError(f"{missing} have missing values after all steps: a step lets rows through that it should not")
    return frame
