"""Who is eligible for the arbeidsmarkttoelage: the locations with the highest score per pupil, by rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import ModelError, Reason
from analysis.stats.complete import check_complete, count_missing

OUTCOMES = ("inflow", "outflow", "retention", "hours", "pupils_per_teacher", "shortage", "unqualified")
# A shortage rises faster where it is high already, before the toelage too: schools that receive it and others are not
# on parallel paths, and a difference in differences takes the older trend for an effect. The cut-off compares
# neighbours.
TRENDING = ("shortage", "unqualified")
STEADY = tuple(name for name in OUTCOMES if name not in TRENDING)
FIRST_STAGE = "log_wage"
SINCE = 2016
UNITS = {
    FIRST_STAGE: "log points",
    **dict.fromkeys(("inflow", "outflow", "retention"), "share of teachers"),
    "hours": "hours a week",
    "pupils_per_teacher": "pupils per fte",
    **dict.fromkeys(("shortage", "unqualified"), "share of employment"),
    "teachers_per_100": "fte per 100 pupils",
}


MAY_BE_UNKNOWN = (
    *("schoolweging", "wage", "hours", "inflow", "outflow", "retention", "teachers_fte", "shortage", "unqualified"),
    *("oab_euro", "insufficient", "board", "score_per_pupil", "achterstandsscore", "achterstandsscore_raw"),
)
"""Columns without which a school-year leaves the models that use them, and no other."""


@dataclass(frozen=True)
class Eligibility:
    """The ranking of one year.

    Parameters
    ----------
    by_school
        One row per location: ``location, board, score_per_pupil, place`` (1 is the highest score; ties share the mean
        of their places), ``rank`` (distance to the cut-off in percent of the locations, above zero for the eligible),
        ``eligible``.
    cutoff : Lowest score per pupil that is eligible.
    n_tied : Locations with exactly that score; all of them are in.
    n_target : How many locations the share is; ties at the cut-off may add to it, a lack of scores take from it.
    """

    by_school: pd.DataFrame
    cutoff: float
    n_tied: int
    n_target: int

    def table(self) -> pd.DataFrame:
        """Count locations by the steps of the rule: ``which, schools``."""
        schools = self.by_school
        counts = {
            "locations": len(schools),
            "with_score": int((schools["score_per_pupil"] > 0).sum()),
            "asked": self.n_target,
            "eligible": int(schools["eligible"].sum()),
            "tied_at_cutoff": self.n_tied,
        }
        return pd.DataFrame({"which": list(counts), "schools": list(counts.values())})


def eligibility(frame: pd.DataFrame, *, year: int = 2020, share: float = 0.15) -> Eligibility:
    """Rank locations by their score per pupil, and let the highest share in.

    Parameters
    ----------
    frame : One row a school and year: ``location, year, board, score_per_pupil``.
    year : Whose scores decide.
    share : Of all locations, with and without a score. All who tie with the last one are in; who has no score is not.

    Returns
    -------
    Eligibility : The ranking, and what decides.

    Raises
    ------
    ModelError : If no location has a score in that year.
    """
    check_complete(frame, ["location", "year", "score_per_pupil"], "eligibility")
    schools = frame.loc[frame["year"] == year, ["location", "board", "score_per_pupil"]].reset_index(drop=True)
    score = schools["score_per_pupil"]
    if not (score > 0).any():
        raise ModelError(f"no location has a score per pupil in {year}, so that none can be ranked", Reason.EMPTY)
    target = max(1, round(share * len(schools)))
    cutoff = max(float(score.nlargest(target).iloc[-1]), float(score[score > 0].min()))
    position = score.rank(ascending=False, method="average")
    eligible = score >= cutoff
    rank = 100 * (eligible.sum() + 0.5 - position) / len(schools)
    ranked = schools.assign(place=position, rank=rank, eligible=eligible)
    return Eligibility(ranked, cutoff, int((score == cutoff).sum()), target)


def unknown(panel: pd.DataFrame) -> pd.DataFrame:
    """Count by year in how many schools a value is missing; see `count_missing`."""
    return count_missing(panel, MAY_BE_UNKNOWN, ["year"])


def with_outcomes(frame: pd.DataFrame) -> pd.DataFrame:
    """Add the outcomes that are computed.

    Parameters
    ----------
    frame : ``pupils, teachers_fte, wage`` (euro an hour), a row per school and year.

    Returns
    -------
    DataFrame : The rows with ``pupils_per_teacher`` (in fte) and ``log_wage``, as far as the data have what they need.
    """
    if "teachers_fte" in frame:
        frame = frame.assign(pupils_per_teacher=frame["pupils"] / frame["teachers_fte"])
    return frame.assign(log_wage=np.log(frame["wage"].astype(float))) if "wage" in frame else frame


def scored_in(frame: pd.DataFrame, year: int) -> pd.DataFrame:
    """Select schools that had a score above zero in a year.

    The toelage goes to schools with a score. Against all others, an older trend between schools with and without one
    (since 2016, in pupils per teacher) would pass for its effect.

    Parameters
    ----------
    frame : ``location, year, score_per_pupil``, a row per school and year.
    year : In which.

    Returns
    -------
    DataFrame : The rows of these schools, of all years.
    """
    check_complete(frame, ["location", "year", "score_per_pupil"], "eligibility")
    base = frame[frame["year"] == year].set_index("location")["score_per_pupil"]
    return frame[(frame["location"].map(base) > 0).to_numpy()]


def changes(frame: pd.DataFrame, outcomes: Sequence[str], *, start: int) -> pd.DataFrame:
    """Compute the change of every school: mean of an outcome from `start` on, less its mean since `SINCE` before.

    What lasts at a school then leaves the comparison at the cut-off, which sharpens it.

    Parameters
    ----------
    frame : ``location, year`` and the outcomes, a row per school and year.
    outcomes : Columns.
    start : First year of the toelage.

    Returns
    -------
    DataFrame
        One row per school that is there in both periods: ``location`` and the outcomes; an outcome is missing where it
        is known in no year of a period. A mean is over the years in which the outcome is known.
    """
    check_complete(frame, ["location", "year"], "changes of schools")
    rows = frame[frame["year"] >= SINCE]
    before, after = (
        rows[period].groupby("location")[list(outcomes)].mean()
        for period in (rows["year"] < start, rows["year"] >= start)
    )
    return (after - before).dropna(how="all").reset_index()
