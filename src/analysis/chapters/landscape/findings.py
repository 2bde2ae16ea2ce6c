"""What the chapter on how many pupils will come finds, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.chapters.landscape.models.forecasts import NAIVE, SHRUNKEN, UNSHRUNKEN
from analysis.chapters.landscape.models.sizes import AS_OFTEN, MODEL
from analysis.language import End, term, text
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import as_rows, frame, number_of, where_known
from analysis.publish.tables import number
from analysis.publish.units import direction

say = sentences_beside(__file__)

Finding = tuple[str, str, int, str]
MUNICIPALITIES, SCHOOLS, PUPILS = "municipalities", "schools", "pupils"
NEAR, FAR = 2019, 2024
LEVEL = 0.95
NO_CHANGE = 0.0005
"""Net movement of cohorts that would be written as 0.0%."""


def landscape(
    tables: Mapping[str, pd.DataFrame],
    *,
    printed_area: str = "",
    printed_year: int = 0,
    printed_low: int = 0,
    printed_high: int = 0,
) -> pd.DataFrame:
    """Say how far forecasts were off, whether cohorts help, what changed the counts and who stays small.

    Parameters
    ----------
    tables
        ``held, backtest, duels, forecast, change, transitions, quality`` as the gate let them through; a finding that
        rests on a withheld number is left out.
    printed_area, printed_year, printed_low, printed_high
        A forecast in print: of which municipality, and the two readings of its number. Of others nothing is said of it.

    Returns
    -------
    DataFrame
        One row per finding: ``name, sentence, n, unit``.
    """
    rows = where_known(
        _beats(tables["duels"]),
        _covered(tables["held"]),
        _printed(tables["forecast"], printed_area, printed_year, printed_low, printed_high),
        _covered_large(tables["backtest"]),
        _shrinking(tables["duels"]),
        _fan(_of_year(tables["forecast"], FAR)),
        _change(tables["change"]),
        _small(tables["transitions"]),
        _foreseen(tables["quality"]),
    )
    return frame(rows)


def _side(low: float, high: float, value: float) -> int:
    """Return 1 if an interval lies above a value, -1 below it, 0 where it holds it: the place of its sentence."""
    return int(low > value) - int(high < value)


def _covered(held: pd.DataFrame) -> Iterator[Finding]:
    """Say whether intervals of two years ahead held as often as they said; the interval of that is by provinces."""
    for row in as_rows(held[held["year"] == NEAR].dropna(subset=["estimate", "ci_low", "ci_high"])):
        n = number_of(row["municipalities"])
        values = {
            "outside_municipalities": number_of(row["outside"]),
            "municipalities": n,
            "year": NEAR,
            "share": row["estimate"],
            "low": End(row["ci_low"], LEVEL),
            "high": End(min(row["ci_high"], 1.0), LEVEL),
            "expected_municipalities": round((1 - LEVEL) * n),
        }
        side = _side(row["ci_low"], row["ci_high"], LEVEL)
        yield "covered", say(("covered_as_said", "covered_more", "covered_fewer")[side], **values), n, MUNICIPALITIES


def _covered_large(backtest: pd.DataFrame) -> Iterator[Finding]:
    """Say what the intervals of the largest municipalities, whose forecasts promise most, were worth."""
    own = backtest[(backtest["method"] == SHRUNKEN) & (backtest["year"] == NEAR)]
    own = own[own["size"].astype(str).str.endswith(" or more")]
    for row in as_rows(own.dropna(subset=["covered_95", "low_95", "high_95"])):
        n = number_of(row["municipalities"])
        outside = round(n * (1 - row["covered_95"]))
        values = {"outside_municipalities": outside, "municipalities": n, "year": NEAR, "size": term(row["size"])}
        side = _side(row["low_95"], row["high_95"], LEVEL)
        values |= {"low": End(row["low_95"], LEVEL), "high": End(row["high_95"], LEVEL)}
        sentence = say(("large_as_said", "large_more", "large_fewer")[side], **values)
        yield "large", sentence, number_of(row["pupils"]), PUPILS


def _duel(duels: pd.DataFrame, rival: str) -> pd.DataFrame:
    rows = duels[(duels["year"] == NEAR) & (duels["rival"] == rival)]
    return rows.dropna(subset=["cohorts", "rival_error", "estimate", "ci_low", "ci_high"])


def _beats(duels: pd.DataFrame) -> Iterator[Finding]:
    for row in as_rows(_duel(duels, NAIVE)):
        sentence = say(("beats_unclear", "beats_no", "beats_yes")[direction(row)], **_errors(row))
        yield "beats", sentence, number_of(row["n_obs"]), MUNICIPALITIES


def _shrinking(duels: pd.DataFrame) -> Iterator[Finding]:
    for row in as_rows(_duel(duels, UNSHRUNKEN).dropna(subset=["plain", "plain_low", "plain_high"])):
        alike = {name: number(row[name], 2) for name in ("plain", "plain_low", "plain_high")}
        sentence = say(("shrinking_unclear", "shrinking_no", "shrinking_yes")[direction(row)], **_errors(row), **alike)
        yield "shrinking", sentence, number_of(row["n_obs"]), MUNICIPALITIES


def _errors(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the two errors of a duel as they are printed, and their difference, which is that of what is printed."""
    cohorts, other = (round(row[name], 2) for name in ("cohorts", "rival_error"))
    values = {"cohorts": cohorts, "other": other, "difference": cohorts - other}
    values |= {"low": row["ci_low"], "high": row["ci_high"]}
    return {"year": NEAR, **{name: number(value, 2) for name, value in values.items()}}


