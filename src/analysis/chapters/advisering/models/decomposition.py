r"""What a raw gap is made of: the decomposition of Gelbach.

With :math:`X_1` the groups and years of the raw gap and :math:`X_2` all controls, least squares gives exactly

.. math:: \hat\beta_1^{raw} = \hat\beta_1^{full} + \sum_k \hat\delta_k, \qquad
   \hat\delta_k = (X_1'X_1)^{-1} X_1' X_{2k} \hat\beta_{2k}^{full}

so that each block of controls has its part whatever the order in which controls enter. The school's part is that of
all its effects: composition and everything else that its pupils share. A part is an association and no cause: that much
of a gap is associated with the test score does not make the score fair.

References
----------
Gelbach, J. B. (2016). When do covariates matter? And which ones, and how much? Journal of Labor Economics 34.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.chapters.advisering.models.regressions import SHARE
from analysis.chapters.advisering.models.sample import Sample
from analysis.chapters.advisering.models.terms import FACTORS, SCHOOL, Terms, cells_of, least
from analysis.errors import ModelError, Reason
from analysis.run.remembered import remembered
from analysis.stats import cell_regressions
from analysis.stats.cells import PupilCells, weighted_counts
from analysis.stats.estimates import in_form
from analysis.stats.fit import Fit, influence_of
from analysis.stats.regression import INTERCEPT

RAW, REST, BAND, OF_SCHOOL = "raw", "rest", "test band", "school"

Floats = NDArray[np.floating[Any]]


@remembered
def gelbach(sample: Sample, terms: Sequence[str] = ("laag", "nonwestern")) -> pd.DataFrame:
    """Decompose the raw gap of groups into what goes with each control, and the rest.

    Parameters
    ----------
    sample : of one outcome
    terms : the groups: terms of `terms.FACTORS`; those of a factor that is absent are left out

    Returns
    -------
    DataFrame
        Tidy estimates, then ``outcome, factor, part, share_of_raw, n_least``; model ``<outcome>_gelbach``;
        ``term`` is the group (``laag``: against hoog; ``nonwestern``: against none). ``part``, in this order: ``raw``
        (given year alone), one row per block of controls (``test band, education`` or ``background, income,
        one_parent, sex, school``), ``rest`` (the coefficient of ``<outcome>_lpm_fe``). Those after ``raw`` sum to it.

    Raises
    ------
    ModelError
        For a group whose gap the pupils of the sample do not identify.
    """
    without = (*sample.left_out, *SCHOOL)
    cells = cells_of(sample.rows, without=without)
    every = Terms.of(cells, without)
    cells = cells.only(every.names)
    known = [term for factor in FACTORS if factor in sample.rows for term in FACTORS[factor]]
    groups = [term for term in terms if term in known]
    return pd.concat([_of_term(sample.outcome, cells, every, term) for term in groups], ignore_index=True)


def _of_term(outcome: str, cells: PupilCells, terms: Terms, term: str) -> pd.DataFrame:
    factor = terms.factor_of().get(term)
    if factor is None or factor == "year":
        raise ModelError(f"{outcome}: these pupils do not identify the gap of {term!r}", Reason.COLLINEAR)
    own = [*terms.factors[factor], *terms.factors.get("year", ())]
    blocks: dict[str, list[str]] = {BAND: list(terms.bands)}
    blocks |= {name: list(block) for name, block in terms.factors.items() if name not in (factor, "year")}
    raw, full = cell_regressions.least_squares(cells.only(own)), cell_regressions.school_effects(cells)
    parts = {RAW: raw, **_parts(cells, full, own, blocks), REST: full}
    rows = pd.concat([_row(part, term).assign(part=name) for name, part in parts.items()], ignore_index=True)
    rows["share_of_raw"] = rows["estimate"] / rows["estimate"].iloc[0]
    constants = {"model": f"{outcome}_gelbach", "group": "all", "unit": SHARE, "outcome": outcome, "term": term}
    return in_form(rows, **constants, factor=factor, n_least=int(least(cells.X, cells.count)[term]))


def _row(part: Fit, term: str) -> pd.DataFrame:
    """Report a part; parts add up, so that one whose error is not known keeps its estimate."""
    return part.only([term]).rows().assign(estimate=float(part.coefficients[term]))


def _parts(cells: PupilCells, full: Fit, own: Sequence[str], blocks: Mapping[str, Sequence[str]]) -> dict[str, Fit]:
    """Regress what the full model expects of each block on the groups of the raw gap."""
    X = cells.X.to_numpy()
    X1 = np.column_stack([np.ones(len(X)), cells.X[list(own)].to_numpy()])
    inverse = np.linalg.inv(X1.T @ (cells.count[:, None] * X1))
    size, names = np.asarray(cells.n.sum(axis=1), float), [INTERCEPT, *own]
    parts = {}
    for name, block in blocks.items():
        X2, beta = cells.X[list(block)].to_numpy(), full.coefficients[list(block)].to_numpy()
        cross = X1.T @ (cells.count[:, None] * X2)
        sums = weighted_counts(cells, X2 @ beta) @ X1
        parts[name] = _part(cells, full, X1, inverse, sums, cross @ full.influence[list(block)].to_numpy().T, names)
    means = (cells.n @ X) / size[:, None]
    effects = np.asarray(cells.y.sum(axis=1), float) / size - means @ full.coefficients.to_numpy()
    sums1 = cells.n @ X1
    moved = -(sums1.T @ means) @ full.influence.to_numpy().T
    parts[OF_SCHOOL] = _part(cells, full, X1, inverse, effects[:, None] * sums1, moved, names)
    return parts


def _part(
    cells: PupilCells, full: Fit, X1: Floats, inverse: Floats, sums: Floats, moved: Floats, names: Sequence[str]
) -> Fit:
    """Compute one part and what each school adds to it, directly and through the coefficients of the full model.

    `sums`, shape (schools, terms): per school, the groups times what is expected. `moved`, shape (terms, schools): how
    the same sums move with the influence of each school on the full model.
    """
    delta = inverse @ sums.sum(axis=0)
    direct = sums - weighted_counts(cells, X1 @ delta) @ X1
    influence = influence_of(direct, inverse, full.n_obs, len(full.coefficients)) + moved.T @ inverse
    return Fit(pd.Series(delta, list(names)), pd.DataFrame(influence, cells.schools, list(names)), full.n_obs)
