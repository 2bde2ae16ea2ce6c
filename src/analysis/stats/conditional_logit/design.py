"""Attributes as factors: what belongs to a pair of chooser and alternative, and what to the alternative alone.

Most attributes of a school are the same for every pupil; only the distance belongs to the pair. Apart they take the
memory of the distances; built out they would take that times the number of attributes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import InputError
from analysis.stats.conditional_logit.input import Floats, Integers, finite_values, listed
from analysis.stats.conditional_logit.pairs import ByRows, Pairs, blocks, of_rows

Coding = Mapping[str, Sequence[Any]]
"""Levels of categories by variable, the reference first: what the coefficients of categories are against."""


@dataclass(frozen=True)
class Term:
    """The variables of a term.

    Parameters
    ----------
    variables : The variables in it.
    reference : The level that it is compared with, empty for a term of numbers; of two categories both.
    """

    variables: frozenset[str]
    reference: str = ""


@dataclass(frozen=True, eq=False)
class ChoiceDesign:
    """The attributes of a conditional logit in which every chooser may choose every alternative.

    There are base functions: `pairs`, which differ by chooser and alternative, and `columns`, which differ by
    alternative. A chooser has a type, and `maps` holds how the terms of the model follow from the base functions for
    choosers of that type: the attribute of term m is ``sum_f maps[type, f, m] * base_f``, pairs before columns.

    Parameters
    ----------
    situations, alternatives : Labels of the choosers (N) and of the alternatives (J).
    pairs : Pair-level functions by name: N x J each, never copied.
    columns : Functions of the alternatives: J rows, one column each.
    types : Number of the type of each chooser, from 0.
    maps : Types x base functions x terms.
    terms : Names of the terms.
    about : What each term is of, where a formula says it.
    coding : Levels of every category, where a formula has them; without, a coefficient of a category has no meaning.

    Raises
    ------
    InputError
        Shapes do not agree, labels are not unique, or a value is missing or infinite.
    """

    situations: pd.Index
    alternatives: pd.Index
    pairs: Mapping[str, Pairs]
    columns: pd.DataFrame
    types: Integers
    maps: Floats
    terms: Sequence[str]
    about: Mapping[str, Term] = field(default_factory=dict)
    coding: Coding = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check_labels(self.situations, "situations")
        _check_labels(self.alternatives, "alternatives")
        shape = (len(self.situations), len(self.alternatives))
        for pair, distances in self.pairs.items():
            _check_pair(distances, pair, shape)
        if not self.columns.index.equals(self.alternatives):
            raise InputError("columns", "not on the alternatives", hint="index it by alternative, in the same order")
        for name, values in self.columns.items():
            finite_values(values, f"columns, column {name!r}")
        if not self.terms or len(set(self.terms)) < len(self.terms):
            raise InputError("terms", "empty or not unique", given=list(self.terms))
        expected = (
            max(int(self.types.max(initial=0)) + 1, len(self.maps)),
            len(self.pairs) + self.columns.shape[1],
            len(self.terms),
        )
        if self.maps.shape != expected or len(self.types) != len(self.situations):
            raise InputError("maps", "not types x base functions x terms", given=self.maps.shape, allowed=str(expected))

    @classmethod
    def plain(
        cls, pairs: Mapping[str, Pairs], columns: pd.DataFrame, situations: pd.Index | None = None
    ) -> ChoiceDesign:
        """Return a design in which every pair-level function and every column is a term of its own."""
        if situations is None:
            situations = pd.RangeIndex(len(next(iter(pairs.values()), ())))
        names = [*pairs, *map(str, columns.columns)]
        types, maps = np.zeros(len(situations), dtype=np.intp), np.eye(len(names))[None]
        return cls(situations, columns.index, pairs, columns, types, maps, names)

    def of_situations(self, chosen: NDArray[np.bool_]) -> ChoiceDesign:
        """Return the same design for some of the situations: columns, codings and terms stay as they are."""
        pairs = {name: of_rows(values, chosen) for name, values in self.pairs.items()}
        return replace(self, situations=self.situations[chosen], pairs=pairs, types=self.types[chosen])

    def of_terms(self, terms: Sequence[str]) -> ChoiceDesign:
        """Return the design of some of the terms, with the base functions that these need."""
        maps = self.maps[:, :, [list(self.terms).index(term) for term in terms]]
        used = np.abs(maps).max(axis=(0, 2)) > 0
        pairs, columns = used[: len(self.pairs)], used[len(self.pairs) :]
        return replace(
            self,
            pairs={name: values for (name, values), use in zip(self.pairs.items(), pairs, strict=True) if use},
            columns=self.columns.loc[:, columns],
            maps=maps[:, used],
            terms=list(terms),
        )

    @property
    def n_types(self) -> int:
        """Number of types of choosers."""
        return len(self.maps)

    def rows(self) -> pd.DataFrame:
        """Build the attributes out: one row per chooser and alternative, one column per term. For small designs."""
        index = pd.MultiIndex.from_product([self.situations, self.alternatives])
        by_type = self.maps[self.types]
        columns = self.columns.to_numpy(float)
        built = np.einsum("jk,ikm->ijm", columns, by_type[:, len(self.pairs) :])
        for pair, values in enumerate(self.pairs.values()):
            built += values[:][:, :, None] * by_type[:, None, pair]
        return pd.DataFrame(built.reshape(len(index), -1), index=index, columns=list(self.terms))


def _check_labels(labels: pd.Index, where: str) -> None:
    if not labels.is_unique:
        raise InputError(where, f"duplicate labels: {listed(labels[labels.duplicated()].unique())}")
    if not len(labels) or labels.hasnans:
        raise InputError(where, "no labels, or a missing one")


def _check_pair(values: Pairs, name: str, shape: tuple[int, int]) -> None:
    where = f"pairs[{name!r}]"
    if not isinstance(values, np.ndarray | ByRows) or values.dtype.kind != "f" or values.shape != shape:
        given = f"{getattr(values, 'dtype', type(values).__name__)} {getattr(values, 'shape', '')}"
        raise InputError(
            where, "not an array of real numbers, choosers x alternatives", given=given, allowed=str(shape)
        )
    bad = sum(_not_finite(values[rows]) for rows in blocks(shape))
    if bad:
        raise InputError(where, f"{bad} missing or infinite values", hint="decide what a missing value means first")


def _not_finite(values: Floats) -> int:
    """Count the values that are missing or infinite."""
    # A sum is finite when all its parts are, unless they overflow; and it reads the array once, without a copy.
    return 0 if np.isfinite(values.sum(dtype=np.float64)) else int((~np.isfinite(values)).sum())
