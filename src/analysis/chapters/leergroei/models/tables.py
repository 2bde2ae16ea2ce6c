"""The tables of the chapter: estimates of several models put together in one form."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.chapters.leergroei.models import closure, mixed
from analysis.chapters.leergroei.models.rows import ESTIMATE
from analysis.errors import ModelError, Reason

DISTINGUISHED = ("outcome", "by", "category", "n_least", "n_pupils", "df")


def pnas(by_pupil_growth: pd.DataFrame) -> pd.DataFrame:
    """Estimate the PNAS design in all its variations.

    Parameters
    ----------
    by_pupil_growth
        As `closure.percentile_growth` returns it.

    Returns
    -------
    DataFrame
        In the one form, with ``outcome, by, category, n_least, n_pupils, df`` after it: models ``pnas_overall,
        pnas_one_control, pnas_ses, pnas_sex, pnas_ability, pnas_grade, pnas_school_fe, placebo, weekly, ancova``. With
        a single control year there are no placebo years.
    """
    designs = [
        closure.overall,
        closure.one_control_year,
        closure.by_education,
        closure.by_sex,
        closure.by_prior,
        closure.by_grade,
        closure.school_effects,
        closure.weekly_progress,
        closure.ancova,
    ]
    control = by_pupil_growth.loc[by_pupil_growth["closure"] == 0, "start"].nunique()
    if control > 1:
        designs.append(closure.placebo)
    return with_least(pd.concat([estimate(by_pupil_growth) for estimate in designs], ignore_index=True))


def mixed_models(by_pupil_growth: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fit the mixed model of every outcome, and tell how the closure's effect is spread over schools.

    Returns
    -------
    tuple of DataFrame
        Estimates, model ``mixed``, as `pnas` returns them, and the rows of `mixed.spread` of all outcomes. Where the
        maximum of the likelihood is not found, as with few schools, an outcome has one row without numbers in either.
    """
    estimates, spreads = [], []
    for outcome, rows in by_pupil_growth.groupby("outcome", sort=False):
        try:
            fitted = mixed.closure_slopes(by_pupil_growth, str(outcome))
        except ModelError as error:
            if error.reason is not Reason.NO_CONVERGENCE:  # as with few schools
                error.raise_unless_of_the_data()
            told, spread = _without_estimate(str(outcome), rows)
        else:
            told, spread = fitted.estimates, mixed.spread(fitted)
        estimates.append(told.assign(by="", category="", **closure.counts(rows)))
        spreads.append(spread)
    return with_least(pd.concat(estimates, ignore_index=True)), pd.concat(spreads, ignore_index=True)


def with_least(estimates: pd.DataFrame) -> pd.DataFrame:
    """Turn ``n_closure, n_before`` of estimates into ``n_least``, the pupils on the smaller side of the closure."""
    closed, others = estimates["n_closure"], estimates["n_before"]
    # Some models look at the control years alone.
    least = closed.where((closed > 0) & (closed < others), others)
    told = estimates.drop(columns=["n_closure", "n_before"]).assign(n_least=least.astype(int))
    last = [name for name in DISTINGUISHED[3:] if name in told]
    return told[[*told.columns.drop(last), *last]]


def together(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put tables of estimates together: the one form and what distinguishes the rows, no other columns."""
    form = [*tables[0].columns[:11], *DISTINGUISHED]
    return pd.concat([table[form] for table in tables], ignore_index=True)


def _without_estimate(outcome: str, rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    told = {"model": "mixed", "group": outcome, "term": "closure", **dict.fromkeys(ESTIMATE, np.nan)}
    counts = {"n_obs": len(rows), "n_clusters": rows["location"].nunique(), "unit": closure.POINTS, "outcome": outcome}
    numbers = dict.fromkeys(("quantile", "shrunken", "fitted"), np.nan)
    spread = {"outcome": outcome, **numbers, "schools": counts["n_clusters"]}
    return pd.DataFrame([{**told, **counts}]), pd.DataFrame([spread])
