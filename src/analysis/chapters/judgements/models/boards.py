"""How boards are judged on the parts of kwaliteitszorg en ambitie, and whether large ones are good more often."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.chapters.judgements.models.parts import JUDGED, with_parts
from analysis.errors import ModelError, Reason
from analysis.inspectorate import ASPECTS, GOOD, INSUFFICIENT, NONE, SUFFICIENT
from analysis.stats.arrays import Floats
from analysis.stats.estimates import in_form, with_reasons
from analysis.stats.firth import Firth, fit_firth

SOME = "some aspect"
SUFFICIENT_ON_ALL, INSUFFICIENT_ON_SOME = "sufficient or good on all", "judged_insufficient"
NAMES = {"good": GOOD, "sufficient": SUFFICIENT, INSUFFICIENT_ON_SOME: INSUFFICIENT}
ENDS = ("estimate", "ci_low", "ci_high")
FIRTH, DOUBLING, LOG_ODDS = "firth", "per doubling of schools", "log odds"
FEWEST = 3
"""Boards at or beyond a size that is drawn, on either side."""


def select(by_board_judgement: pd.DataFrame) -> pd.DataFrame:
    """Return the boards that are judged on every aspect, with ``doublings``: of one school, to base 2.

    Parameters
    ----------
    by_board_judgement : As its contract says.
    """
    rows = by_board_judgement[(by_board_judgement[list(ASPECTS)] != NONE).all(axis=1)]
    return rows.assign(doublings=np.log2(rows["schools"].to_numpy(float)))


def aspects(boards: pd.DataFrame) -> pd.DataFrame:
    """Count boards by aspect and judgement; last those that are insufficient on some aspect, or on none.

    Parameters
    ----------
    boards : Of `select`.

    Returns
    -------
    DataFrame
        ``aspect, judgement, of_judged, exact_low, exact_high, boards, boards_judged, boards_besides``: the share with
        Clopper and Pearson's limits, a row for all that are judged. ``boards_besides`` are the fewest that are
        insufficient on some aspect and not on one of them, which is the difference of two rows; of rows of an aspect
        the boards again.
    """
    lacking = boards[list(ASPECTS)] == INSUFFICIENT
    some = lacking.any(axis=1)
    counts: dict[tuple[str, str], int] = {}
    for aspect in ASPECTS:
        counts[aspect, JUDGED] = len(boards)
        counts |= {(aspect, name): int((boards[aspect] == code).sum()) for name, code in NAMES.items()}
    of_some = {JUDGED: len(boards), SUFFICIENT_ON_ALL: int((~some).sum()), INSUFFICIENT_ON_SOME: int(some.sum())}
    counts |= {(SOME, name): count for name, count in of_some.items()}
    frame = pd.DataFrame([*counts], columns=["aspect", "judgement"]).assign(boards=[*counts.values()])
    differences = [int(some.sum() - count) for count in lacking.sum()]
    besides = min((number for number in differences if number), default=0)
    frame["boards_besides"] = frame["boards"].mask((frame["aspect"] == SOME) & (frame["judgement"] != JUDGED), besides)
    return with_parts(frame, "boards", len(boards))


def told(aspects: pd.DataFrame) -> list[str]:
    """Return the aspects of which the number of good boards is published: of others no table may give it away.

    Parameters
    ----------
    aspects : Of `aspects`, gated.
    """
    good = aspects[(aspects["judgement"] == "good") & aspects["boards"].notna()]
    return [aspect for aspect in ASPECTS if aspect in {*good["aspect"]}]


def size(boards: pd.DataFrame, of: Sequence[str] = ASPECTS) -> pd.DataFrame:
    """Regress good on the size of the board, by Firth's logit, for each aspect.

    Parameters
    ----------
    boards : Of `select`.
    of : Aspects.

    Returns
    -------
    DataFrame
        Estimates in log odds per doubling of the schools, profile limits and the p-value of the ratio of penalised
        likelihoods; ``boards, boards_good, boards_other``, and ``reason`` where some have no estimate.
    """
    rows = [{**_slope(boards, aspect), **_counts(boards, aspect), "group": aspect} for aspect in of]
    if not rows:
        numbers = ["estimate", "std_error", *ENDS[1:], "p_value", "boards", "boards_good", "boards_other"]
        return pd.DataFrame(columns=["model", "group", "term", *numbers, "unit"])
    constants = {"model": FIRTH, "term": DOUBLING, "unit": LOG_ODDS}
    filled = pd.DataFrame(rows).assign(**constants, n_obs=0, n_clusters=0)
    return with_reasons(in_form(filled).drop(columns=["n_obs", "n_clusters"]))


def curve(boards: pd.DataFrame, sizes: Sequence[int], of: Sequence[str] = ASPECTS) -> pd.DataFrame:
    """Compute the chance of good by the size of the board, with profile limits, for each aspect.

    The limits are those of the intercept of a fit whose sizes are counted from the one that is drawn.

    Parameters
    ----------
    boards : Of `select`.
    sizes : Numbers of schools; drawn are those with `FEWEST` boards at or beyond them on either side.
    of : Aspects.

    Returns
    -------
    DataFrame
        ``model, aspect, board_size, estimate, ci_low, ci_high, boards, boards_good, boards_other``.
    """
    columns = [
        "model",
        "aspect",
        "board_size",
        "estimate",
        "ci_low",
        "ci_high",
        "boards",
        "boards_good",
        "boards_other",
    ]
    shown = [size for size in sizes if _amid(boards["schools"], size)]
    rows = [
        {
            "model": FIRTH,
            "aspect": aspect,
            "board_size": size,
            **_chance(boards, aspect, size),
            **_counts(boards, aspect),
        }
        for aspect in of
        for size in shown
    ]
    return pd.DataFrame(rows, columns=columns)


def _amid(schools: pd.Series, size: int) -> bool:
    return min((schools <= size).sum(), (schools >= size).sum()) >= FEWEST


def _fit(boards: pd.DataFrame, aspect: str, origin: float) -> Firth:
    if boards["schools"].nunique() < 2:
        raise ModelError("the boards are all of one size", Reason.NO_VARIATION)
    X: Floats = np.column_stack([np.ones(len(boards)), boards["doublings"] - origin])
    good: Floats = np.asarray(boards[aspect] == GOOD, dtype=np.float64)
    if good.min() == good.max():  # the penalty alone would draw a curve
        raise ModelError("all boards are good, or none is", Reason.NO_VARIATION)
    return fit_firth(X, good)


def _slope(boards: pd.DataFrame, aspect: str) -> dict[str, object]:
    try:
        fitted = _fit(boards, aspect, 0.0)
        low, high = fitted.interval(1)
    except ModelError as error:
        error.raise_unless_of_the_data()
        none = dict.fromkeys((*ENDS, "std_error", "p_value"), np.nan)
        return {**none, "reason": error.reason.value}
    ends = {"estimate": float(fitted.beta[1]), "ci_low": low, "ci_high": high}
    return {**ends, "std_error": fitted.error(1), "p_value": fitted.p_value(1), "reason": ""}


def _chance(boards: pd.DataFrame, aspect: str, size: int) -> dict[str, float]:
    try:
        fitted = _fit(boards, aspect, float(np.log2(size)))
        ends = (float(fitted.beta[0]), *fitted.interval(0))
    except ModelError as error:
        error.raise_unless_of_the_data()
        ends = (np.nan,) * 3
    return {name: 1 / (1 + np.exp(-end)) for name, end in zip(ENDS, ends, strict=True)}


def _counts(boards: pd.DataFrame, aspect: str) -> dict[str, int]:
    good = int((boards[aspect] == GOOD).sum())
    return {"boards": len(boards), "boards_good": good, "boards_other": len(boards) - good}
