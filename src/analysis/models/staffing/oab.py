r"""Money against educational disadvantage (OAB): the formula, how it holds on files, and what goes with the money.

A school's score is :math:`\max(0, A - E F (C - G))`: the summed distance `A` of its pupils among the nation's lowest
15% to the national mean, less a threshold for its `E` pupils (`F` = 12%, `C - G` the mean distance of those lowest
15%). Money is a price times the score. It is continuous in the score per pupil and bends at the threshold: the design
that goes with it is a kink, not a jump.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.errors import ModelError
from analysis.models.estimates import in_form
from analysis.models.regression import Regression, fit
from analysis.models.staffing.discontinuity import discontinuity
from analysis.models.staffing.fractional import Floats
from analysis.models.staffing.kink import kink
from analysis.models.staffing.panel import event_study, fit_panel

THRESHOLD = 0.12  # F
DISTANCE = 535.26 - 529.46  # C - G of 2019, both printed to two decimals
ROUNDED = 0.01  # C - G is known to this
CENT = 0.011  # half a unit of rounding on either side of an equality, in the last digit printed
BASE_YEAR = 2016
PER_PUPIL = 1000.0  # doses are told per 1,000 euro a pupil
CHECK_COLUMNS = ("check", "schools", "estimate", "std_error", "expected", "unit", "share_exact", "largest_difference")
CHECK_COUNTS = {"schools": ("estimate", "std_error", "share_exact", "largest_difference")}


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
    some = scores[scores["score"] > 0]
    if len(some) < 3:
        raise ModelError("fewer than three locations have a score: no threshold can be recovered")
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


def with_money(panel: pd.DataFrame) -> pd.DataFrame:
    """Add ``high`` (a score in 2016), ``dose`` (1,000 euro of money a pupil) and ``teachers_per_100`` (pupils)."""
    base = panel[panel["year"] == BASE_YEAR].set_index("location")["achterstandsscore"]
    return panel.assign(
        high=(panel["location"].map(base) > 0).astype(float),
        dose=panel["oab_euro"] / panel["pupils"] / PER_PUPIL,
        teachers_per_100=100 * panel["teachers_fte"] / panel["pupils"],
    )


def at_threshold(panel: pd.DataFrame, outcomes: Sequence[str]) -> pd.DataFrame:
    """Estimate the effect of money from the bend in it at the threshold, in 2016.

    Parameters
    ----------
    panel
        As `with_money` returns it, with the outcomes.
    outcomes
        Columns, told in `UNITS`.

    Returns
    -------
    DataFrame
        Models ``oab_kink_money`` (change of slope of the money), ``oab_kink_slope`` (of the outcome, per point a pupil)
        and ``oab_kink`` (effect of 1,000 euro a pupil) in the one form with ``outcome, bandwidth, n_left, n_right``;
        local quadratics with a level of their own on either side, so that a jump is not taken for a bend. Where the
        sample is too small, the row has no numbers.
    """
    rows = panel[panel["year"] == BASE_YEAR]
    running = rows["achterstandsscore_raw"] / rows["pupils"] - kink_point()
    told: list[dict[str, object]] = []
    for outcome in outcomes:
        try:
            found = kink(running, rows[outcome], rows["dose"], cluster=rows["board"])
        except (ModelError, np.linalg.LinAlgError):
            told.append({**NO_ESTIMATE, "model": "oab_kink", "outcome": outcome, "unit": per_1000(outcome)})
            continue
        by_point = f"{UNITS[outcome]} per point a pupil"
        told += [
            {**found.money.row(), "model": "oab_kink_money", "outcome": "dose", "unit": MONEY_PER_POINT},
            {**found.outcome.row(), "model": "oab_kink_slope", "outcome": outcome, "unit": by_point},
            {**found.effect.row(), "model": "oab_kink", "outcome": outcome, "unit": per_1000(outcome)},
        ]
    return _jumps(told, "all schools").assign(cluster="board")


MONEY_PER_POINT = "1,000 euro a pupil per point a pupil"


def money_bend(money: pd.DataFrame, group: str) -> pd.DataFrame:
    r"""Estimate how much the slope of real money changes at the threshold.

    Parameters
    ----------
    money
        ``raw_per_pupil, oab_euro, pupils``, a row per school; schools without one of these are left out.
    group
        What the rows are called.

    Returns
    -------
    DataFrame
        Euro a pupil per point a pupil, in the one form: model ``money_line``, terms ``slope_below`` and
        ``change_of_slope``, and model ``oab_kink_money`` as in `at_threshold`.

    Notes
    -----
    ``money_line``: :math:`y = a + b x + c \max(0, x - k)` over schools with less than twice the threshold :math:`k`,
    errors robust. The score is that of a year after the one that money was reckoned by: schools near the threshold have
    crossed it meanwhile, and the bend is rounded off.
    """
    rows = money[(money["pupils"] > 0) & money["raw_per_pupil"].notna()]
    per_pupil = rows["oab_euro"] / rows["pupils"]
    unit = "euro a pupil per point a pupil"
    try:
        found = discontinuity(rows["raw_per_pupil"], per_pupil, cutoff=kink_point(), order=2, derivative=1).row()
    except (ModelError, np.linalg.LinAlgError):
        found = dict(NO_ESTIMATE)
    local = _jumps([{**found, "model": "oab_kink_money", "outcome": "oab_euro", "unit": unit}], group)
    near = rows["raw_per_pupil"] < 2 * kink_point()
    line = pd.DataFrame(
        {
            "oab_euro": per_pupil[near],
            "slope_below": rows.loc[near, "raw_per_pupil"],
            "change_of_slope": (rows.loc[near, "raw_per_pupil"] - kink_point()).clip(lower=0),
            "brin": rows.loc[near, "brin"],
        }
    )
    bent = fit(line, "oab_euro", ["slope_below", "change_of_slope"], cluster="brin")
    told = bent.estimates("money_line", group, unit, ["slope_below", "change_of_slope"]).assign(outcome="oab_euro")
    return pd.concat([told, local], ignore_index=True)


NO_ESTIMATE: dict[str, float] = {
    **dict.fromkeys(("estimate", "std_error", "ci_low", "ci_high", "p_value", "bandwidth"), np.nan),
    **dict.fromkeys(("n_obs", "n_clusters", "n_left", "n_right"), 0),
}


def _jumps(told: Sequence[Mapping[str, object]], group: str) -> pd.DataFrame:
    rows = in_form(pd.DataFrame(list(told)), group=group, term="change_of_slope")
    rows = rows.drop(columns="conventional", errors="ignore").drop_duplicates(["model", "outcome"], ignore_index=True)
    return rows.assign(n_least=rows[["n_left", "n_right"]].min(axis=1))


def binned_money(money: pd.DataFrame, *, bins: int) -> pd.DataFrame:
    """Average money per pupil over bins of the score without threshold per pupil, equally many schools in each.

    Returns
    -------
    DataFrame
        ``raw_per_pupil, euro_per_pupil, low, high`` (the tenth and ninetieth percent of schools), ``schools``.
    """
    rows = money[(money["pupils"] > 0) & money["raw_per_pupil"].notna()]
    rows = rows.assign(euro=rows["oab_euro"] / rows["pupils"])
    place = pd.qcut(rows["raw_per_pupil"].rank(method="first"), bins, labels=False)
    told = rows.groupby(place).agg(
        raw_per_pupil=("raw_per_pupil", "mean"),
        euro_per_pupil=("euro", "mean"),
        low=("euro", lambda euro: euro.quantile(0.1)),
        high=("euro", lambda euro: euro.quantile(0.9)),
        schools=("euro", "size"),
    )
    return told.reset_index(drop=True)


def per_1000(outcome: str) -> str:
    """Name the unit of an outcome per 1,000 euro a pupil."""
    return f"{UNITS[outcome]} per 1,000 euro a pupil"


UNITS = {"pupils_per_teacher": "pupils per fte", "teachers_per_100": "fte per 100 pupils"}
Cluster = Literal["board", "location"]


def event(panel: pd.DataFrame, outcomes: Sequence[str], *, cluster: Cluster = "board") -> pd.DataFrame:
    """Estimate how schools with and without a score in 2016 grew apart since, year by year.

    Parameters
    ----------
    panel
        As `with_money` returns it, with the outcomes.
    outcomes
        Columns, told in `UNITS`.
    cluster
        What errors are clustered by.

    Returns
    -------
    DataFrame
        Model ``oab_event`` in the one form, with ``outcome, cluster`` after it: for the country and for the G5, terms
        ``year_2015`` and so on.
    """
    told = [
        event_study(rows, outcome, treated="high", base=BASE_YEAR, cluster=cluster)
        .estimates("oab_event", group, UNITS[outcome])
        .assign(outcome=outcome)
        for group, rows in (("all schools", panel), ("G5", panel[panel["g5"]]))
        for outcome in outcomes
        if rows["high"].nunique() == 2 and rows[cluster].nunique() > 2
    ]
    return pd.concat(told, ignore_index=True).assign(cluster=cluster)


def dose(panel: pd.DataFrame, outcomes: Sequence[str], *, cluster: Cluster = "board") -> pd.DataFrame:
    """Estimate what goes with 1,000 euro more per pupil, with effects of schools and of years.

    Returns
    -------
    DataFrame
        Model ``oab_dose`` in the one form, with ``outcome, cluster`` after it: over all schools, and over the schools
        with a score in 2016 (among all schools the older trend between schools with and without a score is in it).
    """
    told = [
        _dose(rows, outcome, cluster).estimates("oab_dose", group, per_1000(outcome)).assign(outcome=outcome)
        for group, rows in (("all schools", panel), ("schools with a score in 2016", panel[panel["high"] == 1]))
        for outcome in outcomes
    ]
    return pd.concat(told, ignore_index=True).assign(cluster=cluster)


def _dose(rows: pd.DataFrame, outcome: str, cluster: Cluster) -> Regression:
    return fit_panel(rows, outcome, ["dose"], cluster=cluster)
