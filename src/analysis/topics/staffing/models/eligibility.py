"""Who is eligible for the arbeidsmarkttoelage: the locations with the highest score per pupil, by rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import ModelError, Reason
from analysis.stats.complete import check_complete

OUTCOMES = ("inflow", "outflow", "retention", "hours", "pupils_per_teacher", "shortage", "unqualified")
# A shortage rises faster where it is high already, before the toelage too: schools that receive it and others are not
# on parallel paths, and a difference in differences takes the older trend for an effect. The cut-off compares
# neighbours.
TRENDING = ("shortage", "unqualified")
STEADY = tuple(name for name in OUTCOMES if name not in TRENDING)
FIRST_STAGE = "log_wage"
UNITS = {
    "inflow": "share of teachers",
    "outflow": "share of teachers",
    "retention": "share of teachers",
    "hours": "hours a week",
    "pupils_per_teacher": "pupils per fte",
    "shortage": "share of employment",
    "unqualified": "share of employment",
    FIRST_STAGE: "log points",
}


@dataclass(frozen=True)
class Eligibility:
    """The ranking of one year.

    Parameters
    ----------
    by_school
        One row per location: ``location, board, score_per_pupil, place`` (1 is the highest score; ties share the mean
        of their places), ``rank`` (distance to the cut-off in percent of the locations, above zero for the eligible),
        ``eligible``.
    cutoff
        Lowest score per pupil that is eligible.
    n_tied
        Locations with exactly that score; all of them are in.
    n_asked
        How many locations the share asks for; ties at the cut-off may add to it, a lack of scores take from it.
    """

    by_school: pd.DataFrame
    cutoff: float
    n_tied: int
    n_asked: int

    def table(self) -> pd.DataFrame:
        """Show the rule at work: ``count, number`` of locations."""
        schools = self.by_school
        counts = {
            "locations": len(schools),
            "with_score": int((schools["score_per_pupil"] > 0).sum()),
            "asked": self.n_asked,
            "eligible": int(schools["eligible"].sum()),
            "tied_at_cutoff": self.n_tied,
        }
        return pd.DataFrame({"count": list(counts), "number": list(counts.values())})


def eligibility(frame: pd.DataFrame, *, year: int = 2020, share: float = 0.15) -> Eligibility:
    """Rank locations by their score per pupil, and let the highest share in.

    Parameters
    ----------
    frame
        One row a school and year: ``location, year, board, score_per_pupil``.
    year
        Whose scores decide.
    share
        Of all locations, with and without a score. All who tie with the last one are in; who has no score is not.

    Raises
    ------
    ModelError
        If no location has a score in that year.
    """
    check_complete(frame, ["location", "year", "score_per_pupil"], "eligibility")
    schools = frame.loc[frame["year"] == year, ["location", "board", "score_per_pupil"]].reset_index(drop=True)
    score = schools["score_per_pupil"]
    if not (score > 0).any():
        raise ModelError(f"no location has a score per pupil in {year}, so that none can be ranked", Reason.EMPTY)
    asked = max(1, round(share * len(schools)))
    cutoff = max(float(score.nlargest(asked).iloc[-1]), float(score[score > 0].min()))
    place = score.rank(ascending=False, method="average")
    eligible = score >= cutoff
    rank = 100 * (eligible.sum() + 0.5 - place) / len(schools)
    ranked = schools.assign(place=place, rank=rank, eligible=eligible)
    return Eligibility(ranked, cutoff, int((score == cutoff).sum()), asked)


def with_outcomes(frame: pd.DataFrame) -> pd.DataFrame:
    """Add the outcomes that are computed: ``pupils_per_teacher`` (in fte) and ``log_wage``."""
    return frame.assign(
        pupils_per_teacher=frame["pupils"] / frame["teachers_fte"], log_wage=np.log(frame["wage"].astype(float))
    )


def scored_in(frame: pd.DataFrame, year: int) -> pd.DataFrame:
    """Select schools that had a score above zero in a year.

    The toelage goes to schools with a score. Against all others, an older trend between schools with and without one
    (since 2016, in pupils per teacher) would pass for its effect.
    """
    check_complete(frame, ["location", "year", "score_per_pupil"], "eligibility")
    base = frame[frame["year"] == year].set_index("location")["score_per_pupil"]
    return frame[(frame["location"].map(base) > 0).to_numpy()]


def changes(frame: pd.DataFrame, outcomes: Sequence[str], *, start: int = 2021, since: int = 2016) -> pd.DataFrame:
    """Compute the change of every school: mean of an outcome from `start` on, less its mean in the years before.

    What lasts at a school then leaves the comparison at the cut-off, which sharpens it.

    Returns
    -------
    DataFrame
        One row per school that is there in both periods: ``location`` and the outcomes.
    """
    check_complete(frame, ["location", "year", *outcomes], "changes of schools")
    rows = frame[frame["year"] >= since]
    before, after = (
        rows[period].groupby("location")[list(outcomes)].mean()
        for period in (rows["year"] < start, rows["year"] >= start)
    )
    return (after - before).dropna().reset_index()
