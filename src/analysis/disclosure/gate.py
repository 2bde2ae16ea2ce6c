"""The gate for one table: which cells are withheld and why, and how the others are published."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.disclosure.declared import (
    TOTAL_WORDS,
    Contributors,
    Counts,
    Resting,
    Totals,
    contributors_of,
    counted,
    counted_by_values,
    flat,
    independent,
    is_calendar,
    keys_of,
    names_of,
    on_schools,
    refuse_undeclared,
    resting,
)
from analysis.disclosure.digits import Digits, digits
from analysis.disclosure.linked import NOTHING_DECLARED, Linked
from analysis.disclosure.nearly_all import is_told, nearly_all, told_by
from analysis.disclosure.profiles import DOMINATED, Profile
from analysis.disclosure.ratios import Ratio, Ratios, ratios_of, recomputed, rests
from analysis.disclosure.rules.identity import refuse_identifying, row_number
from analysis.disclosure.secondary import (
    Cells,
    Group,
    RepeatedSum,
    propagate,
    protect,
    repeated,
    repeated_once,
    sums_of,
    totals_of,
)
from analysis.errors import DisclosureError
from analysis.run.remembered import remembered

SUPPRESSED = "suppressed"
"""Column of a gated frame that names, per row, the columns whose value is withheld."""

Repeats = Callable[[np.ndarray, Sequence[str], Sequence[np.ndarray]], list[RepeatedSum]]

CROSS = "×"
"""Sign of a cell that is withheld for another cell's sake."""


ERROR = "std_error"
OF_MODELS = frozenset({"model", "outcome", "unit", "cluster", "weights", "controls", "method", "scenario"})
"""Keys of a table of estimates, which has a column of their errors, that separate no persons."""


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
    # Per count column and row how wide the interval of a withheld number must be, where that is more than of any.
    guarded: Mapping[str, Sequence[float]] = MappingProxyType({})

    def counting(self, counts: Counts) -> tuple[str, ...]:
        """Return which of the columns that are declared to count are left; all that count where none is declared."""
        declared = counted(counts)
        return tuple(name for name in (declared or self.resting) if name in self.frame)

    def with_signs(self) -> pd.DataFrame:
        """Return the frame with the signs of small numbers in their places, as profiles with a sign of their own do."""
        small = self.suppressed.apply(lambda signs: signs.astype(str).str.startswith("<"))
        columns = [name for name in small if small[name].any()]
        told = {name: self.frame[name].astype(object).mask(small[name], self.suppressed[name]) for name in columns}
        return self.frame.assign(**told)

    @property
    def cells(self) -> int:
        """Number of withheld cells."""
        return int((self.suppressed != "").to_numpy().sum())


@remembered
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
    profile = profile.on(rests_on)
    frame = frame.drop(columns=SUPPRESSED, errors="ignore")
    numbers = {column: _whole_numbers(frame, column, rests_on[column], signs[column]) for column in rests_on}
    for column, n in numbers.items():
        signs.loc[profile.too_few(n), column] = profile.sign(column)
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
    groups, near = _groups(frame, numbers, within, linked), {}
    if profile.max_share is not None:
        table, more = _with_told(frame, table, shown), _categories(frame, numbers, rests_on, linked)
        groups += [group for group in more if group.total is not None]
        near = table.nearly_all(
            signs, more, [*_wholes(frame, table, linked), *_wholes(frame, table, linked, repeated_once)]
        )
        table = table._replace(wide={name: profile.open_to(whole) for name, whole in near.items()})
        signs = _withhold_near(signs, table)
    crossed = _close(signs, table, groups, _wholes(frame, table, linked))
    signs = signs[[*frame.columns]]
    if within or crossed or any(np.isfinite(whole).any() for whole in near.values()):
        # Beside a cell withheld for a total's sake "< 10" would be untrue, or show which of the two is the small one.
        signs = signs.where(signs == "", CROSS)
    published = _published(frame, {**rounded, **shown.columns}, rests_on, signs)
    guarded = {name: wide.tolist() for name, wide in table.wide.items() if name in rests_on and wide.any()}
    return Gated(published, signs, rests_on, keys_of(frame, rests_on), linked, guarded)


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


