"""What under-advice, over-advice, bijstelling and a move up or down are, for the whole chapter.

Publications differ in them (before or after bijstelling, half or whole levels, who counts as low-educated), so all of
it is a parameter, and nothing below knows a publication.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.advice_levels import NUMBER_OF_LEVEL
from analysis.errors import ModelError, Reason
from analysis.school_years import school_year

NONWESTERN = ("moroccan", "turkish", "surinamese", "other_nonwestern")
HOUSEHOLDS = ("two parents", "one parent")
ORIGINS = ("none", "western", "non-western")
EDUCATION = ("laag", "middelbaar", "hoog", "onbekend")
STAGES = ("first", "final")
DOUBLES = ("middle", "range")

# Which advices a scheme of the test gives, lowest first; schemes differ in the number of cut scores.
SINGLE_AND_DOUBLE = ("vmbo-b", "vmbo-b/k", "vmbo-k", "vmbo-gt", "vmbo-gt/havo", "havo", "havo/vwo", "vwo")
NEARLY_ALL_DOUBLE = ("pro/vmbo-b", "vmbo-b/k", "vmbo-k/gt", "vmbo-gt/havo", "havo/vwo", "vwo")
SCHEMES = {len(scheme): scheme for scheme in (SINGLE_AND_DOUBLE, NEARLY_ALL_DOUBLE)}

LEVEL_NAMES = {number: name for name, number in NUMBER_OF_LEVEL.items()}
"""How the levels of an advice are written, lowest first."""

DEVIATIONS = ("a level or more below", "half a level below", "equal", "half a level above", "a level or more above")
POSITIONS = ("below the advice", "at the advice", "above the advice")
TEXTS = ("location", "education", "background", "income", "sex", "region", "urbanicity")
"""Columns of text and classes: as categories, comparing and counting them costs a tenth."""

UNDER_NOT_REVISED, UNDER_REVISED = "under-advised, not revised", "under-advised, revised"
ADVISINGS = (UNDER_NOT_REVISED, UNDER_REVISED, "advice as the test", "over-advised", "no test")


@dataclass(frozen=True)
class Definitions:
    """What the words of a publication mean.

    Parameters
    ----------
    stage : which advice is compared with the test: ``first`` (before bijstelling) or ``final`` (after it)
    step : smallest deviation, in levels, that is under- or over-advice: 0.5 or 1
    double
        How a double test advice is compared: ``middle`` (the advice is compared with the middle of its two levels) or
        ``range`` (every advice from its lower to its higher level is equal to it).
    cut_scores
        Lowest score of each advice of the test, by the school year (``2018/19``) from which it holds; eight scores for
        `SINGLE_AND_DOUBLE`, six for `NEARLY_ALL_DOUBLE`. Empty: the test advice is the one in the data.
    low_education : levels of parental education that count as laag
    revision_from : first school year in which a higher test could lead to a bijstelling
    """

    stage: str = "first"
    step: float = 0.5
    double: str = "middle"
    cut_scores: Mapping[str, Sequence[int]] = field(default_factory=dict)
    low_education: tuple[str, ...] = ("laag",)
    revision_from: str = "2014/15"

    def __post_init__(self) -> None:
        _check(self.stage in STAGES, "stage", self.stage, STAGES)
        _check(self.double in DOUBLES, "double", self.double, DOUBLES)
        _check(self.step in (0.5, 1), "step", self.step, (0.5, 1))
        _check(set(self.low_education) <= set(EDUCATION), "low_education", self.low_education, EDUCATION)
        for year, scores in self.cut_scores.items():
            known = len(scores) in SCHEMES and list(scores) == sorted(set(scores))
            _check(known, f"cut_scores of {year}", scores, ("8 or 6 increasing scores",))

    @property
    def column(self) -> str:
        """The column of the advice that is compared with the test."""
        return f"advice_{self.stage}"

    @property
    def first_revised(self) -> int:
        """Calendar year in which the first school year with bijstelling starts."""
        return int(self.revision_from[:4])

    def with_bijstelling(self, pupils: pd.DataFrame) -> pd.DataFrame:
        """Select the cohorts in which a higher test could lead to a bijstelling.

        Parameters
        ----------
        pupils : as `define` returns them

        Returns
        -------
        DataFrame : their pupils, tested or not
        """
        return pupils[pupils["year"] >= self.first_revised]


def levels_of(advice: str) -> tuple[float, float]:
    """Split an advice in its levels.

    Parameters
    ----------
    advice : as ``vmbo-k/gt``, the levels vmbo-k and vmbo-gt: what both share is written once

    Returns
    -------
    tuple of float : numbers of the lower and the higher level; of a single advice they are the same
    """
    if "/" not in advice:
        return NUMBER_OF_LEVEL[advice], NUMBER_OF_LEVEL[advice]
    low, high = advice.split("/")
    return NUMBER_OF_LEVEL[low], NUMBER_OF_LEVEL[high if high in NUMBER_OF_LEVEL else f"vmbo-{high}"]


TEST_ADVICE_NAMES = dict(
    sorted({sum(levels_of(name)) / 2: name for names in SCHEMES.values() for name in names}.items())
)
"""How the advices of the test are written, lowest first, by the number in their middle."""


def advice_of_score(score: pd.Series, year: pd.Series, cut_scores: Mapping[str, Sequence[int]]) -> pd.DataFrame:
    """Give each score the advice of the scheme of its year.

    Parameters
    ----------
    score : CET score; missing where the test was not sat
    year : school year, by its first calendar year
    cut_scores : as in `Definitions`

    Returns
    -------
    DataFrame
        ``low, high``: level numbers, indexed as `score`; missing without a score, below the lowest cut score and in
        years before the first scheme.
    """
    advice = pd.DataFrame(np.nan, index=score.index, columns=["low", "high"])
    for start, scores in sorted(cut_scores.items()):
        levels = np.array([levels_of(name) for name in SCHEMES[len(scores)]])
        band = np.searchsorted(np.array(scores), score.to_numpy(float), "right") - 1
        valid = (year.to_numpy() >= int(start[:4])) & score.notna().to_numpy()
        by_score = np.where((band >= 0)[:, None], levels[np.maximum(band, 0) % len(levels)], np.nan)
        advice.loc[valid] = by_score[valid]
    return advice


def define(by_pupil_advice: pd.DataFrame, definitions: Definitions) -> pd.DataFrame:
    """Add to each pupil what the chapter counts, by one set of definitions.

    Parameters
    ----------
    by_pupil_advice : as the contract of that table says; ``year`` is the first calendar year of the school year
    definitions : what the words mean

    Returns
    -------
    DataFrame
        The pupils, columns of `TEXTS` as categories, with ``education`` recoded by ``low_education``,
        ``test_advice_low``, ``test_advice_high`` by the cut scores, and

        - ``origin``: background as one of `ORIGINS`; ``household``: two parents or one;
        - ``school_year``: ``2018/19``; ``test_advice``: middle of the test's advice, a level number;
        - ``difference``: advice minus test advice, in levels; ``deviation``: the same in the classes `DEVIATIONS`;
        - ``under, over`` (1 or 0, by ``step``), missing without a test;
        - ``at_risk``: could be revised: first advice below the test's (in any half level), in a year with bijstelling;
        - ``moved``: level in year 3 minus final advice; ``position``: the same as one of `POSITIONS`, either level of a
          double advice being at the advice; both missing where a pupil was not followed;
        - ``advising``: one of `ADVISINGS`, by the first advice.
    """
    education = by_pupil_advice["education"]
    recoded = education.where(~education.isin(definitions.low_education), "laag")
    frame = _as_categories(by_pupil_advice.assign(education=recoded))
    if definitions.cut_scores:
        frame[["test_advice_low", "test_advice_high"]] = advice_of_score(
            frame["cet"], frame["year"], definitions.cut_scores
        ).to_numpy()
    first = difference_of(frame, "advice_first", definitions.double)
    difference = difference_of(frame, definitions.column, definitions.double)
    moved, background = frame["year3"] - frame["advice_final"], frame["background"]
    beyond = [difference <= -1, difference < 0, difference == 0, difference < 1, difference >= 1]
    return frame.assign(
        origin=_classes([background == "none", background == "western", background.isin(NONWESTERN)], ORIGINS),
        household=_ordered(frame["one_parent"].to_numpy(np.int64), HOUSEHOLDS),
        school_year=_school_years(frame["year"]),
        test_advice=(frame["test_advice_low"] + frame["test_advice_high"]) / 2,
        difference=difference,
        deviation=_classes(beyond, DEVIATIONS),
        under=(difference <= -definitions.step).astype(float).where(difference.notna()),
        over=(difference >= definitions.step).astype(float).where(difference.notna()),
        at_risk=(first < 0) & (frame["year"] >= definitions.first_revised),
        moved=moved,
        position=_classes([moved < -0.5, (moved >= -0.5) & (moved <= 0.5), moved > 0.5], POSITIONS),
        advising=_classes([(first < 0) & ~frame["revised"], first < 0, first == 0, first > 0, first.isna()], ADVISINGS),
    )


def difference_of(frame: pd.DataFrame, column: str, double: str) -> pd.Series:
    """Subtract the test's advice from the advice in a column.

    Parameters
    ----------
    frame, column : the pupils, and the column
    double : how a double test advice is compared, as in `Definitions`

    Returns
    -------
    Series : in levels; missing without a test
    """
    low, high = frame["test_advice_low"], frame["test_advice_high"]
    if double == "middle":
        return frame[column] - (low + high) / 2
    return frame[column] - frame[column].clip(low, high).where(low.notna())


def _as_categories(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype({name: "category" for name in TEXTS if name in frame and frame[name].dtype != "category"})


def _school_years(year: pd.Series) -> pd.Categorical[str]:
    codes, years = pd.factorize(year, sort=True)
    return _ordered(codes, [school_year(int(first)) for first in years])


def _classes(conditions: Sequence[pd.Series], names: Sequence[str]) -> pd.Categorical[str]:
    """Return the name of the first condition that holds; missing where none does."""
    return _ordered(np.select(list(conditions), range(len(names)), -1), names)


def _ordered(codes: NDArray[np.int64], names: Sequence[str]) -> pd.Categorical[str]:
    return pd.Categorical.from_codes(codes.astype(np.int64), categories=pd.Index(names), ordered=True)


def _check(holds: bool, name: str, given: object, allowed: Sequence[object]) -> None:
    if not holds:
        raise ModelError(
            f"definitions: {name} is {given}; it must be of {', '.join(map(str, allowed))}", Reason.INVALID
        )
