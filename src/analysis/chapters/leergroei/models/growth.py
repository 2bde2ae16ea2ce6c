r"""Growth against the norm and against the year before: the design of the research office (OIS).

Growth in the closure year is standardised on growth in the year before, within cells of subject, groep and ability
level, because the growth that a test's norm asks for differs between them:

.. math:: z_i = (g_i - \bar g_{c(i)}) / s_{c(i)}

with :math:`g` the growth in skill score, :math:`\bar g_c` and :math:`s_c` mean and standard deviation of the reference
year in cell :math:`c`. A change of -0.1 is a tenth of the standard deviation of growth of the year before.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.chapters.leergroei.models.design import Design
from analysis.chapters.leergroei.models.rows import in_rows, iter_groups, means_by, no_rows, stacked
from analysis.chapters.leergroei.models.sample import comparable
from analysis.errors import ModelError, Reason
from analysis.run.remembered import remembered
from analysis.stats.complete import check_complete, where_known
from analysis.stats.regression import fit_where_determined

SD_NATION = "national standard deviations"
SD_GROWTH = "sd of growth in the year before"
STEP = 0.10
"""The shortage contrast is per so much more shortage (share of fte)."""

FEWEST_FOR_SLOPE = 6
"""Schools in a band below which a difference between schools with more and less shortage is not estimated."""

CELL = ("subject", "groep", "level_m")
GROUPED = ("level_m", "band", "share_at_risk", "shortage")
"""What the change is told by, beside the groep."""


def norm_growth(rows: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Mean growth of the reference year against the national norm, by subject and groep.

    The norm is the growth that keeps a pupil's rank in the nation: growth against it is the change of that rank, in
    national standard deviations (normal scores of the percentiles).

    Parameters
    ----------
    rows : as `sample.select` returns them
    design : the years and tests

    Returns
    -------
    DataFrame : in the form of `rows.means_by`: model ``norm_growth``, term ``mean``
    """
    year = where_known(comparable(rows, design, columns=["norm_growth"]), ["norm_growth"])
    year = year[year["year"] == design.year_before]
    if year.empty:
        return no_rows()
    return means_by(year, design.groepen, ["groep"], "norm_growth", model="norm_growth", term="mean", unit=SD_NATION)


@remembered
def standardised(
    rows: pd.DataFrame, design: Design, cell: Sequence[str] = CELL, *, weights: str | None = None
) -> pd.DataFrame:
    """Standardise growth of the reference and the closure year on the reference year, within cells.

    Parameters
    ----------
    rows : as `sample.select` returns them
    design : the years and tests
    cell : columns that define the cells, as far as the data have them
    weights : column of weights; mean and standard deviation of the reference year are then weighted

    Returns
    -------
    DataFrame
        The comparable rows of the two years with ``growth_sd``, of which the reference year has mean 0 in every cell;
        columns `sample.KEYS`, `GROUPED` and those of the cells and weights.

    Raises
    ------
    ModelError
        If a cell has fewer than two pupils, or no variation, in the reference year.
    """
    cell = cells(rows, cell)
    used = [*cell, "growth", *GROUPED, *([weights] if weights else [])]
    rows = where_known(comparable(rows, design.two_years, columns=used), cell)
    check_complete(rows, ["growth", "closure", "location", *cell, *([weights] if weights else [])], "growth")
    joined = rows.join(moments(rows[rows["closure"] == 0], list(cell), weights), on=list(cell))
    unknown = ~(joined["sd"] > 0)
    if unknown.any():
        few = joined.loc[unknown, cell].astype(str).agg(" ".join, axis=1).unique()
        raise ModelError(
            f"too few pupils in the year before to standardise on: {', '.join(sorted(few)[:5])}", Reason.TOO_FEW
        )
    return joined.assign(growth_sd=(joined["growth"] - joined["mean"]) / joined["sd"]).drop(columns=["mean", "sd"])


def cells(rows: pd.DataFrame, cell: Sequence[str] = CELL) -> list[str]:
    """Return the columns that define the cells: without the ability level where the data do not have it."""
    return [name for name in cell if name in rows]


