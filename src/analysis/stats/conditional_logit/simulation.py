"""What a conditional logit predicts on factors: expected choosers per alternative, and choices drawn at random."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.errors import InputError
from analysis.stats.conditional_logit.design import ChoiceDesign
from analysis.stats.conditional_logit.input import Floats, Integers
from analysis.stats.conditional_logit.pairs import Pairs, Rows, blocks
from analysis.stats.conditional_logit.passes import draw_choices


@dataclass(frozen=True, eq=False)
class Utilities:
    """The utility of each kind of chooser: ``pair @ pair-level functions + alternative``.

    Parameters
    ----------
    pair : Kinds x pair-level functions.
    alternative : Kinds x alternatives.
    """

    pair: Floats
    alternative: Floats


@dataclass(frozen=True, eq=False)
class Seats:
    """Choosers at the rows of a design: whose pair-level functions they have, and of which kind they are.

    Parameters
    ----------
    rows, kinds, sizes : One entry per distinct combination of row and kind, with the number of choosers.
    order : The choosers in the order of these entries.
    """

    rows: Integers
    kinds: Integers
    sizes: Integers
    order: Integers

    @cached_property
    def ends(self) -> Integers:
        """Number of choosers before each entry, and of all."""
        return np.concatenate([[0], np.cumsum(self.sizes)])

    @classmethod
    def of(cls, row: Integers, kind: Integers) -> Seats:
        """Return the seats of choosers, from the row and the kind of each."""
        n_kinds = int(kind.max(initial=0)) + 1
        key = row * n_kinds + kind
        distinct, sizes = np.unique(key, return_counts=True)
        return cls(distinct // n_kinds, distinct % n_kinds, sizes, np.argsort(key, kind="stable"))


def utilities(design: ChoiceDesign, coefficients: Floats) -> Utilities:
    """Return the utilities of all kinds of choosers: the groups of choosers times the types of the design.

    Parameters
    ----------
    design : The attributes.
    coefficients : Groups x terms of the design.

    Returns
    -------
    Utilities
        Kind ``group * design.n_types + type`` is a chooser of that group and that type of the design.
    """
    by_base = np.einsum("tfm,gm->gtf", design.maps, coefficients).reshape(-1, design.maps.shape[1])
    n_pairs = len(design.pairs)
    of_alternatives = by_base[:, n_pairs:] @ design.columns.to_numpy(float).T
    highest = of_alternatives.max(axis=1, keepdims=True)  # a constant per kind changes nothing, and exp stays finite
    return Utilities(np.ascontiguousarray(by_base[:, :n_pairs]), of_alternatives - highest)


def stacked(pairs: Mapping[str, Pairs], rows: Rows = slice(None)) -> Floats:
    """Put the pair-level functions in one array.

    Parameters
    ----------
    pairs : By name: rows x alternatives each.
    rows : Of these; all of them by default.

    Returns
    -------
    array
        Functions x rows x alternatives.

    Raises
    ------
    InputError
        There are none.
    """
    if not pairs:
        raise InputError("pairs", "a prediction needs at least one function of the pairs")
    return np.ascontiguousarray(np.stack([np.asarray(values[rows], dtype=np.float64) for values in pairs.values()]))


@dataclass(frozen=True, eq=False)
class Draw:
    """One draw of the choices of all choosers, in several worlds that differ in the utilities of alternatives alone.

    Parameters
    ----------
    seats : The choosers.
    pair : Coefficients of the functions of pairs: kinds x functions.
    alternatives : What else an alternative is worth: worlds x kinds x alternatives.
    uniform
        A number between 0 and 1 per chooser: where the cumulative probabilities pass it, there is the choice. The
        same numbers in another world give choices that differ no more than they must.
    """

    seats: Seats
    pair: Floats
    alternatives: Floats
    uniform: Floats


@dataclass(frozen=True, eq=False)
class Choices:
    """What comes of a draw, as far as its choosers have been at their seats.

    Parameters
    ----------
    draw : The draw.
    school : Position of the alternative, in the order of the seats: choosers x worlds.
    expected : Expected number of choosers: worlds x kinds x alternatives.
    """

    draw: Draw
    school: Integers
    expected: Floats

    @classmethod
    def of(cls, draw: Draw) -> Choices:
        """Return those before anybody chose."""
        shape = len(draw.uniform), len(draw.alternatives)
        return cls(draw, np.empty(shape, dtype=np.intp), np.zeros(draw.alternatives.shape))

    @property
    def chosen(self) -> Integers:
        """Position of the alternative, in the order of the choosers: worlds x choosers."""
        chosen = np.empty_like(self.school)
        chosen[self.draw.seats.order] = self.school
        return chosen.T

    def add(self, pairs: Floats, rows: slice) -> None:
        """Let the choosers of some rows choose; rows must come in their order.

        Parameters
        ----------
        pairs, rows : From `stacked`: functions x rows x alternatives, and which rows these are.
        """
        draw, seats = self.draw, self.draw.seats
        first, last = np.searchsorted(seats.rows, [rows.start, rows.stop])
        done, end = seats.ends[first], seats.ends[last]
        own = seats.rows[first:last] - rows.start, seats.kinds[first:last], seats.sizes[first:last]
        uniform = draw.uniform[seats.order[done:end]]
        draw_choices(pairs, *own, draw.pair, draw.alternatives, uniform, self.expected, self.school[done:end])


def drawn(pairs: Mapping[str, Pairs], draws: Sequence[Draw], threads: int = 1) -> list[Choices]:
    """Draw a choice for every chooser, in all worlds of all draws.

    Parameters
    ----------
    pairs : Functions of pairs, by name: rows x alternatives each.
    draws : The draws; pairs are walked over once for all of them, some rows at a time.
    threads : Draws that are made side by side; the result does not depend on their number.

    Returns
    -------
    list of Choices
        By draw.
    """
    every, shape = [Choices.of(draw) for draw in draws], next((each.shape for each in pairs.values()), (1, 1))
    with ThreadPoolExecutor(threads) as pool:
        for rows in blocks(shape):
            some = stacked(pairs, rows)
            list(pool.map(lambda one: one.add(some, rows), every))  # noqa: B023 - all are done before the next block
    return every
