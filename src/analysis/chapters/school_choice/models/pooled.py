"""Who chooses which primary school: the conditional logit of school choice and what follows from it.

Enrolment is not preference: in Amsterdam children have priority at the eight nearest schools, and places run out. The
composition of a school is itself an outcome of choice. The coefficients describe; they do not say what would happen
if a school changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import ModelError, Reason
from analysis.stats import conditional_logit
from analysis.stats.bands import in_bands
from analysis.stats.conditional_logit import ConditionalLogitResult
from analysis.topics.choice import DENOMINATIONS, LOG_OFFSET_KM, REFERENCE, SHARE_UNIT, WEGING_UNIT

UNITS: Mapping[str, str] = {
    "distance_km": "utility per km",
    "log_distance": "utility per log km",
    "schoolweging": "utility per 5 points of schoolweging",
    "schoolweging_x_nonwestern": "utility per 5 points of schoolweging and 10 percentage points non-western",
    **{f"denomination_{name}": f"utility, against {REFERENCE}" for name in DENOMINATIONS},
}

# What the numbers of each table rest on, for the disclosure gate.
MAP_FREE = ("lat", "lon")
ESTIMATE_COUNTS = {
    count: ["estimate", "std_error", "std_error_classical", "ci_low", "ci_high", "p_value"]
    for count in ("n_obs", "n_clusters", "n_least")
}


@dataclass(frozen=True)
class Choices:
    """The choosers of one model and the schools they choose from.

    Parameters
    ----------
    model
        Name of the model, such as ``entry_cohort``.
    pupils
        Choosers, indexed by (pc4, location); only pairs with at least one.
    distance
        Kilometres, one row per pc4 with choosers, one column per school chosen by anyone.
    schools_without
        Schools in the data that none of these pupils attends: they are no alternative.
    """

    model: str
    pupils: pd.Series
    distance: pd.DataFrame
    schools_without: int


def select(model: str, by_pc4_school: pd.DataFrame, column: str, distance: pd.DataFrame) -> Choices:
    """Select the choosers of a model and their alternatives: every school that at least one of them attends.

    Parameters
    ----------
    model
        Name of the model.
    by_pc4_school
        Pupils by postcode and school, with columns ``pc4``, ``location`` and `column`.
    column
        The pupils that choose, such as ``LEEFTIJD_4`` or ``TOTAAL``.
    distance
        Kilometres, one row per pc4, one column per school.

    Raises
    ------
    ModelError
        If there is no such column, nobody in it, or a number in it is missing or negative.
    """
    if column not in by_pc4_school:
        ages = [name for name in by_pc4_school if str(name).startswith("LEEFTIJD")]
        raise ModelError(
            f"{model}: there is no column {column} of pupils; there are {', '.join(map(str, ages))}", Reason.INVALID
        )
    pupils = by_pc4_school.set_index(["pc4", "location"])[column].rename("pupils")
    if not (pupils >= 0).all():
        raise ModelError(f"{model}: {column} has numbers of pupils that are missing or negative", Reason.MISSING)
    chosen = pupils[pupils > 0].sort_index()
    if chosen.empty:
        raise ModelError(f"{model}: there are no pupils in {column}", Reason.EMPTY)
    pc4 = chosen.index.unique("pc4").sort_values()
    schools = chosen.index.unique("location").sort_values()
    return Choices(model, chosen, distance.loc[pc4, schools], pupils.index.unique("location").size - schools.size)


def attributes(choices: Choices, by_school: pd.DataFrame, by_pc4: pd.DataFrame) -> pd.DataFrame:
    r"""Build the attributes of every alternative in every situation.

    Parameters
    ----------
    choices
        The choosers and the distances; every chooser has the full set of schools.
    by_school
        Indexed by location: ``schoolweging`` (20-40) and ``denomination`` (openbaar, rk, pc or other).
    by_pc4
        Indexed by pc4: ``share_nonwestern`` (0-1).

    Returns
    -------
    DataFrame
        Indexed by (pc4, location), one column per term.

    Raises
    ------
    ModelError
        If a school has another denomination: it would pass for openbaar.

    Notes
    -----
    ``distance_km`` is the great circle from postcode point to school, ``log_distance`` is
    :math:`\ln(d + 0.1)`, ``schoolweging`` is :math:`w / 5` and ``schoolweging_x_nonwestern`` is
    :math:`(w / 5) \cdot (s / 0.1)` with s the share of non-western inhabitants of the postcode.
    """
    distance = choices.distance
    km = distance.to_numpy(float).ravel()
    schools = by_school.loc[distance.columns]
    unknown = schools.loc[~schools["denomination"].isin([REFERENCE, *DENOMINATIONS]), "denomination"]
    if len(unknown):
        raise ModelError(
            f"{choices.model}: {len(unknown)} schools have another denomination: {set(unknown)}", Reason.INVALID
        )
    weging = np.tile(schools["schoolweging"].to_numpy(float) / WEGING_UNIT, len(distance))
    share = np.repeat(by_pc4.loc[distance.index, "share_nonwestern"].to_numpy(float) / SHARE_UNIT, distance.shape[1])
    terms = {
        "distance_km": km,
        "log_distance": np.log(km + LOG_OFFSET_KM),
        "schoolweging": weging,
        "schoolweging_x_nonwestern": weging * share,
    }
    for name in DENOMINATIONS:
        terms[f"denomination_{name}"] = np.tile((schools["denomination"] == name).to_numpy(float), len(distance))
    index = pd.MultiIndex.from_product([distance.index, distance.columns], names=["pc4", "location"])
    return pd.DataFrame(terms, index=index)


def estimate(
    choices: Choices, terms: pd.DataFrame, *, tolerance: float = 1e-10, max_iterations: int = 100
) -> ConditionalLogitResult:
    """Estimate the conditional logit; standard errors classical and clustered by postcode."""
    pc4 = choices.distance.index
    return conditional_logit.fit(
        terms,
        choices.pupils,
        grouped=True,
        cluster=pd.Series(pc4, index=pc4),
        tolerance=tolerance,
        max_iterations=max_iterations,
    )


def estimates(choices: Choices, result: ConditionalLogitResult) -> pd.DataFrame:
    """Put the coefficients of a model in the form of all estimates, with the unit of each."""
    return result.estimates(choices.model, unit=UNITS)


def fit_row(choices: Choices, result: ConditionalLogitResult) -> dict[str, object]:
    """Tell how well a model fits, and on how many."""
    return {
        "model": choices.model,
        "n_choosers": int(choices.pupils.sum()),
        "n_situations": result.n_situations,
        "n_alternatives": result.n_alternatives,
        "schools_without": choices.schools_without,
        "loglik": result.loglik,
        "loglik_null": result.loglik_null,
        "pseudo_r2": result.pseudo_r2,
        "iterations": result.iterations,
        "tolerance": result.tolerance,
    }


def distance_fit(
    choices: Choices, terms: pd.DataFrame, result: ConditionalLogitResult, edges: Sequence[float]
) -> pd.DataFrame:
    """Compare observed and predicted shares of choosers by distance to the school, to see whether the model fits.

    Parameters
    ----------
    edges
        Edges of the distance bands in km.

    Returns
    -------
    DataFrame
        One row per band: ``model, band, pupils, predicted_pupils, observed, predicted`` (shares, 0-1).

    Raises
    ------
    ModelError
        If `terms` lacks a pair that is chosen: the terms are of another model.
    """
    if not choices.pupils.index.isin(terms.index).all():
        raise ModelError(f"{choices.model}: pupils chose schools that are not in the terms", Reason.INVALID)
    probability = conditional_logit.probabilities(result.params, terms)
    choosers = choices.pupils.groupby(level="pc4").sum()
    predicted = probability * choosers.reindex(probability.index.get_level_values("pc4")).to_numpy()
    observed = choices.pupils.reindex(terms.index, fill_value=0)
    pairs = pd.DataFrame(
        {
            "band": in_bands(terms["distance_km"], edges),
            "pupils": observed.to_numpy(),
            "predicted_pupils": predicted.to_numpy(),
        }
    )
    by_band = pairs.groupby("band", observed=False).sum().reset_index()
    shares = by_band[["pupils", "predicted_pupils"]] / by_band[["pupils", "predicted_pupils"]].sum()
    by_band = by_band.assign(
        model=choices.model,
        band=by_band["band"].astype(str),
        observed=shares["pupils"],
        predicted=shares["predicted_pupils"],
    )
    return by_band[["model", "band", "pupils", "predicted_pupils", "observed", "predicted"]]


def nearest_share(choices: Choices, nearest: pd.Series) -> pd.DataFrame:
    """Share of the choosers that attend the school nearest to their postcode.

    Returns
    -------
    DataFrame
        One row per pc4: ``pc4, pupils, at_nearest, share``.
    """
    by_pair = choices.pupils.reset_index()
    at_nearest = by_pair["pupils"].where(by_pair["location"] == nearest.loc[by_pair["pc4"]].to_numpy(), 0)
    by_pc4 = by_pair.assign(at_nearest=at_nearest).groupby("pc4")[["pupils", "at_nearest"]].sum()
    return by_pc4.assign(share=by_pc4["at_nearest"] / by_pc4["pupils"]).reset_index()


def nearest_map(nearest: pd.DataFrame, by_pc4: pd.DataFrame) -> pd.DataFrame:
    """Add the point of each postcode: ``pc4, lat, lon, pupils, share``."""
    return nearest.join(by_pc4[["lat", "lon"]], on="pc4")[["pc4", "lat", "lon", "pupils", "share"]]
