"""One pass over the pairs of choosers and alternatives: log-sum-exp and the moments of the attributes under P.

Compiled with numba, because a pass is read from memory once and everything else stays in the processor's cache. All
that is compiled stands here: numba keeps what it compiled for as long as the file is the same, and looks at no other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numba import njit

from analysis.stats.conditional_logit.input import Floats, Integers

LOG2_E = 1.4426950408889634
LN2_HIGH, LN2_LOW = 6.93145751953125e-1, 1.42860682030941723212e-6  # ln 2 in two parts: k * LN2_HIGH is exact
ROUNDER = 6755399441055744.0  # 1.5 * 2^52: added to a number, its last bits are the nearest whole number
NEAR = 0.05  # radians of half an angle, or its sine, below which the series below are exact: 637 km on the earth
LOWEST = -700.0  # exp of less is zero for every purpose here, and this is not yet a denormal
SUMS = ("contract", "reassoc", "nsz")  # a sum may be taken in any order, so that it runs on whole vectors

Function = TypeVar("Function", bound=Callable[..., Any])


def _compiled(*liberties: str) -> Callable[[Function], Function]:
    """Return a decorator that compiles a function for use by several threads.

    Parameters
    ----------
    liberties : In floating-point arithmetic, as `fastmath` of numba has them.

    Returns
    -------
    Callable
        The decorator.
    """
    return cast("Callable[[Function], Function]", njit(nogil=True, cache=True, fastmath=set(liberties)))


class BlockMoments(NamedTuple):
    """Sums of one pass over the choosers of a block, per type of chooser.

    Parameters
    ----------
    log_sums : Sum over choosers of weight times ln sum_j exp(u_ij).
    first : Types x base functions: sum of weight times the expectation under P.
    second_pairs
        Types x pairs x pairs: sum of weight times the expectation of the product of two pair-level functions.
    pair_mass : Types x pairs x alternatives: sum of weight times P_ij times the pair-level function.
    mass : Types x alternatives: sum of weight times P_ij.
    outer : Types x base x base: sum of weight times the outer product of the expectations.
    expected : Choosers x base functions: the expectations, empty unless requested.
    """

    log_sums: float
    first: Floats
    second_pairs: Floats
    pair_mass: Floats
    mass: Floats
    outer: Floats
    expected: Floats

    @classmethod
    def total(cls, blocks: Iterable[tuple[Any, ...]]) -> BlockMoments:
        """Add up blocks in their order, so that rounding does not depend on which thread was first."""
        sums: list[Any] = [0] * (len(cls._fields) - 1)
        expected = []
        for *block, own in blocks:
            sums = [total + more for total, more in zip(sums, block, strict=True)]
            expected.append(own)
        total = cls._make([*sums, np.vstack(expected)])
        return total._replace(second_pairs=_symmetric(total.second_pairs), outer=_symmetric(total.outer))


def _symmetric(lower: Floats) -> Floats:
    """Complete symmetric matrices of which the lower triangle is filled."""
    return lower + np.tril(lower, -1).transpose(0, 2, 1)


@_compiled("contract")
def _exponentials(u: Floats, top: float, e: Floats, rounded: Floats) -> None:
    """Write exp(u - top) into e, for u at most top, to the last digit or two.

    exp(x) = 2^k exp(r) with k whole and |r| at most ln(2) / 2; exp(r) by its Taylor polynomial, which is exact to
    1e-17 there, and 2^k by adding k to the exponent's bits. Unlike the library's exp this runs on whole vectors.
    """
    for j in range(u.size):
        x = max(u[j] - top, LOWEST)
        s = x * LOG2_E + ROUNDER
        rounded[j] = s
        k = s - ROUNDER
        r = (x - k * LN2_HIGH) - k * LN2_LOW
        y = 1.0 / 6227020800.0
        y = y * r + 1.0 / 479001600.0
        y = y * r + 1.0 / 39916800.0
        y = y * r + 1.0 / 3628800.0
        y = y * r + 1.0 / 362880.0
        y = y * r + 1.0 / 40320.0
        y = y * r + 1.0 / 5040.0
        y = y * r + 1.0 / 720.0
        y = y * r + 1.0 / 120.0
        y = y * r + 1.0 / 24.0
        y = y * r + 1.0 / 6.0
        y = y * r + 0.5
        y = y * r + 1.0
        e[j] = y * r + 1.0
    bits, exponents = e.view(np.int64), rounded.view(np.int64)
    for j in range(u.size):
        bits[j] += exponents[j] << 52


@_compiled(*SUMS)
def _dot(one: Floats, other: Floats) -> float:
    total = 0.0
    for j in range(one.size):
        total += one[j] * other[j]
    return total


@_compiled(*SUMS)
def _highest(u: Floats) -> float:
    top = u[0]
    for j in range(u.size):
        top = max(top, u[j])
    return float(top)


@_compiled(*SUMS)
def _sum(e: Floats) -> float:
    total = 0.0
    for j in range(e.size):
        total += e[j]
    return total


@_compiled("contract")
def _add(scale: float, one: Floats, to: Floats) -> None:
    for j in range(one.size):
        to[j] += scale * one[j]


@_compiled("contract")
def _multiply(one: Floats, other: Floats, product: Floats) -> None:
    for j in range(one.size):
        product[j] = one[j] * other[j]


@_compiled("contract")
def _shift(one: Floats, by: float, shifted: Floats) -> None:
    for j in range(one.size):
        shifted[j] = one[j] - by


@_compiled()
def block_moments(
    pairs: Floats,
    shift: Floats,
    columns: Floats,
    types: Integers,
    weights: Floats,
    pair_coefficients: Floats,
    utility: Floats,
    keep: bool,
) -> tuple[float, Floats, Floats, Floats, Floats, Floats, Floats]:
    """Compute the moments of the attributes under P over the choosers of one block.

    Parameters
    ----------
    pairs : Pair-level functions: pairs x choosers x alternatives.
    shift : What is subtracted from each pair-level function, against cancellation.
    columns : Functions of the alternatives: columns x alternatives.
    types, weights : Type and weight of each chooser.
    pair_coefficients : Types x pairs.
    utility : Types x alternatives: the part of the utility that does not differ between the choosers of a type.
    keep : Whether to return the expectations of each chooser.

    Returns
    -------
    tuple
        The fields of `BlockMoments`; of the symmetric matrices the lower triangle.
    """
    n_pairs, n, n_alternatives = pairs.shape
    n_types, n_base = len(utility), n_pairs + len(columns)
    log_sums = 0.0
    first = np.zeros((n_types, n_base))
    second = np.zeros((n_types, n_pairs, n_pairs))
    pair_mass = np.zeros((n_types, n_pairs, n_alternatives))
    mass = np.zeros((n_types, n_alternatives))
    outer = np.zeros((n_types, n_base, n_base))
    expected = np.zeros((n if keep else 0, n_base))
    u, e, rounded = np.empty(n_alternatives), np.empty(n_alternatives), np.empty(n_alternatives)
    d, ed = np.empty((n_pairs, n_alternatives)), np.empty((n_pairs, n_alternatives))
    g = np.empty(n_base)
    for i in range(n):
        t, w = types[i], weights[i]
        _shift(utility[t], 0.0, u)
        for a in range(n_pairs):
            _shift(pairs[a, i], shift[a], d[a])
            _add(pair_coefficients[t, a], d[a], u)
        top = _highest(u)
        _exponentials(u, top, e, rounded)
        total = _sum(e)
        log_sums += w * (top + math.log(total))
        share = w / total  # e stays as it is: dividing what is summed from it is cheaper
        for a in range(n_pairs):
            g[a] = _dot(e, d[a]) / total
            _multiply(e, d[a], ed[a])
            _add(share, ed[a], pair_mass[t, a])
            for b in range(a + 1):
                second[t, a, b] += share * _dot(ed[a], d[b])
        for k in range(len(columns)):
            g[n_pairs + k] = _dot(e, columns[k]) / total
        _add(share, e, mass[t])
        for a in range(n_base):
            first[t, a] += w * g[a]
            for b in range(a + 1):
                outer[t, a, b] += w * g[a] * g[b]
        if keep:
            expected[i] = g
    return log_sums, first, second, pair_mass, mass, outer, expected


@_compiled("contract")
def draw_choices(
    pairs: Floats,
    rows: Integers,
    kinds: Integers,
    sizes: Integers,
    by_pair: Floats,
    by_alternative: Floats,
    uniform: Floats,
    mass: Floats,
    chosen: Integers,
) -> None:
    """Draw choices, and add up the probabilities, at seats of a number of choosers each.

    It takes exp(pair part) once per row; times exp(alternative's part) it is exp(utility) in each world.

    Parameters
    ----------
    pairs : Pair-level functions: functions x rows x alternatives.
    rows, kinds, sizes : Of each seat.
    by_pair : Coefficients of the functions of pairs: kinds x functions.
    by_alternative : What else an alternative is worth: worlds x kinds x alternatives.
    uniform : A number between 0 and 1 per chooser, in the order of the seats.
    mass : To which the expected number of choosers is added: worlds x kinds x alternatives.
    chosen : In which the position of the alternative is written: choosers x worlds.
    """
    n_pairs, _, n_alternatives = pairs.shape
    n_worlds = len(by_alternative)
    worth = np.exp(by_alternative)
    u, e, rounded = np.empty(n_alternatives), np.empty(n_alternatives), np.empty(n_alternatives)
    done = 0
    for seat in range(rows.size):
        row, kind, size = rows[seat], kinds[seat], sizes[seat]
        u[:] = 0.0
        for pair in range(n_pairs):
            _add(by_pair[kind, pair], pairs[pair, row], u)
        _exponentials(u, _highest(u), e, rounded)
        for world in range(n_worlds):
            _multiply(e, worth[world, kind], u)
            total = _sum(u)
            _add(size / total, u, mass[world, kind])
            for chooser in range(done, min(done + size, uniform.size)):
                chosen[chooser, world] = _position(u, uniform[chooser] * total)
        done += size


@_compiled("contract")
def _position(weights: Floats, below: float) -> int:
    """Return where the running sum of the weights passes a number."""
    running = 0.0
    last = 0
    for j in range(weights.size):
        if weights[j] > 0.0:
            last = j
        running += weights[j]
        if running > below:
            return j
    return last


@_compiled("contract")
def half_angles(homes: Floats, schools: Floats) -> Floats:
    """Compute half the angle between points on a sphere, by the haversine, to the last digit or two.

    Parameters
    ----------
    homes, schools : Latitude in radians and longitude in degrees, points x 2.

    Returns
    -------
    array
        Radians, homes x schools. Sines and arcsines of small numbers are Taylor polynomials, which unlike the library's
        functions run on whole vectors.
    """
    angles = np.empty((len(homes), len(schools)))
    latitudes, longitudes = schools[:, 0].copy(), schools[:, 1].copy()
    cosines, per_degree = np.cos(latitudes), math.pi / 180.0
    for i in range(len(homes)):
        row, phi, lam, cosine = angles[i], homes[i, 0], homes[i, 1], math.cos(homes[i, 0])
        for j in range(row.size):
            x, y = (latitudes[j] - phi) / 2.0, (longitudes[j] - lam) * per_degree / 2.0
            near = max(abs(x), abs(y))
            x, y = _small_sine(x), _small_sine(y)
            angle = _small_arcsine(math.sqrt(x * x + cosine * cosines[j] * y * y))
            row[j] = angle if near < NEAR else -1.0
        for j in range(row.size):
            if row[j] < 0.0:
                x, y = math.sin((latitudes[j] - phi) / 2.0), math.sin((longitudes[j] - lam) * per_degree / 2.0)
                row[j] = math.asin(min(math.sqrt(x * x + cosine * cosines[j] * y * y), 1.0))
    return angles


@_compiled("contract")
def _small_sine(x: float) -> float:
    s = x * x
    y = -1.0 / 39916800.0
    y = y * s + 1.0 / 362880.0
    y = y * s - 1.0 / 5040.0
    y = y * s + 1.0 / 120.0
    y = y * s - 1.0 / 6.0
    return x + x * s * y


@_compiled("contract")
def _small_arcsine(x: float) -> float:
    s = x * x
    y = 231.0 / 13312.0
    y = y * s + 63.0 / 2816.0
    y = y * s + 35.0 / 1152.0
    y = y * s + 5.0 / 112.0
    y = y * s + 3.0 / 40.0
    y = y * s + 1.0 / 6.0
    return x + x * s * y
