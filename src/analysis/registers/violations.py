"""What in a frame breaks its contract: every rule of every column, in counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
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
    # A rule of a column is about each value by itself: it is asked of each text once, however many rows have it.
    counts = known.value_counts() if known.dtype == "str" else pd.Series(1, known.index)
    values = counts.index.to_series() if known.dtype == "str" else known
    for check in rule.checks:
        failing = int(counts.to_numpy()[~_passed(check, values)].sum())
        if failing:
            yield f"{check.error or check.name}: not so in {few(failing, len(column))} rows"


def _passed(check: pa.Check, values: pd.Series) -> np.ndarray[Any, Any]:
    """Tell of each value whether it passes; of all the same where a rule says one thing of the whole."""
    passed = check(values).check_output
    return passed.to_numpy(bool) if isinstance(passed, pd.Series) else np.full(len(values), bool(passed))
