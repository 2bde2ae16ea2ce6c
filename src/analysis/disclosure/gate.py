"""The gate for one table: which cells are withheld and why, and how the others are published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.disclosure.declared import (
    Contributors,
    Counts,
    Resting,
    Totals,
    contributors_of,
    counted,
    counted_by_values,
    flat,
    keys_of,
    names_of,
    on_schools,
    refuse_undeclared,
    resting,
)
from analysis.disclosure.digits import Digits, digits
from analysis.disclosure.linked import NOTHING_DECLARED, Linked
from analysis.disclosure.profiles import DOMINATED, Profile
from analysis.disclosure.ratios import Ratio, Ratios, ratios_of, recomputed, rests
from analysis.disclosure.rules.identity import refuse_identifying, row_number
from analysis.disclosure.secondary import Cells, Group, RepeatedSum, propagate, protect, repeated, sums_of, totals_of
from analysis.errors import DisclosureError

SUPPRESSED = "suppressed"
"""Column of a gated frame that names, per row, the columns whose value is withheld."""

CROSS = "×"
"""Sign of a cell that is withheld for another cell's sake."""


class Gated(NamedTuple):
    """A frame that may be released, and why what is missing from it is missing."""

    # The frame with withheld cells missing, counts rounded, and the column ``suppressed`` when anybody is counted.
    frame: pd.DataFrame
    # The sign to show in each withheld cell, and an empty string elsewhere; the shape of the frame without its column
    # ``suppressed``.
    suppressed: pd.DataFrame
    resting: Resting = MappingProxyType({})  # per count column the columns that rest on it
    keys: tuple[str, ...] = ()  # the columns that identify rows
    linked: Linked = NOTHING_DECLARED  # what is declared of its totals, and of what other tables call the same

    def counting(self, counts: Counts) -> tuple[str, ...]:
        """Return which of the columns that are declared to count are left; all that count where none is declared."""
        declared = counted(counts)
        return tuple(name for name in (declared or self.resting) if name in self.frame)

    @property
    def cells(self) -> int:
        """Number of withheld cells."""
        return int((self.suppressed != "").to_numpy().sum())


def suppress(
    frame: pd.DataFrame,
    counts: Counts,
    profile: Profile,
    *,
    totals: Totals | None = None,
    ratios: Ratios | None = None,
    contributors: Contributors | None = None,
    linked: Linked = NOTHING_DECLARED,
) -> Gated:
    """Withhold the cells that count too few, and what rests on them or gives them away; round the other counts.

    Parameters
    ----------
    frame
        One row per published row; named index levels become columns. What its column ``suppressed`` names is withheld
        already.
    counts
        Per count column the columns that rest on it. As a plain sequence of count columns, every other numeric column
        rests on all of them. Empty when the frame counts nobody. Numbers of persons rest on the schools and boards of
        the same row: ``pupils_now`` on ``schools_now``, ``n_obs`` on ``n_clusters``.
    profile
        The rules. A column of schools (``schools``, ``n_schools``, ``schools_now``), boards (``n_boards``) or residual
        degrees of freedom (``df_resid``) has its own threshold and is not rounded.
    totals
        Columns that identify complete groups whose rows add up to a published total, which may be one of the rows
        (found by its numbers, whatever it is called); an empty sequence when the whole frame is one group; several such
        sequences when rows add up in several ways; None when no total is published.
    ratios
        Per share its part and its whole, both count columns: what the part leaves must not be small either, and the
        share is published as the rounded counts give it. A column that equals such a ratio is taken for one.
    contributors
        Per count column the two columns with its largest and its second largest contribution, such as the pupils of
        the largest school; by themselves ``<count>_largest`` and ``<count>_second``. They are tested, not published.
    linked : How the rows hang together with each other and with other tables.

    Raises
    ------
    DisclosureError
        When a column or value identifies a school, pupil or address, a count column is not declared, a count cannot be
        tested, or a withheld cell follows from its total. The message names column and row, never the value.
    """
    frame = flat(frame)
    linked.refuse_unknown(list(frame.columns))
    parts = contributors_of(frame, contributors)
    rests_on = on_schools(resting(frame.drop(columns=[*chain(*parts.values())]), counts))
    refuse_identifying(frame)
    refuse_undeclared(frame, rests_on, parts)
    signs = signs_of(frame)
    rests_on |= dict.fromkeys(counted_by_values(frame, rests_on), ())
    frame = frame.drop(columns=SUPPRESSED, errors="ignore")
    numbers = {column: _whole_numbers(frame, column, rests_on[column], signs[column]) for column in rests_on}
    for column, n in numbers.items():
        signs.loc[profile.too_few(n), column] = f"< {profile.threshold(column)}"
    for column, (largest, second) in parts.items():
        dominated = profile.dominated(numbers[column], frame[largest], frame[second]) & (signs[column] == "")
        signs.loc[dominated, column] = DOMINATED
    dropped = [*chain(*parts.values())]
    frame, signs = frame.drop(columns=dropped), signs.drop(columns=dropped)
    shares = ratios_of(frame, numbers, rests_on, ratios)
    rounded = {column: profile.rounded(n) for column, n in numbers.items()}
    shown = digits(frame, numbers, rests_on, profile, recomputed=recomputed(frame, rounded, shares, profile))
    _withhold_small(signs, shown, frame)
    table = _Table(numbers, rests_on, shares, profile)
    within = _sums_within(frame, rests_on, totals, linked)
    crossed = _close(signs, table, _groups(frame, numbers, within, linked), _wholes(frame, table, linked))
    if within or crossed:
        # Beside a cell withheld for a total's sake "< 10" would be untrue, or show which of the two is the small one.
        signs = signs.where(signs == "", CROSS)
    published = _published(frame, {**rounded, **shown.columns}, rests_on, signs)
    return Gated(published, signs, rests_on, keys_of(frame, rests_on), linked)


