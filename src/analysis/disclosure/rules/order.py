"""Order statistics by their values: the highest, the lowest and those next to them, under whatever name.

A published number that equals a row's value is that row's own where too few rows lie at it or beyond it: among all rows
of the internal table, or among those of the published row's groups. So it is where it is the value that most rows have,
and these are few. A range and a midrange give both ends away.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from analysis.disclosure import is_calendar
from analysis.disclosure.rules.chance import DECIMALS, EXACT, Floats, decimals_of, fractions_of
from analysis.disclosure.rules.raw import Loaded, as_numbers
from analysis.disclosure.rules.spans import Labels

SCALES = (1.0, 100.0, 0.01, -1.0)
DIGITS = 3
"""Digits from which a number with few decimals is no accident."""

SPAN_DIGITS = 4
"""The same for a range or midrange: a table has as many of them as it has columns and groups."""

SIMPLE = 100
"""Denominator up to which a share equals others by accident."""


def own_cells(frame: pd.DataFrame, loaded: Loaded, spared: Collection[str]) -> pd.DataFrame:
    """Return which cells of a frame are the values of single rows at the ends of a column that the chapter loaded.

    Parameters
    ----------
    frame : Flat.
    loaded : The tables of rows.
    spared : Columns that count, or say nothing of anybody.
    """
    own = pd.DataFrame(data=False, index=frame.index, columns=frame.columns)
    words = [
        frozenset(filter(_is_word, row)) for row in frame.select_dtypes(["object", "string", "category"]).to_numpy()
    ]
    groups: dict[tuple[str, frozenset[str]], list[np.ndarray]] = {}
    spared = {*spared, *(str(name) for name in frame if is_calendar(frame[name]))}
    columns = [str(name) for name in frame if name not in spared and as_numbers(frame[name]) is not None]
    for name in columns:
        numbers = as_numbers(frame[name])
        if numbers is None or len(numbers) != len(frame):
            continue
        telling = _telling(numbers)
        if not telling.any():
            continue
        for table, rows in loaded.tables.items():
            few = np.where(decimals_of(numbers) > DECIMALS, loaded.few(table) - 1, 1)
            for column, values in loaded.numbers(table).items():
                left = np.flatnonzero(telling & ~own[name].to_numpy())
                for position in left[_met(numbers[left], loaded.own(table)[column].values)]:
                    named = (table, words[position])
                    if named not in groups:
                        groups[named] = _groups(len(rows), loaded.labels(table), words[position])
                    own.loc[frame.index[position], name] = any(
                        _at_an_end(numbers[position], values[group], few[position])
                        or _is_mode(numbers[position], values[group], loaded.few(table) - 1)
                        for group in groups[named]
                    )
    own |= _spanned(frame[columns], words, loaded).reindex(columns=own.columns, fill_value=False)
    # An interval gives its middle away: nothing of the row stays.
    own[columns] = np.repeat(own[columns].any(axis=1).to_numpy()[:, None], len(columns), axis=1)
    return own


def _spanned(frame: pd.DataFrame, words: Sequence[frozenset[str]], loaded: Loaded) -> pd.DataFrame:
    """Return which cells are a range or midrange of a column, in all rows of a table or in the groups of their row."""
    numbers = np.array([_row_by_row(frame[name]) for name in frame]).reshape(len(frame.columns), len(frame))
    telling = _telling(numbers.ravel(), SPAN_DIGITS).reshape(numbers.shape)
    fine = decimals_of(numbers.ravel()).reshape(numbers.shape) > DECIMALS
    half = np.where(fine | loaded.has_passed(numbers), 0.0, _half(numbers))
    spanned = np.zeros(numbers.shape, dtype=bool)
    alike: dict[frozenset[str], list[int]] = {}
    for position in np.flatnonzero(telling.any(axis=0)).tolist():
        alike.setdefault(words[position], []).append(position)
    for table in loaded.tables:
        for named, places in alike.items():
            ends = loaded.spans(table).ends(named)
            for few, cells in ((loaded.few(table) - 1, fine[:, places]), (1, ~fine[:, places])):
                known = np.append(ends.of_at_most(few), np.inf)
                met = _met(numbers[:, places].ravel(), known, half[:, places].ravel())
                spanned[:, places] |= cells & met.reshape(cells.shape)
    return pd.DataFrame((spanned & telling).T, index=frame.index, columns=frame.columns)


def _row_by_row(values: pd.Series) -> Floats:
    """Return one number per row; none where there are others, as of complex numbers."""
    numbers = as_numbers(values)
    return numbers if numbers is not None and len(numbers) == len(values) else np.full(len(values), np.nan)


def _telling(numbers: Floats, least: int = DIGITS) -> np.ndarray:
    """Return which numbers have so many digits that they do not equal others by accident."""
    size = np.where(np.isfinite(numbers) & (numbers != 0), np.abs(numbers), 1.0)
    decimals = decimals_of(size)
    digits = np.floor(np.log10(size)) + 1 + decimals
    simple = fractions_of(size) > 1 / SIMPLE
    fine: np.ndarray = np.isfinite(numbers) & (numbers != 0) & ((decimals > DECIMALS) | (digits >= least)) & ~simple
    return fine


def _half(numbers: Floats) -> Floats:
    """Return half a unit of the last digit that the author left in each number; `SPAN_DIGITS` of them at least."""
    unit = 10.0 ** -decimals_of(numbers.ravel()).reshape(numbers.shape)
    numbers = np.where(np.isfinite(numbers), numbers, 0.0)
    while (rounder := (np.abs(numbers) >= 10.0**SPAN_DIGITS * unit) & (numbers % (10 * unit) == 0)).any():
        unit = np.where(rounder, 10 * unit, unit)
    return unit / 2


def _met(numbers: Floats, known: Floats, half: Floats | float = 0.0) -> np.ndarray:
    """Return which numbers equal one of the sorted different values of rows, at any of the scales; to `half` a unit."""
    if len(known) <= 1:
        return np.zeros(len(numbers), dtype=bool)
    scales = np.array(SCALES)[:, None]
    value = numbers / scales
    position = np.clip(np.searchsorted(known, value), 1, len(known) - 1)
    near = np.minimum(np.abs(known[position] - value), np.abs(known[position - 1] - value))
    within = np.maximum(EXACT * np.maximum(np.abs(value), 1e-6), half / np.abs(scales))
    return np.asarray((near <= within).any(axis=0))


def _at_an_end(number: float, values: Floats, few: int) -> bool:
    known = values[np.isfinite(values)]
    if not len(known):
        return False
    for scale in SCALES:
        value = number / scale
        margin = EXACT * max(abs(value), 1e-6)
        below, above = int((known <= value + margin).sum()), int((known >= value - margin).sum())
        if (np.abs(known - value) <= margin).any() and min(below, above) <= few:
            return True
    return False


def _is_mode(number: float, values: Floats, few: int) -> bool:
    """Return whether a number is what most rows share, and these are few; of several the lowest or highest."""
    for value in (number / scale for scale in SCALES):
        margin = EXACT * max(abs(value), 1e-6)
        if not 1 < np.count_nonzero(np.abs(values - value) <= margin) <= few:
            continue  # a value of one row is no mode; and all values need counting only where this one may be it
        different, rows = np.unique(values[np.isfinite(values)], return_counts=True)
        ends = different[rows == rows.max()][[0, -1]]
        if rows.max() <= few and (np.abs(ends - value) <= margin).any():
            return True
    return False


def _is_word(value: object) -> bool:
    return isinstance(value, str)


def _groups(rows: int, labels: Collection[Labels], words: Collection[str]) -> list[np.ndarray]:
    """Return the rows of each group that the words of a published row name, and of all together."""
    named_in = [
        (column, named) for column in labels if (named := [column.place[w] for w in words if w in column.place])
    ]
    groups = [np.isin(column.codes, named) for column, named in named_in]
    groups = [group for group in groups if not group.all()]
    both = [np.logical_and.reduce(groups)] if len(groups) > 1 else []
    return [np.ones(rows, dtype=bool), *groups, *(group for group in both if group.any())]
