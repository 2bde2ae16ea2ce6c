"""Frames that left the gate: rows of them are shown as they are, without passing a second time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.disclosure.declared import Resting, keys_of
from analysis.disclosure.gate import CROSS, SUPPRESSED, Gated, signs_of
from analysis.disclosure.linked import NOTHING_DECLARED, Linked

Hashes = NDArray[np.uint64]


class Passed:
    """What left the gate in one chapter."""

    def __init__(self) -> None:
        self._gated: list[Gated] = []
        self._hashes: dict[tuple[int, tuple[str, ...]], Hashes] = {}

    def add(self, gated: Gated) -> None:
        """Remember a frame that left the gate."""
        self._gated.append(gated)

    def again(self, frame: pd.DataFrame, linked: Linked) -> Gated | None:
        """Return the frame as what has left the gate; None where a number of it has not.

        Rows may be left out, put together and named anew, and columns left out; a number that is new, changed, or
        beside another one than it was is none that has left the gate.
        """
        numeric = tuple(name for name in frame.columns if _is_number(frame[name]))
        before = [(number, one) for number, one in enumerate(self._gated) if set(numeric) & set(one.frame.columns)]
        if SUPPRESSED not in frame.columns or not before:
            return None
        known = np.concatenate([self._rows(number, one.frame, numeric) for number, one in before])
        rows = _hashed(frame, numeric)
        if not np.isin(rows, known).all():
            return None
        used = [
            one
            for number, one in before
            if (
                np.isin(rows, self._rows(number, one.frame, numeric)).any() if len(rows) else {*numeric} <= {*one.frame}
            )
        ]
        resting = _resting(used, [*frame.columns])
        shown = frame.drop(columns=SUPPRESSED)
        signs = signs_of(frame)
        marked = shown.assign(**{SUPPRESSED: _names(signs)}) if resting else shown
        declared = linked if linked != NOTHING_DECLARED else _declared(used, [*frame.columns])
        hashes = [self._rows(number, one.frame, numeric) for number, one in before]
        guarded = _guarded([one for _, one in before], hashes, rows)
        return Gated(marked, signs, resting, keys_of(shown, resting), declared, guarded)

    def _rows(self, number: int, frame: pd.DataFrame, columns: tuple[str, ...]) -> Hashes:
        if (number, columns) not in self._hashes:
            self._hashes[number, columns] = _hashed(frame, columns)
        return self._hashes[number, columns]


def _guarded(before: Sequence[Gated], hashes: Sequence[Hashes], rows: Hashes) -> dict[str, list[float]]:
    """Return how wide the intervals of withheld numbers must be, by the rows as which they left the gate."""
    guarded: dict[str, list[float]] = {}
    for one, known in zip(before, hashes, strict=True):
        for column, widths in one.guarded.items():
            widest = pd.Series(widths).groupby(known).max()
            mine = widest.reindex(rows).fillna(0.0)
            guarded[column] = [*np.maximum(mine.to_numpy(), guarded.get(column, 0.0))]
    return guarded


def _is_number(values: pd.Series) -> bool:
    """Whether a column holds numbers; a yes-no is one: it can say of a row that it counts few."""
    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_complex_dtype(values)


def _hashed(frame: pd.DataFrame, columns: Iterable[str]) -> Hashes:
    """Return a hash of the numbers of each row; a column that the frame lacks, or that is text, is missing in each."""
    numbers = (
        frame[name].to_numpy(float, na_value=np.nan) + 0.0
        if name in frame and _is_number(frame[name])
        else np.full(len(frame), np.nan)
        for name in columns
    )
    return np.asarray(pd.util.hash_pandas_object(pd.DataFrame(dict(enumerate(numbers))), index=False), dtype=np.uint64)


def _names(signs: pd.DataFrame) -> list[str]:
    columns, marked = signs.columns.to_numpy(object), signs.to_numpy(object) == CROSS
    return [";".join(columns[row]) for row in marked]


def _resting(used: Iterable[Gated], columns: list[str]) -> Resting:
    resting: dict[str, tuple[str, ...]] = {}
    for one in used:
        for count, values in one.resting.items():
            if count in columns:
                both = dict.fromkeys((*resting.get(count, ()), *(name for name in values if name in columns)))
                resting[count] = tuple(both)
    return resting


def _declared(used: Iterable[Gated], columns: list[str]) -> Linked:
    """Return what the frames declare of the columns that are left."""
    totals: dict[str, str] = {}
    same: dict[str, str] = {}
    labels: list[str] = []
    for one in used:
        totals |= {key: word for key, word in one.linked.totals.items() if key in columns}
        same |= {key: word for key, word in one.linked.same.items() if key in columns}
        labels += [name for name in one.linked.labels if name in columns and name not in labels]
    return Linked(totals=totals, same=same, labels=labels)
