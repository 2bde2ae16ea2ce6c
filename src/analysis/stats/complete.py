"""No input of a model may be missing silently: the one check of outcomes, terms, years, clusters, weights.

A missing value would not stop a model by itself. Coded (`pandas.factorize`, `numpy.unique`) it becomes a year or a
cluster of its own, in a sum it is passed over, and in a comparison it is False.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.errors import ModelError, Reason

WRITTEN = ("", "nan", "NaN", "None", "<NA>", "NaT", "inf", "-inf")
"""Missing values turned into text, as by ``astype(str)``; blanks around them do not count."""


def is_missing(values: object) -> NDArray[np.bool_]:
    """Find missing values: NaN, None, NA, NaT, an infinite number, or one of these written out as text.

    Parameters
    ----------
    values : Numbers, texts, dates or categories, shape (n,).

    Returns
    -------
    array
        Shape (n,).
    """
    given = values if isinstance(values, pd.Series) else pd.Series(np.asarray(values).ravel())
    if isinstance(given.dtype, pd.CategoricalDtype):
        of_code = np.append(is_missing(pd.Series(given.cat.categories)), [True])  # the last is that of the code -1
        return np.asarray(of_code[given.cat.codes.to_numpy()], dtype=np.bool_)
    missing: NDArray[np.bool_] = np.asarray(given.isna(), dtype=np.bool_)
    if pd.api.types.is_float_dtype(given.dtype):
        return np.asarray(missing | np.isinf(given.to_numpy(dtype=np.float64, na_value=np.nan)), dtype=np.bool_)
    if isinstance(given.dtype, pd.StringDtype) or given.dtype == object:
        distinct = pd.Series(given.unique())
        bad = distinct[[_is_no_value(value) for value in distinct]]
        return np.asarray(missing | given.isin(bad), dtype=np.bool_)
    return missing


def check_complete(
    frame: pd.DataFrame | Mapping[str, ArrayLike], columns: Iterable[str] | None = None, what: str = ""
) -> None:
    """Check that no value is missing; who leaves must be counted before.

    Parameters
    ----------
    frame : Input of the model: a column, or an array, by name.
    columns : Which of them it uses; all by default. Of a product ``a:b`` both columns count.
    what : The model or outcome, for the message.

    Raises
    ------
    ModelError
        `Reason.MISSING`, with the number of missing values per column.
    """
    if columns is None:
        used = list(frame)
    else:
        used = [part for name in columns for part in ([name] if name in frame else name.split(":"))]
    counts = {name: int(is_missing(frame[name]).sum()) for name in dict.fromkeys(map(str, used))}
    missing = ", ".join(f"{name} ({number})" for name, number in counts.items() if number)
    if missing:
        start = f"{what}: " if what else ""
        raise ModelError(
            f"{start}values are missing in {missing}; select the rows first, so that they are counted", Reason.MISSING
        )


def where_known(frame: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Select the rows that a model can use: those with a value in each of its columns.

    Parameters
    ----------
    frame : One row per unit.
    columns : What the model uses; who leaves for lack of a value is counted in the account of the sample.

    Returns
    -------
    DataFrame : The rows, all of them where nothing is missing; none where a column is not there at all.
    """
    used = list(columns)
    if not set(used) <= set(frame):
        return frame.iloc[:0]
    missing = np.zeros(len(frame), dtype=bool)
    for name in used:
        missing |= is_missing(frame[name])
    return frame[~missing] if missing.any() else frame


def count_missing(frame: pd.DataFrame, columns: Iterable[str], by: Sequence[str]) -> pd.DataFrame:
    """Count the rows with and without a value, of the columns in which some are missing.

    Parameters
    ----------
    frame : One row per unit.
    columns : What the models use; those that are not there are passed over.
    by : Columns of the groups, such as the year.

    Returns
    -------
    DataFrame : ``column``, `by`, ``n_known, n_unknown``; without rows where nothing is missing.
    """
    parts = []
    for name in [name for name in columns if name in frame and is_missing(frame[name]).any()]:
        unknown = is_missing(frame[name])
        flags = frame[list(by)].assign(n_known=~unknown, n_unknown=unknown)
        parts.append(flags.groupby(list(by)).sum().reset_index().assign(column=name))
    return pd.concat(parts, ignore_index=True)[["column", *by, "n_known", "n_unknown"]] if parts else pd.DataFrame()


def positions(index: pd.Index, keys: Sequence[object] | pd.Index, what: str) -> NDArray[np.intp]:
    """Return the position of each key in an index.

    What `pandas.Index.get_indexer` returns for an unknown key, -1, would be the last row.

    Parameters
    ----------
    index : Of rows, each of them once.
    keys : Looked up, shape (n,).
    what : Names them, for the message.

    Returns
    -------
    array
        Shape (n,).

    Raises
    ------
    ModelError
        `Reason.MISSING`, with the number of unknown keys; `Reason.INVALID` if a row occurs twice.
    """
    if not index.is_unique:
        raise ModelError(f"{what}: {int(index.duplicated().sum())} occur twice", Reason.INVALID)
    rows: NDArray[np.intp] = index.get_indexer(keys if isinstance(keys, pd.Index) else pd.Index(list(keys)))
    unknown = int((rows < 0).sum())
    if unknown:
        raise ModelError(f"{what}: {unknown} of {len(rows)} rows are of one that is not known", Reason.MISSING)
    return rows


def _is_no_value(value: object) -> bool:
    if isinstance(value, str):
        return value.strip() in WRITTEN
    return isinstance(value, float | np.floating) and not np.isfinite(value)
