"""One model of school choice per group of parents, and how well each fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.chapters.school_choice.models.choosers import Choosers, Floats, design, estimate, probabilities, utilities
from analysis.chapters.school_choice.models.terms import term_name, unit_of
from analysis.errors import ModelError, Reason
from analysis.stats.bands import in_bands
from analysis.stats.conditional_logit import ChoiceDesign, ConditionalLogitResult, fit_factored
from analysis.stats.estimates import ESTIMATE_COLUMNS

REFUSED = ("model", "group", "method", "n_choosers", "reason")
REASONS = {
    Reason.SEPARATED: "perfect prediction",
    Reason.TOO_FEW_CLUSTERS: "too few clusters",
    Reason.TOO_FEW: "too few schools",
    Reason.COLLINEAR: "collinear attributes",
    Reason.NO_VARIATION: "an attribute that does not vary",
}
"""How the table prints the reasons that a group usually has."""
FIT_NUMBERS = [
    *("loglik_per_pupil", "null_per_pupil", "pseudo_r2", "pseudo_r2_distance", "held_out_per_pupil"),
    *("pseudo_r2_held_out", "largest_gap"),
]
GROUP_FIT_COUNTS = {
    **dict.fromkeys(("n_choosers", "n_clusters", "n_schools"), FIT_NUMBERS),
    "schools_without": [],
}
GROUP_FIT_COLUMNS = ["model", "group", *GROUP_FIT_COUNTS, *FIT_NUMBERS, "folds", "iterations", "tolerance"]
NEAREST_COUNTS = {"pupils": ["share"], "at_nearest": ["share"]}


@dataclass(frozen=True, eq=False)
class GroupFit:
    """The model of one group.

    Parameters
    ----------
    model, group
        Names.
    choosers
        The group, with the schools that it may choose from.
    formula
        The terms.
    result
        What was found.
    """

    model: str
    group: str
    choosers: Choosers
    formula: str
    result: ConditionalLogitResult

    @cached_property
    def design(self) -> ChoiceDesign:
        return design(self.choosers, self.formula)

    @cached_property
    def probabilities(self) -> Floats:
        """Situations x schools."""
        return probabilities(self.design, self.result.params)

    @property
    def covariance(self) -> pd.DataFrame:
        """Clustered, where there are clusters."""
        robust = self.result.covariance_cluster
        return self.result.covariance if robust is None else robust


@dataclass(frozen=True, eq=False)
class GroupFits:
    """The models of all groups, and the groups whose model could not be estimated, with the reason."""

    fits: Sequence[GroupFit]
    refused: pd.DataFrame

    def __getitem__(self, key: tuple[str, str]) -> GroupFit:
        return next(fit for fit in self.fits if (fit.model, fit.group) == key)

    def of(self, model: str) -> list[GroupFit]:
        """Return the models of the groups of one model."""
        return [fit for fit in self.fits if fit.model == model]


def fit_groups(
    by_model: Mapping[str, Choosers], formula: str, *, tolerance: float = 1e-10, max_iterations: int = 100
) -> GroupFits:
    """Estimate the formula for every group of every model.

    A group for which there is no valid estimate is reported with the reason; in a small city that may be every group.
    """
    fits, refused = [], []
    for model, choosers in by_model.items():
        for group in choosers.groups:
            own = choosers.of(group).attainable(formula)
            try:
                result = estimate(own, formula, tolerance=tolerance, max_iterations=max_iterations)
            except ModelError as error:
                refused.append(refusal(model, group, own, "one_step", error))
            else:
                fits.append(GroupFit(model, group, own, formula, result))
    return GroupFits(fits, refusals(refused))


def refusal(model: str, group: str, choosers: Choosers, method: str, error: ModelError) -> dict[str, str | int]:
    """Report in one row why a group has no estimate; an error that is not about the group stays one."""
    error.raise_unless_of_the_data()
    why = REASONS.get(error.reason, error.reason.value)
    return dict(zip(REFUSED, (model, group, method, choosers.number, why), strict=True))


def refusals(rows: Sequence[Mapping[str, str | int]]) -> pd.DataFrame:
    """Put refusals in a table, of which the numbers are numbers even where there is none."""
    return pd.DataFrame(rows, columns=list(REFUSED)).astype({"n_choosers": "int64"})


def stacked(tables: Sequence[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    """Put the tables of all groups below each other; where no group has one, the empty table of these columns."""
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(columns))


def estimates(fits: GroupFits) -> pd.DataFrame:
    """Put the coefficients of all groups in the form of all estimates, with the unit and the reference of each.

    A category is compared with ``reference``, the first that the schools have which the group attends. Of a term that
    most choices have in common, as a 0/1 column has, ``n_least`` counts the choosers of all others: it rests on these.
    """
    columns = [*ESTIMATE_COLUMNS, "std_error_classical", "reference", "n_least"]
    return stacked([_named(fit) for fit in fits.fits], columns)


def fit_table(
    fits: GroupFits, edges: Sequence[float], *, folds: int, seed: int, tolerance: float = 1e-10
) -> pd.DataFrame:
    """Tell of every group how well its model fits, and on how many.

    Parameters
    ----------
    fits
        The models.
    edges
        Edges of the distance bands, km, for ``largest_gap``: the largest difference between the observed and the
        predicted share of a band.
    folds, seed
        Of the hold-out; see `held_out`.
    tolerance
        At which estimation stops.

    Returns
    -------
    DataFrame
        Per group numbers; the log-likelihood, that of equal chances (``null``) and that of choosers held out, per pupil
        (a sum would tell how many they are); ``pseudo_r2``, ``pseudo_r2_distance`` of the terms of distance and rank
        alone, and ``pseudo_r2_held_out`` with ``folds``.
    """
    rows = [_fit_row(fit, edges, folds, seed, tolerance) for fit in fits.fits]
    return pd.DataFrame(rows, columns=GROUP_FIT_COLUMNS)


def held_out(fit: GroupFit, folds: int, seed: int, *, tolerance: float = 1e-10) -> tuple[float, int]:
    """Log-likelihood of choosers by a model of the others.

    The clusters are dealt into `folds` at random, and each fold is predicted from the rest.

    Returns
    -------
    tuple
        The log-likelihood per chooser, and the number of folds: those whose rest gives no valid estimate are left out;
        of none, the log-likelihood is missing.
    """
    clusters = fit.choosers.clusters
    names = np.sort(clusters.unique())
    fold = np.random.default_rng(seed).permutation(len(names)) % folds
    of_situation = fold[np.searchsorted(names, clusters)]
    log_likelihood, choosers, used = 0.0, 0, 0
    for number in range(folds):
        out = fit.choosers.where(of_situation == number)
        rest = _rest(fit, of_situation != number, tolerance)
        if rest is None:
            continue
        # Designed once: of its own choosers a fold might see fewer categories, and compare them with another one.
        share = probabilities(fit.design.of_situations(of_situation == number), rest.params)
        log_likelihood += float(out.chosen.to_numpy(float) @ np.log(share[out.rows_chosen]))
        choosers, used = choosers + out.number, used + 1
    return log_likelihood / choosers if used else np.nan, used


def _rest(fit: GroupFit, kept: NDArray[np.bool_], tolerance: float) -> ConditionalLogitResult | None:
    """Estimate on some of the situations, in the design of all; None where these do not determine the estimates."""
    rest = fit.choosers.where(kept)
    try:
        return fit_factored(
            fit.design.of_situations(kept), rest.chosen, grouped=True, cluster=rest.clusters, tolerance=tolerance
        )
    except ModelError as error:
        if not error.reason.of_the_data:
            raise
        return None


def distance_fit(fits: Sequence[GroupFit], edges: Sequence[float]) -> pd.DataFrame:
    """Compare observed and predicted shares of choosers by distance to the school, over the groups together.

    Returns
    -------
    DataFrame
        One row per band: ``model, band, pupils, predicted_pupils, observed, predicted`` (shares, 0-1).
    """
    if not fits:
        return pd.DataFrame(columns=["model", "band", "pupils", "predicted_pupils", "observed", "predicted"])
    pairs = pd.concat([_by_band(fit, edges) for fit in fits])
    by_band = pairs.groupby(level=0, observed=False).sum()
    shares = by_band / by_band.sum()
    return (
        by_band.assign(model=fits[0].model, observed=shares["pupils"], predicted=shares["predicted_pupils"])
        .reset_index()
        .astype({"band": str})[["model", "band", "pupils", "predicted_pupils", "observed", "predicted"]]
    )


def nearest_by_pc4(choosers: Choosers) -> pd.DataFrame:
    """Count the choosers that attend the school nearest to them: ``pc4, situations, pupils, at_nearest, share``.

    It is the nearest of all schools, whether or not any chooser attends it.
    """
    at_nearest = (choosers.counts * (choosers.rank == 1)).sum(axis=1)
    rows = choosers.situations[["pc4"]].assign(situations=1, pupils=choosers.weights, at_nearest=at_nearest)
    found = rows.groupby("pc4", as_index=False)[["situations", "pupils", "at_nearest"]].sum()
    return found.assign(share=found["at_nearest"] / found["pupils"])


def nearest_of_all(by_pc4: pd.DataFrame) -> pd.DataFrame:
    """Add up `nearest_by_pc4` in one row: ``from, pupils, at_nearest, share``.

    What it is near is the ``home`` where each pupil has an own address, a situation each; else the ``postcode``.
    """
    situations, pupils, at_nearest = (int(by_pc4[name].sum()) for name in ("situations", "pupils", "at_nearest"))
    place = "home" if situations == pupils else "postcode"
    return pd.DataFrame({"from": [place], "pupils": pupils, "at_nearest": at_nearest, "share": at_nearest / pupils})


def _named(fit: GroupFit) -> pd.DataFrame:
    terms = list(fit.result.params.index)
    rows = fit.result.estimates(fit.model, fit.group, unit={term: unit_of(term) for term in terms})
    reference = [fit.design.about[term].reference for term in terms]
    least = [least_of(fit, term) for term in terms]
    return rows.assign(term=[term_name(term) for term in terms], reference=reference, n_least=least)


def least_of(fit: GroupFit, term: str) -> int:
    """Count the choosers whose school has another value of a term than most of the chosen ones have."""
    alone = pd.Series(0.0, index=fit.result.params.index)
    alone[term] = 1.0
    chosen = utilities(fit.design, alone)[fit.choosers.rows_chosen].round(9)
    of_value = fit.choosers.chosen.groupby(chosen).sum()
    return int(of_value.sum() - of_value.max())


def _fit_row(
    fit: GroupFit, edges: Sequence[float], folds: int, seed: int, tolerance: float
) -> dict[str, str | int | float]:
    found = fit.result
    out, used = held_out(fit, folds, seed, tolerance=tolerance)
    null = found.loglik_null / found.n_choosers
    band = distance_fit([fit], edges)
    return {
        "model": fit.model,
        "group": fit.group,
        "n_choosers": fit.choosers.number,
        "n_clusters": found.n_clusters or 0,
        "n_schools": found.n_alternatives,
        "schools_without": fit.choosers.schools_without,
        "loglik_per_pupil": found.loglik / found.n_choosers,
        "null_per_pupil": null,
        "pseudo_r2": found.pseudo_r2,
        "pseudo_r2_distance": _of_distance(fit, tolerance),
        "held_out_per_pupil": out,
        "pseudo_r2_held_out": 1 - out / null,
        "folds": used,
        "largest_gap": float((band["observed"] - band["predicted"]).abs().max()),
        "iterations": found.iterations,
        "tolerance": found.tolerance,
    }


def _of_distance(fit: GroupFit, tolerance: float) -> float:
    """Pseudo R2 of the terms alone that are of pairs and not of schools: those of distance and rank; 0 without any."""
    of_schools = set(fit.choosers.schools.columns)
    terms = [term for term in fit.design.terms if not fit.design.about[term].variables & of_schools]
    if not terms:
        return 0.0
    made = fit.design.of_terms(terms)
    return fit_factored(made, fit.choosers.chosen, grouped=True, tolerance=tolerance).pseudo_r2


def _by_band(fit: GroupFit, edges: Sequence[float]) -> pd.DataFrame:
    mass = fit.choosers.weights[:, None] * fit.probabilities
    band = in_bands(fit.choosers.distance_km.ravel(), edges)
    pairs = pd.DataFrame({"pupils": fit.choosers.counts.ravel(), "predicted_pupils": mass.ravel()})
    return pairs.groupby(pd.Series(band, name="band"), observed=False).sum()


def nearest_map(nearest: pd.DataFrame, by_pc4: pd.DataFrame) -> pd.DataFrame:
    """Add the point of each postcode to what `nearest_by_pc4` gives: ``pc4, lat, lon, pupils, share``."""
    return nearest.join(by_pc4[["lat", "lon"]], on="pc4")[["pc4", "lat", "lon", "pupils", "share"]]
