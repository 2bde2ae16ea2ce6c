"""What the forms draw on axes: points with intervals, curves with bands, lines of reference; and how values are called.

Matplotlib draws these: the intervals are known before, which seaborn would compute, and its `lineplot` joins the points
on either side of a missing one. The primitives take any x; the forms decide where things are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import wraps
from textwrap import fill
from typing import Any, Concatenate, Literal, ParamSpec

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.errors import InputError, WithheldError
from analysis.language import term, text
from analysis.publish.figures import CM, FAINT, INK, MARKERS, PALETTE, style

P = ParamSpec("P")
Names = Mapping[Any, str] | Collection[str] | Callable[[str], str]
"""What values are called. Of a mapping, or a list of what are names already, all are drawn, in its order; of a function
those that the rows have, in theirs."""
Zero = Literal["line", "edge", "free"]
"""Zero is marked by a line of no effect, is where the axis begins, or is nothing special."""
ENDS = ("estimate", "ci_low", "ci_high")
LETTER_CM, PART, SHORTEST = 0.15, 0.7, 12
"""Height of a letter of an upright label, part of a panel that its axes take, and fewest letters of a line."""


def named(rows: pd.DataFrame, column: str | None, names: Names = term) -> dict[Any, str]:
    """Return the values of a column that are drawn, with what they are called; without a column one without a name."""
    if column is None:
        return {None: ""}
    if not callable(names):
        return {value: term(names[value] if isinstance(names, Mapping) else value) for value in names}
    require(rows, column)
    return {value: names(str(value)) for value in rows[column].dropna().drop_duplicates()}


def of(rows: pd.DataFrame, column: str | None, value: object) -> pd.DataFrame:
    """Return the rows of one value of `named`."""
    return rows if column is None else rows[rows[column] == value]


def present(names: Mapping[Any, str], values: pd.Series) -> dict[Any, str]:
    """Leave out of `names` what is not among the values."""
    known = set(values)
    return {code: name for code, name in names.items() if code in known}


def label_up(axes: Axes, words: str, panels: int = 1) -> None:
    """Name what is measured up the first of so many panels, on as many lines as fit it beside them."""
    figure = axes.get_figure(root=True)
    assert figure is not None  # forms draw on figures
    height = figure.get_figheight() / CM / panels * PART
    axes.set_ylabel(fill(words, max(SHORTEST, int(height / LETTER_CM))))


def along(rows: pd.DataFrame, column: str, values: Collection[Any]) -> pd.DataFrame:
    """Return one row per value in the order of `values`: missing where there is none, so that its place stays open."""
    require(rows, column)
    refuse_twice(rows, column)
    return rows.set_index(column).reindex(list(values)).reset_index()


def refuse_twice(rows: pd.DataFrame, *columns: str) -> None:
    """Refuse rows of which two would be drawn in one place: one would hide the other, or be averaged with it."""
    if rows.duplicated([*columns]).any():
        problem = f"two rows of one series have the same {', '.join(columns)}"
        raise InputError("figure", problem, hint="choose the rows, or a series")


def table(
    rows: pd.DataFrame, line: str, column: str, value: str, down: Collection[Any], across: Collection[Any]
) -> pd.DataFrame:
    """Lay values out with a row per value of `line` in `down`, and a column per value of `column` in `across`."""
    cells = pd.MultiIndex.from_product([down, across], names=[line, column])
    values = floats(rows.set_index([line, column]).reindex(cells), value)  # refuses a cell that is there twice
    return pd.DataFrame(values.reshape(len(down), len(across)), index=list(down), columns=list(across))


def floats(rows: pd.DataFrame, column: str) -> np.ndarray:
    """Return a column as floats, what is missing as NaN."""
    require(rows, column)
    return rows[column].to_numpy(dtype=float, na_value=np.nan)


def form(draw: Callable[Concatenate[pd.DataFrame, P], Figure]) -> Callable[Concatenate[pd.DataFrame, P], Figure]:
    """Draw rows in the house style; without a row the figure is withheld, as in a city that is too small for it."""

    @wraps(draw)
    def drawn(rows: pd.DataFrame, /, *args: P.args, **options: P.kwargs) -> Figure:
        if rows.empty:
            raise WithheldError(text("Not shown: nothing of it can be estimated on these data."))
        with style():
            return draw(rows, *args, **options)

    return drawn


def require(rows: pd.DataFrame, *columns: str) -> None:
    """Refuse rows without these columns."""
    missing = [column for column in columns if column not in rows]
    if missing:
        raise InputError("figure", f"no column {', '.join(missing)}", allowed=", ".join(map(str, rows.columns)))


def dots(
    axes: Axes,
    at: Any,  # noqa: ANN401 - what matplotlib takes for coordinates
    rows: pd.DataFrame,
    *,
    series: int = 0,
    name: str | None = None,
    upright: bool = False,
    span: Mapping[str, Any] | None = None,
    **style: Any,  # noqa: ANN401 - of Line2D
) -> None:
    """Draw estimates as points with their intervals, also where there is no point: a bound.

    Parameters
    ----------
    at : Where each row is along the other axis; estimates are heights where they are `upright`.
    span, style : How intervals and points look, if otherwise than their series.
    """
    estimate, low, high = (floats(rows, end) for end in ENDS)
    draw = axes.vlines if upright else axes.hlines
    draw(at, low, high, **{"color": PALETTE[series], "linewidth": 1.6, **(span or {})})
    x, y = (at, estimate) if upright else (estimate, at)
    axes.plot(x, y, linestyle="", label=name, **{"marker": MARKERS[series], "color": PALETTE[series], **style})


def curve(axes: Axes, x: Any, rows: pd.DataFrame, *, series: int = 0, name: str | None = None, **style: Any) -> None:  # noqa: ANN401 - as of `dots`
    """Draw estimates as a line, with a band where they have intervals; a missing one is a gap in it."""
    if {"ci_low", "ci_high"} <= set(rows) and rows["ci_low"].notna().any():
        low, high = floats(rows, "ci_low"), floats(rows, "ci_high")
        axes.fill_between(x, low, high, color=PALETTE[series], alpha=0.18, linewidth=0)
    how = {"marker": MARKERS[series], "markersize": 3.2, "color": PALETTE[series], **style}
    axes.plot(x, floats(rows, "estimate"), label=name, **how)


def zero_line(axes: Axes, at: float = 0.0, *, upright: bool = True) -> None:
    """Draw the line of no effect."""
    (axes.axvline if upright else axes.axhline)(at, color=FAINT, linewidth=0.9, zorder=1)


def break_line(axes: Axes, at: float, *, upright: bool = True) -> None:
    """Draw the dashed line before which something was otherwise."""
    (axes.axvline if upright else axes.axhline)(at, color=INK, linestyle="--", linewidth=0.9)


def from_zero(axes: Axes, *, upright: bool) -> None:
    """Let an axis begin at zero, with the usual room at its other end."""
    axes.update_datalim([(0, 0)], updatex=not upright, updatey=upright)
    axes.autoscale_view()
    axes.set(**{"ylim" if upright else "xlim": (0, None)})
