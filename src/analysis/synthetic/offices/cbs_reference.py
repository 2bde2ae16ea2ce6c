"""A world as the files of CBS can carry it: points on whole metres, persons numbered anew, schools encrypted."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.registers.rd import degrees_of, metres_of
from analysis.stats.geography import great_circle_km
from analysis.synthetic.offices.cbs_codes import SUBJECT
from analysis.synthetic.offices.cbs_people import People
from analysis.synthetic.offices.cbs_schools import with_encrypted_keys

ABSENT = ["motive", "generation"]
PERSONS = {"by_pupil": "pupil", "by_pupil_test": "pupil", "by_pupil_advice": "pupil", "by_teacher": "teacher"}
"""Tables of persons, with the column that numbers them."""
OF_PUPILS = {"pupils": 0, "size_class": "small"}
"""What a special school has where its pupils are not counted."""


def reference(
    tables: Mapping[str, pd.DataFrame], people: People, numbers: Mapping[str, int]
) -> dict[str, pd.DataFrame]:
    """Return the tables of a world with all done to them that the files of CBS cannot carry.

    Parameters
    ----------
    tables : The tables of the world that are brought back.
    people : Its persons.
    numbers : By key, the number that a person has in the tables that come back.
    """
    coarse = {name: with_encrypted_keys(frame) for name, frame in tables.items()}
    coarse["by_location"] = _uncounted(on_metres(coarse["by_location"]))
    coarse["by_pupil"] = with_distance(on_metres(coarse["by_pupil"]), coarse["by_location"])
    coarse["by_pupil"] = coarse["by_pupil"].drop(columns=ABSENT, errors="ignore")
    return coarse | {name: _renumbered(coarse[name], name, people, numbers) for name in PERSONS}


def on_metres(frame: pd.DataFrame) -> pd.DataFrame:
    """Move points to whole metres of the Dutch grid."""
    lat, lon = degrees_of(*np.rint(metres_of(frame["lat"].to_numpy(float), frame["lon"].to_numpy(float))))
    return frame.assign(lat=lat, lon=lon)


def with_distance(by_pupil: pd.DataFrame, by_location: pd.DataFrame) -> pd.DataFrame:
    """Measure distances to school anew."""
    schools = by_location.set_index("location").loc[by_pupil["location"]]
    points = (by_pupil["lat"], by_pupil["lon"], schools["lat"], schools["lon"])
    return by_pupil.assign(distance_km=great_circle_km(*(angle.to_numpy(float) for angle in points)))


def _uncounted(by_location: pd.DataFrame) -> pd.DataFrame:
    special = by_location["special"].to_numpy(bool)
    return by_location.assign(**{name: by_location[name].mask(special, none) for name, none in OF_PUPILS.items()})


def _renumbered(frame: pd.DataFrame, name: str, people: People, numbers: Mapping[str, int]) -> pd.DataFrame:
    """Number persons by their keys, in the order of the files: a file a year, its rows by key."""
    column = PERSONS[name]
    keys = people.key_of(name, frame[column])
    order = pd.DataFrame({"key": keys})
    if "year" in frame:
        order.insert(0, "year", frame["year"])
    if "subject" in frame:
        order["subject"] = frame["subject"].map({own: theirs for own, (theirs,) in SUBJECT.items()})
    rows = order.sort_values([*order]).index
    return frame.assign(**{column: keys.map(numbers)}).loc[rows].reset_index(drop=True)
