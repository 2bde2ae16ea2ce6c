r"""The formula of the money against educational disadvantage (OAB), and whether scores and money obey it.

A school's score is :math:`\max(0, A - E F (C - G))`: the summed distance `A` of its pupils among the nation's lowest
15% to the national mean, less a threshold for its `E` pupils (`F` = 12%, `C - G` the mean distance of those lowest
15%). Money is a price times the score.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats
from analysis.stats.complete import check_complete

THRESHOLD = 0.12  # F
DISTANCE = 535.26 - 529.46  # C - G of 2019, both printed to two decimals
ROUNDED = 0.01  # C - G is known to this
CENT = 0.011  # half a unit of rounding on either side of an equality, in the last digit printed
CHECK_COLUMNS = ("check", "schools", "estimate", "std_error", "expected", "unit", "share_exact", "largest_difference")


def score_with_threshold(
    raw: ArrayLike, pupils: ArrayLike, *, threshold: float = THRESHOLD, distance: float = DISTANCE
) -> Floats:
    """Subtract the threshold from scores: ``max(0, raw - pupils threshold distance)``, to two decimals."""
    left = np.asarray(raw, float) - np.asarray(pupils, float) * threshold * distance
    return np.asarray(np.maximum(0.0, left).round(2), dtype=np.float64)


def kink_point(*, threshold: float = THRESHOLD, distance: float = DISTANCE) -> float:
    """Return the score without threshold per pupil from which money begins: F (C - G)."""
    return threshold * distance


def threshold_check(scores: pd.DataFrame, *, threshold: float = THRESHOLD, distance: float = DISTANCE) -> pd.DataFrame:
    r"""Recover the threshold from the difference between scores without and with it, and hold the formula to account.

    Parameters
    ----------
    scores
        ``pupils, score, score_raw``, a row per location.
    threshold, distance
        As the notes of the source give them.

    Returns
    -------
    DataFrame
        `CHECK_COLUMNS`. ``threshold``: slope through the origin of the difference on pupils, divided by `distance`,
        over locations with a score; its error is robust. ``score``: share of all locations whose score is what the
        formula gives, to the rounding of `distance`.

    Notes
    -----
    :math:`\hat F = \sum_s d_s E_s / \sum_s E_s^2 / (C - G)` with :math:`d_s` the difference.
    """
    check_complete(scores, ["score", "score_raw", "pupils"], "the formula")
    some = scores[scores["score"] > 0]
    if len(some) < 3:
        raise ModelError("fewer than three locations have a score: no threshold can be recovered", Reason.TOO_FEW)
    slope, error, left = _through_origin(some["score_raw"] - some["score"], some["pupils"])
    known = scores["pupils"].to_numpy(float) * threshold * ROUNDED + CENT
    off = np.abs(score_with_threshold(scores["score_raw"], scores["pupils"]) - scores["score"].to_numpy(float))
    return _checks(
        [
            ("threshold", len(some), slope / distance, error / distance, threshold, "share of pupils", left),
            ("score", len(scores), np.nan, np.nan, np.nan, "points", np.where(off <= known, 0.0, off)),
        ]
    )


def price_check(panel: pd.DataFrame) -> pd.DataFrame:
    """Recover the price of a point in every year, and hold the money to price times score.

    Parameters
    ----------
    panel
        ``year, achterstandsscore, oab_euro``, a row per school and year.

    Returns
    -------
    DataFrame
        `CHECK_COLUMNS`, a row ``price`` per year: the slope through the origin over schools with a score; a difference
        counts when it is more than rounding to cents.
    """
    check_complete(panel, ["year", "achterstandsscore", "oab_euro"], "the formula")
    told = []
    for year, rows in panel[panel["achterstandsscore"] > 0].groupby("year"):
        price, error, left = _through_origin(rows["oab_euro"], rows["achterstandsscore"])
        told.append((f"price, {year}", len(rows), price, error, np.nan, "euro per point", left))
    return _checks(told)


def weights_check(money: pd.DataFrame) -> pd.DataFrame:
    r"""Recover the price of a weight in the scheme before 2019: it rises with the mean weighted age of the teachers.

    Parameters
    ----------
    money
        ``score`` (schoolgewicht), ``mean_age, oab_euro``, a row per school of one year.

    Returns
    -------
    DataFrame
        `CHECK_COLUMNS`: ``price_of_weight`` (``a``), ``price_of_age`` (``b``, per year of mean age), and whether
        the money of every school is :math:`w (a + b\,\mathrm{age})`, within a cent per weight.
    """
    some = money[money["score"] > 0]
    price, age = some["oab_euro"] / some["score"], some["mean_age"]
    centred = age - age.mean()
    slope, error, _ = _through_origin(price - price.mean(), centred)
    left = (price - price.mean() - slope * centred).to_numpy(float)
    at_zero = float(price.mean() - slope * age.mean())
    return _checks(
        [
            ("price_of_weight", len(some), at_zero, np.nan, np.nan, "euro per weight", left),
            ("price_of_age", len(some), slope, error, np.nan, "euro per weight and year of mean age", left),
        ]
    )


def transition_check(money: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Take the money of the first year with scores apart into what the score pays and what the transition keeps.

    Parameters
    ----------
    money
        ``brin, score, oab_euro``, a row per school of 2019/20.
    before
        ``brin, oab_euro``, of a year under the earlier scheme.

    Returns
    -------
    DataFrame
        `CHECK_COLUMNS`. ``floor_price``: the lowest price per point that many schools share, which is the share of the
        new scheme; ``at_floor``: schools that receive exactly that; ``below_floor``: schools that receive less;
        ``kept``: money beyond it as a share of all; ``kept_per_old_euro``: slope of that money on the old one.

    Notes
    -----
    The transition took three years. A school without money under the earlier scheme receives the new scheme's part
    alone; another keeps a part of what it had.
    """
    some = money[money["score"] > 0]
    floor = floor_price(some["oab_euro"], some["score"])
    beyond = money["oab_euro"] - floor * money["score"]
    at_floor, below = beyond[some.index].abs() <= 1.0, beyond < -1.0
    old = money["brin"].map(before.set_index("brin")["oab_euro"])
    known = old.notna()
    slope, error, _ = _through_origin(beyond[known], old[known])
    total = float(beyond.clip(lower=0).sum() / money["oab_euro"].sum())
    nothing = np.zeros(0)
    return _checks(
        [
            ("floor_price", len(some), floor, np.nan, np.nan, "euro per point", nothing),
            ("at_floor", len(some), float(at_floor.mean()), np.nan, np.nan, "share of schools", nothing),
            ("below_floor", len(money), float(below.mean()), np.nan, 0.0, "share of schools", nothing),
            ("kept", len(money), total, np.nan, np.nan, "share of the money", nothing),
            ("kept_per_old_euro", int(known.sum()), slope, error, np.nan, "euro per euro of 2011/12", nothing),
        ]
    )


def floor_price(euro: pd.Series, score: pd.Series) -> float:
    """Return the price per point that the most schools share, to a tenth of a euro; ties go to the lowest."""
    price = euro / score
    tenth = price.round(1)
    return float(price[tenth == tenth.mode().iloc[0]].median())


def _through_origin(y: pd.Series, x: pd.Series) -> tuple[float, float, Floats]:
    """Slope of a line through the origin, its robust (HC0) error, and what it leaves of every row."""
    value, by = y.to_numpy(float), x.to_numpy(float)
    squares = float(by @ by)
    slope = float(by @ value / squares)
    left = value - slope * by
    return slope, float(np.sqrt(((by * left) ** 2).sum()) / squares), left


def _checks(told: Sequence[tuple[str, int, float, float, float, str, Floats]]) -> pd.DataFrame:
    rows = [
        (*values, *((float((np.abs(left) <= CENT).mean()), float(np.abs(left).max())) if len(left) else (np.nan,) * 2))
        for *values, left in told
    ]
    return pd.DataFrame(rows, columns=list(CHECK_COLUMNS))
