"""Moments of the staffing panel that the world is compared on with published figures.

Sums of euros, and the number of Amsterdam's teachers, are meant for scale 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import SupportsFloat

import numpy as np
import pandas as pd

from analysis.synthetic.once import once_per_frame
from analysis.synthetic.staffing import FULL_TIME
from analysis.synthetic.staffing_truth import BASE_YEAR, TOELAGE_START, YEARS

LAST_YEAR = YEARS[-1]
HIGH_WEGING = 35.0  # no cut-off for a "(very) high" schoolweging is published: this is over a third of the G5's schools
LARGE_SHORTAGE = 0.05
OAB_SHARE_OF_SCHOOLS = 0.40  # the municipalities have the rest
STAFF_PER_TEACHER = 1.5  # all education staff to teachers, in fte (assumed)
HOURS_PER_FTE = 1659  # of work a year
ON_COSTS = 1.6  # the employer's costs over gross pay (assumed)

Frames = Mapping[str, pd.DataFrame]
Moment = Callable[[Frames], float]
Schools = pd.DataFrame


@once_per_frame
def _of_year(by_location_year: pd.DataFrame, year: int) -> Schools:
    return by_location_year[by_location_year["year"] == year]


@once_per_frame
def _of_region(schools: Schools, g5: bool) -> Schools:
    return schools[schools["g5"] == g5]


def _in(year: int, of_schools: Callable[[Schools], SupportsFloat]) -> Moment:
    """Make a moment of what is computed from the schools of one year."""
    return lambda frames: float(of_schools(_of_year(frames["by_location_year"], year)))


def _shortage(of_schools: Callable[[Schools], SupportsFloat], g5: bool) -> Moment:
    """Make a moment of the schools of one region in the year of the shortage survey."""
    return _in(LAST_YEAR, lambda schools: of_schools(_of_region(schools, g5)))


def _of_employment(schools: Schools) -> float:
    return float(np.average(schools["shortage"], weights=schools["teachers_fte"]))


def _of_employment_high_weging(schools: Schools) -> float:
    return _of_employment(schools[schools["schoolweging"] >= HIGH_WEGING])


def _without_shortage(schools: Schools) -> float:
    return float((schools["shortage"] == 0).mean())


def _shortage_above_30(schools: Schools) -> float:
    return float((schools["shortage"] > 0.30).mean())


def _shortage_rises(schools: Schools) -> float:
    """1 when the mean shortage rises from every quintile of schoolweging to the next."""
    quintile = pd.qcut(schools["schoolweging"], 5, labels=False)
    return float(schools.groupby(quintile)["shortage"].mean().is_monotonic_increasing)


def _insufficient(schools: Schools, *, large: bool) -> float:
    """Share of schools judged insufficient, with a shortage of 5% or more, or with less."""
    return float(schools.loc[(schools["shortage"] >= LARGE_SHORTAGE) == large, "insufficient"].mean())


def _mean_receiving(schools: Schools) -> float:
    return float(schools.loc[schools["oab_euro"] > 0, "oab_euro"].mean())


def _above_30(schools: Schools, money: str) -> float:
    """Share with a schoolweging above 30 of the schools with some money, or a score above zero."""
    return float((schools.loc[schools[money] > 0, "schoolweging"] > 30).mean())


def _toelage_of_pay(schools: Schools) -> float:
    """Mean, over receiving schools, of the toelage as a share of the staff's cost."""
    paid = schools[schools["amt_euro"] > 0]
    cost = paid["teachers_fte"] * STAFF_PER_TEACHER * HOURS_PER_FTE * ON_COSTS * paid["wage"]
    return float((paid["amt_euro"] / cost).mean())


def _toelage_two_years(frames: Frames) -> float:
    """Toelage paid in the first two school years, euros."""
    years = (TOELAGE_START, TOELAGE_START + 1)
    return float(sum(_of_year(frames["by_location_year"], year)["amt_euro"].sum() for year in years))


def toelage_effect(frames: Frames, *, outcome: str) -> float:
    """Difference in differences of the toelage: schools that received OAB money in 2016, after less before 2021.

    Among all schools the ratio of pupils to teachers would show the older trend between low- and high-score schools.
    """
    means = _before_and_after(frames["by_location_year"])[outcome]
    return float((means[True, True] - means[True, False]) - (means[False, True] - means[False, False]))


@once_per_frame
def _before_and_after(frame: pd.DataFrame) -> pd.DataFrame:
    """Compute means of the outcomes by toelage and period, over the schools that received OAB money in 2016."""
    base = _of_year(frame, BASE_YEAR)
    scored = frame["location"].isin(base.loc[base["achterstandsscore"] > 0, "location"])
    rows = frame.loc[scored, ["year", "amt", "inflow", "outflow", "retention", "hours"]].assign(
        pupils_per_teacher=frame["pupils"] / frame["teachers_fte"], log_wage=np.log(frame["wage"])
    )
    after = (rows["year"] >= TOELAGE_START).rename("after")
    return rows.drop(columns="year").groupby(["amt", after]).mean()


def _wage_rise(frames: Frames) -> float:
    return float(np.expm1(toelage_effect(frames, outcome="log_wage")))


def _ratio(frames: Frames, year: int, *, high: bool) -> float:
    """Mean pupils per teacher at the schools with, or without, a score in 2016."""
    base, schools = (_of_year(frames["by_location_year"], one) for one in (BASE_YEAR, year))
    scored = base.set_index("location")["achterstandsscore"] > 0
    ratio = schools["pupils"] / schools["teachers_fte"]
    return float(ratio[schools["location"].map(scored) == high].mean())


