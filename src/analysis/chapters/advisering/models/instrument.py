r"""The test is noisy: the same gap by least squares, with the test instrumented by the LOVS, and given the LOVS.

At an equal score on one test, pupils of a group with lower ability have on average been lucky, and other measures of
them are lower. An advice that follows such another measure is then lower at equal score, though the teacher made no
difference. Three models of one form show how much that is:

- ``ols``: given the score as it is;
- ``iv``: the score instrumented by the earlier LOVS score, :math:`\text{cet} = \pi\,\text{lovs} + \dots`. It answers
  what the gap is at equal *ability* if the errors of the two tests are independent and the LOVS has no effect of its
  own on the advice. A teacher who reads the LOVS breaks the second condition: the advice then follows the luck in the
  LOVS too, and the gap is understated;
- ``lovs``: the LOVS score as a control. It is the gap at what the teacher saw if the teacher saw no more than the
  LOVS; the luck in the score is left, which raises under-advice in all groups alike.

Where it is not known which holds, the gap is between ``ols`` and ``iv``. All three are linear
in the score, which under-advice is not; bands are in the headline.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.chapters.advisering.models.regressions import SHARE
from analysis.chapters.advisering.models.sample import Sample
from analysis.chapters.advisering.models.terms import SCHOOL, factors_in, factors_of, least, lone, with_years
from analysis.stats.complete import check_complete
from analysis.stats.estimates import in_form
from analysis.stats.fit import Fit, cluster_sums, numbered, of_scores
from analysis.stats.regression import check_distinct_products, check_not_absorbed

SCORE, LOVS = "cet", "lovs"
TEN = 10.0
FIRST_STAGE = ("outcome", "slope", "std_error", "partial_r2", "f_statistic", "n_obs", "n_clusters")


def measurement_error(sample: Sample) -> pd.DataFrame:
    """Estimate the gaps at equal test score three ways; within schools, the score linear.

    Parameters
    ----------
    sample : of one outcome; every pupil has a ``lovs`` score

    Returns
    -------
    DataFrame
        As `regressions.headline` (controls ``mutual``): models ``<outcome>_ols`` (the score as it is), ``<outcome>_iv``
        (the score instrumented by the earlier LOVS score) and ``<outcome>_lovs`` (the LOVS score added as a control);
        see above what each answers. Terms also ``cet`` (per 10 points) and ``lovs`` (per sd), factor ``score``.
    """
    demeaned, factor, n_least = _prepared(sample)
    groups = list(factor)
    fits = {
        "ols": _least_squares(demeaned, [*groups, SCORE]),
        "iv": two_stage(demeaned, groups, SCORE, LOVS),
        "lovs": _least_squares(demeaned, [*groups, SCORE, LOVS]),
    }
    rows = pd.concat([fit.rows().assign(model=f"{sample.outcome}_{name}") for name, fit in fits.items()])
    factor |= dict.fromkeys((SCORE, LOVS), "score")
    rows = rows.assign(factor=rows["term"].map(factor), controls="mutual", n_least=rows["term"].map(n_least))
    return in_form(rows, group="all", unit=SHARE, outcome=sample.outcome)


def first_stage(sample: Sample) -> pd.DataFrame:
    """Estimate how strong the instrument is.

    Parameters
    ----------
    sample : as in `measurement_error`

    Returns
    -------
    DataFrame
        One row: ``outcome, slope`` (points of ten per sd of LOVS), ``std_error, partial_r2, f_statistic`` (of the
        slope, clustered), ``n_obs, n_clusters``.
    """
    demeaned, factor, _ = _prepared(sample)
    groups, score = list(factor), demeaned.assign(y=demeaned[SCORE])
    fit, without = _least_squares(score, [*groups, LOVS]), _least_squares(score, groups)
    slope, error = float(fit.coefficients[LOVS]), float(fit.std_errors[LOVS])
    strength = {
        "outcome": sample.outcome,
        "slope": slope,
        "std_error": error,
        "partial_r2": 1 - _unexplained(score, fit) / _unexplained(score, without),
        "f_statistic": (slope / error) ** 2,
        "n_obs": fit.n_obs,
        "n_clusters": fit.n_clusters,
    }
    return pd.DataFrame([strength])


def two_stage(demeaned: pd.DataFrame, exogenous: Sequence[str], endogenous: str, instrument: str) -> Fit:
    """Fit ``y`` by two-stage least squares, clustered by ``location``; `IV2SLS` of linearmodels gives the same.

    Parameters
    ----------
    demeaned : ``y``, ``location`` and the terms, the means of schools subtracted
    exogenous, endogenous, instrument : columns

    Returns
    -------
    Fit : of the exogenous and the endogenous terms

    Raises
    ------
    ModelError
        If terms or instruments are collinear.
    """
    return _projected(demeaned, [*exogenous, endogenous], [*exogenous, instrument])


def _prepared(sample: Sample) -> tuple[pd.DataFrame, dict[str, str], pd.Series[int]]:
    """Return outcome, terms and scores minus the means of schools; the factor of each term; the least per term."""
    factors_used = factors_in(sample.rows, sample.left_out)
    check_complete(sample.rows, ["y", SCORE, LOVS, "location", "year", *factors_used], sample.outcome)
    rows, X = _without_lone(sample.rows)
    X = X.assign(**{SCORE: rows[SCORE] / TEN, LOVS: rows[LOVS]})
    count = np.ones(len(X))
    factors = factors_of(X, count, (*sample.left_out, *SCHOOL))
    factor = {term: name for name, own in factors.items() for term in own}
    chosen = X[[*factor, SCORE, LOVS]].assign(y=rows["y"])
    school, _ = pd.factorize(rows["location"])
    means = chosen.groupby(school).mean()
    demeaned = chosen - means.to_numpy()[school]
    names = list(chosen.columns.drop("y"))
    check_not_absorbed(demeaned[names].to_numpy(float), chosen[names].to_numpy(float), names, "schools")
    return demeaned.assign(location=school), factor, least(chosen, count)


def _without_lone(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Leave out who is `terms.lone`, as all models of the chapter do; return the others and their terms."""
    X = with_years(rows)
    alone = lone(X, np.ones(len(X)))
    return _without_lone(rows[~alone]) if alone.any() else (rows, X)


def _least_squares(demeaned: pd.DataFrame, terms: Sequence[str]) -> Fit:
    return _projected(demeaned, terms, terms)


def _projected(demeaned: pd.DataFrame, terms: Sequence[str], instruments: Sequence[str]) -> Fit:
    r"""Least squares on what instruments expect of terms: :math:`\hat X = Z (Z'Z)^{-1} Z'X`."""
    X, Z, y = demeaned[list(terms)].to_numpy(), demeaned[list(instruments)].to_numpy(), demeaned["y"].to_numpy()
    check_distinct_products(Z.T @ Z, instruments)
    first = np.linalg.solve(Z.T @ Z, Z.T @ X)
    A = first.T @ (Z.T @ X)
    check_distinct_products(A, terms)
    beta = np.linalg.solve(A, first.T @ (Z.T @ y))
    codes, schools = numbered(demeaned["location"])
    scores = cluster_sums(codes, Z * (y - X @ beta)[:, None]) @ first
    return of_scores(pd.Series(beta, list(terms)), scores, np.linalg.inv(A), schools, len(y))


def _unexplained(demeaned: pd.DataFrame, fit: Fit) -> float:
    left = demeaned["y"] - demeaned[list(fit.coefficients.index)].to_numpy() @ fit.coefficients.to_numpy()
    return float(left @ left)
