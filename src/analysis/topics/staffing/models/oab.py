"""What goes with money against educational disadvantage (OAB): the bend at the threshold, the years, the dose.

Money is continuous in the score per pupil and bends at the threshold: the design that goes with it is a kink, not a
jump.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.stats.complete import check_complete
from analysis.stats.discontinuity import discontinuity
from analysis.stats.estimates import in_form
from analysis.stats.fit import Fit
from analysis.stats.kink import kink
from analysis.stats.panel import event_study, fit_panel
from analysis.stats.regression import fit_where_determined
from analysis.topics.staffing.models.oab_formula import kink_point

BASE_YEAR = 2016
PER_PUPIL = 1000.0  # doses are told per 1,000 euro a pupil


def with_money(panel: pd.DataFrame) -> pd.DataFrame:
    """Add ``high`` (a score in 2016), ``dose`` (1,000 euro of money a pupil) and ``teachers_per_100`` (pupils)."""
    check_complete(panel, ["location", "year", "achterstandsscore", "oab_euro", "pupils", "teachers_fte"], "money")
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
    check_complete(panel, ["year", "achterstandsscore_raw", "pupils", "dose", "board", *outcomes], "money")
    rows = panel[panel["year"] == BASE_YEAR]
    running = rows["achterstandsscore_raw"] / rows["pupils"] - kink_point()
    told: list[dict[str, object]] = []
    for outcome in outcomes:
        try:
            found = kink(running, rows[outcome], rows["dose"], cluster=rows["board"])
        except ModelError as error:
            error.raise_unless_of_the_data()
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
    except ModelError as error:
        error.raise_unless_of_the_data()
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
    bent = fit_where_determined(line, "oab_euro", ["slope_below", "change_of_slope"], cluster="brin")
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


def _dose(rows: pd.DataFrame, outcome: str, cluster: Cluster) -> Fit:
    return fit_panel(rows, outcome, ["dose"], cluster=cluster)
