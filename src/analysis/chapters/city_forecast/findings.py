"""What the chapter on how many pupils will come to a city finds, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from analysis.chapters.city_forecast.models.forecasts import COHORTS, NAIVE
from analysis.chapters.city_forecast.models.series import CITY
from analysis.chapters.city_forecast.models.stay import ALL, BEHAVIOUR, MIX, SAME
from analysis.chapters.city_forecast.models.years import AFTER, AGES, BEFORE, DIFFERENCE
from analysis.language import text
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import as_rows, frame, number_of, where_known
from analysis.publish.tables import number
from analysis.publish.units import direction

say = sentences_beside(__file__)

Finding = tuple[str, str, int, str]
PUPILS = "pupils"
AHEAD, TRIED_AHEAD = 5, 3
"""Years ahead of the forecast that is told, and of those of earlier years."""
NO_CHANGE = 0.0005
"""Net movement of cohorts that would be written as 0.0%."""


def city_forecast(
    tables: Mapping[str, pd.DataFrame], *, now: int, changed_from: int, cohorts: tuple[int, int]
) -> pd.DataFrame:
    """Say how many pupils will come, whether cohorts help, what changed the counts and at which ages.

    Parameters
    ----------
    tables
        ``forecast, printed, contest, since, years`` as the gate let them through; a finding that rests on a withheld
        number is left out. Of an office that follows pupils also ``stay, effects, decomposition, net``.
    now : The last year that is counted.
    changed_from : First year of the later period of the expected years.
    cohorts : The two that are compared.

    Returns
    -------
    DataFrame
        One row per finding: ``name, sentence, n, unit``.
    """
    rows = where_known(
        _ahead(tables["forecast"], now),
        _printed(tables["printed"]),
        _beats(tables["contest"]),
        _change(tables["since"]),
        _years(tables["years"], changed_from),
        _same_school(tables["stay"], tables["decomposition"], cohorts) if "stay" in tables else (),
        _hoog(tables["effects"]) if "stay" in tables else (),
        _net(tables["net"]) if "stay" in tables else (),
    )
    return frame(rows)


def tests(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the rows that hold the p-values of findings, of all tables below each other.

    Parameters
    ----------
    tables : As `city_forecast` has them.
    """
    contest = tables["contest"].astype({"years_ahead": "str"})
    rows = pd.concat([contest, tables["years"], *(tables[name] for name in ("effects",) if name in tables)])
    return rows.fillna(dict.fromkeys(("method", "years_ahead", "group", "term"), "")).reset_index(drop=True)


def _side(low: float, high: float, value: float) -> int:
    """Return 1 if an interval lies above a value, -1 below it, 0 where it holds it: the place of its sentence."""
    return int(low > value) - int(high < value)


def _ahead(forecast: pd.DataFrame, now: int) -> Iterator[Finding]:
    rows = forecast[(forecast["area"] == CITY) & (forecast["year"] == now + AHEAD)]
    for row in as_rows(rows.dropna(subset=["estimate", "ci_low", "ci_high"])):
        n = number_of(row["pupils_now"])
        values = {**_pupils(row), "year": now + AHEAD, "now_year": now, "now_pupils": n}
        side = _side(values["low_pupils"], values["high_pupils"], n)
        yield "ahead", say(("ahead_unclear", "ahead_more", "ahead_fewer")[side], **values), n, PUPILS


def _pupils(row: Mapping[str, Any]) -> dict[str, int]:
    """Return a forecast and its interval in tens: it counts nobody, and is no more exact."""
    names = {"forecast_pupils": "estimate", "low_pupils": "ci_low", "high_pupils": "ci_high"}
    return {name: number_of(round(row[column], -1)) for name, column in names.items()}


def _printed(printed: pd.DataFrame) -> Iterator[Finding]:
    """Say where a forecast in print lies; none where its readings lie on different sides."""
    for row in as_rows(printed.dropna(subset=["estimate", "ci_low", "ci_high"])):
        values: dict[str, Any] = _pupils(row)
        readings = [number_of(row[name]) for name in ("pupils_low", "pupils_high")]
        sides = {_side(values["low_pupils"], values["high_pupils"], reading) for reading in readings}
        if len(sides) > 1:
            continue
        year = number_of(row["year"])
        values |= {"year": year, "reading": _reading(*readings)}
        # An interval above the reading is a reading below the interval.
        sentence = say(("printed_inside", "printed_below", "printed_above")[sides.pop()], **values)
        yield f"printed_{year}", sentence, number_of(row["pupils_now"]), PUPILS


def _reading(low: int, high: int) -> str:
    if low == high:
        return text("{low_pupils:,}", low_pupils=low)
    return text("{low_pupils:,} or {high_pupils:,}, as it is read", low_pupils=low, high_pupils=high)


