"""Estimates by group, one row each, in the one form; groups that are too small keep their place and their counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import pandas as pd

from analysis.stats.complete import check_complete
from analysis.stats.estimates import in_form, t_interval
from analysis.stats.fit import correction
from analysis.stats.shares import share_interval

ESTIMATE = ("estimate", "std_error", "ci_low", "ci_high", "p_value")
COUNTED = ("n_pupils", "n_obs")

FEWEST_SCHOOLS = 3
"""With fewer schools no error can be clustered: the row tells only whom it counts."""

PROBABILITY = "probability"

WORDS = {
    "groep": "groep {}",
    "level_m": "level {}",
    "level_prior": "level {} the year before",
    "band": "{} at risk",
}

Estimate = tuple[float, float]
"""An estimate and its standard error."""


def parts(
    frame: pd.DataFrame, outcomes: Iterable[str], by: Sequence[str] = ()
) -> Iterator[tuple[str, tuple[object, ...], pd.DataFrame]]:
    """Give the rows of every group within a subject: the subject, the group's values and its rows."""
    for outcome in outcomes:
        rows = frame[frame["subject"] == outcome]
        if by:
            for values, part in rows.groupby(list(by), sort=True, observed=True):
                yield outcome, values, part
        else:
            yield outcome, (), rows


def row(
    outcome: str, by: Sequence[str], values: Sequence[object], part: pd.DataFrame, years: list[str]
) -> dict[str, object]:
    """Name a group and count whom it rests on; the least of the years compared is what disclosure asks for.

    ``n_obs`` counts rows: a pupil once in every year (pupil-years). ``n_pupils`` counts each pupil once.
    """
    category = ", ".join(WORDS.get(name, "{}").format(value) for name, value in zip(by, values, strict=True))
    by_year = part.groupby("year")["location"].agg(["size", "nunique"]).reindex(years, fill_value=0)
    return {
        "group": f"{outcome}, {category}" if category else outcome,
        "n_obs": len(part),
        "n_pupils": part["pupil"].nunique(),
        "n_clusters": int(by_year["nunique"].min()),
        "outcome": outcome,
        "by": ", ".join(by),
        "category": category,
        "n_least": int(by_year["size"].min()),
    }


def estimate_by(
    frame: pd.DataFrame,
    outcomes: Iterable[str],
    by: Sequence[str],
    estimate: Callable[[pd.DataFrame], Estimate],
    *,
    model: str,
    term: str,
    unit: str,
    fewest: int = FEWEST_SCHOOLS,
) -> pd.DataFrame:
    """Estimate one number per group.

    Parameters
    ----------
    frame
        ``pupil, subject, year, location`` and what `estimate` needs.
    outcomes
        The subjects, in the order in which they are told.
    by
        Columns that make the groups within a subject.
    estimate
        From the rows of a group to an estimate and its standard error.
    model, term, unit
        Constants of the rows.
    fewest
        It is asked of groups with at least so many schools in each of the years.

    Returns
    -------
    DataFrame
        In the one form, with ``n_pupils, outcome, by, category, n_least`` after it (``n_obs``: rows, so pupil-years;
        ``n_pupils``: pupils, each once; ``n_least``: pupils in the smallest of the years; ``n_clusters``: schools in
        the year with the fewest).
    """
    check_complete(frame, ["subject", "year", "location", *by], model)
    rows, years = [], frame["year"].unique().tolist()
    for outcome, values, part in parts(frame, outcomes, by):
        told = row(outcome, by, values, part, years)
        enough = int(part.groupby("year")["location"].nunique().reindex(years, fill_value=0).min()) >= fewest
        value, error = estimate(part) if enough else (np.nan, np.nan)
        rows.append({**told, "estimate": value, "std_error": error, "schools": part["location"].nunique()})
    return in_rows(pd.DataFrame(rows), model=model, term=term, unit=unit)


