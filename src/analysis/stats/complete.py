"""Nothing that a model was given may be missing silently: the one check of outcomes, terms, years, clusters, weights.

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
"""How a missing value reads when it was turned into text, as by ``astype(str)``; blanks around it do not count."""


def is_missing(values: object) -> NDArray[np.bool_]:
    """Tell which values are missing: NaN, None, NA, NaT, an infinite number, or one of these written out as text.

    Parameters
    ----------
    values : Numbers, texts, dates or categories, shape (n,).
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
    """Refuse values that are missing, with their number per column: who leaves must be counted before.

    Parameters
    ----------
    frame : What the model was given: a column, or an array, by name.
    columns : Which of them it uses; all by default. Of a product ``a:b`` both columns count.
    what : The model or outcome, for the message.

    Raises
    ------
    ModelError
        `Reason.MISSING`.
    """
    asked = frame if columns is None else (part for name in columns for part in _parts(frame, name))
    counts = {name: int(is_missing(frame[name]).sum()) for name in dict.fromkeys(map(str, asked))}
    told = ", ".join(f"{name} ({number})" for name, number in counts.items() if number)
    if told:
        start = f"{what}: " if what else ""
        raise ModelError(
            f"{start}values are missing in {told}; select the rows first, so that they are counted", Reason.MISSING
        )


def positions(index: pd.Index, keys: Sequence[object] | pd.Index, what: str) -> NDArray[np.intp]:
    """Return where each key stands in an index.

    What `pandas.Index.get_indexer` gives for a key that is not there, -1, would be the last row.

    Parameters
    ----------
    index : Of rows, each of them once.
    keys : Looked up, shape (n,).
    what : Names them, for the message.

    Raises
    ------
    ModelError
        `Reason.MISSING`, with the number of keys that are not there; `Reason.INVALID` if a row stands twice.
    """
    if not index.is_unique:
        raise ModelError(f"{what}: {int(index.duplicated().sum())} stand twice", Reason.INVALID)
    found: NDArray[np.intp] = index.get_indexer(keys if isinstance(keys, pd.Index) else pd.Index(list(keys)))
    unknown = int((found < 0).sum())
    if unknown:
        raise ModelError(f"{what}: {unknown} of {len(found)} rows are of one that is not known", Reason.MISSING)
    return found


def _parts(frame: pd.DataFrame | Mapping[str, ArrayLike], name: str) -> list[str]:
    return [name] if name in frame else name.split(":")


def _is_no_value(value: object) -> bool:
    if isinstance(value, str):
        return value.strip() in WRITTEN
    return isinstance(value, float | np.floating) and not np.isfinite(value)
