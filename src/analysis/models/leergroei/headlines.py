"""The main findings of the chapter, each as it is, weighted for who was absent, and at schools that tested all."""

from __future__ import annotations

import pandas as pd

from analysis.models.leergroei import closure
from analysis.models.leergroei.closure import Design
from analysis.models.leergroei.growth import change, standardised
from analysis.models.leergroei.levels import can_drop, drop_effects, fit_drop
from analysis.models.leergroei.missing import WEIGHT, covered, with_weights
from analysis.models.leergroei.sample import Groups, all_of, comparable
from analysis.models.leergroei.tables import with_least


def headlines(
    rows: pd.DataFrame, ois: Design, pnas: Design, groups: Groups, model: str, weights: str | None = None
) -> pd.DataFrame:
    """Estimate the main findings: the change of standardised growth, the PNAS design, the probability of dropping.

    Parameters
    ----------
    rows
        As `sample.select` returns them.
    ois, pnas
        Subjects and years of the research office's design and of the PNAS design.
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
    growth = standardised(rows, ois, weights=weights)
    percentiles = closure.percentile_growth(comparable(rows, pnas), pnas, weights=weights)
    dropping = fit_drop(can_drop(rows, ois, groups), ois, groups, weights=weights)
    found = pd.concat(
        [
            change(growth, ois, weights=weights),
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
    rows: pd.DataFrame, ois: Design, pnas: Design, groups: Groups, *, trim: float, coverage: float
) -> pd.DataFrame:
    """Tell the main findings three times: ``unweighted``, ``ipw`` (weighted) and ``covered`` (schools that tested).

    See `missing.with_weights` for `trim`, `missing.covered` for `coverage`.
    """
    return pd.concat(
        [
            headlines(rows, ois, pnas, groups, "unweighted"),
            headlines(with_weights(rows, all_of(ois, pnas), trim), ois, pnas, groups, "ipw", WEIGHT),
            headlines(covered(rows, ois, coverage), ois, pnas, groups, "covered"),
        ],
        ignore_index=True,
    )
