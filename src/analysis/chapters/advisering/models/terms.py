"""From pupils to the terms of a regression: which factors there are, and what each term is compared with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.chapters.advisering.models.definitions import (
    ADVISINGS,
    EDUCATION,
    ORIGINS,
    UNDER_NOT_REVISED,
    UNDER_REVISED,
)
from analysis.errors import ModelError, Reason
from analysis.stats.cells import PupilCells, collapse, row_codes
from analysis.stats.complete import check_complete

TEN_POINTS = 0.1

Has = Callable[[pd.DataFrame], "pd.Series[Any]"]


def _is(column: str, value: str) -> Has:
    return lambda rows: rows[column] == value


HAS: Mapping[str, Mapping[str, Has]] = {
    "education": {level: _is("education", level) for level in ("laag", "middelbaar", "onbekend")},
    "background": {kind: _is("origin", ORIGINS[kind]) for kind in ("nonwestern", "western")},
    "income": {"low_income": _is("income", "low"), "high_income": _is("income", "high")},
    "one_parent": {"one_parent": lambda rows: rows["one_parent"].astype(bool)},
    "sex": {"girl": _is("sex", "v")},
    "share_hoog": {"share_hoog": lambda rows: rows["share_hoog"] / TEN_POINTS},
    "advising": {
        "under_unrevised": _is("advising", UNDER_NOT_REVISED),
        "revised": _is("advising", UNDER_REVISED),
        "over": _is("advising", ADVISINGS[3]),
    },
}
"""Who has each term, by factor: a factor is a column, and where that is absent its terms are too."""

FACTORS = {factor: tuple(own) for factor, own in HAS.items()}
"""Terms by factor; the references are hoog, no background, a middle income, two parents, boys, and equal advice."""

SCHOOL = ("share_hoog",)
FEWEST = 2
"""A term is reported when at least so many pupils have it and so many do not; fewer are `lone`, and in no model."""

KNOWN = {
    "education": EDUCATION,
    "income": ("low", "middle", "high"),
    "sex": ("m", "v"),
}

Floats = NDArray[np.floating[Any]]


def group_terms(rows: pd.DataFrame) -> pd.DataFrame:
    """Compute the terms of `FACTORS`.

    Parameters
    ----------
    rows : one row per pupil, with the columns from which the factors follow

    Returns
    -------
    DataFrame : a 0/1 column per term; `share_hoog` in tens of percentage points

    Raises
    ------
    ModelError
        For a code that is not known: it would pass for the reference.
    """
    for name, known in KNOWN.items():
        unknown = sorted(set(rows[name].unique()) - set(known)) if name in rows else []
        if unknown:
            raise ModelError(f"{name}: unknown codes {', '.join(map(repr, unknown))}", Reason.INVALID)
    terms = {term: has(rows) for factor in factors_in(rows) for term, has in HAS[factor].items()}
    return pd.DataFrame(terms, index=rows.index).astype(float)


def factors_in(rows: pd.DataFrame, without: Sequence[str] = ()) -> list[str]:
    """Return the factors whose column is there.

    Parameters
    ----------
    rows, without : one row per pupil, and the factors left out

    Returns
    -------
    list : in the order of `FACTORS`
    """
    return [factor for factor in FACTORS if factor in rows and factor not in without]


def indicators(values: pd.Series, levels: Sequence[object], name: str) -> pd.DataFrame:
    """Compute a 0/1 column of every level but the first.

    Parameters
    ----------
    values, levels : of one column, and its levels with the reference first
    name : prefix of the columns

    Returns
    -------
    DataFrame : shape (rows, levels - 1)
    """
    columns = {f"{name} {level}": (values == level).astype(float) for level in levels[1:]}
    return pd.DataFrame(columns, index=values.index)


def with_years(rows: pd.DataFrame) -> pd.DataFrame:
    """Compute the terms of `FACTORS` and of years.

    Parameters
    ----------
    rows : as in `group_terms`, with ``year``

    Returns
    -------
    DataFrame : the terms; the first year is the reference
    """
    return group_terms(rows).join(_year_terms(rows))


def cells_of(rows: pd.DataFrame, outcome: str = "y", without: Sequence[str] = ()) -> PupilCells:
    """Count pupils by the terms of all factors, bands and years; see `cells.collapse`.

    Who is `lone` is not counted: with a term of its own such a pupil would say nothing of the other terms, and without
    one it would be counted with the reference.

    Parameters
    ----------
    rows : one row per pupil
    outcome : its column
    without : factors left out

    Returns
    -------
    PupilCells : of all others
    """
    columns = [*factors_in(rows, without), "band", "year"]
    check_complete(rows, [*columns, outcome, "location"], outcome)
    counted = rows["band"].value_counts()
    cells = collapse(rows, columns, partial(_layout, bands=list(counted[counted > 0].index)), outcome)
    alone = lone(cells.X, cells.count)
    if alone.any():
        return cells_of(rows[~alone[row_codes(rows, columns)]], outcome, without)
    return cells


def lone(X: pd.DataFrame, count: Floats) -> NDArray[np.bool_]:
    """Find the cells of pupils who have a term, or lack one, with fewer than `FEWEST` in all.

    Parameters
    ----------
    X, count : terms and pupils of each cell, shapes (cells, terms) and (cells,)

    Returns
    -------
    array of bool : shape (cells,)
    """
    names = [name for own in FACTORS.values() for name in own if name in X] + _years(X)
    numbers, zero_one = _zero_one(X[names])
    having_it, total = numbers[:, zero_one] == 1, count.sum()
    having = count @ having_it
    few, all_but_few = (having > 0) & (having < FEWEST), (having < total) & (total - having < FEWEST)
    return np.asarray((having_it & few).any(axis=1) | (~having_it & all_but_few).any(axis=1), dtype=np.bool_)


def least(X: pd.DataFrame, count: Floats) -> pd.Series[int]:
    """Count per term the pupils in the smaller of its group and all others; for a number, all pupils.

    Parameters
    ----------
    X, count : terms and pupils of each cell, shapes (cells, terms) and (cells,)

    Returns
    -------
    Series : pupils by term
    """
    numbers, zero_one = _zero_one(X)
    having, total = count @ numbers, count.sum()
    smaller = np.where(zero_one, np.minimum(having, total - having), total)
    return pd.Series(smaller.round().astype(int), X.columns)


def factors_of(X: pd.DataFrame, count: Floats, without: Sequence[str] = ()) -> dict[str, list[str]]:
    """Find the terms that enough pupils have and enough have not.

    Parameters
    ----------
    X, count : terms and pupils of each cell, shapes (cells, terms) and (cells,)
    without : factors left out

    Returns
    -------
    dict : such terms by factor, years among them; no factor without any
    """
    smaller = least(X, count)
    differs = {name: X[name].min() < X[name].max() and smaller[name] >= FEWEST for name in map(str, X)}
    named = {**FACTORS, "year": _years(X)}
    factors = {name: [term for term in own if differs.get(term)] for name, own in named.items() if name not in without}
    return {name: own for name, own in factors.items() if own}


def _year_terms(rows: pd.DataFrame) -> pd.DataFrame:
    return indicators(rows["year"], sorted(rows["year"].unique()), "year")


def _years(X: pd.DataFrame) -> list[str]:
    return [str(name) for name in X if str(name).startswith("year ")]


def _zero_one(X: pd.DataFrame) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the values, and which terms are 0 or 1."""
    numbers = X.to_numpy()
    return numbers, ((numbers == 0) | (numbers == 1)).all(axis=0)


