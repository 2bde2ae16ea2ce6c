import numpy as np
import pandas as pd
import pytest

from analysis.chapters.landscape.models.panel import panel

AREAS = 24
SHAPE = np.array([1.0, 1.02, 1.04, 1.05, 1.04, 1.02, 1.0, 0.88, 0.15])
"""Pupils of each age from 4 to 12, as a share of those aged 4."""


def rows_of(areas=AREAS, seed=5):
    """Make municipalities of 12 provinces whose cohorts keep 95 to 99 in a hundred over five years."""
    made = np.random.default_rng(seed)
    entry = np.exp(made.uniform(3.5, 7, areas))
    kept = made.uniform(0.95, 0.99, areas)
    by_age, by_count = [], []
    for number in range(areas):
        before = made.poisson(entry[number] * SHAPE)
        later = made.poisson(entry[number] * SHAPE * np.where(np.arange(9) < 5, 0.93, 1.0))
        later[5:7] = made.poisson(before[:2] * kept[number])
        area = {"area": f"a{number:02}", "region": f"r{number // 4}", "province": f"p{number % 12}"}
        for year, counts in ((2012, before), (2017, later)):
            by_age += [{**area, "age": 4 + place, "year": year, "pupils": int(n)} for place, n in enumerate(counts)]
        totals = {2010: before.sum() + 5, 2012: before.sum(), 2017: later.sum(), 2018: later.sum() - 3}
        totals |= {2019: later.sum() - 8, 2024: later.sum() - 20}
        by_count += [{"area": area["area"], "year": year, "pupils": int(n), "without": 0} for year, n in totals.items()]
    return pd.DataFrame(by_age), pd.DataFrame(by_count)


def exact(n):
    """Publish counts as they are."""
    return n


@pytest.fixture(scope="session")
def rows():
    return rows_of()


@pytest.fixture(scope="session")
def data(rows):
    return panel(*rows)
