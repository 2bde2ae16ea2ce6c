"""Select rows step by step, and count who leaves at each step and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pandas as pd

Keeps = Callable[[pd.DataFrame], pd.Series]
Step = tuple[str, str, Keeps]
"""Name of a step, why pupils leave at it, and who stays."""


def walk(rows: pd.DataFrame, steps: Iterable[Step], pupils: str | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Apply steps one after another and count who leaves at each.

    Parameters
    ----------
    rows : With ``location``.
    steps : In their order.
    pupils : Column with the number of pupils of a row; by default a row is a pupil.

    Returns
    -------
    tuple of DataFrame
        The rows that stay, and ``step, reason, pupils_in, pupils_out, pupils_kept, schools_out, schools_kept``.
    """
    account = []
    for name, reason, keeps in steps:
        stays = rows[keeps(rows).astype(bool)]
        (before, schools), (after, left) = _size(rows, pupils), _size(stays, pupils)
        counted = {"pupils_in": before, "pupils_out": before - after, "pupils_kept": after}
        account.append({"step": name, "reason": reason, **counted, "schools_out": schools - left, "schools_kept": left})
        rows = stays
    return rows, pd.DataFrame(account)


def _size(rows: pd.DataFrame, pupils: str | None) -> tuple[int, int]:
    return len(rows) if pupils is None else int(rows[pupils].sum()), rows["location"].nunique()
