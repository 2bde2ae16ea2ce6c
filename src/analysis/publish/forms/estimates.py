"""The numbers of a small table as points with the intervals that they have, and the same numbers in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.language import joined, term, text
from analysis.publish.axes import Numbers
from analysis.publish.findings import interval
from analysis.publish.forms.marks import ENDS, form, named, require
from analysis.publish.forms.points import points
from analysis.publish.tables import number
from analysis.publish.units import OF_SHARES, share

MOST = 12
"""Numbers that an alternative text says one by one; of more it says the ends."""


@form
def estimates(
    rows: pd.DataFrame,
    /,
    axis: str = "",
    *,
    line: str,
    ends: Sequence[str] = ENDS,
    heading: str | None = None,
    **how: Any,  # noqa: ANN401 - of `points`
) -> Figure:
    """Draw a number per row, on a line of its own; below a heading a line may have the name of another.

    Parameters
    ----------
    ends : Columns of the number and of the ends of its interval; of a number alone, its column.
    heading, how : As of `points`.
    """
    drawn = _with_ends(rows, ends)
    if heading is None:
        return points(drawn, axis, line=line, **how)
    called, above = named(rows, line), drawn[heading].map(named(rows, heading))
    drawn = drawn.assign(line=drawn[heading].astype(str) + "|" + drawn[line].astype(str), heading=above)
    lines = {at: called[value] for at, value in zip(drawn["line"], drawn[line], strict=True)}
    return points(drawn, axis, line="line", lines=lines, heading="heading", **how)


def in_words(
    rows: pd.DataFrame,
    *,
    line: str,
    ends: Sequence[str] = ENDS,
    heading: str | None = None,
    panel: str | None = None,
    series: str | None = None,
    numbers: Numbers = "plain",
    written: int = 2,
    **_: object,
) -> str:
    """Say the numbers that `estimates` draws of the same rows with the same options, in their order.

    Of more than `MOST` of them the lowest and the highest.
    """
    known = _with_ends(rows, ends).dropna(subset=["estimate"])
    if len(known) > MOST:
        known = known.sort_values("estimate", kind="stable").iloc[[0, -1]]
    names = [column for column in (panel, heading, line, series) if column]
    said = [
        text(
            "{name}: {size}",
            name=joined(", ", [term(str(row[column]), of=column) for column in names]),
            size=_in_words(row, numbers, written),
        )
        for _at, row in known.iterrows()
    ]
    return joined("; ", said)


def _with_ends(rows: pd.DataFrame, ends: Sequence[str]) -> pd.DataFrame:
    require(rows, *ends)
    given = dict(zip(ENDS, ends, strict=False))
    return rows.assign(**{end: rows[given[end]] if end in given else np.nan for end in ENDS})


def _in_words(row: pd.Series, numbers: Numbers, written: int) -> str:
    if numbers == "percent":
        return share(row)
    size = row[[*ENDS]].astype(float) * (1 if numbers == "plain" else OF_SHARES)
    digits = max(written, 1)  # a whole number would be one of persons
    return number(size["estimate"], digits) if pd.isna(row["ci_low"]) else interval(size, digits)
