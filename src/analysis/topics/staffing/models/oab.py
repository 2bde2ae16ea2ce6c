"""What is associated with money against educational disadvantage (OAB): the bend at the threshold, the years, the dose.

Money is continuous in the score per pupil and bends at the threshold: the design is a kink, not a jump.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import pandas as pd

from analysis.errors import ModelError
from analysis.run.remembered import remembered
from analysis.stats.complete import check_complete, where_known
from analysis.stats.discontinuity import discontinuity
from analysis.stats.estimates import in_form
from analysis.stats.kink import kink
from analysis.stats.panel import event_study, fit_panel
from analysis.stats.regression import fit_where_determined
from analysis.topics.staffing.models.eligibility import UNITS
from analysis.topics.staffing.models.oab_formula import kink_point
from analysis.topics.staffing.models.rows import NO_JUMP, attempt, no_rows

BASE_YEAR = 2016


def with_money(panel: pd.DataFrame) -> pd.DataFrame:
    """Add the columns that the models of the money need.

    Parameters
    ----------
    panel : ``location, year, achterstandsscore, oab_euro, pupils, teachers_fte``, a row per school and year.

    Returns
    -------
    DataFrame
        The rows with ``high`` (1 for a score in 2016), ``dose`` (1,000 euro of money a pupil) and ``teachers_per_100``
        (fte per 100 pupils), as far as the data have the money and the teachers.
    """
    panel = where_known(panel, ["board", "achterstandsscore"])
    check_complete(panel, ["location", "year", "pupils"], "money")
    base = panel[panel["year"] == BASE_YEAR].set_index("location")["achterstandsscore"]
    panel = panel.assign(high=(panel["location"].map(base) > 0).astype(float))
    if "oab_euro" in panel:
        panel = panel.assign(dose=panel["oab_euro"] / panel["pupils"] / 1000.0)
    if "teachers_fte" in panel:
        panel = panel.assign(teachers_per_100=100 * panel["teachers_fte"] / panel["pupils"])
    return panel


def at_threshold(panel: pd.DataFrame, outcomes: Sequence[str]) -> pd.DataFrame:
    """Estimate the effect of money from the bend in it at the threshold, in 2016.

    Parameters
    ----------
    panel : As `with_money` returns it, with the outcomes.
    outcomes : Columns, in the units of `UNITS`.

    Returns
    -------
    DataFrame
        Models ``oab_kink_money`` (change of slope of the money), ``oab_kink_slope`` (of the outcome, per point a pupil)
        and ``oab_kink`` (effect of 1,000 euro a pupil), with ``outcome, bandwidth, n_left, n_right``;
        local quadratics with a level of their own on either side, so that a jump is not taken for a bend. Where the
        sample is too small, the row has no numbers.
    """
    estimates = []
    for outcome in outcomes:
        rows = where_known(panel, ["dose", "achterstandsscore_raw", outcome])
        check_complete(rows, ["year", "achterstandsscore_raw", "pupils", "board"], "money")
        estimates += _kinks(rows[rows["year"] == BASE_YEAR], outcome) if len(rows) else []
    return _jumps(estimates, "all schools").assign(cluster="board") if estimates else no_rows()


def _kinks(rows: pd.DataFrame, outcome: str) -> list[dict[str, object]]:
    running = rows["achterstandsscore_raw"] / rows["pupils"] - kink_point()
    effect = {"model": "oab_kink", "outcome": outcome, "unit": _per_1000(outcome)}
    try:
        bend = kink(running, rows[outcome], rows["dose"], cluster=rows["board"])
    except ModelError as error:
        error.raise_unless_of_the_data()
        return [{**NO_JUMP, **effect}]
    money = {"model": "oab_kink_money", "outcome": "dose", "unit": "1,000 euro a pupil per point a pupil"}
    slope = {"model": "oab_kink_slope", "outcome": outcome, "unit": f"{UNITS[outcome]} per point a pupil"}
    parts = ((bend.money, money), (bend.outcome, slope), (bend.effect, effect))
    return [{**estimate.row(), **names} for estimate, names in parts]


def money_bend(money: pd.DataFrame, group: str) -> pd.DataFrame:
    r"""Estimate how much the slope of real money changes at the threshold.

    Parameters
    ----------
    money : ``raw_per_pupil, oab_euro, pupils``, a row per school; schools without one of these are left out.
    group : What the rows are called.

    Returns
    -------
    DataFrame
        Euro a pupil per point a pupil: model ``money_line``, terms ``slope_below`` and
        ``change_of_slope``, and model ``oab_kink_money`` as in `at_threshold`.

    Notes
    -----
    ``money_line``: :math:`y = a + b x + c \max(0, x - k)` over schools with less than twice the threshold :math:`k`,
    errors robust. The score is that of a year after the one that money was based on: schools near the threshold have
    crossed it meanwhile, and the bend is rounded off.
    """
    rows = money[(money["pupils"] > 0) & money["raw_per_pupil"].notna()]
    per_pupil = rows["oab_euro"] / rows["pupils"]
    unit = "euro a pupil per point a pupil"
    names = {"model": "oab_kink_money", "outcome": "oab_euro", "unit": unit}
    bend = attempt(
        lambda: discontinuity(rows["raw_per_pupil"], per_pupil, cutoff=kink_point(), order=2, derivative=1).row()
    )
    local = _jumps([{**bend, **names}], group)
    near = rows[rows["raw_per_pupil"] < 2 * kink_point()]
    line = near.assign(
        oab_euro=per_pupil,
        slope_below=near["raw_per_pupil"],
        change_of_slope=(near["raw_per_pupil"] - kink_point()).clip(lower=0),
    )
    terms = ["slope_below", "change_of_slope"]
    fitted = fit_where_determined(line, "oab_euro", terms, cluster="brin")
    estimates = fitted.estimates("money_line", group, unit, terms).assign(outcome="oab_euro")
    return pd.concat([estimates, local], ignore_index=True)


def _jumps(estimates: Sequence[Mapping[str, object]], group: str) -> pd.DataFrame:
    rows = in_form(pd.DataFrame(estimates), group=group, term="change_of_slope")
    rows = rows.drop(columns="conventional", errors="ignore").drop_duplicates(["model", "outcome"], ignore_index=True)
    return rows.assign(n_least=rows[["n_left", "n_right"]].min(axis=1))


def binned_money(money: pd.DataFrame, *, bins: int) -> pd.DataFrame:
    """Average money per pupil over bins of the score without threshold per pupil, equally many schools in each.

    Parameters
    ----------
    money : ``raw_per_pupil, oab_euro, pupils``, a row per school.
    bins : How many.

    Returns
    -------
    DataFrame : ``raw_per_pupil, euro_per_pupil, low, high`` (the tenth and ninetieth percent of schools), ``schools``.
    """
    rows = money[(money["pupils"] > 0) & money["raw_per_pupil"].notna()]
    rows = rows.assign(euro=rows["oab_euro"] / rows["pupils"])
    bin_of = pd.qcut(rows["raw_per_pupil"].rank(method="first"), bins, labels=False)
    by_bin = rows.groupby(bin_of).agg(
        raw_per_pupil=("raw_per_pupil", "mean"),
        euro_per_pupil=("euro", "mean"),
        low=("euro", lambda euro: euro.quantile(0.1)),
        high=("euro", lambda euro: euro.quantile(0.9)),
        schools=("euro", "size"),
    )
    return by_bin.reset_index(drop=True)


def _per_1000(outcome: str) -> str:
    return f"{UNITS[outcome]} per 1,000 euro a pupil"


@remembered
def event(panel: pd.DataFrame, outcomes: Sequence[str]) -> pd.DataFrame:
    """Estimate how schools with and without a score in 2016 grew apart since, year by year.

    Parameters
    ----------
    panel : As `with_money` returns it, with the outcomes.
    outcomes : Columns, in the units of `UNITS`.
    cluster : What errors are clustered by.

    Returns
    -------
    DataFrame
        Model ``oab_event`` with ``outcome, cluster``, errors clustered by board: for the country and for the G5, terms
        ``year_2015`` and so on.
    """

    def estimated(rows: pd.DataFrame, group: str, outcome: str) -> pd.DataFrame:
        fit = event_study(rows, outcome, treated="high", base=BASE_YEAR, cluster="board")
        return fit.estimates("oab_event", group, UNITS[outcome]).assign(outcome=outcome)

    estimates = [
        part
        for group, rows in (("all schools", panel), ("G5", panel[panel["g5"]]))
        for outcome in outcomes
        if (known := where_known(rows, [outcome]))["high"].nunique() == 2 and known["board"].nunique() > 2
        for part in _determined(partial(estimated, known, group, outcome))
    ]
    return pd.concat(estimates, ignore_index=True).assign(cluster="board") if estimates else no_rows()


def _determined(estimate: Callable[[], pd.DataFrame]) -> list[pd.DataFrame]:
    """Estimate; nothing where the data do not determine it."""
    try:
        return [estimate()]
    except ModelError as error:
        error.raise_unless_of_the_data()
        return []


@remembered
def dose(panel: pd.DataFrame, outcomes: Sequence[str]) -> pd.DataFrame:
    """Estimate what is associated with 1,000 euro more per pupil, with effects of schools and of years.

    Parameters
    ----------
    panel : As `with_money` returns it, with the outcomes.
    outcomes : Columns, in the units of `UNITS`.

    Returns
    -------
    DataFrame
        Model ``oab_dose`` with ``outcome, cluster``, errors clustered by board: over all schools, and over the schools
        with a score in 2016 (among all schools the older trend between schools with and without a score is in it).
    """
    estimates = [
        fit_panel(where_known(rows, ["dose", outcome]), outcome, ["dose"], cluster="board")
        .estimates("oab_dose", group, _per_1000(outcome))
        .assign(outcome=outcome)
        for group, rows in (("all schools", panel), ("schools with a score in 2016", panel[panel["high"] == 1]))
        for outcome in outcomes
        if {"dose", outcome} <= set(rows)
    ]
    return pd.concat(estimates, ignore_index=True).assign(cluster="board") if estimates else no_rows()
