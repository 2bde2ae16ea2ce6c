"""What a frame of source data must be before a model may see it: columns, types, codes, keys and sums.

Real files and the synthetic city pass through the same contracts. A violation is one message that names file, rule,
column and count; nothing is repaired or dropped here.
"""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrorReason

from analysis.data.columns import PC4, board, code, is_public, location, number, open_contract, pc4, point, text, whole
from analysis.errors import InputError, few, nearest

UNKNOWN = "Onbekend"
ABROAD = {"10": "Belgie", "20": "Duitsland", "30": "ander land"}
HOME_UNKNOWN = ("40", "")

SCHOOL_TYPES = ("Bo", "Sbo", "So", "Vso")
DENOMINATIONS = (
    "Algemeen bijzonder",
    "Antroposofisch",
    "Evangelisch",
    "Evangelische broedergemeenscha",
    "Gereformeerd vrijgemaakt",
    "Hindoeistisch",
    "Interconfessioneel",
    "Islamitisch",
    "Joods",
    "Openbaar",
    "Protestants-Christelijk",
    "Reformatorisch",
    "Rooms-Katholiek",
    "Samenwerking Opb., PC",
    "Samenwerking Opb., RK",
    "Samenwerking PC, RK",
    "Samenwerking PC, RK, Alg. Bijz",
    UNKNOWN,
)
POINT_SOURCES = ("2022", "2024")
AGES = ("LEEFTIJD_JONGER", *(f"LEEFTIJD_{age}" for age in range(4, 25)), "LEEFTIJD_OUDER")

ROWS_SHOWN = 5
# pandas' types of columns in which a flag or whole number is missing.
WITH_MISSING = {"bool": "boolean", "int64": "Int64"}

# What a message calls the rules that pandera has itself.
RULES = {
    "not_nullable": "a value in every row",
    "multiple_fields_uniqueness": "unique key",
    "column_in_schema": "no other columns than those of the contract",
}


def _name(meaning: str) -> pa.Column:
    return text(meaning, r"\S.*", "a name, without a leading blank")


def _ages_sum(frame: pd.DataFrame) -> pd.Series[bool]:
    return frame[list(AGES)].sum(axis=1) == frame["TOTAAL"]


def _one_per_location(frame: pd.DataFrame) -> pd.Series[bool]:
    traits = ["GEMEENTENAAM", "DENOMINATIE_VESTIGING", "BEVOEGD_GEZAG_NUMMER"]
    return (frame.groupby("location")[traits].transform("nunique") == 1).all(axis=1)


PUPILS = open_contract(
    "by_location_pc4",
    # 167 locations in 2017 have both So and Vso: without SOORT_PO the key would not be unique.
    ["location", "SOORT_PO", "POSTCODE_LEERLING", "GEMEENTENAAM_LEERLING"],
    pa.Check(_ages_sum, error="the ages sum to TOTAAL"),
    pa.Check(_one_per_location, error="one GEMEENTENAAM, DENOMINATIE_VESTIGING and BEVOEGD_GEZAG_NUMMER a location"),
    GEMEENTENAAM=_name("municipality of the school"),
    POSTCODE_LEERLING=text(
        "home",
        "|".join((PC4, *ABROAD, *HOME_UNKNOWN)),
        f"four digits, or the code {', '.join(ABROAD)}, 40 or blank",
    ),
    GEMEENTENAAM_LEERLING=_name("municipality of the home"),
    location=location(),
    SOORT_PO=code("type of education", SCHOOL_TYPES),
    DENOMINATIE_VESTIGING=code("denomination", DENOMINATIONS),
    BEVOEGD_GEZAG_NUMMER=board(),
    **{age: whole("pupils of this age", 0) for age in AGES},
    TOTAAL=whole("pupils", 1),
)
SCHOOL_POINTS = open_contract(
    "by_location_point",
    ["location"],
    location=location(),
    **point(),
    point_source=code("year of the list with the point", POINT_SOURCES),
)
SCHOOLWEGING = open_contract(
    "by_location_weging",
    ["location", "year"],
    location=location(),
    year=whole("year of the count on 1 October", 2015, 2100),
    # CBS aims at 20-40; the published values run from 19,01 to 41,60.
    schoolweging=number("mean of the pupils", 15.0, 45.0),
    spread=number("standard deviation of the pupils", 0.0, 15.0),
    pupils=whole("pupils", 1),
)
POPULATION = open_contract(
    "by_pc4_population",
    ["pc4"],
    pc4=pc4(),
    population=whole("persons", 1),
    share_nonwestern=number("share of persons with a non-western background", 0.0, 1.0),
)
PC4_POINTS = open_contract("by_pc4_point", ["pc4"], pc4=pc4(), **point())
OUTLINES = open_contract(
    "by_outline_point",
    [],
    area=_name("area"),
    ring=whole("number of the ring within the area", 0),
    lon=point()["lon"],
    lat=point()["lat"],
)


