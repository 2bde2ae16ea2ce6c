"""Findings on segregation where the composition of schools is expected from postcodes, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from analysis.chapters.segregation.models.estimates import CORRECTED
from analysis.language import Text, term
from analysis.publish.alternative import visibly
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import LEVEL, frame, interval, number_of, where_known

say = sentences_beside(__file__)


def by_postcode(indices: pd.DataFrame, by_weging_band: pd.DataFrame) -> pd.DataFrame:
    """Say how unevenly pupils are spread, and over which schools.

    Parameters
    ----------
    indices : Estimates of `chapters.segregation.models.estimate_indices`.
    by_weging_band : One row per band of schoolweging: ``band, share_now, share_nearest``, withheld shares missing.

    Returns
    -------
    DataFrame
        One row per finding: ``name, sentence, n, unit``.
    """
    rows = where_known(_of_pupils(indices), _highest(indices, by_weging_band))
    return frame((*row, "pupils") for row in rows)


def _of_pupils(indices: pd.DataFrame) -> Iterator[tuple[str, str, int]]:
    now, near = _term(indices, f"{CORRECTED}_now"), _term(indices, f"{CORRECTED}_nearest")
    alone, alone_by_chance = _term(indices, "isolation_now"), _term(indices, "isolation_random_allocation")
    pupils = number_of(now["n_obs"])
    yield "dissimilarity", _by_postcode(now, _term(indices, f"{CORRECTED}_random_allocation")), pupils
    sentence = say("isolation_by_postcode", share=alone["estimate"], floor=alone_by_chance["estimate"])
    yield "isolation", sentence, pupils
    yield "nearest_school", say("nearest_school", near=near["estimate"], value=now["estimate"]), pupils


def _highest(indices: pd.DataFrame, by_weging_band: pd.DataFrame) -> Iterator[tuple[str, str, int]]:
    highest = by_weging_band.iloc[-1]
    now, nearest = highest["share_now"], highest["share_nearest"]
    number_of(now + nearest)  # a band of which either is withheld is not compared
    sentence = say(
        ("highest_schoolweging_alike", "highest_schoolweging_more", "highest_schoolweging_fewer")[
            visibly(now, nearest)
        ],
        now=now,
        band=term(str(highest["band"])),
        nearest=nearest,
    )
    yield "highest_schoolweging", sentence, number_of(_term(indices, f"{CORRECTED}_now")["n_obs"])


def _by_postcode(now: pd.Series, floor: pd.Series) -> Text:
    values = {"now": interval(now, 2), "value": now["estimate"], "floor": floor["estimate"]}
    beyond = now["p_value"] < LEVEL
    return say("by_postcode" if beyond else "by_postcode_of_chance", **values)


def _term(estimates: pd.DataFrame, term: str) -> pd.Series:
    return estimates[estimates["term"] == term].iloc[0]
