"""From a formula over variables of pairs, alternatives and choosers to a `ChoiceDesign`.

The language is that of statsmodels and linearmodels, as far as `analysis.formula` offers it. A set of alternatives has
its own constant, which drops out of the choice, and so does everything that differs between choosers alone: such parts
count in the coding of categories, and have no term.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from formulaic import Formula, model_matrix
from formulaic.errors import FormulaicError

from analysis.errors import InputError
from analysis.formula import Factor, check_formula
from analysis.stats.conditional_logit.design import ChoiceDesign, Coding, Term
from analysis.stats.conditional_logit.factors import (
    ALTERNATIVE,
    CHOOSER,
    PAIR,
    LevelledData,
    LevelledFactor,
    by_parts,
    parts,
)
from analysis.stats.conditional_logit.input import Floats
from analysis.stats.conditional_logit.pairs import Pairs, made

MOST_TYPES = 64
"""Types of choosers; where there are more, an interaction with a chooser's variable is built out over the pairs."""


def design_from_formula(
    formula: str,
    pairs: Mapping[str, Pairs],
    alternatives: pd.DataFrame,
    choosers: pd.DataFrame,
    codings: Sequence[Coding] = (),
) -> ChoiceDesign:
    """Code a formula such as ``distance_km + log1p(distance_km) + C(concept) + share_hoog:C(education)``.

    Parameters
    ----------
    formula : Right-hand side, in the language of `analysis.formula`. Whether it has a constant makes no difference.
    pairs : Variables of pairs: choosers x alternatives.
    alternatives, choosers : Variables of the alternatives and of the choosers, indexed by their labels.
    codings
        Levels of categories by variable, as a design has them (`coding`); levels that occur where a variable is
        not in it. An alternative of another level is of none. Of several codings the design has the terms of each; a
        chooser or a pair need not be of a level of all of them.

    Returns
    -------
    ChoiceDesign
        One term per column that formulaic would make, without those that are the same for every alternative.

    Raises
    ------
    InputError
        The formula cannot be read, holds something that is not offered, names a variable that is not there or that
        is at two levels, holds a value that is missing, or leaves no term; a chooser or a pair has a level that the
        coding has not.
    """
    check_formula(formula)
    by_coding = [LevelledData(pairs, alternatives, choosers, coding, len(codings) < 2) for coding in codings or ({},)]
    columns = {
        column.name: column
        for data in by_coding
        for column in _columns(formula, data)
        if not set(column.factors) <= {CHOOSER}
    }  # a column of one name is the same in every coding: one level against all others
    if not columns:
        raise InputError("formula", "no term differs between alternatives", given=formula)
    return _design(list(columns.values()), by_coding[0], by_coding[0].used if len(by_coding) == 1 else {})


@dataclass(frozen=True, eq=False)
class _Column:
    """One column of the formula: its name, and its values at each level as a product of factors."""

    name: str
    factors: Mapping[str, Pairs]
    term: Term


def _columns(formula: str, data: LevelledData) -> Iterator[_Column]:
    factors = {text: LevelledFactor(Factor.of(text), data) for term in _terms(formula) for text in term}
    kinds = tuple((text, bool(each.categorical), each.level == CHOOSER) for text, each in factors.items())
    for scoped in _scoped(formula, kinds):
        yield from _products([(factors[text], reduced) for text, reduced in scoped])


@lru_cache(maxsize=256)
def _terms(formula: str) -> tuple[tuple[str, ...], ...]:
    """Split a formula into terms, and these into factors; the constant is no term."""
    try:
        parsed = Formula(f"{formula} + 1")
    except (FormulaicError, ValueError, TypeError) as error:
        raise InputError("formula", f"cannot be evaluated: {error}", given=formula) from error
    terms = (tuple(str(factor.expr) for factor in term.factors if str(factor.expr) != "1") for term in parsed)
    return tuple(term for term in terms if term)


@lru_cache(maxsize=256)
def _scoped(formula: str, kinds: tuple[tuple[str, bool, bool], ...]) -> list[list[tuple[str, bool]]]:
    """Decide which columns there are: factors by term, with whether their first category is left out.

    Formulaic decides it, on stand-ins for the factors: it sees which are categories, and evaluates nothing. `kinds`:
    of every factor whether it is of categories, and whether of choosers alone, which counts in the coding, for it would
    be a part of the constant of each chooser.
    """
    stand_in = {text: f"f{number}" for number, (text, _, _) in enumerate(kinds)}
    of_choosers = {text for text, _, alone in kinds if alone}
    terms = _terms(formula)
    own = [tuple(text for text in term if text in of_choosers) for term in terms]
    parts = [":".join(stand_in[text] for text in term) for term in [*own, *terms] if term]
    example = pd.DataFrame({stand_in[text]: list("ab") if categories else [0.0, 1.0] for text, categories, _ in kinds})
    spec = model_matrix(" + ".join(["1", *dict.fromkeys(parts)]), example).model_spec
    text_of = {name: text for text, name in stand_in.items()}
    scoped_terms = [scoped for encoded in spec.structure for scoped in encoded.scoped_terms]
    return [[(text_of[str(each.factor.expr)], each.reduced) for each in scoped.factors] for scoped in scoped_terms]


