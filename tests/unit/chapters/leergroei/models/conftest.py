"""Tests of synthetic pupils, as `sample.select` returns them, for the tests of the models."""

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.leergroei.models.design import Design

DESIGN = Design({"rekenen": (7,)}, composite=(), closure_year="2019/20", control_years=("2018/19",))
LEVELS = np.array(["V", "IV", "III", "II", "I"])


def make(schools=20, per_school=30, effect=0.0, noise=5.0, seed=1, school_noise=0.0):
    """Pupils of one groep in two years: growth of 10 points, `effect` more in the closure year."""
    rng = np.random.default_rng(seed)
    number = schools * per_school * 2
    school = np.arange(number) % schools
    closure = (np.arange(number) // schools % 2).astype(float)
    percentile = rng.uniform(0, 100, number)
    own = school_noise * rng.normal(size=schools)[school] * closure
    rows = pd.DataFrame(
        {
            "pupil": np.arange(number),
            "subject": "rekenen",
            "groep": 7,
            "location": [f"s{number:02d}" for number in school],
            "year": np.where(closure == 1, "2019/20", "2018/19"),
            "closure": closure,
            "reason": "both",
            "consent": True,
            "growth": 10 + effect * closure + own + noise * rng.normal(size=number),
            "level_m": LEVELS[(percentile // 20).astype(int)],
            "m_percentile": percentile,
            "share_at_risk": (school / schools),
            "shortage": rng.uniform(0, 0.3, schools)[school],
            "education": rng.choice(["laag", "hoog"], number),
            "sex": rng.choice(["m", "v"], number),
        }
    )
    sides = np.where(rows["share_at_risk"] >= 0.4, "40% or more at risk", "fewer than 40% at risk")
    bands = pd.Categorical(np.where(rows["share_at_risk"] >= 0.4, "40% or more", "below 40%"))
    return rows.assign(risk_side=sides, band=bands)


@pytest.fixture
def simulate():
    return make


@pytest.fixture
def design():
    return DESIGN
