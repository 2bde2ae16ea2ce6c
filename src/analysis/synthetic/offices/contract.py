"""The world in the form of the contract: a Parquet file a table, its columns under their own names."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.data.export import parquet
from analysis.synthetic.offices.beside import beside
from analysis.synthetic.offices.office import Office, Tables

NOTES = (
    "Every table is a Parquet file in the form that the project has it in: what an office delivers that does its joins"
    " in R, SPSS or a database. The edition on it equals the synthetic one, but for the list of source files.",
)
YEARS = (2019,)
"""Of the pupils of a world, on 1 October; tables with a year in them say theirs in a column."""


def contract(tables: Tables) -> Office:
    """Return the office that holds every table as the project has it."""
    mapped, along = beside(tables)
    return Office(
        files={f"{name}.parquet": parquet(frame) for name, frame in mapped.items()} | along,
        intake={
            "years": YEARS,
            "files": {name: {"path": f"{name}.parquet"} for name in mapped},
            "tables": {name: {"from": name, "columns": as_it_is(frame)} for name, frame in mapped.items()},
        },
        notes=NOTES,
    )


def as_it_is(frame: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Return how the columns of a file are read that is a table already."""
    return {str(column): verb(frame[column], str(column)) for column in frame}


def verb(values: pd.Series[Any], of_file: str) -> dict[str, Any]:
    """Return how a column of a file is read that holds the values of a column of the contract as they are."""
    types = pd.api.types
    if types.is_bool_dtype(values):
        return {"flag": of_file, "yes_codes": ["true"], "no_codes": ["false"]}
    if types.is_integer_dtype(values):
        return {"whole": of_file}
    return {"decimal" if types.is_float_dtype(values) else "text": of_file}
