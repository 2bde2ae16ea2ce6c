"""What the chapter on how many pupils will come to a city finds, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from analysis.chapters.city_forecast.models.contest import WHOLE
from analysis.chapters.city_forecast.models.forecasts import COHORTS, NAIVE
from analysis.chapters.city_forecast.models.series import CITY
from analysis.chapters.city_forecast.models.small import ACROSS, SMALL, WITHIN
from analysis.chapters.city_forecast.models.small import PUPILS as EACH_PUPIL
from analysis.chapters.city_forecast.models.stay import ALL, BEHAVIOUR, MIX, SAME
from analysis.chapters.city_forecast.models.years import AFTER, AGES, BEFORE, DIFFERENCE
from analysis.language import text
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import as_rows, frame, number_of, one, where_known
from analysis.publish.tables import number
from analysis.publish.units import ENDS, direction

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
        ``forecast, held, printed, contest, since, years`` as the gate let them through; a finding that rests on a
        withheld number is left out. Of an office that follows pupils also ``stay, effects, decomposition, net``, of
        one that knows who is at risk ``small, small_contrasts``.
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
        _held(tables["held"]),
        _printed(tables["printed"]),
        _beats(tables["contest"]),
        _change(tables["since"]),
        _years(tables["years"], changed_from),
        _same_school(tables["stay"], tables["decomposition"], cohorts) if "stay" in tables else (),
        _hoog(tables["effects"]) if "stay" in tables else (),
        _net(tables["net"]) if "stay" in tables else (),
        _small(tables["small"], tables["small_contrasts"]) if "small" in tables else (),
    )
    return frame(rows)


def tests(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the rows that hold the p-values of findings, of all tables below each other.

    Parameters
    ----------
    tables : As `city_forecast` has them.
    """
    contest = tables["contest"].astype({"years_ahead": "str"})
    others = (tables[name] for name in ("effects", "small_contrasts") if name in tables)
    rows = pd.concat([contest, tables["years"], *others])
    return rows.fillna(dict.fromkeys(("method", "years_ahead", "group", "term"), "")).reset_index(drop=True)


def _side(low: float, high: float, value: float) -> int:
    """Return 1 if an interval lies above a value, -1 below it, 0 where it holds it: the place of its sentence."""
    return int(low > value) - int(high < value)


def _ahead(forecast: pd.DataFrame, now: int) -> Iterator[Finding]:
    rows = forecast[(forecast["area"] == CITY) & (forecast["year"] == now + AHEAD)]
    for row in as_rows(rows.dropna(subset=["estimate", "ci_low", "ci_high"])):
        n = number_of(row["pupils"])
        told = _pupils(row)
        values = {**told, "year": now + AHEAD, "now_year": now, "now_pupils": n}
        side = _side(told["low_pupils"], told["high_pupils"], n)
        yield "ahead", say(("ahead_unclear", "ahead_more", "ahead_fewer")[side], **values), n, PUPILS


def _pupils(row: Mapping[str, Any]) -> dict[str, int]:
    """Return a forecast and its interval in tens: it counts nobody, and is no more exact.

    These are the ends that are compared: what lies on a printed end is not said to lie outside.
    """
    names = {"forecast_pupils": "estimate", "low_pupils": "ci_low", "high_pupils": "ci_high"}
    return {name: number_of(round(row[column], -1)) for name, column in names.items()}


def _held(held: pd.DataFrame) -> Iterator[Finding]:
    """Say how often intervals of earlier forecasts, as many years ahead, held what came; such forecasts overlap."""
    rows = held[(held["place"] == WHOLE) & (held["years_ahead"] == AHEAD)].dropna(subset="covered_95")
    for row in as_rows(rows):
        values = {"ahead_years": AHEAD, "origin_years": number_of(row["intervals"]), "covered": row["covered_95"]}
        yield "held", say("held", **values), number_of(row["pupils"]), PUPILS


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
        values = {"cohorts": ours, "other": other, "low": row["ci_low"], "high": row["ci_high"]}
        numbers = {name: number(value, 2) for name, value in values.items()}
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
        # Levels with one decimal: the difference is known less exactly than they are.
        levels = {"before": rows[BEFORE]["estimate"], "after": rows[AFTER]["estimate"]}
        told: dict[str, Any] = {name: number(value, 1) for name, value in levels.items()}
        ends = {"difference": "estimate", "low": "ci_low", "high": "ci_high"}
        told |= {name: number(difference[column], 2) for name, column in ends.items()}
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
    sign = -1 if side < 0 else 1  # of a fall, parts of the fall
    told: dict[str, Any] = {
        **_turned(rows[ALL], sign, "size", "low", "high"),
        **_turned(rows[MIX], sign, "mix", "mix_low", "mix_high"),
        **_turned(rows[BEHAVIOUR], sign, "behaviour", "behaviour_low", "behaviour_high"),
    }
    told |= {"first_year": first, "second_year": second, "before": share[first], "after": share[second]}
    sentence = say(("same_school_unclear", "same_school_more", "same_school_fewer")[side], **told)
    yield "same_school", sentence, number_of(rows[ALL]["n_obs"]), PUPILS


def _turned(row: Mapping[str, Any], sign: int, *names: str) -> dict[str, str]:
    """Write an estimate and its interval in percentage points, with their sign or the other one."""
    size, low, high = (sign * 100 * row[end] for end in ENDS)
    return dict(zip(names, (number(value, 1) for value in (size, min(low, high), max(low, high))), strict=True))


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


def _small(small: pd.DataFrame, contrasts: pd.DataFrame) -> Iterator[Finding]:
    """Say how small schools and others differ in the city, and what is left of it between schools of one stadsdeel."""
    city, near = (one(contrasts, term=term, model=EACH_PUPIL) for term in (ACROSS, WITHIN))
    if not (city and near):
        return
    known = small[(small["area"] == CITY) & (small["size"] == SMALL)].dropna(subset="estimate")
    for row in as_rows(known):
        values: dict[str, Any] = {
            **_turned(city, 1, "difference", "low", "high"),
            **_turned(near, 1, "near", "near_low", "near_high"),
            "share": row["estimate"],
        }
        sentence = say(("small_unclear", "small_more", "small_fewer")[direction(city)], **values)
        yield "small", sentence, number_of(city["n_obs"]), PUPILS
