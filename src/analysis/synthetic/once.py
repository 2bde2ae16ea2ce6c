"""What many moments ask of the same frame, made once."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Hashable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import pandas as pd

P = ParamSpec("P")
R = TypeVar("R")


def once_per_frame(make: Callable[Concatenate[pd.DataFrame, P], R]) -> Callable[Concatenate[pd.DataFrame, P], R]:
    """Remember what a function makes of a frame, for every set of further arguments, for as long as the frame lives.

    A frame that is changed in place goes unnoticed: what moments are computed from is not changed any more.
    """
    answers: dict[int, dict[Hashable, R]] = {}

    @wraps(make)
    def remembered(frame: pd.DataFrame, /, *args: P.args, **kwargs: P.kwargs) -> R:
        if id(frame) not in answers:
            answers[id(frame)] = {}
            weakref.finalize(frame, answers.pop, id(frame), None)
        known, key = answers[id(frame)], (args, *kwargs.items())
        if key not in known:
            known[key] = make(frame, *args, **kwargs)
        return known[key]

    return remembered
