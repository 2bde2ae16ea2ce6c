"""What stands along the axes of all figures, numbers and words alike, in the edition's language."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import Formatter

from analysis.language import SOURCE, spoken, term


def localise(figure: Figure) -> None:
    """Let what stands along every axis be written in the edition's language, whoever drew it."""
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
