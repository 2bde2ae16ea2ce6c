"""What the chapter on real money finds, in sentences; numbers, and words that rest on them, are computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from analysis.language import text
from analysis.publish import units
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import Finding, as_rows, frame, number_of, one, where_known
from analysis.publish.tables import number
from analysis.publish.units import Row

say = sentences_beside(__file__)

SCHOOLS = "schools"


def oab_money(checks: pd.DataFrame, estimates: pd.DataFrame, eligible: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """State how real scores and money obey their formula, and who would have received the toelage.

    Parameters
    ----------
    checks, estimates, eligible
        The chapter's tables, as the gate let them through; a finding that rests on a withheld number is left out.
    threshold : The score per pupil from which money begins.

    Returns
    -------
    DataFrame
        One row per finding, as `findings.frame`.
    """
    by_check = {row["check"]: row for row in as_rows(checks) if not pd.isna(row["schools"])}
    line = {term: one(estimates, model="money_line", term=term) for term in ("slope_below", "change_of_slope")}
    return frame(
        [
            *where_known(
                _threshold(by_check),
                _weights(by_check),
                _transition(by_check),
                _bend(line["slope_below"], line["change_of_slope"], threshold),
                _hired(one(estimates, model="accounts_trend", outcome="hired_share")),
                _proxy(eligible),
            )
        ]
    )


def _threshold(by_check: Mapping[str, Row]) -> Iterator[Finding]:
    if {"threshold", "score"} <= set(by_check):
        row = by_check["threshold"]
        yield Finding(
            "threshold",
            say("threshold", found=row["estimate"], expected=row["expected"], share=by_check["score"]["share_exact"]),
            number_of(by_check["score"]["schools"]),
            SCHOOLS,
        )


def _weights(by_check: Mapping[str, Row]) -> Iterator[Finding]:
    if {"price_of_weight", "price_of_age"} <= set(by_check):
        price, age = by_check["price_of_weight"], by_check["price_of_age"]
        yield Finding(
            "weights",
            say(
                "weights", base=number(price["estimate"], 2), age=number(age["estimate"], 2), share=price["share_exact"]
            ),
            number_of(price["schools"]),
            SCHOOLS,
        )


def _transition(by_check: Mapping[str, Row]) -> Iterator[Finding]:
    if {"floor_price", "at_floor", "kept"} <= set(by_check):
        yield Finding(
            "transition",
            say(
                "transition",
                share=by_check["at_floor"]["estimate"],
                price=number(by_check["floor_price"]["estimate"], 2),
                kept=by_check["kept"]["estimate"],
            ),
            number_of(by_check["at_floor"]["schools"]),
            SCHOOLS,
        )


def _bend(below: Row | None, change: Row | None, threshold: float) -> Iterator[Finding]:
    if not below or not change:
        return
    sign, steep = (
        units.direction(change),
        {"threshold": number(threshold, 3), "below_euro": number(below["estimate"], 0)},
    )
    turned = units.mirrored(change)
    ends = {f"{end}_euro": number(turned[f"ci_{end}"], 0) for end in ("low", "high")}
    sentence = (
        say(
            "bend",
            size_euro=number(turned["estimate"], 0),
            side=text("more") if sign > 0 else text("less"),
            **steep,
            **ends,
        )
        if sign
        else say("no_bend", **steep)
    )
    yield Finding("bend", sentence, number_of(change["n_obs"]), SCHOOLS, change["p_value"])


def _hired(row: Row | None) -> Iterator[Finding]:
    if not row:
        return
    sign = units.direction(row)
    sentence = (
        say("hired", size=units.size(row, digits=2), side=text("up") if sign > 0 else text("down"))
        if sign
        else say("hired_unclear", interval=units.with_interval(row, digits=2))
    )
    yield Finding("hired", sentence, number_of(row["n_obs"]), "board years", row["p_value"])


def _proxy(eligible: pd.DataFrame) -> Iterator[Finding]:
    known = eligible.dropna(subset=["schools", "schools_eligible"])
    if len(known) > 1:
        country, city = as_rows(known)[:2]
        yield Finding(
            "proxy",
            say(
                "proxy",
                schools=number_of(country["schools_eligible"]),
                city_schools=number_of(city["schools_eligible"]),
                region=str(city["region"]),
            ),
            number_of(country["schools"]),
            SCHOOLS,
        )
