"""What the chapter on how many pupils will come finds, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from analysis.chapters.landscape.models.forecasts import SHRUNKEN
from analysis.chapters.landscape.models.pictures import COUNTED, FORECAST
from analysis.language import term
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import as_rows, frame, number_of, where_known
from analysis.publish.tables import number
from analysis.publish.units import direction

say = sentences_beside(__file__)

Finding = tuple[str, str, int, str]
MUNICIPALITIES, SCHOOLS, PUPILS = "municipalities", "schools", "pupils"
NEAR, FAR = 2019, 2024


def landscape(
    tables: Mapping[str, pd.DataFrame], *, printed_year: int = 0, printed_low: int = 0, printed_high: int = 0
) -> pd.DataFrame:
    """Say how far forecasts were off, whether cohorts help, what changed the counts and who stays small.

    Parameters
    ----------
    tables
        ``backtest, beats, fans, change, transitions, quality`` as the gate let them through; a finding that rests on a
        withheld number is left out.
    printed_year, printed_low, printed_high : A forecast in print and the two readings of its number; 0 for none.

    Returns
    -------
    DataFrame
        One row per finding: ``name, sentence, n, unit``.
    """
    rows = where_known(
        _covered(tables["backtest"], NEAR),
        _beats(tables["beats"]),
        *(_fan(rows, str(area)) for area, rows in tables["fans"].groupby("area", sort=False)),
        _printed(tables["fans"], printed_year, printed_low, printed_high),
        _change(tables["change"]),
        _small(tables["transitions"]),
        _foreseen(tables["quality"]),
    )
    return frame(rows)


def _covered(backtest: pd.DataFrame, year: int) -> Iterator[Finding]:
    own = backtest[(backtest["method"] == SHRUNKEN) & (backtest["year"] == year) & (backtest["size"] == "all")]
    for row in as_rows(own.dropna(subset=["covered_95", "low_95", "high_95"])):
        n = number_of(row["municipalities"])
        side = int(row["low_95"] > 0.95) - int(row["high_95"] < 0.95)
        values = {
            "outside_municipalities": round(n * (1 - row["covered_95"])),
            "municipalities": n,
            "year": year,
            "share": row["covered_95"],
            "low": row["low_95"],
            "high": row["high_95"],
            "expected_municipalities": round(0.05 * n),
        }
        sentence = say(("covered_as_said", "covered_more", "covered_fewer")[side], **values)
        yield "covered", sentence, n, MUNICIPALITIES


def _beats(beats: pd.DataFrame) -> Iterator[Finding]:
    for row in as_rows(beats[beats["year"] == NEAR].dropna(subset=["estimate", "ci_low", "ci_high"])):
        values = {each: number(row[each], 2) for each in ("cohorts", "naive")}
        low, high = (number(row[end], 2) for end in ("ci_low", "ci_high"))
        values |= {"low": low, "high": high, "difference": number(row["estimate"], 2)}
        sentence = say(("beats_unclear", "beats_no", "beats_yes")[direction(row)], year=NEAR, **values)
        yield "beats", sentence, number_of(row["n_obs"]), MUNICIPALITIES


def _fan(rows: pd.DataFrame, area: str) -> Iterator[Finding]:
    last = {row["series"]: row for row in as_rows(rows[rows["year"] == FAR])}
    if {COUNTED, FORECAST} <= set(last):
        came, said = number_of(last[COUNTED]["estimate"]), last[FORECAST]
        low, high, middle = (number_of(round(said[end])) for end in ("ci_low", "ci_high", "estimate"))
        side = int(came > high) - int(came < low)
        values = {"pupils": came, "forecast_pupils": middle, "low_pupils": low, "high_pupils": high}
        sentence = say(("fan_inside", "fan_above", "fan_below")[side], area=term(area), year=FAR, **values)
        yield f"fan_{_slug(area)}", sentence, number_of(last[FORECAST]["pupils"]), PUPILS


def _slug(area: str) -> str:
    return "".join(sign if sign.isalnum() else "_" for sign in area.casefold())


def _printed(fans: pd.DataFrame, year: int, low: int, high: int) -> Iterator[Finding]:
    one_area = len(fans["area"].unique()) == 1
    last = {row["series"]: row for row in as_rows(fans[fans["year"] == year])} if one_area else {}
    if not {COUNTED, FORECAST} <= set(last):
        return
    came = number_of(last[COUNTED]["estimate"])
    least, most = (number_of(round(last[FORECAST][end])) for end in ("ci_low", "ci_high"))
    values: dict[str, Any] = {"year": year, "pupils": came, "low_pupils": low, "high_pupils": high}
    values |= {"least_pupils": least, "most_pupils": most}
    if low > came:
        values |= {"nearer_pupils": low - came, "farther_pupils": high - came}
    elif high < came:
        values |= {"nearer_pupils": came - high, "farther_pupils": came - low}
    side = int(low > came) - int(high < came)
    yield "printed", say(("printed_right", "printed_too_high", "printed_too_low")[side], **values), came, PUPILS


def _change(change: pd.DataFrame) -> Iterator[Finding]:
    own = change[change["kind"] == "municipality"]
    rows = own if len(own) else change[change["kind"] == "country"]
    for row in as_rows(rows.dropna(subset="moved_share")):
        before, after = (number_of(row[name]) for name in ("pupils_before", "pupils_after"))
        share = row["moved_share"]
        side = int(share > 0) - int(share < 0)
        values = {
            "entered_pupils": number_of(row["n_entries"]),
            "left_pupils": number_of(row["n_leavers"]),
            "before_pupils": before,
            "after_pupils": after,
            "share": abs(share),
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
    if {"by the model", "as before"} <= set(rows):
        chance, before = (rows[name]["brier"] for name in ("by the model", "as before"))
        n = number_of(rows["by the model"]["schools"])
        values = {
            "chance": number(chance, 3),
            "before": number(before, 3),
            "slope": number(rows["by the model"]["slope"], 2),
        }
        better = int(chance < before)
        sentence = say(("foreseen_worse", "foreseen_better")[better], schools=n, from_year=NEAR, to_year=FAR, **values)
        yield "foreseen", sentence, n, SCHOOLS