def _fan(rows: pd.DataFrame) -> Iterator[Finding]:
    """Say on which side of its interval the count of a municipality came; of several, how many on each side."""
    sides = [_counted_side(row) for row in as_rows(rows)]
    if None in sides or not sides:
        return
    n = number_of(rows["pupils_2017"].sum())
    yield ("fan_one", _one(rows), n, PUPILS) if len(sides) == 1 else ("fan_largest", _several(sides), n, PUPILS)


def _counted_side(row: Mapping[str, Any]) -> int | None:
    """Return the side of the interval on which a count lies; none where it hangs on schools whose pupils are untold."""
    low, high = _whole_ends(row)
    sides = {_side(low, high, row[name]) for name in ("pupils_counted", "pupils_scaled")}
    return sides.pop() if len(sides) == 1 else None


def _whole_ends(row: Mapping[str, Any]) -> tuple[int, int]:
    """Return the interval of a forecast as it is printed: a count on its printed end does not lie outside."""
    return number_of(round(row["ci_low"])), number_of(round(row["ci_high"]))


def _one(rows: pd.DataFrame) -> str:
    row = as_rows(rows)[0]
    low, high = _whole_ends(row)
    values = {"forecast_pupils": number_of(round(row["estimate"])), "low_pupils": low, "high_pupils": high}
    values |= {"pupils": number_of(row["pupils_counted"]), "all_pupils": number_of(row["pupils_scaled"])}
    side = _side(low, high, row["pupils_counted"])
    return say(("fan_inside", "fan_below", "fan_above")[side], area=term(row["area"]), year=FAR, **values)


def _several(sides: Sequence[int | None]) -> str:
    below, inside, above = (sides.count(side) for side in (1, 0, -1))
    numbers = {"below_municipalities": below, "inside_municipalities": inside, "above_municipalities": above}
    kind = next((place for place, number in enumerate((below, inside, above)) if number == len(sides)), 3)
    return say(
        ("largest_below", "largest_inside", "largest_above", "largest_mixed")[kind],
        municipalities=len(sides),
        year=FAR,
        **numbers,
    )


def _of_year(rows: pd.DataFrame, year: int) -> pd.DataFrame:
    return rows[rows["year"] == year].dropna(
        subset=["pupils_counted", "pupils_scaled", "estimate", "ci_low", "ci_high"]
    )


