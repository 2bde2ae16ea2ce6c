"""What many moments need of the same frame, computed once."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Hashable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import pandas as pd

P = ParamSpec("P")
R = TypeVar("R")


def once_per_frame(compute: Callable[Concatenate[pd.DataFrame, P], R]) -> Callable[Concatenate[pd.DataFrame, P], R]:
    """Remember what a function computes from a frame, for every set of other arguments, as long as it lives.

    A frame that is changed in place goes unnoticed: what moments are computed from is not changed any more.
    """
    results: dict[int, dict[Hashable, R]] = {}

    @wraps(compute)
    def remembered(frame: pd.DataFrame, /, *args: P.args, **kwargs: P.kwargs) -> R:
        if id(frame) not in results:
            results[id(frame)] = {}
            weakref.finalize(frame, results.pop, id(frame), None)
        known, key = results[id(frame)], (args, *kwargs.items())
        if key not in known:
            known[key] = compute(frame, *args, **kwargs)
        return known[key]

    return remembered