def check(frame: pd.DataFrame, schema: pa.DataFrameSchema, file: str) -> pd.DataFrame:
    """Return the frame as the contract has it, or stop.

    Parameters
    ----------
    frame : One row per unit of the contract; other columns than the contract's are refused.
    schema : A contract.
    file : Where the frame comes from, as the user would type it; it opens the message.

    Returns
    -------
    pandas.DataFrame
        The same rows in the same order, columns in the contract's order, index 0 to n - 1. A flag or whole number has
        pandas' type with missing values only where some are missing.

    Raises
    ------
    InputError
        A column is missing (the nearest existing name is shown), there are no rows, or a rule is broken: then with
        the rule, the column and the number of failing rows; of open data, the first five by their key.
    """
    _refuse_other_columns(frame, schema, file)
    if frame.empty:
        raise InputError(file, f"{schema.name} has no rows", hint="the file is empty or cut off: fetch it again")
    rows = _plain(frame.reset_index(drop=True), schema)
    try:
        _fitting(schema, rows).validate(rows, lazy=True)
    except pa.errors.SchemaErrors as violations:
        raise _violation(violations, rows, schema, file) from None
    except Exception as error:  # whatever pandas or pandera say may hold a value
        problem = f"{schema.name} cannot be checked: {type(error).__name__}"
        raise InputError(file, problem, hint="is each column of the type that the contract has?") from None
    return rows[[name for name in schema.columns if name in rows]]


def require_columns(present: list[str], wanted: list[str], file: str) -> None:
    """Stop at the first wanted column that is absent, with the name that looks most like it, or that occurs twice."""
    for name in wanted:
        if name not in present:
            like = nearest(name, map(str, present))
            hint = f"the nearest column is {like!r}; did the source rename it?" if like else "is this the right file?"
            raise InputError(file, f"the column {name!r} is missing", hint=hint)
        if present.count(name) > 1:
            raise InputError(file, f"the column {name!r} occurs {present.count(name)} times", hint="which one is it?")


def _refuse_other_columns(frame: pd.DataFrame, schema: pa.DataFrameSchema, file: str) -> None:
    present = list(frame.columns)
    require_columns(present, [name for name, rule in schema.columns.items() if rule.required or name in present], file)
    for other in (name for name in present if name not in schema.columns):
        like = nearest(str(other), [name for name in schema.columns if name not in present])
        hint = f"the contract has {like!r}" if like else "leave it out"
        raise InputError(
            file, f"{schema.name} has no column {other!r}: no other columns than the contract's", hint=hint
        )


def _plain(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> pd.DataFrame:
    """Give flags and whole numbers of which none is missing the plain type, so that a table has one form."""
    wide = {name: str(rule.dtype) for name, rule in schema.columns.items() if _has_missing_type(frame, name, rule)}
    return frame.astype({name: dtype for name, dtype in wide.items() if frame[name].notna().all()})


def _has_missing_type(frame: pd.DataFrame, name: str, rule: pa.Column) -> bool:
    return name in frame and str(frame[name].dtype) == WITH_MISSING.get(str(rule.dtype))


def _fitting(schema: pa.DataFrameSchema, frame: pd.DataFrame) -> pa.DataFrameSchema:
    """Return the contract of the columns that a frame has, with the type of those in which values are missing."""
    columns = {name: rule for name, rule in schema.columns.items() if name in frame}
    unique = [name for name in schema.unique or [] if name in frame] or None
    fitting = pa.DataFrameSchema(columns, checks=schema.checks, unique=unique, strict=True, name=schema.name)
    return fitting.update_columns(
        {
            name: {"dtype": str(frame[name].dtype)}
            for name, rule in columns.items()
            if rule.nullable and _has_missing_type(frame, name, rule)
        }
    )


def _violation(
    violations: pa.errors.SchemaErrors, frame: pd.DataFrame, schema: pa.DataFrameSchema, file: str
) -> InputError:
    # A wrong type breaks the other rules of its column too: that one is reported.
    errors = sorted(violations.schema_errors, key=lambda e: e.reason_code is not SchemaErrorReason.WRONG_DATATYPE)
    first = errors[0]
    column = first.schema.name if isinstance(first.schema, pa.Column) else None
    rule = RULES.get(str(first.check), first.check.error if isinstance(first.check, pa.Check) else str(first.check))
    if rule == RULES["multiple_fields_uniqueness"]:
        rule = f"{rule} ({', '.join(name for name in schema.unique or [] if name in frame)})"
    where = f"column {column}" if column else "the rows"
    others = f"; {len(errors) - 1} other rules are broken too" if len(errors) > 1 else ""
    return InputError(
        file,
        f"{schema.name}: {where} must satisfy: {rule}; {_rows(first, frame, schema, column)}{others}",
        hint="correct the file or fetch it again; a code that is new needs a decision in analysis.data.contracts",
    )


def _rows(error: pa.errors.SchemaError, frame: pd.DataFrame, schema: pa.DataFrameSchema, column: str | None) -> str:
    cases = error.failure_cases
    failing = sorted(set(cases["index"].dropna().astype(int))) if isinstance(cases, pd.DataFrame) else []
    shown = is_public(schema)
    if not failing:
        dtype = f", of type {frame[column].dtype}" if column else ""
        return f"all {len(frame) if shown else few(len(frame))} rows fail{dtype}"
    if not shown:
        return f"{few(len(failing), len(frame))} rows fail; they are not shown, for each may be about a person"
    told = dict.fromkeys([*(schema.unique or []), *([column] if column else [])])
    lines = [
        ", ".join(f"{name} {value!r}" for name, value in row.items())
        for row in frame.loc[failing[:ROWS_SHOWN], list(told)].astype(object).to_dict("records")
    ]
    return f"{len(failing)} rows fail, the first: " + "; ".join(lines)
