"""Moments of pupils over the years, to compare with published figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import pandas as pd

from analysis.synthetic.once import once_per_frame

Frames = Mapping[str, pd.DataFrame]
Moment = Callable[[Frames], float]


@once_per_frame
def _sums(counts: pd.DataFrame) -> pd.Series:
    return counts.groupby(["area", "year"])["pupils"].sum()


def _pupils(frames: Frames, year: int, area: str | None = None) -> float:
    """Count the pupils of the city, or of a stadsdeel, in a year: known, or still to come."""
    known = _sums(frames["by_stadsdeel_age_year"])
    sums = known if year in known.index.get_level_values("year") else _sums(frames["by_stadsdeel_outturn"])
    of_year = sums.xs(year, level="year")
    return float(of_year.sum() if area is None else of_year.get(area, 0))


def _growth(frames: Frames, first: int, last: int, area: str | None = None) -> float:
    """Return the growth from one year to another; missing without pupils."""
    before = _pupils(frames, first, area)
    return _pupils(frames, last, area) / before - 1 if before else float("nan")


MOMENTS: dict[str, Moment] = {
    "counts_pupils_2000": partial(_pupils, year=2000),
    "counts_growth_2015": partial(_growth, first=2000, last=2015),
    "counts_fall_since": lambda frames: _pupils(frames, 2015) - _pupils(frames, 2019),
    "counts_zuidoost": partial(_growth, first=2000, last=2019, area="Zuidoost"),
    "counts_pupils_2024": partial(_pupils, year=2024),
    "counts_pupils_2035": partial(_pupils, year=2035),
    "counts_growth_2035": partial(_growth, first=2019, last=2035),
    "counts_centrum_2035": partial(_growth, first=2019, last=2035, area="Centrum"),
}
