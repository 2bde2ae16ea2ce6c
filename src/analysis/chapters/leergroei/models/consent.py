r"""Schools without consent: whose results may not be used, and what that may do to the findings.

Two answers, as for pupils who were absent. *Weights* (`weights.for_consent`): schools without consent are like those
with the same share of pupils at risk, teacher shortage and pupils. *Bounds*: at worst they were, of all schools, those
that lost least, or most. With changes of schools :math:`N(\mu, \tau^2)` and a share :math:`q` of the pupils at the
schools above (below) the point :math:`z = \Phi^{-1}(1 - q)`, the others have

.. math:: \bar d = \mu \mp \tau \lambda, \quad s^2 = \tau^2 (1 - z \lambda - \lambda^2), \quad
   \lambda = \varphi(z) / (1 - q)

so that :math:`\mu` is at most :math:`s \lambda / \sqrt{1 - z \lambda - \lambda^2}` from what is seen, with :math:`s`
the standard deviation between the schools that are seen. No result of a school without consent enters either.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import norm

from analysis.chapters.leergroei.models.design import Design
from analysis.chapters.leergroei.models.growth import SD_GROWTH
from analysis.chapters.leergroei.models.rows import in_rows, iter_groups, no_rows
from analysis.chapters.leergroei.models.sample import REGULAR, comparable
from analysis.chapters.leergroei.models.schools import FEWEST, changes_by_school
from analysis.chapters.leergroei.models.weights import COMPOSITION
from analysis.stats.complete import where_known
from analysis.stats.random_effects import tau_squared

WITH, WITHOUT = "with consent", "without consent"


def make_up(rows: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Compare the schools with and without consent.

    Parameters
    ----------
    rows : as `sample.select` returns them
    design : the years and tests

    Returns
    -------
    DataFrame
        One row per kind of school: ``consent, n_schools, n_pupils`` (each once), ``share_at_risk`` and
        ``shortage`` (means over schools), as far as the data have them. Special schools are not among them; where it is
        not known who gave consent, there are no rows.
    """
    traits = [name for name in COMPOSITION if name in rows]
    if "consent" not in rows:
        return pd.DataFrame(columns=["consent", "n_schools", "n_pupils", *traits])
    rows = where_known(comparable(rows, design, REGULAR, traits), traits)
    # No row of all schools: beside it a row that is withheld could be worked out.
    kinds = {WITH: rows[~_without(rows)], WITHOUT: rows[_without(rows)]}
    return pd.DataFrame([{"consent": kind, **_described(part, traits)} for kind, part in kinds.items()])


def bounds(
    growth: pd.DataFrame, rows: pd.DataFrame, changes: pd.DataFrame, design: Design, *, draws: int, seed: int
) -> pd.DataFrame:
    """Bound the change of standardised growth when schools without consent were those that lost most, or least.

    Parameters
    ----------
    growth : as `growth.standardised` returns it
    rows : as `sample.select` returns them
    changes : as `growth.change` returns them, of whole subjects
    draws, seed : resamples of schools for the error of the standard deviation, and their seed

    Returns
    -------
    DataFrame
        In the form of `rows.means_by`, model ``consent_bounds``, terms ``lower`` and ``upper``, each with an
        interval of its own; missing with fewer than `schools.FEWEST` schools.
    """
    if "consent" not in rows:
        return no_rows()
    closed = comparable(rows, design, REGULAR, ()).query("closure == 1")
    streams = np.random.SeedSequence(seed).spawn(len(design.groepen))
    limits: list[dict[str, object]] = []
    for (row, part), stream in zip(iter_groups(growth, design.groepen), streams, strict=True):
        unseen = _without(closed[closed["subject"] == row["outcome"]]).mean()
        seen = changes[changes["outcome"] == row["outcome"]].iloc[0]
        reach, error = _reach(changes_by_school(part), unseen, draws, np.random.default_rng(stream))
        named = {**row, "by": "ois_standardised", "std_error": float(np.hypot(seen["std_error"], error))}
        limits += (
            {**named, "term": term, "estimate": seen["estimate"] + side * reach}
            for term, side in (("lower", -1), ("upper", 1))
        )
    return in_rows(pd.DataFrame(limits), model="consent_bounds", unit=SD_GROWTH)


def beyond(share: float) -> float:
    """Compute how far the mean of all can be from what is seen when a share of schools is not.

    Parameters
    ----------
    share : of pupils at the schools that are not seen, 0 to 1

    Returns
    -------
    float : in standard deviations of the schools that are seen
    """
    if share <= 0:
        return 0.0
    z = norm.ppf(1 - share)
    mills = norm.pdf(z) / (1 - share)
    return float(mills / np.sqrt(1 - z * mills - mills**2))


def _reach(schools: pd.DataFrame, share: float, draws: int, rng: np.random.Generator) -> tuple[float, float]:
    """How far the bounds are from what is seen, and the error of that by a resample of schools."""
    if len(schools) < FEWEST:
        return np.nan, np.nan
    change, variance = schools["change"].to_numpy(float), schools["variance"].to_numpy(float)
    drawn = rng.integers(0, len(change), (draws, len(change)))
    mean = np.ones((len(change), 1))
    sds = np.sqrt([tau_squared(change[of], variance[of], mean) for of in (slice(None), *drawn)])
    factor = beyond(share)
    return factor * float(sds[0]), factor * float(np.std(sds[1:], ddof=1))


def _without(rows: pd.DataFrame) -> pd.Series:
    return rows["reason"] == "no_consent"


def _described(rows: pd.DataFrame, traits: Sequence[str]) -> dict[str, float]:
    schools = rows.drop_duplicates("location")
    return {
        "n_schools": len(schools),
        "n_pupils": rows["pupil"].nunique(),
        **{name: schools[name].mean() for name in traits},
    }