def _ratio_change(frames: Frames, *, high: bool) -> float:
    return _ratio(frames, LAST_YEAR, high=high) - _ratio(frames, BASE_YEAR, high=high)


def _more_teachers_high(frames: Frames) -> float:
    """1 when high-score schools have more teachers per pupil, in 2016 and in 2024."""
    years = (BASE_YEAR, LAST_YEAR)
    return float(all(_ratio(frames, year, high=True) < _ratio(frames, year, high=False) for year in years))


def _weging_score_correlation(schools: Schools) -> float:
    """Rank correlation over schools of schoolweging and score without threshold per pupil."""
    return schools["schoolweging"].corr(schools["achterstandsscore_raw"] / schools["pupils"], method="spearman")


def _amsterdam(year: int, of_schools: Callable[[pd.Series, pd.Series], SupportsFloat]) -> Moment:
    """Make a moment of the teachers of Amsterdam's basisscholen: in fte, and in persons."""

    def moment(schools: Schools) -> SupportsFloat:
        fte = schools.loc[schools["municipality"] == "Amsterdam", "teachers_fte"]
        return of_schools(fte, fte * FULL_TIME / schools["hours"].reindex(fte.index))

    return _in(year, moment)


def _mean_fte(fte: pd.Series, persons: pd.Series) -> float:
    return fte.sum() / persons.sum()


MOMENTS: dict[str, Moment] = {
    "staffing_shortage_g5": _shortage(_of_employment, g5=True),
    "staffing_shortage_outside": _shortage(_of_employment, g5=False),
    "staffing_no_shortage_g5": _shortage(_without_shortage, g5=True),
    "staffing_no_shortage_outside": _shortage(_without_shortage, g5=False),
    "staffing_shortage_above_30_g5": _shortage(_shortage_above_30, g5=True),
    "staffing_shortage_above_30_outside": _shortage(_shortage_above_30, g5=False),
    "staffing_shortage_g5_high_weging": _shortage(_of_employment_high_weging, g5=True),
    "staffing_shortage_rises_with_weging": _in(LAST_YEAR, _shortage_rises),
    "staffing_insufficient_large_shortage": _in(2023, partial(_insufficient, large=True)),
    "staffing_insufficient_small_shortage": _in(2023, partial(_insufficient, large=False)),
    "staffing_oab_share": _in(LAST_YEAR, lambda schools: (schools["oab_euro"] > 0).mean()),
    "staffing_oab_schools_euro": _in(LAST_YEAR, lambda schools: schools["oab_euro"].sum()),
    "staffing_oab_total_euro": _in(LAST_YEAR, lambda schools: schools["oab_euro"].sum() / OAB_SHARE_OF_SCHOOLS),
    "staffing_oab_mean_receiving": _in(LAST_YEAR, _mean_receiving),
    "staffing_oab_mostly_above_30": _in(LAST_YEAR, lambda schools: _above_30(schools, "oab_euro") > 0.5),
    "staffing_weging_in_range": _in(LAST_YEAR, lambda schools: schools["schoolweging"].between(20, 40).mean()),
    "staffing_toelage_share": _in(TOELAGE_START, lambda schools: (schools["amt_euro"] > 0).mean()),
    "staffing_toelage_of_pay": _in(TOELAGE_START, _toelage_of_pay),
    "staffing_toelage_two_years_euro": _toelage_two_years,
    "staffing_toelage_effect_inflow": partial(toelage_effect, outcome="inflow"),
    "staffing_toelage_effect_outflow": partial(toelage_effect, outcome="outflow"),
    "staffing_toelage_effect_retention": partial(toelage_effect, outcome="retention"),
    "staffing_toelage_effect_hours": partial(toelage_effect, outcome="hours"),
    "staffing_toelage_effect_ratio": partial(toelage_effect, outcome="pupils_per_teacher"),
    "staffing_ratio_change_high": partial(_ratio_change, high=True),
    "staffing_ratio_fell_low": lambda frames: float(_ratio_change(frames, high=False) < 0),
    "staffing_more_teachers_high": _more_teachers_high,
    "staffing_wage_rise": _wage_rise,
    "staffing_pupils_mean": _in(2019, lambda schools: schools["pupils"].mean()),
    "staffing_raw_per_pupil": _in(2019, lambda one: one["achterstandsscore_raw"].sum() / one["pupils"].sum()),
    "staffing_positive_share": _in(2019, lambda schools: (schools["achterstandsscore"] > 0).mean()),
    "staffing_score_quantile_85": _in(2019, lambda schools: schools["score_per_pupil"].quantile(0.85)),
    "staffing_score_quantile_95": _in(2019, lambda schools: schools["score_per_pupil"].quantile(0.95)),
    "staffing_weging_quantile_25": _in(2019, lambda schools: schools["schoolweging"].quantile(0.25)),
    "staffing_weging_quantile_50": _in(2019, lambda schools: schools["schoolweging"].quantile(0.50)),
    "staffing_weging_quantile_75": _in(2019, lambda schools: schools["schoolweging"].quantile(0.75)),
    "staffing_weging_quantile_95": _in(2019, lambda schools: schools["schoolweging"].quantile(0.95)),
    "staffing_positive_above_30": _in(2019, lambda schools: _above_30(schools, "achterstandsscore")),
    "staffing_weging_score_correlation": _in(2019, _weging_score_correlation),
    "staffing_amsterdam_teachers": _amsterdam(2018, lambda _, persons: persons.sum()),
    "staffing_amsterdam_fte_2016": _amsterdam(2016, _mean_fte),
    "staffing_amsterdam_fte_2018": _amsterdam(2018, _mean_fte),
}
