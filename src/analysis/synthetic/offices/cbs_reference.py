"""A world as the files of CBS can carry it: points on whole metres, persons numbered anew, schools encrypted."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.registers.rd import degrees_of, metres_of
from analysis.stats.geography import great_circle_km
from analysis.synthetic.offices.cbs_people import People
from analysis.synthetic.offices.cbs_schools import with_encrypted_keys
from analysis.synthetic.offices.numbering import renumbered

ABSENT = ["motive", "generation"]
PERSONS = {"pupil": ("by_pupil", "by_pupil_test", "by_pupil_advice"), "teacher": ("by_teacher",)}
"""Tables of persons, by the column that numbers them."""
OF_PUPILS = {"pupils": 0, "size_class": "small"}
"""What a special school has where its pupils are not counted."""


def reference(tables: Mapping[str, pd.DataFrame], people: People, seed: int) -> dict[str, pd.DataFrame]:
    """Return the tables of a world with all done to them that the files of CBS cannot carry.

    Parameters
    ----------
    tables : The tables of the world that are brought back.
    people : Its persons.
    seed : Of the edition.
    """
    coarse = {name: with_encrypted_keys(frame) for name, frame in tables.items()}
    coarse["by_location"] = _uncounted(on_metres(coarse["by_location"]))
    coarse["by_pupil"] = with_distance(on_metres(coarse["by_pupil"]), coarse["by_location"])
    coarse["by_pupil"] = coarse["by_pupil"].drop(columns=ABSENT, errors="ignore")
    for column, names in PERSONS.items():
        keys = {name: people.key_of(name, tables[name][column]) for name in names}
        coarse |= renumbered(coarse, keys, column, seed)
    return coarse


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
