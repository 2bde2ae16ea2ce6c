"""From sources to the tables of the school choice model, with an account of every row that leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from analysis.data.contracts import ABROAD, AGES, HOME_UNKNOWN, PC4, UNKNOWN
from analysis.data.sources import COUNTRY, Sources
from analysis.errors import InputError, StaatError
from analysis.municipality import is_in, spelled

DENOMINATION = {"Openbaar": "openbaar", "Rooms-Katholiek": "rk", "Protestants-Christelijk": "pc"}
OTHER = "other"
FIRST_AGE = "LEEFTIJD_4"


@dataclass(frozen=True)
class ChoiceTables:
    """What the school choice model starts from.

    Parameters
    ----------
    by_school
        location, municipality, lat, lon (degrees), schoolweging, denomination (openbaar, rk, pc or other), board,
        pupils.
    by_pc4
        pc4, lat, lon (degrees), population (persons), share_nonwestern (0 to 1), pupils.
    by_pc4_school
        pc4, location, a column per age, TOTAAL (pupils): one row per pair with at least one pupil.
    accounting
        One row per step, in order: step, reason, and rows, pupils, pupils4 (aged 4) and schools as ``_in``, ``_out``
        (those that leave, for this reason) and ``_kept``.
    """

    by_school: pd.DataFrame
    by_pc4: pd.DataFrame
    by_pc4_school: pd.DataFrame
    accounting: pd.DataFrame


@dataclass(frozen=True)
class AccountStep:
    """A condition: what stays, why the rest leaves, and which rows satisfy it."""

    name: str
    reason: str
    stays: Callable[[pd.DataFrame], pd.Series[bool]]


def choice_tables(sources: Sources, municipality: str) -> ChoiceTables:
    """Prepare the tables for the choice of a regular primary school (Bo) by pupils who live in its municipality.

    The denomination is openbaar, rk (Rooms-Katholiek), pc (Protestants-Christelijk) or other. A blank in the source
    (``Onbekend``) counts as other: in 2017 it is one location, a humanist school with a single pupil.

    Parameters
    ----------
    sources
        Checked sources; the schoolweging is of one year.
    municipality
        The municipality of schools and homes, as DUO spells it; `sources.COUNTRY` for all municipalities together.

    Returns
    -------
    ChoiceTables
        Without missing values, sorted by their keys, and with the account of what left.

    Raises
    ------
    InputError
        The municipality has no schools in the sources (the nearest name is shown), or a step leaves no pupils.
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


def _steps(sources: Sources, municipality: str) -> list[AccountStep]:
    def known(column: str, frame: pd.DataFrame, key: str) -> Callable[[pd.DataFrame], pd.Series[bool]]:
        return lambda rows: rows[column].isin(frame[key])

    home = "POSTCODE_LEERLING"
    here = AccountStep(
        "school in the municipality", "school elsewhere", lambda rows: is_in(rows["GEMEENTENAAM"], municipality)
    )
    return [
        *([] if municipality == COUNTRY else [here]),
        AccountStep("regular primary school", "SOORT_PO is not Bo", lambda rows: rows["SOORT_PO"] == "Bo"),
        AccountStep("home in the Netherlands", "home abroad", lambda rows: ~rows[home].isin(list(ABROAD))),
        AccountStep("home is known", "home unknown", _home_known),
        AccountStep(
            "home in the municipality",
            "home elsewhere",
            lambda rows: rows["GEMEENTENAAM_LEERLING"] == rows["GEMEENTENAAM"],
        ),
        AccountStep("PC4 of four digits", "another postcode", lambda rows: rows[home].str.fullmatch(PC4)),
        AccountStep("PC4 has a point", "no point for the PC4", known(home, sources.by_pc4_point, "pc4")),
        AccountStep(
            "school has a point", "no point for the school", known("location", sources.by_location_point, "location")
        ),
        AccountStep(
            "school has a schoolweging", "no schoolweging", known("location", sources.by_location_weging, "location")
        ),
        AccountStep("PC4 has a population", "no population figure", known(home, sources.by_pc4_population, "pc4")),
    ]


def _home_known(rows: pd.DataFrame) -> pd.Series[bool]:
    return ~rows["POSTCODE_LEERLING"].isin(HOME_UNKNOWN) & (rows["GEMEENTENAAM_LEERLING"] != UNKNOWN)


def _walk(rows: pd.DataFrame, steps: list[AccountStep]) -> tuple[pd.DataFrame, pd.DataFrame]:
    account = []
    for step in steps:
        stays = step.stays(rows).astype(bool)
        account.append(_account(step, rows, stays))
        rows = rows[stays]
        if rows.empty:
            raise InputError("sources", f"no pupils are left after the step {step.name!r}", given=step.reason)
    return rows.reset_index(drop=True), pd.DataFrame(account)


def _account(step: AccountStep, rows: pd.DataFrame, stays: pd.Series[bool]) -> dict[str, str | int]:
    before, after, left = _size(rows), _size(rows[stays]), _size(rows[~stays])
    # A school leaves when its last row does: some of its rows may leave and others stay.
    left["schools"] = len(set(rows["location"]) - set(rows.loc[stays, "location"]))
    line: dict[str, str | int] = {"step": step.name, "reason": step.reason}
    for unit, number in before.items():
        if number - left[unit] != after[unit]:
            raise StaatError(f"{step.name}: {number} {unit} in, {left[unit]} out, {after[unit]} kept: does not add up")
        line |= {f"{unit}_in": number, f"{unit}_out": left[unit], f"{unit}_kept": after[unit]}
    return line


def _size(rows: pd.DataFrame) -> dict[str, int]:
    return {
        "rows": len(rows),
        "pupils": int(rows["TOTAAL"].sum()),
        "pupils4": int(rows[FIRST_AGE].sum()),
        "schools": rows["location"].nunique(),
    }


def _by_school(rows: pd.DataFrame, sources: Sources) -> pd.DataFrame:
    schools = rows.groupby("location", as_index=False).agg(
        municipality=("GEMEENTENAAM", "first"),
        denomination=("DENOMINATIE_VESTIGING", "first"),
        board=("BEVOEGD_GEZAG_NUMMER", "first"),
        pupils=("TOTAAL", "sum"),
    )
    schools["denomination"] = schools["denomination"].map(lambda name: DENOMINATION.get(name, OTHER)).astype("str")
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
