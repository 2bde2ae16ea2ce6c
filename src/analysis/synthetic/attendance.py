"""Who attended which school in each of the years before: the pupils of the last year, led back a year at a time.

Schools were more apart then, and fewer parents were highly educated. Pupils that stay do not move between two years, so
that the change between years is that of the truth and not of a fresh draw.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from analysis.data import derive
from analysis.synthetic.pupils import EDUCATIONS
from analysis.synthetic.shapes import kilometres

Codes = NDArray[np.intp]


@dataclass(frozen=True)
class AttendanceTruth:
    """How a year differs from the one before it."""

    # The years of the table, by the calendar year in which the school year starts; the last is that of ``by_pupil``.
    first: int = 2015
    last: int = 2019
    came: float = 0.004  # share of the pupils who were not yet in the city a year before
    educated: float = 0.02  # share of the highly educated parents who counted as middelbaar a year before
    # Share of the pupils in whose place, a year before, was one of the same group at a school of the same stadsdeel
    # with more of that group.
    apart: float = 0.03


def make_attendance(
    by_pupil: pd.DataFrame, by_location: pd.DataFrame, truth: AttendanceTruth, seed: np.random.SeedSequence
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count the pupils of each year by school, home, school nearest to the home, and parents, and those of two years.

    ``by_attendance``: ``year, location, area`` (wijk of the home), ``nearest`` (the regular school nearest to the
    home), ``education, background, pupils``; the last year is exactly that of `by_pupil`. ``by_stay``: pupils of the
    first year who are there in the last, by `derive.OF_A_PUPIL` in either (``first_``, ``last_``), and ``pupils``:
    those whose groep is high enough. In the place of others was another child. Each year has a stream of its own.
    """
    schools = by_location[~by_location["special"].to_numpy(bool)].reset_index(drop=True)
    last = pd.DataFrame(
        {
            "location": pd.Categorical(by_pupil["location"], schools["location"]),
            "area": by_pupil["wijk"].astype("category"),
            "nearest": pd.Categorical.from_codes(_nearest(by_pupil, schools), pd.Index(schools["location"])),
            "education": pd.Categorical(by_pupil["education"], list(EDUCATIONS)),
            "background": by_pupil["background"].astype("category"),
            "groep": by_pupil["groep"],
            "pupil": by_pupil["pupil"],
        }
    )
    rows, stadsdeel = last, pd.factorize(schools["stadsdeel"])[0].astype(np.intp)
    streams = seed.spawn(truth.last - truth.first)
    years = [derive.counted(rows.assign(year=truth.last))]
    for year, stream in zip(range(truth.last - 1, truth.first - 1, -1), streams, strict=True):
        rows = _year_before(rows, stadsdeel, truth, np.random.default_rng(stream))
        years.append(derive.counted(rows.assign(year=year)))
    return pd.concat(years[::-1], ignore_index=True), derive.stay(
        rows[rows["groep"] > truth.last - truth.first], last[last["location"].notna()]
    )


def _nearest(by_pupil: pd.DataFrame, schools: pd.DataFrame) -> Codes:
    _, nearest = cKDTree(kilometres(schools)).query(kilometres(by_pupil))
    return np.asarray(nearest, dtype=np.intp)


def _year_before(
    rows: pd.DataFrame, stadsdeel: Codes, truth: AttendanceTruth, rng: np.random.Generator
) -> pd.DataFrame:
    before = rows[rng.random(len(rows)) >= truth.came].reset_index(drop=True)
    hoog, middelbaar = EDUCATIONS.index("hoog"), EDUCATIONS.index("middelbaar")
    education = np.array(before["education"].cat.codes, dtype=np.intp)
    education[(education == hoog) & (rng.random(len(before)) < truth.educated)] = middelbaar
    before["education"] = pd.Categorical.from_codes(education, pd.Index(EDUCATIONS))
    school = np.array(before["location"].cat.codes, dtype=np.intp)
    background = before["background"].cat
    group: Codes = education * len(background.categories) + background.codes.to_numpy(np.intp)
    moved = _more_apart(school, group, stadsdeel, truth.apart, rng)
    before["location"] = pd.Categorical.from_codes(moved, before["location"].cat.categories)
    return before


def _more_apart(school: Codes, group: Codes, stadsdeel: Codes, share: float, rng: np.random.Generator) -> Codes:
    """Move a share of every group within its stadsdeel, to schools by how many, and how large a part, it is there."""
    counts = np.zeros((len(stadsdeel), int(group.max()) + 1))
    np.add.at(counts, (school, group), 1)
    weight = counts * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    moves, moved = np.flatnonzero(rng.random(len(school)) < share), school.copy()
    home = stadsdeel[school[moves]]
    for part in np.unique(home):
        for kind in np.unique(group[moves[home == part]]):
            who = moves[(home == part) & (group[moves] == kind)]
            chance = np.where(stadsdeel == part, weight[:, kind], 0.0)
            moved[who] = rng.choice(len(stadsdeel), len(who), p=chance / chance.sum())
    return moved
