r"""How strongly attendance falls with distance, in measures in which municipalities can be compared.

Coefficients of a logit are not on one scale, and two of them describe distance. What can be compared is what they
imply for the same two schools: with :math:`V(d) = \beta_d d + \beta_l \ln(d + 0.1)`,

- *fall per km* :math:`s = -(V(d_1) - V(d_0)) / (d_1 - d_0)`: the semi-elasticity, over the distance from
  :math:`d_0` to :math:`d_1`; a school :math:`d_1 - d_0` km farther than another like it is attended
  :math:`e^{s (d_1 - d_0)}` times less;
- *halving distance* :math:`h`: the extra km from :math:`d_0` that halve attendance,
  :math:`V(d_0 + h) = V(d_0) - \ln 2`.

Standard errors by the delta method, from the covariance clustered by postcode (CR2); intervals from Student's t with
the degrees of freedom of the combination (Satterthwaite): fewer than postcodes, fewest where one or two postcodes
settle most; see `small_sample`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from analysis.chapters.choice_by_municipality.models.constants import Decay
from analysis.chapters.choice_by_municipality.models.estimation import Fitted
from analysis.errors import ModelError, Reason
from analysis.stats.conditional_logit.input import Floats
from analysis.stats.estimates import in_form, t_interval
from analysis.topics.choice import LOG_OFFSET_KM

DISTANCE, LOG_DISTANCE = "distance_km", f"log(distance_km + {LOG_OFFSET_KM:g})"
TERMS = (DISTANCE, LOG_DISTANCE)
FALL, HALVING = "fall_per_km", "halving_km"
UNITS = {FALL: "log odds per km", HALVING: "km"}
FARTHEST_KM = 100.0


def sensitivities(fitted: Sequence[Fitted], from_km: float, to_km: float) -> pd.DataFrame:
    """Compute the fall per km and the halving distance of every municipality with an interval; see the module.

    Parameters
    ----------
    fitted : Of `estimation.estimate`.
    from_km, to_km : The distances between which the fall is taken; halving starts at the first.

    Returns
    -------
    DataFrame
        Tidy estimates with ``df``; the group is the municipality. Where attendance does not fall to a half within
        100 km there is no halving distance, and no row of it.

    Raises
    ------
    ModelError
        If the formula has another term of distance than ``distance_km`` and ``log(distance_km + 0.1)``, or neither.
    """
    rows = [
        {"group": each.municipality.name, "n_obs": each.municipality.n_pupils, **row}
        for each in fitted
        if each.result is not None
        for row in _of_one(each.result, from_km, to_km)
    ]
    frame = pd.DataFrame(rows)
    interval = t_interval(frame["estimate"], frame["std_error"], frame["df"] + 1)
    return in_form(
        pd.concat([frame.drop(columns=["estimate", "std_error"]), interval], axis=1).assign(
            unit=frame["term"].map(UNITS)
        ),
        model="municipality",
    )


def _of_one(result: Decay, from_km: float, to_km: float) -> list[dict[str, object]]:
    b = _distance_terms(result).to_numpy(float)
    fall = -(_at(to_km) - _at(from_km)) / (to_km - from_km)
    measures = [(FALL, float(fall @ b), fall)]
    extra = halving_distance(b, from_km)
    if extra is not None:
        measures.append((HALVING, extra, -(_at(from_km + extra) - _at(from_km)) / _slope(b, from_km + extra)))
    return [
        {
            "term": term,
            "estimate": estimate,
            **result.error(dict(zip(TERMS, gradient, strict=True))),
            "n_clusters": result.n_postcodes,
        }
        for term, estimate, gradient in measures
    ]


def _distance_terms(result: Decay) -> pd.Series:
    """Return the coefficients of distance and of its logarithm; zero for one that the formula does not have."""
    others = [term for term in result.params.index if "distance" in str(term) and term not in TERMS]
    if others or not set(TERMS) & set(result.params.index):
        raise ModelError(
            f"sensitivity to distance is defined for {DISTANCE} and {LOG_DISTANCE} only, not "
            f"{', '.join(others) or 'without either'}",
            Reason.INVALID,
        )
    return result.params.reindex(list(TERMS), fill_value=0.0)


def halving_distance(b: Floats, from_km: float) -> float | None:
    r"""Solve :math:`V(d_0 + h) = V(d_0) - \ln 2` for the halving distance.

    Parameters
    ----------
    b, from_km : Coefficients of distance and of its logarithm, and :math:`d_0`.

    Returns
    -------
    float or None
        Extra km; None where attendance does not fall to a half within 100 km.
    """
    start = float(_at(from_km) @ b)

    def left(extra: float) -> float:
        return float(_at(from_km + extra) @ b) - start + float(np.log(2))

    if _slope(b, from_km) >= 0 or left(FARTHEST_KM) > 0:
        return None
    return float(brentq(left, 0.0, FARTHEST_KM, xtol=1e-12))


def _at(km: float) -> Floats:
    """Return the terms at a distance: V(d) is their product with the coefficients."""
    return np.array([km, np.log(km + LOG_OFFSET_KM)])


def _slope(b: Floats, km: float) -> float:
    return float(b[0] + b[1] / (km + LOG_OFFSET_KM))
