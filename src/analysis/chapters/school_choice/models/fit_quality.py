"""How well the model of each group fits: on its own choosers, on choosers held out and by distance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from analysis.chapters.school_choice.models.choosers import Flags
from analysis.chapters.school_choice.models.groups import ByGroup, GroupFit
from analysis.chapters.school_choice.models.logit import probabilities
from analysis.errors import ModelError
from analysis.run.remembered import remembered
from analysis.stats.bands import in_bands
from analysis.stats.conditional_logit import ConditionalLogitResult, fit_factored
from analysis.stats.conditional_logit.pairs import at, blocks

FIT_COLUMNS = (
    *("model", "group", "n_choosers", "n_clusters", "n_schools", "schools_without", "loglik_per_pupil"),
    *(
        "null_per_pupil",
        "pseudo_r2",
        "pseudo_r2_distance",
        "distance_share",
        "held_out_per_pupil",
        "pseudo_r2_held_out",
    ),
    *("largest_gap", "folds", "iterations", "tolerance"),
)
BAND_COLUMNS = ["model", "band", "pupils", "predicted_pupils", "observed", "predicted"]


@remembered
def fit_table(
    fits: ByGroup[GroupFit], edges: Sequence[float], *, folds: int, seed: int, tolerance: float = 1e-10
) -> pd.DataFrame:
    """Tabulate how well the model of every group fits, and on how many.

    Parameters
    ----------
    fits : The models.
    edges
        Edges of the distance bands, km, for ``largest_gap``: the largest difference between the observed and the
        predicted share of a band.
    folds, seed : Parts into which the clusters are divided at random; each is predicted from the rest.
    tolerance : At which estimation stops.

    Returns
    -------
    DataFrame
        Per group numbers; the log-likelihood, that of equal chances (``null``) and that of choosers held out, per pupil
        (a sum would give away how many they are); ``pseudo_r2``, ``pseudo_r2_distance`` of the terms of distance and
        rank alone, ``distance_share`` of the one in the other, and ``pseudo_r2_held_out`` with the ``folds`` whose rest
        gives an estimate; missing without any.
    """
    rows = [_fit_row(fit, edges, folds, seed, tolerance) for fit in fits.estimates.values()]
    return pd.DataFrame(rows, columns=list(FIT_COLUMNS))


def _fit_row(fit: GroupFit, edges: Sequence[float], folds: int, seed: int, tolerance: float) -> dict[str, object]:
    result = fit.result
    held_out_per_pupil, used = _held_out(fit, folds, seed, tolerance)
    null = result.loglik_null / result.n_choosers
    bands = distance_fit([fit], edges)
    of_distance = _pseudo_r2_distance(fit, tolerance)
    return {
        "model": fit.model,
        "group": fit.group,
        "n_choosers": fit.choosers.number,
        "n_clusters": result.n_clusters or 0,
        "n_schools": result.n_alternatives,
        "schools_without": fit.choosers.schools_without,
        "loglik_per_pupil": result.loglik / result.n_choosers,
        "null_per_pupil": null,
        "pseudo_r2": result.pseudo_r2,
        "pseudo_r2_distance": of_distance,
        "distance_share": of_distance / result.pseudo_r2 if result.pseudo_r2 > 0 else np.nan,
        "held_out_per_pupil": held_out_per_pupil,
        "pseudo_r2_held_out": 1 - held_out_per_pupil / null,
        "largest_gap": float((bands["observed"] - bands["predicted"]).abs().max()),
        "folds": used,
        "iterations": result.iterations,
        "tolerance": result.tolerance,
    }


def _pseudo_r2_distance(fit: GroupFit, tolerance: float) -> float:
    """Pseudo R2 of the terms alone that are of pairs and not of schools: those of distance and rank; 0 without any."""
    attributes = set(fit.choosers.schools.columns)
    terms = [term for term in fit.design.terms if not fit.design.about[term].variables & attributes]
    if not terms:
        return 0.0
    return fit_factored(fit.design.of_terms(terms), fit.choosers.chosen, grouped=True, tolerance=tolerance).pseudo_r2


def _held_out(fit: GroupFit, folds: int, seed: int, tolerance: float) -> tuple[float, int]:
    """Compute the log-likelihood per chooser by a model of the others, and the number of folds that give one."""
    clusters = fit.choosers.clusters
    names = np.sort(clusters.unique())
    fold = np.random.default_rng(seed).permutation(len(names)) % folds
    of_situation = fold[np.searchsorted(names, clusters)]
    log_likelihood, choosers, used = 0.0, 0, 0
    for number in range(folds):
        out = fit.choosers.where(of_situation == number)
        rest = _fit_on(fit, of_situation != number, tolerance)
        if rest is None:
            continue
        # Designed once: of its own choosers a fold might see fewer categories, and compare them with another one.
        share = probabilities(fit.design.of_situations(of_situation == number), rest.params)
        log_likelihood += float(out.chosen.to_numpy(float) @ np.log(at(share, *out.rows_chosen)))
        choosers, used = choosers + out.number, used + 1
    return log_likelihood / choosers if used else np.nan, used


def _fit_on(fit: GroupFit, rows: Flags, tolerance: float) -> ConditionalLogitResult | None:
    """Estimate on some of the situations, in the design of all; None where these do not determine the estimates."""
    some = fit.choosers.where(rows)
    try:
        return fit_factored(
            fit.design.of_situations(rows), some.chosen, grouped=True, cluster=some.clusters, tolerance=tolerance
        )
    except ModelError as error:
        error.raise_unless_of_the_data()
        return None


def distance_fit(fits: Sequence[GroupFit], edges: Sequence[float]) -> pd.DataFrame:
    """Compare observed and predicted shares of choosers by distance to the school, over the groups together.

    Parameters
    ----------
    fits, edges : The models of the groups, and the edges of the bands, km.

    Returns
    -------
    DataFrame
        One row per band: ``model, band, pupils, predicted_pupils, observed, predicted`` (shares, 0-1).
    """
    if not fits:
        return pd.DataFrame(columns=BAND_COLUMNS)
    by_band = pd.concat([each for fit in fits for each in _by_band(fit, edges)])
    by_band = by_band.groupby(level=0, observed=False).sum()
    shares = by_band / by_band.sum()
    return (
        by_band.assign(model=fits[0].model, observed=shares["pupils"], predicted=shares["predicted_pupils"])
        .reset_index()
        .astype({"band": str})[BAND_COLUMNS]
    )


def _by_band(fit: GroupFit, edges: Sequence[float]) -> Iterator[pd.DataFrame]:
    choosers = fit.choosers
    for rows in blocks(choosers.distance_km.shape):
        mass = choosers.weights[rows, None] * fit.probabilities[rows]
        band = in_bands(choosers.distance_km[rows].ravel(), edges)
        pairs = pd.DataFrame({"pupils": choosers.counts[rows].ravel(), "predicted_pupils": mass.ravel()})
        yield pairs.groupby(pd.Series(band, name="band"), observed=False).sum()
