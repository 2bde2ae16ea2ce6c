"""From a formula over variables of pairs, alternatives and choosers to a `Design`.

The language is that of statsmodels and linearmodels (formulaic). A set of alternatives has its own constant, which
drops out of the choice, and so does everything that differs between choosers alone: such parts count in the coding of
categories, and have no term.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from formulaic import Formula, ModelSpec, model_matrix
from formulaic.errors import FormulaicError

from analysis.errors import InputError, nearest
from analysis.models.conditional_logit.design import Design
from analysis.models.conditional_logit.input import Floats, listed

FUNCTIONS = {"log": np.log, "log1p": np.log1p, "exp": np.exp, "sqrt": np.sqrt, "abs": np.abs}
MOST_TYPES = 64
"""Types of choosers; where there are more, an interaction with a chooser's variable is built out over the pairs."""

PAIR, ALTERNATIVE, CHOOSER = "pair", "alternative", "chooser"


def design_from_formula(
    formula: str, pairs: Mapping[str, Floats], alternatives: pd.DataFrame, choosers: pd.DataFrame
) -> Design:
    """Make the design of a formula such as ``distance_km + log1p(distance_km) + C(concept) + share_hoog:C(education)``.

    Parameters
    ----------
    formula
        Right-hand side. Functions: log, log1p, exp, sqrt, abs, and formulaic's own, such as ``C()`` and ``bs()``.
    pairs
        Variables of pairs: choosers x alternatives.
    alternatives, choosers
        Variables of the alternatives and of the choosers, indexed by their labels.

    Returns
    -------
    Design
        One term per column that formulaic would make, without those that are the same for every alternative.

    Raises
    ------
    InputError
        The formula cannot be read, names a variable that is not there or that lies at two levels, holds a value that is
        missing, or leaves no term.
    """
    data = _Data(pairs, alternatives, choosers)
    columns = [column for column in _columns(formula, data) if not column.absorbed]
    if not columns:
        raise InputError("formula", "no term differs between alternatives", given=formula)
    return _design(columns, data)


@dataclass(frozen=True, eq=False)
class _Data:
    pairs: Mapping[str, Floats]
    alternatives: pd.DataFrame
    choosers: pd.DataFrame

    @cached_property
    def level_of(self) -> dict[str, str]:
        names = [*self.pairs, *self.alternatives.columns, *self.choosers.columns]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise InputError("formula", f"variables of two levels: {listed(twice)}", hint="rename one of each")
        levels = (PAIR, self.pairs), (ALTERNATIVE, self.alternatives), (CHOOSER, self.choosers)
        return {str(name): level for level, variables in levels for name in variables}

    def example(self) -> pd.DataFrame:
        """Return a frame in which every value of the choosers and of the alternatives occurs: enough to see columns."""
        rows = np.arange(max(len(self.choosers), len(self.alternatives)))
        frames = [frame.iloc[rows % len(frame)].reset_index(drop=True) for frame in (self.alternatives, self.choosers)]
        some = {name: values[rows % len(values), rows % values.shape[1]] for name, values in self.pairs.items()}
        return pd.concat([*frames, pd.DataFrame(some, index=rows)], axis=1)

    def frame(self, level: str) -> pd.DataFrame:
        if level == PAIR:
            return pd.DataFrame({name: values.ravel() for name, values in self.pairs.items()}, copy=False)
        return self.alternatives if level == ALTERNATIVE else self.choosers


@dataclass(frozen=True, eq=False)
class _Column:
    """One column of the formula: its name, and its values at each level as a product of factors."""

    name: str
    factors: Mapping[str, Floats]

    @property
    def absorbed(self) -> bool:
        return set(self.factors) <= {CHOOSER}


def _columns(formula: str, data: _Data) -> Iterator[_Column]:
    try:
        asked = Formula(formula)
        own = " + ".join(sorted({_own_part(term, data) for term in asked} - {""}))
        whole = f"1 + {own} + {formula}" if own else f"1 + {formula}"
        spec = model_matrix(whole, data.example(), context=FUNCTIONS, na_action="raise").model_spec
    except (FormulaicError, ValueError, TypeError) as error:
        raise InputError("formula", _reason(error, data), given=formula, hint=_hint(data)) from error
    values = _Factors(spec, data)
    for encoded in spec.structure:
        for scoped in encoded.scoped_terms:
            yield from _products(scoped, values)


