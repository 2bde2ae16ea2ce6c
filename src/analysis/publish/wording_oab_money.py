"""What the chapter on real money finds, in sentences; numbers, and words that rest on them, are computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from analysis.publish.language import text
from analysis.publish.tables import number
from analysis.publish.wording import COLUMNS
from analysis.publish.wording_staffing import Finding, Row, as_rows, one

SCHOOLS = "schools"


def oab_money(checks: pd.DataFrame, estimates: pd.DataFrame, eligible: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """Tell how real scores and money obey their formula, and who would have received the toelage.

    Parameters
    ----------
    checks, estimates, eligible
        The chapter's tables, as the gate let them through; a finding that rests on a withheld number is not told.
    threshold
        The score per pupil from which money begins.

    Returns
    -------
    DataFrame
        One row per finding: ``name, sentence, n, unit``.
    """
    told = {row["check"]: row for row in as_rows(checks) if not pd.isna(row["schools"])}
    rows = [
        *_threshold(told),
        *_weights(told),
        *_transition(told),
        *_bend(one(estimates, model="money_line", term="change_of_slope"), threshold),
        *_hired(one(estimates, model="accounts_trend", outcome="hired_share")),
        *_proxy(eligible),
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _threshold(told: Mapping[str, Row]) -> Iterator[Finding]:
    if {"threshold", "score"} <= set(told):
        row = told["threshold"]
        yield (
            "threshold",
            text(
                "The threshold that CBS describes is in its figures: the difference between scores without and with it "
                "is {found:.3%} of the pupils at the distance in the notes, against {expected:.0%} in the formula; "
                "{share:.1%} of all locations have the score that the formula gives.",
                found=row["estimate"],
                expected=row["expected"],
                share=told["score"]["share_exact"],
            ),
            int(told["score"]["schools"]),
            SCHOOLS,
        )


def _weights(told: Mapping[str, Row]) -> Iterator[Finding]:
    if {"price_of_weight", "price_of_age"} <= set(told):
        price, age = told["price_of_weight"], told["price_of_age"]
        yield (
            "weights",
            text(
                "In 2011/12 a school's money was its weight times {base} euro plus {age} euro for every year of its "
                "teachers' mean weighted age; {share:.1%} of the schools received exactly that.",
                base=number(price["estimate"], 2),
                age=number(age["estimate"], 2),
                share=price["share_exact"],
            ),
            int(price["schools"]),
            SCHOOLS,
        )


def _transition(told: Mapping[str, Row]) -> Iterator[Finding]:
    if {"floor_price", "at_floor", "kept"} <= set(told):
        yield (
            "transition",
            text(
                "In 2019/20, the first year with scores, {share:.0%} of the schools with a score received {price} euro "
                "a point and no more; of all the money {kept:.0%} came on top of that, kept from the scheme before.",
                share=told["at_floor"]["estimate"],
                price=number(told["floor_price"]["estimate"], 2),
                kept=told["kept"]["estimate"],
            ),
            int(told["at_floor"]["schools"]),
            SCHOOLS,
        )


def _bend(row: Row | None, threshold: float) -> Iterator[Finding]:
    if row:
        yield (
            "bend",
            text(
                "Below {threshold} points a pupil there is hardly any money; above it a point brings {size} euro a "
                "pupil more (95% interval {low} to {high}).",
                threshold=number(threshold, 3),
                size=number(row["estimate"], 0),
                low=number(row["ci_low"], 0),
                high=number(row["ci_high"], 0),
            ),
            int(row["n_obs"]),
            SCHOOLS,
        )


def _hired(row: Row | None) -> Iterator[Finding]:
    if row:
        yield (
            "hired",
            text(
                "At boards with 10 points more schoolweging the share of hired staff in the costs of staff moved "
                "{size} percentage points a year against other boards (95% interval {low} to {high}).",
                size=number(100 * row["estimate"], 2),
                low=number(100 * row["ci_low"], 2),
                high=number(100 * row["ci_high"], 2),
            ),
            int(row["n_obs"]),
            "board years",
        )


def _proxy(eligible: pd.DataFrame) -> Iterator[Finding]:
    known = eligible.dropna(subset=["schools", "schools_eligible"])
    if len(known) > 1:
        country, city = as_rows(known)[:2]
        yield (
            "proxy",
            text(
                "On the scores of 2019 {country:,} schools would have been among the 15% with the highest score per "
                "pupil, {city:,} of them in {region}. The list of those that did receive it is not public; the scores "
                "of the next year decided.",
                country=int(country["schools_eligible"]),
                city=int(city["schools_eligible"]),
                region=str(city["region"]),
            ),
            int(country["schools"]),
            SCHOOLS,
        )
