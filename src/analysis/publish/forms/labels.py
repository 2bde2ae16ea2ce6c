"""Words beside what they name: at the end of a line, beside the first dots of a series, where a number is withheld."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from analysis.disclosure import SUPPRESSED
from analysis.language import text
from analysis.publish.figures import CM, INK, SMALL, readable

PART = 0.72
"""Part of the height of a panel that its axes take."""
POINTS_PER_CM = 72 * CM
LINE_POINTS = 9.5
"""Height of a line of small letters."""
HALO = [withStroke(linewidth=2.2, foreground="white")]
"""Round words that may stand on a line of reference or a grid, so that they can be read over it."""
GAP = 5
"""Points between a mark and its name."""


class Label(NamedTuple):
    """A name and the place on a panel that it belongs to."""

    name: str
    x: float
    y: float
    colour: str


def at_ends(axes: Axes, labels: Sequence[Label], panel_cm: float) -> None:
    """Write names to the right of the ends of lines, above each other where the ends are close.

    Parameters
    ----------
    axes : A panel of which the limits are settled.
    panel_cm : Its height with its frame.
    """
    low, high = axes.get_ylim()
    points = panel_cm * PART * POINTS_PER_CM
    own = sorted(labels, key=lambda label: label.y)
    at = np.array([(label.y - low) / (high - low) * points for label in own])
    heights = np.array([LINE_POINTS * (1 + label.name.count("\n")) for label in own])
    for label, shift in zip(own, spread(at, heights) - at, strict=True):
        beside(axes, label, shift=float(shift))


def beside(axes: Axes, label: Label, *, shift: float = 0.0) -> None:
    """Write a name to the right of a place, so many points higher."""
    how: dict[str, Any] = {"va": "center", "ha": "left", "fontsize": SMALL, "annotation_clip": False}
    at = (GAP, round(shift, 1))
    words = axes.annotate(label.name, (label.x, label.y), xytext=at, textcoords="offset points", **how)
    words.set(color=readable(label.colour), path_effects=HALO)


def spread(at: np.ndarray, heights: np.ndarray) -> np.ndarray:
    """Move places apart as little as is needed for labels of these heights, in their order.

    Labels that would overlap stand in one block, whose middle is the mean of their places.
    """
    blocks: list[list[int]] = []
    for number in range(len(at)):
        blocks.append([number])
        while len(blocks) > 1 and _top(at, heights, blocks[-2]) > _foot(at, heights, blocks[-1]):
            last = blocks.pop()
            blocks[-1] += last
    moved = np.empty(len(at))
    for block in blocks:
        ends = _foot(at, heights, block) + np.cumsum(heights[block])
        moved[block] = ends - heights[block] / 2
    return moved


def _foot(at: np.ndarray, heights: np.ndarray, block: list[int]) -> float:
    return float(at[block].mean() - heights[block].sum() / 2)


def _top(at: np.ndarray, heights: np.ndarray, block: list[int]) -> float:
    return float(at[block].mean() + heights[block].sum() / 2)


def why_missing(rows: pd.DataFrame) -> str:
    """Say why a place has no number: it is withheld, it could not be estimated, or there are no data."""
    if rows.empty:
        return text("no data")
    withheld = SUPPRESSED in rows and rows[SUPPRESSED].fillna("").astype(str).str.len().gt(0).any()
    return text("withheld") if withheld else text("not estimated")


def in_place(axes: Axes, words: str, at: float, *, upright: bool = False) -> None:
    """Write why there is no number at a place of an axis: at the left of a line, or upright at the foot of a column."""
    how: dict[str, Any] = {"fontsize": SMALL, "color": INK, "alpha": 0.75, "fontstyle": "italic", "clip_on": False}
    how |= {"in_layout": False}  # longer than a small panel, it would leave that no room
    if upright:
        axes.text(at, 0.02, words, transform=axes.get_xaxis_transform(), rotation=90, ha="center", va="bottom", **how)
    else:
        axes.text(0.01, at, words, transform=axes.get_yaxis_transform(), ha="left", va="center", **how)


def above(axes: Axes, words: str) -> None:
    """Write something of a whole panel between its title and its axes, where nothing is drawn."""
    axes.set_title(axes.get_title(loc="left") or axes.get_title(), pad=4 + LINE_POINTS * (1 + words.count("\n")))
    how: dict[str, Any] = {"fontsize": SMALL, "color": INK, "fontstyle": "italic", "va": "bottom", "ha": "left"}
    place: dict[str, Any] = {
        "xycoords": "axes fraction",
        "xytext": (0, 2),
        "textcoords": "offset points",
        "annotation_clip": False,
    }
    written = axes.annotate(words, (0, 1), **place, **how)
    written.set_in_layout(False)  # wider than a narrow panel it would squeeze it, and be wider still


def on_line(axes: Axes, words: str, at: float) -> None:
    """Write what an upright line of reference stands for, at its upper end."""
    how: dict[str, Any] = {"fontsize": SMALL, "color": INK, "va": "top", "ha": "left", "annotation_clip": False}
    place = axes.get_xaxis_transform()
    axes.annotate(words, (at, 0.99), xycoords=place, xytext=(3, 0), textcoords="offset points", **how)
