"""What the chapter on real money finds, in sentences; numbers, and words that rest on them, are computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from analysis.language import text
from analysis.publish import units
from analysis.publish.findings import Finding, as_rows, frame, number_of, one, where_known
from analysis.publish.tables import number
from analysis.publish.units import Row

SCHOOLS = "schools"


def oab_money(checks: pd.DataFrame, estimates: pd.DataFrame, eligible: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """State how real scores and money obey their formula, and who would have received the toelage.

    Parameters
    ----------
    checks, estimates, eligible
        The chapter's tables, as the gate let them through; a finding that rests on a withheld number is left out.
    threshold
        The score per pupil from which money begins.

    Returns
    -------
    DataFrame
        One row per finding, as `findings.frame`.
    """
    told = {row["check"]: row for row in as_rows(checks) if not pd.isna(row["schools"])}
    line = {term: one(estimates, model="money_line", term=term) for term in ("slope_below", "change_of_slope")}
    return frame(
        [
            *where_known(
                _threshold(told),
                _weights(told),
                _transition(told),
                _bend(line["slope_below"], line["change_of_slope"], threshold),
                _hired(one(estimates, model="accounts_trend", outcome="hired_share")),
                _proxy(eligible),
            ),
        ]
    )


def _threshold(told: Mapping[str, Row]) -> Iterator[Finding]:
    if {"threshold", "score"} <= set(told):
        row = told["threshold"]
        yield Finding(
            "threshold",
            text(
                "From the difference between scores without and with threshold, and the distance in the notes of CBS, "
                "the threshold is {found:.3%} of the pupils; the formula says {expected:.0%}. Of all locations "
                "{share:.1%} have the score that the formula gives.",
                found=row["estimate"],
                expected=row["expected"],
                share=told["score"]["share_exact"],
            ),
            number_of(told["score"]["schools"]),
            SCHOOLS,
        )


def _weights(told: Mapping[str, Row]) -> Iterator[Finding]:
    if {"price_of_weight", "price_of_age"} <= set(told):
        price, age = told["price_of_weight"], told["price_of_age"]
        yield Finding(
            "weights",
            text(
                "In 2011/12 a school's money was its weight times {base} euro plus {age} euro for every year of its "
                "teachers' mean weighted age; {share:.1%} of the schools received exactly that.",
                base=number(price["estimate"], 2),
                age=number(age["estimate"], 2),
                share=price["share_exact"],
            ),
            number_of(price["schools"]),
            SCHOOLS,
        )


def _transition(told: Mapping[str, Row]) -> Iterator[Finding]:
    if {"floor_price", "at_floor", "kept"} <= set(told):
        yield Finding(
            "transition",
            text(
                "In 2019/20, the first year with scores, {share:.0%} of the schools with a score received {price} euro "
                "a point and no more; of all the money {kept:.0%} came on top of that, kept from the scheme before.",
                share=told["at_floor"]["estimate"],
                price=number(told["floor_price"]["estimate"], 2),
                kept=told["kept"]["estimate"],
            ),
            number_of(told["at_floor"]["schools"]),
            SCHOOLS,
        )


def _bend(below: Row | None, change: Row | None, threshold: float) -> Iterator[Finding]:
    if not below or not change:
        return
    sign, steep = units.direction(change), {"threshold": number(threshold, 3), "below": number(below["estimate"], 0)}
    turned = units.mirrored(change)
    ends = {end: number(turned[f"ci_{end}"], 0) for end in ("low", "high")}
    sentence = (
        text(
            "Below {threshold} points a pupil, one point more goes with {below} euro a pupil; above it with {size} "
            "euro {side} than that (95% interval {low} to {high}).",
            size=number(turned["estimate"], 0),
            side=text("more") if sign > 0 else text("less"),
            **steep,
            **ends,
        )
        if sign
        else text(
            "At {threshold} points a pupil no bend in the money is established: below it one point more goes with "
            "{below} euro a pupil.",
            **steep,
        )
    )
    yield Finding("bend", sentence, number_of(change["n_obs"]), SCHOOLS, change["p_value"])


def _hired(row: Row | None) -> Iterator[Finding]:
    if not row:
        return
    sign = units.direction(row)
    sentence = (
        text(
            "At boards with 10 points more schoolweging the share of hired staff in the costs of staff moved {size} a "
            "year {side} relative to other boards.",
            size=units.size(row, digits=2),
            side=text("up") if sign > 0 else text("down"),
        )
        if sign
        else text(
            "At boards with 10 points more schoolweging the share of hired staff in the costs of staff did not "
            "measurably move otherwise than at other boards: {interval} a year.",
            interval=units.with_interval(row, digits=2),
        )
    )
    yield Finding("hired", sentence, number_of(row["n_obs"]), "board years", row["p_value"])


def _proxy(eligible: pd.DataFrame) -> Iterator[Finding]:
    known = eligible.dropna(subset=["schools", "schools_eligible"])
    if len(known) > 1:
        country, city = as_rows(known)[:2]
        yield Finding(
            "proxy",
            text(
                "On the scores of 2019, {country:,} schools would have been among the 15% with the highest score per "
                "pupil, and {city:,} schools in {region} among them. The list of those that received the "
                "arbeidsmarkttoelage is not public; the scores of the next year decided.",
                country=number_of(country["schools_eligible"]),
                city=number_of(city["schools_eligible"]),
                region=str(city["region"]),
            ),
            number_of(country["schools"]),
            SCHOOLS,
        )