def _printed(forecast: pd.DataFrame, area: str, year: int, low: int, high: int) -> Iterator[Finding]:
    for row in as_rows(_of_year(forecast[forecast["area"] == area], year)):
        came = number_of(row["pupils_counted"])
        least, most = (number_of(round(row[end])) for end in ("ci_low", "ci_high"))
        values: dict[str, Any] = {"area": term(area), "year": year, "pupils": came}
        values |= {"reading": _reading(low, high), "all_pupils": number_of(row["pupils_scaled"])}
        values |= {"least_pupils": least, "most_pupils": most, **_off(low, high, came)}
        side = _side(low, high, came)
        if side != _side(low, high, row["pupils_scaled"]):
            continue
        yield "printed", say(("printed_right", "printed_too_high", "printed_too_low")[side], **values), came, PUPILS


def _reading(low: int, high: int) -> str:
    if low == high:
        return text("{low_pupils:,}", low_pupils=low)
    return text("{low_pupils:,} or {high_pupils:,}, as it is read", low_pupils=low, high_pupils=high)


def _off(low: int, high: int, came: int) -> dict[str, Any]:
    """Return by how much the readings of a forecast are off, the lesser first; nothing where it lies between."""
    if low <= came <= high:
        return {}
    nearer, farther = sorted((abs(low - came), abs(high - came)))
    if nearer == farther:
        return {"nearer_pupils": nearer, "off": text("{nearer_pupils:,}", nearer_pupils=nearer)}
    off = text("{nearer_pupils:,} or {farther_pupils:,}", nearer_pupils=nearer, farther_pupils=farther)
    return {"nearer_pupils": nearer, "off": off}


def _change(change: pd.DataFrame) -> Iterator[Finding]:
    own = change[change["kind"] == "municipality"]
    rows = own if len(own) else change[change["kind"] == "country"]
    for row in as_rows(rows.dropna(subset="moved_share")):
        before, after = (number_of(row[name]) for name in ("pupils_before", "pupils_after"))
        share = row["moved_share"]
        side = 0 if abs(share) < NO_CHANGE else int(share > 0) - int(share < 0)
        values = {
            "entered_pupils": number_of(row["n_entries"]),
            "left_pupils": number_of(row["n_leavers"]),
            "before_pupils": before,
            "after_pupils": after,
            "share": abs(share),
            "below": NO_CHANGE,
        }
        sentence = say(("change_none", "change_in", "change_out")[side], place=term(str(row["place"])), **values)
        yield "change", sentence, before, PUPILS


def _small(transitions: pd.DataFrame) -> Iterator[Finding]:
    rows = transitions[(transitions["from_year"] == NEAR) & (transitions["size_before"] == "small")]
    after = {row["size_after"]: row for row in as_rows(rows)}
    if {"small", "gone"} <= set(after):
        schools = sum(number_of(row["schools"]) for row in after.values())
        values = {"still": after["small"]["share"], "gone": after["gone"]["share"], "schools": schools}
        yield "small", say("small", from_year=NEAR, to_year=FAR, **values), schools, SCHOOLS


def _foreseen(quality: pd.DataFrame) -> Iterator[Finding]:
    rows = {row["rule"]: row for row in as_rows(quality.dropna(subset="brier"))}
    other = rows.get(AS_OFTEN, {})
    known = (other.get("ci_low"), other.get("ci_high"), rows.get(MODEL, {}).get("slope"))
    if all(pd.notna(value) for value in known):
        n = number_of(rows[MODEL]["schools"])
        chance, often = (round(row["brier"], 4) for row in (rows[MODEL], other))
        values: dict[str, Any] = {
            "chance": number(chance, 4),
            "often": number(often, 4),
            "difference": number(chance - often, 4),
            "low": number(other["ci_low"], 4),
            "high": number(other["ci_high"], 4),
            "slope": number(rows[MODEL]["slope"], 2),
        }
        side = _side(other["ci_low"], other["ci_high"], 0)
        values |= {"schools": n, "from_year": NEAR, "to_year": FAR}
        sentence = say(("foreseen_unclear", "foreseen_worse", "foreseen_better")[side], **values)
        yield "foreseen", sentence, n, SCHOOLS
