"""The teachers of a city: who came and left, hours, pay scales, composition against pupils, and the way to work."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.stats import regression
from analysis.stats.bands import in_bands, per_cent
from analysis.stats.complete import check_complete
from analysis.stats.estimates import in_form, with_reasons
from analysis.stats.fit import mean as clustered_mean
from analysis.stats.fractional import fit_where_determined
from analysis.stats.shares import share_interval

AGE_EDGES = (35, 45, 55)
KM_EDGES = (7, 20, 30)
ESTIMATE = ("estimate", "std_error", "ci_low", "ci_high", "p_value")
COUNTS = {"n_obs": ESTIMATE, "n_least": ESTIMATE, "n_clusters": ESTIMATE[1:]}
NEEDED = ("year", "location", "sex", "age", "background", "fte", "salary", "scale", "in_city", "distance_km")
SHARE = "share of teachers"
SEXES = {"v": "women", "m": "men"}
BACKGROUNDS = {"none": "no migration background", "western": "western", "nonwestern": "non-western"}


def flows(by_teacher: pd.DataFrame) -> pd.DataFrame:
    """Count who left after the first year that is told and who came before the last, and whereto and wherefrom.

    Parameters
    ----------
    by_teacher
        A row per teacher and year, as `data.microdata.BY_TEACHER`.

    Returns
    -------
    DataFrame
        ``flow`` (left, came), ``year``, ``where`` (``all``, or one of the ways), ``teachers`` (of that year),
        ``teachers_flow`` and ``share``: of the teachers of that year where it is all, else of those who flowed.
    """
    check_complete(by_teacher, ["year", "left", "came"], "teachers")
    years = sorted(by_teacher["year"].unique())
    told = []
    for flow, year in (("left", years[0]), ("came", years[-1])):
        of_year = by_teacher[by_teacher["year"] == year]
        moved = of_year[of_year[flow] != "none"]
        told.append((flow, year, "all", len(of_year), len(moved), len(moved) / len(of_year)))
        told += [
            (flow, year, where, len(moved), int(number), number / len(moved))
            for where, number in moved[flow].value_counts(sort=True).items()
        ]
    return pd.DataFrame(told, columns=["flow", "year", "where", "teachers", "teachers_flow", "share"])


def described(by_teacher: pd.DataFrame) -> pd.DataFrame:
    """Tell means and shares of teachers by year, sex, age and background, with intervals clustered by school.

    Returns
    -------
    DataFrame
        In the one form, with ``outcome, by, category, n_least, trait`` after it. Outcomes: ``fte``, ``salary`` (gross
        euros a month at full time), ``scale_L10`` and so on, ``in_city``, ``distance_km``, ``within_7_km``,
        ``beyond_30_km``; ``n_least`` is the smaller side of a yes-no; ``trait`` is the outcome, of pay scales
        ``scale``: they add up.
    """
    rows = _coded(by_teacher)
    last = rows[rows["year"] == rows["year"].max()]
    by = ("sex_told", "age_band", "background_told")
    parts = [("year", str(year), of) for year, of in rows.groupby("year")]
    parts += [(name, str(value), of) for name in by for value, of in last.groupby(name, observed=True)]
    told = [
        _mean(of, outcome, unit, name.removesuffix("_told"), category)
        for name, category, of in parts
        for outcome, unit in OUTCOMES.items()
    ]
    rows = in_form(pd.DataFrame(told), model="teachers", term="mean")
    return rows.assign(trait=rows["outcome"].str.replace(r"scale_.+", "scale", regex=True))


OUTCOMES = {
    "fte": "fte per teacher",
    "salary": "euro a month at full time",
    **dict.fromkeys(("scale_L10", "scale_L11", "scale_L12"), SHARE),
    "in_city": SHARE,
    "distance_km": "km, straight line",
    "within_7_km": SHARE,
    "beyond_30_km": SHARE,
}


def _coded(by_teacher: pd.DataFrame) -> pd.DataFrame:
    check_complete(by_teacher, NEEDED, "teachers")
    scales = {f"scale_{name}": by_teacher["scale"].eq(name).astype(float) for name in ("L10", "L11", "L12")}
    return by_teacher.assign(
        **scales,
        in_city=by_teacher["in_city"].astype(float),
        within_7_km=by_teacher["distance_km"].le(KM_EDGES[0]).astype(float),
        beyond_30_km=by_teacher["distance_km"].gt(KM_EDGES[-1]).astype(float),
        sex_told=by_teacher["sex"].map(SEXES),
        background_told=by_teacher["background"].map(BACKGROUNDS),
        age_band=in_bands(by_teacher["age"], AGE_EDGES),
    )


def _mean(rows: pd.DataFrame, outcome: str, unit: str, by: str, category: str) -> dict[str, object]:
    value = rows[outcome].to_numpy(float)
    mean = clustered_mean(value, rows["location"])
    told = mean.rows().iloc[0].drop(["term", "n_obs", "n_clusters"])
    if unit == SHARE:
        (low,), (high,) = share_interval(mean.coefficients, mean.std_errors, [mean.n_clusters])
        told[["ci_low", "ci_high", "p_value"]] = low, high, np.nan
    yes = int(value.sum()) if unit == SHARE else len(value)
    return {
        **dict(zip(map(str, told.index), told, strict=True)),
        "group": category,
        "unit": unit,
        "n_obs": len(value),
        "n_clusters": mean.n_clusters,
        "outcome": outcome,
        "by": by,
        "category": category,
        "n_least": min(yes, len(value) - yes) if unit == SHARE else len(value),
    }


def composition(by_teacher: pd.DataFrame, by_location: pd.DataFrame, edges: Sequence[float]) -> pd.DataFrame:
    """Tell the share of teachers with a non-western background by the share among the school's pupils.

    Parameters
    ----------
    by_teacher
        As in `flows`; the last year counts.
    by_location
        ``location, share_nonwestern`` of the pupils.
    edges
        Edges of the bands of schools.

    Returns
    -------
    DataFrame
        As `described`: model ``teacher_composition``, outcome ``nonwestern``; a row per band, and the row of a logit of
        a teacher's background on the share of pupils (``by`` is empty; log-odds per 10 percentage points). Where that
        has no estimate, a column ``reason`` says why.
    """
    check_complete(by_teacher, ["year", "location", "background"], "teachers")
    share = by_location.set_index("location")["share_nonwestern"]
    rows = by_teacher[by_teacher["year"] == by_teacher["year"].max()]
    rows = rows.assign(
        share_pupils=rows["location"].map(share), nonwestern=(rows["background"] == "nonwestern").astype(float)
    ).dropna(subset=["share_pupils"])
    band = in_bands(rows["share_pupils"], edges, per_cent)
    told = [
        _mean(rows[band == name], "nonwestern", SHARE, "band", name) for name in band.categories if (band == name).any()
    ]
    means = in_form(pd.DataFrame(told), model="teacher_composition", term="mean")
    tens = rows.assign(per_ten=10 * rows["share_pupils"])
    odds = fit_where_determined(tens, "nonwestern", ["per_ten"], cluster="location")
    slope = (
        odds.only(["per_ten"])
        .rows()
        .assign(
            model="teacher_composition",
            group="",
            term="share_nonwestern_pupils",
            unit="log-odds per 10 percentage points",
            outcome="nonwestern",
            by="",
            category="",
            n_least=int(min(rows["nonwestern"].sum(), (1 - rows["nonwestern"]).sum())),
            reason=odds.reason,
        )
    )
    return with_reasons(pd.concat([means.assign(reason=""), in_form(slope)], ignore_index=True))


def hours(by_teacher: pd.DataFrame) -> pd.DataFrame:
    """Regress hours (fte) on sex, age, background and year, together; errors clustered by school.

    Returns
    -------
    DataFrame
        Model ``teacher_hours`` in the form of `described`. The reference is a woman under 35 without a migration
        background in the first year.
    """
    coded = _coded(by_teacher)
    bands = {f"age {name}": (coded["age_band"] == name).astype(float) for name in coded["age_band"].cat.categories[1:]}
    rows = coded.assign(
        man=(coded["sex"] == "m").astype(float),
        nonwestern=(coded["background"] == "nonwestern").astype(float),
        western=(coded["background"] == "western").astype(float),
        last_year=(coded["year"] == coded["year"].max()).astype(float),
        **bands,
    )
    terms = ["man", *bands, "nonwestern", "western", "last_year"]
    found = regression.fit_where_determined(rows, "fte", terms, cluster="location")
    least = {term: int(min(rows[term].sum(), (1 - rows[term]).sum())) for term in terms}
    told = found.estimates("teacher_hours", "", "fte", terms).assign(outcome="fte", by="", category="")
    return told.assign(n_least=told["term"].map(least))


def distances(by_teacher: pd.DataFrame) -> pd.DataFrame:
    """Count the teachers of the last year by straight-line distance between home and school.

    Returns
    -------
    DataFrame
        ``band`` (km), ``teachers``, ``share``.
    """
    check_complete(by_teacher, ["year", "distance_km"], "teachers")
    rows = by_teacher[by_teacher["year"] == by_teacher["year"].max()]
    band = in_bands(rows["distance_km"], KM_EDGES)
    counts = pd.Series(band).value_counts().reindex(band.categories)
    told = pd.DataFrame({"band": counts.index.astype(str), "teachers": counts.to_numpy()})
    return told.assign(share=told["teachers"] / len(rows))
