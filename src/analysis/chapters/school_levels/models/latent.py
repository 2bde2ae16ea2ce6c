r"""Gaps and shifts on a scale that does not depend on where the cuts lie, beside those of the shares.

Groups are bands of schoolweging in a year; their latent means :math:`\mu_g` and spreads follow from how many pupils are
at each level (`stats.ordered_groups`). With :math:`w_g` the mean schoolweging of a band and :math:`t_g` the year,

.. math:: \mu_g = a + b\, w_g / 10 + c\, t_g

by least squares, weighted by pupils; b is the gap and c the shift of a year. The same is done with the shares at the
target level, below 1F and between them: what the last one gains, the others lose together. Variances follow from what
each school adds to the counts, over all its years together. A group with everybody at one end, or of fewer than three
schools, is left out; with one band there is no b, with one year no c.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.chapters.school_levels.models.shares import BELOW, BETWEEN, TARGET, counted, in_order
from analysis.errors import ModelError, Reason
from analysis.reference_levels import LEVELS, SUBJECTS
from analysis.stats.arrays import Floats
from analysis.stats.estimates import in_form, t_interval, with_reasons
from analysis.stats.ordered_groups import fit_ordered_groups, with_influence

Booleans = NDArray[np.bool_]
LATENT = "latent scale"
SCALES = (LATENT, TARGET, BELOW, BETWEEN)
GAP, SHIFT = TERMS = ("gap per ten points", "shift per year")
PER = 10.0
"""Points of schoolweging that the gap is told for."""
UNITS = {LATENT: "standard deviations", **dict.fromkeys((TARGET, BELOW, BETWEEN), "share of pupils")}
KEYS = ["year", "band"]
JACKKNIFED = 50
"""Schools below which each is left out in turn: linearised errors are too small where one weighs much."""
FEWEST = 3
"""Schools, of which fewer tell about one of them."""


def groups(pupils: pd.DataFrame) -> pd.DataFrame:
    """Return latent means and spreads by subject, band and year.

    Parameters
    ----------
    pupils : Of `shares.select`.

    Returns
    -------
    DataFrame
        ``subject, year, band, estimate, sd`` (mean and spread, in standard deviations of all pupils of the subject),
        ``schools, pupils``; where the data do not determine some, ``reason``.
    """
    parts = [_groups(part).assign(subject=subject) for subject, part in pupils.groupby("subject")]
    columns = ["subject", "year", "band", "estimate", "sd", "schools", "pupils", "reason"]
    return with_reasons(in_order(pd.concat(parts, ignore_index=True))[columns])


def _groups(part: pd.DataFrame) -> pd.DataFrame:
    counts = counted(part, KEYS)
    sizes = part.groupby(KEYS, observed=True).agg(schools=("location", "nunique"), pupils=("pupil", "size"))
    enough = sizes["schools"] >= FEWEST
    inside = enough & ~_at_one_end(counts)
    why = np.where(enough, Reason.SEPARATED.value, Reason.TOO_FEW_CLUSTERS.value)
    rows = sizes.assign(estimate=np.nan, sd=np.nan, reason=np.where(inside, "", why))
    try:
        fit = fit_ordered_groups(counts[inside].to_numpy(float))
        rows.loc[inside, ["estimate", "sd"]] = np.column_stack([fit.mean, fit.sd])
    except ModelError as error:
        error.raise_unless_of_the_data()
        rows.loc[inside, "reason"] = error.reason.value
    return rows.reset_index().astype({"band": str})


def _at_one_end(counts: pd.DataFrame) -> pd.Series:
    return counts[[LEVELS[0], LEVELS[-1]]].max(axis=1) == counts.sum(axis=1)


def contrasts(pupils: pd.DataFrame) -> pd.DataFrame:
    """Return the gap per ten points of schoolweging and the shift per year, on the latent scale and of the shares.

    Parameters
    ----------
    pupils : Of `shares.select`.

    Returns
    -------
    DataFrame
        Estimates; ``group`` is the subject, ``model`` the scale, ``term`` `GAP` or `SHIFT`; ``n_obs`` counts results
        of pupils, ``n_clusters`` schools. Where the data do not determine some, ``reason``.
    """
    parts = {subject: pupils[pupils["subject"] == subject] for subject in SUBJECTS}
    table = pd.concat([_contrasts(part, subject) for subject, part in parts.items() if len(part)], ignore_index=True)
    ends = t_interval(table["estimate"], table["std_error"], table["n_clusters"])
    return with_reasons(in_form(table.assign(**ends)))


def _contrasts(part: pd.DataFrame, subject: str) -> pd.DataFrame:
    counts = counted(part, KEYS)
    schools = part.groupby(KEYS, observed=True)["location"].nunique()
    counts = counts[~_at_one_end(counts) & (schools >= FEWEST)]
    by_school = counted(part, ["location", *KEYS]).reset_index()
    by_school = by_school[pd.MultiIndex.from_frame(by_school[KEYS]).isin(counts.index)]
    rows = pd.DataFrame([(scale, term) for scale in SCALES for term in TERMS], columns=["model", "term"])
    rows = rows.assign(unit=rows["model"].map(UNITS), group=subject, estimate=np.nan, std_error=np.nan, reason="")
    rows = rows.assign(n_obs=int(counts.to_numpy().sum()), n_clusters=by_school["location"].nunique())
    try:
        X = _terms(counts.index, part.groupby("band", observed=True)["schoolweging"].mean())
        known = np.tile(_determined(X), len(SCALES))
        estimated = np.column_stack(_estimated(X, counts, by_school))
    except ModelError as error:
        error.raise_unless_of_the_data()
        return rows.assign(reason=error.reason.value)
    rows.loc[known, ["estimate", "std_error"]] = estimated[known]
    return rows.assign(reason=np.where(known, "", Reason.COLLINEAR.value))


def _terms(groups: pd.Index, weging: pd.Series) -> Floats:
    """Return intercept, tens of points of schoolweging and years since the first of each group."""
    if groups.empty:
        raise ModelError("gaps and shifts: no group has three schools and pupils at several levels", Reason.EMPTY)
    years, bands = (groups.get_level_values(name) for name in KEYS)
    since = years.str[:4].astype(int) - int(years.min()[:4])
    return np.column_stack([np.ones(len(groups)), weging.reindex(bands) / PER, since])


def _determined(X: Floats) -> Booleans:
    """Return of each term but the intercept whether it is no combination of the others, shape (2,)."""
    rank = np.linalg.matrix_rank(X)
    return np.array([np.linalg.matrix_rank(np.delete(X, column, axis=1)) < rank for column in (1, 2)])


def _estimated(X: Floats, counts: pd.DataFrame, by_school: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return gap and shift on each scale, and their errors, shape (8,) each."""
    if by_school["location"].nunique() < 2:
        raise ModelError("gaps and shifts: one school", Reason.TOO_FEW_CLUSTERS)
    table = counts.to_numpy(float)
    group = counts.index.get_indexer(pd.MultiIndex.from_frame(by_school[KEYS]))
    own = by_school[list(LEVELS)].to_numpy(float)
    values, influence = with_influence(table, lambda mean, of: _slopes(X, mean, of))
    schools = pd.factorize(by_school["location"])[0]
    if schools.max() < JACKKNIFED:
        left_out = [_without(X, table, group[schools == one], own[schools == one]) for one in range(schools.max() + 1)]
        return values, _spread(np.array(left_out)) * (len(left_out) - 1)
    added = np.einsum("rc,rck->rk", own, influence[group])
    return values, _spread(pd.DataFrame(added).groupby(schools).sum().to_numpy()) * len(np.unique(schools))


def _without(X: Floats, table: Floats, group: NDArray[np.intp], own: Floats) -> Floats:
    """Return gap and shift on each scale without one school."""
    rest = table.copy()
    np.subtract.at(rest, group, own)
    return _slopes(X, fit_ordered_groups(rest).mean, rest)


def _spread(by_school: Floats) -> Floats:
    """Return the standard error of a mean of what each school adds."""
    return np.asarray(by_school.std(axis=0, ddof=1) / np.sqrt(len(by_school)))


def _slopes(X: Floats, mean: Floats, table: Floats) -> Floats:
    """Return gap and shift of latent means, and of shares at target, below 1F and between: shape (8,)."""
    n = table.sum(axis=1)
    shares = table / n[:, None]
    outcomes, root = np.column_stack([mean, shares[:, -1], shares[:, 0], shares[:, 1]]), np.sqrt(n)[:, None]
    return np.asarray(np.linalg.lstsq(root * X, root * outcomes)[0][1:].T.ravel())
