"""What the advice part of a world says about the published figures: one function per figure."""

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

CITY, COUNTRY = "by_pupil_advice", "by_pupil_advice_national"
SINCE_BIJSTELLING = 2014
YEAR3_COHORT = 2016  # started in secondary education in 2017/18
CITY_PUPILS = 61_919  # pupils at basisscholen in 2019/20, as published


def _cohort(frames: Frames, name: str, year: int) -> pd.DataFrame:
    return _of_year(frames[name], year)


@once_per_frame
def _of_year(frame: pd.DataFrame, year: int) -> pd.DataFrame:
    return frame[frame["year"] == year]


def vwo_share(frames: Frames, education: str | None) -> float:
    """Share of final advices for vwo in 2018/19, of all pupils or of those with parents of one education."""
    pupils = _cohort(frames, CITY, 2018)
    chosen = pupils if education is None else pupils[pupils["education"] == education]
    return float((chosen["advice_final"] == VWO).mean())


def deviating_share(
    frames: Frames, name: str, year: int, sign: int, *, step: float = 0.5, stage: str = "advice_first"
) -> float:
    """Share with an advice at least `step` levels below (sign -1) or above (+1) the test's, of those with a test."""
    difference = deviation(_cohort(frames, name, year), stage).dropna()
    return float((sign * difference >= step).mean())


def revised_share(frames: Frames, name: str, year: int) -> float:
    """Share of the under-advised whose advice was revised."""
    pupils = _cohort(frames, name, year)
    return float(pupils.loc[deviation(pupils) < 0, "revised"].mean())


def unknown_deviation(frames: Frames) -> float:
    """Count the pupils of the cohort followed to year 3 without a test, in a city of the published size.

    Their deviation is unknown. The city's pupils make the count comparable at every scale.
    """
    unknown = _cohort(frames, CITY, YEAR3_COHORT)["cet"].isna().sum()
    return float(unknown * CITY_PUPILS / len(frames["by_pupil"]))


def _followed(frames: Frames) -> tuple[pd.DataFrame, pd.Series]:
    pupils = _cohort(frames, CITY, YEAR3_COHORT).dropna(subset=["year3", "cet"])
    return pupils, pupils["year3"] - pupils["advice_final"]


def at_advice_in_year3(frames: Frames) -> float:
    """Share in year 3 at the level of the final advice, or at one of the two levels of a double advice."""
    return float((_followed(frames)[1].abs() <= 0.5).mean())


def moved_up_unrevised(frames: Frames) -> float:
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


def published_signs(frames: Frames, outcome: str) -> float:
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


def change_over_years(frames: Frames, sign: int, step: float) -> float:
    """Change in the share of deviating advices from 2014/15 to 2018/19."""
    last, first = (deviating_share(frames, CITY, year, sign, step=step) for year in (2018, 2014))
    return last - first


def below_vwo_at_549(frames: Frames, education: str) -> float:
    """Share with a final advice below vwo at a test score of 549, all cohorts together."""
    pupils = frames[COUNTRY]
    chosen = pupils[(pupils["cet"] == 549) & (pupils["education"] == education)]
    return float((chosen["advice_final"] < VWO).mean())


def vwo_class_at_545(frames: Frames, education: str) -> float:
    """Share in a class for vwo alone at a test score of 545, all cohorts together."""
    pupils = frames[COUNTRY]
    chosen = pupils[(pupils["cet"] == 545) & (pupils["education"] == education)]
    return float((chosen["year1"] == VWO).mean())


def broad_class_at_top(frames: Frames) -> float:
    """Share in a class for havo and vwo among those with the highest scores (549 and 550), cohort 2013/14."""
    pupils = _cohort(frames, COUNTRY, 2013)
    return float((pupils.loc[pupils["cet"] >= 549, "year1"] == NUMBER_OF_LEVEL["havo/vwo"]).mean())


def revised_ratio(frames: Frames) -> float:
    """Ratio of the shares of all pupils with a revised advice in 2015/16 and 2014/15."""
    later, earlier = (_cohort(frames, COUNTRY, year)["revised"].mean() for year in (2015, 2014))
    return float(later / earlier)


def by_quintile(frames: Frames, quintile: int, outcome: str) -> float:
    """Under-advice (``under``) or bijstelling among the under-advised (``revised``) in 2018/19 in one quintile."""
    pupils = _cohort(frames, COUNTRY, 2018)
    one = {COUNTRY: pupils[pupils["income_quintile"] == quintile]}
    return deviating_share(one, COUNTRY, 2018, -1) if outcome == "under" else revised_share(one, COUNTRY, 2018)


MOMENTS: dict[str, Callable[[Frames], float]] = {
    "advice_vwo_2018": partial(vwo_share, education=None),
    "advice_vwo_hoog_2018": partial(vwo_share, education="hoog"),
    "advice_vwo_laag_2018": partial(vwo_share, education="laag"),
    "advice_over_2018": partial(deviating_share, name=CITY, year=2018, sign=1),
    "advice_under_2018": partial(deviating_share, name=CITY, year=2018, sign=-1),
    "advice_revised_2014": partial(revised_share, name=CITY, year=2014),
    "advice_revised_2017": partial(revised_share, name=CITY, year=2017),
    "advice_revised_2018": partial(revised_share, name=CITY, year=2018),
    "advice_year3_at_advice": at_advice_in_year3,
    "advice_year3_up_unrevised": moved_up_unrevised,
    "advice_year3_unknown": unknown_deviation,
    "advice_signs_under": partial(published_signs, outcome="under"),
    "advice_signs_over": partial(published_signs, outcome="over"),
    "advice_signs_revised": partial(published_signs, outcome="revised"),
    "advice_nl_under_2014": partial(deviating_share, name=COUNTRY, year=2014, sign=-1, step=1, stage="advice_final"),
    "advice_nl_under_2015": partial(deviating_share, name=COUNTRY, year=2015, sign=-1, step=1, stage="advice_final"),
    "advice_nl_over_2014": partial(deviating_share, name=COUNTRY, year=2014, sign=1, step=1, stage="advice_final"),
    "advice_nl_over_2015": partial(deviating_share, name=COUNTRY, year=2015, sign=1, step=1, stage="advice_final"),
    "advice_nl_revised_ratio": revised_ratio,
    "advice_nl_549_laag": partial(below_vwo_at_549, education="laag"),
    "advice_nl_545_hoog": partial(vwo_class_at_545, education="hoog"),
    "advice_nl_545_laag": partial(vwo_class_at_545, education="laag"),
    "advice_nl_broad_class_top": broad_class_at_top,
    "advice_cbs_under": partial(deviating_share, name=COUNTRY, year=2018, sign=-1),
    "advice_cbs_under_q2": partial(by_quintile, quintile=2, outcome="under"),
    "advice_cbs_under_q5": partial(by_quintile, quintile=5, outcome="under"),
    "advice_cbs_revised": partial(revised_share, name=COUNTRY, year=2018),
    "advice_cbs_revised_q2": partial(by_quintile, quintile=2, outcome="revised"),
    "advice_cbs_revised_q5": partial(by_quintile, quintile=5, outcome="revised"),
}