def _own_part(term: Any, data: _Data) -> str:  # noqa: ANN401 - formulaic's terms have no public type
    """Return the part of a term that differs between choosers alone."""
    factors = [str(factor.expr) for factor in term.factors if str(factor.expr) != "1"]
    return ":".join(factor for factor in factors if _level(factor, data) == CHOOSER)


def _products(scoped: Any, values: _Factors) -> Iterator[_Column]:  # noqa: ANN401 - as above
    """Multiply the columns of the factors of a term, values of the same level with each other."""
    for combination in product(*(values.columns(f.factor.expr, f.reduced) for f in scoped.factors)):
        found: dict[str, Floats] = {}
        for _, level, column in combination:
            found[level] = found[level] * column if level in found else column
        yield _Column(":".join(name for name, _, _ in combination), found)


@dataclass(frozen=True, eq=False)
class _Factors:
    """The columns of single factors, each evaluated once, at the level of its variables."""

    spec: ModelSpec
    data: _Data

    @cached_property
    def _known(self) -> dict[str, tuple[str, Floats, list[str]]]:
        return {}

    def columns(self, expression: str, reduced: bool) -> list[tuple[str, str, Floats]]:
        level, built, labels = self._evaluated(expression)
        if not labels:
            return [(expression, level, built[..., 0])]
        names = [f"{expression}[{'T.' if reduced else ''}{label}]" for label in labels]
        every = [(name, level, built[..., place]) for place, name in enumerate(names)]
        return every[1:] if reduced else every

    def _evaluated(self, expression: str) -> tuple[str, Floats, list[str]]:
        if expression not in self._known:
            level = _level(expression, self.data)
            contrasts = {str(factor): state for factor, state in self.spec.factor_contrasts.items()}
            labels = [str(label) for label in contrasts[expression].levels] if expression in contrasts else []
            self._known[expression] = level, self._built(expression, level), labels
        return self._known[expression]

    def _built(self, expression: str, level: str) -> Floats:
        if level == PAIR and expression in self.data.pairs:
            return self.data.pairs[expression][..., None]
        matrix = model_matrix(f"0 + {expression}", self.data.frame(level), context=FUNCTIONS, na_action="raise")
        built = np.asarray(matrix, dtype=np.float64)
        return built.reshape(len(self.data.choosers), len(self.data.alternatives), -1) if level == PAIR else built


def _level(expression: str, data: _Data) -> str:
    """Tell at which level a factor lies: that of its variables."""
    words = {str(name) for name in Formula(f"0 + {expression}").required_variables} - set(FUNCTIONS)
    unknown = sorted(words - set(data.level_of))
    if unknown:
        hint = nearest(unknown[0], data.level_of)
        raise InputError("formula", f"no variable {unknown[0]!r}", allowed=listed(data.level_of, 20), hint=hint)
    levels = {data.level_of[name] for name in words}
    if len(levels) != 1:
        mixed = f"{expression!r} mixes variables of {listed(sorted(levels))}"
        raise InputError("formula", mixed, hint="use a product, a:b")
    return levels.pop()


def _gaps(data: _Data) -> list[str]:
    frames = data.alternatives, data.choosers
    return [str(name) for frame in frames for name in frame if frame[name].isna().any()]


def _reason(error: Exception, data: _Data) -> str:
    return f"missing values in {listed(_gaps(data))}" if _gaps(data) else f"cannot be evaluated: {error}"


def _hint(data: _Data) -> str | None:
    return "decide what a missing value means before estimating" if _gaps(data) else None


def _design(columns: Sequence[_Column], data: _Data) -> Design:
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
    )


def _built_out(column: _Column, data: _Data) -> _Column:
    """Multiply a chooser's variable into the pairs, because there are too many types of choosers."""
    if CHOOSER not in column.factors:
        return column
    pair = column.factors.get(PAIR, np.ones((len(data.choosers), 1)))
    alternative = column.factors.get(ALTERNATIVE, np.ones(len(data.alternatives)))
    return _Column(column.name, {PAIR: pair * column.factors[CHOOSER][:, None] * alternative})


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
