"""The small picture beside a headline: its key figure and what it is compared with, as two bars of one scale.

It is drawn from the numbers of both texts, as these write them, and only where they are of one kind: a share beside a
share, a number beside one with as many decimals.
"""

from __future__ import annotations

from typing import NamedTuple

from markupsafe import Markup

from analysis.language import NumberText, Text
from analysis.site.findings import Found
from analysis.site.layout import render

WIDTH, ROW, BAR = 220.0, 26.0, 12.0


class Bar(NamedTuple):
    """One bar: where it begins and how long it is in units of the picture, and what is written above it."""

    x: float
    width: float
    y: float
    words: str


def numbers(words: Text | str) -> list[tuple[float, str]]:
    """Return the numbers of a text, each with the way in which it is written; years and counts are none."""
    if not isinstance(words, Text):
        return []
    found: list[tuple[float, str]] = []
    for _, form, value in words.fields():
        if isinstance(value, Text):
            found += numbers(value)
        elif isinstance(value, NumberText):
            found.append((value.value, f".{value.digits}f"))
        elif isinstance(value, int | float) and form not in ("", ","):
            found.append((float(value), form))
    return found


def picture(found: Found) -> Markup:
    """Return the picture of a finding as SVG; empty where its key figure and yardstick are no two alike numbers."""
    key, other = numbers(found.key), numbers(found.yardstick)
    if len(key) != 1 or len(other) != 1 or key[0][1] != other[0][1]:
        return Markup()
    values = [key[0][0], other[0][0]]
    low, high = min(0.0, *values), max(0.0, *values)
    if low == high:
        return Markup()
    scale = WIDTH / (1.0 if _of_a_whole(key[0][1], low, high) else high - low)
    words = (found.key, found.yardstick)
    bars = [
        Bar(scale * (min(0.0, value) - low), scale * abs(value), ROW * nth, said)
        for nth, (value, said) in enumerate(zip(values, words, strict=True))
    ]
    whole = WIDTH if _of_a_whole(key[0][1], low, high) else 0.0
    html = render("picture.html.j2", bars=bars, width=WIDTH, height=2 * ROW, bar=BAR, whole=whole, zero=-scale * low)
    return Markup(html)  # noqa: S704 - the template escaped what entered it


def _of_a_whole(form: str, low: float, high: float) -> bool:
    """Return whether the numbers are shares of a whole, which is drawn behind them."""
    return form.endswith("%") and low == 0 and high <= 1
