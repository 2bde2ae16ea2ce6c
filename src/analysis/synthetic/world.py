"""The synthetic world: all its frames with the truth that generated them, and the city as open data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.codes import Codes
from analysis.data.sources import Sources
from analysis.synthetic.advice import make_advice, true_ability
from analysis.synthetic.advice_national import PEOPLE, make_advice_national
from analysis.synthetic.attendance import make_attendance
from analysis.synthetic.city import SyntheticCity
from analysis.synthetic.counts import make_counts
from analysis.synthetic.judgements import make_judgements
from analysis.synthetic.learning import make_learning, schools_with_shortage
from analysis.synthetic.levels import make_levels
from analysis.synthetic.names import CITY, KNOWN, encrypted, named, named_people
from analysis.synthetic.open_data import as_sources
from analysis.synthetic.origins import make_origins
from analysis.synthetic.people import make_people
from analysis.synthetic.retention import make_retention
from analysis.synthetic.staffing import make_staffing
from analysis.synthetic.teachers import make_teachers
from analysis.synthetic.truth import Truth

# Each part draws from a stream of its own, so that a change in one leaves the draws of the others alone. A new part
# comes last, so that the streams of the others stay what they are.
PARTS = (
    *("people", "open data", "learning", "advice", "staffing", "retention", "national advice", "teachers"),
    *("attendance", "levels", "counts", "origins", "judgements"),
)


@dataclass(frozen=True)
class World:
    """A synthetic world: its city in more detail than sources have, frames named for a row, and what generated them."""

    city: SyntheticCity
    frames: Mapping[str, pd.DataFrame]
    truth: Truth
    seed: int


def make_world(scale: float, seed: int, truth: Truth | None = None, codes: Codes = KNOWN, region: str = CITY) -> World:
    """Make a world in the words of an edition; the same seed gives the same world, to the last bit.

    At scale 1 it has about 62,000 pupils at 213 schools in 80 postcodes. Its frames are those of `people.make_people`
    and ``by_pupil_retention`` (a pupil of a cohort, five years on), ``by_pupil_test`` (a pupil, a subject, a year),
    ``by_pupil_advice`` (a pupil of a groep-8 cohort), ``by_pupil_advice_national`` (likewise, of the whole country),
    ``by_location_year`` (a school of the country in a year), ``by_teacher`` (a teacher of the city in a year),
    ``by_attendance`` (pupils of one kind from one wijk at a school in a year), ``by_stay`` (pupils of one kind at a
    school in the first year and the last), ``by_pupil_level`` (a pupil of groep 8 and a subject),
    ``by_school_level`` (a school, a year and a subject), ``by_pupil_origin`` (a pupil in a year), and those of
    `counts.make_counts` and `judgements.make_judgements`.
    """
    truth = named(truth or Truth(), codes, region)
    people = named_people(PEOPLE, codes)
    streams = _streams(seed)
    city, frames = make_people(truth, scale, streams["people"])
    by_pupil, by_location = frames["by_pupil"], frames["by_location"]
    tested = schools_with_shortage(by_location, frames["by_location_shortage"])
    by_attendance, by_stay = make_attendance(by_pupil, by_location, truth.attendance, streams["attendance"])
    by_pupil_advice = make_advice(by_pupil, by_location, truth.advice, streams["advice"])
    ability = true_ability(by_pupil_advice, by_location, truth.advice, streams["advice"])
    by_pupil_level, by_school_level = make_levels(
        by_pupil_advice, ability, by_location, truth.levels, streams["levels"]
    )
    counts = make_counts(by_pupil, truth.counts, streams["counts"])
    totals = counts["by_stadsdeel_age_year"].groupby("year")["pupils"].sum()
    frames |= {
        "by_pupil_retention": make_retention(by_pupil, truth.retention, scale, streams["retention"]),
        "by_pupil_test": make_learning(by_pupil, tested, truth.learning, streams["learning"]),
        "by_pupil_advice": by_pupil_advice,
        "by_pupil_advice_national": make_advice_national(
            truth.advice_national, scale, streams["national advice"], people
        ),
        "by_location_year": make_staffing(truth.staffing, scale, streams["staffing"]),
        "by_teacher": make_teachers(by_location, truth.teachers, scale, streams["teachers"]),
        "by_attendance": by_attendance,
        "by_stay": by_stay,
        "by_pupil_level": by_pupil_level,
        "by_school_level": by_school_level,
        "by_pupil_origin": make_origins(by_pupil, totals, truth.origins, streams["origins"]),
        **counts,
        **make_judgements(by_location, truth.judgements, scale, streams["judgements"]),
    }
    return World(city, encrypted(frames) if codes.school_keys == "encrypted" else frames, truth, seed)


def open_data(world: World, municipality: str, schoolweging_year: int) -> Sources:
    """Present the pupils and schools of a world as open data of DUO and CBS, under the name and year that are given.

    They have the gaps of real files: pupils from elsewhere, schools without a point or a schoolweging.
    """
    stream = _streams(world.seed)["open data"]
    return as_sources(
        world.city,
        world.frames,
        world.truth.gaps,
        municipality,
        schoolweging_year,
        stream,
        world.truth.pupils.nonwestern,
    )


def make_schools(scale: float, seed: int, truth: Truth | None = None) -> pd.DataFrame:
    """Make only the country's schools over the years of a world: its ``by_location_year``."""
    return make_staffing((truth or Truth()).staffing, scale, _streams(seed)["staffing"])


def _streams(seed: int) -> dict[str, np.random.SeedSequence]:
    return dict(zip(PARTS, np.random.SeedSequence(seed).spawn(len(PARTS)), strict=True))
