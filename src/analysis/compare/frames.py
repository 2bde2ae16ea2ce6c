"""Two tables compared, cell by cell. Pure: frames of text in, frames out.

Cells are compared as they are written, so nothing is lost to types; only where the texts differ are they read as
numbers, and numbers that differ by rounding noise alone count as equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations

import numpy as np
import pandas as pd

TOLERANCE = 1e-9
NOISE_FLOOR = 1e-12  # what is smaller than this is zero to every reader
SUPPRESSED = "suppressed"
ESTIMATE_KEYS = ("model", "group", "term")
ESTIMATE_VALUES = ("estimate", "ci_low", "ci_high")
COUNTS = ("n", "n_", "pupils", "schools", "boards", "persons", "teachers", "rows")
CELL_COLUMNS = ("row", "column", "change", "before", "after", "difference", "relative")
SEPARATOR = " · "


@dataclass(frozen=True)
class Difference:
    """What differs between two versions of a table."""

    keys: tuple[str, ...]  # the columns by which rows are matched; empty when by their position
    # The rows that only one of them has.
    rows_before: tuple[str, ...]
    rows_after: tuple[str, ...]
    # The columns that only one of them has.
    columns_before: tuple[str, ...]
    columns_after: tuple[str, ...]
    # One row per cell that differs: ``row, column, change, before, after, difference, relative``, where ``change`` is
    # ``value``, ``n``, ``text``, ``withheld``, ``shown``, ``emptied`` or ``filled``.
    cells: pd.DataFrame
    estimates: pd.DataFrame  # one row per estimate that differs, if the table holds estimates: see `estimates`

    @property
    def any(self) -> bool:
        """Whether they differ at all."""
        alone = (self.rows_before, self.rows_after, self.columns_before, self.columns_after)
        return any(alone) or not self.cells.empty


def difference(before: pd.DataFrame, after: pd.DataFrame, tolerance: float = TOLERANCE) -> Difference:
    """Return what differs between two versions of a table, whose cells are text: an empty text is a missing value.

    Numbers count as equal when they differ by at most this part of the larger one or of its standard error.
    """
    keys, (old_names, new_names) = _names(before, after)
    old, new = before.set_index(old_names), after.set_index(new_names)
    both = [name for name in old.columns if name in new.columns and name != SUPPRESSED]
    rows = [name for name in old.index if name in new.index]
    cells = _cells(old.loc[rows], new.loc[rows], both, tolerance)
    return Difference(
        keys=keys,
        rows_before=tuple(name for name in old.index if name not in new.index),
        rows_after=tuple(name for name in new.index if name not in old.index),
        columns_before=tuple(name for name in old.columns if name not in new.columns and name != SUPPRESSED),
        columns_after=tuple(name for name in new.columns if name not in old.columns and name != SUPPRESSED),
        cells=cells,
        estimates=estimates(old.loc[rows], new.loc[rows], cells),
    )


def row_keys(before: pd.DataFrame, after: pd.DataFrame) -> tuple[str, ...]:
    """Return the columns that name a row in both tables: as few as do, the words of the table first.

    Where words do not suffice, a column of numbers helps if most of its values are in both tables, such as a postcode.
    Empty when nothing names the rows.
    """
    shared = [name for name in before.columns if name in after.columns and name != SUPPRESSED]
    words = [name for name in shared if not (_is_numeric(before[name]) and _is_numeric(after[name]))]
    keys = tuple(name for name in ESTIMATE_KEYS if name in words)
    for name in (name for name in words if name not in keys):
        if _unique(before, keys) and _unique(after, keys):
            break
        keys = (*keys, name) if _tells_apart(before, after, keys, name) else keys
    if _unique(before, keys) and _unique(after, keys):
        return keys
    for name in (name for name in shared if name not in words and not _is_count(name)):
        longer = (*keys, name)
        if _unique(before, longer) and _unique(after, longer) and _mostly_shared(before, after, longer):
            return longer
    return keys


def by_row(frame: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Return the table with its rows named by their keys; rows of one name are numbered."""
    names = _joined(_plain(frame), keys)
    return frame.set_index(_numbered(names, _repeated(names, keys)))


