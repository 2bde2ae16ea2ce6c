"""What the inspectorate judges of the schools and boards of the synthetic city.

How many have each judgement is as printed, scaled with the world; which ones they are is drawn. What goes with the size
of a board is drawn from an index that grows with it, so that large boards being good more often comes of the truth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.inspectorate import ASPECTS, GOOD, INSUFFICIENT, NONE, SUFFICIENT, VERY_WEAK, WEAK
from analysis.synthetic.shapes import Floats

SCHOOL_COLUMNS = ("location", "year", "judged_on", "judgement", "excellent", "special")
BOARD_COLUMNS = ("board", "schools", *ASPECTS)
MONTHS = 12

Words = NDArray[np.object_]
Months = NDArray[np.int64]


@dataclass(frozen=True)
class KindTruth:
    """How many schools of a kind have each judgement in the last year, at scale 1, and how many the title excellent."""

    good: int
    excellent: int
    sufficient: int
    insufficient: int
    very_weak: int


def _parts() -> dict[str, tuple[float, float]]:
    return {"quality_care": (0.25, 0.25), "culture": (0.50, 0.125), "dialogue": (0.25, 0.25)}


@dataclass(frozen=True)
class JudgementTruth:
    """Who is judged, and how."""

    years: tuple[int, int] = (2019, 2020)  # the years before and after
    month: int = 4  # month of which the judgements in force are told
    since_year: int = 2017  # the first year, and month of it, of a judgement that is still in force
    since_month: int = 8
    # How many are sufficient is not in print of basisscholen.
    regular: KindTruth = KindTruth(good=14, excellent=2, sufficient=30, insufficient=4, very_weak=0)
    of_special: KindTruth = KindTruth(good=7, excellent=5, sufficient=8, insufficient=1, very_weak=0)
    # Basisscholen that were insufficient and very weak the year before, and how many of them are weak still.
    insufficient_before: int = 3
    very_weak_before: int = 3
    weak_still: int = 2
    # Boards: the part that is judged, of these the parts that are good and insufficient, by aspect, and the part that
    # is insufficient on some aspect.
    judged: float = 24 / 28
    aspects: Mapping[str, tuple[float, float]] = field(default_factory=_parts)
    insufficient_on_some: float = 1 / 3
    # What a doubling of the schools of a board adds to the index by which its judgements go, in standard deviations of
    # boards of one size; and how much of these the aspects have in common.
    size_effect: float = 1.0
    common: float = 0.5


def make_judgements(
    by_location: pd.DataFrame, truth: JudgementTruth, scale: float, seed: np.random.SeedSequence
) -> dict[str, pd.DataFrame]:
    """Judge schools and boards.

    Parameters
    ----------
    by_location : The schools, with ``location, board, special``.
    truth, scale, seed : What is true of judgements, the size of the world, and its random draws.

    Returns
    -------
    dict
        ``by_school_judgement``: a row per school and year, with `SCHOOL_COLUMNS`; ``by_board_judgement``: a row per
        board, with `BOARD_COLUMNS`.
    """
    for_schools, for_boards = (np.random.default_rng(child) for child in seed.spawn(2))
    special = by_location["special"].to_numpy(bool)
    parts = [
        judge_schools(by_location.loc[special == is_special, "location"], kind, weak, truth, scale, for_schools).assign(
            special=is_special
        )
        for is_special, kind, weak in ((False, truth.regular, _weak_before(truth, scale)), (True, truth.of_special, ()))
    ]
    return {
        "by_school_judgement": pd.concat(parts, ignore_index=True)[list(SCHOOL_COLUMNS)],
        "by_board_judgement": judge_boards(by_location.groupby("board").size(), truth, for_boards),
    }


def judge_schools(
    locations: pd.Series,
    kind: KindTruth,
    weak: Sequence[str],
    truth: JudgementTruth,
    scale: float,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Judge the schools of a kind: a row per school and year, with `SCHOOL_COLUMNS` but ``special``.

    Parameters
    ----------
    locations, kind : The schools, and how many have each judgement.
    weak : The judgements of those that were weak the year before; the others of then are of those that are better now.
    truth, scale, rng : What is true of judgements, the size of the world, and the random draws.
    """
    number = len(locations)
    now = _given(kind, scale, number)
    still = np.flatnonzero(np.isin(now, WEAK))[: min(round(truth.weak_still * scale), len(weak))]
    better = np.flatnonzero(now == SUFFICIENT)[: len(weak) - len(still)]
    month, earlier = _drawn_months(now, still, better, truth, rng)
    before: Words = np.where(month < _months(truth)[1], now, NONE)
    before[[*still, *better]] = weak[: len(still) + len(better)]
    titles = min(round(kind.excellent * scale), int(np.count_nonzero(now == GOOD)))
    excellent = np.arange(number) < titles
    drawn = pd.DataFrame({"location": rng.permutation(locations.to_numpy())})
    states = (
        drawn.assign(year=year, judgement=judgement, judged_on=_written(since, judgement), excellent=title)
        for year, judgement, since, title in (
            (truth.years[0], before, earlier, np.logical_and(excellent, before == GOOD)),
            (truth.years[1], now, month, excellent),
        )
    )
    rows = pd.concat(states).sort_values(["year", "location"], ignore_index=True)
    return rows.astype({"judged_on": rows["location"].dtype})  # also where nobody was judged