@remembered
def change(
    growth: pd.DataFrame,
    design: Design,
    by: Sequence[str] = (),
    *,
    model: str = "ois_standardised",
    weights: str | None = None,
) -> pd.DataFrame:
    """Compare standardised growth of the closure year with that of the year before, in groups.

    Parameters
    ----------
    growth : as `standardised` returns it
    design : the subjects
    by : columns that define the groups within a subject; none for the whole subject
    model, weights : name of the model, and the column of weights

    Returns
    -------
    DataFrame
        In the form of `rows.means_by`, term ``closure``: mean of the closure year minus that of the year before. For
        groups of whole cells the latter is zero, so that this is the published measure; its error also counts the
        sampling of the year before. For others, such as bands of schools, what the group grows more or less in any year
        is taken off.

    Notes
    -----
    Cells weigh as they do in the closure year; their standard deviations are taken as known.
    """
    names = {"model": model, "term": "closure", "unit": SD_GROWTH}
    growth = where_known(growth, by)
    if growth.empty:
        return no_rows()
    return means_by(growth, design.groepen, by, "growth_sd", weights=weights, **names)


@remembered
def change_tables(growth: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Estimate all changes that the publication shows.

    Parameters
    ----------
    growth, design : as in `change`

    Returns
    -------
    DataFrame : as `change` returns them: overall, by groep, by level, by both, by band, and by band and level
    """
    columns = ((), ("groep",), ("level_m",), ("groep", "level_m"), ("band",), ("band", "level_m"))
    return stacked([change(growth, design, by) for by in columns])


def shortage_contrast(growth: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Estimate how much more is lost at schools with a larger teacher shortage, overall and within bands of schools.

    Parameters
    ----------
    growth, design : as in `change`

    Returns
    -------
    DataFrame
        In the form of `rows.means_by`, model ``ois_shortage``, term ``closure:shortage``: how much lower or higher
        the change is per 10 percentage points more shortage (October of the closure year, share of fte). Overall the
        change may differ with the share at risk, by which schools with and without a shortage differ; within a band
        of that share it is one.
    """
    growth = where_known(growth, ["shortage", "share_at_risk", "band"])
    if growth.empty:
        return no_rows()
    steps = growth.assign(shortage=growth["shortage"] / STEP)
    check_complete(steps, ["subject", "year", "location", "band"], "ois_shortage")
    own = ("closure", "shortage", "closure:shortage")
    overall = _contrasts(steps, design, (), (*own, "share_at_risk", "closure:share_at_risk"))
    return pd.concat([overall, _contrasts(steps, design, ("band",), own)], ignore_index=True)


def moments(before: pd.DataFrame, cell: list[str], weights: str | None) -> pd.DataFrame:
    """Compute the (weighted) mean and standard deviation of growth in every cell.

    Parameters
    ----------
    before : rows of the year before, with ``growth`` in points
    cell, weights : columns that define the cells, and of weights

    Returns
    -------
    DataFrame : ``mean`` and ``sd`` by cell; no sd where a cell has one pupil
    """
    w = before[weights] if weights else pd.Series(1.0, index=before.index)
    sums = (
        before.assign(_w=w, _wg=w * before["growth"], _one=1).groupby(cell, observed=True)[["_w", "_wg", "_one"]].sum()
    )
    mean = sums["_wg"] / sums["_w"]
    left = before["growth"] - before[cell].join(mean.rename("mean"), on=cell)["mean"]
    squares = before.assign(_wq=w * left**2).groupby(cell, observed=True)["_wq"].sum()
    n = sums["_one"].where(sums["_one"] > 1)
    return pd.DataFrame({"mean": mean, "sd": np.sqrt(squares / sums["_w"] * n / (n - 1))})


def _contrasts(steps: pd.DataFrame, design: Design, by: Sequence[str], terms: Sequence[str]) -> pd.DataFrame:
    """Estimate the product of closure and shortage by group, where each year has enough schools."""
    rows = []
    for row, part in iter_groups(steps, design.groepen, by):
        estimate, error = np.nan, np.nan
        if row["n_clusters"] >= FEWEST_FOR_SLOPE:
            fit = fit_where_determined(part, "growth_sd", terms, cluster="location")
            estimate, error = fit.combination({"closure:shortage": 1.0})
        rows.append({**row, "estimate": estimate, "std_error": error})
    unit = f"{SD_GROWTH}, per 10 points of shortage"
    return in_rows(pd.DataFrame(rows), model="ois_shortage", term="closure:shortage", unit=unit)
