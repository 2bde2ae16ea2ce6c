"""What a chapter asks of a table before its models see it: columns, rows and years, else one message says what to do.

A table that was read has passed its contract; one that was made elsewhere, or from files of other years, has not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import pandas as pd

from analysis.errors import InputError, listed

SHOWN = 5
"""Names that a message gives, of all that are at fault."""


def received(
    frame: pd.DataFrame, table: str, columns: Iterable[str], *, key: str, years: Collection[int] = ()
) -> pd.DataFrame:
    """Return a table as it is, or stop where it cannot be used.

    Parameters
    ----------
    frame, table : The table, and its name.
    columns : That are used.
    key : Of the params file, that has the table made.
    years : That the table must have, in its column ``year``.

    Raises
    ------
    InputError : A column is missing, there is no row, or a year has none.
    """
    lacking = [name for name in columns if name not in frame]
    if lacking:
        raise InputError(f"{table}: {lacking[0]}", "the column is missing", hint=_again(key))
    if frame.empty:
        raise InputError(table, "has no rows", hint=_again(key))
    absent = sorted({*years} - {*frame["year"]}) if years else []
    if absent:
        raise InputError(
            f"{table}: year",
            f"has no rows of {listed([*map(str, absent)])}",
            given=sorted({*frame["year"].astype(int)})[:SHOWN],
            hint=_again(key),
        )
    return frame


def refuse(table: str, column: str, problem: str, at_fault: Iterable[object], hint: str) -> None:
    """Stop where anything is at fault, with the first of it.

    Parameters
    ----------
    table, column, problem : Where it is, and what is wrong.
    at_fault : Names of what is at fault; of none nothing happens.
    hint : What to do.
    """
    named = [*dict.fromkeys(at_fault)]
    if named:
        raise InputError(f"{table}: {column}", problem, given=named[:SHOWN], hint=hint)


def _again(key: str) -> str:
    return f"look at the files behind {key}, then run the data again: staat run EDITION --from data"
