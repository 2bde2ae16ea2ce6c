"""Moments of the advice part of a world, to compare with published figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.advice_levels import NUMBER_OF_LEVEL, VWO, deviation
from analysis.synthetic.advice_truth import group_dummies
from analysis.synthetic.once import once_per_frame

Frames = Mapping[str, pd.DataFrame]
Moment = Callable[[Frames], float]

CITY, COUNTRY = "by_pupil_advice", "by_pupil_advice_national"
SINCE_BIJSTELLING = 2014
YEAR3_COHORT = 2016  # started in secondary education in 2017/18
CITY_PUPILS = 61_919  # pupils at basisscholen in 2019/20, as published


def _cohort(frames: Frames, name: str, year: int) -> pd.DataFrame:
    return _of_year(frames[name], year)


@once_per_frame
def _of_year(frame: pd.DataFrame, year: int) -> pd.DataFrame:
    return frame[frame["year"] == year]


def _vwo_share(frames: Frames, education: str | None = None) -> float:
    """Share of final advices for vwo in 2018/19, of all pupils or of those with parents of one education."""
    pupils = _cohort(frames, CITY, 2018)
    chosen = pupils if education is None else pupils[pupils["education"] == education]
    return float((chosen["advice_final"] == VWO).mean())


def _deviating_share(
    frames: Frames, name: str, year: int, sign: int, *, step: float = 0.5, stage: str = "advice_first"
) -> float:
    """Share with an advice at least `step` levels below (sign -1) or above (+1) the test's, of those with a test."""
    difference = deviation(_cohort(frames, name, year), stage).dropna()
    return float((sign * difference >= step).mean())


def _revised_share(frames: Frames, name: str, year: int) -> float:
    """Share of the under-advised whose advice was revised."""
    pupils = _cohort(frames, name, year)
    return float(pupils.loc[deviation(pupils) < 0, "revised"].mean())


def _unknown_deviation(frames: Frames) -> float:
    """Count the pupils of the cohort followed to year 3 without a test, in a city of the published size.

    Their deviation is unknown. The city's pupils make the count comparable at every scale.
    """
    unknown = _cohort(frames, CITY, YEAR3_COHORT)["cet"].isna().sum()
    return float(unknown * CITY_PUPILS / len(frames["by_pupil"]))


def _followed(frames: Frames) -> tuple[pd.DataFrame, pd.Series]:
    pupils = _cohort(frames, CITY, YEAR3_COHORT).dropna(subset=["year3", "cet"])
    return pupils, pupils["year3"] - pupils["advice_final"]


def _at_advice_in_year3(frames: Frames) -> float:
    """Share in year 3 at the level of the final advice, or at one of the two levels of a double advice."""
    return float((_followed(frames)[1].abs() <= 0.5).mean())


def _moved_up_unrevised(frames: Frames) -> float:
    """Share above the level of the advice in year 3, of the under-advised without bijstelling."""
    pupils, moved = _followed(frames)
    chosen = (deviation(pupils) < 0) & ~pupils["revised"]
    return float((moved[chosen] > 0.5).mean())


