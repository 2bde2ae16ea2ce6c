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
from analysis.chapters.advisering.models.test_advice import SCHEMES, refuse_slips, tested, with_a_test
from analysis.codes import BACKGROUND
from analysis.errors import ModelError, Reason
from analysis.school_years import school_year

KINDS = {code: background.kind for code, background in BACKGROUND.items()}
HOUSEHOLDS = ("two parents", "one parent")
ORIGINS = {"none": "none", "western": "western", "nonwestern": "non-western"}
"""What the kinds of background are called."""
EDUCATION = ("laag", "middelbaar", "hoog", "onbekend")
STAGES = ("first", "final")
DOUBLES = ("middle", "range")

LEVEL_NAMES = {number: name for name, number in NUMBER_OF_LEVEL.items()}
"""How the levels of an advice are written, lowest first."""

DEVIATIONS = ("a level or more below", "half a level below", "equal", "half a level above", "a level or more above")
POSITIONS = ("below the advice", "at the advice", "above the advice")
TEXTS = ("location", "education", "background", "income", "sex", "region", "urbanicity", "test")
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
        `SINGLE_AND_DOUBLE`, six for `NEARLY_ALL_DOUBLE`. They give an advice of the test to who has a score and none
        in the data.
    low_education : levels of parental education that count as laag
    revision_from : first school year in which a higher test could lead to a bijstelling
    years_without_test : school years in which no end test was given
    kinds : of each code of a background, its kind: one of `ORIGINS`
    """

    stage: str = "first"
    step: float = 0.5
    double: str = "middle"
    cut_scores: Mapping[str, Sequence[int]] = field(default_factory=dict)
    low_education: tuple[str, ...] = ("laag",)
    revision_from: str = "2014/15"
    years_without_test: tuple[str, ...] = ()
    kinds: Mapping[str, str] = field(default_factory=lambda: dict(KINDS))

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

        Raises
        ------
        ModelError
            For a cohort without a test that is not among `years_without_test`: then nobody can tell whether there was
            none, or it was lost.
        """
        recent = with_a_test(pupils[pupils["year"] >= self.first_revised])
        tested = recent["test_advice"].notna().groupby(recent["school_year"], observed=True).any()
        untested = [str(year) for year in tested.index[~tested]]
        if untested:
            raise ModelError(
                f"nobody has the advice of a test in {', '.join(untested)}; name it in years_without_test if none was "
                "given, else the data lost it",
                Reason.EMPTY,
            )
        return recent

    def breaks(self, pupils: pd.DataFrame) -> list[str]:
        """Return the school years that differ from the one before: another scheme, or none tested the year before."""
        resumed = [school_year(int(year[:4]) + 1) for year in self.years_without_test]
        return sorted({*sorted(self.cut_scores)[1:], *resumed} & set(pupils["school_year"].astype(str)))


def define(by_pupil_advice: pd.DataFrame, definitions: Definitions) -> pd.DataFrame:
    """Add to each pupil what the chapter counts, by one set of definitions.

    Parameters
    ----------
    by_pupil_advice
        As the contract of that table says; ``year`` is the first calendar year of the school year. Of the columns that
        are optional, what follows from one that is absent is absent too.
    definitions : what the words mean

    Returns
    -------
    DataFrame
        The pupils, columns of `TEXTS` as categories, with ``education`` recoded by ``low_education``; ``cet`` of who
        sat that test; ``test_advice_low``, ``test_advice_high`` as in the data, where they lack them by the cut
        scores; and

        - ``origin``: background as one of `ORIGINS`; ``household``: two parents or one;
        - ``school_year``: ``2018/19``; ``test_advice``: middle of the test's advice, a level number;
        - ``test_given``: whether a test was given that year, where there are years without one;
        - ``difference``: advice minus test advice, in levels; ``deviation``: the same in the classes `DEVIATIONS`;
        - ``under, over`` (1 or 0, by ``step``), missing without a test;
        - ``at_risk``: could be revised: first advice below the test's (in any half level), in a year with bijstelling;
        - ``moved``: level in year 3 minus final advice; ``position``: the same as one of `POSITIONS`, either level of a
          double advice being at the advice; both missing where a pupil was not followed;
        - ``advising``: one of `ADVISINGS`, by the first advice; missing where that is.

    Raises
    ------
    ModelError
        For a code of a background without a kind; where there is no advice of a test; where data and definitions
        contradict each other for more than `SLIPS`.
    """
    education = by_pupil_advice["education"]
    recoded = education.where(~education.isin(definitions.low_education), "laag")
    frame = _as_categories(by_pupil_advice.assign(education=recoded))
    frame = frame.assign(school_year=_school_years(frame["year"]))
    frame = tested(_with_groups(frame, definitions), definitions.cut_scores, definitions.years_without_test)
    _refuse_filled(frame)
    first = difference_of(frame, "advice_first", definitions.double)
    difference = difference_of(frame, definitions.column, definitions.double)
    moved = frame["year3"] - frame["advice_final"] if "year3" in frame else pd.Series(np.nan, frame.index)
    beyond = [difference <= -1, difference < 0, difference == 0, difference < 1, difference >= 1]
    untested = frame["test_advice"].isna()
    return frame.assign(
        difference=difference,
        deviation=_classes(beyond, DEVIATIONS),
        under=(difference <= -definitions.step).astype(float).where(difference.notna()),
        over=(difference >= definitions.step).astype(float).where(difference.notna()),
        at_risk=(first < 0) & (frame["year"] >= definitions.first_revised),
        moved=moved,
        position=_classes([moved < -0.5, (moved >= -0.5) & (moved <= 0.5), moved > 0.5], POSITIONS),
        advising=_classes([(first < 0) & ~frame["revised"], first < 0, first == 0, first > 0, untested], ADVISINGS),
    )


def _refuse_filled(frame: pd.DataFrame) -> None:
    """Refuse a column `revised` that says of whom the final advice is filled, as registers do from 2023/24 on."""
    risen = frame["advice_final"] > frame["advice_first"]
    refuse_slips(
        (frame["revised"] & ~risen & frame["advice_first"].notna()).to_numpy(),
        int(frame["revised"].sum()),
        "revised is true without a final advice above the first: of those revised",
        "revised is who got a higher advice, not of whom the register holds a second one",
    )


def _with_groups(frame: pd.DataFrame, definitions: Definitions) -> pd.DataFrame:
    """Add the groups that follow from columns that are there."""
    if "background" in frame:
        frame = frame.assign(origin=_origin(frame["background"], definitions.kinds))
    if "one_parent" in frame:
        if frame["one_parent"].isna().any():
            frame = frame.assign(one_parent=frame["one_parent"].map({True: 1.0, False: 0.0}).astype(float))
        codes = frame["one_parent"].fillna(-1).to_numpy(np.int64)
        frame = frame.assign(household=_ordered(codes, HOUSEHOLDS))
    return frame


def _origin(background: pd.Series, kinds: Mapping[str, str]) -> pd.Categorical[str]:
    codes = background.cat.categories
    unknown = sorted(set(background.dropna().unique()) - set(kinds))
    if unknown:
        raise ModelError(f"background: unknown codes {', '.join(map(repr, unknown))}", Reason.INVALID)
    place = {kind: number for number, kind in enumerate(ORIGINS)}
    own = np.array([*(place.get(kinds.get(code, ""), -1) for code in codes), -1])
    return _ordered(own[background.cat.codes.to_numpy()], list(ORIGINS.values()))


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
