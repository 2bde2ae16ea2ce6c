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
