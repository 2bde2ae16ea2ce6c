"""Schools, not pupils: the mean advice of a school against its mean test score and the make-up of its pupils.

An ecological regression, beside those of pupils so that a reader sees how the two differ: it tells how schools differ,
and nothing about pupils within a school.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.chapters.advisering.models.sample import Sample
from analysis.chapters.advisering.models.terms import TEN_POINTS
from analysis.stats.complete import check_complete
from analysis.stats.estimates import in_form
from analysis.stats.regression import fit_where_determined, in_sd

MODEL = "school_level"
UNITS = {"score": "levels per sd of schools", "share_hoog": "levels per 10 points"}


def school_level(sample: Sample) -> pd.DataFrame:
    """Regress the mean first advice of schools in a year, each weighted by its pupils, clustered by school.

    Parameters
    ----------
    sample
        Of under-advice: pupils with a test.

    Returns
    -------
    DataFrame
        As `regressions.headline`, model ``school_level``, both controls; terms ``score`` (mean test score, in standard
        deviations of schools) and ``share_hoog`` (highly educated parents, per 10 percentage points).
    """
    schools = _schools(sample.rows)
    parts = [_fitted(schools, list(UNITS)).assign(controls="mutual")]
    parts += [_fitted(schools, [term]).assign(controls="alone") for term in UNITS]
    n = len(sample.rows)
    told = pd.concat(parts, ignore_index=True)
    return in_form(told.assign(factor=told["term"]), n_obs=n, n_least=n, outcome="advice")


def _schools(rows: pd.DataFrame) -> pd.DataFrame:
    check_complete(rows, ["location", "year", "advice_first", "cet", "share_hoog"], MODEL)
    schools = rows.groupby(["location", "year"], observed=True).agg(
        level=("advice_first", "mean"),
        score=("cet", "mean"),
        share_hoog=("share_hoog", "mean"),
        pupils=("cet", "size"),
    )
    score = in_sd(schools["score"], "the mean test score of schools")
    return schools.assign(score=score, share_hoog=schools["share_hoog"] / TEN_POINTS).reset_index()


def _fitted(schools: pd.DataFrame, terms: Sequence[str]) -> pd.DataFrame:
    fitted = fit_where_determined(schools, "level", terms, cluster="location", weights="pupils")
    return fitted.estimates(MODEL, "all", UNITS, terms)
