"""Shares whose parts are counted in the same table: what is left is tested, and rounded counts give the share.

A share with all its digits gives back the exact counts that it was made of, and with them what rounding should hide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.disclosure.profiles import Profile
from analysis.disclosure.steps import nice, to_step
from analysis.errors import DisclosureError, InputError

TOLERANCE = 1e-9
PROVEN = 3
"""Rows with the same ratio of a column to a count that show that it is the share of a sum."""

Floats = NDArray[np.float64]
Ratios = Mapping[str, tuple[str, str]]


class Ratio(NamedTuple):
    """A share: two count columns, or one count column and the sum that it is a share of."""

    part: str
    whole: str | float


def ratios_of(
    frame: pd.DataFrame,
    numbers: Mapping[str, pd.Series],
    rests_on: Mapping[str, Sequence[str]],
    declared: Ratios | None = None,
) -> dict[str, Ratio]:
    """Return the columns that are ratios of counts: those declared, each with its part and whole, and those that are.

    `numbers` are the count columns as whole numbers. Raises DisclosureError, with column and row, when a declared share
    is not the ratio that it is declared to be.
    """
    ratios = {name: _declared(frame, numbers, name, parts) for name, parts in (declared or {}).items()}
    known = {count: n.to_numpy(dtype=float, na_value=np.nan) for count, n in numbers.items()}
    for name in {value: None for values in rests_on.values() for value in values if value not in numbers}:
        counts = [count for count, values in rests_on.items() if name in values]
        if name not in ratios and pd.api.types.is_float_dtype(frame[name]):
            share = frame[name].to_numpy(dtype=float, na_value=np.nan)
            ratio = _of_two(share, known, counts) or _of_sum(share, known, counts)
            ratios |= {name: ratio} if ratio else {}
    return ratios


def rests(ratios: Mapping[str, Ratio], numbers: Mapping[str, pd.Series]) -> dict[str, pd.Series]:
    """Return what the parts leave of their wholes, named for both, where no column of the table has it."""
    left = {}
    for part, whole in dict.fromkeys(ratios.values()):
        if isinstance(whole, str):
            rest = (numbers[whole] - numbers[part]).rename(f"{whole}_minus_{part}")
            if not any(_same(rest, known) for known in numbers.values()):
                left[str(rest.name)] = rest
    return left


def recomputed(
    frame: pd.DataFrame, rounded: Mapping[str, pd.Series], ratios: Mapping[str, Ratio], profile: Profile
) -> dict[str, pd.Series]:
    """Return the shares as the published counts give them, in steps of about one person in the whole."""
    shares = {}
    for name, (part, whole) in ratios.items():
        if profile.base(part) == 1 and (not isinstance(whole, str) or profile.base(whole) == 1):
            continue
        below = rounded[whole].astype("Float64") if isinstance(whole, str) else _rounded_sum(whole, part, profile)
        share = (rounded[part].astype("Float64") / below).replace([np.inf, -np.inf], np.nan)
        step = np.broadcast_to(np.asarray(1 / below, dtype=float), len(share))
        exact: Floats = np.asarray(share.to_numpy(dtype=float, na_value=np.nan), dtype=np.float64)
        rounded_share = pd.Series(to_step(exact, nice(step.astype(float), up=True)), frame.index)
        shares[name] = rounded_share.where(frame[name].notna())
    return shares


def _rounded_sum(whole: float, part: str, profile: Profile) -> float:
    return float(profile.rounded(pd.Series([round(whole)], name=part)).item())


def _declared(frame: pd.DataFrame, numbers: Mapping[str, pd.Series], name: str, parts: Sequence[str]) -> Ratio:
    part, whole = parts
    for column, known in ((name, list(frame.columns)), (part, list(numbers)), (whole, list(numbers))):
        if column not in known:
            raise InputError("ratios", f"no such column: {column!r}", allowed=", ".join(map(str, known)))
    off = ~_near(frame[name] * numbers[whole], numbers[part]) & frame[name].notna() & (numbers[whole] > 0)
    if (off & numbers[part].notna()).any():
        row = int(off.to_numpy(dtype=bool).argmax()) + 1
        raise DisclosureError(f"column {name!r}, row {row}: is not {part} divided by {whole}, as ratios= says")
    if ((numbers[part] > numbers[whole]).fillna(value=False)).any():
        raise DisclosureError(f"column {name!r}: {part} is more than {whole} somewhere, so it is no share")
    return Ratio(part, whole)


def _of_two(share: Floats, numbers: Mapping[str, Floats], counts: Sequence[str]) -> Ratio | None:
    for part, whole in permutations(counts, 2):
        some, all_ = numbers[part], numbers[whole]
        known = ~np.isnan(share + some) & (all_ > 0)
        positive = known & (some > 0)
        near = np.abs(share * all_ - some) <= TOLERANCE * (some + 1)
        if positive.any() and (near & (some <= all_))[known].all():
            return Ratio(part, whole)
    return None


def _of_sum(share: Floats, numbers: Mapping[str, Floats], counts: Sequence[str]) -> Ratio | None:
    for part in counts:
        known = (share > 0) & (numbers[part] > 0)
        if known.sum() < PROVEN or (share[known] == share[known][0]).all():
            continue
        with np.errstate(over="ignore"):  # a p-value next to nothing is a share of nothing
            wholes = numbers[part][known] / share[known]
        with np.errstate(invalid="ignore"):
            same = np.abs(wholes - wholes[0]) <= TOLERANCE * (wholes[0] + 1)
        if same.all() and wholes[0] >= numbers[part][known].max():
            return Ratio(part, float(wholes[0]))
    return None


def _near(left: pd.Series, right: pd.Series | float) -> pd.Series:
    scale = abs(right) if isinstance(right, float) else right.abs().astype("Float64")
    return ((left - right).abs() <= TOLERANCE * (scale + 1)).fillna(value=False).astype(bool)


def _same(left: pd.Series, right: pd.Series) -> bool:
    known = left.notna() & right.notna()
    return bool(known.any()) and bool((left[known] == right[known]).all())
