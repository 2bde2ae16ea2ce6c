"""Which numbers of two tables are the same: rows under the same words, whatever the columns of the words are called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.publish.differencing_layers import Sheet
from analysis.publish.differencing_links import CHANCE, Link


def same_numbers(one: Sheet, other: Sheet) -> Iterator[Link]:
    """Yield the equal numbers and equal sums of two tables of which at least one withholds something."""
    for a, column in enumerate(one.counts):
        for b, name in enumerate(other.counts):
            if (one.hides[a] or other.hides[b]) and column == name:
                yield from _compare(one, other, a, b)


WEAK = 5.0
"""How much less it says that a sum is below a number when nothing is known of what is withheld in it."""


class _Views(NamedTuple):
    """Sums of a column's cells by the words of some keys, for each value of the other keys, and over one of them."""

    cells: list[dict[int, tuple[int, ...]]]
    words: dict[tuple[str, ...], int]
    bounds: np.ndarray
    """Low, high and what is published, by view and by words."""
    hidden: np.ndarray


def _compare(one: Sheet, other: Sheet, a: int, b: int) -> Iterator[Link]:
    """Compare under all words that the tables share, and under all but one key: its total may be called anything."""
    matched = _matched(one, other)
    for pairs in (matched, *(matched[:place] + matched[place + 1 :] for place in range(len(matched)))):
        left = _views(one, a, tuple(key for key, _ in pairs))
        right = _views(other, b, tuple(key for _, key in pairs))
        yield from _agreeing(left, right)


def _agreeing(left: _Views, right: _Views) -> Iterator[Link]:
    common = [words for words in left.words if words in right.words]
    if not common or not (left.hidden.any() or right.hidden.any()):
        return
    at, bt = [left.words[words] for words in common], [right.words[words] for words in common]
    least = np.log(CHANCE / max(1, len(right.cells) * len(left.cells)) ** 0.25)
    for row, place, likely in _alike(left, right, left.bounds[:, :, at], right.bounds[:, :, bt], least):
        for at_one, at_other in zip(at, bt, strict=True):
            cells, others = left.cells[row].get(at_one, ()), right.cells[place].get(at_other, ())
            if cells and others:
                yield Link(cells, others, float(np.exp(likely)))


def _alike(
    left: _Views, right: _Views, mine: np.ndarray, theirs: np.ndarray, least: float
) -> Iterator[tuple[int, int, float]]:
    """Yield the pairs of views, one of them with something withheld, that agree and hardly by chance."""
    for row in np.flatnonzero(left.hidden):
        likely = _likely(mine[:, row], theirs)
        yield from ((int(row), int(place), likely[place]) for place in np.flatnonzero(likely <= least))
    others = np.flatnonzero(~left.hidden)
    for place in np.flatnonzero(right.hidden):
        likely = _likely(theirs[:, place], mine[:, others])
        yield from ((int(others[row]), int(place), likely[row]) for row in np.flatnonzero(likely <= least))


def _likely(mine: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Return the logarithm of the chance that sums agree as they do; infinite where they do not."""
    (low, high, known), (lows, highs, knowns) = mine, theirs
    with np.errstate(invalid="ignore"):
        told = ~np.isnan(low) & ~np.isnan(lows)
        clash = (told & ((low > highs) | (lows > high))).any(axis=1)
        size, least = np.maximum(known, knowns), np.minimum(known, knowns)
        endless = np.isinf(high) | np.isinf(highs)
        width = np.where(endless, WEAK * (size - least), high - low + highs - lows)
        parts = np.where(told & (least > 0), np.log(np.minimum(1.0, (width + 1) / (size + 1))), 0.0)
    return np.where(clash, np.inf, parts.sum(axis=1))


def _matched(one: Sheet, other: Sheet) -> list[tuple[str, str]]:
    """Pair the keys that have words in common: those of one name first."""
    pairs = [(a, b) for a in one.words for b in other.words if one.words[a] & other.words[b]]
    pairs.sort(key=lambda pair: (pair[0] != pair[1], -len(one.words[pair[0]] & other.words[pair[1]])))
    found: dict[str, str] = {}
    for a, b in pairs:
        if a not in found and b not in found.values():
            found[a] = b
    return list(found.items())


def _views(sheet: Sheet, column: int, matched: tuple[str, ...]) -> _Views:
    if (column, matched) not in sheet.views:
        sheet.views[column, matched] = _made(sheet, column, [*matched])
    views: _Views = sheet.views[column, matched]
    return views


def _made(sheet: Sheet, column: int, matched: list[str]) -> _Views:
    rows = np.flatnonzero(sheet.there[:, column])
    named = list(map(tuple, sheet.keys[matched].to_numpy()[rows]))
    words = {words: place for place, words in enumerate(dict.fromkeys(named))}
    place = np.array([words[one] for one in named], dtype=int)
    rest = [key for key in sheet.independent if key not in matched]
    known = np.where(sheet.open, sheet.high, 0.0)
    views = list(_slices(sheet.keys.iloc[rows], rest, place))
    bounds = np.full((3, len(views), len(words)), np.nan)
    cells: list[dict[int, tuple[int, ...]]] = [{} for _ in views]
    for view, some in enumerate(views):
        bounds[:, view, place[some]] = 0.0
        for part, values in enumerate((sheet.low, sheet.high, known)):
            np.add.at(bounds[part, view], place[some], values[rows[some], column])
        for at, row in zip(place[some].tolist(), rows[some], strict=True):
            cells[view][at] = (*cells[view].get(at, ()), int(sheet.numbers[row, column]))
    with np.errstate(invalid="ignore"):
        hidden = (bounds[1] > bounds[2]).any(axis=1)
    return _Views(cells, words, bounds, hidden)


def _slices(keys: pd.DataFrame, rest: list[str], place: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the rows of each view: one value of all other keys, or all values of one of them; the second adds up."""
    for summed in [None, *rest]:
        fixed = [key for key in rest if key != summed]
        groups = keys.groupby(fixed, sort=False).indices.values() if fixed else [np.arange(len(keys))]
        for some in map(np.asarray, groups):
            if summed is not None or len(np.unique(place[some])) == len(some):
                yield some
