r"""The test is noisy: the same gap by least squares, with the test instrumented by the LOVS, and given the LOVS.

At an equal score on one test, pupils of a group with lower ability have on average been lucky, and other measures of
them are lower. An advice that follows such another measure is then lower at equal score, though the teacher made no
difference. Three models of one form tell how much that is:

- ``ols``: given the score as it is;
- ``iv``: the score instrumented by the earlier LOVS score, :math:`\text{cet} = \pi\,\text{lovs} + \dots`. It answers
  what the gap is at equal *ability* if the errors of the two tests are independent and the LOVS has no effect of its
  own on the advice. A teacher who reads the LOVS breaks the second condition: the advice then follows the luck in the
  LOVS too, and the gap is understated;
- ``lovs``: the LOVS score as a control. It is the gap at what the teacher saw if the teacher saw no more than the
  LOVS; the luck in the score is left, which raises under-advice in all groups alike.

Where it is not known which holds, ``ols`` and ``iv`` are the two sides between which the gap lies. All three are linear
in the score, which under-advice is not; bands are in the headline.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.chapters.advisering.models.regressions import SHARE, left_out
from analysis.chapters.advisering.models.sample import Sample
from analysis.chapters.advisering.models.terms import (
    FACTORS,
    SCHOOL,
    factors_of,
    group_terms,
    indicators,
    least_of,
    lone,
)
from analysis.stats.complete import check_complete
from analysis.stats.estimates import in_form
from analysis.stats.fit import Fit, cluster_sums, numbered, of_scores
from analysis.stats.regression import check_distinct_products, check_not_absorbed

SCORE, LOVS = "cet", "lovs"
TEN = 10.0


def measurement_error(sample: Sample) -> pd.DataFrame:
    """Estimate the gaps at equal test score three ways; school effects swept out, the score linear.

    Parameters
    ----------
    sample
        Of one outcome; every pupil has a ``lovs`` score.

    Returns
    -------
    DataFrame
        As `regressions.headline` (controls ``mutual``): models ``<outcome>_ols`` (the score as it is), ``<outcome>_iv``
        (the score instrumented by the earlier LOVS score) and ``<outcome>_lovs`` (the LOVS score added as a control);
        see above what each answers. Terms also ``cet`` (per 10 points) and ``lovs`` (per sd), factor ``score``.
    """
    swept, factors, least = _prepared(sample)
    groups = [term for own in factors.values() for term in own]
    fits = {
        "ols": least_squares(swept, [*groups, SCORE]),
        "iv": two_stage(swept, groups, SCORE, LOVS),
        "lovs": least_squares(swept, [*groups, SCORE, LOVS]),
    }
    factor = {term: name for name, own in factors.items() for term in own} | dict.fromkeys((SCORE, LOVS), "score")
    rows = pd.concat([fit.rows().assign(model=f"{sample.outcome}_{name}") for name, fit in fits.items()])
    rows = rows.assign(factor=rows["term"].map(factor), controls="mutual", n_least=rows["term"].map(least))
    return in_form(rows, group="all", unit=SHARE, outcome=sample.outcome)


def first_stage(sample: Sample) -> pd.DataFrame:
    """Tell how strong the instrument is.

    Returns
    -------
    DataFrame
        One row: ``outcome, slope`` (points of ten per sd of LOVS), ``std_error, partial_r2, f_statistic`` (of the
        slope, clustered), ``n_obs, n_clusters``.
    """
    swept, factors, _ = _prepared(sample)
    groups = [term for own in factors.values() for term in own]
    score = swept.assign(y=swept[SCORE])
    fit, without = least_squares(score, [*groups, LOVS]), least_squares(score, groups)
    slope, error = float(fit.coefficients[LOVS]), float(fit.std_errors[LOVS])
    told = {"outcome": sample.outcome, "slope": slope, "std_error": error}
    explained = 1 - _unexplained(score, fit) / _unexplained(score, without)
    told |= {"partial_r2": explained, "f_statistic": (slope / error) ** 2}
    return pd.DataFrame([{**told, "n_obs": fit.n_obs, "n_clusters": fit.n_clusters}])


def _prepared(sample: Sample) -> tuple[pd.DataFrame, dict[str, list[str]], pd.Series[int]]:
    """Lay out outcome, terms and scores, with the means of schools taken off."""
    asked = [name for name in FACTORS if name not in left_out(sample.outcome)]
    check_complete(sample.rows, ["y", SCORE, LOVS, "location", "year", *asked], sample.outcome)
    rows = _with_others(sample.rows)
    X = group_terms(rows).join(indicators(rows["year"], sorted(rows["year"].unique()), "year"))
    X = X.assign(**{SCORE: rows[SCORE] / TEN, LOVS: rows[LOVS]})
    count = np.ones(len(X))
    factors = factors_of(X, count, (*left_out(sample.outcome), *SCHOOL))
    chosen = X[[*(term for own in factors.values() for term in own), SCORE, LOVS]].assign(y=rows["y"])
    school, _ = pd.factorize(rows["location"])
    means = chosen.groupby(school).mean()
    swept = chosen - means.to_numpy()[school]
    names = list(chosen.columns.drop("y"))
    check_not_absorbed(swept[names].to_numpy(float), chosen[names].to_numpy(float), names, "schools")
    return swept.assign(location=school), factors, least_of(chosen, count)


def _with_others(rows: pd.DataFrame) -> pd.DataFrame:
    """Leave out who is `terms.lone`, as all models of the chapter do."""
    X = group_terms(rows).join(indicators(rows["year"], sorted(rows["year"].unique()), "year"))
    alone = lone(X, np.ones(len(X)))
    return _with_others(rows[~alone]) if alone.any() else rows


def least_squares(swept: pd.DataFrame, terms: Sequence[str]) -> Fit:
    """Fit ``y`` by least squares, clustered by ``location``."""
    return _projected(swept, terms, terms)


def two_stage(swept: pd.DataFrame, exogenous: Sequence[str], endogenous: str, instrument: str) -> Fit:
    """Fit ``y`` by two-stage least squares, clustered by ``location``; `IV2SLS` of linearmodels gives the same."""
    return _projected(swept, [*exogenous, endogenous], [*exogenous, instrument])


def _projected(swept: pd.DataFrame, terms: Sequence[str], instruments: Sequence[str]) -> Fit:
    r"""Least squares on what instruments expect of terms: :math:`\hat X = Z (Z'Z)^{-1} Z'X`."""
    X, Z, y = swept[list(terms)].to_numpy(), swept[list(instruments)].to_numpy(), swept["y"].to_numpy()
    check_distinct_products(Z.T @ Z, instruments)
    first = np.linalg.solve(Z.T @ Z, Z.T @ X)
    A = first.T @ (Z.T @ X)
    check_distinct_products(A, terms)
    beta = np.linalg.solve(A, first.T @ (Z.T @ y))
    codes, schools = numbered(swept["location"])
    scores = cluster_sums(codes, Z * (y - X @ beta)[:, None]) @ first
    return of_scores(pd.Series(beta, list(terms)), scores, np.linalg.inv(A), schools, len(y))


def _unexplained(swept: pd.DataFrame, fit: Fit) -> float:
    left = swept["y"] - swept[list(fit.coefficients.index)].to_numpy() @ fit.coefficients.to_numpy()
    return float(left @ left)
