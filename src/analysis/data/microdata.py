"""What the microdata tables are: columns, units and codes, for real registers and the synthetic world alike.

Real microdata stay in their secure environment; a reader for them must deliver these tables. Required are the keys and
what a row is about; a column that an office does not have is absent, a value that it does not know is missing, and the
chapters say which columns they need. The descriptions are the data dictionary that `staat world` writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pandas as pd
import pandera.pandas as pa

from analysis.codes import Codes
from analysis.data.microdata_tables import contracts_of

Schemas = Mapping[str, pa.DataFrameSchema]

STANDARD = Codes()


def microdata(codes: Codes = STANDARD) -> Schemas:
    """Return the contracts of the microdata tables, by name, for an edition with these codes."""
    return _made(codes.model_dump_json())


def required(table: str, codes: Codes = STANDARD) -> frozenset[str]:
    """Return the columns without which the table is none."""
    return frozenset(name for name, column in microdata(codes)[table].columns.items() if column.required)


def optional(table: str, codes: Codes = STANDARD) -> frozenset[str]:
    """Return the columns that the table may lack whole."""
    return frozenset(microdata(codes)[table].columns) - required(table, codes)


def dictionary(schemas: Schemas | None = None) -> pd.DataFrame:
    """Return the data dictionary of contracts, by default of all.

    Its columns: ``table, column, presence`` (required, or optional where the whole column may be absent), ``type,
    missing`` (whether single values may be), ``meaning``.
    """
    return pd.DataFrame(
        [
            {
                "table": name,
                "column": column,
                "presence": "required" if rule.required else "optional",
                "type": str(rule.dtype),
                "missing": bool(rule.nullable),
                "meaning": rule.description or "",
            }
            for name, schema in (MICRODATA if schemas is None else schemas).items()
            for column, rule in schema.columns.items()
        ]
    )


@cache
def _made(codes_as_text: str) -> Schemas:
    codes = Codes.model_validate_json(codes_as_text)
    return {str(schema.name): schema for schema in contracts_of(codes)}


MICRODATA = microdata()
"""The contracts of an edition that says nothing of its codes."""
