"""Points with intervals: an estimate per line, series beside each other on a line, panels below or beside another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.language import localised, term, text
from analysis.publish.axes import Numbers, beside_mark, write_numbers
from analysis.publish.figures import INK, PALETTE, canvas, legend_above, legend_height
from analysis.publish.forms import labels
from analysis.publish.forms.labels import Label, in_place, why_missing
from analysis.publish.forms.marks import (
    ENDS,
    Names,
    Zero,
    along,
    dots,
    form,
    from_zero,
    label_up,
    named,
    of,
    ranges,
    require,
    zero_line,
)

LINE_CM, SERIES_CM, DENSE_CM = 0.6, 0.36, 0.3
PANEL_CM, AXIS_CM, FRAME_CM = 1.0, 0.7, 1.5
MANY = 25
"""From so many lines on they are set closer, in smaller letters."""
SHADE = "#e8edf1"
SHARE = 0.72
"""Part of the height of a line over which its series are set beside each other."""
ALONG = 64
"""Letters of a line along an axis."""
LONGEST = 40
"""Letters of the longest name that is written beside a dot."""


SHORT = 12
"""Letters of the longest name that is written at a place where its number is withheld."""


class Heading(str):
    """A line without a number of its own: what the lines below it are."""

    __slots__ = ()


@form
def points(
    rows: pd.DataFrame,
    axis: str = "",
    *,
    line: str,
    lines: Names = term,
    series: str | None = None,
    names: Names = term,
    panel: str | None = None,
    titles: Names = term,
    heading: str | None = None,
    label: str = "",
    numbers: Numbers = "plain",
    zero: Zero = "line",
    ways: tuple[str, str] | None = None,
    ranged: str = "",
    shade: tuple[float, float] | None = None,
    beside: bool = False,
    apart: bool = False,
    sort: bool = False,
    written: int | None = None,
) -> Figure:
    """Draw estimates with their intervals from left to right; a line without one says why.

    Parameters
    ----------
    heading : Column by which lines are below a heading.
    ways : What an estimate left of zero says, and one right of it.
    ranged : What is between ``ci_low`` and ``ci_high`` where that is no interval of the estimate.
    shade : Between which values an effect is too small to matter.
    beside : Panels are beside each other, with the same lines; else below each other.
    apart : Panels have axes of their own, as what they measure differs.
    sort : The lines of a panel are in the order of the first series' estimates, largest first.
    written : With how many decimals each estimate is written behind its interval; else none is.
    """
    require(rows, *ENDS)
    kinds, panels = named(rows, series, names), named(rows, panel, titles)
    parts = [of(rows, panel, value) for value in panels]
    shown = [_lines(rows if beside and not sort else part, line, lines, heading, series, kinds, sort) for part in parts]
    direct = not beside and _are_short(kinds)
    above = [] if direct or not series else [*kinds.values()]
    figure, axes = _axes(shown, len(kinds), above, beside=beside, share=not (sort if beside else apart))
    for area, part, title, on in zip(axes, parts, panels.values(), shown, strict=True):
        _panel(area, part, line, on, series, kinds, ranged=ranged)
        area.set_title(_wrapped(title, len(panels)) if beside else title)
    for area in axes:  # panels that share an axis have it now
        _settle(area, numbers, zero, shade)
    along_axis = _with_ways(_in_points(axis) if numbers == "points" else term(axis), ways)
    for area in axes if beside else axes[-1:]:
        area.set_xlabel(
            "\n".join(fill(words, ALONG // (len(axes) if beside else 1)) for words in along_axis.split("\n"))
        )
    label_up(axes[0], term(label), 1 if beside else len(shown))
    named_at = _line_of_names(parts, line, shown, series, kinds) if series and direct else None
    if series and not named_at:
        legend_above(axes[0])
    for place, (area, part, on) in enumerate(zip(axes, parts, shown, strict=True)):
        for at, value in enumerate(on):
            named_here = kinds if named_at == (place, at) else {}
            _name_marks(area, part[part[line] == value], at, series, kinds, named_here, (numbers, written))
    return figure


def _wrapped(title: str, panels: int) -> str:
    return fill(title, 66 // panels)


def _on_lines(words: str, letters: int) -> str:
    return "\n".join(fill(line, letters, replace_whitespace=False) for line in words.split("\n"))


def _are_short(kinds: Mapping[Any, str]) -> bool:
    return 0 < len(kinds) <= len(PALETTE) and max(map(len, kinds.values())) <= LONGEST


def _with_ways(axis: str, ways: tuple[str, str] | None) -> str:
    """Say on both sides of what is along an axis what it is to lie there."""
    if not ways:
        return axis
    left, right = map(term, ways)
    return f"\N{LEFTWARDS ARROW} {left}      {right} \N{RIGHTWARDS ARROW}" + (f"\n{axis}" if axis else "")


def _places(number: int, kinds: int) -> float:
    return (number - (kinds - 1) / 2) * SHARE / kinds


def _panel(
    axes: Axes,
    rows: pd.DataFrame,
    line: str,
    on: Mapping[Any, str],
    series: str | None,
    kinds: Mapping[Any, str],
    *,
    ranged: str,
) -> None:
    """Draw the series of a panel beside each other on its lines, the first line on top."""
    at, drawn = np.arange(len(on)), {}
    for number, (kind, name) in enumerate(kinds.items()):
        drawn[kind] = along(of(rows, series, kind), line, on)
        _marks(axes, at + _places(number, len(kinds)), drawn[kind], number, name, ranged=bool(ranged))
    missing = np.array([own[[*ENDS]].isna().all(axis=1) for own in drawn.values()])
    for at_line, value in enumerate(on):
        if not isinstance(value, Heading):
            _say_missing(axes, at_line, missing[:, at_line], rows[rows[line] == value], [*kinds.values()])
    axes.set_yticks(at, [*on.values()])
    axes.set_ylim(max(len(on), 1) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")
    if len(on) > MANY:
        axes.tick_params(axis="y", labelsize=6.5)
    for words, value in zip(axes.get_yticklabels(), on, strict=False):  # named once where panels share them
        if isinstance(value, Heading):
            words.set_fontweight("bold")
    if any(isinstance(value, Heading) for value in on):
        axes.tick_params(axis="y", length=0)


def _marks(axes: Axes, at: np.ndarray, rows: pd.DataFrame, number: int, name: str, *, ranged: bool) -> None:
    """Draw dots with intervals; what is no interval of an estimate, as a bound without a dot, is a pale bar."""
    pale = rows["ci_low"].notna() & (rows["estimate"].isna() | ranged)
    if pale.any():
        ranges(axes, at[pale], rows[pale])
    fine = rows.assign(ci_low=rows["ci_low"].mask(pale), ci_high=rows["ci_high"].mask(pale))
    dots(axes, at, fine, series=number, name=name or None)


def _say_missing(axes: Axes, at: int, missing: np.ndarray, given: pd.DataFrame, names: Sequence[str]) -> None:
    """Write at a line why it has no number, or of each series that has none, at its place and by its name."""
    if missing.all():
        in_place(axes, why_missing(given), at)
    for number in np.flatnonzero(missing) if not missing.all() else ():
        why = why_missing(given[given["estimate"].isna()])
        words = f"{names[int(number)]}: {why}" if len(names[int(number)]) <= SHORT else why
        in_place(axes, words, at + _places(int(number), len(missing)))


def _line_of_names(
    parts: Sequence[pd.DataFrame],
    line: str,
    shown: Sequence[Mapping[Any, str]],
    series: str,
    kinds: Mapping[Any, str],
) -> tuple[int, int] | None:
    """Return the panel and the place of the first line that has all series, beside which they are named."""
    for panel, (part, on) in enumerate(zip(parts, shown, strict=True)):
        known = part[part[["estimate", "ci_high"]].notna().any(axis=1)]
        for at, value in enumerate(on):
            if set(kinds) <= set(known.loc[known[line] == value, series]):
                return panel, at
    return None


def _name_marks(
    axes: Axes,
    rows: pd.DataFrame,
    at: int,
    series: str | None,
    kinds: Mapping[Any, str],
    names: Mapping[Any, str],
    how: tuple[Numbers, int | None],
) -> None:
    """Write behind the marks of a line their numbers, if these are `written`, and the names of their series."""
    numbers, written = how
    for number, kind in enumerate(kinds):
        own = of(rows, series, kind)[[*ENDS]].to_numpy(dtype=float, na_value=np.nan)
        if not np.isfinite(own).any():
            continue
        value = "" if written is None else localised(beside_mark(own[0, 0], numbers, written))
        words = "  ".join(filter(None, (value, names.get(kind, ""))))
        if words:
            colour = PALETTE[number] if series else INK
            labels.beside(axes, Label(words, float(np.nanmax(own)), at + _places(number, len(kinds)), colour))


def _settle(axes: Axes, numbers: Numbers, zero: Zero, shade: tuple[float, float] | None) -> None:
    if shade:
        axes.fill_between(shade, 0, 1, transform=axes.get_xaxis_transform(), color=SHADE, linewidth=0, zorder=0)
    if zero == "line":
        zero_line(axes)
    elif zero == "edge":
        from_zero(axes, upright=False)
    write_numbers(axes.xaxis, numbers)


def _in_points(axis: str) -> str:
    return text("{axis}, percentage points", axis=term(axis)) if axis else text("percentage points")


def _lines(
    rows: pd.DataFrame,
    line: str,
    lines: Names,
    heading: str | None,
    series: str | None,
    kinds: Mapping[Any, str],
    sort: bool,
) -> dict[Any, str]:
    if sort:
        first = of(rows, series, next(iter(kinds))).sort_values("estimate", ascending=False, kind="stable")
        rows = pd.concat([first, rows])
    on = named(rows, line, lines)
    if heading is None:
        return on
    below = dict(zip(rows[line], rows[heading], strict=True))
    laid: dict[Any, str] = {}
    for title in dict.fromkeys(below[value] for value in on if value in below):
        laid[Heading(title)] = term(title)
        laid |= {value: name for value, name in on.items() if below.get(value) == title}
    return laid


def _axes(
    shown: Sequence[Mapping[Any, str]], kinds: int, legend: Sequence[str], *, beside: bool, share: bool
) -> tuple[Figure, list[Axes]]:
    line, frame = max(LINE_CM, SERIES_CM * kinds), FRAME_CM + legend_height(legend)
    panel = PANEL_CM if share or beside else PANEL_CM + AXIS_CM
    heights = [panel + len(on) * (DENSE_CM * kinds if len(on) > MANY else line) for on in shown]
    if beside:
        options: dict[str, Any] = {"columns": len(shown), "sharey": share, "sharex": True}
        figure, axes = canvas(max(heights) + frame, squeeze=False, **options)
        return figure, list(axes[0])
    options = {"rows": len(shown), "height_ratios": heights, "sharex": share}
    figure, axes = canvas(sum(heights) + frame, squeeze=False, **options)
    return figure, list(axes[:, 0])