def _beats(contest: pd.DataFrame) -> Iterator[Finding]:
    own = contest[contest["years_ahead"] == TRIED_AHEAD]
    cohorts = own.loc[own["method"] == COHORTS, "mape"]
    for row in as_rows(own[own["method"] == NAIVE].dropna(subset=["estimate", "ci_low", "ci_high", "mape"])):
        ours, other = round(float(cohorts.iloc[0]), 2), round(row["mape"], 2)
        values = {"cohorts": ours, "other": other, "difference": ours - other, "low": row["ci_low"]}
        numbers = {name: number(value, 2) for name, value in {**values, "high": row["ci_high"]}.items()}
        told: dict[str, Any] = {"ahead_years": TRIED_AHEAD, "origin_years": number_of(row["origins"]), **numbers}
        sentence = say(("beats_unclear", "beats_no", "beats_yes")[direction(row)], **told)
        yield "beats", sentence, number_of(row["pupils"]), PUPILS


def _change(since: pd.DataFrame) -> Iterator[Finding]:
    for row in as_rows(since.dropna(subset="moved_share")):
        before, after = (number_of(row[name]) for name in ("pupils_before", "pupils_after"))
        share = row["moved_share"]
        side = 0 if abs(share) < NO_CHANGE else int(share > 0) - int(share < 0)
        values = {
            "from_year": number_of(row["from_year"]),
            "to_year": number_of(row["to_year"]),
            "entered_pupils": number_of(row["n_entries"]),
            "left_pupils": number_of(row["n_leavers"]),
            "before_pupils": before,
            "after_pupils": after,
            "share": abs(share),
            "below": NO_CHANGE,
        }
        yield "change", say(("change_none", "change_in", "change_out")[side], **values), before, PUPILS


def _years(years: pd.DataFrame, changed_from: int) -> Iterator[Finding]:
    rows = {row["term"]: row for row in as_rows(years.dropna(subset=["estimate", "ci_low", "ci_high"]))}
    if {BEFORE, AFTER, DIFFERENCE} <= set(rows):
        difference = rows[DIFFERENCE]
        before, after = (round(rows[term]["estimate"], 2) for term in (BEFORE, AFTER))
        values = {"before": before, "after": after, "difference": after - before}
        values |= {"low": difference["ci_low"], "high": difference["ci_high"]}
        told: dict[str, Any] = {name: number(value, 2) for name, value in values.items()}
        told |= {"year": changed_from, "most_years": len(AGES) + 1}
        sentence = say(("years_unclear", "years_longer", "years_shorter")[direction(difference)], **told)
        yield "years", sentence, number_of(difference["pupils"]), PUPILS


def _same_school(stay: pd.DataFrame, parts: pd.DataFrame, cohorts: tuple[int, int]) -> Iterator[Finding]:
    share = stay[stay["outcome"] == SAME].set_index("cohort_year")["estimate"].dropna()
    known = parts[parts["order"] != "behaviour first"].dropna(subset=["estimate", "ci_low", "ci_high"])
    rows = {row["part"]: row for row in as_rows(known)}
    if not ({MIX, BEHAVIOUR, ALL} <= set(rows) and {*cohorts} <= {*share.index}):
        return
    first, second = cohorts
    side = direction(rows[ALL])
    turn = -1 if side < 0 else 1
    low, high = sorted(turn * rows[ALL][end] for end in ("ci_low", "ci_high"))
    mix, behaviour = rows[MIX], rows[BEHAVIOUR]
    values = {"size": turn * rows[ALL]["estimate"], "low": low, "high": high}
    values |= {"mix": mix["estimate"], "mix_low": mix["ci_low"], "mix_high": mix["ci_high"]}
    values |= {"behaviour": behaviour["estimate"]}
    values |= {"behaviour_low": behaviour["ci_low"], "behaviour_high": behaviour["ci_high"]}
    told: dict[str, Any] = {name: number(100 * value, 1) for name, value in values.items()}
    told |= {"first_year": first, "second_year": second, "before": share[first], "after": share[second]}
    sentence = say(("same_school_unclear", "same_school_more", "same_school_fewer")[side], **told)
    yield "same_school", sentence, number_of(rows[ALL]["n_obs"]), PUPILS


def _hoog(effects: pd.DataFrame) -> Iterator[Finding]:
    own = effects[(effects["group"] == SAME) & (effects["term"] == "hoog")]
    for row in as_rows(own.dropna(subset=["estimate", "ci_low", "ci_high"])):
        ends = {"difference": "estimate", "low": "ci_low", "high": "ci_high"}
        values = {name: number(100 * row[column], 1) for name, column in ends.items()}
        sentence = say(("hoog_unclear", "hoog_more", "hoog_less")[direction(row)], **values)
        yield "hoog", sentence, number_of(row["n_obs"]), PUPILS


def _net(net: pd.DataFrame) -> Iterator[Finding]:
    for row in as_rows(net.dropna(subset=["ratio", "still_here", "same_school"]).tail(1)):
        values = {"ratio": row["ratio"], "in_city": row["still_here"], "same": row["same_school"]}
        yield "net", say("net", year=number_of(row["cohort_year"]), **values), number_of(row["pupils_before"]), PUPILS
