"""From a formula over variables of pairs, alternatives and choosers to a `Design`.

The language is that of statsmodels and linearmodels, as far as `analysis.formula` offers it. A set of alternatives has
its own constant, which drops out of the choice, and so does everything that differs between choosers alone: such parts
count in the coding of categories, and have no term.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from formulaic import Formula, model_matrix
from formulaic.errors import FormulaicError
from numpy.typing import NDArray

from analysis.errors import InputError, nearest
from analysis.formula import Factor, check_formula
from analysis.models.conditional_logit.design import Coding, Design, Term
from analysis.models.conditional_logit.input import Floats, listed

MOST_TYPES = 64
"""Types of choosers; where there are more, an interaction with a chooser's variable is built out over the pairs."""

PAIR, ALTERNATIVE, CHOOSER = "pair", "alternative", "chooser"
GIVE_MEANING = "decide what a missing value means before estimating"


def design_from_formula(
    formula: str,
    pairs: Mapping[str, Floats],
    alternatives: pd.DataFrame,
    choosers: pd.DataFrame,
    codings: Sequence[Coding] = (),
) -> Design:
    """Make the design of a formula such as ``distance_km + log1p(distance_km) + C(concept) + share_hoog:C(education)``.

    Parameters
    ----------
    formula
        Right-hand side, in the language of `analysis.formula`. Whether it has a constant makes no difference.
    pairs
        Variables of pairs: choosers x alternatives.
    alternatives, choosers
        Variables of the alternatives and of the choosers, indexed by their labels.
    codings
        Levels of categories by variable, as a design has them (`Design.coding`); levels that occur where a variable is
        not in it. An alternative of another level is of none. Of several codings the design has the terms of each; a
        chooser or a pair need not be of a level of all of them.

    Returns
    -------
    Design
        One term per column that formulaic would make, without those that are the same for every alternative.

    Raises
    ------
    InputError
        The formula cannot be read, holds something that is not offered, names a variable that is not there or that
        lies at two levels, holds a value that is missing, or leaves no term; a chooser or a pair has a level that the
        coding has not.
    """
    check_formula(formula)
    made = [_Data(pairs, alternatives, choosers, coding, len(codings) < 2) for coding in codings or ({},)]
    columns = {
        column.name: column for data in made for column in _columns(formula, data) if not column.absorbed
    }  # a column of one name is the same in every coding: it tells one level from all others
    if not columns:
        raise InputError("formula", "no term differs between alternatives", given=formula)
    return _design(list(columns.values()), made[0], made[0].used if len(made) == 1 else {})


@dataclass(frozen=True, eq=False)
class _Data:
    pairs: Mapping[str, Floats]
    alternatives: pd.DataFrame
    choosers: pd.DataFrame
    coding: Coding
    strict: bool
    used: dict[str, tuple[Any, ...]] = field(default_factory=dict)

    @cached_property
    def level_of(self) -> dict[str, str]:
        names = [*self.pairs, *self.alternatives.columns, *self.choosers.columns]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise InputError("formula", f"variables of two levels: {listed(twice)}", hint="rename one of each")
        levels = (PAIR, self.pairs), (ALTERNATIVE, self.alternatives), (CHOOSER, self.choosers)
        return {str(name): level for level, variables in levels for name in variables}

    def variable(self, name: str) -> Any:  # noqa: ANN401 - an array or a series
        level = self.level_of[name]
        return self.pairs[name] if level == PAIR else (self.frame(level)[name])

    def frame(self, level: str) -> pd.DataFrame:
        return self.alternatives if level == ALTERNATIVE else self.choosers

    def levels(self, name: str) -> tuple[Any, ...]:
        """Return the levels of a category, the reference first, and keep them: estimates mean nothing without them."""
        if name not in self.used:
            known = self.coding.get(name)
            self.used[name] = _levels(self.variable(name), name) if known is None else tuple(known)
        return self.used[name]


def _levels(values: Any, name: str) -> tuple[Any, ...]:  # noqa: ANN401 - an array or a series
    """Return the values that occur: categories in their own order, others sorted."""
    codes = pd.Categorical(np.ravel(values) if isinstance(values, np.ndarray) else values)
    if (codes.codes < 0).any():
        raise InputError("formula", f"missing values in {name!r}", hint=GIVE_MEANING)
    return tuple(codes.remove_unused_categories().categories)


@dataclass(frozen=True, eq=False)
class _Column:
    """One column of the formula: its name, and its values at each level as a product of factors."""

    name: str
    factors: Mapping[str, Floats]
    term: Term

    @property
    def absorbed(self) -> bool:
        return set(self.factors) <= {CHOOSER}


