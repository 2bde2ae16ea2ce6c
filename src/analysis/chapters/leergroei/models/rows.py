"""Tidy estimates by group, one row each; a group that is too small keeps its row and its counts, without numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial, reduce
from typing import Any

import numpy as np
import pandas as pd

from analysis.stats.complete import check_complete
from analysis.stats.estimates import ESTIMATE_COLUMNS, in_form, no_estimates, t_interval
from analysis.stats.fit import correction
from analysis.stats.shares import share_interval

ESTIMATE = ("estimate", "std_error", "ci_low", "ci_high", "p_value")

FEWEST_SCHOOLS = 3
"""With fewer schools no error can be clustered: the row has counts only."""

DISTINGUISHED = ("outcome", "by", "category", "n_least", "n_pupils", "df")

PROBABILITY = "probability"

no_rows = partial(no_estimates, ("outcome", "by", "category"), ("df",), ("n_least", "n_pupils"))
"""What a model returns for which the data lack what it needs."""

WORDS = {
    "groep": "groep {}",
    "level_m": "level {}",
    "level_prior": "level {} the year before",
    "band": "{} at risk",
}


def iter_groups(
    frame: pd.DataFrame, outcomes: Iterable[str], by: Sequence[str] = ()
) -> Iterator[tuple[dict[str, Any], pd.DataFrame]]:
    """Iterate over the groups within each subject, with whom an estimate of each rests on.

    Parameters
    ----------
    frame : with ``pupil, subject, year, location`` and the columns of `by`
    outcomes, by : the subjects, in order, and the columns that define groups within them

    Returns
    -------
    iterator of dict and DataFrame
        ``group, outcome, by, category``; ``n_obs`` rows (pupil-years), ``n_pupils`` (each once), ``n_least`` pupils and
        ``n_clusters`` schools in the year with the fewest (disclosure control asks for these), and ``schools`` of all
        years; and the rows of the group.
    """
    years = frame["year"].unique().tolist()
    for outcome in outcomes:
        rows = frame[frame["subject"] == outcome]
        if not by:
            yield _counted(outcome, "", "", rows, years), rows
            continue
        for values, part in rows.groupby(list(by), sort=True, observed=True):
            words = [WORDS.get(name, "{}").format(value) for name, value in zip(by, values, strict=True)]
            yield _counted(outcome, ", ".join(by), ", ".join(words), part, years), part


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
    frame : ``pupil, subject, year, location, closure`` and `column`, of one school year or two
    outcomes, by : the subjects, in order, and the columns that define groups within them
    model, term, unit : constants of the rows
    column : what the mean is taken of
    weights : column of weights

    Returns
    -------
    DataFrame : tidy estimates, then the counts of `iter_groups` and ``df``

    Notes
    -----
    With :math:`a_i = \pm w_i (y_i - \bar y) / \sum w` (sums over the year), the variance is
    :math:`\frac{G}{G-1}\frac{N-1}{N-K} \sum_g (\sum_{i \in g} a_i)^2`: the convention of `analysis.stats.fit`,
    with K the number of years.
    """
    needed = ["subject", "year", "location", "closure", column, *by, *([weights] if weights else [])]
    check_complete(frame, needed, model)
    if frame.empty:
        return no_rows()
    keys, years = ["subject", *by], frame["year"].unique().tolist()
    rows = frame.loc[frame["subject"].isin(list(outcomes)), [*keys, "pupil", "year", "location", "closure", column]]
    w = frame.loc[rows.index, weights] if weights else pd.Series(1.0, index=rows.index)
    w = w * np.where((rows["closure"] == 1) | (len(years) == 1), 1.0, -1.0)
    by_year = [rows[name] for name in [*keys, "year"]]
    share = w / w.groupby(by_year, observed=True).transform("sum").abs()
    mean = (share.abs() * rows[column]).groupby(by_year, observed=True).transform("sum")
    rows = rows.assign(estimate=share * rows[column], influence=share * (rows[column] - mean))
    squares = rows.groupby([*keys, "location"], observed=True)["influence"].sum() ** 2
    groups = rows.groupby(keys, observed=True).agg(
        estimate=("estimate", "sum"),
        n_obs=("year", "size"),
        n_pupils=("pupil", "nunique"),
        schools=("location", "nunique"),
    )
    factor = correction(groups["schools"], groups["n_obs"], len(years))
    groups["std_error"] = np.sqrt(factor * squares.groupby(keys, observed=True).sum())
    groups = groups.join(_least_of_years(rows, keys, years))
    groups.loc[groups["n_clusters"] < FEWEST_SCHOOLS, ["estimate", "std_error"]] = np.nan
    estimates = in_rows(_named(groups.reset_index(), list(outcomes), by), model=model, term=term, unit=unit)
    return _within_zero_and_one(estimates) if unit == PROBABILITY and len(years) == 1 else estimates


