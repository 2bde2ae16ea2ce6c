"""What the chapter on the city's teachers finds, in sentences; numbers, and words that rest on them, are computed."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from analysis.publish.language import text
from analysis.publish.wording import COLUMNS
from analysis.publish.wording_staffing import Finding, Row, as_rows, one

TEACHERS = "teachers"


def teachers(flows: pd.DataFrame, estimates: pd.DataFrame, by_risk: pd.DataFrame) -> pd.DataFrame:
    """Tell who came and left, how much teachers work, how they compare with pupils and how far they live.

    Parameters
    ----------
    flows, estimates, by_risk
        The chapter's tables, as the gate let them through; a finding that rests on a withheld number is not told.

    Returns
    -------
    DataFrame
        One row per finding: ``name, sentence, n, unit``.
    """
    rows = [*_flows(flows), *_hours(estimates), *_composition(estimates), *_homes(estimates), *_risk(by_risk)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _flows(flows: pd.DataFrame) -> Iterator[Finding]:
    told = {(row["flow"], row["where"]): row for row in as_rows(flows.dropna(subset=["share", "teachers"]))}
    wanted = {"left": ("all", "other city"), "came": ("all", "starter")}
    if all((flow, where) in told for flow, ways in wanted.items() for where in ways):
        left, came = told["left", "all"], told["came", "all"]
        yield (
            "flows",
            text(
                "Of the teachers of {before}/{before_end} {left:.0%} had left two years later, {city:.0%} of them for "
                "another city; of those of {after}/{after_end} {came:.0%} had come since, {starters:.0%} of them as "
                "starters.",
                **_school_years(left, came),
                left=left["share"],
                city=told["left", "other city"]["share"],
                came=came["share"],
                starters=told["came", "starter"]["share"],
            ),
            int(came["teachers"]),
            TEACHERS,
        )


def _school_years(left: Row, came: Row) -> dict[str, str]:
    told = {"before": int(left["year"]), "after": int(came["year"])}
    return {name: str(year) for name, year in told.items()} | {
        f"{name}_end": f"{(year + 1) % 100:02d}" for name, year in told.items()
    }


def _hours(estimates: pd.DataFrame) -> Iterator[Finding]:
    row = one(estimates, model="teacher_hours", term="last_year")
    if row:
        yield (
            "hours",
            text(
                "At equal age, sex and background a teacher works {size:.3f} fte {side} than two years before (95% "
                "interval {low:.3f} to {high:.3f}).",
                size=abs(row["estimate"]),
                side=text("less") if row["estimate"] < 0 else text("more"),
                low=min(abs(row["ci_low"]), abs(row["ci_high"])),
                high=max(abs(row["ci_low"]), abs(row["ci_high"])),
            ),
            int(row["n_obs"]),
            "teacher years",
        )


def _composition(estimates: pd.DataFrame) -> Iterator[Finding]:
    rows = estimates[(estimates["model"] == "teacher_composition") & (estimates["by"] == "band")]
    known = as_rows(rows.dropna(subset=["estimate", "n_obs"]))
    if len(known) > 1:
        low, high = known[0], known[-1]
        yield (
            "composition",
            text(
                "Teachers resemble pupils: {low:.0%} of them have a non-western background at schools with the fewest "
                "pupils who have one, {high:.0%} at schools with the most.",
                low=low["estimate"],
                high=high["estimate"],
            ),
            sum(int(row["n_obs"]) for row in known),
            TEACHERS,
        )


def _homes(estimates: pd.DataFrame) -> Iterator[Finding]:
    last = estimates[(estimates["model"] == "teachers") & (estimates["by"] == "year")]
    last = last[last["category"] == last["category"].max()].dropna(subset=["estimate", "n_obs"])
    told = {row["outcome"]: row for row in as_rows(last)}
    if {"in_city", "distance_km", "within_7_km"} <= set(told):
        yield (
            "homes",
            text(
                "Of the teachers {city:.0%} live in the city; the straight line from home to school is {km:.1f} km on "
                "average, and at most 7 km for {near:.0%}.",
                city=told["in_city"]["estimate"],
                km=told["distance_km"]["estimate"],
                near=told["within_7_km"]["estimate"],
            ),
            int(told["in_city"]["n_obs"]),
            TEACHERS,
        )


def _risk(by_risk: pd.DataFrame) -> Iterator[Finding]:
    chosen = by_risk[(by_risk["outcome"] == "mean_schools") & (by_risk["category"] != "")]
    chosen = chosen[chosen["year"] == chosen["year"].max()].dropna(subset=["estimate", "schools"])
    known = as_rows(chosen)
    if len(known) > 1:
        low, high = known[0], known[-1]
        yield (
            "risk",
            text(
                "In October {year} the teacher shortage of the city's schools was {low:.1%} where the fewest pupils "
                "are at risk of disadvantage, and {high:.1%} where the most are.",
                year=str(low["year"]),
                low=low["estimate"],
                high=high["estimate"],
            ),
            sum(int(row["schools"]) for row in known),
            "schools",
        )
