"""The main findings of the chapter: as they are, weighted for absence or consent, and at schools that tested all."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.chapters.leergroei.models import closure, consent
from analysis.chapters.leergroei.models.design import Design
from analysis.chapters.leergroei.models.growth import change, standardised
from analysis.chapters.leergroei.models.levels import can_drop, drop_effects, fit_drop
from analysis.chapters.leergroei.models.missing import WEIGHT, covered, with_weights
from analysis.chapters.leergroei.models.rows import ESTIMATE
from analysis.chapters.leergroei.models.sample import Groups, all_of, comparable
from analysis.chapters.leergroei.models.tables import with_least
from analysis.errors import ModelError

MAIN = ("ois_standardised", "pnas_overall", "level_drop_ame")


def as_headlines(estimates: pd.DataFrame, model: str) -> pd.DataFrame:
    """Choose the main findings among estimates: the change of standardised growth, the PNAS design, dropping a level.

    Returns
    -------
    DataFrame
        In the one form, term ``closure``, with the name `model`; after it ``outcome``, ``by`` (the model of the
        finding, one of `MAIN`), ``category`` (`model`) and ``n_least``.
    """
    main = estimates["model"].isin(MAIN) & (estimates["by"] == "") & (estimates["term"] == "closure")
    found = estimates[main].reset_index(drop=True)
    return found.assign(group=found["outcome"] + ", " + found["model"], by=found["model"], category=model, model=model)


def weighted(rows: pd.DataFrame, ois: Design, pnas: Design, groups: Groups, trim: float) -> pd.DataFrame:
    """Tell the main findings weighted for who was absent, model ``ipw``.

    Parameters
    ----------
    rows
        As `sample.select` returns them.
    ois, pnas
        Subjects and years of the research office's design and of the PNAS design.
    groups
        The levels.
    trim
        See `missing.with_weights`.
    """
    told = with_weights(rows, all_of(ois, pnas), trim)
    return as_headlines(_main(told, ois, pnas, groups, WEIGHT), "ipw")


def consenting(
    rows: pd.DataFrame, ois: Design, pnas: Design, groups: Groups, trim: float, unweighted: pd.DataFrame
) -> pd.DataFrame:
    """Tell the main findings weighted for schools without consent, model ``consent_ipw``.

    See `weighted` for the other parameters. Where too few schools tell who gives consent, the rows of `unweighted`
    (of `as_headlines`) keep their place without numbers.
    """
    try:
        told = consent.with_weights(rows, all_of(ois, pnas), trim)
    except ModelError as error:
        if not error.reason.of_the_data:
            raise
        return unweighted.assign(**dict.fromkeys(ESTIMATE, np.nan), model="consent_ipw", category="consent_ipw")
    return as_headlines(_main(told, ois, pnas, groups, WEIGHT), "consent_ipw")


def at_covered(rows: pd.DataFrame, ois: Design, pnas: Design, groups: Groups, coverage: float) -> pd.DataFrame:
    """Tell the main findings at schools that tested a share `coverage` of their pupils, model ``covered``.

    See `weighted` for the other parameters and `missing.covered` for the share.
    """
    return as_headlines(_main(covered(rows, ois, coverage), ois, pnas, groups), "covered")


def _main(rows: pd.DataFrame, ois: Design, pnas: Design, groups: Groups, weights: str | None = None) -> pd.DataFrame:
    percentiles = closure.percentile_growth(comparable(rows, pnas), pnas, weights=weights)
    dropping = fit_drop(can_drop(rows, ois, groups), ois, groups, weights=weights)
    return pd.concat(
        [
            change(standardised(rows, ois, weights=weights), ois, weights=weights),
            with_least(closure.overall(percentiles, weights=weights)),
            drop_effects(dropping, overall_only=True),
        ],
        ignore_index=True,
    )
