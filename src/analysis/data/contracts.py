"""What a frame of source data must be before a model may see it: columns, types, codes, keys and sums.

Real files and the synthetic city pass through the same contracts. A violation is one message that names file, rule,
column and rows; nothing is repaired or dropped here.
"""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrorReason

from analysis.data.columns import PC4, board, code, contract, location, number, pc4, point, text, whole
from analysis.errors import InputError, nearest

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
# What one row of a table is, by the beginning of its name; a row of any other table may be a person.
OF_NO_PERSON = ("by_location", "by_brin", "by_school", "by_pc4", "by_board", "by_outline")

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


PUPILS = contract(
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
SCHOOL_POINTS = contract(
    "by_location_point",
    ["location"],
    location=location(),
    **point(),
    point_source=code("year of the list with the point", POINT_SOURCES),
)
SCHOOLWEGING = contract(
    "by_location_weging",
    ["location", "year"],
    location=location(),
    year=whole("year of the count on 1 October", 2015, 2100),
    # CBS aims at 20-40; the published values run from 19,01 to 41,60.
    schoolweging=number("mean of the pupils", 15.0, 45.0),
    spread=number("standard deviation of the pupils", 0.0, 15.0),
    pupils=whole("pupils", 1),
)
POPULATION = contract(
    "by_pc4_population",
    ["pc4"],
    pc4=pc4(),
    population=whole("persons", 1),
    share_nonwestern=number("share of persons with a non-western background", 0.0, 1.0),
)
PC4_POINTS = contract("by_pc4_point", ["pc4"], pc4=pc4(), **point())
OUTLINES = contract(
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
    schema : One of the contracts of this module.
    file : Where the frame comes from, as the user would type it; it opens the message.

    Returns
    -------
    pandas.DataFrame : The same rows in the same order, columns in the contract's order, index 0 to n - 1.

    Raises
    ------
    InputError
        A column is missing (the nearest existing name is shown), there are no rows, or a rule is broken: then with
        the rule, the column and the number of failing rows; where no row is a person, the first five by their key.
    """
    require_columns(list(frame.columns), list(schema.columns), file)
    if frame.empty:
        raise InputError(file, f"{schema.name} has no rows", hint="the file is empty or cut off: fetch it again")
    rows = frame.reset_index(drop=True)
    try:
        schema.validate(rows, lazy=True)
    except pa.errors.SchemaErrors as violations:
        raise _violation(violations, rows, schema, file) from None
    return rows[list(schema.columns)]


def require_columns(present: list[str], wanted: list[str], file: str) -> None:
    """Stop at the first wanted column that is absent, with the name that looks most like it, or that occurs twice."""
    for name in wanted:
        if name not in present:
            like = nearest(name, map(str, present))
            hint = f"the nearest column is {like!r}; did the source rename it?" if like else "is this the right file?"
            raise InputError(file, f"the column {name!r} is missing", hint=hint)
        if present.count(name) > 1:
            raise InputError(file, f"the column {name!r} occurs {present.count(name)} times", hint="which one is it?")


def _violation(
    violations: pa.errors.SchemaErrors, frame: pd.DataFrame, schema: pa.DataFrameSchema, file: str
) -> InputError:
    # A wrong type breaks the other rules of its column too: that one is reported.
    errors = sorted(violations.schema_errors, key=lambda e: e.reason_code is not SchemaErrorReason.WRONG_DATATYPE)
    first = errors[0]
    column = first.schema.name if isinstance(first.schema, pa.Column) else None
    rule = RULES.get(str(first.check), first.check.error if isinstance(first.check, pa.Check) else str(first.check))
    if rule == RULES["multiple_fields_uniqueness"]:
        rule = f"{rule} ({', '.join(schema.unique or [])})"
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
    if not failing:
        dtype = f", of type {frame[column].dtype}" if column else ""
        return f"all {len(frame)} rows fail{dtype}"
    if not str(schema.name).startswith(OF_NO_PERSON):
        return f"{len(failing)} of {len(frame)} rows fail; they are not shown, for each is about a person"
    shown = [*(schema.unique or []), *([column] if column else [])]
    lines = [
        ", ".join(f"{name} {value!r}" for name, value in row.items())
        for row in frame.loc[failing[:ROWS_SHOWN], list(dict.fromkeys(shown))].astype(object).to_dict("records")
    ]
    return f"{len(failing)} rows fail, the first: " + "; ".join(lines)