def means_by(
    frame: pd.DataFrame,
    outcomes: Iterable[str],
    by: Sequence[str],
    column: str,
    *,
    model: str,
    term: str,
    unit: str,
    weights: str | None = None,
) -> pd.DataFrame:
    r"""Estimate a mean per group, or with two years its difference: the closure year minus the year before.

    The same as a regression on the closure year with errors clustered by school, in each group by itself, without the
    cost of a hundred regressions.

    Parameters
    ----------
    frame
        ``pupil, subject, year, location, closure`` and `column`, of one school year or two.
    outcomes, by, model, term, unit
        As in `estimate_by`.
    column
        What the mean is taken of.
    weights
        Column of weights.

    Returns
    -------
    DataFrame
        As `estimate_by`.

    Notes
    -----
    With :math:`a_i = \pm w_i (y_i - \bar y) / \sum w` (sums over the year), the variance is
    :math:`\frac{G}{G-1}\frac{N-1}{N-K} \sum_g (\sum_{i \in g} a_i)^2`: the convention of `analysis.stats.fit`,
    with K the number of years.
    """
    asked = ["subject", "year", "location", "closure", column, *by, *([weights] if weights else [])]
    check_complete(frame, asked, model)
    keys, years = ["subject", *by], frame["year"].unique().tolist()
    rows = frame.loc[frame["subject"].isin(list(outcomes)), [*keys, "pupil", "year", "location", "closure", column]]
    w = frame.loc[rows.index, weights] if weights else pd.Series(1.0, index=rows.index)
    w = w * np.where((rows["closure"] == 1) | (len(years) == 1), 1.0, -1.0)
    by_year = [rows[name] for name in [*keys, "year"]]
    share = w / w.groupby(by_year, observed=True).transform("sum").abs()
    mean = (share.abs() * rows[column]).groupby(by_year, observed=True).transform("sum")
    rows = rows.assign(estimate=share * rows[column], influence=share * (rows[column] - mean))
    squares = rows.groupby([*keys, "location"], observed=True)["influence"].sum() ** 2
    told = rows.groupby(keys, observed=True).agg(
        estimate=("estimate", "sum"),
        n_obs=("year", "size"),
        n_pupils=("pupil", "nunique"),
        schools=("location", "nunique"),
    )
    factor = correction(told["schools"], told["n_obs"], len(years))
    told["std_error"] = np.sqrt(factor * squares.groupby(keys, observed=True).sum())
    told = told.join(_least_of_years(rows, keys, years))
    told.loc[told["n_clusters"] < FEWEST_SCHOOLS, ["estimate", "std_error"]] = np.nan
    found = in_rows(_named(told.reset_index(), list(outcomes), by), model=model, term=term, unit=unit)
    return _within_zero_and_one(found) if unit == PROBABILITY and len(years) == 1 else found


def in_rows(rows: pd.DataFrame, **constants: str) -> pd.DataFrame:
    """Give rows with ``estimate, std_error, schools`` their intervals, and put them in the one form.

    ``df``, the degrees of freedom of interval and p-value, is the number of schools of all years less one, while
    ``n_clusters`` counts the schools of the year with the fewest.
    """
    intervals = [
        t_interval(part["estimate"], part["std_error"], max(int(part["schools"].iloc[0]), 2)).set_index(part.index)
        for _, part in rows.groupby("schools")
    ]
    limits = pd.concat(intervals)[["ci_low", "ci_high", "p_value"]]
    df = rows["schools"].clip(lower=2) - 1.0
    return in_form(rows.drop(columns="schools").join(limits).assign(df=df), **constants)


def _within_zero_and_one(shares: pd.DataFrame) -> pd.DataFrame:
    """Give shares of one year an interval that holds no impossible value; that a share is not zero is no finding."""
    low, high = share_interval(shares["estimate"], shares["std_error"], shares["n_clusters"])
    return shares.assign(ci_low=low, ci_high=high, p_value=np.nan)


def _least_of_years(rows: pd.DataFrame, keys: list[str], years: list[str]) -> pd.DataFrame:
    """Count pupils and schools in the year with the fewest; a year without any counts none."""
    counts = rows.groupby([*keys, "year"], observed=True)["location"].agg(["size", "nunique"]).reset_index()
    least = counts.groupby(keys, observed=True).agg(
        n_least=("size", "min"), n_clusters=("nunique", "min"), present=("year", "size")
    )
    least.loc[least["present"] < len(years), ["n_least", "n_clusters"]] = 0
    return least.drop(columns="present")


def _named(told: pd.DataFrame, outcomes: list[str], by: Sequence[str]) -> pd.DataFrame:
    told = told.assign(rank=told["subject"].map(outcomes.index)).sort_values(["rank", *by], ignore_index=True)
    category = pd.Series("", index=told.index)
    for place, name in enumerate(by):
        category += (", " if place else "") + told[name].map(WORDS.get(name, "{}").format).astype(str)
    group = told["subject"].where(category == "", told["subject"] + ", " + category)
    return told.assign(group=group, outcome=told["subject"], by=", ".join(by), category=category).drop(
        columns=["subject", "rank", *by]
    )
