"""Moments of the reference levels of a world, to compare with published figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import pandas as pd

from analysis.reference_levels import LEVELS
from analysis.synthetic.once import once_per_frame

Frames = Mapping[str, pd.DataFrame]
Moment = Callable[[Frames], float]

NOT_DEFINED = float("nan")
FIRST, LAST = "2016/17", "2018/19"
BELOW, _, TARGET = LEVELS
LOW, HIGH = 28.0, 32.0
"""Schoolweging below which a school has a low and from which it has a high one: no cut-off is in print."""


@once_per_frame
def _shares(by_pupil_level: pd.DataFrame) -> pd.DataFrame:
    """Compute the shares of pupils below 1F and at the target level, by subject and year."""
    reached = {level: by_pupil_level["level"] == level for level in (BELOW, TARGET)}
    return pd.DataFrame(reached).groupby([by_pupil_level["subject"], by_pupil_level["year"]]).mean()


def _share(frames: Frames, subject: str, level: str) -> float:
    return float(_shares(frames["by_pupil_level"])[level][subject, LAST])


def _change(frames: Frames, subject: str) -> float:
    at_target = _shares(frames["by_pupil_level"])[TARGET]
    return float(at_target[subject, LAST] - at_target[subject, FIRST])


def _of_schools(frames: Frames) -> pd.DataFrame:
    """Return schools of the last year: schoolweging, and share at the target level in all subjects together."""
    pupils = frames["by_pupil_level"]
    last = pupils[pupils["year"] == LAST]
    at_target = (last["level"] == TARGET).groupby(last["location"]).mean().rename("at_target")
    weging = frames["by_school_level"].drop_duplicates("location").set_index("location")["schoolweging"]
    return pd.concat([at_target, weging.reindex(at_target.index)], axis=1).dropna()


def _falls(frames: Frames) -> float:
    """1 when schools with a higher schoolweging have fewer pupils at the target level: a negative rank correlation."""
    schools = _of_schools(frames)
    correlation = schools["schoolweging"].corr(schools["at_target"], method="spearman")
    return NOT_DEFINED if pd.isna(correlation) else float(correlation < 0)


def _high_as_low(frames: Frames) -> float:
    """1 when some school with a high schoolweging has as many at the target level as schools with a low one."""
    schools = _of_schools(frames)
    low, high = schools["schoolweging"] < LOW, schools["schoolweging"] >= HIGH
    if not (low.any() and high.any()):
        return NOT_DEFINED
    return float((schools.loc[high, "at_target"] >= schools.loc[low, "at_target"].mean()).any())


MOMENTS: dict[str, Moment] = {
    "levels_below_lezen": partial(_share, subject="lezen", level=BELOW),
    "levels_below_rekenen": partial(_share, subject="rekenen", level=BELOW),
    "levels_target_rekenen": partial(_share, subject="rekenen", level=TARGET),
    "levels_target_lezen_change": partial(_change, subject="lezen"),
    "levels_target_falls_with_weging": _falls,
    "levels_high_weging_as_low": _high_as_low,
}
