"""Schools, not pupils: the mean advice of a school against its end-test score and schoolweging (real open data).

An ecological regression: it shows how schools differ, and nothing about pupils within a school. Schools with a higher
schoolweging giving lower advices at equal scores may be advising lower, or their pupils may differ in what the mean of
one test of the year before does not measure: another cohort, a noisy mean of some thirty pupils, another provider.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.municipality import is_in
from analysis.stats.bands import in_bands
from analysis.stats.estimates import in_form
from analysis.stats.regression import fit_where_determined
from analysis.stats.selection import Step, walk

YEAR_WITHOUT_TEST = 2019
TERMS = ("score", "weging", "no_test")
NATIONAL = "Netherlands"
UNITS = {
    "score": "levels per sd of schools",
    "weging": "levels per 10 of schoolweging",
    "no_test": "levels",
    "no_test:score": "levels per sd of schools",
    "no_test:weging": "levels per 10 of schoolweging",
}


def select(by_school_advice: pd.DataFrame, municipality: str | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Select the schools that can be compared, and count who left and why.

    Parameters
    ----------
    by_school_advice : As its contract in `data.advice_files` says: one row per BRIN and school year.
    municipality : Only its schools, see `municipality.is_in`; by default those of the whole country.

    Returns
    -------
    tuple of DataFrame
        The rows that stay with ``location`` (the BRIN), ``weging`` (tens from 30) and ``no_test`` (1 in 2019/20); and
        the account in the form of `chapter.Chapter.account`, where pupils are those with an advice.
    """
    rows, account = walk(by_school_advice.rename(columns={"brin": "location"}), _steps(municipality), pupils="advices")
    weging = (rows["schoolweging"] - 30.0) / 10.0
    without = (rows["year"] == YEAR_WITHOUT_TEST).astype(float)
    return rows.assign(weging=weging, no_test=without).reset_index(drop=True), account


def _steps(municipality: str | None) -> list[Step]:
    steps: list[Step] = [
        ("somebody has an advice", "no pupil with an advice", lambda r: r["advices"] > 0),
        ("basisschool of one location", "not on the list, or with several locations", lambda r: r["locations"] == 1),
        ("end-test score", "no mean score in 2018/19, or of fewer than five pupils", lambda r: r["score"].notna()),
        ("schoolweging", "no schoolweging in 2019", lambda r: r["schoolweging"].notna()),
    ]
    if municipality is None:
        return steps
    here: Step = ("in the municipality", "elsewhere", lambda r: is_in(r["municipality"], municipality))
    return [here, *steps]


def estimates(selected: pd.DataFrame, *, region: str | None = None) -> pd.DataFrame:
    """Regress the mean advice level of schools, each weighted by its advices.

    Parameters
    ----------
    selected : As `select` returns them.
    region
        The municipality that they are in, with errors clustered by school; by default the country, with errors
        clustered by municipality.

    Returns
    -------
    DataFrame
        Estimates with ``outcome, controls, schools, n_least``. Models: ``school_level`` (between
        schools: ``score``, end test of 2018/19; ``weging``; ``no_test``, the year without end test against the two
        after it), both ``controls``; and ``school_level_within`` (effects of schools: ``no_test``, and how that differs
        by score and schoolweging). ``group`` is the region; ``n_obs`` counts advices, ``n_clusters`` municipalities or
        schools, ``schools`` schools and ``n_least`` the advices in the year without test.
    """
    cluster = "municipality" if region is None else "location"
    between = [_between(selected, list(TERMS), cluster).assign(controls="mutual")]
    between += [_between(selected, [term], cluster).assign(controls="alone") for term in TERMS]
    terms = ("no_test", "no_test:score", "no_test:weging")
    fit = fit_where_determined(selected, "level", terms, cluster=cluster, entity="location", weights="advices")
    within = fit.estimates("school_level_within", "", UNITS).assign(controls="mutual")
    without = int(selected.loc[selected["no_test"] == 1, "advices"].sum())
    rows = pd.concat([*between, within], ignore_index=True).assign(
        group=region or NATIONAL,
        n_obs=int(selected["advices"].sum()),
        schools=selected["location"].nunique(),
        n_least=without,
        outcome="level",
    )
    return in_form(rows)


def _between(selected: pd.DataFrame, terms: Sequence[str], cluster: str) -> pd.DataFrame:
    fit = fit_where_determined(selected, "level", terms, cluster=cluster, weights="advices")
    return fit.estimates("school_level", "", UNITS, terms)


def points(selected: pd.DataFrame, edges: Sequence[float]) -> pd.DataFrame:
    """Average the advice level by band of schoolweging and year.

    Parameters
    ----------
    selected : As `select` returns them.
    edges : Of the bands of schoolweging.

    Returns
    -------
    DataFrame
        One row per band and year: ``band, year, level`` (over advices), ``score`` (likewise), ``schools, pupils``
        (with an advice).
    """
    bands = in_bands(selected["schoolweging"].to_numpy(), edges)
    weighted = selected.assign(
        band=bands, level=selected["level"] * selected["advices"], score=selected["score"] * selected["advices"]
    )
    sums = weighted.groupby(["band", "year"], observed=True).agg(
        level=("level", "sum"), score=("score", "sum"), schools=("location", "nunique"), pupils=("advices", "sum")
    )
    means = sums.assign(level=sums["level"] / sums["pupils"], score=sums["score"] / sums["pupils"])
    return means.reset_index().astype({"band": str})