def _wholes(frame: pd.DataFrame, table: _Table, linked: Linked, found_by: Repeats = repeated) -> list[RepeatedSum]:
    """Return the rows that add up, over one key, to a number that another column repeats in each of them."""
    keys = [key for key in keys_of(frame, table.rests_on) if key not in linked.labels]
    numbers = _matrix(table.numbers, tuple(table.numbers), float) if len(table.numbers) > 1 else np.empty((0, 0))
    units = [table.profile.unit(name) for name in table.numbers]
    sums: list[RepeatedSum] = []
    for key in keys if len(numbers) else ():
        others = [other for other in keys if other != key]
        sums += found_by(numbers, units, [*_grouped(frame, others)])
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
    wide: Mapping[str, np.ndarray] = MappingProxyType({})
    """Per column how wide the interval of a cell must be that is nearly all of a group; else 0."""

    def nearly_all(
        self, signs: pd.DataFrame, categories: Sequence[Group], wholes: Sequence[RepeatedSum]
    ) -> dict[str, np.ndarray]:
        """Return, per column, the groups of which a cell is nearly all or hardly any."""
        numbers = {**self.numbers, **rests(self.ratios, self.numbers)}
        known = {name: n.to_numpy(dtype=float, na_value=np.nan) for name, n in numbers.items()}
        units = [self.profile.unit(name) for name in numbers]
        sums = _sums(_matrix(numbers, tuple(numbers), float), tuple(numbers), units) if numbers else []
        there = {name: ~np.isnan(n) | (signs[name] != "" if name in signs else False) for name, n in known.items()}
        return nearly_all(known, there, [*self.ratios.values()], sums, wholes, categories, self.profile)

    def cells(self, signs: pd.DataFrame) -> tuple[Cells, np.ndarray]:
        """Return the numbers, those that no column has last, and which of them are withheld."""
        numbers = {**self.numbers, **rests(self.ratios, self.numbers)}
        columns, profile = tuple(numbers), self.profile
        few = {name: profile.too_few(n) for name, n in numbers.items()}
        wide = {name: self.wide.get(name, np.zeros(len(n))) for name, n in numbers.items()}
        few = {name: its | (wide[name] > 0) for name, its in few.items()}
        withheld = {name: signs[name] != "" if name in signs else few[name] for name in columns}
        small = {name: few[name] | (signs[name] == DOMINATED if name in signs else False) for name in columns}
        cells = Cells(
            columns,
            len(self.numbers),
            _matrix(numbers, columns, float),
            _matrix(small, columns, bool),
            np.column_stack([np.maximum(wide[name], profile.width(name)) for name in columns]),
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


def _with_told(frame: pd.DataFrame, table: _Table, shown: Digits) -> _Table:
    """Return a table with the numbers of persons that its shares tell, as if they were columns of it."""
    told = told_by(frame, table.numbers, table.rests_on, table.profile, computed=shown.computed)
    rests_on = {
        name: (*values, *(its for its in told.numbers if told.wholes[its] == name))
        for name, values in table.rests_on.items()
    }
    rests_on |= {name: (share, *shown.beside.get(share, ())) for name, share in told.shares.items()}
    ratios = {**table.ratios, **{share: Ratio(name, told.wholes[name]) for name, share in told.shares.items()}}
    return table._replace(numbers={**table.numbers, **told.numbers}, rests_on=rests_on, ratios=ratios)


def _withhold_near(signs: pd.DataFrame, table: _Table) -> pd.DataFrame:
    """Return the signs with a cross in the cells that are nearly all of a group, or hardly any of it.

    Another sign would say which of them a reader sees. Of what shares tell there are columns that stand for it.
    """
    told = [name for name in table.numbers if name not in signs]
    signs = signs.assign(**{name: signs[table.rests_on[name][0]] for name in told})
    for name in table.numbers:
        near = table.wide.get(name, np.zeros(len(signs))) > 0
        signs.loc[near & (signs[name] == "").to_numpy(), name] = CROSS
    return signs


def _categories(
    frame: pd.DataFrame, numbers: Mapping[str, pd.Series], rests_on: Resting, linked: Linked
) -> list[Group]:
    """Return the rows that are the categories of one group: those that differ in one key, which is no year.

    Nor is it what tells estimates apart: the same persons are in several models, and in one for each outcome.
    """
    keys = [key for key in keys_of(frame, rests_on) if key not in linked.labels and key not in numbers]
    words = frame[keys].astype("string").fillna("").astype(object)
    varied, exact = independent(words), _matrix(numbers, tuple(numbers), float) if numbers else np.empty((0, 0))
    groups = []
    several = [key for key in varied if not is_calendar(words[key].str[:4])]  # "2016/17" is a year too
    for key in (key for key in several if numbers and not (ERROR in frame and key in OF_MODELS)):
        total = words[key].str.lower().isin(TOTAL_WORDS) | (words[key] == linked.totals.get(key))
        for rows in _grouped(words, [other for other in varied if other != key]):
            named = [*rows[total.to_numpy()[rows]], *(row for row in totals_of(rows, exact) if row is not None)]
            groups.append(Group(rows, int(named[0]) if named else None))
    return groups


def _matrix(columns: Mapping[str, pd.Series], order: Sequence[str], kind: type) -> np.ndarray:
    missing = np.nan if kind is float else False
    return np.column_stack([columns[name].to_numpy(dtype=kind, na_value=missing) for name in order])


def _close(signs: pd.DataFrame, table: _Table, groups: Sequence[Group], wholes: Sequence[RepeatedSum]) -> bool:
    """Mark what rests on withheld cells and what would give one away; return whether anything would have."""
    if not table.numbers:
        return False
    cells, withheld = table.cells(signs)
    left = _left(cells.columns, table.ratios)
    # What a part leaves of its whole is so by definition: a column without anybody is no part of such a sum.
    sums = _sums(cells.numbers, cells.columns, cells.units, nonzero=cells.nonzero)
    sums = [its for its in sums if not any(its[-1] == one[-1] and {*one} < {*its} for one in left)] + left
    depends = table.resting(cells.columns)
    hidden = protect(cells, withheld, depends, groups, sums, wholes)
    for number, column in enumerate(table.numbers):
        for name in (column, *table.rests_on[column]):
            signs.loc[hidden[:, number] & (signs[name] == "").to_numpy(), name] = CROSS
    for name, (part, _) in table.ratios.items():
        signs.loc[((signs[part] != "") & (signs[name] == "")).to_numpy(), name] = CROSS
    return bool((hidden != propagate(withheld, depends)).any())


def _sums(
    numbers: np.ndarray, columns: Sequence[str], units: Sequence[str], *, nonzero: bool = True
) -> list[tuple[int, ...]]:
    """Return the columns that add up: of those that the table has in whatever number, of what shares tell in pairs."""
    own = [place for place, name in enumerate(columns) if not is_told(name)]
    sums = sums_of(numbers[:, own], [units[place] for place in own], nonzero=nonzero)
    sums = [tuple(own[place] for place in its) for its in sums]
    if len(own) < len(columns):
        sums += [its for its in sums_of(numbers, units, nonzero=nonzero) if its not in sums]
    return sums


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
