"""Which sums of two published tables must be the same, and which differ by a few persons.

A reader who sees that the pupils by sex and the pupils by education add up to the same number knows that these are the
same pupils. So two layers are linked where what they have in common adds up alike wherever it can be compared, and
nowhere differently.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from analysis.disclosure.linkage.layers import Layer, Margin, Sum
from analysis.disclosure.profiles import Profile

CHANCE = 0.2
"""How wide the rounding of two equal sums may be beside them when they are taken for the same number."""


class Link(NamedTuple):
    """Two sums of cells that are the same number."""

    left: Sum
    right: Sum


class Gap(NamedTuple):
    """Two sums of published cells that differ by too few: that shows who is in one and not in the other."""

    left: Sum
    right: Sum


class _Pair(NamedTuple):
    left: Margin
    right: Margin
    low: float
    """Least difference, left minus right, of what is published."""
    high: float
    hidden: int
    """Withheld cells in either."""
    possible: bool
    """Whether withheld cells can make up the difference."""


def compare(one: Layer, other: Layer, profile: Profile) -> tuple[list[Link], list[Gap]]:
    """Compare two layers of the same count column: links for every sum that must be the same, gaps where none are."""
    names = tuple(name for name in one.names if name in other.names)
    part = _is_total(one, other) or _is_total(other, one)
    nested = part or one.names == other.names
    hidden = one.withholds or other.withholds
    # Where nothing is withheld there is nothing to find, and rounded numbers differ by a few all the time.
    if not hidden and not (nested and profile.base(one.column) == 1):
        return [], []
    pairs = list(_pairs(one, other, names))
    if not all(pair.possible for pair in pairs):
        return [], list(_gaps(pairs, one.column, profile)) if nested else []
    sure = part or any(_large(pair) for pair in pairs if not pair.hidden)
    linked = [pair for pair in pairs if sure or (pair.hidden and _fits(pair, one.column, profile))]
    return [Link(pair.left.cells, pair.right.cells) for pair in linked], []


def _pairs(one: Layer, other: Layer, names: tuple[str, ...]) -> Iterator[_Pair]:
    rights = other.margin(names)
    for key, left in one.margin(names).items():
        if key in rights:
            right = rights[key]
            low, high = left.low - right.high, left.high - right.low
            possible = (low <= 0 or right.hidden > 0) and (high >= 0 or left.hidden > 0)
            yield _Pair(left, right, low, high, left.hidden + right.hidden, possible)


def _is_total(one: Layer, other: Layer) -> bool:
    """Whether the rows of the first are totals of the second, in the same table."""
    return one.table == other.table and set(one.names) < set(other.names)


def _large(pair: _Pair) -> bool:
    """Whether two equal sums can hardly be equal by chance: their rounding is small beside them."""
    return pair.left.low > 0 and pair.high - pair.low <= CHANCE * pair.left.low


def _fits(pair: _Pair, column: str, profile: Profile) -> bool:
    """Whether the difference of what is published is what small withheld cells would make."""
    few = profile.threshold(column) - 1
    least, most = sorted((abs(pair.low), abs(pair.high)))
    return pair.low * pair.high > 0 and pair.hidden <= least and most <= pair.hidden * few


def _gaps(pairs: Sequence[_Pair], column: str, profile: Profile) -> Iterator[Gap]:
    """Yield the small differences, where one layer is within the other: nowhere the larger, then the smaller."""
    pairs = [pair for pair in pairs if not pair.hidden]
    within = all(pair.low >= 0 or pair.high >= 0 >= pair.low for pair in pairs)
    without = all(pair.high <= 0 or pair.low <= 0 <= pair.high for pair in pairs)
    for pair in pairs if within or without else ():
        least, most = sorted((abs(pair.low), abs(pair.high)))
        apart = pair.low * pair.high > 0
        if apart and most < profile.threshold(column) and most - least < profile.width(column):
            yield Gap(pair.left.cells, pair.right.cells)
