"""Moments of the inspectorate's judgements in a world, to compare with published figures.

What the pages of a world withhold is not told here either: a number is missing where one that it adds up with is below
three, and what is below three in print is compared as that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

import pandas as pd

from analysis.inspectorate import ASPECTS, GOOD, INSUFFICIENT, NONE, SUFFICIENT, VERY_WEAK, WEAK

Frames = Mapping[str, pd.DataFrame]
Moment = Callable[[Frames], float]

FIRST, LAST = 2019, 2020
FEW = 3


def _counts(frames: Frames, year: int, *, special: bool = False) -> pd.Series:
    """Count the schools of a kind by the judgement in force; of none there is no number."""
    rows = frames["by_school_judgement"]
    of_kind = rows[(rows["year"] == year) & (rows["special"] == special)]
    return of_kind["judgement"].value_counts().reindex([GOOD, SUFFICIENT, INSUFFICIENT, VERY_WEAK], fill_value=0)


def _told(count: float, beside: Iterable[float]) -> float:
    """Return a number that is told; missing where one of those beside it is below three, and not none."""
    return float("nan") if any(0 < other < FEW for other in beside) else float(count)


def _good(frames: Frames) -> float:
    counts = _counts(frames, LAST)
    return _told(counts[GOOD], (counts[GOOD], counts[SUFFICIENT], counts[list(WEAK)].sum()))


def _weak(frames: Frames, year: int) -> float:
    counts = _counts(frames, year)
    weak = counts[list(WEAK)].sum()
    return _told(weak, (weak, counts[GOOD], counts[SUFFICIENT]))


def _insufficient_before(frames: Frames) -> float:
    counts = _counts(frames, FIRST)
    return _told(counts[INSUFFICIENT], counts[list(WEAK)])


def _few(frames: Frames, judgement: str, *, special: bool = False) -> float:
    return float(_counts(frames, LAST, special=special)[judgement] < FEW)


def _fewer_good(frames: Frames) -> float:
    """1 when fewer special schools are good than sufficient."""
    counts = _counts(frames, LAST, special=True)
    return float(counts[GOOD] < counts[SUFFICIENT])


def _excellent(frames: Frames, *, special: bool = False) -> int:
    rows = frames["by_school_judgement"]
    return int(rows.loc[(rows["year"] == LAST) & (rows["special"] == special), "excellent"].sum())


def _judged(frames: Frames) -> pd.DataFrame:
    """Return the boards that are judged on every aspect."""
    boards = frames["by_board_judgement"]
    return boards[(boards[list(ASPECTS)] != NONE).all(axis=1)]


def _share(frames: Frames, aspect: str, judgement: str) -> float:
    judged = _judged(frames)[aspect]
    return _told((judged == judgement).mean(), judged.value_counts())


def _insufficient(frames: Frames) -> pd.Series:
    return (_judged(frames)[list(ASPECTS)] == INSUFFICIENT).any(axis=1)


def _mostly_sufficient(frames: Frames) -> float:
    """1 when more boards are sufficient or good on all aspects than insufficient on some."""
    insufficient = _insufficient(frames)
    return float((~insufficient).sum() > insufficient.sum())


def _larger_is_better(frames: Frames) -> float:
    """1 when larger boards are good on more aspects: a positive rank correlation."""
    judged = _judged(frames)
    good = (judged[list(ASPECTS)] == GOOD).sum(axis=1)
    correlation = judged["schools"].corr(good, method="spearman")
    return float("nan") if pd.isna(correlation) else float(correlation > 0)


MOMENTS: dict[str, Moment] = {
    "judgements_good_2020": _good,
    "judgements_weak_2020": partial(_weak, year=LAST),
    "judgements_weak_2019": partial(_weak, year=FIRST),
    "judgements_insufficient_2019": _insufficient_before,
    "judgements_excellent_few": lambda frames: float(_excellent(frames) < FEW),
    "judgements_very_weak_few": partial(_few, judgement=VERY_WEAK),
    "judgements_special_fewer_good": _fewer_good,
    "judgements_special_insufficient_few": partial(_few, judgement=INSUFFICIENT, special=True),
    "judgements_special_excellent_more": lambda frames: float(_excellent(frames, special=True) > _excellent(frames)),
    "judgements_boards_judged": lambda frames: float(len(_judged(frames))),
    "judgements_boards_sufficient": _mostly_sufficient,
    "judgements_care_good": partial(_share, aspect="quality_care", judgement=GOOD),
    "judgements_care_sufficient": partial(_share, aspect="quality_care", judgement=SUFFICIENT),
    "judgements_care_insufficient": partial(_share, aspect="quality_care", judgement=INSUFFICIENT),
    "judgements_dialogue_good": partial(_share, aspect="dialogue", judgement=GOOD),
    "judgements_dialogue_sufficient": partial(_share, aspect="dialogue", judgement=SUFFICIENT),
    "judgements_dialogue_insufficient": partial(_share, aspect="dialogue", judgement=INSUFFICIENT),
    "judgements_culture_good": partial(_share, aspect="culture", judgement=GOOD),
    "judgements_large_boards_good": _larger_is_better,
}
