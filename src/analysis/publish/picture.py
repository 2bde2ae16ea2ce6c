"""A figure as it was drawn: its files, and what of them stands beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from analysis.disclosure.rules.pictures import refuse_drawn, texts_of
from analysis.publish.blank import settle_blanks
from analysis.publish.drawn_intervals import intervals_of
from analysis.publish.rendering import drawn
from analysis.run.remembered import remembered

Draw = Callable[..., Figure]
PER_INCH = 96  # pixels of a page


@dataclass(frozen=True)
class Picture:
    """A figure that holds nothing but what it may show."""

    image: bytes  # PNG
    svg: str
    shown: Sequence[str]  # words that stand in it
    words: Sequence[str]  # those that are not of its data
    intervals: str  # whether its marks have intervals, in a sentence
    width: int  # in pixels of a page
    height: int


@remembered
def picture_of(
    draw: Draw,
    args: Sequence[object],
    options: Mapping[str, Any],
    *,
    placed: pd.DataFrame,
    rows: pd.DataFrame,
    data: pd.DataFrame,
    name: str,
    salt: str,
    synthetic: bool,
) -> Picture:
    """Draw a figure, and refuse in it what is not in its data.

    Parameters
    ----------
    draw, args, options : Draws it of the rows that may be shown.
    placed, rows, data : These rows at their places among those that are withheld, alone, and the whole published frame.
    name, salt, synthetic : See `analysis.publish.rendering.drawn`.

    Raises
    ------
    DisclosureError
        When it holds more than its data.
    WithheldError
        When nothing is drawn, or nothing to compare.
    """
    made = draw(placed, *args, **options)
    refuse_drawn(made, data, name)
    settle_blanks(made)
    words = texts_of(made, data)
    image, svg, shown = drawn(made, name, salt=salt, synthetic=synthetic)
    width, height = (round(inches * PER_INCH) for inches in made.get_size_inches())
    return Picture(image, svg, shown, words, intervals_of(made, rows), width, height)
