"""The account of rows that leave, fit to publish."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

UNITS = ("rows", "pupils", "pupils4", "schools")


def fold_small_steps(accounting: pd.DataFrame, smallest: Mapping[str, int]) -> pd.DataFrame:
    """Join steps that lose so few that the number may not be published, given the smallest loss that may, per unit.

    Withholding the number would not do: it is the difference between what went in and what stayed, which the account
    has. So a step that loses too few is joined with the next one (the last with the one before), until every loss is
    zero or large enough. That holds for schools too: the pupils who leave with one school are that school's. A row is a
    step: ``step, reason`` and ``<unit>_in, <unit>_out, <unit>_kept``; in - out = kept still holds in every row.
    """
    steps = accounting.to_dict("records")
    while len(steps) > 1 and (small := _first_small(steps, smallest)) is not None:
        first = min(small, len(steps) - 2)
        steps[first : first + 2] = [_joined(steps[first], steps[first + 1])]
    return pd.DataFrame(steps, columns=accounting.columns)


def withhold_small_total(folded: pd.DataFrame, smallest: Mapping[str, int]) -> pd.DataFrame:
    """Withhold what went in and what left where the whole account, as `fold_small_steps` returns it, loses too few.

    With one step left there is nothing to join it with; what stayed may be published, since that alone gives nothing
    away. The numbers are missing then, and the column ``suppressed`` names them, as the gate wants it.
    """
    if _first_small(folded.to_dict("records"), smallest) is None:
        return folded
    # All units: the rows that left hint at the pupils, and the pupils of one school that left are that school's.
    withheld = [f"{unit}_{side}" for unit in UNITS for side in ("in", "out")]
    missing = {name: pd.array([pd.NA] * len(folded), dtype="Int64") for name in withheld}
    return folded.assign(**missing, suppressed=";".join(withheld))


def _first_small(steps: list[dict[Any, Any]], smallest: Mapping[str, int]) -> int | None:
    few = (any(0 < step[f"{unit}_out"] < least for unit, least in smallest.items()) for step in steps)
    return next((number for number, small in enumerate(few) if small), None)


def _joined(one: dict[Any, Any], next_one: dict[Any, Any]) -> dict[Any, Any]:
    joined = dict(one)
    for name in ("step", "reason"):
        joined[name] = f"{one[name]}; {next_one[name]}"
    for unit in UNITS:
        joined[f"{unit}_out"] = one[f"{unit}_out"] + next_one[f"{unit}_out"]
        joined[f"{unit}_kept"] = next_one[f"{unit}_kept"]
    return joined
