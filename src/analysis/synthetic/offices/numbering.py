"""The numbers that persons get when a mapping brings them back from their keys."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.data.microdata import MICRODATA
from analysis.registers.secret import numbers_of, secret_of

NOWHERE = Path(os.devnull)
"""Where no office keeps a secret; that of the environment counts."""


def renumbered(
    tables: Mapping[str, pd.DataFrame], keys: Mapping[str, pd.Series[Any]], column: str, seed: int
) -> dict[str, pd.DataFrame]:
    """Give the persons of tables numbers by their keys, and put rows in the order of the numbers.

    Parameters
    ----------
    tables : By name.
    keys : Of each table to number, the key of the person of each row.
    column : Of the number: ``pupil`` or ``teacher``.
    seed : Of the edition, which decides the numbers.
    """
    numbers = numbers_of([*keys.values()], secret_of(seed, NOWHERE), column)
    return {
        name: tables[name].assign(**{column: of.astype("int64")}).sort_values(MICRODATA[name].unique, ignore_index=True)
        for name, of in zip(keys, numbers, strict=True)
    }
