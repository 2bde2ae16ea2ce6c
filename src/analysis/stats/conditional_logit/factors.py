"""The factors of a formula over variables of pairs, alternatives and choosers: each evaluated at its own level."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import InputError, nearest
from analysis.formula import NUMBER, Factor
from analysis.stats.conditional_logit.design import Coding
from analysis.stats.conditional_logit.input import Floats, listed
from analysis.stats.conditional_logit.pairs import ByRows, Pairs, Rows, blocks, made

FUNCTIONS: Mapping[str, Callable[[Any], Any]] = {
    "log": np.log,
    "log1p": np.log1p,
    "log2": np.log2,
    "log10": np.log10,
    "exp": np.exp,
    "sqrt": np.sqrt,
    "abs": np.abs,
}
ARITHMETIC: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.Pow: np.power,
}
PAIR, ALTERNATIVE, CHOOSER = "pair", "alternative", "chooser"
GIVE_MEANING = "decide what a missing value means before estimating"


@dataclass(frozen=True, eq=False)
class LevelledData:
    """Variables at three levels, and how their categories are coded.

    Parameters
    ----------
    pairs, alternatives, choosers : As `analysis.stats.conditional_logit.design_from_formula` takes them.
    coding : Levels of categories; those that occur of a variable that is not in it.
    strict : Whether every chooser and pair must be of a level of the coding.
    used : The levels that were used.
    """

    pairs: Mapping[str, Pairs]
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
        by_level: dict[str, Any] = {PAIR: self.pairs, ALTERNATIVE: self.alternatives, CHOOSER: self.choosers}
        return by_level[self.level_of[name]][name]

    def levels(self, name: str) -> tuple[Any, ...]:
        """Return the levels of a category, the reference first, and add them to `used`."""
        if name not in self.used:
            known = self.coding.get(name)
            self.used[name] = _levels(self.variable(name), name) if known is None else tuple(known)
        return self.used[name]


def _levels(values: Any, name: str) -> tuple[Any, ...]:  # noqa: ANN401 - an array or a series
    """Return the values that occur: categories in their own order, others sorted."""
    if isinstance(values, ByRows):
        values = np.concatenate([np.unique(values[rows]) for rows in blocks(values.shape)])
    codes = pd.Categorical(np.ravel(values) if isinstance(values, np.ndarray) else values)
    if (codes.codes < 0).any():
        raise InputError("formula", f"missing values in {name!r}", hint=GIVE_MEANING)
    return tuple(codes.remove_unused_categories().categories)


@dataclass(frozen=True, eq=False)
class LevelledFactor:
    """A factor with the data: its level, and its columns, evaluated once over all choosers."""

    parsed: Factor
    data: LevelledData

    @cached_property
    def level(self) -> str:
        unknown = sorted(self.parsed.variables - set(self.data.level_of))
        if unknown:
            hint = nearest(unknown[0], self.data.level_of)
            allowed = listed(self.data.level_of, 20)
            raise InputError("formula", f"no variable {unknown[0]!r}", allowed=allowed, hint=hint)
        levels = {self.data.level_of[name] for name in self.parsed.variables}
        if not levels:
            raise InputError("formula", f"{self.parsed.text!r} holds no variable", hint="leave it out")
        if len(levels) != 1:
            mixed = f"{self.parsed.text!r} mixes variables of {listed(sorted(levels))}"
            raise InputError("formula", mixed, hint="use a product, a:b")
        return levels.pop()

    @cached_property
    def categorical(self) -> str | None:
        """The variable of which this is the categories."""
        name = self.parsed.category or self.parsed.name
        return (
            name if self.level and name and (self.parsed.category or not _is_number(self.data.variable(name))) else None
        )

    @cached_property
    def levels(self) -> tuple[Any, ...]:
        return self.data.levels(self.categorical) if self.categorical else ()

    def columns(self, reduced: bool) -> list[tuple[str, str, Pairs]]:
        """Return level, name and values of each column; without that of the first level if reduced."""
        if not self.categorical:
            return [(self.level, self.parsed.text, self._numbers)]
        names = [f"{self.parsed.text}[{'T.' if reduced else ''}{label}]" for label in self.levels]
        every = [(self.level, name, values) for name, values in zip(names, self._members, strict=True)]
        return every[1:] if reduced else every

    @cached_property
    def _members(self) -> list[Pairs]:
        values = self.data.variable(str(self.categorical))
        plain = values.to_numpy() if isinstance(values, pd.Series) else values
        known = [self._known(plain[rows]) for rows in parts(plain)]
        unknown = sum(int((~each).sum()) for each in known)
        if self.data.strict and self.level != ALTERNATIVE and unknown:
            raise InputError(
                "formula",
                f"{self.parsed.text!r} has {unknown} values that are no level of the estimates",
                hint="estimate on data in which every level occurs",
            )
        return [by_parts(partial(_is, plain, level), plain) for level in self.levels]

    def _known(self, plain: NDArray[Any]) -> NDArray[np.bool_]:
        """Return which values are of a level; none may be missing."""
        if pd.isna(plain).any():
            raise InputError("formula", f"missing values in {self.categorical!r}", hint=GIVE_MEANING)
        return np.asarray(np.any([plain == level for level in self.levels], axis=0))

    @cached_property
    def _numbers(self) -> Pairs:
        values = {name: self._floats(name) for name in sorted(self.parsed.variables)}
        if self.parsed.name and self.level == PAIR and self.data.variable(self.parsed.name).dtype == np.float64:
            return values[self.parsed.name]  # as it is, without a copy
        first = next(iter(values.values()))
        numbers = by_parts(lambda rows: computed(self.parsed, {name: v[rows] for name, v in values.items()}), first)
        bad = sum(int((~np.isfinite(numbers[rows])).sum()) for rows in parts(numbers))
        if bad:
            problem = f"{self.parsed.text!r} is not defined for {bad} of {int(np.prod(numbers.shape))} values"
            raise InputError("formula", problem, hint="log and sqrt need positive numbers")
        return numbers

    def _floats(self, name: str) -> Pairs:
        values = self.data.variable(name)
        if not _is_number(values):
            raise InputError("formula", f"{self.parsed.text!r} computes with {name!r}, which holds no numbers")
        floats = values.to_numpy(float, na_value=np.nan) if isinstance(values, pd.Series) else values
        if any(np.isnan(floats[rows]).any() for rows in parts(floats)):
            raise InputError("formula", f"missing values in {name!r}", hint=GIVE_MEANING)
        return floats


def _is(plain: Any, level: object, rows: Rows) -> NDArray[np.bool_]:  # noqa: ANN401 - of numbers or words
    return np.asarray(plain[rows] == level)


def parts(values: Pairs) -> Iterable[slice]:
    """Return slices of rows that together are all: of pairs, as many as the budget has; else one.

    Parameters
    ----------
    values : Of pairs, or of choosers or alternatives.
    """
    return [slice(None)] if isinstance(values, np.ndarray) else blocks(values.shape)


def by_parts(of: Callable[[Rows], Any], like: Pairs) -> Pairs:
    """Make values that have the shape of others: at once where these are there, else by rows.

    Parameters
    ----------
    of : Makes rows.
    like : Of pairs, or of choosers or alternatives.
    """
    if isinstance(like, np.ndarray):
        return np.asarray(of(slice(None)), dtype=np.float64)
    return made(like.shape, lambda rows: np.asarray(of(rows), dtype=np.float64))


def _is_number(values: pd.Series | Pairs) -> bool:
    return pd.api.types.is_numeric_dtype(values.dtype)


def computed(factor: Factor, of: Mapping[str, Floats]) -> Floats:
    """Compute a factor from the values of its variables.

    Parameters
    ----------
    factor : Parsed.
    of : Values by variable, all of one shape.

    Returns
    -------
    array
        Of the same shape; not finite where the factor is not defined.
    """
    with np.errstate(all="ignore"):
        return np.asarray(_computed(factor.tree, of), dtype=np.float64)


def _computed(node: ast.expr, of: Mapping[str, Floats]) -> Any:  # noqa: ANN401 - a number or an array
    match node:
        case ast.Name():
            return of[node.id]
        case ast.Constant():
            return float(node.value)  # type: ignore[arg-type]
        case ast.BinOp():
            return ARITHMETIC[type(node.op)](_computed(node.left, of), _computed(node.right, of))
        case ast.UnaryOp():
            value = _computed(node.operand, of)
            return -value if isinstance(node.op, ast.USub) else value
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            value = _computed(argument, of)
            return value if name == NUMBER else FUNCTIONS[name](value)
    raise AssertionError(f"{ast.dump(node)} was checked before")
