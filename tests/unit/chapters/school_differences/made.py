"""Made-up outcomes of schools, with what was put in."""

import numpy as np
import pandas as pd
from scipy.special import expit

LASTING, PASSING, SIGMA, TAU = 0.5, 0.3, 9.0, 2.5


def exams(schools=60, levels=("vmbo-b", "vmbo-k", "vmbo-gt", "havo", "vwo"), seed=1):
    rng, parts = np.random.default_rng(seed), []
    for level in levels:
        lasts = LASTING * rng.standard_normal(schools)
        for year in range(2015, 2020):
            n = rng.integers(12, 90, schools)
            share = expit(2.0 + lasts + PASSING * rng.standard_normal(schools))
            numbers = {"candidates": n, "passed": rng.binomial(n, share)}
            location = [f"{10 + k // 26}A{chr(65 + k % 26)}00" for k in range(schools)]
            parts.append(pd.DataFrame({"location": location, "level": level, "year": year, **numbers}))
    return pd.concat(parts, ignore_index=True).assign(municipality="Adam")


def scores(schools=400, seed=2):
    rng = np.random.default_rng(seed)
    n, weging = rng.integers(6, 70, schools), rng.uniform(21, 39, schools)
    mean = 535 - 0.5 * (weging - 30) + np.sqrt(TAU**2 + SIGMA**2 / n) * rng.standard_normal(schools)
    location = [f"{10 + k // 676}{chr(65 + k // 26 % 26)}{chr(65 + k % 26)}00" for k in range(schools)]
    numbers = {"tested": n, "mean": mean, "schoolweging": weging}
    return pd.DataFrame({"location": location, "municipality": "Adam", "provider": "CET", **numbers})