def _layout(rows: pd.DataFrame, bands: Sequence[str]) -> pd.DataFrame:
    return group_terms(rows).join([indicators(rows["band"], bands, "band"), _year_terms(rows)])


@dataclass(frozen=True)
class Terms:
    """The terms of a model.

    Parameters
    ----------
    factors : reported terms by factor
    bands
        Indicators of the bands, which are conditioned on and not reported; the band with most pupils is the reference.
    """

    factors: Mapping[str, Sequence[str]]
    bands: Sequence[str]

    @classmethod
    def of(cls, cells: PupilCells, without: Sequence[str] = ()) -> Terms:
        """Find the terms that the pupils of cells identify.

        Parameters
        ----------
        cells, without : as `cells_of` returns them, and the factors left out

        Returns
        -------
        Terms : bands and years among them
        """
        bands = [str(name) for name in cells.X if str(name).startswith("band ")]
        return cls(factors_of(cells.X, cells.count, without), bands)

    @property
    def names(self) -> list[str]:
        """All of them."""
        return [*self.factor_of(), *self.bands]

    def alone(self, factor: str) -> Terms:
        """Select one factor.

        Parameters
        ----------
        factor : of `factors`

        Returns
        -------
        Terms : of that factor, bands and years
        """
        return Terms({name: own for name, own in self.factors.items() if name in (factor, "year")}, self.bands)

    def factor_of(self) -> dict[str, str]:
        """Return the factor of each reported term."""
        return {term: name for name, own in self.factors.items() for term in own}
