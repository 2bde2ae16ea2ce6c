"""What the chapter on the city's teachers finds, in sentences; numbers, and words that rest on them, are computed."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from analysis.language import text
from analysis.publish import units
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import Finding, as_rows, frame, number_of, one, where_known
from analysis.publish.units import Row

say = sentences_beside(__file__)

TEACHERS = "teachers"
APART = 2
"""Years between the two that most sentences are about; of others they say which."""
HELD_EQUAL = ("man", "nonwestern")


def teachers(flows: pd.DataFrame, estimates: pd.DataFrame, by_risk: pd.DataFrame) -> pd.DataFrame:
    """State who came and left, how much teachers work, how they compare with pupils and how far they live.

    Parameters
    ----------
    flows, estimates, by_risk
        The chapter's tables, as the gate let them through; a finding that rests on a withheld number is left out.

    Returns
    -------
    DataFrame
        One row per finding, as `findings.frame`.
    """
    return frame(
        where_known(_flows(flows), _hours(estimates), _composition(estimates), _homes(estimates), _risk(by_risk))
    )


def _flows(flows: pd.DataFrame) -> Iterator[Finding]:
    by_flow = {(row["flow"], row["where"]): row for row in as_rows(flows.dropna(subset=["share", "teachers"]))}
    wanted = {"left": ("all", "other city"), "came": ("all", "starter")}
    if all((flow, where) in by_flow for flow, ways in wanted.items() for where in ways):
        left, came = by_flow["left", "all"], by_flow["came", "all"]
        two = number_of(came["year"]) - number_of(left["year"]) == APART
        yield Finding(
            "flows",
            say(
                "flows" if two else "flows_by",
                n_before=number_of(left["teachers"]),
                n_after=number_of(came["teachers"]),
                **_school_years(left, came),
                left=left["share"],
                city=by_flow["left", "other city"]["share"],
                came=came["share"],
                starters=by_flow["came", "starter"]["share"],
            ),
            number_of(came["teachers"]),
            TEACHERS,
        )


def _school_years(left: Row, came: Row) -> dict[str, str]:
    years = {"before": number_of(left["year"]), "after": number_of(came["year"])}
    return {name: str(year) for name, year in years.items()} | {
        f"{name}_end": f"{(year + 1) % 100:02d}" for name, year in years.items()
    }


def _hours(estimates: pd.DataFrame) -> Iterator[Finding]:
    row = one(estimates, model="teacher_hours", term="last_year")
    terms = set(estimates.loc[estimates["model"] == "teacher_hours", "term"])
    if not row or not terms.issuperset(HELD_EQUAL):
        return
    sign, two = units.direction(row), _two_years(estimates)
    sentence = (
        say("hours" if two else "hours_before", size=units.size(row), side=text("less") if sign < 0 else text("more"))
        if sign
        else say("hours_unclear" if two else "hours_unclear_before", interval=units.with_interval(row))
    )
    yield Finding("hours", sentence, number_of(row["n_obs"]), "teacher years", row["p_value"])


def _two_years(estimates: pd.DataFrame) -> bool:
    """Tell whether the estimates are of two school years, two apart."""
    of_years = estimates[(estimates["model"] == "teachers") & (estimates["by"] == "year")]
    years = sorted({int(year) for year in of_years["category"]})
    return len(years) == APART and years[1] - years[0] == APART


def _composition(estimates: pd.DataFrame) -> Iterator[Finding]:
    rows = estimates[(estimates["model"] == "teacher_composition") & (estimates["by"] == "band")]
    known = as_rows(rows.dropna(subset=["estimate", "n_obs"]))
    slope = one(estimates, model="teacher_composition", term="share_nonwestern_pupils")
    if len(known) < 2 or not slope:
        return
    sign, ends = units.direction(slope), {"low": known[0]["estimate"], "high": known[-1]["estimate"]}
    sentence = (
        say("composition", side=text("more") if sign > 0 else text("fewer"), **ends)
        if sign
        else say("composition_unclear", **ends)
    )
    yield Finding("composition", sentence, sum(number_of(row["n_obs"]) for row in known), TEACHERS, slope["p_value"])


def _homes(estimates: pd.DataFrame) -> Iterator[Finding]:
    last = estimates[(estimates["model"] == "teachers") & (estimates["by"] == "year")]
    last = last[last["category"] == last["category"].max()].dropna(subset=["estimate", "n_obs"])
    by_outcome = {row["outcome"]: row for row in as_rows(last)}
    if {"in_city", "distance_km", "within_7_km"} <= set(by_outcome):
        yield Finding(
            "homes",
            say(
                "homes",
                city=by_outcome["in_city"]["estimate"],
                km=by_outcome["distance_km"]["estimate"],
                near=by_outcome["within_7_km"]["estimate"],
            ),
            number_of(by_outcome["in_city"]["n_obs"]),
            TEACHERS,
        )


def _risk(by_risk: pd.DataFrame) -> Iterator[Finding]:
    chosen = by_risk[(by_risk["outcome"] == "mean_schools") & (by_risk["category"] != "")]
    chosen = chosen[(chosen["year"] == chosen["year"].max()) & (chosen["schools"].fillna(1) > 0)]
    known = as_rows(chosen.dropna(subset=["estimate", "schools"]))
    # Where an end is withheld, the last band that is known is not the one with the most.
    if len(known) > 1 and chosen.iloc[[0, -1]][["estimate", "schools"]].notna().all(axis=None):
        low, high = known[0], known[-1]
        yield Finding(
            "risk",
            say("risk", year=str(low["year"]), low=low["estimate"], high=high["estimate"]),
            sum(number_of(row["schools"]) for row in known),
            "schools",
        )
