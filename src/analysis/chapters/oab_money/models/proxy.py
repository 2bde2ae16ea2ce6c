"""Real scores and money: who would have been eligible for the toelage, and the frames of the figure of the money."""

from __future__ import annotations

import pandas as pd

from analysis.municipality import is_in
from analysis.topics.staffing.models.eligibility import eligibility
from analysis.topics.staffing.models.oab_formula import floor_price
from analysis.topics.staffing.models.oab_pictures import bins_and_line

NATIONAL = "the country"


def eligible(scores: pd.DataFrame, share: float, region: str) -> pd.DataFrame:
    """Count the locations with the highest score per pupil, in the country and in a municipality.

    Parameters
    ----------
    scores : ``location, board, municipality, pupils, score``, a row per location.
    share : Of the country's locations.
    region : The municipality; see `municipality.is_in`.

    Returns
    -------
    DataFrame
        ``region, schools, schools_eligible, schools_tied`` (at the cut-off), ``share`` and ``cutoff`` (score per pupil
        of the last one that is in; the country's rule holds for the municipality too).
    """
    ranked = eligibility(scores.assign(year=0, score_per_pupil=scores["score"] / scores["pupils"]), year=0, share=share)
    chosen = ranked.by_school.set_index("location")["eligible"]
    lines = []
    for name, rows in ((NATIONAL, scores), (region, scores[is_in(scores["municipality"], region)])):
        number = int(rows["location"].isin(chosen.index[chosen]).sum())
        lines.append(
            {
                "region": name,
                "schools": len(rows),
                "schools_eligible": number,
                "schools_tied": ranked.n_tied if name == NATIONAL else 0,
                "share": number / len(rows) if len(rows) else float("nan"),
                "cutoff": ranked.cutoff,
            }
        )
    return pd.DataFrame(lines)


def money(schools: pd.DataFrame, *, bins: int) -> pd.DataFrame:
    """Average real money per pupil by score without threshold, beside what the shared price per point pays.

    Parameters
    ----------
    schools : ``raw_per_pupil, oab_euro, pupils, score`` of one school year.
    bins : Of schools.

    Returns
    -------
    DataFrame : As `oab_pictures.bins_and_line`.
    """
    some = schools[schools["score"] > 0]
    return bins_and_line(schools, "price per point alone", floor_price(some["oab_euro"], some["score"]), bins=bins)
