"""Who attends small schools: pupils at risk by size of school, in the city and within its stadsdelen."""

from __future__ import annotations

import numpy as np
import pandas as pd
import statsmodels.api as sm

from analysis.chapters.city_forecast.models.series import CITY
from analysis.errors import Reason
from analysis.stats.estimates import in_form, t_interval, with_reasons
from analysis.stats.fit import mean
from analysis.stats.selection import Step, walk
from analysis.stats.shares import share_interval

SIZES = ("small", "medium", "large")
SMALL = SIZES[0]
FEWEST, ENOUGH = 3, 10
"""Schools, of which fewer tell about one of them; and schools on a side without which no error is known."""
ACROSS, WITHIN = "difference in the city", "difference within stadsdelen"
PUPILS, SCHOOLS = "each pupil counts", "each school counts"


def select(by_pupil: pd.DataFrame, by_location: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give pupils the size and stadsdeel of their school, and count those who leave.

    Returns
    -------
    tuple of DataFrame
        A row per pupil: ``location, at_risk, area, size``; and the account in the form of `chapter.Chapter.account`.
    """
    schools = by_location.set_index("location")[["stadsdeel", "size_class", "special"]]
    rows = by_pupil[["location", "at_risk"]].join(schools, on="location").assign(pupils=1)
    steps: list[Step] = [
        ("special", "a special school", lambda part: ~part["special"].fillna(value=False).astype(bool)),
        ("size", "size of the school not known", lambda part: part["size_class"].notna()),
        ("stadsdeel", "school in no stadsdeel", lambda part: part["stadsdeel"].notna()),
        ("at risk", "risk of disadvantage not known", lambda part: part["at_risk"].notna()),
    ]
    kept, account = walk(rows, steps, pupils="pupils")
    named = kept.rename(columns={"stadsdeel": "area", "size_class": "size"}).astype({"at_risk": float})
    return named[["location", "at_risk", "area", "size"]].reset_index(drop=True), account


def shares(pupils: pd.DataFrame) -> pd.DataFrame:
    """Return the share at risk by size of school, of the city and of stadsdelen with three schools of each size.

    Parameters
    ----------
    pupils : Of `select`.

    Returns
    -------
    DataFrame
        ``area, size, estimate, ci_low, ci_high, pupils, schools``; the interval is Wilson's at the effective number,
        clustered by school.
    """
    rows = []
    told = pupils[pupils["area"].isin(_told(pupils))]
    for (area, size), part in pd.concat([pupils.assign(area=CITY), told]).groupby(["area", "size"], observed=True):
        fit = mean(part["at_risk"], part["location"])
        found = {"estimate": fit.coefficients["mean"], "error": np.sqrt((fit.influence["mean"] ** 2).sum())}
        rows.append({"area": area, "size": size, **found, "pupils": len(part), "schools": part["location"].nunique()})
    table = pd.DataFrame(rows, columns=["area", "size", "estimate", "error", "pupils", "schools"])
    low, high = share_interval(table["estimate"], table["error"], table["schools"])
    table = table.assign(ci_low=low, ci_high=high, first=table["area"] != CITY, place=table["size"].map(SIZES.index))
    ordered = table.sort_values(["first", "area", "place"], ignore_index=True)
    return ordered[["area", "size", "estimate", "ci_low", "ci_high", "pupils", "schools"]]


def _told(pupils: pd.DataFrame) -> set[str]:
    """Return the stadsdelen with enough schools of each of their sizes; not all but one, which would follow."""
    schools = pupils.groupby(["area", "size"])["location"].nunique()
    by_area = schools.groupby("area").agg(["min", "sum"])
    told = by_area[by_area["min"] >= FEWEST].sort_values("sum")
    return {*(told.index[1:] if len(told) == len(by_area) - 1 else told.index)}


def contrasts(pupils: pd.DataFrame) -> pd.DataFrame:
    r"""Compare the share at risk at small schools with that at others, in the city and within stadsdelen.

    Parameters
    ----------
    pupils : Of `select`.

    Returns
    -------
    DataFrame
        Estimates: ``term`` is `ACROSS` or `WITHIN` (with an intercept for each stadsdeel that has both), ``model`` who
        counts; ``schools_small, schools_other`` and ``pupils_small, pupils_other`` are those compared. By least squares
        on the shares of schools; of :math:`r_j = a_{g(j)} + b\,\mathrm{small}_j + e_j` it is b. Errors are robust
        (HC3, which are about those clustered by school), with one degree of freedom less than the smaller side has
        schools; of fewer than `ENOUGH` schools on a side there is a ``reason``.
    """
    schools = pupils.groupby("location").agg(
        share=("at_risk", "mean"), n=("at_risk", "size"), size=("size", "first"), area=("area", "first")
    )
    small = schools["size"] == SMALL
    both = small.groupby(schools["area"]).transform("nunique") > 1
    rows = [
        {"model": model, "term": term, **_difference(schools[has], small[has], term == WITHIN, model == PUPILS)}
        for term, has in ((ACROSS, both | True), (WITHIN, both))
        for model in (PUPILS, SCHOOLS)
    ]
    return with_reasons(in_form(pd.DataFrame(rows), group=SMALL, unit="share"))


def _difference(schools: pd.DataFrame, small: pd.Series, within: bool, by_pupil: bool) -> dict[str, float | str]:
    counts = {"schools_small": int(small.sum()), "schools_other": int((~small).sum())}
    counts |= {"pupils_small": int(schools.loc[small, "n"].sum()), "pupils_other": int(schools.loc[~small, "n"].sum())}
    sizes = {**counts, "n_obs": int(schools["n"].sum()), "n_clusters": len(schools)}
    fewest = min(counts["schools_small"], counts["schools_other"])
    if fewest < ENOUGH:
        none = dict.fromkeys(("estimate", "std_error", "ci_low", "ci_high", "p_value", "df"), np.nan)
        return {**none, **sizes, "reason": Reason.TOO_FEW_CLUSTERS.value}
    others = pd.get_dummies(schools["area"], dtype=float).to_numpy() if within else np.ones((len(schools), 1))
    weight = schools["n"].to_numpy(float) if by_pupil else np.ones(len(schools))
    X = np.column_stack([small.to_numpy(float), others])
    fit = sm.WLS(schools["share"].to_numpy(), X, weights=weight).fit(cov_type="HC3")
    ends = t_interval(pd.Series([fit.params[0]]), pd.Series([fit.bse[0]]), fewest)
    return {
        **{str(name): float(value) for name, value in ends.iloc[0].items()},
        **sizes,
        "df": fewest - 1.0,
        "reason": "",
    }
