"""Which schools choosers attend: of which kind, also without a taste for the kind itself, and whether the nearest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from analysis.chapters.school_choice.models.choosers import Choosers
from analysis.chapters.school_choice.models.groups import GroupFit
from analysis.chapters.school_choice.models.logit import expected_at, probabilities

KIND_COLUMNS = (
    *("model", "group", "attribute", "category", "pupils", "attending", "n_schools", "observed", "without_taste"),
)


def kinds_attended(fits: Sequence[GroupFit]) -> pd.DataFrame:
    """Compare the shares of each group at schools of each kind, for every category in the formula.

    Parameters
    ----------
    fits : The models of the groups.

    Returns
    -------
    DataFrame
        ``model, group, attribute, category, pupils`` (of the group), ``attending`` and ``n_schools`` (of the category),
        ``observed`` and ``without_taste``: the share that the model predicts when the terms of the attribute are zero
        and everything else is as it is, such as where homes are and whom the schools attract. With its own terms the
        model predicts what is observed.
    """
    return pd.DataFrame([row for fit in fits for row in _kinds_of(fit)], columns=list(KIND_COLUMNS))


def _kinds_of(fit: GroupFit) -> Iterator[dict[str, object]]:
    schools = fit.choosers.schools
    for name in schools.select_dtypes("category").columns:
        own = [term for term, about in fit.design.about.items() if name in about.variables]
        if not own:
            continue
        neutral = fit.result.params.where(~fit.result.params.index.isin(own), 0.0)
        observed = fit.choosers.attending
        expected = expected_at(fit.choosers.weights, probabilities(fit.design, neutral))
        for category in schools[name].cat.categories:
            members = (schools[name] == category).to_numpy()
            yield {
                "model": fit.model,
                "group": fit.group,
                "attribute": str(name),
                "category": str(category),
                "pupils": fit.choosers.number,
                "attending": int(observed[members].sum()),
                "n_schools": int(members.sum()),
                "observed": float(observed[members].sum() / observed.sum()),
                "without_taste": float(expected[members].sum() / expected.sum()),
            }


def nearest_by_pc4(choosers: Choosers) -> pd.DataFrame:
    """Count the choosers that attend the school nearest to them, of all schools, whether or not any chooser attends it.

    Parameters
    ----------
    choosers : The choosers of a model.

    Returns
    -------
    DataFrame
        One row per postcode: ``pc4, situations, pupils, at_nearest, share``.
    """
    row, school = choosers.rows_chosen
    number = choosers.chosen.to_numpy(float) * (choosers.nearest[row, 0] == school)
    at_nearest = np.bincount(row, number, len(choosers.situations))
    rows = choosers.situations[["pc4"]].assign(situations=1, pupils=choosers.weights, at_nearest=at_nearest)
    by_pc4 = rows.groupby("pc4", as_index=False)[["situations", "pupils", "at_nearest"]].sum()
    return by_pc4.assign(share=by_pc4["at_nearest"] / by_pc4["pupils"])


def placed_at(by_pc4: pd.DataFrame, points: pd.DataFrame) -> pd.DataFrame:
    """Put the postcodes at their points.

    Parameters
    ----------
    by_pc4 : Of `nearest_by_pc4`.
    points : ``pc4, lat, lon``; without them where the data do not have them.

    Returns
    -------
    DataFrame
        ``pc4, lat, lon, pupils, share``; no row without a point. A postcode is not put at the middle of its homes,
        which of one home is that home.
    """
    columns = ["pc4", "lat", "lon", "pupils", "share"]
    if not {"pc4", "lat", "lon"} <= set(points):
        return pd.DataFrame(columns=columns)
    return by_pc4.join(points.set_index("pc4")[["lat", "lon"]], on="pc4")[columns].dropna(
        subset=["lat", "lon"], ignore_index=True
    )


def nearest_of_all(by_pc4: pd.DataFrame) -> pd.DataFrame:
    """Add up the postcodes.

    Parameters
    ----------
    by_pc4 : Of `nearest_by_pc4`.

    Returns
    -------
    DataFrame
        One row: ``from, pupils, at_nearest, share``; from the ``home`` where each pupil has an own address, a situation
        each; else from the ``postcode``.
    """
    situations, pupils, at_nearest = (int(by_pc4[name].sum()) for name in ("situations", "pupils", "at_nearest"))
    origin = "home" if situations == pupils else "postcode"
    return pd.DataFrame({"from": [origin], "pupils": pupils, "at_nearest": at_nearest, "share": at_nearest / pupils})
