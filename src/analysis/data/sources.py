"""All sources of an edition together, checked: from the files of DUO and CBS, or from a synthetic city."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.data import cbs, duo, geo
from analysis.data.cards import outlines_of, read_card, verify_files
from analysis.data.columns import with_office_keys
from analysis.data.contracts import OUTLINES, PC4_POINTS, POPULATION, PUPILS, SCHOOL_POINTS, SCHOOLWEGING, check
from analysis.errors import InputError

CARDS = {
    "pupils": "leerlingen-po-postcode-leeftijd-2017-2018",
    "points": "scholen-2022-05-01",
    "points_later": "scholen-2024-11-22",
    "schoolweging": "schoolweging-2017-2019",
    "population": "bevolking-pc4-2013",
    "postcodes": "pc4-points",
}
"""The cards whose files are read where an edition names no others (``data.cards``), by what they are about."""
COUNTRY = "Nederland"  # the region of an edition about all municipalities that have a file
CONTRACTS = {
    "by_location_pc4": PUPILS,
    "by_location_point": SCHOOL_POINTS,
    "by_location_weging": SCHOOLWEGING,
    "by_pc4_population": POPULATION,
    "by_pc4_point": PC4_POINTS,
}


@dataclass(frozen=True)
class Sources:
    """Six frames, each named for what one row is, and the records of the files they came from.

    Every frame is checked against its contract here, wherever it comes from.

    Parameters
    ----------
    by_location_pc4 : Pupils by school location, type of education and home postcode (see ``contracts.PUPILS``).
    by_location_point : The point of each school location.
    by_location_weging : The schoolweging of each location, in one year.
    by_pc4_population : Population and share with a non-western background of each PC4.
    by_pc4_point : The point of each PC4.
    by_outline_point : Outlines of neighbourhoods, as the background of maps; without rows when there are none.
    inputs : One record a file for the manifest; empty for a synthetic city.
    """

    by_location_pc4: pd.DataFrame
    by_location_point: pd.DataFrame
    by_location_weging: pd.DataFrame
    by_pc4_population: pd.DataFrame
    by_pc4_point: pd.DataFrame
    by_outline_point: pd.DataFrame
    inputs: list[dict[str, Any]]

    def __post_init__(self) -> None:
        for name, schema in CONTRACTS.items():
            check(getattr(self, name), with_office_keys(schema), f"sources.{name}")
        if len(self.by_outline_point):
            check(self.by_outline_point, OUTLINES, "sources.by_outline_point")
        years = sorted(self.by_location_weging["year"].unique().tolist())
        if len(years) != 1:
            raise InputError("sources.by_location_weging", "must be of one year", given=years)


def read_duo(
    folder: Path,
    cards_folder: Path,
    municipality: str,
    schoolweging_year: int,
    allow_changed: bool,
    cards: Mapping[str, str] = CARDS,
) -> Sources:
    """Read the files of DUO and CBS for the schools of one municipality or of all, each compared with its card first.

    Parameters
    ----------
    folder, cards_folder : The data folder and the folder with source cards.
    municipality : The municipality of the schools, as DUO spells it; `COUNTRY` for all.
    schoolweging_year : The year whose schoolweging is used.
    allow_changed : Whether to go on with files that differ from their card (``data.allow_changed_sources``).
    cards : Cards in the place of those of `CARDS`.
    """
    inputs = verify(folder, cards_folder, allow_changed, municipality, cards)
    outline = outlines_of(municipality, cards_folder)
    paths = {about: path for about in CARDS if (path := _path(about, cards_folder, cards))}
    file = {about: folder / path for about, path in paths.items()}
    population = cbs.read_population(file["population"])
    _record_left_out(inputs, paths["population"], population)
    return Sources(
        by_location_pc4=duo.read_pupils(file["pupils"], None if municipality == COUNTRY else municipality),
        by_location_point=geo.read_school_points(file["points"], file["points_later"]),
        by_location_weging=_of_year(file["schoolweging"], schoolweging_year),
        by_pc4_population=population,
        by_pc4_point=geo.read_pc4_points(file["postcodes"]),
        by_outline_point=geo.read_outlines(folder / next(iter(outline.files)))
        if outline
        else pd.DataFrame(columns=[*OUTLINES.columns]),
        inputs=inputs,
    )


def verify(
    folder: Path,
    cards_folder: Path,
    allow_changed: bool,
    municipality: str,
    cards: Mapping[str, str] = CARDS,
    school_years: Sequence[str] = (),
) -> list[dict[str, Any]]:
    """Compare every file that `read_duo` will read with its card, and return one record a file.

    Parameters
    ----------
    folder, cards_folder, allow_changed, municipality, cards : As of `read_duo`.
    school_years : What the edition is about; the pupils must be of one of them. None: not asked.

    Raises
    ------
    InputError
        A file is missing, or changed while that is not allowed; the municipality has no file; the pupils are of another
        school year than the edition.
    """
    outline = outlines_of(municipality, cards_folder)
    chosen = {**CARDS, **cards}
    single = {chosen[about]: [_path(about, cards_folder, cards)] for about in CARDS if about != "pupils"}
    place = _path("pupils", cards_folder, cards)
    pupils = duo.pupil_files(folder / place, None if municipality == COUNTRY else municipality)
    paths = {chosen["pupils"]: [f"{place}/{file.name}" for file in pupils.values()], **single}
    records = verify_files(
        paths | ({outline.id: [*outline.files]} if outline else {}), folder, cards_folder, allow_changed
    )
    if school_years:
        duo.refuse_other_years(next(iter(pupils.values())), school_years)
    return records


def _path(about: str, cards_folder: Path, cards: Mapping[str, str]) -> str:
    """Return where the file of a card lies in the data folder; of the pupils, which are many, their folder."""
    card = read_card({**CARDS, **cards}[about], cards_folder)
    places = {path.rpartition("/")[0] for path in card.files} if about == "pupils" else {*card.files}
    if len(places) != 1:
        what = "files in one folder" if about == "pupils" else "one file"
        raise InputError(f"data.cards.{about}", f"the card {card.id!r} must name {what}", given=len(card.files))
    return places.pop()


def _of_year(path: Path, year: int) -> pd.DataFrame:
    weging = cbs.read_schoolweging(path)
    chosen = weging[weging["year"] == year].reset_index(drop=True)
    if chosen.empty:
        years = sorted(weging["year"].unique().tolist())
        raise InputError(
            str(path), "no schoolweging of this year", given=year, allowed=str(years), hint="set data.schoolweging_year"
        )
    return chosen


def _record_left_out(inputs: list[dict[str, Any]], path: str, frame: pd.DataFrame) -> None:
    for record in inputs:
        if record["path"] == path:
            record["left_out"] = frame.attrs["left_out"]
