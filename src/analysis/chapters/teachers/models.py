"""The teachers of a city: who came and left, hours, pay scales, composition against pupils, and the way to work."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.run.remembered import remembered
from analysis.stats import regression
from analysis.stats.bands import in_bands, per_cent
from analysis.stats.complete import check_complete, count_missing, where_known
from analysis.stats.estimates import in_form, no_estimates, with_reasons
from analysis.stats.fit import mean as clustered_mean
from analysis.stats.fractional import fit_where_determined
from analysis.stats.shares import share_interval

AGE_EDGES = (35, 45, 55)
KM_EDGES = (7, 20, 30)
NEEDED = ("year", "location")
TRAITS = ("age", "fte", "sex", "background", "salary", "scale", "in_city", "distance_km", "came", "left")
"""What may be missing of a teacher: who lacks it leaves where it is used."""
SHARE = "share of teachers"
SEXES = {"v": "women", "m": "men"}
BACKGROUNDS = {"none": "no migration background", "western": "western", "nonwestern": "non-western"}


USED = {
    **{name: name for name in ("fte", "salary", "in_city", "distance_km")},
    **dict.fromkeys(("scale_L10", "scale_L11", "scale_L12"), "scale"),
    **dict.fromkeys(("within_7_km", "beyond_30_km"), "distance_km"),
}
"""The column that an outcome is computed from."""
OUTCOMES = {
    "fte": "fte per teacher",
    "salary": "euro a month at full time",
    **dict.fromkeys(("scale_L10", "scale_L11", "scale_L12"), SHARE),
    "in_city": SHARE,
    "distance_km": "km, straight line",
    "within_7_km": SHARE,
    "beyond_30_km": SHARE,
}


def unknown(by_teacher: pd.DataFrame) -> pd.DataFrame:
    """Count by year of how many teachers a trait is not known; see `count_missing`."""
    return count_missing(by_teacher, TRAITS, ["year"])


def together(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put the tables of estimates that have rows below each other."""
    return pd.concat([table for table in tables if len(table)], ignore_index=True)


def flows(by_teacher: pd.DataFrame) -> pd.DataFrame:
    """Count who left after the first year and who came before the last, and where to and where from.

    Parameters
    ----------
    by_teacher : A row per teacher and year, as `data.microdata.BY_TEACHER`.

    Returns
    -------
    DataFrame
        ``flow`` (left, came), ``year``, ``where`` (``all``, or one of the ways), ``teachers`` (of that year),
        ``teachers_flow`` and ``share``: of the teachers of that year where it is all, else of those who flowed. A flow
        that the data do not have is left out.
    """
    check_complete(by_teacher, ["year"], "teachers")
    years = sorted(by_teacher["year"].unique())
    lines = []
    for flow, year in (("left", years[0]), ("came", years[-1])):
        of_year = where_known(by_teacher[by_teacher["year"] == year], [flow])
        if of_year.empty:
            continue
        moved = of_year[of_year[flow] != "none"]
        lines.append((flow, year, "all", len(of_year), len(moved), len(moved) / len(of_year)))
        lines += [
            (flow, year, str(where), len(moved), int(number), number / len(moved))
            for where, number in moved[flow].value_counts(sort=True).items()
        ]
    return pd.DataFrame(lines, columns=["flow", "year", "where", "teachers", "teachers_flow", "share"])


@remembered
def described(by_teacher: pd.DataFrame) -> pd.DataFrame:
    """Estimate means and shares of teachers by year, sex, age and background, with intervals clustered by school.

    Parameters
    ----------
    by_teacher : As in `flows`.

    Returns
    -------
    DataFrame
        With ``outcome, by, category, n_least, trait``. Outcomes: ``fte``, ``salary`` (gross euros a month at full
        time), ``scale_L10`` and so on, ``in_city``, ``distance_km``, ``within_7_km``, ``beyond_30_km``; ``n_least`` is
        the smaller side of a yes-no; ``trait`` is the outcome, of pay scales ``scale``: they add up.
    """
    rows = _coded(by_teacher)
    last = rows[rows["year"] == rows["year"].max()]
    columns = {"sex": "sex_name", "age_band": "age_band", "background": "background_name"}
    columns = {by: name for by, name in columns.items() if name in rows}
    parts = [("year", str(year), of) for year, of in rows.groupby("year")]
    parts += [(by, str(value), of) for by, name in columns.items() for value, of in last.groupby(name, observed=True)]
    means = [
        _mean(known, outcome, unit, by, category)
        for by, category, of in parts
        for outcome, unit in OUTCOMES.items()
        if len(known := where_known(of, [USED[outcome]]))
    ]
    rows = in_form(pd.DataFrame(means), model="teachers", term="mean")
    return rows.assign(trait=rows["outcome"].str.replace(r"scale_.+", "scale", regex=True))


def _coded(by_teacher: pd.DataFrame) -> pd.DataFrame:
    check_complete(by_teacher, NEEDED, "teachers")
    coded: dict[str, Callable[[pd.Series], Mapping[str, Any]]] = {
        "scale": lambda scale: {f"scale_{name}": scale.eq(name).astype(float) for name in ("L10", "L11", "L12")},
        "in_city": lambda city: {"in_city": city.astype("boolean").to_numpy(float, na_value=np.nan)},
        "distance_km": lambda km: {
            "within_7_km": km.le(KM_EDGES[0]).astype(float),
            "beyond_30_km": km.gt(KM_EDGES[-1]).astype(float),
        },
        "sex": lambda sex: {"sex_name": sex.map(SEXES)},
        "background": lambda background: {"background_name": background.map(BACKGROUNDS)},
    }
    made = {
        name: values
        for column, code in coded.items()
        if column in by_teacher
        for name, values in code(by_teacher[column]).items()
    }
    return by_teacher.assign(**made, age_band=_age_band(by_teacher["age"]))