def _drawn_months(
    now: Words, still: np.ndarray, better: np.ndarray, truth: JudgementTruth, rng: np.random.Generator
) -> tuple[Months, Months]:
    """Draw since when each school has its judgement of the last year, and that of the year before.

    The weak, and those that were weak and are better, were judged in the last twelve months; who is weak still before.
    """
    start, first, last = _months(truth)
    number = len(now)
    month, later = rng.integers(start, last, number), rng.integers(first, last, number)
    is_better = np.isin(np.arange(number), better)
    month = np.where(np.isin(now, WEAK) | is_better, later, month)
    month[still] -= MONTHS
    return month, np.where(is_better, rng.integers(first - MONTHS, first, number), month)


def judge_boards(sizes: pd.Series, truth: JudgementTruth, rng: np.random.Generator) -> pd.DataFrame:
    """Judge boards on every aspect: by an index that grows with their number of schools, in quotas.

    Parameters
    ----------
    sizes : Schools by board.
    truth, rng : What is true of judgements, and the random draws.
    """
    frame = pd.DataFrame({"board": sizes.index.astype(str), "schools": sizes.to_numpy(np.int64)})
    judged = np.sort(rng.permutation(len(frame))[: round(truth.judged * len(frame))])
    index = _index(np.log2(frame["schools"].to_numpy(float)[judged]), truth, rng)
    lowest = np.argsort(index.sum(axis=1))[: round(truth.insufficient_on_some * len(judged))]
    for number, aspect in enumerate(ASPECTS):
        frame[aspect] = NONE
        frame.loc[judged, aspect] = _in_quotas(index[:, number], lowest, truth.aspects[aspect])
    return _each_is_insufficient(frame, judged[lowest])[list(BOARD_COLUMNS)]


def _index(size: Floats, truth: JudgementTruth, rng: np.random.Generator) -> Floats:
    common, own = rng.normal(size=(len(size), 1)), rng.normal(size=(len(size), len(ASPECTS)))
    alike = np.sqrt(truth.common) * common + np.sqrt(1 - truth.common) * own
    return np.asarray(truth.size_effect * size[:, None] + alike)


def _in_quotas(index: Floats, lowest: np.ndarray, quotas: tuple[float, float]) -> Words:
    """Judge the highest good, and of the boards that are insufficient on something the lowest insufficient."""
    good, insufficient = (round(part * len(index)) for part in quotas)
    judgements = np.full(len(index), SUFFICIENT, dtype=object)
    judgements[lowest[np.argsort(index[lowest])][:insufficient]] = INSUFFICIENT
    others = np.flatnonzero(judgements != INSUFFICIENT)
    judgements[others[np.argsort(-index[others])][:good]] = GOOD
    return judgements


def _each_is_insufficient(frame: pd.DataFrame, some: np.ndarray) -> pd.DataFrame:
    """Let boards that are insufficient on nothing, and should be, change judgements with one that is on several."""
    judged = frame[list(ASPECTS)].to_numpy(dtype=object)
    for board in some:
        of = judged[some] == INSUFFICIENT
        giver = int(some[of.sum(axis=1).argmax()])
        if (judged[board] == INSUFFICIENT).any() or of.sum(axis=1).max() < 2:
            continue
        aspect = int((judged[giver] == INSUFFICIENT).argmax())
        judged[[board, giver], aspect] = judged[[giver, board], aspect]
    return frame.assign(**dict(zip(ASPECTS, judged.T, strict=True)))


def _weak_before(truth: JudgementTruth, scale: float) -> tuple[str, ...]:
    """Return the judgements of the schools that were weak the year before, the very weak last."""
    insufficient, very_weak = (round(count * scale) for count in (truth.insufficient_before, truth.very_weak_before))
    return (*[INSUFFICIENT] * insufficient, *[VERY_WEAK] * very_weak)


def _given(kind: KindTruth, scale: float, number: int) -> Words:
    """Return the judgements of as many schools, the good first, and none for the others."""
    quotas = {GOOD: kind.good, SUFFICIENT: kind.sufficient, INSUFFICIENT: kind.insufficient, VERY_WEAK: kind.very_weak}
    given = [name for name, count in quotas.items() for _ in range(round(count * scale))][:number]
    return np.array([*given, *[NONE] * (number - len(given))], dtype=object)


def _months(truth: JudgementTruth) -> tuple[int, int, int]:
    """Return the first month of a judgement, and those of which the state is told, counted from year 0."""
    before, now = (year * MONTHS + truth.month - 1 for year in truth.years)
    return truth.since_year * MONTHS + truth.since_month - 1, before, now


def _written(month: Months, judgement: Words) -> pd.Series[str]:
    """Write months as yyyy-mm; of no judgement there is none."""
    written = [f"{number // MONTHS}-{number % MONTHS + 1:02d}" for number in month.tolist()]
    return pd.Series(written, dtype=object).mask(judgement == NONE, None)
