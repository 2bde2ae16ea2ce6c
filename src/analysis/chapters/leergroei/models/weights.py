r"""Inverse probability weights: pupils who stand for those who were absent, or for schools without consent.

.. math:: w_i = \bar p / \hat p_i

with :math:`\hat p_i` from a logit of being seen. Weights correct for what is in that logit, and for nothing else.
Errors of weighted estimates take them as known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
from scipy.special import expit

from analysis.chapters.leergroei.models.design import Design
from analysis.chapters.leergroei.models.sample import REGULAR, WITH_M_TEST, comparable
from analysis.errors import ModelError, Reason
from analysis.stats.complete import check_complete, where_known
from analysis.stats.logit_states import fit_logit
from analysis.stats.regression import INTERCEPT

WEIGHT = "weight"
COMPOSITION = ("share_at_risk", "shortage")
"""What schools with and without consent may differ by."""

TRAITS = ("groep", "education", "sex")


def for_absence(rows: pd.DataFrame, design: Design, trim: float) -> pd.DataFrame:
    """Weigh the pupils with both tests so that they stand for all with an M-test.

    The logit, per subject and year: groep, level, share at risk and its product with level, parental education and sex,
    as far as the data have them.

    Parameters
    ----------
    rows : as `sample.select` returns them
    design : the years and tests
    trim : share of the weights at either end that is set to the quantile there

    Returns
    -------
    DataFrame : `rows` with ``weight``; missing for pupils without both tests, or of whom a part of the logit is missing
    """
    used = _there(rows, ("level_m", *TRAITS, "share_at_risk"))
    with_m_test = where_known(comparable(rows, design, WITH_M_TEST, used), used)
    check_complete(with_m_test, ["subject", "year", "location", *used], WEIGHT)
    weights = [
        _weights(part, (part["reason"] == "both").rename("present"), _level_and_risk, trim)
        for _, part in with_m_test.groupby(["subject", "year"], sort=False)
    ]
    return rows.assign(**{WEIGHT: pd.concat(weights).reindex(rows.index)})


def for_consent(rows: pd.DataFrame, design: Design, trim: float) -> pd.DataFrame:
    """Weigh the pupils of schools with consent so that they stand for all.

    The logit, per subject: the school's share at risk and shortage, groep, parental education and sex, as far as the
    data have them.

    Parameters
    ----------
    rows, design, trim : as in `for_absence`

    Returns
    -------
    DataFrame : `rows` with ``weight``; missing without consent, or where a part of the logit is missing

    Raises
    ------
    ModelError
        If the share at risk, the shortage and traits of pupils predict perfectly, or not at all, who gave consent.
    """
    used = _there(rows, (*COMPOSITION, *TRAITS))
    regular = where_known(comparable(rows, design, REGULAR, used), used)
    weights = [
        _weights(part, (part["reason"] != "no_consent").rename("gave"), _composition, trim, refused=True)
        for _, part in regular.groupby("subject", sort=False)
    ]
    return rows.assign(**{WEIGHT: pd.concat(weights).reindex(rows.index)})


def _weights(
    part: pd.DataFrame,
    seen: pd.Series,
    layout: Callable[[pd.DataFrame], pd.DataFrame],
    trim: float,
    *,
    refused: bool = False,
) -> pd.Series:
    """Return the weights of those seen; with `refused` a logit that is separated is an error."""
    if seen.all():
        return pd.Series(1.0, index=part.index)
    outcome, target = str(part["subject"].iloc[0]), str(seen.name)
    fitted = fit_logit(outcome, part.assign(**{target: seen.astype(float)}), target, layout)
    if refused and fitted.separated:
        raise ModelError(f"{outcome}: their pupils predict perfectly which schools gave no consent", Reason.SEPARATED)
    # Log odds are missing where everybody like a pupil was seen (or nobody).
    chance = pd.Series(expit(fitted.log_odds(fitted.rows)), index=part.index)[seen].fillna(1.0)
    weight = seen.mean() / chance
    return weight.clip(*weight.quantile([trim, 1 - trim]))


def _level_and_risk(part: pd.DataFrame) -> pd.DataFrame:
    level = [_indicators(part[name], "level") for name in _there(part, ("level_m",))]
    risk = [part[name] for name in _there(part, ("share_at_risk",))]
    products = [one.mul(other, axis=0).add_suffix(":share_at_risk") for one in level for other in risk]
    return pd.concat([_intercept(part), *level, *_traits(part), *risk, *products], axis=1)


def _composition(part: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([_intercept(part), part[_there(part, COMPOSITION)], *_traits(part)], axis=1)


def _intercept(part: pd.DataFrame) -> pd.Series:
    return pd.Series(1.0, part.index, name=INTERCEPT)


def _traits(part: pd.DataFrame) -> Sequence[pd.DataFrame]:
    return [_indicators(part[name], name) for name in _there(part, TRAITS)]


def _there(rows: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    return [name for name in columns if name in rows]


def _indicators(values: pd.Series, name: str) -> pd.DataFrame:
    return pd.get_dummies(values, prefix=name, dtype=float).iloc[:, 1:]