def _withhold_small(signs: pd.DataFrame, shown: Digits, frame: pd.DataFrame) -> None:
    """Mark the shares that give a small number of persons away, with what is computed from them."""
    for name, small in shown.small.items():
        for column in (name, *shown.beside.get(name, ())):
            rows = small & (signs[column] == "").to_numpy() & frame[column].notna().to_numpy()
            signs.loc[rows, column] = CROSS


def signs_of(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the signs of the cells that the column ``suppressed`` names; see `Gated`."""
    columns = frame.columns.drop(SUPPRESSED, errors="ignore")
    signs = pd.DataFrame("", index=frame.index, columns=columns, dtype=object)
    if SUPPRESSED in frame.columns:
        named = frame[SUPPRESSED].astype("string").fillna("").str.split(";")
        for column in columns:
            signs.loc[[column in names for names in named], column] = CROSS
    return signs


def _whole_numbers(frame: pd.DataFrame, column: str, values: Sequence[str], signs: pd.Series) -> pd.Series:
    n = pd.to_numeric(frame[column], errors="coerce").astype("Float64")
    unfit = (n.isna() & frame[column].notna()) | ((n < 0) | (n % 1 != 0) | (n == np.inf)).fillna(value=False)
    if unfit.any():
        raise DisclosureError(f"column {column!r}, row {row_number(unfit)}: no whole number, so it cannot be tested")
    unknown = n.isna() & frame[list(values)].notna().any(axis=1) & (signs == "")
    if unknown.any():
        raise DisclosureError(f"column {column!r}, row {row_number(unknown)}: no count, while values rest on it")
    return n.astype("Int64")


def _sums_within(frame: pd.DataFrame, rests_on: Resting, totals: Totals | None, linked: Linked) -> list[list[str]]:
    """Return the sets of columns within which rows add up: those given, else all keys but one of those with a total."""
    if totals is None:
        keys = [key for key in keys_of(frame, rests_on) if key not in linked.labels]
        return [[key for key in keys if key != summed] for summed in linked.totals]
    several = [list(names_of(keys)) for keys in totals if not isinstance(keys, str)]
    return several or [[totals] if isinstance(totals, str) else [name for name in totals if isinstance(name, str)]]


def _groups(
    frame: pd.DataFrame, numbers: Mapping[str, pd.Series], within: Sequence[list[str]], linked: Linked
) -> list[Group]:
    if not numbers:
        return []
    exact = _matrix(numbers, tuple(numbers), float)
    return [group for keys in within for group in _added_up(frame, exact, keys, linked)]


def _wholes(frame: pd.DataFrame, table: _Table, linked: Linked) -> list[RepeatedSum]:
    """Return the rows that add up, over one key, to a number that another column repeats in each of them."""
    keys = [key for key in keys_of(frame, table.rests_on) if key not in linked.labels]
    numbers = _matrix(table.numbers, tuple(table.numbers), float) if len(table.numbers) > 1 else np.empty((0, 0))
    units = [table.profile.unit(name) for name in table.numbers]
    sums: list[RepeatedSum] = []
    for key in keys if len(numbers) else ():
        others = [other for other in keys if other != key]
        sums += repeated(numbers, units, [*_grouped(frame, others)])
    return sums


def _grouped(frame: pd.DataFrame, keys: list[str]) -> Iterable[np.ndarray]:
    """Return the rows of each group of equal keys; all of them without keys."""
    if not keys:
        return [np.arange(len(frame))]
    return map(np.asarray, frame.groupby(keys, dropna=False, observed=True).indices.values())


def _added_up(frame: pd.DataFrame, exact: np.ndarray, keys: list[str], linked: Linked) -> Iterable[Group]:
    """Yield the rows that add up: to the row declared their total, else to any that can be, or one elsewhere."""
    declared = np.zeros(len(frame), dtype=bool)
    for key, word in linked.totals.items():
        if key not in keys:
            declared |= (frame[key].astype(str) == word).to_numpy(dtype=bool)
    for rows in _grouped(frame, keys):
        if len(rows) == 1:
            continue  # a total without parts counts nobody's sum
        named = rows[declared[rows]]
        yield from (Group(rows, total) for total in ([int(named[0])] if len(named) == 1 else totals_of(rows, exact)))


class _Table(NamedTuple):
    """What the test of one table needs to know of it."""

    numbers: Mapping[str, pd.Series]
    rests_on: Resting
    ratios: Mapping[str, Ratio]
    profile: Profile

    def cells(self, signs: pd.DataFrame) -> tuple[Cells, np.ndarray]:
        """Return the numbers, those that no column has last, and which of them are withheld."""
        numbers = {**self.numbers, **rests(self.ratios, self.numbers)}
        columns, profile = tuple(numbers), self.profile
        few = {name: profile.too_few(n) for name, n in numbers.items()}
        withheld = {name: signs[name] != "" if name in signs else few[name] for name in columns}
        small = {name: few[name] | (signs[name] == DOMINATED if name in signs else False) for name in columns}
        cells = Cells(
            columns,
            len(self.numbers),
            _matrix(numbers, columns, float),
            _matrix(small, columns, bool),
            np.array([profile.width(name) for name in columns], dtype=float),
            [profile.unit(name) for name in columns],
            np.array([profile.threshold(name) for name in columns], dtype=float),
            nonzero=profile.zeros == "published",
        )
        return cells, _matrix(withheld, columns, bool)

    def resting(self, columns: Sequence[str]) -> np.ndarray:
        """Return which column rests on which: a part of a whole rests on what it leaves too."""
        index = {name: number for number, name in enumerate(columns)}
        rests_on = np.zeros((len(columns), len(columns)), dtype=bool)
        for count, values in self.rests_on.items():
            rests_on[index[count], [index[value] for value in values if value in index]] = True
        for part, whole in self.ratios.values():
            rest = index.get(f"{whole}_minus_{part}")
            if rest is not None:
                rests_on[rest, index[part]] = True
        return rests_on


def _matrix(columns: Mapping[str, pd.Series], order: Sequence[str], kind: type) -> np.ndarray:
    missing = np.nan if kind is float else False
    return np.column_stack([columns[name].to_numpy(dtype=kind, na_value=missing) for name in order])


def _close(signs: pd.DataFrame, table: _Table, groups: Sequence[Group], wholes: Sequence[RepeatedSum]) -> bool:
    """Mark what rests on withheld cells and what would give one away; return whether anything would have."""
    if not table.numbers:
        return False
    cells, withheld = table.cells(signs)
    sums = sums_of(cells.numbers, cells.units, nonzero=cells.nonzero)
    sums += _left(cells.columns, table.ratios)
    depends = table.resting(cells.columns)
    hidden = protect(cells, withheld, depends, groups, sums, wholes)
    for number, column in enumerate(table.numbers):
        for name in (column, *table.rests_on[column]):
            signs.loc[hidden[:, number] & (signs[name] == "").to_numpy(), name] = CROSS
    for name, (part, _) in table.ratios.items():
        signs.loc[((signs[part] != "") & (signs[name] == "")).to_numpy(), name] = CROSS
    return bool((hidden != propagate(withheld, depends)).any())


def _left(columns: Sequence[str], ratios: Mapping[str, Ratio]) -> list[tuple[int, ...]]:
    index = {name: number for number, name in enumerate(columns)}
    names = dict.fromkeys((part, f"{whole}_minus_{part}", whole) for part, whole in ratios.values())
    return [(index[part], index[rest], index[str(whole)]) for part, rest, whole in names if rest in index]


def _published(
    frame: pd.DataFrame, rounded: Mapping[str, pd.Series], rests_on: Resting, signs: pd.DataFrame
) -> pd.DataFrame:
    published = frame.assign(**rounded)
    for column in chain(*rests_on.values()):
        if pd.api.types.is_integer_dtype(published[column]):
            published[column] = published[column].astype("Int64")  # a plain integer column cannot be missing
    published = published.mask(signs != "")
    if rests_on:
        names, marked = signs.columns.to_numpy(object), signs.to_numpy(object) != ""
        published[SUPPRESSED] = [";".join(names[row]) for row in marked]
    return published
