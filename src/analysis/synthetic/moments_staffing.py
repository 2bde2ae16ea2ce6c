"""The staffing panel's side of every published figure: figure id to a function of the world's frames.

Sums of euros, and the number of Amsterdam's teachers, are meant for scale 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

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

World = Mapping[str, pd.DataFrame]
Moment = Callable[[World], float]


def _in(world: World, year: int) -> pd.DataFrame:
    return _of_year(world["by_location_year"], year)


@once_per_frame
def _of_year(frame: pd.DataFrame, year: int) -> pd.DataFrame:
    return frame[frame["year"] == year]


def _region(world: World, g5: bool) -> pd.DataFrame:
    return _of_region(_in(world, LAST_YEAR), g5)


@once_per_frame
def _of_region(frame: pd.DataFrame, g5: bool) -> pd.DataFrame:
    return frame[frame["g5"] == g5]


def _of_employment(frame: pd.DataFrame) -> float:
    return float(np.average(frame["shortage"], weights=frame["teachers_fte"]))


def shortage_mean(world: World, *, g5: bool) -> float:
    """Shortage as a share of employment, 2024."""
    return _of_employment(_region(world, g5))


def shortage_zero(world: World, *, g5: bool) -> float:
    """Share of schools without a shortage, 2024."""
    return float((_region(world, g5)["shortage"] == 0).mean())


def shortage_above_30(world: World, *, g5: bool) -> float:
    """Share of schools with a shortage above 30%, 2024."""
    return float((_region(world, g5)["shortage"] > 0.30).mean())


def shortage_g5_high_weging(world: World) -> float:
    """Shortage as a share of employment at schools of the G5 with a high schoolweging, 2024."""
    frame = _region(world, g5=True)
    return _of_employment(frame[frame["schoolweging"] >= HIGH_WEGING])


def shortage_rises(world: World) -> float:
    """1 when the mean shortage rises from every quintile of schoolweging to the next, 2024."""
    frame = _in(world, LAST_YEAR)
    quintile = pd.qcut(frame["schoolweging"], 5, labels=False)
    return float(frame.groupby(quintile)["shortage"].mean().is_monotonic_increasing)


def insufficient(world: World, *, large: bool) -> float:
    """Share of schools judged insufficient, with a shortage of 5% or more, or with less, 2023."""
    frame = _in(world, 2023)
    return float(frame.loc[(frame["shortage"] >= LARGE_SHORTAGE) == large, "insufficient"].mean())


def oab_share(world: World) -> float:
    """Share of schools that receive OAB money, 2024."""
    return float((_in(world, LAST_YEAR)["oab_euro"] > 0).mean())


def oab_of_schools(world: World) -> float:
    """OAB money of all schools together, euros, 2024."""
    return float(_in(world, LAST_YEAR)["oab_euro"].sum())


def oab_in_all(world: World) -> float:
    """OAB money of schools and municipalities, euros, 2024; the panel has schools, whose share is given."""
    return oab_of_schools(world) / OAB_SHARE_OF_SCHOOLS


def oab_mean(world: World) -> float:
    """Mean OAB money per receiving school, euros, 2024."""
    money = _in(world, LAST_YEAR)["oab_euro"]
    return float(money[money > 0].mean())


def oab_mostly_above_30(world: World) -> float:
    """1 when more than half of the receiving schools have a schoolweging above 30, 2024."""
    frame = _in(world, LAST_YEAR)
    return float((frame.loc[frame["oab_euro"] > 0, "schoolweging"] > 30).mean() > 0.5)


def weging_in_range(world: World) -> float:
    """Share of schools with a schoolweging between 20 and 40, 2024."""
    return float(_in(world, LAST_YEAR)["schoolweging"].between(20, 40).mean())


def toelage_share(world: World) -> float:
    """Share of schools that receive the arbeidsmarkttoelage, 2021."""
    return float((_in(world, TOELAGE_START)["amt_euro"] > 0).mean())


def toelage_of_pay(world: World) -> float:
    """Mean, over receiving schools, of the toelage as a share of the staff's cost, 2021."""
    frame = _in(world, TOELAGE_START)
    paid = frame[frame["amt_euro"] > 0]
    cost = paid["teachers_fte"] * STAFF_PER_TEACHER * HOURS_PER_FTE * ON_COSTS * paid["wage"]
    return float((paid["amt_euro"] / cost).mean())


def toelage_two_years(world: World) -> float:
    """Toelage paid in the first two school years, euros."""
    return float(sum(_in(world, year)["amt_euro"].sum() for year in (TOELAGE_START, TOELAGE_START + 1)))


def toelage_effect(world: World, *, outcome: str) -> float:
    """Difference in differences of the toelage: schools that received OAB money in 2016, after less before 2021.

    Among all schools the ratio of pupils to teachers would show the older trend between low- and high-score schools.
    """
    means = _before_and_after(world["by_location_year"])[outcome]
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


def wage_rise(world: World) -> float:
    """Effect of the toelage on the hourly wage, a share."""
    return float(np.expm1(toelage_effect(world, outcome="log_wage")))


def _ratio(world: World, year: int, *, high: bool) -> float:
    scores = _in(world, BASE_YEAR).set_index("location")["achterstandsscore"] > 0
    frame = _in(world, year)
    ratio = frame["pupils"] / frame["teachers_fte"]
    return float(ratio[frame["location"].map(scores) == high].mean())


def ratio_change_high(world: World) -> float:
    """Change in pupils per teacher since 2016 at high-score schools, 2024."""
    return _ratio(world, LAST_YEAR, high=True) - _ratio(world, BASE_YEAR, high=True)


