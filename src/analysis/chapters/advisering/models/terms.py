"""From pupils to the terms of a regression: which factors there are, and what each term is compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.chapters.advisering.models.definitions import ADVISINGS, UNDER_NOT_REVISED, UNDER_REVISED
from analysis.errors import ModelError, Reason
from analysis.stats.cells import PupilCells, collapse, row_codes
from analysis.stats.complete import check_complete

NONWESTERN = ("moroccan", "turkish", "surinamese", "other_nonwestern")
BACKGROUNDS = ("none", "western", *NONWESTERN)
FACTORS = {
    "education": ("laag", "middelbaar", "onbekend"),
    "background": ("nonwestern", "western"),
    "income": ("low_income", "high_income"),
    "one_parent": ("one_parent",),
    "sex": ("girl",),
    "share_hoog": ("share_hoog",),
    "advising": ("under_unrevised", "revised", "over"),
}
ADVISING = {"under_unrevised": UNDER_NOT_REVISED, "revised": UNDER_REVISED, "over": ADVISINGS[3]}
"""Terms by factor; the references are hoog, no background, a middle income, two parents, boys, and equal advice."""

SCHOOL = ("share_hoog",)
TEN_POINTS = 0.1
FEWEST = 2
"""A term is reported when at least so many pupils have it and so many do not; fewer are `lone`, and in no model."""

KNOWN = {
    "education": ("laag", "middelbaar", "hoog", "onbekend"),
    "background": BACKGROUNDS,
    "income": ("low", "middle", "high"),
    "sex": ("m", "v"),
}


def group_terms(rows: pd.DataFrame) -> pd.DataFrame:
    """Make the columns of `FACTORS` that the rows allow; `share_hoog` counts in tens of percentage points.

    Raises
    ------
    ModelError
        For a code that is not known: it would pass for the reference.
    """
    for name, known in KNOWN.items():
        unknown = sorted(set(rows[name].unique()) - set(known))
        if unknown:
            raise ModelError(f"{name}: unknown codes {', '.join(map(repr, unknown))}", Reason.INVALID)
    education, background, income = rows["education"], rows["background"], rows["income"]
    terms = {
        "laag": education == "laag",
        "middelbaar": education == "middelbaar",
        "onbekend": education == "onbekend",
        "nonwestern": background.isin(NONWESTERN),
        "western": background == "western",
        "low_income": income == "low",
        "high_income": income == "high",
        "one_parent": rows["one_parent"].astype(bool),
        "girl": rows["sex"] == "v",
        "share_hoog": rows["share_hoog"] / TEN_POINTS,
        **{name: rows["advising"] == told for name, told in ADVISING.items()},
    }
    return pd.DataFrame(terms, index=rows.index).astype(float)


def indicators(values: pd.Series, levels: Sequence[object], name: str) -> pd.DataFrame:
    """Make a 0/1 column of every level but the first."""
    columns = {f"{name} {level}": (values == level).astype(float) for level in levels[1:]}
    return pd.DataFrame(columns, index=values.index)


def _bands(rows: pd.DataFrame) -> list[str]:
    counted = rows["band"].value_counts()
    return list(counted[counted > 0].index)


def cells_of(rows: pd.DataFrame, outcome: str = "y", without: Sequence[str] = ()) -> PupilCells:
    """Count pupils by the terms of all factors (but those left out), bands and years; see `cells.collapse`.

    Who is `lone` is not counted: with a term of its own such a pupil would say nothing of the other terms, and without
    one it would be counted with the reference.
    """
    columns = [*(name for name in FACTORS if name not in without), "band", "year"]
    check_complete(rows, [*columns, outcome, "location"], outcome)
    layout = partial(_layout, bands=_bands(rows), years=sorted(rows["year"].unique()))
    cells = collapse(rows, columns, layout, outcome)
    alone = lone(cells.X, cells.count)
    if alone.any():
        return cells_of(rows[~alone[row_codes(rows, columns)]], outcome, without)
    return cells


def lone(X: pd.DataFrame, count: NDArray[np.floating[Any]]) -> NDArray[np.bool_]:
    """Tell which cells hold pupils who have a term, or lack one, with fewer than `FEWEST` in all."""
    known = [name for own in FACTORS.values() for name in own if name in X] + _years(X)
    numbers = X[known].to_numpy()
    zero_one = ((numbers == 0) | (numbers == 1)).all(axis=0)
    of, total = numbers[:, zero_one] == 1, count.sum()
    having = count @ of
    few, all_but_few = (having > 0) & (having < FEWEST), (having < total) & (total - having < FEWEST)
    return np.asarray((of & few).any(axis=1) | (~of & all_but_few).any(axis=1), dtype=np.bool_)


def _years(X: pd.DataFrame) -> list[str]:
    return [str(name) for name in X if str(name).startswith("year ")]


def _layout(rows: pd.DataFrame, bands: Sequence[str], years: Sequence[int]) -> pd.DataFrame:
    return group_terms(rows).join([indicators(rows["band"], bands, "band"), indicators(rows["year"], years, "year")])


def least(cells: PupilCells) -> pd.Series[int]:
    """Count per term the pupils in the smaller of its group and all others; for a number, all pupils."""
    return least_of(cells.X, cells.count)


def least_of(X: pd.DataFrame, count: NDArray[np.floating[Any]]) -> pd.Series[int]:
    """Count as `least` does, from the terms of cells and the pupils in each."""
    numbers, total = X.to_numpy(), count.sum()
    having = count @ numbers
    zero_one = ((numbers == 0) | (numbers == 1)).all(axis=0)
    smaller = np.where(zero_one, np.minimum(having, total - having), total)
    return pd.Series(smaller.round().astype(int), X.columns)


def factors_of(X: pd.DataFrame, count: NDArray[np.floating[Any]], without: Sequence[str] = ()) -> dict[str, list[str]]:
    """Tell the terms of each factor, years among them, that enough pupils have and enough have not."""
    smaller = least_of(X, count)
    differs = {name: X[name].min() < X[name].max() and smaller[name] >= FEWEST for name in map(str, X)}
    named = {**FACTORS, "year": _years(X)}
    found = {name: [term for term in own if differs.get(term)] for name, own in named.items() if name not in without}
    return {name: own for name, own in found.items() if own}


@dataclass(frozen=True)
class Terms:
    """The terms of a model.

    Parameters
    ----------
    factors
        Terms of each factor told.
    bands
        Indicators of the bands, which are conditioned on and not told; the band with most pupils is the reference.
    """

    factors: Mapping[str, Sequence[str]]
    bands: Sequence[str]

    @classmethod
    def of(cls, cells: PupilCells, without: Sequence[str] = ()) -> Terms:
        """Find the terms that the pupils of cells can tell."""
        bands = [str(name) for name in cells.X if str(name).startswith("band ")]
        return cls(factors_of(cells.X, cells.count, without), bands)

    @property
    def names(self) -> list[str]:
        """All of them."""
        return [*self.factor_of(), *self.bands]

    def alone(self, factor: str) -> Terms:
        """Keep one factor beside bands and years."""
        return Terms({name: own for name, own in self.factors.items() if name in (factor, "year")}, self.bands)

    def factor_of(self) -> dict[str, str]:
        """Tell the factor of each term that is told."""
        return {term: name for name, own in self.factors.items() for term in own}
