"""Moments of newcomers and internationals, to compare with published figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import pandas as pd

from analysis.synthetic.once import once_per_frame
from analysis.synthetic.origins import ASIA, EUROPE

Frames = Mapping[str, pd.DataFrame]
Moment = Callable[[Frames], float]
FIRST, LAST = 2017, 2019


@once_per_frame
def _numbers(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.groupby(["continent", "year"])[["newcomer", "international"]].sum()


def _number(frames: Frames, kind: str, year: int, continent: str | None = None) -> float:
    """Count the newcomers or internationals of a year, of all continents or of one."""
    of_year = _numbers(frames["by_pupil_origin"])[kind].xs(year, level="year")
    return float(of_year.sum() if continent is None else of_year.get(continent, 0))


def _growth(frames: Frames, kind: str, continent: str | None = None) -> float:
    """Return the growth over the two years; missing without any in the first."""
    before = _number(frames, kind, FIRST, continent)
    return _number(frames, kind, LAST, continent) / before - 1 if before else float("nan")


MOMENTS: dict[str, Moment] = {
    "origins_newcomers": partial(_number, kind="newcomer", year=LAST),
    "origins_newcomers_asia": lambda frames: float(np.sign(_growth(frames, "newcomer", ASIA))),
    "origins_internationals": partial(_number, kind="international", year=LAST),
    "origins_internationals_growth": partial(_growth, kind="international"),
    "origins_internationals_europe": partial(_growth, kind="international", continent=EUROPE),
}
