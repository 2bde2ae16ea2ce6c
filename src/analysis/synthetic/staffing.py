"""The national staffing panel: about 6,300 basisscholen from 2015 to 2024, with known truth."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.synthetic.staffing_noise import Floats, lasting
from analysis.synthetic.staffing_schools import FIRST_BOARD, Flags, Schools, make_schools
from analysis.synthetic.staffing_shortage import insufficient_judgements, shortage_shares, unqualified_shares
from analysis.synthetic.staffing_truth import TOELAGE_START, YEARS, Outcome, StaffingTruth

FULL_TIME = 40  # hours a week of one fte

# Each part draws from a stream of its own, so that a change in one leaves the draws of the others alone.
PARTS = (
    *("schools", "shortage", "insufficient", "unqualified"),
    *("pupils_per_teacher", "wage", "hours", "inflow", "outflow"),
)
COLUMNS = (
    *("location", "year", "g5", "board", "municipality", "pupils", "schoolweging", "achterstandsscore"),
    *("achterstandsscore_raw", "score_per_pupil", "amt", "wage", "hours", "inflow", "outflow", "retention"),
    *("teachers_fte", "shortage", "unqualified", "oab_euro", "amt_euro", "insufficient"),
)


def make_staffing(truth: StaffingTruth, scale: float, seed: np.random.SeedSequence) -> pd.DataFrame:
    """Make the national staffing panel `by_location_year`: 6,300 schools at scale 1, sorted by location and year.

    A year is its 1 October; the toelage is paid from 2021. ``wage`` is gross euros an hour, ``hours`` contract hours a
    week per teacher, ``inflow``, ``outflow`` and ``retention`` (``1 - outflow``) shares of teachers (persons),
    ``shortage`` and ``unqualified`` shares of employment (fte), ``oab_euro`` and ``amt_euro`` euros a year. Inflow and
    outflow do not add up to the change in ``teachers_fte``, in which working hours and unfilled posts have a part.
    Raises InputError when `scale` is not above zero.
    """
    streams = dict(zip(PARTS, seed.spawn(len(PARTS)), strict=True))
    schools = make_schools(truth, scale, streams["schools"])
    shortage = shortage_shares(truth, schools, streams["shortage"])
    columns: dict[str, Floats | Flags] = {
        **_money(truth, schools),
        **_teachers(truth, schools, streams),
        "shortage": shortage,
        "unqualified": unqualified_shares(truth, schools, shortage, streams["unqualified"]),
        "insufficient": insufficient_judgements(truth, schools, shortage, streams["insufficient"]),
    }
    return _long(schools, columns)


def _money(truth: StaffingTruth, schools: Schools) -> dict[str, Floats]:
    price = np.array([truth.price(year) for year in YEARS])
    small = np.maximum(0.0, truth.toelage_small_school - truth.toelage_small_school_less * schools.pupils)
    toelage = truth.toelage_per_pupil * schools.pupils + small
    return {"oab_euro": _cents(price * schools.score), "amt_euro": _cents(_paid(schools) * toelage)}


def _cents(euros: Floats) -> Floats:
    return np.asarray(euros.round(2), dtype=np.float64)


def _paid(schools: Schools) -> Floats:
    """1 where the toelage is paid, else 0: schools x years."""
    return np.outer(schools.toelage, np.array(YEARS) >= TOELAGE_START).astype(np.float64)


def _teachers(truth: StaffingTruth, schools: Schools, streams: dict[str, np.random.SeedSequence]) -> dict[str, Floats]:
    paid = _paid(schools)
    generator = {name: np.random.default_rng(stream) for name, stream in streams.items()}

    def course(name: str, outcome: Outcome, effect: float) -> Floats:
        usual = np.where(schools.high[:, None], outcome.high, outcome.low)
        return np.asarray(usual + effect * paid + lasting(generator[name], schools.board, outcome.noise))

    ratio = course("pupils_per_teacher", truth.pupils_per_teacher, truth.effect("pupils_per_teacher"))
    hours = course("hours", truth.hours, truth.effect("hours"))
    wage = np.exp(course("wage", truth.log_wage, np.log1p(truth.effect("wage"))))
    teachers = schools.pupils / ratio
    persons = np.maximum(1, np.round(teachers * FULL_TIME / hours)).astype(np.int64)
    moves = {}
    for name, outcome in (("inflow", truth.inflow), ("outflow", truth.outflow)):
        chance = np.clip(course(name, outcome, truth.effect(name)), 0.0, 1.0)
        moves[name] = generator[name].binomial(persons, chance) / persons
    return {"wage": wage, "hours": hours, **moves, "retention": 1 - moves["outflow"], "teachers_fte": teachers}


def _long(schools: Schools, columns: Mapping[str, Floats | Flags]) -> pd.DataFrame:
    """Reshape schools x years to one row a school and year."""
    years = len(YEARS)
    order = np.argsort(schools.location, kind="stable")
    lasting_traits = {
        "location": schools.location,
        "g5": schools.g5,
        "board": (FIRST_BOARD + schools.board).astype(str),
        "municipality": schools.municipality,
        "amt": schools.toelage,
    }
    yearly_traits = {
        "pupils": schools.pupils,
        "schoolweging": schools.schoolweging,
        "achterstandsscore": schools.score,
        "achterstandsscore_raw": schools.score_raw,
        "score_per_pupil": schools.score_per_pupil,
    }
    frame = pd.DataFrame({name: np.repeat(values[order], years) for name, values in lasting_traits.items()})
    frame.insert(1, "year", np.tile(np.array(YEARS, dtype=np.int64), len(order)))
    wide = {**yearly_traits, **columns}
    return frame.assign(**{name: values[order].ravel() for name, values in wide.items()})[list(COLUMNS)]
