r"""Ordered logit of the first advice given the test score.

.. math:: P(\text{advice}_i \le j) = \Lambda(\tau_j - x_i'\beta)

One coefficient describes how a group differs over the whole scale: by how much its log odds of a higher advice are
above those of the reference with the same score. It assumes that this is the same at every threshold between levels.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from analysis.chapters.advisering.models.terms import factors_in, factors_of, least, lone, with_years
from analysis.errors import ModelError, Reason
from analysis.stats.cells import row_codes
from analysis.stats.complete import check_complete
from analysis.stats.estimates import in_form
from analysis.stats.fit import undetermined
from analysis.stats.ordered import OrderedCells, fit_ordered

SCORE = ("score", "score squared")
MODEL, WHAT = "advice_ordered", "the advice"
SCORE_MIDDLE, SCORE_UNIT = 535.0, 10.0


def advice_given_score(rows: pd.DataFrame) -> pd.DataFrame:
    """Fit an ordered logit of the first advice given the test score, groups, school composition and year.

    Parameters
    ----------
    rows
        Pupils with a test: the rows of a `sample.Sample` of under-advice, whose at-risk set has no condition on the
        advice.

    Returns
    -------
    DataFrame
        As `regressions.headline`, with the score (in tens of points) and its square as factor ``score``: model
        ``advice_ordered``, both controls (``alone``: beside score and year), ``unit`` ``log odds`` of a higher advice.
        Where a term separates the advices there is no maximum: rows have their counts and no estimate.
    """
    cells = collapse(rows, "advice_first")
    factors = {**factors_of(cells.X, cells.count, ("advising",)), "score": list(SCORE)}
    every = [term for own in factors.values() for term in own]
    parts = [_fitted(cells, every, factors).assign(controls="mutual")]
    for factor, own in factors.items():
        chosen = list(dict.fromkeys([*own, *factors.get("year", []), *SCORE]))
        estimates = _fitted(cells, chosen, factors)
        parts.append(estimates[estimates["factor"] == factor].assign(controls="alone"))
    return in_form(pd.concat(parts, ignore_index=True), model=MODEL, group="all", unit="log odds", outcome="advice")


def collapse(rows: pd.DataFrame, outcome: str) -> OrderedCells:
    """Count pupils by the terms of all factors, year, score and level of the advice; who is `terms.lone` is left out.

    Parameters
    ----------
    rows : one row per pupil: the columns of the factors, ``year, cet, location`` and `outcome`
    outcome : column, number of the level

    Returns
    -------
    OrderedCells : of all others
    """
    columns = [*factors_in(rows, ("advising",)), "year", "cet"]
    check_complete(rows, [*columns, outcome, "location"], outcome)
    codes = row_codes(rows, [*columns, outcome])
    _, first = np.unique(codes, return_index=True)
    chosen = rows.iloc[first]
    score = (chosen["cet"] - SCORE_MIDDLE) / SCORE_UNIT
    X = with_years(chosen).assign(**dict(zip(SCORE, (score, score**2), strict=True)))
    alone = lone(X, np.bincount(codes).astype(float))
    if alone.any():
        return collapse(rows[~alone[codes]], outcome)
    _, level = np.unique(chosen[outcome].to_numpy(), return_inverse=True)
    school, schools = pd.factorize(rows["location"])
    n = csr_array((np.ones(len(rows)), (school, codes)), shape=(len(schools), len(first)))
    return OrderedCells(X.astype(float).reset_index(drop=True), level, n, pd.Index(schools, name="location"))


def _fitted(cells: OrderedCells, terms: Sequence[str], factors: dict[str, list[str]]) -> pd.DataFrame:
    cells = cells.only(terms)
    factor = {term: name for name, own in factors.items() for term in own}
    try:
        estimates = fit_ordered(cells, WHAT).rows()
    except ModelError as error:
        if error.reason is not Reason.SEPARATED:
            raise
        estimates = undetermined(terms, cells.clusters, int(cells.count.sum()), Reason.SEPARATED).rows()
    estimates = estimates[estimates["term"].isin(terms)]
    n_least = estimates["term"].map(least(cells.X, cells.count))
    return estimates.assign(factor=estimates["term"].map(factor), n_least=n_least)
