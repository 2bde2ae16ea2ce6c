"""Bands of a number: open below the first edge and above the last, so that nobody falls outside."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.errors import ModelError, Reason
from analysis.stats.complete import is_missing


def in_bands(
    values: ArrayLike, edges: Sequence[float], write: Callable[[float], str] = "{:g}".format
) -> pd.Categorical[str]:
    """Put values in bands; a band holds its lower edge and not its upper one.

    Parameters
    ----------
    values : Numbers, shape (n,).
    edges : Increasing; k edges make k + 1 bands.
    write : Formats an edge in the labels.

    Returns
    -------
    Categorical
        Ordered, with every band as a category: ``below 24``, ``24-28``, ..., ``36 or more``.

    Raises
    ------
    ModelError
        If a value is missing or the edges do not increase.
    """
    if not edges or any(low >= high for low, high in itertools.pairwise(edges)):
        raise ModelError(f"the edges of bands must increase; given: {list(edges)}", Reason.INVALID)
    missing = int(is_missing(values).sum())
    if missing:
        raise ModelError(f"{missing} values are missing, so they belong to no band", Reason.MISSING)
    numbers = np.asarray(values, float)
    inner = [f"{write(low)}-{write(high)}" for low, high in itertools.pairwise(edges)]
    labels = [f"below {write(edges[0])}", *inner, f"{write(edges[-1])} or more"]
    return pd.Categorical.from_codes(np.digitize(numbers, list(edges)), pd.Index(labels), ordered=True)


def per_cent(share: float) -> str:
    """Write a share as a percentage.

    Parameters
    ----------
    share : Such as 0.2.

    Returns
    -------
    str
        Such as 20%.
    """
    return f"{share:.0%}"
