"""How many schools lie outside limits around what schools of their schoolweging reach, and how many luck puts there."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import ndtri

from analysis.chapters.school_levels.models.spread import SUMMED, Spread, Spreads
from analysis.stats.funnel import expected_outside, freed, mid_p_z, overdispersion

LIMITS = (0.95, 0.998)


def outside(found: Spreads, winsorise: float) -> pd.DataFrame:
    """Count schools outside the limits in the last year: by luck alone, as they are, and allowing for what differs.

    Parameters
    ----------
    found : Of `spread.fits`.
    winsorise : Part of the schools at either end whose z is brought in.

    Returns
    -------
    DataFrame
        One row per subject, outcome and limit: ``subject, outcome, limit, expected, observed, freed`` (shares of the
        schools), ``schools, pupils``.
    """
    rows = [
        {"subject": subject, "outcome": outcome, **row}
        for (subject, outcome), one in found.items()
        if SUMMED in one.fits
        for row in _of_last_year(one, winsorise)
    ]
    columns = ["subject", "outcome", "limit", "expected", "observed", "freed", "schools", "pupils"]
    return pd.DataFrame(rows, columns=columns)


def _of_last_year(one: Spread, winsorise: float) -> list[dict[str, float]]:
    last = (one.rows["year"] == one.rows["year"].max()).to_numpy()
    y, n, expected = one.rows["y"].to_numpy(float)[last], one.rows["n"].to_numpy(float)[last], one.expected()[last]
    z, error = mid_p_z(y, n, expected), np.sqrt(expected * (1 - expected) / n)
    wider = freed(z, error, overdispersion(z, error, winsorise))
    counts = {"schools": int(last.sum()), "pupils": int(n.sum())}
    return [
        {
            "limit": limit,
            "expected": expected_outside(n, expected, limit) / len(n),
            "observed": float((np.abs(z) > ndtri((1 + limit) / 2)).mean()),
            "freed": float((np.abs(wider) > ndtri((1 + limit) / 2)).mean()),
            **counts,
        }
        for limit in LIMITS
    ]
