"""What is written along the axes of all figures, numbers and words alike, in the edition's language."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

import numpy as np
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import Formatter

from analysis.language import MINUS, SOURCE, spoken, term

Numbers = Literal["plain", "percent", "points"]
"""How the numbers along an axis are written: as they are, shares as per cent, differences of shares in points."""
DECIMALS = 3


def write_numbers(axis: Axis, numbers: Numbers) -> None:
    """Write the numbers along an axis: as shares or differences of shares where they are, else in full."""
    axis.set_major_formatter(formatter(numbers))


def formatter(numbers: Numbers) -> Formatter:
    """Return what writes numbers along an axis, or beside a map."""
    return Plain() if numbers == "plain" else Hundredths(numbers)


class Plain(Formatter):
    """Writes numbers with as few decimals as are exact, thousands apart, a real minus and no zero with a sign.

    In the English way, as `Hundredths` does.
    """

    def __call__(self, x: float, pos: int | None = None) -> str:  # noqa: ARG002 - as matplotlib calls it
        return self.format_ticks([x])[0]

    def format_ticks(self, values: Any) -> list[str]:  # noqa: ANN401 - as matplotlib's
        decimals = _exact(np.asarray(values, dtype=float))
        return [f"{value:,.{decimals}f}".replace("-", MINUS) for value in np.round(values, decimals) + 0.0]


class Hundredths(Formatter):
    """Writes shares as per cent and differences of shares as signed percentage points, in as few decimals as are exact.

    In the English way: `localise` turns what is along all axes into the edition's language.
    """

    def __init__(self, numbers: Numbers = "percent") -> None:
        self.signed = numbers == "points"

    def __call__(self, x: float, pos: int | None = None) -> str:  # noqa: ARG002 - as matplotlib calls it
        return self._written(x, _decimals([x]))

    def format_ticks(self, values: Any) -> list[str]:  # noqa: ANN401 - as matplotlib's
        decimals = _decimals(values)
        return [self._written(value, decimals) for value in values]

    def _written(self, share: float, decimals: int) -> str:
        size = 100 * abs(share)
        zero = size < 0.5 * 10.0**-decimals
        sign = "" if zero else MINUS if share < 0 else "+" if self.signed else ""
        if self.signed:
            return "0" if zero else f"{sign}{size:.{decimals}f}"
        return f"{sign}{size:.{decimals}f}%"


def beside_mark(value: float, numbers: Numbers, decimals: int) -> str:
    """Write a number beside its mark: a share as per cent, a difference of shares in signed points; empty if missing.

    In the English way, a half away from zero.
    """
    if not np.isfinite(value):
        return ""
    size = half_up(abs(value) * (1 if numbers == "plain" else 100), decimals)
    sign = "" if not float(size) else MINUS if value < 0 else "+" if numbers == "points" else ""
    return f"{sign}{size}{'%' if numbers == 'percent' else ''}"


def whole_percent(share: float) -> str:
    """Write a share beside its mark as whole per cents, a half upwards, in the English way; empty if missing."""
    if not np.isfinite(share):
        return ""
    return f"{half_up(100 * share, 0)}%"


def half_up(value: float, decimals: int) -> str:
    """Write a number with so many decimals, a half away from zero, in the English way."""
    published = Decimal(f"{value:.9f}")  # without what binary fractions add to it
    return str(published.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def _decimals(shares: Sequence[float]) -> int:
    return _exact(100 * np.asarray(shares, dtype=float))


def _exact(numbers: np.ndarray) -> int:
    """Return the fewest decimals that are exact, and no more than three."""
    exact = (n for n in range(DECIMALS) if np.allclose(np.round(numbers, n), numbers, rtol=0, atol=1e-9))
    return next(exact, DECIMALS)


def localise(figure: Figure) -> None:
    """Let what is along every axis be written in the edition's language, whoever drew it."""
    if spoken() == SOURCE:
        return
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(_Localised(axis.get_major_formatter()))


class _Localised(Formatter):
    """Writes what another formatter writes, in the edition's language."""

    def __init__(self, written: Formatter) -> None:
        self.written = written

    def __call__(self, x: float, pos: int | None = None) -> str:
        return term(self.written(x, pos))

    def format_ticks(self, values: Any) -> list[str]:  # noqa: ANN401 - as matplotlib's
        return [term(label) for label in self.written.format_ticks(values)]

    def get_offset(self) -> str:
        return term(self.written.get_offset())
