"""Where an edition's data come from: the files of DUO and CBS, or the synthetic world."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.data import bdf, sources
from analysis.data.advice_files import read_school_advice
from analysis.data.contracts import check
from analysis.data.country_files import read_country_files
from analysis.data.export import write_world
from analysis.data.microdata import MICRODATA, dictionary
from analysis.data.oab_files import read_oab
from analysis.data.published import read_published
from analysis.data.sources import Sources
from analysis.errors import InputError
from analysis.run.workspace import project_root
from analysis.stats.comparison import compare
from analysis.synthetic.advice_country import country_truth, make_country
from analysis.synthetic.lacking import truth_without, world_without
from analysis.synthetic.moments import compare_with_published
from analysis.synthetic.moments_advice import COUNTRY as NATIONAL
from analysis.synthetic.moments_advice import MOMENTS as ADVICE
from analysis.synthetic.moments_staffing import MOMENTS as STAFFING
from analysis.synthetic.offices.forms import office
from analysis.synthetic.offices.office import write_office
from analysis.synthetic.staffing_truth import StaffingTruth
from analysis.synthetic.truth_rows import truth_rows
from analysis.synthetic.world import World, make_schools, make_world, open_data
from analysis.variables import DATA_VARIABLE

COUNTRY_PUBLICATION = "nederland-2017-advice"
MOST_FILES = 20
FILE_COLUMNS = ("file", "publisher", "reference_date", "licence", "status", "card", "sha256")


@dataclass(frozen=True)
class Received:
    """What an edition starts from.

    Parameters
    ----------
    sources : Open data, real or in the form of the real ones.
    microdata : Tables by name: those of `data.microdata` and ``published_figures``; empty for open data alone.
    truth : What generated a synthetic world, ``parameter, value``; empty for real data.
    """

    sources: Sources
    microdata: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    truth: pd.DataFrame = field(default_factory=pd.DataFrame)


def receive(
    source: str,
    *,
    folder: str,
    region: str,
    schoolweging_year: int,
    allow_changed_sources: bool,
    scale: float,
    seed: int,
    lacks: Sequence[str] = (),
    advice_of_schools: bool = False,
    money_of_schools: bool = False,
    density_and_distance: bool = False,
) -> Received:
    """Return the checked data of an edition; the parameters are those of the params block ``data``.

    Raises
    ------
    InputError : For another `source` than ``synthetic`` or ``duo``, and as `sources.read_duo`.
    """
    root = project_root()
    if source == "synthetic":
        return _made_up(region, schoolweging_year, scale, seed, lacks)
    if source != "duo":
        raise InputError("source", "there is no such source", given=source, allowed="synthetic, duo")
    data = root / (os.environ.get(DATA_VARIABLE) or folder)
    cards = root / "params" / "sources"
    received = Received(sources.read_duo(data, cards, region, schoolweging_year, allow_changed_sources))
    wanted = {
        read_school_advice: advice_of_schools,
        read_oab: money_of_schools,
        read_country_files: density_and_distance,
    }
    for read in (reader for reader, is_wanted in wanted.items() if is_wanted):
        received = _with_files(received, *read(data, cards, allow_changed_sources))
    return received


def _with_files(
    received: Received, tables: Mapping[str, pd.DataFrame], inputs: Sequence[Mapping[str, Any]]
) -> Received:
    known = {record["path"] for record in received.sources.inputs}
    every = [*received.sources.inputs, *({**record} for record in inputs if record["path"] not in known)]
    return Received(replace(received.sources, inputs=every), {**received.microdata, **tables})


def receive_schools(scale: float, seed: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Generate a country's schools over the years, and compare them with the published figures on staffing.

    Parameters
    ----------
    scale : 1 is 6,300 schools.
    seed : The same seed gives the same schools, those of the world of an edition with this seed and scale.

    Returns
    -------
    tuple of DataFrame
        ``by_school_year``, the published figures with those of these schools, and what generated the schools.
    """
    panel = check(make_schools(scale, seed), MICRODATA["by_location_year"], "schools")
    published = _published()
    published = published[published["figure_id"].isin(STAFFING)].reset_index(drop=True)
    figures = compare_with_published({"by_location_year": panel}, published, scale, [STAFFING])
    return panel, figures, truth_rows(StaffingTruth()).astype({"value": "float64"})


