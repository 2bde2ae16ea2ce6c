"""How often the robust and the honest interval cover a jump in a curve, at the size of the country and of a province.

The honest interval promises at least its level for every curve within the bound; the bound is read from the data, so
that the promise is tried here with it. See docs/coverage.md.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from analysis.stats.discontinuity import discontinuity
from analysis.stats.honest import honest

WORLDS = 500
JUMP = 0.3
# Schools with a score lie 25% of the locations below the cut-off and 15% above it; 640 and 100 boards.
SIZES = {"the country": (2500, 640), "100 boards": (400, 100)}
CURVES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "a curve": lambda x: np.where(x < 0, 0.006 * x**2, -0.006 * x**2) + 0.02 * x,
    "a wave": lambda x: 0.8 * np.sin(x / 6),
}


def world(rng: np.random.Generator, schools: int, boards: int, curve: Callable) -> tuple[np.ndarray, ...]:
    x = np.linspace(-25, 15, schools) + 1e-9
    sizes = rng.pareto(1.5, boards) + 1  # boards are unequal, as they are
    board = rng.choice(boards, size=schools, p=sizes / sizes.sum())
    y = curve(x) + JUMP * (x >= 0) + rng.normal(0, 0.15, boards)[board] + rng.normal(0, 0.6, schools)
    return x, y, board


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("curve", CURVES)
def test_a_jump_in_a_curve_is_covered(size, curve, record_property):
    rng = np.random.default_rng([7, list(SIZES).index(size), list(CURVES).index(curve)])
    hits = {"robust": [], "honest": []}
    for _ in range(WORLDS):
        x, y, board = world(rng, *SIZES[size], CURVES[curve])
        for name, estimate in (("robust", discontinuity), ("honest", honest)):
            row = estimate(x, y, cluster=board).row()
            hits[name].append(row["ci_low"] <= JUMP <= row["ci_high"])
    share = {name: float(np.mean(covered)) for name, covered in hits.items()}
    for name, value in share.items():
        record_property(f"jump in {curve}, {name} interval, {size}", value)
    # Of 500 intervals that cover 95% of the time, the share has a standard deviation of 1 point.
    assert share["honest"] >= 0.93, share
    assert share["robust"] >= 0.88, share
