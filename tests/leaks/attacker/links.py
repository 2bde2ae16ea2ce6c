"""Which numbers of two tables are the same: rows under the same words, whatever the columns of the words are called."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

import numpy as np
import pandas as pd

from attacker.reading import SCHOOLS, Table
from attacker.sums import CHANCE, Sum


def between(one: Table, other: Table, start: int, other_start: int) -> Iterator[Sum]:
    """Give the equal numbers and equal sums of two tables, of which at least one withholds something."""
    for a, b in product(range(len(one.counts)), range(len(other.counts))):
        named = one.counts[a] == other.counts[b]
        near = one.name.split("/")[0] == other.name.split("/")[0]
        kinds = bool(SCHOOLS.fullmatch(one.counts[a])) == bool(SCHOOLS.fullmatch(other.counts[b]))
        if (one.hides[a] or other.hides[b]) and (named or (near and kinds)):
            yield from _compare(one, other, a, b, start, other_start, 1.0 if named else 1e-2)


def _compare(one: Table, other: Table, a: int, b: int, start: int, other_start: int, strict: float) -> Iterator[Sum]:
    matched = _matched(one, other)
    left = _views(one, a, tuple(key for key, _ in matched), start)
    right = _views(other, b, tuple(key for _, key in matched), other_start)
    common = [key for key in left.keys if key in right.keys]
    if not common or not (left.hidden.any() or right.hidden.any()):
        return
    at, bt = [left.keys[key] for key in common], [right.keys[key] for key in common]
    mine, theirs = left.bounds[:, :, at], right.bounds[:, :, bt]
    least = np.log(CHANCE * strict / max(1, len(right.cells)))
    for row, place, likely in (pair for pair in _alike(left, right, mine, theirs, least) if pair[2] <= least):
        for at_one, at_other in zip(at, bt, strict=True):
            cells, others = left.cells[row].get(at_one, ()), right.cells[place].get(at_other, ())
            if cells and others:
                yield Sum((*cells, *others), (*[1.0] * len(cells), *[-1.0] * len(others)), float(np.exp(likely)))


def _alike(
    left: _Views, right: _Views, mine: np.ndarray, theirs: np.ndarray, least: float
) -> Iterator[tuple[int, int, float]]:
    """Give the pairs of views, one of them with something withheld, that agree and hardly by chance."""
    for row in np.flatnonzero(left.hidden):
        for place in np.flatnonzero(_likely(mine[:, row], theirs) <= least):
            yield int(row), int(place), _once(mine[:, row], theirs[:, place])
    others = np.flatnonzero(~left.hidden)
    for place in np.flatnonzero(right.hidden):
        for row in others[_likely(theirs[:, place], mine[:, others]) <= least]:
            yield int(row), int(place), _once(theirs[:, place], mine[:, row])


def _once(mine: np.ndarray, theirs: np.ndarray) -> float:
    """Return the log of the chance that two sums agree where what is said twice counts once."""
    both = np.unique(np.concatenate([mine, theirs]), axis=1, equal_nan=True)
    return float(_likely(both[:3], both[3:][:, None])[0])


def _likely(mine: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Return the log of the chance that sums agree as they do; infinite where they do not."""
    (low, high, known), (lows, highs, knowns) = mine, theirs
    with np.errstate(invalid="ignore"):
        told = ~np.isnan(low) & ~np.isnan(lows)
        clash = (told & ((low > highs) | (lows > high))).any(axis=1)
        size, least = np.maximum(known, knowns), np.minimum(known, knowns)
        width = np.where(np.isinf(high) | np.isinf(highs), size - least, high - low + highs - lows)
        parts = np.where(told & (least > 0), np.log(np.minimum(1.0, (width + 1) / (size + 1))), 0.0)
    return np.where(clash, np.inf, parts.sum(axis=1))


def _matched(one: Table, other: Table) -> list[tuple[str, str]]:
    """Pair the columns that have words in common: those of one name first."""
    words = [table.words for table in (one, other)]
    pairs = [(a, b) for a in words[0] for b in words[1] if words[0][a] & words[1][b]]
    pairs.sort(key=lambda pair: (pair[0] != pair[1], -len(words[0][pair[0]] & words[1][pair[1]])))
    found: list[tuple[str, str]] = []
    for a, b in pairs:
        if a not in {x for x, _ in found} and b not in {y for _, y in found}:
            found.append((a, b))
    return found


class _Views(NamedTuple):
    """Sums of a column's cells by the words of some keys, for each value of the other keys, and over one of them."""

    cells: list[dict[int, tuple[int, ...]]]
    keys: dict[tuple[str, ...], int]
    bounds: np.ndarray
    """Low, high and known, by view and by words."""
    hidden: np.ndarray


def _views(table: Table, column: int, matched: tuple[str, ...], start: int) -> _Views:
    held = table.views.get((column, matched))
    if held is None:
        held = table.views[column, matched] = _made(table, column, list(matched), start)
    return held


def _made(table: Table, column: int, matched: list[str], start: int) -> _Views:
    rows = np.flatnonzero(table.there[:, column])
    words = list(map(tuple, table.keys[matched].to_numpy()[rows]))
    keys = {key: place for place, key in enumerate(dict.fromkeys(words))}
    place = np.array([keys[word] for word in words], dtype=int)
    rest = [key for key in table.reduced if key not in matched]
    cells: list[dict[int, tuple[int, ...]]] = []
    bounds: list[np.ndarray] = []
    for some in _slices(table.keys.iloc[rows], rest, place):
        its = table.low[rows[some], column], table.high[rows[some], column], table.open[rows[some], column]
        sums = np.full((3, len(keys)), np.nan)
        sums[:, place[some]] = 0.0
        for part, values in zip(sums, (its[0], its[1], np.where(its[2], its[1], 0.0)), strict=True):
            np.add.at(part, place[some], values)
        found: dict[int, tuple[int, ...]] = {}
        for at, row in zip(place[some], rows[some], strict=True):
            found[int(at)] = (*found.get(int(at), ()), start + int(row) * len(table.counts) + column)
        cells.append(found)
        bounds.append(sums)
    stacked = np.stack(bounds, axis=1) if bounds else np.zeros((3, 0, len(keys)))
    with np.errstate(invalid="ignore"):
        hidden = (stacked[1] > stacked[2]).any(axis=1)
    return _Views(cells, keys, stacked, hidden)


def _slices(keys: pd.DataFrame, rest: list[str], place: np.ndarray) -> Iterator[np.ndarray]:
    """Give the rows of each view: one value of all other keys, or all values of one of them; the second adds up."""
    for summed in [None, *rest]:
        fixed = [key for key in rest if key != summed]
        groups = keys.groupby(fixed, sort=False).indices.values() if fixed else [np.arange(len(keys))]
        for some in groups:
            if summed is not None or len(np.unique(place[some])) == len(some):
                yield some
