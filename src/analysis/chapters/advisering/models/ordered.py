r"""Ordered logit of the first advice given the test score.

.. math:: P(\text{advice}_i \le j) = \Lambda(\tau_j - x_i'\beta)

One coefficient tells how a group differs over the whole scale: by how much its log odds of a higher advice are above
those of the reference with the same score. It asks that this is the same at every border between levels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analysis.chapters.advisering.models.terms import FACTORS, factors_of, group_terms, indicators, least_of, lone
from analysis.errors import ModelError, Reason
from analysis.stats.cells import row_codes
from analysis.stats.complete import check_complete
from analysis.stats.estimates import in_form
from analysis.stats.fit import undetermined
from analysis.stats.ordered import OrderedCells, fit_ordered

SCORE = ("score", "score squared")
MODEL, WHAT = "advice_ordered", "the advice"
SCORE_MIDDLE, SCORE_UNIT = 535.0, 10.0

Floats = NDArray[np.floating[Any]]


def advice_given_score(rows: pd.DataFrame, *, outcome: str = "advice_first") -> pd.DataFrame:
    """Fit an ordered logit of the advice given the test score, groups, school composition and year.

    Parameters
    ----------
    rows
        Pupils with a test: the rows of a `sample.Sample` of under-advice, whose at-risk set has no condition on the
        advice.
    outcome
        Column of the advice, number of the level.

    Returns
    -------
    DataFrame
        As `regressions.headline`, with the score (in tens of points) and its square as factor ``score``: model
        ``advice_ordered``, both controls (``alone``: beside score and year), ``unit`` ``log odds`` of a higher advice.
        Where a term parts the advices perfectly there is no maximum: rows keep their counts and tell no estimate.
    """
    cells = collapse(rows, outcome)
    factors = {**factors_of(cells.X, cells.count, ("advising",)), "score": list(SCORE)}
    every = [term for own in factors.values() for term in own]
    parts = [_told(cells, every, factors).assign(controls="mutual")]
    for factor, own in factors.items():
        chosen = list(dict.fromkeys([*own, *factors.get("year", []), *SCORE]))
        told = _told(cells, chosen, factors)
        parts.append(told[told["factor"] == factor].assign(controls="alone"))
    return in_form(pd.concat(parts, ignore_index=True), model=MODEL, group="all", unit="log odds", outcome="advice")


def _told(cells: OrderedCells, terms: Sequence[str], factors: dict[str, list[str]]) -> pd.DataFrame:
    cells = cells.only(terms)
    factor = {term: name for name, own in factors.items() for term in own}
    try:
        told = fit_ordered(cells, WHAT).rows()
    except ModelError as error:
        if error.reason is not Reason.SEPARATED:
            raise
        told = undetermined(terms, cells.clusters, int(cells.count.sum()), Reason.SEPARATED).rows()
    told = told[told["term"].isin(terms)]
    least = least_of(cells.X, cells.count)
    return told.assign(factor=told["term"].map(factor), n_least=told["term"].map(least))


def collapse(rows: pd.DataFrame, outcome: str) -> OrderedCells:
    """Count pupils by the terms of all factors, year, score and level of the advice; who is `terms.lone` is left out.

    Parameters
    ----------
    rows
        One row per pupil: the columns of the factors, ``year, cet, location`` and `outcome`.
    outcome
        Column, number of the level.
    """
    columns = [*(name for name in FACTORS if name != "advising"), "year", "cet"]
    check_complete(rows, [*columns, outcome, "location"], outcome)
    codes = row_codes(rows, [*columns, outcome])
    _, first = np.unique(codes, return_index=True)
    chosen, years = rows.iloc[first], sorted(rows["year"].unique())
    score = (chosen["cet"] - SCORE_MIDDLE) / SCORE_UNIT
    X = group_terms(chosen).join(indicators(chosen["year"], years, "year"))
    X = X.assign(**dict(zip(SCORE, (score, score**2), strict=True)))
    alone = lone(X, np.bincount(codes).astype(float))
    if alone.any():
        return collapse(rows[~alone[codes]], outcome)
    _, level = np.unique(chosen[outcome].to_numpy(), return_inverse=True)
    school, schools = pd.factorize(rows["location"])
    n = csr_array((np.ones(len(rows)), (school, codes)), shape=(len(schools), len(first)))
    return OrderedCells(X.astype(float).reset_index(drop=True), level, n, pd.Index(schools, name="location"))