def _age_band(age: pd.Series) -> pd.Series:
    known = age.dropna()
    return pd.Series(in_bands(known, AGE_EDGES), index=known.index)


def _mean(rows: pd.DataFrame, outcome: str, unit: str, by: str, category: str) -> dict[str, object]:
    value = rows[outcome].to_numpy(float)
    mean = clustered_mean(value, rows["location"])
    estimate = mean.rows().iloc[0].drop(["term", "n_obs", "n_clusters"])
    least = len(value)
    if unit == SHARE:
        (low,), (high,) = share_interval(mean.coefficients, mean.std_errors, [mean.n_clusters])
        estimate[["ci_low", "ci_high", "p_value"]] = low, high, np.nan
        least = min(int(value.sum()), len(value) - int(value.sum()))
    return {
        **{str(name): number for name, number in estimate.items()},
        "group": category,
        "unit": unit,
        "n_obs": len(value),
        "n_clusters": mean.n_clusters,
        "outcome": outcome,
        "by": by,
        "category": category,
        "n_least": least,
    }


def composition(by_teacher: pd.DataFrame, by_location: pd.DataFrame, edges: Sequence[float]) -> pd.DataFrame:
    """Estimate the share of teachers with a non-western background by the share among the school's pupils.

    Parameters
    ----------
    by_teacher : As in `flows`; the last year counts.
    by_location : ``location, share_nonwestern`` of the pupils.
    edges : Edges of the bands of schools.

    Returns
    -------
    DataFrame
        As `described`: model ``teacher_composition``, outcome ``nonwestern``; a row per band, and the row of a logit of
        a teacher's background on the share of pupils (``by`` is empty; log-odds per 10 percentage points). Where that
        has no estimate, a column ``reason`` says why. Without rows where the data lack a background.
    """
    by_teacher = where_known(by_teacher, ["background"])
    if by_teacher.empty or "share_nonwestern" not in by_location:
        return no_estimates(("outcome", "by", "category"), (), ("n_least",))
    check_complete(by_teacher, ["year", "location", "background"], "teachers")
    share = by_location.set_index("location")["share_nonwestern"]
    rows = by_teacher[by_teacher["year"] == by_teacher["year"].max()]
    rows = rows.assign(
        share_pupils=rows["location"].map(share), nonwestern=(rows["background"] == "nonwestern").astype(float)
    ).dropna(subset=["share_pupils"])
    band = in_bands(rows["share_pupils"], edges, per_cent)
    bands = [name for name in band.categories if (band == name).any()]
    shares = [_mean(rows[band == name], "nonwestern", SHARE, "band", name) for name in bands]
    means = in_form(pd.DataFrame(shares), model="teacher_composition", term="mean")
    tens = rows.assign(per_ten=10 * rows["share_pupils"])
    odds = fit_where_determined(tens, "nonwestern", ["per_ten"], cluster="location")
    slope = in_form(
        odds.only(["per_ten"]).rows(),
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
    return with_reasons(pd.concat([means.assign(reason=""), slope], ignore_index=True))


def hours(by_teacher: pd.DataFrame) -> pd.DataFrame:
    """Regress hours (fte) on sex, age, background and year, together; errors clustered by school.

    Parameters
    ----------
    by_teacher : As in `flows`.

    Returns
    -------
    DataFrame
        Model ``teacher_hours``, as `described` without ``trait``. The reference is a woman under 35 without a migration
        background in the first year. What the data do not have is not held equal.
    """
    traits = [name for name in ("sex", "background") if name in by_teacher]
    coded = _coded(where_known(by_teacher, ["age", "fte", *traits]))
    bands = {f"age {name}": (coded["age_band"] == name).astype(float) for name in coded["age_band"].cat.categories[1:]}
    sexes = {"man": "m"} if "sex" in traits else {}
    groups = {"nonwestern": "nonwestern", "western": "western"} if "background" in traits else {}
    rows = coded.assign(
        **{term: (coded["sex"] == code).astype(float) for term, code in sexes.items()},
        **{term: (coded["background"] == code).astype(float) for term, code in groups.items()},
        last_year=(coded["year"] == coded["year"].max()).astype(float),
        **bands,
    )
    terms = [*sexes, *bands, *groups, "last_year"]
    fitted = regression.fit_where_determined(rows, "fte", terms, cluster="location")
    least = {term: int(min(rows[term].sum(), (1 - rows[term]).sum())) for term in terms}
    estimates = fitted.estimates("teacher_hours", "", "fte", terms).assign(outcome="fte", by="", category="")
    return estimates.assign(n_least=estimates["term"].map(least))


def distances(by_teacher: pd.DataFrame) -> pd.DataFrame:
    """Count the teachers of the last year by straight-line distance between home and school.

    Parameters
    ----------
    by_teacher : As in `flows`.

    Returns
    -------
    DataFrame : ``band`` (km), ``teachers``, ``share``.
    """
    check_complete(by_teacher, ["year"], "teachers")
    rows = where_known(by_teacher[by_teacher["year"] == by_teacher["year"].max()], ["distance_km"])
    if rows.empty:
        return pd.DataFrame(columns=["band", "teachers", "share"])
    band = in_bands(rows["distance_km"], KM_EDGES)
    counts = pd.Series(band).value_counts().reindex(band.categories)
    by_band = pd.DataFrame({"band": counts.index.astype(str), "teachers": counts.to_numpy()})
    return by_band.assign(share=by_band["teachers"] / len(rows))