def _products(factors: Sequence[tuple[LevelledFactor, bool]]) -> Iterator[_Column]:
    """Multiply the columns of the factors of a term, values of the same level with each other."""
    variables = frozenset[str]().union(*(factor.parsed.variables for factor, _ in factors))
    reference = ", ".join(str(factor.levels[0]) for factor, reduced in factors if factor.levels and reduced)
    for combination in product(*(factor.columns(reduced) for factor, reduced in factors)):
        by_level: dict[str, Pairs] = {}
        for level, _, column in combination:
            by_level[level] = _times(by_level[level], column) if level in by_level else column
        yield _Column(":".join(name for _, name, _ in combination), by_level, Term(variables, reference))


def _design(columns: Sequence[_Column], data: LevelledData, coding: Coding) -> ChoiceDesign:
    """Sort the factors of the columns into base functions, and the choosers into types."""
    own = np.column_stack([np.asarray(column.factors.get(CHOOSER, np.ones(len(data.choosers)))) for column in columns])
    distinct, types = np.unique(own, axis=0, return_inverse=True)
    if len(distinct) > MOST_TYPES:
        columns = [_built_out(column, data) for column in columns]
        distinct, types = np.ones((1, len(columns))), np.zeros(len(data.choosers), dtype=np.intp)
    of_pairs: dict[str, Pairs] = {}
    of_alternatives: dict[str, Floats] = {}
    positions = [_base(column, of_pairs, of_alternatives) for column in columns]
    maps = np.zeros((len(distinct), len(of_pairs) + len(of_alternatives), len(columns)))
    for term, (level, position) in enumerate(positions):
        maps[:, position + (len(of_pairs) if level == ALTERNATIVE else 0), term] = distinct[:, term]
    return ChoiceDesign(
        situations=data.choosers.index,
        alternatives=data.alternatives.index,
        pairs=of_pairs,
        columns=pd.DataFrame(of_alternatives, index=data.alternatives.index),
        types=types.reshape(-1).astype(np.intp),
        maps=maps,
        terms=[column.name for column in columns],
        about={column.name: column.term for column in columns},
        coding=coding,
    )


def _built_out(column: _Column, data: LevelledData) -> _Column:
    """Multiply a chooser's variable into the pairs, because there are too many types of choosers."""
    if CHOOSER not in column.factors:
        return column
    pair = column.factors.get(PAIR, np.ones((len(data.choosers), 1)))
    alternative = np.asarray(column.factors.get(ALTERNATIVE, np.ones(len(data.alternatives))))
    own, shape = np.asarray(column.factors[CHOOSER]), (len(data.choosers), len(data.alternatives))
    return replace(column, factors={PAIR: made(shape, lambda rows: pair[rows] * own[rows][:, None] * alternative)})


def _times(one: Pairs, other: Pairs) -> Pairs:
    """Multiply values of one level."""
    return by_parts(lambda rows: one[rows] * other[rows], one if isinstance(other, np.ndarray) else other)


def _base(column: _Column, of_pairs: dict[str, Pairs], of_alternatives: dict[str, Floats]) -> tuple[str, int]:
    """Return the level and the number of the base function of a column; several terms may use one."""
    pair, alternative = column.factors.get(PAIR), column.factors.get(ALTERNATIVE)
    if pair is None:
        return ALTERNATIVE, _number(of_alternatives, column.name, np.asarray(alternative))
    if alternative is None:
        return PAIR, _number(of_pairs, column.name, pair)
    worth = np.asarray(alternative)
    return PAIR, _number(of_pairs, column.name, by_parts(lambda rows: pair[rows] * worth, pair))


def _number(known: dict[str, Any], name: str, values: Pairs) -> int:
    """Return the number of a base function, which is added if it is new."""
    for number, other in enumerate(known.values()):
        if all(np.array_equal(other[rows], values[rows]) for rows in parts(values)):
            return number
    known[name] = values
    return len(known) - 1
