"""Lines: estimates over years or bands, with a band of their intervals where they have any."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from itertools import pairwise
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.language import localised, term, text
from analysis.publish.axes import Numbers, beside_mark, write_numbers
from analysis.publish.figures import ENTRY_CM, PALETTE, SMALL, panels
from analysis.publish.forms.labels import Label, above, at_ends, on_line, why_missing
from analysis.publish.forms.marks import (
    ENDS,
    Names,
    Zero,
    along,
    break_line,
    curve,
    form,
    from_zero,
    label_up,
    named,
    of,
    zero_line,
)
from analysis.publish.forms.points import points

LONE_CM, PANEL_CM, FRAME_CM = 6.6, 4.8, 1.4
FEWEST = 3
"""Values along the axis that make a line."""
NAME = 18
"""Letters of a line of a name at the end of a curve."""
NOT_DRAWN = ": "
"""Between the name of a line and why it is not there."""
TICKS = 8
YEAR = re.compile(r"\d{4}(/\d\d)?")
"""A year or a school year: of these some may be left out along an axis."""
TITLE, LETTERS = 60, 80
"""Letters of a title, and of labels with the spaces between them, that fit along panels beside each other."""


@form
def lines(
    rows: pd.DataFrame,
    axis: str = "",
    *,
    x: str,
    series: str,
    names: Names = term,
    panel: str | None = None,
    titles: Names = term,
    label: str = "",
    legend: str = "",
    numbers: Numbers = "plain",
    zero: Zero = "free",
    breaks: Mapping[str, str] | Collection[str] = (),
    columns: int = 3,
    apart: bool = False,
    across: bool = False,
    written: int | None = None,
) -> Figure:
    """Draw estimates as lines that are named at their ends, with a band where they have intervals.

    A withheld one is a gap in its line, and its place says so. With fewer than three values of `x` there is no line:
    the estimates are drawn as points.

    Parameters
    ----------
    x : Whole years, or words in the order of the rows.
    breaks : Before which values there is a break, over which no line goes, with what was otherwise before it.
    columns : Most panels beside each other.
    apart : The panels have lines of their own.
    across : All panels measure the same, on one scale.
    written : With how many decimals its last value is written at the end of each line; shares are in whole per cents.
    """
    if rows[x].nunique() < FEWEST:
        how: dict[str, Any] = {
            "panel": panel,
            "titles": titles,
            "numbers": numbers,
            "zero": zero,
            "apart": apart and not across,
        }
        return _as_points(rows, label, x, series, names, **how)
    written = 0 if written is None and numbers == "percent" else written
    shown, at = named(rows, panel, titles), _positions(rows[x])
    height = PANEL_CM if panel else LONE_CM
    options: dict[str, Any] = {"sharex": True, "sharey": across}
    figure, axes = panels(len(shown), columns, height, FRAME_CM + (ENTRY_CM if legend else 0), **options)
    drawn = []
    for area, (value, title) in zip(axes, shown.items(), strict=True):
        part = of(rows, panel, value)
        called = named(part if apart else rows, series, names)
        drawn.append([_named(of(part, series, kind), x, at, name) for kind, name in called.items()])
        for number, (name, line) in enumerate(drawn[-1]):
            for start, end in pairwise(_cuts(at, breaks)):
                curve(area, [*at.values()][start:end], line[start:end], series=number, name=name)
        _break(area, at, breaks)
        width = TITLE // min(len(shown), columns)
        area.set(title=fill(title, width), xlabel=term(axis))
        _ticks(area, at, min(len(shown), columns))
        _say_missing(area, part, drawn[-1], width)
    for number, (area, named_lines) in enumerate(zip(axes, drawn, strict=True)):  # panels on one scale have it now
        _settle(area, numbers, zero)
        named_here = apart or number == min(len(axes), columns) - 1
        _name(area, named_lines, at, height, (numbers, written), named_here=named_here)
    label_up(axes[0], term(label), -(-len(shown) // columns))
    if legend:
        figure.suptitle(term(legend), x=0.01, ha="left", fontsize=SMALL)
    return figure


def _settle(axes: Axes, numbers: Numbers, zero: Zero) -> None:
    write_numbers(axes.yaxis, numbers)
    if zero == "edge":
        from_zero(axes, upright=True)
    elif zero == "line":
        zero_line(axes, upright=False)


def _named(rows: pd.DataFrame, x: str, at: Collection[Any], name: str) -> tuple[str, pd.DataFrame]:
    """Return a line with its name, and with why it has no number at all where it has none."""
    line = along(rows, x, at)
    missing = line["estimate"].isna()
    if name and len(rows) and missing.all():
        return f"{name}{NOT_DRAWN}{why_missing(rows)}", line
    return name, line


def _as_points(rows: pd.DataFrame, axis: str, x: str, series: str, names: Names, **how: Any) -> Figure:  # noqa: ANN401 - options of `points`
    """Draw one or two values of what is no line: a dot per series, in a colour per value."""
    ends = {end: rows[end] if end in rows else float("nan") for end in ENDS}
    dots = rows.assign(**ends, **{x: rows[x].astype(str)})
    values = dots[x].nunique()
    return points(dots, axis, line=series, lines=names, series=x if values > 1 else None, **how)


def _break(axes: Axes, at: Mapping[Any, float], breaks: Mapping[str, str] | Collection[str]) -> None:
    """Draw a dashed line before each break, and say there what was otherwise before it."""
    for name in set(at).intersection(breaks):
        break_line(axes, at[name] - 0.5)
        if isinstance(breaks, Mapping):
            on_line(axes, term(breaks[name]), at[name] - 0.5)


def _cuts(at: Mapping[Any, float], breaks: Collection[str]) -> list[int]:
    """Return where a line begins and ends: it does not go on over a break."""
    return [0, *(place for place, value in enumerate(at) if place and value in breaks), len(at)]


def _say_missing(axes: Axes, rows: pd.DataFrame, drawn: Collection[tuple[str, pd.DataFrame]], width: int) -> None:
    """Write above a panel which of its lines are not drawn and why, and why there are gaps in others."""
    gone = rows[rows["estimate"].isna()]
    missing = [line["estimate"].isna() for _, line in drawn if len(gone)]
    said = [name for name, _ in drawn if NOT_DRAWN in name]
    if any(part.any() and not part.all() for part in missing):
        said.append(text("gaps: {why}", why=why_missing(gone)))
    elif missing and all(part.all() for part in missing) and not any(name for name, _ in drawn):
        said.append(why_missing(gone))
    if said:
        above(axes, "\n".join(fill(each, width) for each in said))


def _name(
    axes: Axes,
    drawn: Collection[tuple[str, pd.DataFrame]],
    at: Mapping[Any, float],
    panel_cm: float,
    how: tuple[Numbers, int | None],
    *,
    named_here: bool,
) -> None:
    """Write at the end of each line its last value and, where it is `named_here`, its name."""
    numbers, written = how
    ends = []
    for number, (name, line) in enumerate(drawn):
        known = np.flatnonzero(line["estimate"].notna())
        last = float(line["estimate"].iloc[known[-1]]) if len(known) else np.nan
        value = "" if written is None else localised(beside_mark(last, numbers, written))
        if value and known[-1] < len(at) - 1:
            value = text("{value} ({when})", value=value, when=term(str([*at][known[-1]])))
        said = name if named_here and len(known) else ""
        words = fill(" ".join(filter(None, (value, said))), NAME)
        if words:
            ends.append(Label(words, [*at.values()][known[-1]], last, PALETTE[number]))
    at_ends(axes, ends, panel_cm)


def _positions(values: pd.Series) -> dict[Any, float]:
    """Return where each value is along the axis: a year at its number, a word at its place."""
    if pd.api.types.is_numeric_dtype(values):
        return {int(year): float(year) for year in sorted(values.unique())}
    return {value: float(number) for number, value in enumerate(values.drop_duplicates())}


def _ticks(axes: Axes, at: Mapping[Any, float], columns: int) -> None:
    """Label what fits, the last one always: of years some, of other words all, turned where they are too long."""
    step = -(-len(at) // TICKS)
    while all(YEAR.fullmatch(str(value)) for value in at) and _length(_every(at, step)) > LETTERS / columns:
        step += 1
    shown = _every(at, step)
    axes.set_xticks([at[value] for value in shown], [term(str(value)) for value in shown])
    if _length(shown) > LETTERS / columns:
        axes.tick_params(axis="x", labelrotation=45)
        for label in axes.get_xticklabels():
            label.set(ha="right", rotation_mode="anchor")


def _every(at: Mapping[Any, float], step: int) -> list[Any]:
    return [*at][::-1][::step][::-1]


def _length(shown: Collection[Any]) -> int:
    return sum(len(term(str(value))) + 3 for value in shown) if len(shown) > 1 else 0
