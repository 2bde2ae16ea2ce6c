"""Numbers and hashes that say nothing of what they stand for, to who does not have the office's secret."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analysis.registers.plain import arrow_of, distinct

SECRET_VARIABLE = "STAAT_SECRET"  # noqa: S105 - the name of it
SECRET_FILE = "staat-secret.txt"  # noqa: S105 - the name of it


def secret_of(seed: int, folder: Path) -> bytes:
    """Return the secret of an edition: its seed, with the secret of the office where there is one.

    That is the environment variable STAAT_SECRET, or else the file `SECRET_FILE` in the folder of the files. Without
    one, who knows the seed and guesses a whole file can verify its hash; and who has all keys of an edition can
    find the number of each.
    """
    return hmac.digest(_of_office(folder) or b"none", f"seed {seed}".encode(), "sha256")


def advice(folder: Path) -> str:
    """Say what an office without a secret should do; empty where it has one."""
    if _of_office(folder):
        return ""
    return f"none: who guesses a small file can verify its hash; write a long random text to {SECRET_FILE} beside it"


def _of_office(folder: Path) -> bytes:
    own = os.environ.get(SECRET_VARIABLE, "").encode()
    file = folder / SECRET_FILE
    return own or (file.read_bytes().strip() if file.is_file() else b"")


def keyed_hash(secret: bytes, text: str) -> str:
    """Return the keyed hash (HMAC-SHA256) of a text."""
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


def numbers_of(keys: Sequence[pd.Series[Any]], secret: bytes, of: str) -> list[pd.Series[Any]]:
    """Give each key of a person a number, the same in all columns, in an order that says nothing of the keys.

    Parameters
    ----------
    keys : Columns with keys; a missing one gets no number.
    secret : Of the edition: it decides the order.
    of : Whom the keys are of.
    """
    every = distinct(pd.concat(list(keys), ignore_index=True))
    seed = int.from_bytes(hmac.digest(secret, of.encode(), "sha256"))
    numbers = pa.array(np.random.default_rng(seed).permutation(len(every)), pa.int64())
    return [_numbered(column, every, numbers) for column in keys]


def _numbered(keys: pd.Series[Any], every: pa.Array, numbers: pa.Array) -> pd.Series[Any]:
    places = pc.index_in(arrow_of(keys), value_set=every)
    return pd.Series(numbers.take(places).to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)).set_axis(
        keys.index
    )
