"""The truth as a table, for the pages and for `staat world`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass

import numpy as np
import pandas as pd


def truth_rows(truth: object) -> pd.DataFrame:
    """Return every number of a truth: ``parameter`` (its path, such as ``choice.quality_sd``) and ``value``.

    A field that its dataclass does not print (``repr=False``) only says what codes mean, and is left out.

    The truth is a dataclass whose fields are numbers, text, sequences, mappings or dataclasses again. One row per
    number or text, in the order of the fields; values as text with all their digits.
    """
    rows = [{"parameter": name, "value": str(value)} for name, value in _leaves("", truth)]
    return pd.DataFrame(rows, columns=["parameter", "value"])


def _leaves(name: str, value: object) -> Iterator[tuple[str, object]]:
    for key, part in _parts(value):
        path = f"{name}.{key}" if name else str(key)
        if _parts(part):
            yield from _leaves(path, part)
        else:
            yield path, part


def _parts(value: object) -> list[tuple[object, object]]:
    if is_dataclass(value) and not isinstance(value, type):
        return [(field.name, getattr(value, field.name)) for field in fields(value) if field.repr]
    if isinstance(value, Mapping):
        return list(value.items())
    if isinstance(value, np.ndarray):
        return list(enumerate(value.tolist()))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return list(enumerate(value))
    return []
