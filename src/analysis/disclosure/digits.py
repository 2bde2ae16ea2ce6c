r"""How many digits a published number may have, so that none gives back the count that it rests on.

A share beside a rounded n gives that n back when only one n in the rounding interval makes the share a ratio of whole
numbers, and with n the part. So do a standard error, an interval or a log-likelihood that depends on n and little else.
Numbers are therefore rounded to a step of 1, 2 or 5 times a power of ten, by what they are.

Notes
-----
With :math:`n` the count that a value rests on, :math:`b` what the profile rounds such counts to, and
:math:`n_0 = n - b + 1` or less the smallest count that is published alike:

- A *share or mean of whole numbers* is known by its values: times an exact count it is whole. Its step is at least
  :math:`2 / n_0`, so that for each n in the rounding interval some part fits and the part
  is not given either. Where the part, or what it leaves, counts too few, the value is withheld.
- An *estimate* has a step of a fifth of its standard error or less, a little more where few schools bear it: two means
  that differ by one school then give no school's value.
- The *standard error of a share* is published as its ratio to that of a random sample, times the latter as the
  published share and count give it: of a share of a random sample it says nothing of n and of the part.
- The *limits of an interval* are published as distances from the published estimate in published standard errors: they
  say no more of the estimate than it says itself.
- What *scales with n*, as a log-likelihood or a total does, is published as it would be of the published n.
- *Everything else*, and that too, has a relative step of at least :math:`2 / n_0`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.disclosure.counted import COARSEST, OPEN, Counted, Resting, Shares
from analysis.disclosure.profiles import Profile
from analysis.disclosure.steps import Bools, Floats, nice, relative_step, to_step

ERROR_STEP = 0.01
LIMIT_STEP, WIDEST_LIMIT_STEP = 0.05, 0.5
"""Distances of limits from their estimate are multiples of this, in standard errors: more where n is small."""
PER_ERROR, FEW_SCHOOLS = 0.2, 0.5
"""Step of an estimate as a part of its standard error: of many schools, and of two."""
LEVELS = (0.001, 0.01, 0.05, 0.1)
"""Levels of significance that a rounded p-value stays on its side of."""

ESTIMATES = ("estimate", "share", "mean", "fitted", "predicted")
"""What ``std_error``, ``ci_low`` and ``ci_high`` are of: the first of these that a row has."""
OTHERS = {"sd_schools": "sd"}
"""Estimates whose interval has another name."""
P_VALUE = re.compile(r"p|p_(?:value|corrected|adjusted|tost|groups|within)(?:_.+)?|p_.*corrected")
SCALES = re.compile(
    r"(?!.*per_)(?:.*_)?(?:log_?lik|log_?likelihood|llf|aic|bic|deviance|chi2|wald|lr|total|sum)(?:_.*)?"
)
"""Names of numbers that scale with n."""
DEGREES = "df"
"""Degrees of freedom of the t distribution behind an interval: the clusters less one, where it is not less."""
EXPLAINED = re.compile(r"(?:.*_)?(?:r2|r_squared|rsquared)(?:_.*)?")
"""Names of shares of variance: two that differ in their correction for n give it where both are fine."""


class Digits(NamedTuple):
    """The columns of a table with the digits that they may have, where a small part would show, and beside what.

    Those that are `computed` from others are tests, errors and limits.
    """

    columns: dict[str, pd.Series]
    small: dict[str, Bools]
    beside: dict[str, tuple[str, ...]]
    computed: frozenset[str]


def digits(
    frame: pd.DataFrame,
    numbers: Mapping[str, pd.Series],
    rests_on: Resting,
    profile: Profile,
    *,
    recomputed: Mapping[str, pd.Series],
) -> Digits:
    """Return the floating-point numbers of a table as they may be published.

    `numbers` are its count columns, exact; a column that rests on none of them is rounded where it is a share.
    `recomputed` are shares as the published counts give them: these are what is published.
    """
    table = Counted(numbers, rests_on, profile, len(frame))
    names = [name for name in frame.columns if name not in numbers and pd.api.types.is_float_dtype(frame[name])]
    values = {name: frame[name].to_numpy(dtype=float, na_value=np.nan) for name in names}
    published = {name: share.to_numpy(dtype=float, na_value=np.nan) for name, share in recomputed.items()}
    beside = _beside(values)
    computed = {*chain(*beside.values())} | {name for name in names if P_VALUE.fullmatch(name)}
    whole = {name: table.whole(name, values[name], np.full(len(frame), name not in computed)) for name in names}
    rounded = _rounded(values, published, whole, table)
    columns = {name: pd.Series(_written(rounded[name]), frame.index, dtype=frame[name].dtype) for name in names}
    return Digits(columns, {name: shares.small for name, shares in whole.items()}, beside, frozenset(computed))


def _written(values: Floats) -> Floats:
    """Return numbers as they are written with twelve digits: what was rounded and then scaled is short again."""
    return np.array([float(f"{value:.12g}") for value in values])


class _Kin(NamedTuple):
    """Columns that hold an estimate, each where those before it are empty, its standard error and its limits."""

    estimates: tuple[str, ...]
    error: str
    limits: tuple[str, ...]


def _rounded(
    values: Mapping[str, Floats], published: Mapping[str, Floats], whole: Mapping[str, Shares], table: Counted
) -> dict[str, Floats]:
    """Return all columns with the digits that each may have."""
    rounded: dict[str, Floats] = {}
    for kin in _families(values):
        exact = values.get(kin.error, np.full(table.rows, np.nan))
        limits = {limit: np.full(table.rows, np.nan) for limit in kin.limits}
        if kin.error:
            rounded[kin.error] = _error(kin.error, exact, table)
        free = np.ones(table.rows, dtype=bool)
        for name in kin.estimates:
            here = free & ~np.isnan(values[name])
            size = np.where(here, _error_size(exact, [values[limit] for limit in kin.limits]), np.nan)
            step = _estimate_step(name, values[name], size, whole[name], table)
            rounded[name] = published.get(name, to_step(values[name], step))
            published_size = size
            if kin.error:
                error = _error_of(values[name], rounded[name], whole[name], exact, rounded[kin.error])
                rounded[kin.error] = np.where(here, error, rounded[kin.error])
                published_size = np.where(exact > 0, error, size)
            for limit in kin.limits:
                shifted = _limit(values[limit], values[name], rounded[name], (size, published_size), step)
                limits[limit] = np.where(here, shifted, limits[limit])
            free &= ~here
        for limit, shifted in limits.items():
            rounded[limit] = np.where(free, _other(limit, values[limit], whole, table), shifted)
    rest = {name: _other(name, numbers, whole, table) for name, numbers in values.items() if name not in rounded}
    return {**rest, **rounded, **published}


def _families(columns: Mapping[str, Floats]) -> list[_Kin]:
    """Return what belongs together, by the names that tables of estimates have."""
    main = tuple(name for name in ESTIMATES if name in columns)
    limits = next((pair for pair in (("ci_low", "ci_high"), ("low", "high")) if set(pair) <= set(columns)), ())
    families = [_Kin(main, "std_error" if "std_error" in columns else "", limits)] if main else []
    for name in columns:
        stem = OTHERS.get(name, name)
        pair = (f"{stem}_low", f"{stem}_high")
        error = f"{name}_std_error" if f"{name}_std_error" in columns else ""
        if name not in main and (error or set(pair) <= set(columns)):
            families.append(_Kin((name,), error, pair if set(pair) <= set(columns) else ()))
    return families


def _beside(columns: Mapping[str, Floats]) -> dict[str, tuple[str, ...]]:
    """Return per estimate the columns that are computed from it."""
    tests = tuple(name for name in columns if P_VALUE.fullmatch(name))
    computed: dict[str, tuple[str, ...]] = {}
    for estimates, error, limits in _families(columns):
        computed |= dict.fromkeys(estimates, (*((error,) if error else ()), *limits, *(tests if error else ())))
    return computed


def _error_size(error: Floats, limits: Sequence[Floats]) -> Floats:
    """Return the standard error, or where there is none a quarter of the width of the interval."""
    if not limits:
        return error
    return np.where(error > 0, error, (limits[1] - limits[0]) / 4)


def _error(name: str, values: Floats, table: Counted) -> Floats:
    return to_step(values, relative_step(values, np.clip(OPEN / table.persons(name), ERROR_STEP, COARSEST)))


def _estimate_step(name: str, values: Floats, size: Floats, whole: Shares, table: Counted) -> Floats:
    by_error = nice(size * np.clip(1 / np.sqrt(table.schools(name)), PER_ERROR, FEW_SCHOOLS), up=False)
    return np.where(size > 0, np.maximum(by_error, whole.step), _step(name, values, whole, table))


def _step(name: str, values: Floats, whole: Shares, table: Counted) -> Floats:
    """Return the step of a number of which no error is known."""
    relative = relative_step(values, table.part(name)) if table.rests(name) else np.zeros(table.rows)
    if EXPLAINED.fullmatch(name) and table.rests(name) and table.profile.round_to > 1:
        return nice(table.part(name), up=True)
    return np.where(whole.fits & (SCALES.fullmatch(name) is None), whole.step, relative)


def _error_of(exact: Floats, published: Floats, whole: Shares, error: Floats, rounded: Floats) -> Floats:
    """Return the standard error of a share by that of a random sample, as the published count gives it."""
    ours, theirs = (
        np.sqrt(np.abs(share * (1 - share)) / n) for share, n in ((exact, whole.n), (published, whole.published))
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = error / ours
        again = to_step(ratio, relative_step(ratio, ERROR_STEP)) * theirs
    share = whole.share & (published > 0) & (published < 1) & (error > 0)
    return np.where(share, to_step(again, relative_step(again, ERROR_STEP)), rounded)


def _limit(limit: Floats, estimate: Floats, published: Floats, size: tuple[Floats, Floats], step: Floats) -> Floats:
    """Return a limit at as many published errors from the published estimate, on its side of zero and one."""
    exact, shown = size
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = nice(np.clip(step / shown / 4, LIMIT_STEP, WIDEST_LIMIT_STEP), up=True)
        distance = to_step((limit - estimate) / exact, apart) * shown
    distance = np.where(exact > 0, distance, to_step(limit - estimate, step))
    finer = np.where(step > 0, step, 1.0) / 10
    shifted = np.where(step > 0, to_step(published + distance, finer), limit)
    lost = np.isfinite(limit) & ((np.sign(shifted) != np.sign(limit)) | ((limit <= 1) & (shifted > 1)))
    return np.where(lost, to_step(limit, relative_step(limit, COARSEST)), shifted)


def _other(name: str, values: Floats, whole: Mapping[str, Shares], table: Counted) -> Floats:
    """Return what is no estimate: a p-value, a share without an interval, or a number of which no error is known."""
    values = values * table.scaled(name) if SCALES.fullmatch(name) else values
    if name == DEGREES and table.profile.round_clusters > 1:
        base = float(table.profile.round_clusters)
        return np.maximum(to_step(values, np.full(table.rows, base)), base)
    rounded = to_step(values, _step(name, values, whole[name], table))
    if not P_VALUE.fullmatch(name):
        return rounded
    shares = [whole[name].share for name in ESTIMATES if name in whole]
    beside = np.logical_or.reduce([np.zeros(table.rows, dtype=bool), *shares])
    return _p_value(values, np.where(beside, _roughly(values), rounded))


def _roughly(values: Floats) -> Floats:
    """Return p-values beside a share: with more digits they give the quotient of share and error again."""
    with np.errstate(divide="ignore", invalid="ignore"):
        decades = np.log10(values)
        size = 10.0 ** np.where(values < LEVELS[0], np.round(decades), np.round(2 * decades) / 2)
    return np.where(values > 0, to_step(size, relative_step(size, COARSEST)), values)


def _p_value(values: Floats, rounded: Floats) -> Floats:
    """Return rounded p-values, each on the side of the levels of significance on which it was."""
    for level in LEVELS:
        rounded = np.where((values < level) & (rounded >= level), level * (1 - ERROR_STEP), rounded)
        rounded = np.where((values >= level) & (rounded < level), level, rounded)
    return np.minimum(rounded, 1.0)
