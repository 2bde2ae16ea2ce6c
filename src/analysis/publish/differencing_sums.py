"""Which numbers of one table add up: found by the numbers, whatever rows and columns are called, and as declared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, combinations
from typing import NamedTuple

import numpy as np

from analysis.publish.differencing_layers import Sheet
from analysis.publish.differencing_links import CHANCE, Link
from analysis.publish.disclosure.profiles import counts_entities

MOST_VALUES = 7
"""Up to so many values of a key some of them are tried for a sum of some others; of more only all for one, or pairs."""

MOST_COLUMNS = 8

FIRST_LINES = 3
"""So many lines of a table are tried before all others."""

SUSPECT = 0.5
"""How likely chance may be where a row is set beside all others, or a repeated number beside all rows."""


class Found(NamedTuple):
    """Sums of a table, and which words of which key were found to be totals."""

    links: list[Link]
    totals: dict[str, frozenset[str]]


class _Sides(NamedTuple):
    """Bounds of sums, one per line, and the upper bound of what is published of each."""

    low: np.ndarray
    high: np.ndarray
    known: np.ndarray


def sums_of(sheet: Sheet) -> Found:
    """Return the sums within a table: over rows, over columns, and to wholes that a column repeats in every row.

    Notes
    -----
    A sum is taken for one when it can hold in every line of the table, and would hardly hold by chance. A line in which
    :math:`s` is published and the parts leave :math:`w` values open agrees by chance in about :math:`(w+1)/(s+1)` of
    cases; lines are independent, and several sums may have been tried.
    """
    links, totals = [*_columns(sheet), *_again(sheet)], {key: {word} for key, word in sheet.linked.totals.items()}
    for key in sheet.independent:
        places = _lines(sheet, key)
        if places is None:
            continue
        words = _words(sheet, key)
        for column in range(len(sheet.counts)):
            for value, some, likely in _totals(sheet, places, column, sheet.linked.totals.get(key), words):
                links += _equal(sheet, places[:, [value]], places[:, some], column, likely)
                if len(some) == places.shape[1] - 1 and len(some) > 1:
                    totals.setdefault(key, set()).add(words[value])
            links += _wholes(sheet, key, places, column)
    return Found(links, {key: frozenset(words) for key, words in totals.items()})


def _again(sheet: Sheet) -> Iterator[Link]:
    """Yield that rows count the same which nothing but declared labels tells apart."""
    if not sheet.linked.labels or sheet.keys.empty:
        return
    for rows in sheet.keys.groupby([*sheet.keys], sort=False).indices.values():
        for column in sheet.numbers[np.asarray(rows)].T:
            first, *others = [int(number) for number in column if number >= 0] or [-1]
            yield from (Link((first,), (other,)) for other in others)


def _words(sheet: Sheet, key: str) -> list[str]:
    return list(dict.fromkeys(sheet.keys[key]))


def _lines(sheet: Sheet, key: str) -> np.ndarray | None:
    """Return the rows as lines (one for each set of other keys) by values of a key; -1 where there is none."""
    others = [name for name in sheet.independent if name != key]
    rows = len(sheet.keys)
    lines = sheet.keys.groupby(others, sort=False).ngroup().to_numpy() if others else np.zeros(rows, dtype=int)
    place = {word: number for number, word in enumerate(_words(sheet, key))}
    values = np.array([place[word] for word in sheet.keys[key]], dtype=int)
    if len({*zip(lines.tolist(), values.tolist(), strict=True)}) < rows:
        return None
    places = np.full((lines.max(initial=-1) + 1, len(place)), -1)
    places[lines, values] = np.arange(rows)
    return places


def _totals(
    sheet: Sheet, places: np.ndarray, column: int, declared: str | None, words: Sequence[str]
) -> Iterator[tuple[int, list[int], float]]:
    """Yield which value of a key counts which others together, and the chance that it does not."""
    there = (places >= 0) & sheet.there[places, column]
    hidden = (there & ~sheet.open[places, column]).any(axis=0)
    for value in range(places.shape[1]):
        others = [other for other in range(places.shape[1]) if other != value]
        if declared == words[value]:
            yield value, others, 0.0
            continue
        # Of a column that withholds nothing only the rows are told apart that are totals.
        sets = list(_sets(others)) if hidden.any() else [others] if others else []
        for some in _possible(sheet, places, column, there, hidden, value, sets):
            lines = there[:, value] & (there[:, some].sum(axis=1) >= min(2, len(some)))
            whole, parts = (_sides(sheet, places[lines][:, its], column) for its in ([value], some))
            likely, most = _chance(whole, parts), SUSPECT if len(some) == len(others) > 1 else CHANCE / len(sets)
            if likely <= most and (len(some) > 1 or (np.minimum(whole.known, parts.known) > 0).sum() > 1):
                yield value, some, likely


def _possible(
    sheet: Sheet,
    places: np.ndarray,
    column: int,
    there: np.ndarray,
    hidden: np.ndarray,
    value: int,
    sets: list[list[int]],
) -> Iterator[list[int]]:
    """Yield the sets with something withheld, or all others, whose sums the value can be in every line.

    Nearly all sets cannot: they are tried at once, and a few lines rule out most of them.
    """
    member = np.zeros((places.shape[1], len(sets)))
    for place, some in enumerate(sets):
        member[some, place] = 1.0
    asked = hidden[value] | (hidden.astype(float) @ member > 0) | (member.sum(axis=0) == places.shape[1] - 1)
    lines = np.flatnonzero(there[:, value])
    left, met = np.flatnonzero(asked), np.zeros(len(sets), dtype=bool)
    for some_lines in (lines[:FIRST_LINES], lines[FIRST_LINES:]):
        some_there, at = there[some_lines], places[some_lines]
        low, high = (np.where(some_there, bound[at, column], 0.0) for bound in (sheet.low, sheet.high))
        within, endless = member[:, left], np.isinf(high)
        holds = some_there.astype(float) @ within >= np.minimum(2, within.sum(axis=0))
        most = np.where(endless, 0.0, high) @ within + np.where(endless.astype(float) @ within > 0, np.inf, 0.0)
        clash = holds & ((low[:, [value]] > most) | (low @ within > high[:, [value]]))
        met[left] |= holds.any(axis=0)
        left = left[~clash.any(axis=0)]
    for place in left[met[left]]:
        yield sets[place]


def _sets(others: list[int]) -> Iterator[list[int]]:
    if others:
        yield others
    sizes = range(1, len(others)) if len(others) <= MOST_VALUES else range(1, min(3, len(others)))
    yield from (list(some) for size in sizes for some in combinations(others, size))


def _sides(sheet: Sheet, places: np.ndarray, column: int) -> _Sides:
    """Return the bounds of sums over the second axis of the cells of a column."""
    some = (places >= 0) & sheet.there[places, column]
    low, high = (np.where(some, bound[places, column], 0.0).sum(axis=1) for bound in (sheet.low, sheet.high))
    known = np.where(some & sheet.open[places, column], sheet.high[places, column], 0.0).sum(axis=1)
    return _Sides(low, high, known)


def _chance(one: _Sides, other: _Sides) -> float:
    """Return how likely two rows of sums agree by chance; 1 where they do not agree everywhere."""
    if ((one.low > other.high) | (other.low > one.high)).any():
        return 1.0
    endless = np.isinf(one.high) | np.isinf(other.high)
    size, least = np.maximum(one.known, other.known), np.minimum(one.known, other.known)
    with np.errstate(invalid="ignore"):
        width = np.where(endless, size - least, one.high - one.low + other.high - other.low)
    told = least > 0
    lines = np.column_stack([one.low, one.high, other.low, other.high])[told]
    first = np.unique(lines, axis=0, return_index=True)[1]
    parts = np.minimum(1.0, (width[told][first] + 1) / (size[told][first] + 1))
    return float(np.prod(parts)) if len(parts) else 1.0


def _equal(sheet: Sheet, whole: np.ndarray, parts: np.ndarray, column: int, likely: float) -> Iterator[Link]:
    numbers = sheet.numbers[:, column]
    left, right = (np.where(its >= 0, numbers[its], -1) for its in (whole, parts))
    some = (left >= 0).any(axis=1) & (right >= 0).any(axis=1)
    for one, others in zip(left[some].tolist(), right[some].tolist(), strict=True):
        yield Link(tuple(n for n in one if n >= 0), tuple(n for n in others if n >= 0), likely)


def _cells(sheet: Sheet, rows: np.ndarray, column: int) -> tuple[int, ...]:
    numbers = sheet.numbers[rows[rows >= 0], column]
    return tuple(int(number) for number in numbers[numbers >= 0])


def _columns(sheet: Sheet) -> Iterator[Link]:
    """Yield the sums of columns: each of the same kind in every row, or two that count the same."""
    columns = range(len(sheet.counts))
    if len(columns) > MOST_COLUMNS or not any(sheet.hides):
        return
    for whole in columns:
        others = [column for column in columns if column != whole]
        sets = list(chain(*(combinations(others, size) for size in range(1, len(others) + 1))))
        for some in sets:
            kinds = {counts_entities(sheet.counts[column]) for column in (whole, *some)}
            if len(kinds) > 1 or not any(sheet.hides[column] for column in (whole, *some)):
                continue
            rows = np.asarray(sheet.there[:, [whole, *some]].all(axis=1))
            one, parts = (_across(sheet, rows, its) for its in ([whole], list(some)))
            likely = _chance(one, parts) * len(sets)
            if likely <= CHANCE:
                for row in np.flatnonzero(rows):
                    yield Link(
                        (int(sheet.numbers[row, whole]),), tuple(map(int, sheet.numbers[row, list(some)])), likely
                    )


def _across(sheet: Sheet, rows: np.ndarray, columns: list[int]) -> _Sides:
    low, high = (bound[rows][:, columns].sum(axis=1) for bound in (sheet.low, sheet.high))
    return _Sides(low, high, np.where(sheet.open, sheet.high, 0.0)[rows][:, columns].sum(axis=1))


def _wholes(sheet: Sheet, key: str, places: np.ndarray, column: int) -> Iterator[Link]:
    """Yield the sums over lines that another column repeats in each row of them."""
    for whole, name in enumerate(sheet.counts):
        part = sheet.counts[column]
        if whole == column or counts_entities(name) != counts_entities(part):
            continue
        declared = sheet.linked.whole.get(name) == (part, key)
        if not declared and not (sheet.hides[whole] or sheet.hides[column]):
            continue
        there = (places >= 0) & sheet.there[places, whole]
        lines = there.any(axis=1) & ((places >= 0) & sheet.there[places, column]).any(axis=1)
        low = np.where(there, sheet.low[places, whole], -np.inf).max(axis=1)
        high = np.where(there, sheet.high[places, whole], np.inf).min(axis=1)
        if not lines.any() or (not declared and (low > high)[lines].any()):
            continue
        known = np.where(there & sheet.open[places, whole], sheet.high[places, whole], 0.0).max(axis=1)
        likely = _chance(_Sides(low[lines], high[lines], known[lines]), _sides(sheet, places[lines], column))
        likely = 0.0 if declared else likely
        if likely <= SUSPECT:
            for line in np.flatnonzero(lines):
                first, *repeated = _cells(sheet, places[line], whole)
                yield Link((first,), _cells(sheet, places[line], column), likely)
                yield from (Link((first,), (other,), likely) for other in repeated)
