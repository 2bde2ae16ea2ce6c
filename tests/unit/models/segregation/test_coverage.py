"""How often the interval of the corrected dissimilarity holds the dissimilarity of a city that is known."""

import numpy as np
import pytest

from analysis.models.segregation.attendance import Counted
from analysis.models.segregation.correction import corrected
from analysis.models.segregation.estimates import basic_interval, moved_interval
from analysis.models.segregation.measures import uneven

SCHOOLS = 100
DRAWS = 200


def chances(spread, seed):
    """How likely a pupil of either of two groups attends each school: sizes differ, and so do log-odds."""
    rng = np.random.default_rng(seed)
    size, odds = rng.gamma(4.0, 1.0, SCHOOLS), spread * rng.normal(size=SCHOOLS)
    either = np.array([size / (1 + np.exp(-odds)), size / (1 + np.exp(odds))])
    return either / either.sum(axis=1, keepdims=True)


def covered(worlds, pupils, spread):
    """Share of worlds whose interval holds the truth: of the corrected index, and of the plain one."""
    held = []
    for world in range(worlds):
        chance = chances(spread, world)
        truth, rng = float(uneven(*chance)), np.random.default_rng([10, world])
        cells = np.array([rng.multinomial(n, p) for n, p in zip(pupils, chance, strict=True)])
        spread_out = Counted(("group", "rest"), cells, {"now": np.arange(SCHOOLS)}, SCHOOLS)
        drawn = spread_out.resampled(DRAWS, rng)["now"]
        a, b = spread_out.observed()["now"]
        told = [
            moved_interval(float(corrected(a, b)), corrected(drawn[:, 0], drawn[:, 1])),
            basic_interval(float(uneven(a, b)), uneven(drawn[:, 0], drawn[:, 1])),
        ]
        held.append([row["ci_low"] <= truth <= row["ci_high"] for row in told])
    return np.mean(held, axis=0)


def test_a_world_is_as_apart_as_its_chances():
    assert uneven(*chances(0.0, 1)) == pytest.approx(0, abs=1e-12)
    assert 0.5 < uneven(*chances(2.0, 1)) < 0.7


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "pupils", "spread"),
    [
        ("a small group, far apart", (800, 6000), 2.0),
        ("a small group, less far apart", (800, 6000), 0.8),
        ("two large groups", (5000, 12000), 1.8),
    ],
)
def test_the_interval_of_corrected_dissimilarity_covers_the_truth(name, pupils, spread, record_property):
    better, plain = covered(300, pupils, spread)
    record_property(f"dissimilarity, corrected, {name}", float(better))
    assert 0.92 <= better <= 0.98
    assert plain < better  # what the correction is for