def in_rows(rows: pd.DataFrame, **constants: str) -> pd.DataFrame:
    """Add intervals and p-values by Student's t.

    Parameters
    ----------
    rows : with ``estimate, std_error, schools`` (of all years)
    **constants : columns that are the same in all rows

    Returns
    -------
    DataFrame
        Tidy estimates; ``df`` is the number of schools of all years less one, while ``n_clusters`` counts the schools
        of the year with the fewest.
    """
    if rows.empty:
        return no_rows()
    intervals = [
        t_interval(part["estimate"], part["std_error"], max(int(part["schools"].iloc[0]), 2)).set_index(part.index)
        for _, part in rows.groupby("schools")
    ]
    limits = pd.concat(intervals)[["ci_low", "ci_high", "p_value"]]
    df = rows["schools"].clip(lower=2) - 1.0
    return in_form(rows.drop(columns="schools").join(limits).assign(df=df), **constants)


def together(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put tables of estimates together.

    Parameters
    ----------
    tables : each with the tidy columns and those of `DISTINGUISHED`

    Returns
    -------
    DataFrame : the rows of all, with these columns and no others
    """
    return stacked([table[[*ESTIMATE_COLUMNS, *DISTINGUISHED]] for table in tables])


def stacked(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put tables of estimates below each other; those without rows bring nothing, not even a type of a column."""
    return pd.concat([table for table in tables if len(table)] or tables[:1], ignore_index=True)


def _counted(outcome: str, by: str, category: str, part: pd.DataFrame, years: list[str]) -> dict[str, Any]:
    by_year = part.groupby("year")["location"].agg(["size", "nunique"]).reindex(years, fill_value=0)
    return {
        "group": f"{outcome}, {category}" if category else outcome,
        "n_obs": len(part),
        "n_pupils": part["pupil"].nunique(),
        "n_clusters": int(by_year["nunique"].min()),
        "outcome": outcome,
        "by": by,
        "category": category,
        "n_least": int(by_year["size"].min()),
        "schools": part["location"].nunique(),
    }


def _within_zero_and_one(shares: pd.DataFrame) -> pd.DataFrame:
    """Give shares of one year an interval without impossible values; that a share is not zero is no finding."""
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


def _named(groups: pd.DataFrame, outcomes: list[str], by: Sequence[str]) -> pd.DataFrame:
    rank = groups["subject"].map(outcomes.index)
    groups = groups.assign(rank=rank).sort_values(["rank", *by], ignore_index=True)
    categories = [groups[name].map(WORDS.get(name, "{}").format).astype(str) for name in by]
    category = reduce(lambda first, second: first + ", " + second, categories) if by else pd.Series("", groups.index)
    group = groups["subject"].where(category == "", groups["subject"] + ", " + category)
    return groups.assign(group=group, outcome=groups["subject"], by=", ".join(by), category=category).drop(
        columns=["subject", "rank", *by]
    )