def _columns(formula: str, data: _Data) -> Iterator[_Column]:
    factors = {text: _Factor(Factor.of(text), data) for term in _terms(formula) for text in term}
    kinds = tuple((text, bool(each.categorical), each.level == CHOOSER) for text, each in factors.items())
    for scoped in _scoped(formula, kinds):
        yield from _products([(factors[text], reduced) for text, reduced in scoped])


@lru_cache(maxsize=256)
def _terms(formula: str) -> tuple[tuple[str, ...], ...]:
    """Split a formula into terms, and these into factors; the constant is no term."""
    try:
        asked = Formula(f"{formula} + 1")
    except (FormulaicError, ValueError, TypeError) as error:
        raise InputError("formula", f"cannot be evaluated: {error}", given=formula) from error
    terms = (tuple(str(factor.expr) for factor in term.factors if str(factor.expr) != "1") for term in asked)
    return tuple(term for term in terms if term)


@lru_cache(maxsize=256)
def _scoped(formula: str, kinds: tuple[tuple[str, bool, bool], ...]) -> list[list[tuple[str, bool]]]:
    """Decide which columns there are: factors by term, with whether their first category is left out.

    Formulaic decides it, on stand-ins for the factors: it sees which are categories, and evaluates nothing.

    Parameters
    ----------
    formula
        As in `_terms`.
    kinds
        Of every factor, whether it is of categories, and whether it is of choosers alone. What is of choosers alone
        counts in the coding, for it would be a part of the constant of each chooser.
    """
    stand_in = {text: f"f{place}" for place, (text, _, _) in enumerate(kinds)}
    of_choosers = {text for text, _, alone in kinds if alone}
    terms = _terms(formula)
    own = [tuple(text for text in term if text in of_choosers) for term in terms]
    parts = [":".join(stand_in[text] for text in term) for term in [*own, *terms] if term]
    example = pd.DataFrame({stand_in[text]: list("ab") if categories else [0.0, 1.0] for text, categories, _ in kinds})
    spec = model_matrix(" + ".join(["1", *dict.fromkeys(parts)]), example).model_spec
    text_of = {name: text for text, name in stand_in.items()}
    scoped_terms = [scoped for encoded in spec.structure for scoped in encoded.scoped_terms]
    return [[(text_of[str(each.factor.expr)], each.reduced) for each in scoped.factors] for scoped in scoped_terms]


def _products(factors: Sequence[tuple[_Factor, bool]]) -> Iterator[_Column]:
    """Multiply the columns of the factors of a term, values of the same level with each other."""
    variables = frozenset[str]().union(*(factor.parsed.variables for factor, _ in factors))
    reference = ", ".join(str(factor.levels[0]) for factor, reduced in factors if factor.levels and reduced)
    for combination in product(*(factor.columns(reduced) for factor, reduced in factors)):
        found: dict[str, Floats] = {}
        for level, _, column in combination:
            found[level] = found[level] * column if level in found else column
        yield _Column(":".join(name for _, name, _ in combination), found, Term(variables, reference))


