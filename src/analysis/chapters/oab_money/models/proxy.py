"""Real scores and money: who would have been eligible for the toelage, and what the picture of the money shows."""

from __future__ import annotations

import pandas as pd

from analysis.municipality import is_in
from analysis.topics.staffing.models.eligibility import eligibility
from analysis.topics.staffing.models.oab import binned_money
from analysis.topics.staffing.models.oab_formula import floor_price
from analysis.topics.staffing.models.oab_pictures import formula_line

NATIONAL = "the country"
COUNTS = {"schools": ("share", "cutoff"), "schools_eligible": ("share",), "schools_tied": ()}


def eligible(scores: pd.DataFrame, share: float, region: str) -> pd.DataFrame:
    """Count the locations with the highest score per pupil, in the country and in a municipality.

    Parameters
    ----------
    scores
        ``location, board, municipality, pupils, score``, a row per location.
    share
        Of the country's locations.
    region
        The municipality; see `municipality.is_in`.

    Returns
    -------
    DataFrame
        ``region, schools, schools_eligible, schools_tied`` (at the cut-off), ``share`` and ``cutoff`` (score per pupil
        of the last one that is in; the country's rule holds for the municipality too).
    """
    ranked = eligibility(scores.assign(year=0, score_per_pupil=scores["score"] / scores["pupils"]), year=0, share=share)
    chosen = ranked.by_school.set_index("location")["eligible"]
    told = []
    for name, rows in ((NATIONAL, scores), (region, scores[is_in(scores["municipality"], region)])):
        number = int(rows["location"].isin(chosen.index[chosen]).sum())
        told.append(
            {
                "region": name,
                "schools": len(rows),
                "schools_eligible": number,
                "schools_tied": ranked.n_tied if name == NATIONAL else 0,
                "share": number / len(rows) if len(rows) else float("nan"),
                "cutoff": ranked.cutoff,
            }
        )
    return pd.DataFrame(told)


def money(schools: pd.DataFrame, *, bins: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Lay out real money per pupil by score without threshold, and what the shared price per point pays.

    Parameters
    ----------
    schools
        ``raw_per_pupil, oab_euro, pupils, score`` of one school year.
    """
    points = binned_money(schools, bins=bins)
    some = schools[schools["score"] > 0]
    price = floor_price(some["oab_euro"], some["score"])
    return points, formula_line("price per point alone", price, float(points["raw_per_pupil"].max()))
