"""How far pupils go for a school with a lower schoolweging, by type of neighbourhood."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from analysis.errors import ModelError
from analysis.models.bands import in_bands, per_cent
from analysis.models.conditional_logit import ConditionalLogitResult
from analysis.models.estimates import in_form, normal_interval
from analysis.models.school_choice import LOG_OFFSET_KM, SHARE_UNIT, WEGING_UNIT, Choices

FARTHEST_KM = 100.0

# What the numbers of the table rest on, for the disclosure gate.
TRAVEL_COUNTS = {
    count: ["estimate", "std_error", "ci_low", "ci_high", "p_value"] for count in ("n_obs", "n_postcodes", "n_clusters")
}


def neighbourhood_types(choices: Choices, by_pc4: pd.DataFrame, edges: Sequence[float]) -> pd.DataFrame:
    """Group the choosers by the share of non-western inhabitants of their postcode.

    Returns
    -------
    DataFrame
        One row per type with choosers: ``group, share_nonwestern`` (mean over choosers), ``pupils, postcodes``.
    """
    pupils = choices.pupils.groupby(level="pc4").sum()
    share = by_pc4.loc[pupils.index, "share_nonwestern"]
    homes = pd.DataFrame(
        {
            "group": in_bands(share, edges, per_cent),
            "pupils": pupils.to_numpy(),
            "postcodes": 1,
            "weighted": (share * pupils).to_numpy(),
        }
    )
    by_type = homes.groupby("group", observed=True).sum().reset_index()
    by_type = by_type.assign(
        group=by_type["group"].astype(str) + " non-western", share_nonwestern=by_type["weighted"] / by_type["pupils"]
    )
    return by_type[["group", "share_nonwestern", "pupils", "postcodes"]]


def travel_by_type(
    choices: Choices,
    result: ConditionalLogitResult,
    by_pc4: pd.DataFrame,
    by_school: pd.DataFrame,
    edges: Sequence[float],
) -> pd.DataFrame:
    """Estimate the willingness to travel per neighbourhood type; see `willingness_to_travel`."""
    types = neighbourhood_types(choices, by_pc4, edges)
    return willingness_to_travel(choices, result, types, by_school.loc[choices.distance.columns, "schoolweging"])


def willingness_to_travel(
    choices: Choices, result: ConditionalLogitResult, types: pd.DataFrame, schoolweging: pd.Series
) -> pd.DataFrame:
    r"""How many km farther pupils attend a school whose schoolweging is one standard deviation lower.

    Parameters
    ----------
    choices, result
        The model.
    types
        Neighbourhood types with their mean ``share_nonwestern``, from `neighbourhood_types`.
    schoolweging
        Schoolweging per alternative; its standard deviation over schools is the step.

    Returns
    -------
    DataFrame
        Estimates in km, one row per type; ``start_km`` is the median distance from which the extra km are counted.

    Raises
    ------
    ModelError
        If utility does not fall with distance, so that no distance makes up for anything.

    Notes
    -----
    With :math:`V(d) = \beta_d d + \beta_l \ln(d + 0.1)` and the gain
    :math:`g = -(s_w / 5)(\beta_w + \beta_{wn} \bar n / 0.1)`, the distance :math:`d_1` solves
    :math:`V(d_1) + g = V(d_0)`; the willingness is :math:`d_1 - d_0`. Standard errors by the delta method, with
    :math:`\partial d_1 / \partial \beta = -(\partial F / \partial \beta) / V'(d_1)` for
    :math:`F = V(d_1) - V(d_0) + g`, and the covariance clustered by postcode. A negative value means that pupils
    attend schools with a *higher* schoolweging at equal distance.
    """
    start, step = _median_distance(choices), float(schoolweging.std(ddof=1)) / WEGING_UNIT
    covariance = result.covariance if result.covariance_cluster is None else result.covariance_cluster
    rows = [_travel(result.params, covariance, start, step, kind) for _, kind in types.iterrows()]
    frame = pd.DataFrame(rows)
    interval = normal_interval(frame["estimate"], frame["std_error"])
    return in_form(
        pd.concat([frame, interval], axis=1),
        model=choices.model,
        term="one sd lower schoolweging",
        n_clusters=result.n_clusters or 0,
        unit="km",
        start_km=start,
        sd_schoolweging=step * WEGING_UNIT,
    )


def _median_distance(choices: Choices) -> float:
    """Median distance travelled, every chooser counted once."""
    row = choices.distance.index.get_indexer(choices.pupils.index.get_level_values("pc4"))
    column = choices.distance.columns.get_indexer(choices.pupils.index.get_level_values("location"))
    travelled = np.repeat(choices.distance.to_numpy(float)[row, column], choices.pupils.to_numpy(int))
    return float(np.median(travelled))


def _travel(
    params: pd.Series, covariance: pd.DataFrame, start: float, step: float, kind: pd.Series
) -> dict[str, object]:
    share = float(kind["share_nonwestern"]) / SHARE_UNIT
    gain = -step * (params["schoolweging"] + params["schoolweging_x_nonwestern"] * share)
    end = _distance_that_makes_up(params, start, gain)
    gradient = pd.Series(0.0, index=params.index)
    gradient["distance_km"] = end - start
    gradient["log_distance"] = np.log((end + LOG_OFFSET_KM) / (start + LOG_OFFSET_KM))
    gradient["schoolweging"] = -step
    gradient["schoolweging_x_nonwestern"] = -step * share
    gradient /= -_slope(params, end)
    variance = gradient.to_numpy() @ covariance.loc[params.index, params.index].to_numpy() @ gradient.to_numpy()
    return {
        "group": kind["group"],
        "estimate": end - start,
        "std_error": float(np.sqrt(variance)),
        "n_obs": kind["pupils"],
        "n_postcodes": kind["postcodes"],
        "share_nonwestern": kind["share_nonwestern"],
    }


def _utility(params: pd.Series, km: float) -> float:
    return float(params["distance_km"] * km + params["log_distance"] * np.log(km + LOG_OFFSET_KM))


def _slope(params: pd.Series, km: float) -> float:
    return float(params["distance_km"] + params["log_distance"] / (km + LOG_OFFSET_KM))


def _distance_that_makes_up(params: pd.Series, start: float, gain: float) -> float:
    if _slope(params, 0.0) >= 0 or _slope(params, FARTHEST_KM) >= 0:
        raise ModelError("willingness to travel: utility does not fall with distance everywhere, so it is not defined")

    def left(km: float) -> float:
        return _utility(params, km) - _utility(params, start) + gain

    if left(0.0) < 0 or left(FARTHEST_KM) > 0:
        raise ModelError(f"willingness to travel: no distance between 0 and {FARTHEST_KM:g} km makes up for the step")
    return float(brentq(left, 0.0, FARTHEST_KM, xtol=1e-12))