def _names(before: pd.DataFrame, after: pd.DataFrame) -> tuple[tuple[str, ...], tuple[pd.Series, pd.Series]]:
    """Return the keys, and the names of the rows of both tables: what bears the same name is the same row.

    A key counts unless it is empty in both tables; 2019 and 2019.0 are one value, and a column of words that was given
    another name is the same column.
    """
    old, new = _plain(before), _plain(after)
    new = new.rename(columns=_renamed(old, new))
    keys = tuple(key for key in row_keys(old, new) if (old[key] != "").any() or (new[key] != "").any())
    names = _joined(old, keys), _joined(new, keys)
    _match_filled(old, new, keys, names)
    repeated = _repeated(names[0], keys) | _repeated(names[1], keys)
    return keys, (_numbered(names[0], repeated), _numbered(names[1], repeated))


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Write numbers in one way: without a decimal point or zeros that add nothing."""
    return frame.replace({r"^([-+]?[0-9]+)\.0*$": r"\1", r"^([-+]?[0-9]+\.[0-9]*[1-9])0+$": r"\1"}, regex=True)


def _renamed(old: pd.DataFrame, new: pd.DataFrame) -> dict[str, str]:
    """Return the columns of words that bear another name in the earlier table, where only one holds these words."""
    alike = [(now, was) for now in _words(new, old) for was in _words(old, new) if _share_words(old[was], new[now])]
    nows, befores = [now for now, _ in alike], [was for _, was in alike]
    return {now: was for now, was in alike if nows.count(now) == befores.count(was) == 1}


def _words(frame: pd.DataFrame, other: pd.DataFrame) -> list[str]:
    """Return the columns of words that the other table does not have."""
    return [str(name) for name in frame if name not in other and name != SUPPRESSED and not _is_numeric(frame[name])]


def _share_words(old: pd.Series, new: pd.Series) -> bool:
    one, other = set(old) - {""}, set(new) - {""}
    return 2 * len(one & other) >= max(len(one), len(other), 1)


def _joined(frame: pd.DataFrame, keys: Sequence[str]) -> pd.Series:
    parts = [frame[key] for key in keys]
    return reduce(lambda left, right: left + SEPARATOR + right, parts) if parts else pd.Series("row", frame.index)


def _match_filled(
    old: pd.DataFrame, new: pd.DataFrame, keys: Sequence[str], names: tuple[pd.Series, pd.Series]
) -> None:
    """Give a row the name of the one that differs from it only in keys that are empty in one of the tables."""
    for number in range(1, len(keys)):
        for empty in combinations(keys, number):
            rest = [key for key in keys if key not in empty]
            alone = old[~names[0].isin(names[1])], new[~names[1].isin(names[0])]
            by_name = [pd.Series(frame.index, _joined(frame, rest)) for frame in alone]
            once = [side[~side.index.duplicated(keep=False)] for side in by_name]
            for name in once[0].index.intersection(once[1].index):
                was, now = once[0][name], once[1][name]
                if all("" in (old.loc[was, key], new.loc[now, key]) for key in empty):
                    names[1].loc[now] = names[0].loc[was]


def _repeated(names: pd.Series, keys: Sequence[str]) -> set[str]:
    """Return the names that do not name one row; without keys none does."""
    return set(names[names.duplicated()] if keys else names)


def _numbered(names: pd.Series, repeated: set[str]) -> pd.Series:
    number = " #" + (names.groupby(names).cumcount() + 1).astype(str)
    return names.where(~names.isin(repeated), names + number).rename("row")


def estimates(old: pd.DataFrame, new: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Return the estimates that differ, one per row.

    ``row, unit``, ``estimate``, ``ci_low``, ``ci_high`` and ``n`` with ``_before`` and ``_after``, and whether ``sign``
    changed, the intervals are ``apart``, and ``n_changed``.
    """
    if not {*ESTIMATE_VALUES} <= {*old.columns} & {*new.columns}:
        return pd.DataFrame()
    rows = cells.loc[cells["column"].isin([*ESTIMATE_VALUES, "n_obs", "n_clusters", "unit"]), "row"].unique()
    result = pd.DataFrame({"row": rows, "unit": new.loc[rows, "unit"].to_numpy() if "unit" in new else ""})
    for side, frame in (("before", old.loc[rows]), ("after", new.loc[rows])):
        for name in (*ESTIMATE_VALUES, "n_obs"):
            result[f"{name}_{side}"] = numbers(frame[name]).to_numpy() if name in frame else np.nan
    moved = cells.loc[(cells["column"] == "estimate") & (cells["change"] == "value"), "row"]
    signs = np.sign(result["estimate_before"]) * np.sign(result["estimate_after"])
    higher, lower = result["ci_low_after"] > result["ci_high_before"], result["ci_high_after"] < result["ci_low_before"]
    recounted = cells.loc[cells["column"].isin(["n_obs", "n_clusters"]), "row"]
    return result.assign(
        sign=(signs < 0) & result["row"].isin(moved), apart=higher | lower, n_changed=result["row"].isin(recounted)
    )


