"""Findings in sentences. Every number in them is computed, and so is every word that depends on one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd

from analysis.language import term, text
from analysis.publish.findings import number_of, where_known
from analysis.publish.tables import number

COLUMNS = ["name", "sentence", "n", "unit"]
CORRECTED = "dissimilarity_corrected"
LEVEL = 0.05
"""P-values below it are called measurable."""


def segregation(indices: pd.DataFrame, by_weging_band: pd.DataFrame) -> pd.DataFrame:
    """Tell how unevenly pupils are spread, and over which schools.

    Parameters
    ----------
    indices
        Estimates of `chapters.segregation.models.estimate_indices`.
    by_weging_band
        One row per band of schoolweging: ``band, share_now, share_nearest``, withheld shares missing.

    Returns
    -------
    DataFrame
        One row per finding: ``name, sentence, n, unit``.
    """
    return _findings(where_known(_of_pupils(indices), _highest(indices, by_weging_band)))


def _of_pupils(indices: pd.DataFrame) -> Iterator[tuple[str, str, int]]:
    now, near = _term(indices, f"{CORRECTED}_now"), _term(indices, f"{CORRECTED}_nearest")
    alone = _term(indices, "isolation_now")
    pupils = number_of(now["n_obs"])
    yield "dissimilarity", _by_postcode(now, _term(indices, f"{CORRECTED}_random_allocation")), pupils
    sentence = text(
        "Of the schoolmates of an average pupil with a non-western background, {share:.0%} have one too, by postcode.",
        share=alone["estimate"],
    )
    yield "isolation", sentence, pupils
    sentence = text(
        "If all pupils attended the school nearest to their postcode, the dissimilarity by postcode would be "
        "{near:.3f}. That counts only what moving between postcodes does, so it does not say whether choice makes "
        "schools more or less segregated.",
        near=near["estimate"],
    )
    yield "nearest_school", sentence, pupils


def _highest(indices: pd.DataFrame, by_weging_band: pd.DataFrame) -> Iterator[tuple[str, str, int]]:
    highest = by_weging_band.iloc[-1]
    sentence = text(
        "Of all pupils {now:.0%} attend a school with a schoolweging of {band}; if all attended the nearest school, "
        "{nearest:.0%} would.",
        now=highest["share_now"],
        band=term(str(highest["band"])),
        nearest=highest["share_nearest"],
    )
    yield "highest_schoolweging", sentence, number_of(_term(indices, f"{CORRECTED}_now")["n_obs"])


def _by_postcode(now: pd.Series, floor: pd.Series) -> str:
    said = {"now": interval(now, 3), "floor": floor["estimate"]}
    if now["p_value"] < LEVEL:
        return text(
            "By the make-up of pupils' postcodes, the dissimilarity between pupils with and without a "
            "non-western background is {now}; a random allocation of pupils to the same schools would give "
            "{floor:.3f}. Sorting within a postcode is invisible here, so the true value is at least as high.",
            **said,
        )
    return text(
        "By the make-up of pupils' postcodes, the dissimilarity between pupils with and without a non-western "
        "background is {now}, not measurably more than a random allocation of pupils to the same schools would give "
        "({floor:.3f}). Sorting within a postcode is invisible here, so the true value is at least as high.",
        **said,
    )


def interval(row: pd.Series, digits: int = 2) -> str:
    """Write an estimate with its 95% interval."""
    estimate, low, high = (number(row[name], digits) for name in ("estimate", "ci_low", "ci_high"))
    return text("{estimate} (95% interval {low} to {high})", estimate=estimate, low=low, high=high)


def _term(estimates: pd.DataFrame, term: str) -> pd.Series:
    return estimates[estimates["term"] == term].iloc[0]


def _findings(rows: Iterable[tuple[str, str, int]]) -> pd.DataFrame:
    return pd.DataFrame([(*row, "pupils") for row in rows], columns=COLUMNS)
