"""Accounts of boards: hired staff and wages as shares of costs, at boards with more and less disadvantage."""

from __future__ import annotations

import pandas as pd

from analysis.stats.panel import event_study, event_year, fit_panel

OUTCOMES = {"wage_share": "share of all costs", "hired_share": "share of the costs of staff"}
STEP = 10.0  # schoolweging is told in steps of 10


def selected(by_board_year: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """Select the boards with a schoolweging and with the outcome in every year; ``location`` is the board.

    A board that does not report in some years would otherwise change who is compared.
    """
    rows = by_board_year.dropna(subset=["schoolweging", outcome])
    complete = rows.groupby("board")["year"].transform("size") == by_board_year["year"].nunique()
    return rows[complete].rename(columns={"board": "location"}).assign(weging=rows["schoolweging"] / STEP)


def account(by_board_year: pd.DataFrame) -> pd.DataFrame:
    """Count which boards leave: ``outcome, step, boards_out, boards_kept``."""
    told = []
    for outcome in OUTCOMES:
        known = by_board_year.dropna(subset=["schoolweging"])
        every, weging = by_board_year["board"].nunique(), known["board"].nunique()
        kept = selected(by_board_year, outcome)["location"].nunique()
        told += [
            (outcome, "no school with a schoolweging", every - weging, weging),
            (outcome, "not reported in every year", weging - kept, kept),
        ]
    return pd.DataFrame(told, columns=["outcome", "step", "boards_out", "boards_kept"])


def by_weging(by_board_year: pd.DataFrame) -> pd.DataFrame:
    """Estimate how shares of costs moved at boards with a 10 points higher mean schoolweging.

    Returns
    -------
    DataFrame
        In the one form with ``outcome, cluster`` after it: model ``accounts_event`` (schoolweging x year, against the
        first year) and ``accounts_trend`` (schoolweging x years since the first); effects of boards and of years.
    """
    told = []
    for outcome, unit in OUTCOMES.items():
        rows = selected(by_board_year, outcome)
        first = int(rows["year"].min())
        event = event_study(rows, outcome, treated="weging", base=first, cluster="location")
        slope = fit_panel(
            rows.assign(trend=rows["weging"] * (rows["year"] - first)), outcome, ["trend"], cluster="location"
        )
        for found, model in ((event, "accounts_event"), (slope, "accounts_trend")):
            per = unit if model == "accounts_event" else f"{unit}, a year"
            told.append(
                found.estimates(model, "boards", f"{per}, per 10 points of schoolweging").assign(outcome=outcome)
            )
    return pd.concat(told, ignore_index=True).assign(cluster="board")


def means(by_board_year: pd.DataFrame) -> pd.DataFrame:
    """Average the shares by year at boards in the lowest, middle and highest third of schoolweging.

    Returns
    -------
    DataFrame
        ``outcome, third, year, mean, boards``.
    """
    told = []
    for outcome in OUTCOMES:
        rows = selected(by_board_year, outcome)
        third = pd.qcut(
            rows["schoolweging"].rank(method="dense"), 3, labels=["lower third", "middle third", "upper third"]
        )
        by = rows.assign(third=third.astype(str)).groupby(["third", "year"])[outcome].agg(["mean", "size"])
        told.append(by.reset_index().assign(outcome=outcome).rename(columns={"size": "n_schools"}))
    return pd.concat(told, ignore_index=True)[["outcome", "third", "year", "mean", "n_schools"]]


def years(event: pd.DataFrame) -> pd.DataFrame:
    """Give the terms of an event study their year."""
    return event.assign(year=event["term"].map(event_year))
