"""Moments of the inspectorate's judgements in a world, to compare with published figures.

A number of schools below three is withheld from the pages, so that here it is compared as that: fewer than three.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import pandas as pd

from analysis.inspectorate import ASPECTS, GOOD, INSUFFICIENT, NONE, SUFFICIENT, VERY_WEAK, WEAK

Frames = Mapping[str, pd.DataFrame]
Moment = Callable[[Frames], float]

FIRST, LAST = 2019, 2020
FEW = 3


def _schools(frames: Frames, judgements: Sequence[str], year: int = LAST, *, special: bool = False) -> float:
    """Count the schools of a kind with one of these judgements in force."""
    return float(len(_with(frames, judgements, year, special=special)))


def _with(frames: Frames, judgements: Sequence[str], year: int, *, special: bool) -> pd.DataFrame:
    rows = frames["by_school_judgement"]
    of_kind = rows[(rows["year"] == year) & (rows["special"] == special)]
    return of_kind[of_kind["judgement"].isin(judgements)]


def _few(frames: Frames, judgement: str, *, special: bool = False) -> float:
    return float(_schools(frames, [judgement], special=special) < FEW)


def _excellent(frames: Frames, *, special: bool = False) -> int:
    return int(_with(frames, [GOOD], LAST, special=special)["excellent"].sum())


def _judged(frames: Frames) -> pd.DataFrame:
    """Return the boards that are judged on every aspect."""
    boards = frames["by_board_judgement"]
    return boards[(boards[list(ASPECTS)] != NONE).all(axis=1)]


def _share(frames: Frames, aspect: str, judgement: str) -> float:
    return float((_judged(frames)[aspect] == judgement).mean())


def _insufficient(frames: Frames) -> pd.Series:
    return (_judged(frames)[list(ASPECTS)] == INSUFFICIENT).any(axis=1)


def _larger_is_better(frames: Frames) -> float:
    """1 when larger boards are good on more aspects: a positive rank correlation."""
    judged = _judged(frames)
    good = (judged[list(ASPECTS)] == GOOD).sum(axis=1)
    correlation = judged["schools"].corr(good, method="spearman")
    return float("nan") if pd.isna(correlation) else float(correlation > 0)


MOMENTS: dict[str, Moment] = {
    "judgements_good_2020": partial(_schools, judgements=[GOOD]),
    "judgements_insufficient_2020": partial(_schools, judgements=[INSUFFICIENT]),
    "judgements_weak_2019": partial(_schools, judgements=WEAK, year=FIRST),
    "judgements_insufficient_2019": partial(_schools, judgements=[INSUFFICIENT], year=FIRST),
    "judgements_excellent_few": lambda frames: float(_excellent(frames) < FEW),
    "judgements_very_weak_few": partial(_few, judgement=VERY_WEAK),
    "judgements_special_good": partial(_schools, judgements=[GOOD], special=True),
    "judgements_special_sufficient": partial(_schools, judgements=[SUFFICIENT], special=True),
    "judgements_special_insufficient_few": partial(_few, judgement=INSUFFICIENT, special=True),
    "judgements_special_excellent_more": lambda frames: float(_excellent(frames, special=True) > _excellent(frames)),
    "judgements_boards_judged": lambda frames: float(len(_judged(frames))),
    "judgements_boards_sufficient": lambda frames: float((~_insufficient(frames)).sum()),
    "judgements_boards_insufficient": lambda frames: float(_insufficient(frames).sum()),
    "judgements_care_good": partial(_share, aspect="quality_care", judgement=GOOD),
    "judgements_care_sufficient": partial(_share, aspect="quality_care", judgement=SUFFICIENT),
    "judgements_care_insufficient": partial(_share, aspect="quality_care", judgement=INSUFFICIENT),
    "judgements_dialogue_good": partial(_share, aspect="dialogue", judgement=GOOD),
    "judgements_dialogue_sufficient": partial(_share, aspect="dialogue", judgement=SUFFICIENT),
    "judgements_dialogue_insufficient": partial(_share, aspect="dialogue", judgement=INSUFFICIENT),
    "judgements_culture_good": partial(_share, aspect="culture", judgement=GOOD),
    "judgements_large_boards_good": _larger_is_better,
}
