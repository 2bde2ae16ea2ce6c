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

SECRET_VARIABLE = "STAAT_SECRET"  # noqa: S105 - the name of it
SECRET_FILE = "staat-secret.txt"  # noqa: S105 - the name of it


def secret_of(seed: int, folder: Path) -> bytes:
    """Return the secret of an edition: its seed, with the secret of the office where there is one.

    That is the environment variable STAAT_SECRET, or else the file `SECRET_FILE` in the folder of the files. Without
    one, who knows the seed and guesses a whole file can verify its hash; and who has all keys of an edition can
    find the number of each.
    """
    own = os.environ.get(SECRET_VARIABLE, "").encode()
    file = folder / SECRET_FILE
    if not own and file.is_file():
        own = file.read_bytes().strip()
    return hmac.digest(own or b"none", f"seed {seed}".encode(), "sha256")


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
    every = np.sort(np.asarray(pd.concat(list(keys), ignore_index=True).dropna().unique(), dtype=object))
    seed = int.from_bytes(hmac.digest(secret, of.encode(), "sha256"))
    numbers = np.random.default_rng(seed).permutation(len(every))
    places = pd.Index(every)
    return [
        pd.Series(numbers[places.get_indexer(column)] if len(every) else 0, index=column.index, dtype="Int64").where(
            column.notna()
        )
        for column in keys
    ]
