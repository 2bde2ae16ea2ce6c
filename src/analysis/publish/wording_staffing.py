"""What the chapters on staffing find, in sentences; numbers, and words that rest on them, are computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from analysis.publish.language import text
from analysis.publish.tables import number
from analysis.publish.wording import COLUMNS
from analysis.publish.words_staffing import axes, outcomes

Row = Mapping[str, Any]
Finding = tuple[str, str, int, str]
# The verdicts of `models.staffing.validity`, to which a test holds them.
NOTHING, SOMETHING = "no effect that matters", "an effect"
SCHOOLS, SCHOOL_YEARS = "schools", "school years"


def staffing(
    distribution: pd.DataFrame, estimates: pd.DataFrame, nulls: pd.DataFrame, checks: pd.DataFrame, *, last_year: int
) -> pd.DataFrame:
    """Tell what the chapter on shortage, toelage and OAB finds.

    Parameters
    ----------
    distribution, estimates, nulls, checks
        The chapter's tables, as the gate let them through; a finding that rests on a withheld number is not told.
    last_year
        Of the shortage.

    Returns
    -------
    DataFrame
        One row per finding: ``name, sentence, n, unit``.
    """
    rows = [
        *_levels(distribution, last_year),
        *_weging(one(estimates, model="shortage_expected_ame", term="weging", weights="schools")),
        *_judgement(one(estimates, model="judgement_lpm", term="large_shortage", controls="none")),
        *_wage(one(estimates, model="amt_first_stage")),
        *_nulls(nulls),
        *_trending(estimates),
        *_oab(one(estimates, model="oab_event", term=f"year_{last_year}", group="all schools", **RATIO), last_year),
        *_dose(one(estimates, model="oab_dose", group="schools with a score in 2016", **RATIO)),
        *_kink(one(estimates, model="oab_kink", **RATIO)),
        *_formula(checks),
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


RATIO = {"outcome": "pupils_per_teacher"}


def _levels(distribution: pd.DataFrame, year: int) -> Iterator[Finding]:
    chosen = distribution[distribution["year"] == year]
    for category, name in (("G5", "g5"), ("outside the G5", "outside")):
        told = {
            row["outcome"]: row
            for row in as_rows(chosen[chosen["category"] == category].dropna(subset=["estimate", "schools"]))
        }
        if {"mean_employment", "zero", "above_30"} <= set(told):
            where = text("In the G5") if name == "g5" else text("Outside the G5")
            yield (
                f"shortage_{name}",
                text(
                    "{where} the teacher shortage was {mean:.1%} of employment in {year}; {zero:.0%} of the schools "
                    "had none, {large:.0%} had one above 30%.",
                    where=where,
                    mean=told["mean_employment"]["estimate"],
                    zero=told["zero"]["estimate"],
                    large=told["above_30"]["estimate"],
                    year=str(year),
                ),
                int(told["zero"]["schools"]),
                SCHOOLS,
            )


def _weging(row: Row | None) -> Iterator[Finding]:
    if row:
        yield (
            "shortage_weging",
            text(
                "At schools with 10 points more schoolweging the shortage is on average {size:.1%} of employment "
                "larger ({interval}), in the same year and region. It goes with schoolweging; that is not its cause.",
                size=row["estimate"],
                interval=_percent_interval(row),
            ),
            int(row["n_obs"]),
            SCHOOL_YEARS,
        )


def _judgement(row: Row | None) -> Iterator[Finding]:
    if row:
        yield (
            "judgement",
            text(
                "Schools with a shortage of 5% or more were judged insufficient more often: the difference is "
                "{size:.1f} percentage points ({low:.1f} to {high:.1f}). What makes a school short of teachers may "
                "also make it weak.",
                size=100 * row["estimate"],
                low=100 * row["ci_low"],
                high=100 * row["ci_high"],
            ),
            int(row["n_obs"]),
            SCHOOLS,
        )


def _wage(row: Row | None) -> Iterator[Finding]:
    if row:
        yield (
            "wage",
            text(
                "At the cut-off of the arbeidsmarkttoelage the hourly wage jumps by {size:.1f} per cent ({low:.1f} to "
                "{high:.1f}): the money did arrive.",
                size=100 * row["estimate"],
                low=100 * row["ci_low"],
                high=100 * row["ci_high"],
            ),
            int(row["n_obs"]),
            SCHOOLS,
        )


def _nulls(nulls: pd.DataFrame) -> Iterator[Finding]:
    known = as_rows(nulls.dropna(subset=["estimate", "ci_low", "ci_high"]))
    for row in known:
        if row["model"] == "amt_did" and row["outcome"] != "retention":  # the mirror of who left
            yield f"toelage_{row['outcome']}", _null_told(row), int(row["n_obs"]), SCHOOL_YEARS


def _null_told(row: Row) -> str:
    outcome, unit, interval = outcomes()[row["outcome"]], axes()[row["outcome"]], interval_told(row)
    if row["verdict"] == NOTHING:
        return text(
            "{outcome}: the arbeidsmarkttoelage had no effect that matters. The change is {interval} {unit}, and any "
            "effect of {margin} or more is ruled out.",
            outcome=outcome,
            interval=interval,
            unit=unit,
            margin=number(row["margin"], 2),
        )
    if row["verdict"] == SOMETHING:
        return text(
            "{outcome}: schools with the arbeidsmarkttoelage moved apart from the others by {interval} {unit}.",
            outcome=outcome,
            interval=interval,
            unit=unit,
        )
    return text(
        "{outcome}: these data are too uncertain to tell. The change is {interval} {unit}; only effects from {mde:.3f} "
        "on would have been found four times in five.",
        outcome=outcome,
        interval=interval,
        unit=unit,
        mde=row["mde"],
    )


def _trending(estimates: pd.DataFrame) -> Iterator[Finding]:
    row = one(estimates, model="amt_rd", outcome="shortage")
    if row:
        yield (
            "toelage_shortage",
            text(
                "The teacher shortage rose faster where it was high already, before the arbeidsmarkttoelage too, so "
                "only neighbours at the cut-off can be compared: there its change differs by {interval} of employment.",
                interval=interval_told(row),
            ),
            int(row["n_obs"]),
            SCHOOLS,
        )


def _oab(row: Row | None, year: int) -> Iterator[Finding]:
    if row:
        yield (
            "oab_event",
            text(
                "From 2016 to {year} pupils per teacher moved {interval} at schools with a score against schools "
                "without one. That is the older trend of the others, with and without toelage; it says that the "
                "relative position of schools with disadvantage worsened, not why.",
                year=str(year),
                interval=interval_told(row, 2),
            ),
            int(row["n_obs"]),
            SCHOOL_YEARS,
        )


def _dose(row: Row | None) -> Iterator[Finding]:
    if row:
        yield (
            "oab_dose",
            text(
                "Among schools with a score, 1,000 euro more a pupil goes with {interval} pupils per teacher at the "
                "same school.",
                interval=interval_told(row, 2),
            ),
            int(row["n_obs"]),
            SCHOOL_YEARS,
        )


def _kink(row: Row | None) -> Iterator[Finding]:
    if row:
        yield (
            "oab_kink",
            text(
                "At the threshold where the money begins nothing can be told of its effect: per 1,000 euro a pupil the "
                "bend says {interval} pupils per teacher, an interval in which every plausible effect fits.",
                interval=interval_told(row, 1),
            )
            if row["ci_low"] < -1 and row["ci_high"] > 1
            else text(
                "At the threshold where the money begins, 1,000 euro a pupil goes with {interval} pupils per teacher.",
                interval=interval_told(row, 1),
            ),
            int(row["n_obs"]),
            SCHOOLS,
        )


def _formula(checks: pd.DataFrame) -> Iterator[Finding]:
    for row in as_rows(checks[checks["check"] == "threshold"].dropna(subset=["estimate", "schools"])):
        yield (
            "threshold",
            text(
                "From the difference between scores without and with it the threshold is {found:.2%} of the pupils; "
                "the formula says {expected:.0%}.",
                found=row["estimate"],
                expected=row["expected"],
            ),
            int(row["schools"]),
            SCHOOLS,
        )


def one(estimates: pd.DataFrame, **chosen: str) -> Row | None:
    """Find the first row with these values and all its numbers; None when there is none."""
    rows = estimates.dropna(subset=["estimate", "ci_low", "ci_high", "n_obs"])
    for column, value in chosen.items():
        rows = rows[rows[column] == value]
    return as_rows(rows)[0] if len(rows) else None


def as_rows(frame: pd.DataFrame) -> list[Row]:
    """Give the rows of a frame as mappings."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def interval_told(row: Row, digits: int = 3) -> str:
    """Write an estimate with its interval."""
    estimate, low, high = (number(row[name], digits) for name in ("estimate", "ci_low", "ci_high"))
    return text("{estimate} (95% interval {low} to {high})", estimate=estimate, low=low, high=high)


def _percent_interval(row: Row) -> str:
    return text("95% interval {low:.1%} to {high:.1%}", low=row["ci_low"], high=row["ci_high"])
