"""The main findings of the chapter, each as it is, weighted for who was absent, and at schools that tested all."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.models.leergroei import closure
from analysis.models.leergroei.closure import Design
from analysis.models.leergroei.growth import change, standardised
from analysis.models.leergroei.levels import can_drop, drop_effects, fit_drop
from analysis.models.leergroei.missing import WEIGHT, covered, with_weights
from analysis.models.leergroei.sample import Groups, comparable


def headlines(
    rows: pd.DataFrame, design: Design, groups: Groups, model: str, weights: str | None = None
) -> pd.DataFrame:
    """Estimate the main findings: the change of standardised growth, the PNAS design, the probability of dropping.

    Parameters
    ----------
    rows
        As `sample.select` returns them.
    model
        Name of the rows.
    weights
        Column of weights.

    Returns
    -------
    DataFrame
        In the one form, term ``closure``; after it ``outcome``, ``by`` (the model of the finding: ``ois_standardised``,
        ``pnas_overall``, ``level_drop_ame``), ``category`` (`model`) and ``n_least``.
    """
    growth = standardised(rows, design, weights=weights)
    percentiles = closure.percentile_growth(comparable(rows), design, weights=weights)
    dropping = fit_drop(can_drop(rows, design, groups), design, groups, weights=weights)
    found = pd.concat(
        [
            change(growth, design, weights=weights),
            with_least(closure.overall(percentiles, weights=weights)),
            drop_effects(dropping, overall_only=True),
        ],
        ignore_index=True,
    )
    found = found[found["term"] == "closure"]
    return found.assign(
        group=found["outcome"] + ", " + found["model"], by=found["model"], category=model, model=model
    ).reset_index(drop=True)


def weighted_and_covered(
    rows: pd.DataFrame, design: Design, groups: Groups, *, trim: float, coverage: float
) -> pd.DataFrame:
    """Tell the main findings three times: ``unweighted``, ``ipw`` (weighted) and ``covered`` (schools that tested)."""
    return pd.concat(
        [
            headlines(rows, design, groups, "unweighted"),
            headlines(with_weights(rows, trim), design, groups, "ipw", WEIGHT),
            headlines(covered(rows, design, coverage), design, groups, "covered"),
        ],
        ignore_index=True,
    )


def with_least(estimates: pd.DataFrame) -> pd.DataFrame:
    """Add ``n_least``, the pupils on the smaller side of the closure, to estimates that tell ``n_closure``."""
    least = np.minimum(estimates["n_closure"], estimates["n_obs"] - estimates["n_closure"])
    return estimates.drop(columns="n_closure").assign(n_least=least.astype(int))
