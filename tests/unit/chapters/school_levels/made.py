"""Made-up pupils with levels, from scores of which gap, shift and spread are known."""

import numpy as np
import pandas as pd

from analysis.reference_levels import LEVELS
from analysis.synthetic.levels import counted

GAP, SHIFT, TAU, SD = -0.5, 0.12, 0.3, 0.95
YEARS = ("2016/17", "2017/18", "2018/19")
EDGES = (24.0, 28.0, 32.0, 36.0)


def pupils(schools=120, size=25, seed=1, subject="lezen"):
    rng = np.random.default_rng(seed)
    weging = np.random.default_rng(schools).uniform(22, 40, schools)  # of a school it is the same in every subject
    lasting = TAU * rng.standard_normal(schools)
    school, year = np.repeat(np.arange(schools), 3 * size), np.tile(np.repeat([0, 1, 2], size), schools)
    own = SD * rng.standard_normal(len(school))
    score = GAP * (weging[school] - 31) / 10 + SHIFT * year + lasting[school] + own
    return pd.DataFrame(
        {
            "pupil": np.arange(len(school)),
            "year": np.array(YEARS)[year],
            "location": [f"{10 + k // 26}A{chr(65 + k % 26)}00" for k in school],
            "subject": subject,
            "level": np.array(LEVELS)[np.digitize(score, [-1.4, 0.2])],
            "schoolweging": weging[school],
        }
    )


def schools_of(rows):
    schools = rows.drop_duplicates("location")[["location", "schoolweging"]].assign(spread=6.0)
    return counted(rows.drop(columns="schoolweging"), schools)


def total_sd():
    """Standard deviation of all scores: of schoolweging (uniform from 22 to 40), the years, schools and pupils."""
    return np.sqrt((GAP / 10) ** 2 * 18**2 / 12 + SHIFT**2 * 2 / 3 + TAU**2 + SD**2)
