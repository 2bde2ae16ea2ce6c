"""Columns of contracts: a type, a rule as messages put it, and a meaning for the data dictionary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandera.pandas as pa

from analysis.advice_levels import NUMBER_OF_LEVEL

BRIN = r"\d{2}[A-Z]{2}"
LOCATION = rf"{BRIN}\d{{2}}"
PC4 = r"[1-9]\d{3}"
YEARS = (1990, 2100)
PUBLIC = "public"
NAMES = "names"


def text(meaning: str, pattern: str = ".+", rule: str | None = None, *, missing: bool = False) -> pa.Column:
    """Hold text that matches a pattern from its first to its last character."""
    return pa.Column(str, pa.Check.str_matches(f"^(?:{pattern})$", error=rule), nullable=missing, description=meaning)


def code(meaning: str, known: Sequence[str], *, missing: bool = False) -> pa.Column:
    """Hold one of some codes; any text where none are known."""
    if not known:
        return text(meaning, missing=missing)
    check = pa.Check.isin(known, error=f"one of the known codes: {', '.join(map(repr, known))}")
    return pa.Column(str, check, nullable=missing, description=f"{meaning}; one of {', '.join(known)}")


def whole(meaning: str, low: int, high: int | None = None, *, missing: bool = False) -> pa.Column:
    """Hold whole numbers; where some are missing, pandas' own type ``Int64``."""
    return pa.Column("int64", _within(low, high), nullable=missing, description=meaning)


def year(meaning: str) -> pa.Column:
    """Hold calendar years that registers may be about."""
    return whole(meaning, *YEARS)


def level(meaning: str) -> pa.Column:
    """Hold advice levels as numbers; a mapping may write their names."""
    column = number(f"{meaning}; a level", min(NUMBER_OF_LEVEL.values()), max(NUMBER_OF_LEVEL.values()), missing=True)
    column.metadata = {NAMES: NUMBER_OF_LEVEL}
    return column


def names_of(rule: pa.Column) -> Mapping[str, float]:
    """Return the numbers that have names in a column, by name; empty for a column without."""
    named: Mapping[str, float] = (rule.metadata or {}).get(NAMES, {})
    return named


def codes_of(rule: pa.Column) -> tuple[str, ...]:
    """Return the codes that a column may hold; empty for a column that holds anything else."""
    return next((tuple(check.statistics["allowed_values"]) for check in rule.checks if check.name == "isin"), ())


def number(meaning: str, low: float, high: float | None = None, *, missing: bool = False) -> pa.Column:
    """Hold numbers with decimals."""
    return pa.Column("float64", _within(low, high), nullable=missing, description=meaning)


def _within(low: float, high: float | None) -> pa.Check:
    if high is None:
        return pa.Check.ge(low, error=f"{low} or more")
    return pa.Check.in_range(low, high, error=f"between {low} and {high}")


def flag(meaning: str, *, missing: bool = False) -> pa.Column:
    """Hold whether something is so; where that is not known of some, pandas' own type ``boolean``."""
    return pa.Column(bool, nullable=missing, description=meaning)


def key(meaning: str) -> pa.Column:
    """Hold keys of whatever form an office has: only a blank at either end, which no other file has, is refused."""
    return text(meaning, r"\S(?:.*\S)?", "a key, without blanks around it")


def location(meaning: str = "school location: BRIN and vestigingsnummer") -> pa.Column:
    """Hold school locations."""
    return text(meaning, LOCATION, "BRIN and vestigingsnummer, such as 00AB01")


def brin() -> pa.Column:
    """Hold school institutions."""
    return text("school: BRIN", BRIN, "BRIN of four characters")


def board(*, missing: bool = False) -> pa.Column:
    """Hold school boards."""
    return text("number of the school board", r"\d{5}", "a board number of five digits", missing=missing)


def pc4(meaning: str = "postcode, four digits", *, missing: bool = False) -> pa.Column:
    """Hold four-digit postcodes."""
    return text(meaning, PC4, "a postcode of four digits", missing=missing)


def point(of: str = "", *, missing: bool = False) -> dict[str, pa.Column]:
    """Hold degrees north and east (WGS84), within the Netherlands."""
    north, east = (f"{of}degrees {way} (WGS84)" for way in ("north", "east"))
    return {"lat": number(north, 50.7, 53.7, missing=missing), "lon": number(east, 3.2, 7.3, missing=missing)}


def if_known(**columns: pa.Column) -> dict[str, pa.Column]:
    """Hold these columns where the source has them: a frame may lack each of them whole."""
    for column in columns.values():
        column.required = False
    return columns


def contract(name: str, key: Sequence[str], /, *checks: pa.Check, **columns: pa.Column) -> pa.DataFrameSchema:
    """Put columns together: a frame has these and no others, and no key twice (an empty one is none)."""
    return pa.DataFrameSchema(columns, checks=list(checks), unique=list(key) or None, strict=True, name=name)


def open_contract(name: str, key: Sequence[str], /, *checks: pa.Check, **columns: pa.Column) -> pa.DataFrameSchema:
    """Put columns of open data about schools or places together: a message may show rows that break a rule."""
    schema = contract(name, key, *checks, **columns)
    schema.metadata = {PUBLIC: True}
    return schema


def is_public(schema: pa.DataFrameSchema) -> bool:
    """Tell whether a message may show rows of such a frame; rows of any other may be about a person, or hold a key."""
    return bool((schema.metadata or {}).get(PUBLIC))


def with_office_keys(schema: pa.DataFrameSchema) -> pa.DataFrameSchema:
    """Return a contract of open data for the same table from elsewhere: locations have keys of any form."""
    columns = {**schema.columns, **({"location": key("school location")} if "location" in schema.columns else {})}
    return contract(str(schema.name), schema.unique or [], *schema.checks, **columns)