def ratio_fell_low(world: World) -> float:
    """1 when pupils per teacher fell since 2016 at low-score schools, 2024."""
    return float(_ratio(world, LAST_YEAR, high=False) < _ratio(world, BASE_YEAR, high=False))


def more_teachers_high(world: World) -> float:
    """1 when high-score schools have more teachers per pupil, in 2016 and in 2024."""
    return float(
        all(_ratio(world, year, high=True) < _ratio(world, year, high=False) for year in (BASE_YEAR, LAST_YEAR))
    )


def pupils_mean(world: World) -> float:
    """Mean pupils per school, 2019."""
    return float(_in(world, 2019)["pupils"].mean())


def raw_per_pupil(world: World) -> float:
    """Achterstandsscore without threshold, per pupil of the country, 2019."""
    frame = _in(world, 2019)
    return float(frame["achterstandsscore_raw"].sum() / frame["pupils"].sum())


def positive_share(world: World) -> float:
    """Share of schools with an achterstandsscore above zero, 2019."""
    return float((_in(world, 2019)["achterstandsscore"] > 0).mean())


def score_quantile(world: World, *, chance: float) -> float:
    """Quantile over schools of the achterstandsscore per pupil, 2019."""
    return float(_in(world, 2019)["score_per_pupil"].quantile(chance))


def weging_quantile(world: World, *, chance: float) -> float:
    """Quantile over schools of the schoolweging, 2019."""
    return float(_in(world, 2019)["schoolweging"].quantile(chance))


def positive_above_30(world: World) -> float:
    """Share of schools with a schoolweging above 30 among those with a score above zero, 2019."""
    frame = _in(world, 2019)
    return float((frame.loc[frame["achterstandsscore"] > 0, "schoolweging"] > 30).mean())


def weging_score_correlation(world: World) -> float:
    """Rank correlation over schools of schoolweging and score without threshold per pupil, 2019."""
    frame = _in(world, 2019)
    return float(frame["schoolweging"].corr(frame["achterstandsscore_raw"] / frame["pupils"], method="spearman"))


def _amsterdam(world: World, year: int) -> pd.DataFrame:
    frame = _in(world, year)
    return frame[frame["municipality"] == "Amsterdam"]


def amsterdam_teachers(world: World) -> float:
    """Teachers, in persons, at Amsterdam's basisscholen, 2018."""
    frame = _amsterdam(world, 2018)
    return float((frame["teachers_fte"] * FULL_TIME / frame["hours"]).sum())


def amsterdam_fte(world: World, *, year: int) -> float:
    """Mean fte of a teacher at Amsterdam's basisscholen."""
    frame = _amsterdam(world, year)
    return float(frame["teachers_fte"].sum() / (frame["teachers_fte"] * FULL_TIME / frame["hours"]).sum())


MOMENTS: dict[str, Moment] = {
    "staffing_shortage_g5": partial(shortage_mean, g5=True),
    "staffing_shortage_outside": partial(shortage_mean, g5=False),
    "staffing_no_shortage_g5": partial(shortage_zero, g5=True),
    "staffing_no_shortage_outside": partial(shortage_zero, g5=False),
    "staffing_shortage_above_30_g5": partial(shortage_above_30, g5=True),
    "staffing_shortage_above_30_outside": partial(shortage_above_30, g5=False),
    "staffing_shortage_g5_high_weging": shortage_g5_high_weging,
    "staffing_shortage_rises_with_weging": shortage_rises,
    "staffing_insufficient_large_shortage": partial(insufficient, large=True),
    "staffing_insufficient_small_shortage": partial(insufficient, large=False),
    "staffing_oab_share": oab_share,
    "staffing_oab_schools_euro": oab_of_schools,
    "staffing_oab_total_euro": oab_in_all,
    "staffing_oab_mean_receiving": oab_mean,
    "staffing_oab_mostly_above_30": oab_mostly_above_30,
    "staffing_weging_in_range": weging_in_range,
    "staffing_toelage_share": toelage_share,
    "staffing_toelage_of_pay": toelage_of_pay,
    "staffing_toelage_two_years_euro": toelage_two_years,
    "staffing_toelage_effect_inflow": partial(toelage_effect, outcome="inflow"),
    "staffing_toelage_effect_outflow": partial(toelage_effect, outcome="outflow"),
    "staffing_toelage_effect_retention": partial(toelage_effect, outcome="retention"),
    "staffing_toelage_effect_hours": partial(toelage_effect, outcome="hours"),
    "staffing_toelage_effect_ratio": partial(toelage_effect, outcome="pupils_per_teacher"),
    "staffing_ratio_change_high": ratio_change_high,
    "staffing_ratio_fell_low": ratio_fell_low,
    "staffing_more_teachers_high": more_teachers_high,
    "staffing_wage_rise": wage_rise,
    "staffing_pupils_mean": pupils_mean,
    "staffing_raw_per_pupil": raw_per_pupil,
    "staffing_positive_share": positive_share,
    "staffing_score_quantile_85": partial(score_quantile, chance=0.85),
    "staffing_score_quantile_95": partial(score_quantile, chance=0.95),
    "staffing_weging_quantile_25": partial(weging_quantile, chance=0.25),
    "staffing_weging_quantile_50": partial(weging_quantile, chance=0.50),
    "staffing_weging_quantile_75": partial(weging_quantile, chance=0.75),
    "staffing_weging_quantile_95": partial(weging_quantile, chance=0.95),
    "staffing_positive_above_30": positive_above_30,
    "staffing_weging_score_correlation": weging_score_correlation,
    "staffing_amsterdam_teachers": amsterdam_teachers,
    "staffing_amsterdam_fte_2016": partial(amsterdam_fte, year=2016),
    "staffing_amsterdam_fte_2018": partial(amsterdam_fte, year=2018),
}
