"""Columns of contracts: a type, a rule as messages put it, and a meaning for the data dictionary."""

from __future__ import annotations

from collections.abc import Sequence

import pandera.pandas as pa

BRIN = r"\d{2}[A-Z]{2}"
LOCATION = rf"{BRIN}\d{{2}}"
PC4 = r"[1-9]\d{3}"


def text(meaning: str, pattern: str = ".+", rule: str | None = None, *, missing: bool = False) -> pa.Column:
    """Hold text that matches a pattern from its first to its last character."""
    return pa.Column(str, pa.Check.str_matches(f"^(?:{pattern})$", error=rule), nullable=missing, description=meaning)


def code(meaning: str, known: Sequence[str], *, missing: bool = False) -> pa.Column:
    """Hold one of some codes."""
    check = pa.Check.isin(known, error=f"one of the known codes: {', '.join(map(repr, known))}")
    return pa.Column(str, check, nullable=missing, description=f"{meaning}; one of {', '.join(known)}")


def whole(meaning: str, low: int, high: int | None = None) -> pa.Column:
    """Hold whole numbers."""
    return pa.Column("int64", _within(low, high), description=meaning)


def number(meaning: str, low: float, high: float | None = None, *, missing: bool = False) -> pa.Column:
    """Hold numbers with decimals."""
    return pa.Column("float64", _within(low, high), nullable=missing, description=meaning)


def _within(low: float, high: float | None) -> pa.Check:
    if high is None:
        return pa.Check.ge(low, error=f"{low} or more")
    return pa.Check.in_range(low, high, error=f"between {low} and {high}")


def flag(meaning: str) -> pa.Column:
    """Hold whether something is so."""
    return pa.Column(bool, description=meaning)


def location(meaning: str = "school location: BRIN and vestigingsnummer") -> pa.Column:
    """Hold school locations."""
    return text(meaning, LOCATION, "BRIN and vestigingsnummer, such as 00AB01")


def brin() -> pa.Column:
    """Hold school institutions."""
    return text("school: BRIN", BRIN, "BRIN of four characters")


def board(*, missing: bool = False) -> pa.Column:
    """Hold school boards."""
    return text("number of the school board", r"\d{5}", "a board number of five digits", missing=missing)


def pc4(meaning: str = "postcode, four digits") -> pa.Column:
    """Hold four-digit postcodes."""
    return text(meaning, PC4, "a postcode of four digits")


def point(of: str = "") -> dict[str, pa.Column]:
    """Hold degrees north and east (WGS84), within the Netherlands."""
    north, east = (f"{of}degrees {way} (WGS84)" for way in ("north", "east"))
    return {"lat": number(north, 50.7, 53.7), "lon": number(east, 3.2, 7.3)}


def contract(name: str, key: Sequence[str], /, *checks: pa.Check, **columns: pa.Column) -> pa.DataFrameSchema:
    """Put columns together: a frame has these and no others, and no key twice (an empty one is none)."""
    return pa.DataFrameSchema(columns, checks=list(checks), unique=list(key) or None, strict=True, name=name)
