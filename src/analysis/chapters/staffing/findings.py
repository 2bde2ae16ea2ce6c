"""What the chapter on staffing finds, in sentences; numbers, and words that rest on them, are computed.

A direction is stated where the corrected p-value and the interval establish it, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from analysis.language import joined, text
from analysis.publish import units
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import LEVEL, Finding, as_rows, frame, number_of, one, where_known
from analysis.publish.tables import number
from analysis.publish.units import Row
from analysis.stats.multiplicity import holm
from analysis.topics.staffing.words import MIRROR, outcomes

say = sentences_beside(__file__)

# The verdicts of `chapters.staffing.models.validity`, its families and its level, to which a test holds them.
RULED_OUT, SOMETHING, UNKNOWN = "ruled out beyond the margin", "an effect", "too uncertain to say"
MONEY = "money and pupils per teacher"
SCHOOLS, SCHOOL_YEARS = "schools", "school years"
RATIO = {"outcome": "pupils_per_teacher"}
PLAUSIBLE = 1.0  # pupils per teacher per 1,000 euro a pupil: no effect of money on staffing is as large


def staffing(
    distribution: pd.DataFrame,
    estimates: pd.DataFrame,
    nulls: pd.DataFrame,
    checks: pd.DataFrame,
    pre_trends: pd.DataFrame,
    *,
    last_year: int,
    start: int,
) -> pd.DataFrame:
    """State what the chapter on shortage, toelage and OAB finds.

    Parameters
    ----------
    distribution, estimates, nulls, checks, pre_trends
        The chapter's tables, as the gate let them through; a finding that rests on a withheld number is left out.
    last_year : Of the shortage.
    start : First year of the toelage.

    Returns
    -------
    DataFrame
        One row per finding, as `findings.frame`.
    """
    return frame(
        [
            *where_known(
                _levels(distribution, last_year),
                _weging(one(estimates, model="shortage_expected_ame", term="weging", weights="schools")),
                _judgement(one(estimates, model="judgement_lpm", term="large_shortage", controls="none")),
            ),
            *where_known(
                _wage(
                    one(estimates, model="amt_first_stage"), one(estimates, model="amt_honest_rd", outcome="log_wage")
                )
            ),
            *where_known(_toelage(nulls, pre_trends), _money(estimates, last_year, start - 1), _formula(checks)),
        ]
    )


def _levels(distribution: pd.DataFrame, year: int) -> Iterator[Finding]:
    chosen = distribution[distribution["year"] == year]
    for category, name in (("G5", "g5"), ("outside the G5", "outside")):
        by_measure = {
            row["outcome"]: row
            for row in as_rows(chosen[chosen["category"] == category].dropna(subset=["estimate", "schools"]))
        }
        if {"mean_employment", "zero", "above_30"} <= set(by_measure):
            where = text("In the G5") if name == "g5" else text("Outside the G5")
            yield Finding(
                f"shortage_{name}",
                say(
                    "shortage",
                    where=where,
                    mean=by_measure["mean_employment"]["estimate"],
                    zero=by_measure["zero"]["estimate"],
                    large=by_measure["above_30"]["estimate"],
                    year=str(year),
                ),
                number_of(by_measure["zero"]["schools"]),
                SCHOOLS,
            )


def _weging(row: Row | None) -> Iterator[Finding]:
    if not row:
        return
    sign = units.direction(row)
    sentence = (
        say("weging", size=units.size(row), side=text("larger") if sign > 0 else text("smaller"))
        if sign
        else say("weging_unclear", interval=units.with_interval(row))
    )
    yield Finding("shortage_weging", sentence, number_of(row["n_obs"]), SCHOOL_YEARS, row["p_value"])


def _judgement(row: Row | None) -> Iterator[Finding]:
    if not row:
        return
    sign = units.direction(row)
    sentence = (
        say("judgement", side=text("more often") if sign > 0 else text("less often"), size=units.size(row))
        if sign
        else say("judgement_unclear", interval=units.with_interval(row))
    )
    yield Finding("judgement", sentence, number_of(row["n_obs"]), SCHOOLS, row["p_value"])


def _wage(row: Row | None, honest: Row | None) -> Iterator[Finding]:
    if not row:
        return
    sign, beside = units.direction(row), _honest(row, honest)
    sentence = (
        say("wage_jump", size=_higher_or_lower(row), honest=beside)
        if sign
        else say("no_wage_jump", interval=units.with_interval(row), honest=beside)
    )
    yield Finding("wage", sentence, number_of(row["n_obs"]), SCHOOLS, row["p_value"])


def _honest(row: Row, honest: Row | None) -> str:
    """Write the honest interval beside the robust one, turned as that one is."""
    if honest is None:
        return ""
    turned = -1 if units.direction(row) < 0 else 1
    ends = sorted(turned * units.converted(honest[end], row["unit"]) for end in ("ci_low", "ci_high"))
    return text("; the honest interval is {low} to {high}", low=number(ends[0], 1), high=number(ends[1], 1))


def _toelage(nulls: pd.DataFrame, pre_trends: pd.DataFrame) -> Iterator[Finding]:
    known = as_rows(nulls.dropna(subset=["estimate", "ci_low", "ci_high", "verdict"]))
    steady = {row["outcome"]: row for row in known if row["model"] == "amt_did"}
    at_cutoff = {row["outcome"]: row for row in known if row["model"] == "amt_rd"}
    earlier = {row["outcome"]: row["p_value"] for row in as_rows(pre_trends.dropna(subset=["p_value"]))}
    for outcome in dict.fromkeys([*steady, *at_cutoff]):
        if outcome == MIRROR:
            continue
        if outcome in steady:
            row, unit = steady[outcome], SCHOOL_YEARS
            parts = [_before_and_after(row), _drift(row), _beside(at_cutoff.get(outcome))]
        else:
            row, unit = at_cutoff[outcome], SCHOOLS
            parts = [_verdict(row, text("at the cut-off"), text("At the cut-off")), _earlier(earlier.get(outcome))]
        tested = {"p_value": row["p_value"], "family": row["family"], "p_corrected": row["p_corrected"]}
        yield Finding(f"toelage_{outcome}", joined(" ", parts), number_of(row["n_obs"]), unit, **tested)


def _before_and_after(row: Row) -> str:
    condition = say("if_alike")
    return _verdict(row, condition, text("Compared before and after,"))


def _verdict(row: Row, condition: str, where: str) -> str:
    """State the verdict on an outcome under its condition; `where` it was compared, when nothing can be said."""
    values = {"outcome": outcomes()[row["outcome"]], "p": p_value(row["p_corrected"])}
    if row["verdict"] == RULED_OUT:
        return say(
            "ruled_out",
            margin=units.quantity(row["margin"], row["unit"], 1),
            condition=condition,
            interval=units.with_interval(row),
            outcome=values["outcome"],
        )
    if row["verdict"] == SOMETHING:
        return say("effect", condition=condition, size=_higher_or_lower(row), **values)
    return say(
        "too_uncertain",
        where=where,
        interval=units.with_interval(row),
        mde=units.quantity(row["mde"], row["unit"]),
        **values,
    )


def p_value(value: float) -> str:
    """Write a p-value for a sentence."""
    return f"p < {number(0.001, 3)}" if value < 0.001 else f"p = {number(value, 2 if value >= 0.1 else 3)}"


def _higher_or_lower(row: Row) -> str:
    # Not a word alone: another language has another word for "lower" as the name of a bound.
    size = units.size(row)
    return text("{size} higher", size=size) if row["estimate"] > 0 else text("{size} lower", size=size)


def _drift(row: Row) -> str:
    """State at which drift of the groups the verdict falls; a verdict that says nothing cannot fall."""
    if row["verdict"] == UNKNOWN:
        return ""
    if pd.isna(row["falls_at"]):
        return say("every_drift")
    values = {end: units.plain(row[f"drift_{end}"], row["unit"]) for end in ("low", "high")}
    if row["falls_at"] == 0:
        return say("falls_without_drift", **values)
    return say("falls_at_drift", drift=number(row["falls_at"], 1), **values)


def _beside(row: Row | None) -> str:
    """State the verdict at the cut-off on an outcome that is compared before and after too."""
    if row is None:
        return text("At the cut-off no estimate is reported.")
    if row["verdict"] == RULED_OUT:
        return say(
            "cutoff_rules_out", margin=units.quantity(row["margin"], row["unit"], 1), interval=units.with_interval(row)
        )
    if row["verdict"] == SOMETHING:
        return say("cutoff_effect", size=_higher_or_lower(row))
    return say("cutoff_uncertain", interval=units.with_interval(row))


def _earlier(p_earlier: float | None) -> str:
    """State that the groups moved apart before the start, where the test of the earlier years says so."""
    if p_earlier is None or p_earlier >= LEVEL:
        return ""
    return say("apart_before", p=p_value(p_earlier))


def _established(row: Row) -> int:
    """Return the sign that the interval and the corrected p-value both establish, else 0."""
    return units.direction(row) if row["p_corrected"] < LEVEL else 0


def _money(estimates: pd.DataFrame, last_year: int, before: int) -> Iterator[Finding]:
    """State the three findings on money and pupils per teacher: one family, corrected together."""
    event = {"model": "oab_event", "group": "all schools", **RATIO}
    rows = {
        "oab_event": one(estimates, term=f"year_{last_year}", **event),
        "oab_dose": one(estimates, model="oab_dose", group="schools with a score in 2016", **RATIO),
        "oab_kink": one(estimates, model="oab_kink", **RATIO),
    }
    known = {name: row for name, row in rows.items() if row}
    corrected = dict(zip(known, holm([row["p_value"] for row in known.values()]), strict=True))
    earlier = one(estimates, term=f"year_{before}", **event)
    sentences = {"oab_event": lambda row: _oab(row, last_year, earlier, before), "oab_dose": _dose, "oab_kink": _kink}
    for name, row in known.items():
        # A sentence names the euros: the unit is that of the outcome.
        judged = {**row, "unit": "pupils per fte", "p_corrected": corrected[name]}
        unit = SCHOOLS if name == "oab_kink" else SCHOOL_YEARS
        yield Finding(
            name, sentences[name](judged), number_of(row["n_obs"]), unit, row["p_value"], MONEY, corrected[name]
        )


def _oab(row: Row, year: int, before: Row | None, year_before: int) -> str:
    sign = _established(row)
    if not sign:
        return say("money_unclear", year=str(year), interval=units.with_interval(row))
    money = say("money", year=str(year), size=units.size(row), side=text("more") if sign > 0 else text("fewer"))
    if before is None or units.direction(before) != sign:
        return money
    return joined(" ", (money, say("money_before", year=str(year_before), size=units.size(before))))


def _dose(row: Row) -> str:
    sign = _established(row)
    if sign:
        return say("dose", size=units.size(row), side=text("more") if sign > 0 else text("fewer"))
    return say("dose_unclear", interval=units.with_interval(row))


def _kink(row: Row) -> str:
    sign, interval = _established(row), units.with_interval(row, digits=1)
    if sign:
        return say("kink", size=units.size(row, digits=1), side=text("more") if sign > 0 else text("fewer"))
    if row["ci_low"] < -PLAUSIBLE and row["ci_high"] > PLAUSIBLE:
        return say("kink_uncertain", interval=interval)
    return say("kink_unclear", interval=interval)


def _formula(checks: pd.DataFrame) -> Iterator[Finding]:
    for row in as_rows(checks[checks["check"] == "threshold"].dropna(subset=["estimate", "schools"])):
        yield Finding(
            "threshold",
            say("threshold", found=row["estimate"], expected=row["expected"]),
            number_of(row["schools"]),
            SCHOOLS,
        )
