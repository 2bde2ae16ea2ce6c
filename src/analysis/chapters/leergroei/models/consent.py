r"""Schools without consent: whose results may not be used, and what that may do to the findings.

Two answers, as for pupils who were absent. *Weights*: schools without consent are like those with the same share of
pupils at risk, teacher shortage and pupils. *Bounds*: at worst they were, of all schools, those that lost least, or
most. With changes of schools :math:`N(\mu, \tau^2)` and a share :math:`q` of the pupils at the schools above (below)
the point :math:`z = \Phi^{-1}(1 - q)`, the others have

.. math:: \bar d = \mu \mp \tau \lambda, \quad s^2 = \tau^2 (1 - z \lambda - \lambda^2), \quad
   \lambda = \varphi(z) / (1 - q)

so that :math:`\mu` lies at most :math:`s \lambda / \sqrt{1 - z \lambda - \lambda^2}` from what is seen, with :math:`s`
the spread between the schools that are seen. No result of a school without consent enters either.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import norm

from analysis.chapters.leergroei.models.design import Design
from analysis.chapters.leergroei.models.growth import SD_GROWTH
from analysis.chapters.leergroei.models.missing import WEIGHT
from analysis.chapters.leergroei.models.rows import in_rows, parts, row
from analysis.chapters.leergroei.models.sample import in_design
from analysis.chapters.leergroei.models.schools import FEWEST, changes_by_school
from analysis.errors import ModelError, Reason
from analysis.stats.logit_states import fit_logit
from analysis.stats.random_effects import tau_squared
from analysis.stats.regression import INTERCEPT

WITH, WITHOUT = "with consent", "without consent"
MAKE_UP = ("share_at_risk", "shortage")

Floats = NDArray[np.float64]


def make_up(rows: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Compare the schools with and without consent.

    Parameters
    ----------
    rows
        As `sample.select` returns them.

    Returns
    -------
    DataFrame
        One row per kind of school: ``consent, n_schools, n_pupils`` (each once), ``share_at_risk`` and
        ``shortage`` (means over schools). Special schools are not among them.
    """
    known = _regular(rows, design)
    # No row of all schools: beside it a row that is withheld could be worked out.
    kinds = {WITH: known[~_without(known)], WITHOUT: known[_without(known)]}
    return pd.DataFrame([{"consent": kind, **_described(part)} for kind, part in kinds.items()])


def with_weights(rows: pd.DataFrame, design: Design, trim: float) -> pd.DataFrame:
    r"""Give pupils of schools with consent the weights that make them stand for all.

    Parameters
    ----------
    rows
        As `sample.select` returns them.
    trim
        Share of the weights at either end that is brought back to the quantile there.

    Returns
    -------
    DataFrame
        `rows` with ``weight``; missing without consent.

    Raises
    ------
    ModelError
        If the share at risk, the shortage and traits of pupils predict perfectly, or not at all, who gave consent.

    Notes
    -----
    :math:`w_i = \bar p / \hat p_i`, with :math:`\hat p_i` from a logit of consent per subject on the school's share at
    risk and shortage, groep, parental education and sex.
    """
    known = _regular(rows, design)
    weights = [_weights(part, trim) for _, part in known.groupby("subject", sort=False)]
    return rows.assign(**{WEIGHT: pd.concat(weights).reindex(rows.index)})


def bounds(
    growth: pd.DataFrame, rows: pd.DataFrame, changes: pd.DataFrame, design: Design, *, draws: int, seed: int
) -> pd.DataFrame:
    """Bound the change of standardised growth when schools without consent were those that lost most, or least.

    Parameters
    ----------
    growth
        As `growth.standardised` returns it.
    rows
        As `sample.select` returns them.
    changes
        As `growth.change` returns them, of whole subjects.
    draws, seed
        Resamples of schools for the error of the spread, and their seed.

    Returns
    -------
    DataFrame
        In the form of `rows.estimate_by`, model ``consent_bounds``, terms ``lower`` and ``upper``, each with an
        interval of its own; missing with fewer than `schools.FEWEST` schools.
    """
    known, told = _regular(rows, design), []
    streams = np.random.SeedSequence(seed).spawn(len(design.groepen))
    for (outcome, values, part), stream in zip(parts(growth, design.groepen), streams, strict=True):
        closed = known[(known["subject"] == outcome) & (known["closure"] == 1)]
        named = {**row(outcome, (), values, part, part["year"].unique().tolist()), "by": "ois_standardised"}
        seen = changes[changes["outcome"] == outcome].iloc[0]
        reach, error = _reach(changes_by_school(part), _without(closed).mean(), draws, np.random.default_rng(stream))
        error, schools = float(np.hypot(seen["std_error"], error)), part["location"].nunique()
        for term, side in (("lower", -1), ("upper", 1)):
            estimate = seen["estimate"] + side * reach
            told.append({**named, "term": term, "estimate": estimate, "std_error": error, "schools": schools})
    return in_rows(pd.DataFrame(told), model="consent_bounds", unit=SD_GROWTH)


def beyond(share: float) -> float:
    """How far the mean of all can lie from what is seen when a share is not, in standard deviations of what is seen."""
    if share <= 0:
        return 0.0
    z = norm.ppf(1 - share)
    mills = norm.pdf(z) / (1 - share)
    return float(mills / np.sqrt(1 - z * mills - mills**2))


def _reach(schools: pd.DataFrame, share: float, draws: int, rng: np.random.Generator) -> tuple[float, float]:
    """How far the bounds lie from what is seen, and the error of that by a resample of schools."""
    if len(schools) < FEWEST:
        return np.nan, np.nan
    change, variance = schools["change"].to_numpy(float), schools["variance"].to_numpy(float)
    drawn = rng.integers(0, len(change), (draws, len(change)))
    mean = np.ones((len(change), 1))
    sds = np.sqrt([tau_squared(change[of], variance[of], mean) for of in (slice(None), *drawn)])
    factor = beyond(share)
    return factor * float(sds[0]), factor * float(np.std(sds[1:], ddof=1))


def _regular(rows: pd.DataFrame, design: Design) -> pd.DataFrame:
    return rows[in_design(rows, design) & (rows["reason"] != "special_school")]


def _without(rows: pd.DataFrame) -> pd.Series:
    return rows["reason"] == "no_consent"


def _described(rows: pd.DataFrame) -> dict[str, float]:
    schools = rows.drop_duplicates("location")
    means = {name: schools[name].mean() for name in MAKE_UP}
    return {"n_schools": len(schools), "n_pupils": rows["pupil"].nunique(), **means}


def _weights(part: pd.DataFrame, trim: float) -> pd.Series:
    gave = ~_without(part)
    if gave.all():
        return pd.Series(1.0, index=part.index)
    outcome = str(part["subject"].iloc[0])
    fitted = fit_logit(outcome, part.assign(gave=gave.astype(float)), "gave", _traits)
    if fitted.separated:
        raise ModelError(f"{outcome}: their pupils predict perfectly which schools gave no consent", Reason.SEPARATED)
    chance = pd.Series(expit(fitted.log_odds(fitted.rows)), index=part.index)[gave]
    weight = gave.mean() / chance
    return weight.clip(*weight.quantile([trim, 1 - trim]))


def _traits(part: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([pd.Series(1.0, part.index, name=INTERCEPT), part[list(MAKE_UP)], *_dummies(part)], axis=1)


def _dummies(part: pd.DataFrame) -> Iterator[pd.DataFrame]:
    for name in ("groep", "education", "sex"):
        yield pd.get_dummies(part[name], prefix=name, dtype=float).iloc[:, 1:]