def receive_country(pupils: int, years: Sequence[int], seed: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Generate the groep-8 cohorts of a country, and compare them with the published national figures.

    Parameters
    ----------
    pupils : Per cohort.
    years
        School years of the cohorts, by first calendar year; figures about other years are left out of the comparison.
    seed : The same seed gives the same country.

    Returns
    -------
    tuple of DataFrame
        ``by_pupil_country``, the published figures with those of this country, and what generated the country.
    """
    truth = country_truth(years)
    by_pupil_country = check(make_country(truth, pupils, seed), MICRODATA["by_pupil_country"], "country")
    published = _published()
    published = published[published["file"] == COUNTRY_PUBLICATION]
    published = published[[_covers(figure_years, years) for figure_years in published["year"]]]
    computed = {name: float(ADVICE[name]({NATIONAL: by_pupil_country})) for name in published["figure_id"]}
    return by_pupil_country, compare(published.reset_index(drop=True), computed), truth_rows(truth)


def _published() -> pd.DataFrame:
    return read_published(project_root() / "params" / "published")


def _covers(figure_years: str, years: Sequence[int]) -> bool:
    return all(int(year[:4]) in years for year in figure_years.split(" and "))


def receive_bdf(folder: str, *, allow_changed_sources: bool) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """Return the pupils of the data set ``bdf``, and the records of its file; see `data.bdf`."""
    root = project_root()
    data = root / (os.environ.get(DATA_VARIABLE) or folder)
    records = bdf.verify(data, root / "params" / "sources", allow_changed_sources)
    return bdf.read_pupils(data / bdf.FILE), records


def microdata_of(world: World) -> dict[str, pd.DataFrame]:
    """Return the tables of a world that a researcher would receive, checked against their contracts."""
    return {
        name: check(world.frames[name], schema, f"world.{name}")
        for name, schema in MICRODATA.items()
        if name in world.frames
    }


def write_edition_world(
    folder: Path,
    edition: Mapping[str, Any],
    form: str | None = None,
    *,
    seed: int,
    scale: float,
    schoolweging_year: int,
    lacks: Sequence[str] = (),
) -> list[Path]:
    """Write the world of a synthetic edition to a folder.

    Parameters
    ----------
    folder : Where to write; it must be empty or not exist.
    edition : The parameters of the edition, as its file has them.
    form
        None for the tables as they are (`data.export.write_world`); or the form in which an office has them, with the
        mapping and an edition on these files beside them (`synthetic.offices`).
    seed : Of the edition.
    scale, schoolweging_year, lacks : Of its block ``data``.

    Raises
    ------
    InputError : For a form that there is not, and if the folder holds something or cannot be written to.
    """
    if form is None:
        world = world_without(make_world(scale, seed, truth_without(lacks)), lacks)
        about = f"The world of the edition {edition['edition']}: scale {scale:g}, seed {seed}."
        frames = microdata_of(world)
        columns = dictionary({name: MICRODATA[name] for name in frames})
        return write_world(folder, frames, columns, truth_rows(world.truth), about)
    received = _made_up(edition["region"], schoolweging_year, scale, seed, lacks)
    opened = {name: getattr(received.sources, name) for name in (*sources.CONTRACTS, "by_outline_point")}
    tables = {**received.microdata, **opened, "truth": received.truth}
    return write_office(folder, office(form, tables, seed), form, edition)


def files_read(read: Sources) -> pd.DataFrame:
    """List the files that sources came from, with what their cards say; a synthetic city has none, and says so.

    Of a card with more than `MOST_FILES` files there is one row, which counts them; the manifest names each.
    """
    if not read.inputs:
        return pd.DataFrame(
            [dict.fromkeys(FILE_COLUMNS, "") | {"file": "none: a synthetic city", "status": "synthetic"}]
        )
    files = pd.DataFrame(read.inputs).rename(columns={"path": "file"})
    of_card = files.groupby("card")["file"].transform("size")
    together = [_one_row(rows) for _, rows in files[of_card > MOST_FILES].groupby("card", sort=False)]
    return pd.concat([*together, files[of_card <= MOST_FILES]], ignore_index=True)[list(FILE_COLUMNS)]


def _one_row(files: pd.DataFrame) -> pd.DataFrame:
    first = files.head(1)
    folder = first["file"].item().rpartition("/")[0]
    status = ", ".join(sorted(files["status"].unique()))
    return first.assign(file=f"{folder}/* ({len(files)})", status=status, sha256="")


def _made_up(region: str, schoolweging_year: int, scale: float, seed: int, lacks: Sequence[str]) -> Received:
    world = world_without(make_world(scale, seed, truth_without(lacks)), lacks)
    figures = compare_with_published(world.frames, _published(), scale)
    return Received(
        sources=open_data(world, region, schoolweging_year),
        microdata={**microdata_of(world), "published_figures": figures},
        truth=truth_rows(world.truth),
    )