@dataclass(frozen=True, eq=False)
class _Factor:
    """A factor with the data: at which level it lies, and its columns, evaluated once over all choosers."""

    parsed: Factor
    data: _Data

    @cached_property
    def level(self) -> str:
        """The level of its variables."""
        unknown = sorted(self.parsed.variables - set(self.data.level_of))
        if unknown:
            hint = nearest(unknown[0], self.data.level_of)
            allowed = listed(self.data.level_of, 20)
            raise InputError("formula", f"no variable {unknown[0]!r}", allowed=allowed, hint=hint)
        levels = {self.data.level_of[name] for name in self.parsed.variables}
        if len(levels) != 1:
            mixed = f"{self.parsed.text!r} mixes variables of {listed(sorted(levels))}"
            raise InputError("formula", mixed, hint="use a product, a:b")
        return levels.pop()

    @cached_property
    def categorical(self) -> str | None:
        """The variable of which this is the categories."""
        name = self.parsed.category or self.parsed.name
        return name if self.level and name and (self.parsed.category or not _is_number(self._variable(name))) else None

    @cached_property
    def levels(self) -> tuple[Any, ...]:
        return self.data.levels(self.categorical) if self.categorical else ()

    def columns(self, reduced: bool) -> list[tuple[str, str, Floats]]:
        """Return level, name and values of each column; without that of the first level if reduced."""
        if not self.categorical:
            return [(self.level, self.parsed.text, self._numbers)]
        names = [f"{self.parsed.text}[{'T.' if reduced else ''}{label}]" for label in self.levels]
        every = [(self.level, name, values) for name, values in zip(names, self._members, strict=True)]
        return every[1:] if reduced else every

    @cached_property
    def _members(self) -> list[Floats]:
        values = self._variable(str(self.categorical))
        plain = values if isinstance(values, np.ndarray) else values.to_numpy()
        found = [np.asarray(plain == level, dtype=np.float64) for level in self.levels]
        unknown = ~np.any(found, axis=0)
        if self.data.strict and self.level != ALTERNATIVE and unknown.any():
            raise InputError(
                "formula",
                f"{self.parsed.text!r} has {int(unknown.sum())} values that are no level of the estimates",
                hint="estimate on data in which every level occurs",
            )
        return found

    @cached_property
    def _numbers(self) -> Floats:
        values = {name: self._floats(name) for name in self.parsed.variables}
        if self.parsed.name and self.level == PAIR and self._variable(self.parsed.name).dtype == np.float64:
            return np.asarray(self._variable(self.parsed.name))  # as it is, without a copy
        found = self.parsed.values(values)
        bad = int((~np.isfinite(found)).sum())
        if bad:
            problem = f"{self.parsed.text!r} is not defined for {bad} of {found.size} values"
            raise InputError("formula", problem, hint="log and sqrt need positive numbers")
        return found

    def _floats(self, name: str) -> Floats:
        values = self._variable(name)
        if not _is_number(values):
            raise InputError("formula", f"{self.parsed.text!r} computes with {name!r}, which holds no numbers")
        floats = np.asarray(values if isinstance(values, np.ndarray) else values.to_numpy(float, na_value=np.nan))
        if np.isnan(floats).any():
            raise InputError("formula", f"missing values in {name!r}", hint=GIVE_MEANING)
        return floats

    def _variable(self, name: str) -> Any:  # noqa: ANN401 - an array or a series
        return self.data.variable(name)


def _is_number(values: pd.Series | NDArray[Any]) -> bool:
    return pd.api.types.is_numeric_dtype(values.dtype)


def _design(columns: Sequence[_Column], data: _Data, coding: Coding) -> Design:
    """Sort the factors of the columns into base functions, and the choosers into types."""
    own = np.column_stack([column.factors.get(CHOOSER, np.ones(len(data.choosers))) for column in columns])
    distinct, types = np.unique(own, axis=0, return_inverse=True)
    if len(distinct) > MOST_TYPES:
        columns = [_built_out(column, data) for column in columns]
        distinct, types = np.ones((1, len(columns))), np.zeros(len(data.choosers), dtype=np.intp)
    bases = _Bases()
    places = [bases.place(column) for column in columns]
    maps = np.zeros((len(distinct), len(bases.pairs) + len(bases.columns), len(columns)))
    for term, (level, place) in enumerate(places):
        maps[:, place + (len(bases.pairs) if level == ALTERNATIVE else 0), term] = distinct[:, term]
    return Design(
        situations=data.choosers.index,
        alternatives=data.alternatives.index,
        pairs=bases.pairs,
        columns=pd.DataFrame(bases.columns, index=data.alternatives.index),
        types=types.reshape(-1).astype(np.intp),
        maps=maps,
        terms=[column.name for column in columns],
        about={column.name: column.term for column in columns},
        coding=coding,
    )


def _built_out(column: _Column, data: _Data) -> _Column:
    """Multiply a chooser's variable into the pairs, because there are too many types of choosers."""
    if CHOOSER not in column.factors:
        return column
    pair = column.factors.get(PAIR, np.ones((len(data.choosers), 1)))
    alternative = column.factors.get(ALTERNATIVE, np.ones(len(data.alternatives)))
    return replace(column, factors={PAIR: pair * column.factors[CHOOSER][:, None] * alternative})


class _Bases:
    """Base functions by name, each kept once though several terms use it."""

    def __init__(self) -> None:
        self.pairs: dict[str, Floats] = {}
        self.columns: dict[str, Floats] = {}

    def place(self, column: _Column) -> tuple[str, int]:
        """Return the level and the number of the base function of a column, which is added if it is new."""
        pair, alternative = column.factors.get(PAIR), column.factors.get(ALTERNATIVE)
        if pair is None:
            return ALTERNATIVE, _number(self.columns, column.name, np.asarray(alternative))
        values = pair if alternative is None else pair * alternative
        return PAIR, _number(self.pairs, column.name, values)


def _number(known: dict[str, Floats], name: str, values: Floats) -> int:
    for place, other in enumerate(known.values()):
        if np.array_equal(other, values):
            return place
    known[name] = values
    return len(known) - 1
