"""What a conditional logit predicts on factors: expected choosers per alternative, and choices drawn at random."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analysis.errors import InputError
from analysis.stats.conditional_logit.design import ChoiceDesign
from analysis.stats.conditional_logit.input import Floats, Integers
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


def stacked(pairs: Mapping[str, Floats]) -> Floats:
    """Put the pair-level functions in one array.

    Parameters
    ----------
    pairs : By name: rows x alternatives each.

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
    return np.ascontiguousarray(np.stack([np.asarray(values, dtype=np.float64) for values in pairs.values()]))


def drawn(pairs: Floats, seats: Seats, pair: Floats, alternatives: Floats, uniform: Floats) -> tuple[Integers, Floats]:
    """Draw a choice for every chooser in several worlds, which differ in the utilities of the alternatives alone.

    Parameters
    ----------
    pairs : From `stacked`: functions x rows x alternatives.
    seats : The choosers.
    pair : Coefficients of the functions of pairs: kinds x functions.
    alternatives : What else an alternative is worth: worlds x kinds x alternatives.
    uniform
        A number between 0 and 1 per chooser: where the cumulative probabilities pass it, there is the choice. The
        same numbers in another world give choices that differ no more than they must.

    Returns
    -------
    Integers
        Position of the alternative: worlds x choosers.
    Floats
        Expected number of choosers: worlds x kinds x alternatives.
    """
    expected, by_seat = draw_choices(
        pairs, seats.rows, seats.kinds, seats.sizes, pair, alternatives, uniform[seats.order]
    )
    chosen = np.empty_like(by_seat)
    chosen[:, seats.order] = by_seat
    return chosen, expected
