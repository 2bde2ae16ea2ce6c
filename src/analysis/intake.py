"""Where an edition's data come from: the files of DUO and CBS, or the synthetic world."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.codes import Codes
from analysis.data import bdf, sources
from analysis.data.advice_files import read_school_advice
from analysis.data.complete import complete
from analysis.data.contracts import check
from analysis.data.count_files import read_counts_over_years
from analysis.data.country_files import read_country_files
from analysis.data.export import write_world
from analysis.data.microdata import MICRODATA, dictionary, microdata
from analysis.data.oab_files import read_oab
from analysis.data.outcome_files import read_exams, read_outcomes
from analysis.data.published import read_published
from analysis.data.sources import CONTRACTS, Sources
from analysis.declare import OWN
from analysis.errors import InputError
from analysis.run.workspace import project_root
from analysis.stats.comparison import compare
from analysis.synthetic.advice_country import country_truth, make_country
from analysis.synthetic.advice_national import PEOPLE
from analysis.synthetic.lacking import truth_without, world_without
from analysis.synthetic.moments import compare_with_published
from analysis.synthetic.moments_advice import COUNTRY as NATIONAL
from analysis.synthetic.moments_advice import MOMENTS as ADVICE
from analysis.synthetic.moments_staffing import MOMENTS as STAFFING
from analysis.synthetic.names import KNOWN, named_advice, named_people
from analysis.synthetic.offices.forms import office
from analysis.synthetic.offices.office import write_office
from analysis.synthetic.staffing_truth import StaffingTruth
from analysis.synthetic.truth_rows import truth_rows
from analysis.synthetic.world import World, make_schools, make_world, open_data
from analysis.variables import CACHE_VARIABLE, DATA_VARIABLE, INTAKE_VARIABLE

COUNTRY_PUBLICATION = "nederland-2017-advice"
COUNTRY, TRUTH = "by_pupil_country", "truth"
OPEN_DATA = (*CONTRACTS, "by_outline_point")
MOST_FILES = 20
FILE_COLUMNS = ("file", "publisher", "reference_date", "licence", "status", "card", "sha256")


@dataclass(frozen=True)
class Received:
    """What an edition starts from.

    Parameters
    ----------
    sources : Open data, real or in the form of the real ones; None for registers alone.
    microdata : Tables by name: those of `data.microdata` and ``published_figures``; empty for open data alone.
    truth : What generated a synthetic world, ``parameter, value``; empty for real data.
    years : Calendar years of 1 October of the pupils in own registers.
    inputs : One record a file for the manifest; empty for a synthetic city.
    """

    sources: Sources | None
    microdata: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    truth: pd.DataFrame = field(default_factory=pd.DataFrame)
    years: Sequence[int] = ()
    inputs: Sequence[Mapping[str, Any]] = ()


def receive(
    source: str,
    *,
    intake: str = "",
    codes: Codes = KNOWN,
    folder: str,
    region: str,
    schoolweging_year: int,
    allow_changed_sources: bool,
    scale: float,
    seed: int,
    cards: Mapping[str, str] = sources.CARDS,
    lacks: Sequence[str] = (),
    advice_of_schools: bool = False,
    money_of_schools: bool = False,
    density_and_distance: bool = False,
    outcomes_of_schools: bool = False,
    exams_of_schools: bool = False,
    counts_over_years: bool = False,
) -> Received:
    """Return the checked data of an edition; the parameters are those of the params block ``data``.

    Raises
    ------
    InputError : For another `source` than these, and as `sources.read_duo` and `registers.deliver`.
    """
    root = project_root()
    if source == OWN:
        return receive_own(intake, folder, codes, seed)
    if source == "synthetic":
        return _made_up(region, schoolweging_year, scale, seed, lacks, codes)
    if source != "duo":
        raise InputError("source", "there is no such source", given=source, allowed="synthetic, duo, own")
    data = root / (os.environ.get(DATA_VARIABLE) or folder)
    described = root / "params" / "sources"
    open_data = sources.read_duo(data, described, region, schoolweging_year, allow_changed_sources, cards)
    received = Received(open_data, inputs=open_data.inputs)
    wanted = {
        read_school_advice: advice_of_schools,
        read_oab: money_of_schools,
        read_country_files: density_and_distance,
        read_outcomes: outcomes_of_schools,
        read_exams: exams_of_schools,
        read_counts_over_years: counts_over_years,
    }
    for read in (reader for reader, is_wanted in wanted.items() if is_wanted):
        received = _with_files(received, *read(data, described, allow_changed_sources))
    return received


def receive_own(intake: str, folder: str, codes: Codes, seed: int) -> Received:
    """Return an office's own registers; see `registers.deliver`.

    Parameters
    ----------
    intake : Name of the mapping.
    folder : Folder with the files, seen from the project's root; STAAT_DATA wins.
    codes : What codes in the data mean.
    seed : Of the order in which pupils and teachers are numbered.
    """
    from analysis.registers import deliver, read_intake  # their readers are loaded where an office has registers
    from analysis.synthetic.offices.beside import read_beside

    root = project_root()
    mappings = Path(os.environ.get(INTAKE_VARIABLE) or root / "params" / "intake")
    cache = os.environ.get(CACHE_VARIABLE)
    mapping = read_intake(mappings / f"{intake}.yml")
    data = root / (os.environ.get(DATA_VARIABLE) or folder)
    delivery = deliver(mapping, data, codes=codes, seed=seed, cache=Path(cache) if cache else None)
    tables = {**delivery.tables, **(read_beside(data) if mapping.synthetic else {})}
    truth = tables.pop(TRUTH, pd.DataFrame())
    open_data = {name: tables.pop(name) for name in OPEN_DATA if name in tables}
    sources = Sources(**open_data, inputs=[]) if open_data else None
    return Received(sources, tables, truth, mapping.years, [_of_office(record) for record in delivery.inputs])


def _of_office(record: Mapping[str, Any]) -> dict[str, Any]:
    """Describe a file of an office for the manifest: by its role, for a path or name may say more than may be known."""
    unknown = dict.fromkeys(("publisher", "reference_date", "licence"), "")
    path, card = f"{record['role']}, {record['year']}", record["role"]
    return {"path": path, "card": card, **unknown, "status": "own register, keyed hash", "sha256": record["hmac"]}


def _with_files(
    received: Received, tables: Mapping[str, pd.DataFrame], inputs: Sequence[Mapping[str, Any]]
) -> Received:
    known = {record["path"] for record in received.inputs}
    every = [*received.inputs, *({**record} for record in inputs if record["path"] not in known)]
    return replace(received, microdata={**received.microdata, **tables}, inputs=every)


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


def receive_country(
    pupils: int, years: Sequence[int], seed: int, *, intake: str = "", folder: str = "data", codes: Codes = KNOWN
) -> Received:
    """Return the groep-8 cohorts of a country: an office's where it has a mapping, else made-up ones.

    Made-up cohorts come with the published national figures, compared with those of these pupils.

    Parameters
    ----------
    pupils : Per made-up cohort.
    years
        School years of the made-up cohorts, by first calendar year; figures about other years are left out of the
        comparison.
    seed : The same seed gives the same country.
    intake, folder, codes : As `receive_own`.
    """
    if not intake:
        return _made_up_country(pupils, years, seed, codes)
    received = receive_own(intake, folder, codes, seed)
    return replace(received, microdata=complete(received.microdata, codes.backgrounds("nonwestern"), received.years))


def _made_up_country(pupils: int, years: Sequence[int], seed: int, codes: Codes) -> Received:
    truth = named_advice(country_truth(years), codes)
    made = make_country(truth, pupils, seed, named_people(PEOPLE, codes))
    by_pupil_country = check(made, microdata(codes)[COUNTRY], "country")
    published = _published()
    published = published[published["file"] == COUNTRY_PUBLICATION]
    published = published[[_covers(figure_years, years) for figure_years in published["year"]]]
    computed = {name: float(ADVICE[name]({NATIONAL: by_pupil_country})) for name in published["figure_id"]}
    compared = compare(published.reset_index(drop=True), computed)
    return Received(None, {COUNTRY: by_pupil_country, "published_country": compared}, truth_rows(truth))


def _published(region: str = sources.COUNTRY) -> pd.DataFrame:
    """Return the published figures about a region and about the country: no city is compared with another."""
    figures = read_published(project_root() / "params" / "published")
    if region != sources.COUNTRY:
        figures = figures[figures["about"].isin((sources.COUNTRY, region))]
        of_others = ~figures["note_about"].isin(("", region))
        figures = figures.assign(note=figures["note"].mask(of_others, ""))
    return figures.drop(columns=["about", "note_about"]).reset_index(drop=True)


def _covers(figure_years: str, years: Sequence[int]) -> bool:
    return all(int(year[:4]) in years for year in figure_years.split(" and "))


def receive_bdf(folder: str, *, allow_changed_sources: bool) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """Return the pupils of the data set ``bdf``, and the records of its file; see `data.bdf`."""
    root = project_root()
    data = root / (os.environ.get(DATA_VARIABLE) or folder)
    records = bdf.verify(data, root / "params" / "sources", allow_changed_sources)
    return bdf.read_pupils(data / bdf.FILE), records


def microdata_of(world: World, codes: Codes = KNOWN) -> dict[str, pd.DataFrame]:
    """Return the tables of a world that a researcher would receive, checked against their contracts."""
    return _checked({**world.frames}, codes)


def _checked(frames: dict[str, pd.DataFrame], codes: Codes) -> dict[str, pd.DataFrame]:
    """Check tables against their contracts; each is taken out of `frames`, so that no two of all need be held."""
    contracts = {name: schema for name, schema in microdata(codes).items() if name in frames}
    return {name: check(frames.pop(name), schema, f"world.{name}") for name, schema in contracts.items()}


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
    codes = Codes.model_validate_json(json.dumps(edition.get("codes", {})))
    if form is None:
        world = world_without(make_world(scale, seed, truth_without(lacks), codes, edition["region"]), lacks)
        about = f"The world of the edition {edition['edition']}: scale {scale:g}, seed {seed}."
        frames = microdata_of(world, codes)
        columns = dictionary({name: microdata(codes)[name] for name in frames})
        return write_world(folder, frames, columns, truth_rows(world.truth), about)
    received = _made_up(edition["region"], schoolweging_year, scale, seed, lacks, codes)
    opened = {name: getattr(received.sources, name) for name in (*sources.CONTRACTS, "by_outline_point")}
    tables = {**received.microdata, **opened, "truth": received.truth}
    return write_office(folder, office(form, tables, seed), form, edition)


def files_read(inputs: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """List the files that an edition came from, with what their cards say; a synthetic city has none, and says so.

    Of a card with more than `MOST_FILES` files there is one row, which counts them; the manifest names each.
    """
    if not inputs:
        return pd.DataFrame(
            [dict.fromkeys(FILE_COLUMNS, "") | {"file": "none: a synthetic city", "status": "synthetic"}]
        )
    files = pd.DataFrame(inputs).rename(columns={"path": "file"})
    of_card = files.groupby("card")["file"].transform("size")
    together = [_one_row(rows) for _, rows in files[of_card > MOST_FILES].groupby("card", sort=False)]
    return pd.concat([*together, files[of_card <= MOST_FILES]], ignore_index=True)[list(FILE_COLUMNS)]


def _one_row(files: pd.DataFrame) -> pd.DataFrame:
    first = files.head(1)
    folder = first["file"].item().rpartition("/")[0]
    status = ", ".join(sorted(files["status"].unique()))
    return first.assign(file=f"{folder}/* ({len(files)})", status=status, sha256="")


def _made_up(
    region: str, schoolweging_year: int, scale: float, seed: int, lacks: Sequence[str], codes: Codes
) -> Received:
    world = world_without(make_world(scale, seed, truth_without(lacks), codes, region), lacks)
    figures = compare_with_published(world.frames, _published(region), scale)
    described, truth, frames = open_data(world, region, schoolweging_year), truth_rows(world.truth), {**world.frames}
    del world
    return Received(described, {**_checked(frames, codes), "published_figures": figures}, truth)
