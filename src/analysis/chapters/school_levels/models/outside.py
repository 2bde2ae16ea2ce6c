"""How many schools lie outside limits around what schools of their schoolweging reach, and how many luck puts there."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import ndtri

from analysis.chapters.school_levels.models.spread import SUMMED, Spread, Spreads
from analysis.stats.funnel import expected_outside, freed, mid_p_z, overdispersion

LIMIT = 0.95


def outside(found: Spreads, winsorise: float) -> pd.DataFrame:
    """Count schools outside 95% limits in the last year: by luck alone, as they are, and allowing for what differs.

    Parameters
    ----------
    found : Of `spread.fits`.
    winsorise : Part of the schools at either end whose z is brought in.

    Returns
    -------
    DataFrame
        One row per subject and outcome: ``subject, outcome, expected, observed, freed`` (shares of the schools),
        ``schools, pupils`` and ``schools_least``, the smallest group of schools that the shares tell apart.
    """
    rows = [
        {"subject": subject, "outcome": outcome, **_of_last_year(one, winsorise)}
        for (subject, outcome), one in found.items()
        if SUMMED in one.fits
    ]
    columns = ["subject", "outcome", "expected", "observed", "freed", "schools", "schools_least", "pupils"]
    return pd.DataFrame(rows, columns=columns)


def _of_last_year(one: Spread, winsorise: float) -> dict[str, float]:
    last = (one.rows["year"] == one.rows["year"].max()).to_numpy()
    y, n, expected = one.rows["y"].to_numpy(float)[last], one.rows["n"].to_numpy(float)[last], one.expected()[last]
    z, error = mid_p_z(y, n, expected), np.sqrt(expected * (1 - expected) / n)
    wider = freed(z, error, overdispersion(z, error, winsorise))
    observed, left = (int((np.abs(values) > ndtri((1 + LIMIT) / 2)).sum()) for values in (z, wider))
    schools = len(n)
    apart = (observed, left, observed - left, schools - observed)
    return {
        "expected": expected_outside(n, expected, LIMIT) / schools,
        "observed": observed / schools,
        "freed": left / schools,
        "schools": schools,
        "schools_least": min((size for size in apart if size > 0), default=schools),
        "pupils": int(n.sum()),
    }