@once_per_frame
def _tested(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[(frame["year"] >= SINCE_BIJSTELLING) & frame["cet"].notna()]


def _projection(outcome: pd.Series, pupils: pd.DataFrame) -> pd.Series:
    """Least squares of an outcome on the groups and the school's share hoog, given test advice and year."""
    design, own = _design(pupils)
    slopes: NDArray[np.float64] = np.linalg.lstsq(design, outcome.to_numpy(float))[0]
    return pd.Series(slopes[: len(own)], index=own)


@once_per_frame
def _design(pupils: pd.DataFrame) -> tuple[NDArray[np.float64], list[str]]:
    bands = [pd.get_dummies(pupils[name], dtype=float) for name in ("test_advice_low", "test_advice_high", "year")]
    own = group_dummies(pupils).assign(share_hoog=pupils["share_hoog"])
    return np.column_stack([own, *bands]), list(own.columns)


def _published_signs(frames: Frames, outcome: str) -> float:
    """Count the coefficients with the published sign in a linear probability model.

    Under-advice: low education, non-western background, low income and one parent raise it, the school's share of
    highly educated parents lowers it; over-advice the reverse. Bijstelling, among the under-advised: low education
    lowers it, non-western background raises it.
    """
    pupils = _tested(frames[CITY])
    if outcome == "revised":
        pupils = pupils[deviation(pupils) < 0]
        slope = _projection(pupils["revised"], pupils)
        return float(int(slope["laag"] < 0) + int(slope["nonwestern"] > 0))
    sign = -1 if outcome == "under" else 1
    slope = -sign * _projection(sign * deviation(pupils) > 0, pupils)
    raised = slope[["laag", "nonwestern", "low_income", "one_parent"]] > 0
    return float(int(raised.sum()) + int(slope["share_hoog"] < 0))


def _share_at_score(frames: Frames, education: str, cet: int, meets: Callable[[pd.DataFrame], pd.Series]) -> float:
    """Share of the country's pupils with one test score and parents of one education, all cohorts together."""
    pupils = frames[COUNTRY]
    return float(meets(pupils[(pupils["cet"] == cet) & (pupils["education"] == education)]).mean())


def _below_vwo(pupils: pd.DataFrame) -> pd.Series:
    return pupils["advice_final"] < VWO


def _in_vwo_class(pupils: pd.DataFrame) -> pd.Series:
    return pupils["year1"] == VWO


def _broad_class_at_top(frames: Frames) -> float:
    """Share in a class for havo and vwo among those with the highest scores (549 and 550), cohort 2013/14."""
    pupils = _cohort(frames, COUNTRY, 2013)
    return float((pupils.loc[pupils["cet"] >= 549, "year1"] == NUMBER_OF_LEVEL["havo/vwo"]).mean())


def _revised_ratio(frames: Frames) -> float:
    """Ratio of the shares of all pupils with a revised advice in 2015/16 and 2014/15."""
    later, earlier = (_cohort(frames, COUNTRY, year)["revised"].mean() for year in (2015, 2014))
    return float(later / earlier)


def _by_quintile(frames: Frames, quintile: int, share: Moment) -> float:
    """Compute a share of 2018/19 among the country's pupils of one income quintile."""
    pupils = _cohort(frames, COUNTRY, 2018)
    return share({COUNTRY: pupils[pupils["income_quintile"] == quintile]})


_under_2018: Moment = partial(_deviating_share, name=COUNTRY, year=2018, sign=-1)
_revised_2018: Moment = partial(_revised_share, name=COUNTRY, year=2018)

MOMENTS: dict[str, Moment] = {
    "advice_vwo_2018": _vwo_share,
    "advice_vwo_hoog_2018": partial(_vwo_share, education="hoog"),
    "advice_vwo_laag_2018": partial(_vwo_share, education="laag"),
    "advice_over_2018": partial(_deviating_share, name=CITY, year=2018, sign=1),
    "advice_under_2018": partial(_deviating_share, name=CITY, year=2018, sign=-1),
    "advice_revised_2014": partial(_revised_share, name=CITY, year=2014),
    "advice_revised_2017": partial(_revised_share, name=CITY, year=2017),
    "advice_revised_2018": partial(_revised_share, name=CITY, year=2018),
    "advice_year3_at_advice": _at_advice_in_year3,
    "advice_year3_up_unrevised": _moved_up_unrevised,
    "advice_year3_unknown": _unknown_deviation,
    "advice_signs_under": partial(_published_signs, outcome="under"),
    "advice_signs_over": partial(_published_signs, outcome="over"),
    "advice_signs_revised": partial(_published_signs, outcome="revised"),
    "advice_nl_under_2014": partial(_deviating_share, name=COUNTRY, year=2014, sign=-1, step=1, stage="advice_final"),
    "advice_nl_under_2015": partial(_deviating_share, name=COUNTRY, year=2015, sign=-1, step=1, stage="advice_final"),
    "advice_nl_over_2014": partial(_deviating_share, name=COUNTRY, year=2014, sign=1, step=1, stage="advice_final"),
    "advice_nl_over_2015": partial(_deviating_share, name=COUNTRY, year=2015, sign=1, step=1, stage="advice_final"),
    "advice_nl_revised_ratio": _revised_ratio,
    "advice_nl_549_laag": partial(_share_at_score, education="laag", cet=549, meets=_below_vwo),
    "advice_nl_545_hoog": partial(_share_at_score, education="hoog", cet=545, meets=_in_vwo_class),
    "advice_nl_545_laag": partial(_share_at_score, education="laag", cet=545, meets=_in_vwo_class),
    "advice_nl_broad_class_top": _broad_class_at_top,
    "advice_cbs_under": _under_2018,
    "advice_cbs_under_q2": partial(_by_quintile, quintile=2, share=_under_2018),
    "advice_cbs_under_q5": partial(_by_quintile, quintile=5, share=_under_2018),
    "advice_cbs_revised": _revised_2018,
    "advice_cbs_revised_q2": partial(_by_quintile, quintile=2, share=_revised_2018),
    "advice_cbs_revised_q5": partial(_by_quintile, quintile=5, share=_revised_2018),
}
