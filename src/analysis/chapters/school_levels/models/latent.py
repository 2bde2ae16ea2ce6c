r"""Gaps and shifts on a scale that does not depend on where the cuts lie, beside those of the shares.

Groups are bands of schoolweging in a year; their latent means :math:`\mu_g` and spreads follow from how many pupils are
at each level (`stats.ordered_groups`). With :math:`w_g` the mean schoolweging of a band and :math:`t_g` the year,

.. math:: \mu_g = a + b\, w_g / 10 + c\, t_g

by least squares, weighted by pupils; b is the gap and c the shift of a year. The same is done with the shares at the
target level and below 1F. Variances follow from what each school adds to the counts, over all its years together.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.chapters.school_levels.models.shares import BELOW, TARGET, counted, in_order
from analysis.errors import ModelError
from analysis.reference_levels import LEVELS, SUBJECTS
from analysis.stats.arrays import Floats
from analysis.stats.estimates import in_form, t_interval
from analysis.stats.ordered_groups import fit_ordered_groups, with_influence

LATENT = "latent scale"
SCALES = (LATENT, TARGET, BELOW)
TERMS = ("gap", "shift")
PER = 10.0
"""Points of schoolweging that the gap is told for."""
UNITS = {LATENT: "standard deviations", TARGET: "share of pupils", BELOW: "share of pupils"}
KEYS = ["year", "band"]


def groups(pupils: pd.DataFrame) -> pd.DataFrame:
    """Return latent means and spreads by subject, band and year.

    Parameters
    ----------
    pupils : Of `shares.select`.

    Returns
    -------
    DataFrame
        ``subject, year, band, estimate, sd`` (mean and spread, in standard deviations of all pupils of the subject),
        ``schools, pupils``; without subjects that the data do not determine.
    """
    parts = [_groups(part).assign(subject=subject) for subject, part in pupils.groupby("subject")]
    columns = ["subject", "year", "band", "estimate", "sd", "schools", "pupils"]
    return in_order(pd.concat(parts, ignore_index=True))[columns]


def _groups(part: pd.DataFrame) -> pd.DataFrame:
    counts = counted(part, KEYS)
    sizes = part.groupby(KEYS, observed=True).agg(schools=("location", "nunique"), pupils=("pupil", "size"))
    try:
        fit = fit_ordered_groups(counts.to_numpy(float))
    except ModelError:  # a group has everybody at one end, or a level nobody
        return sizes.iloc[:0].reset_index().assign(estimate=0.0, sd=0.0)
    return sizes.assign(estimate=fit.mean, sd=fit.sd).reset_index().astype({"band": str})


def contrasts(pupils: pd.DataFrame) -> pd.DataFrame:
    """Return the gap per ten points of schoolweging and the shift per year, on the latent scale and of the shares.

    Parameters
    ----------
    pupils : Of `shares.select`.

    Returns
    -------
    DataFrame
        Estimates; ``group`` is the subject, ``model`` the scale, ``term`` gap or shift; ``n_obs`` counts results of
        pupils, ``n_clusters`` schools. Without subjects that the data do not determine.
    """
    parts = {subject: pupils[pupils["subject"] == subject] for subject in SUBJECTS}
    rows = [row for subject, part in parts.items() if len(part) for row in _contrasts(part, subject)]
    table = pd.DataFrame(
        rows, columns=["model", "group", "term", "estimate", "std_error", "n_obs", "n_clusters", "unit"]
    )
    ends = t_interval(table["estimate"], table["std_error"], table["n_clusters"])
    return in_form(table.assign(**ends))


def _contrasts(part: pd.DataFrame, subject: str) -> list[dict[str, object]]:
    counts = counted(part, KEYS)
    weging = part.groupby("band", observed=True)["schoolweging"].mean()
    years, at = (counts.index.get_level_values(name) for name in KEYS)
    since = years.str[:4].astype(int) - int(years.min()[:4])
    X = np.column_stack([np.ones(len(counts)), weging.reindex(at) / PER, since])
    try:
        values, influence = with_influence(counts.to_numpy(float), lambda mean, table: _slopes(X, mean, table))
    except ModelError:
        return []
    by_school = counted(part, ["location", *KEYS]).reset_index()
    group = counts.index.get_indexer(pd.MultiIndex.from_frame(by_school[KEYS]))
    added = np.einsum("rc,rck->rk", by_school[list(LEVELS)].to_numpy(float), influence[group])
    errors = _errors(pd.DataFrame(added).groupby(by_school["location"].to_numpy()).sum().to_numpy())
    names = [(scale, term) for scale in SCALES for term in TERMS]
    sizes = {"group": subject, "n_obs": len(part), "n_clusters": part["location"].nunique()}
    return [
        {"model": scale, "term": term, "estimate": value, "std_error": error, "unit": UNITS[scale], **sizes}
        for (scale, term), value, error in zip(names, values, errors, strict=True)
    ]


def _slopes(X: Floats, mean: Floats, table: Floats) -> Floats:
    """Return gap and shift of latent means, of shares at target and of shares below 1F: shape (6,)."""
    n = table.sum(axis=1)
    outcomes, root = np.column_stack([mean, table[:, -1] / n, table[:, 0] / n]), np.sqrt(n)[:, None]
    return np.asarray(np.linalg.lstsq(root * X, root * outcomes)[0][1:].T.ravel())


def _errors(by_school: Floats) -> Floats:
    schools = len(by_school)
    centred = by_school - by_school.mean(axis=0)
    return np.asarray(np.sqrt(schools / (schools - 1) * np.square(centred).sum(axis=0)))
