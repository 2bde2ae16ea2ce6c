"""What in a frame breaks its contract: every rule of every column, in counts."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pandera.pandas as pa

from analysis.errors import few


def violations(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> Iterator[tuple[str, str]]:
    """Give each rule that is broken, with its column (or ``rules``) and in how many rows; never a value.

    Parameters
    ----------
    frame : Some or all of the columns of the contract, of its types.
    schema : The contract.
    """
    for name, rule in schema.columns.items():
        if name in frame:
            yield from ((name, said) for said in _of_column(frame[name], rule))
    key = [name for name in schema.unique or [] if name in frame]
    if key and key == list(schema.unique or []):
        again = int(frame.duplicated(key, keep=False).sum())
        if again:
            yield "rules", f"unique {', '.join(key)}: {few(again, len(frame))} rows share theirs with another"


def _of_column(column: pd.Series, rule: pa.Column) -> Iterator[str]:
    empty = int(column.isna().sum())
    if empty and not rule.nullable:
        yield f"a value in every row: missing in {few(empty, len(column))} rows"
    known = column.dropna()
    if len(known) == 0:
        return
    for check in rule.checks:
        passed = check(known).check_output
        failing = int((~passed.astype(bool)).sum()) if isinstance(passed, pd.Series) else len(known) * (not passed)
        if failing:
            yield f"{check.error or check.name}: not so in {few(failing, len(column))} rows"
