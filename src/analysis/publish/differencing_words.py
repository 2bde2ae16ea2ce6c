"""Which numbers of two tables are the same: rows under the same words, whatever the columns of the words are called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from analysis.publish.differencing_layers import Sheet
from analysis.publish.differencing_links import CHANCE, Link


def same_numbers(one: Sheet, other: Sheet) -> Iterator[Link]:
    """Yield the equal numbers and equal sums of two tables of which at least one withholds something."""
    asked = [
        (a, other.counts.index(column))
        for a, column in enumerate(one.counts)
        if column in other.counts and (one.hides[a] or other.hides[other.counts.index(column)])
    ]
    matched = _matched(one, other) if asked else []
    for a, b in asked:
        yield from _compare(one, other, a, b, matched)


WEAK = 5.0
"""How much less it says that a sum is below a number when nothing is known of what is withheld in it."""


class _Views(NamedTuple):
    """Sums of a column's cells by the words of some keys, for each value of the other keys, and over one of them."""

    words: dict[tuple[str, ...], int]
    bounds: np.ndarray
    """Low, high and what is published, by view and by words."""
    hidden: np.ndarray
    at: np.ndarray
    """Per cell its view times the number of words, plus its words; in ascending order."""
    numbers: np.ndarray
    """The number of each such cell in the ledger."""

    def cells(self, view: int, words: list[int]) -> list[tuple[int, ...]]:
        """Return the cells of a view, for each of some words."""
        places = view * self.bounds.shape[2] + np.array(words)
        first, last = (np.searchsorted(self.at, places, side) for side in ("left", "right"))
        return [tuple(self.numbers[one:end].tolist()) for one, end in zip(first, last, strict=True)]


def _compare(one: Sheet, other: Sheet, a: int, b: int, matched: list[tuple[str, str]]) -> Iterator[Link]:
    """Compare under all words that the tables share, and under all but one key: its total may be called anything."""
    for pairs in (matched, *(matched[:place] + matched[place + 1 :] for place in range(len(matched)))):
        left = _views(one, a, tuple(key for key, _ in pairs))
        right = _views(other, b, tuple(key for _, key in pairs))
        yield from _agreeing(left, right)


def _agreeing(left: _Views, right: _Views) -> Iterator[Link]:
    if not (left.hidden.any() or right.hidden.any()):
        return
    common = [words for words in left.words if words in right.words]
    if not common:
        return
    at, bt = [left.words[words] for words in common], [right.words[words] for words in common]
    least = np.log(CHANCE / max(1, len(right.hidden) * len(left.hidden)) ** 0.25)
    for row, place, likely in _alike(left, right, left.bounds[:, :, at], right.bounds[:, :, bt], least):
        for cells, others in zip(left.cells(row, at), right.cells(place, bt), strict=True):
            if cells and others:
                yield Link(cells, others, float(np.exp(likely)))


BLOCK = 200_000
"""So many pairs of sums are compared at once."""


def _alike(
    left: _Views, right: _Views, mine: np.ndarray, theirs: np.ndarray, least: float
) -> Iterator[tuple[int, int, float]]:
    """Yield the pairs of views, one of them with something withheld, that agree and hardly by chance."""
    every, rows = np.arange(len(right.hidden)), np.flatnonzero(left.hidden)
    yield from _below(mine, theirs, rows, every, least)
    yield from _below(mine, theirs, np.flatnonzero(~left.hidden), np.flatnonzero(right.hidden), least)


def _below(
    mine: np.ndarray, theirs: np.ndarray, rows: np.ndarray, places: np.ndarray, least: float
) -> Iterator[tuple[int, int, float]]:
    others = theirs[:, None, places]
    step = max(1, BLOCK // max(1, others[0].size))
    for some in (rows[start : start + step] for start in range(0, len(rows), step)):
        likely = _likely(mine[:, some, None], others)
        for row, place in np.argwhere(likely <= least):
            yield int(some[row]), int(places[place]), float(likely[row, place])


def _likely(mine: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Return the logarithm of the chance that sums agree as they do; infinite where they do not."""
    (low, high, known), (lows, highs, knowns) = mine, theirs
    with np.errstate(invalid="ignore"):
        told = ~np.isnan(low) & ~np.isnan(lows)
        clash = (told & ((low > highs) | (lows > high))).any(axis=-1)
        size, least = np.maximum(known, knowns), np.minimum(known, knowns)
        endless = np.isinf(high) | np.isinf(highs)
        width = np.where(endless, WEAK * (size - least), high - low + highs - lows)
        parts = np.where(told & (least > 0), np.log(np.minimum(1.0, (width + 1) / (size + 1))), 0.0)
    return np.where(clash, np.inf, parts.sum(axis=-1))


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
    named = (
        list(zip(*(sheet.keys[key].to_numpy()[rows] for key in matched), strict=True)) if matched else [()] * len(rows)
    )
    words = {words: place for place, words in enumerate(dict.fromkeys(named))}
    place = np.array([words[one] for one in named], dtype=int)
    rest = [key for key in sheet.independent if key not in matched]
    view, some = _slices([sheet.codes[key][rows] for key in rest], place, len(words))
    views = int(view.max(initial=-1)) + 1
    at = view * len(words) + place[some]
    size = views * len(words)
    empty = np.bincount(at, minlength=size) == 0
    known = np.where(sheet.open[:, column], sheet.high[:, column], 0.0)
    parts = (sheet.low[:, column], sheet.high[:, column], known)
    bounds = np.array([np.where(empty, np.nan, np.bincount(at, part[rows[some]], size)) for part in parts])
    bounds = bounds.reshape(3, views, len(words))
    with np.errstate(invalid="ignore"):
        hidden = (bounds[1] > bounds[2]).any(axis=1)
    order = np.argsort(at, kind="stable")
    return _Views(words, bounds, hidden, at[order], sheet.numbers[rows[some[order]], column])


def _slices(rest: list[np.ndarray], place: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of each view: one value of all other keys, or all values of one of them; the second adds up."""
    every = np.arange(len(place))
    views, some, start = [], [], 0
    for summed in (None, *range(len(rest))):
        view = _grouped([codes for key, codes in enumerate(rest) if key != summed], len(place))
        if summed is None:
            at = view * size + place
            twice = np.unique(view[np.bincount(at)[at] > 1])
            kept = ~np.isin(view, twice)
            view = np.unique(view[kept], return_inverse=True)[1]
        else:
            kept = every >= 0
        views.append(start + view)
        some.append(every[kept])
        start += int(view.max(initial=-1)) + 1
    return np.concatenate(views), np.concatenate(some)


def _grouped(codes: list[np.ndarray], size: int) -> np.ndarray:
    """Return for each row the number of the group that several codes tell apart."""
    group = np.zeros(size, dtype=np.intp)
    for its in codes:
        group = np.unique(group * (its.max(initial=0) + 1) + its, return_inverse=True)[1]
    return group