def numbers(texts: pd.Series) -> pd.Series:
    """Return texts as numbers; missing where a text is none."""
    return pd.to_numeric(texts, errors="coerce").astype(float)


def _is_count(column: str) -> bool:
    return column.startswith(COUNTS[1:]) or column == COUNTS[0]


def _cells(old: pd.DataFrame, new: pd.DataFrame, columns: Sequence[str], tolerance: float) -> pd.DataFrame:
    by_column = [_column(old, new, name, tolerance) for name in columns]
    differing = [cells for cells in by_column if not cells.empty]
    return pd.concat(differing, ignore_index=True) if differing else pd.DataFrame(columns=list(CELL_COLUMNS))


def _column(old: pd.DataFrame, new: pd.DataFrame, name: str, tolerance: float) -> pd.DataFrame:
    differs = (old[name] != new[name]).to_numpy()
    beside = [one for one in dict.fromkeys((name, "std_error", SUPPRESSED)) if one in old and one in new]
    one, other = old.loc[differs, beside], new.loc[differs, beside]
    before, after = numbers(one[name]).to_numpy(), numbers(other[name]).to_numpy()
    with np.errstate(over="ignore", invalid="ignore"):  # a change from next to nothing is infinite, for a reader
        relative = (after - before) / np.where(before == 0, np.nan, np.abs(before))
    cells = pd.DataFrame(
        {
            "row": one.index,
            "column": name,
            "change": _change(one, other, name, np.isfinite(before) & np.isfinite(after)),
            "before": one[name].to_numpy(),
            "after": other[name].to_numpy(),
            "difference": after - before,
            "relative": relative,
        }
    )
    return cells[~_equal(before, after, _errors(one), tolerance)]


def _equal(before: np.ndarray, after: np.ndarray, errors: np.ndarray, tolerance: float) -> np.ndarray:
    size = np.fmax(np.fmax(np.abs(before), np.abs(after)), errors)
    with np.errstate(invalid="ignore"):  # an infinite number is a rounding away from no other
        noise = np.abs(after - before) <= np.fmax(tolerance * size, NOISE_FLOOR)
    return np.asarray(noise & np.isfinite(size))


def _errors(frame: pd.DataFrame) -> np.ndarray:
    """Return the standard errors of rows: an estimate near zero is not more exact than its error says."""
    return numbers(frame["std_error"]).to_numpy() if "std_error" in frame else np.full(len(frame), np.nan)


def _change(one: pd.DataFrame, other: pd.DataFrame, name: str, both_numbers: np.ndarray) -> np.ndarray:
    was_empty, is_empty = (one[name] == "").to_numpy(), (other[name] == "").to_numpy()
    chosen = {
        "withheld": is_empty & _withheld(other, name),
        "emptied": is_empty,
        "shown": was_empty & _withheld(one, name),
        "filled": was_empty,
        "text": ~both_numbers,
    }
    return np.select(list(chosen.values()), list(chosen), "n" if _is_count(name) else "value")


def _withheld(frame: pd.DataFrame, name: str) -> np.ndarray:
    if SUPPRESSED not in frame:
        return np.zeros(len(frame), dtype=bool)
    return np.array([name in cell.split(";") for cell in frame[SUPPRESSED]], dtype=bool)


def _is_numeric(texts: pd.Series) -> bool:
    return bool(numbers(texts[texts != ""]).notna().all())


def _unique(frame: pd.DataFrame, keys: Sequence[str]) -> bool:
    return bool(keys) and not frame.duplicated(list(keys)).any()


def _tells_apart(before: pd.DataFrame, after: pd.DataFrame, keys: Sequence[str], name: str) -> bool:
    return any(_distinct(frame, (*keys, name)) > _distinct(frame, keys) for frame in (before, after))


def _distinct(frame: pd.DataFrame, keys: Sequence[str]) -> int:
    return len(frame.drop_duplicates(list(keys))) if keys else len(frame) > 1


def _mostly_shared(before: pd.DataFrame, after: pd.DataFrame, keys: Sequence[str]) -> bool:
    old, new = (set(frame[list(keys)].itertuples(index=False, name=None)) for frame in (before, after))
    return 2 * len(old & new) >= min(len(old), len(new))
