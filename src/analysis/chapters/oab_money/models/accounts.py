"""Accounts of boards: hired staff and wages as shares of costs, at boards with more and less disadvantage."""

from __future__ import annotations

import pandas as pd

from analysis.stats.panel import event_study, fit_panel

OUTCOMES = {"wage_share": "share of all costs", "hired_share": "share of the costs of staff"}


def selected(by_board_year: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """Select the boards with a schoolweging and with the outcome in every year.

    A board that does not report in some years would otherwise change who is compared.

    Parameters
    ----------
    by_board_year : ``board, year, schoolweging`` and the outcome.
    outcome : One of `OUTCOMES`.

    Returns
    -------
    DataFrame : The rows that stay, with ``location`` (the board) and ``weging`` (schoolweging in steps of 10).
    """
    rows = by_board_year.dropna(subset=["schoolweging", outcome])
    complete = rows.groupby("board")["year"].transform("size") == by_board_year["year"].nunique()
    return rows[complete].rename(columns={"board": "location"}).assign(weging=rows["schoolweging"] / 10.0)


def account(by_board_year: pd.DataFrame) -> pd.DataFrame:
    """Count which boards leave.

    Parameters
    ----------
    by_board_year : As in `selected`, with all `OUTCOMES`.

    Returns
    -------
    DataFrame : ``outcome, step, boards_out, boards_kept``.
    """
    boards = by_board_year["board"].nunique()
    with_weging = by_board_year.dropna(subset=["schoolweging"])["board"].nunique()
    steps = []
    for outcome in OUTCOMES:
        complete = selected(by_board_year, outcome)["location"].nunique()
        steps += [
            (outcome, "no school with a schoolweging", boards - with_weging, with_weging),
            (outcome, "not reported in every year", with_weging - complete, complete),
        ]
    return pd.DataFrame(steps, columns=["outcome", "step", "boards_out", "boards_kept"])


def by_weging(by_board_year: pd.DataFrame) -> pd.DataFrame:
    """Estimate how shares of costs moved at boards with a 10 points higher mean schoolweging.

    Parameters
    ----------
    by_board_year : As in `selected`, with all `OUTCOMES`.

    Returns
    -------
    DataFrame
        With ``outcome, cluster``: model ``accounts_event`` (schoolweging x year, against the first year) and
        ``accounts_trend`` (schoolweging x years since the first); effects of boards and of years.
    """
    estimates = []
    for outcome, unit in OUTCOMES.items():
        rows = selected(by_board_year, outcome)
        first = int(rows["year"].min())
        event = event_study(rows, outcome, treated="weging", base=first, cluster="location")
        trend = rows.assign(trend=rows["weging"] * (rows["year"] - first))
        slope = fit_panel(trend, outcome, ["trend"], cluster="location")
        for fit, model, per in ((event, "accounts_event", unit), (slope, "accounts_trend", f"{unit}, a year")):
            table = fit.estimates(model, "boards", f"{per}, per 10 points of schoolweging")
            estimates.append(table.assign(outcome=outcome))
    return pd.concat(estimates, ignore_index=True).assign(cluster="board")


def means(by_board_year: pd.DataFrame) -> pd.DataFrame:
    """Average the shares by year at boards in the lowest, middle and highest third of schoolweging.

    Parameters
    ----------
    by_board_year : As in `selected`, with all `OUTCOMES`.

    Returns
    -------
    DataFrame : ``outcome, third, year, mean, n_schools`` (boards).
    """
    thirds = ["lower third", "middle third", "upper third"]
    parts = []
    for outcome in OUTCOMES:
        rows = selected(by_board_year, outcome)
        third = pd.qcut(rows["schoolweging"].rank(method="dense"), 3, labels=thirds).astype(str)
        by_third = rows.assign(third=third).groupby(["third", "year"])[outcome].agg(["mean", "size"])
        parts.append(by_third.reset_index().assign(outcome=outcome).rename(columns={"size": "n_schools"}))
    return pd.concat(parts, ignore_index=True)[["outcome", "third", "year", "mean", "n_schools"]]
