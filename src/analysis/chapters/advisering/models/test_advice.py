"""The advice of the test: by which scheme a score gives it, who has it in the data, and the years without a test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.advice_levels import NUMBER_OF_LEVEL
from analysis.errors import ModelError, Reason

# Which advices a scheme of the test gives, lowest first; schemes differ in the number of cut scores.
SINGLE_AND_DOUBLE = ("vmbo-b", "vmbo-b/k", "vmbo-k", "vmbo-gt", "vmbo-gt/havo", "havo", "havo/vwo", "vwo")
NEARLY_ALL_DOUBLE = ("pro/vmbo-b", "vmbo-b/k", "vmbo-k/gt", "vmbo-gt/havo", "havo/vwo", "vwo")
SCHEMES = {len(scheme): scheme for scheme in (SINGLE_AND_DOUBLE, NEARLY_ALL_DOUBLE)}

CET = "cet"
"""The code of the Centrale Eindtoets among tests, in any case: the one whose scores the chapter knows the scale of."""
SIDES = ("test_advice_low", "test_advice_high")
SLIPS = 0.01
"""Of so many pupils registers may contradict themselves; where it is more, a rule of the edition is not theirs."""


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
    cut_scores : as in `definitions.Definitions`

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


def tested(
    frame: pd.DataFrame, cut_scores: Mapping[str, Sequence[int]], years_without_test: Sequence[str]
) -> pd.DataFrame:
    """Give each pupil the advice of its test, of whatever test: as in the data, else by the cut scores of the CET.

    Parameters
    ----------
    frame : the pupils, with ``school_year``
    cut_scores, years_without_test : as in `definitions.Definitions`

    Returns
    -------
    DataFrame : ``cet`` of who sat the CET, the columns of `SIDES`, ``test_advice``, ``test_given``

    Raises
    ------
    ModelError
        Where there is no advice of a test, or data and definitions contradict each other for more than `SLIPS`.
    """
    frame = frame.assign(cet=_of_cet(frame)) if "cet" in frame else frame
    scored = bool(cut_scores) and "cet" in frame
    if not scored and not {*SIDES} <= set(frame):
        raise ModelError(
            "no advice of a test: it takes test_advice_low and test_advice_high, or cet and cut_scores", Reason.MISSING
        )
    if scored:
        frame = frame.assign(**_filled(frame, advice_of_score(frame["cet"], frame["year"], cut_scores)))
    if years_without_test:
        frame = _without_test(frame, years_without_test)
    return frame.assign(test_advice=(frame["test_advice_low"] + frame["test_advice_high"]) / 2)


def with_a_test(pupils: pd.DataFrame) -> pd.DataFrame:
    """Select the cohorts that were given a test.

    Parameters
    ----------
    pupils : as `definitions.define` returns them

    Returns
    -------
    DataFrame : their pupils, tested or not
    """
    return pupils[pupils["test_given"]] if "test_given" in pupils else pupils


def refuse_slips(wrong: NDArray[np.bool_], total: int, problem: str, hint: str) -> None:
    """Refuse what is wrong for more than `SLIPS` of so many pupils.

    Parameters
    ----------
    wrong, total : of whom it is wrong, and of how many it could be
    problem, hint : what it is, and what to do
    """
    share = wrong.sum() / total if total else 0.0
    if share > SLIPS:
        raise ModelError(f"{problem}, {share:.0%} ({hint})", Reason.INVALID)


def _of_cet(frame: pd.DataFrame) -> pd.Series:
    """Return the scores of the CET; those of other tests are on scales of their own."""
    if "test" not in frame:
        return frame["cet"]
    names = [name for name in frame["test"].cat.categories if str(name).casefold() == CET]
    return frame["cet"].where(frame["test"].isin(names))


def _filled(frame: pd.DataFrame, by_score: pd.DataFrame) -> dict[str, pd.Series]:
    """Return the test advice in the data, filled where it is missing; a scheme that is not theirs is refused."""
    sides = dict(zip(SIDES, (by_score["low"], by_score["high"]), strict=True))
    given = {name: frame[name] for name in SIDES if name in frame}
    other = [(given[name] != sides[name]) & given[name].notna() & sides[name].notna() for name in given]
    both = by_score["low"].notna() & np.all([own.notna() for own in given.values()], axis=0) if given else []
    refuse_slips(
        np.any(other, axis=0) if other else np.zeros(0, bool),
        int(np.sum(both)),
        "cut_scores give another advice than the data hold of the pupils with both",
        "with cut_scores: {} the advice is that of the data",
    )
    return {name: given[name].fillna(own) if name in given else own for name, own in sides.items()}


def _without_test(frame: pd.DataFrame, years: Sequence[str]) -> pd.DataFrame:
    none = frame["school_year"].isin(list(years))
    given = none & frame["test_advice_low"].notna()
    refuse_slips(
        given.to_numpy(),
        int(none.sum()),
        "pupils of years_without_test have the advice of a test: in part of these years",
        "take out of years_without_test the year in which one was given",
    )
    columns = [name for name in (*SIDES, "cet") if name in frame]
    return frame.assign(**{name: frame[name].mask(none) for name in columns}, test_given=~none)
