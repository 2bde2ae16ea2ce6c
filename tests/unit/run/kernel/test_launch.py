"""What a kernel does before it serves."""

# The global generators are what is tested.
# ruff: noqa: NPY002, S311

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.run.kernel.launch import seed


@settings(deadline=None)
@given(st.integers())
def test_the_same_seed_draws_the_same_whatever_was_drawn_before(value: int) -> None:
    drawn = []
    for _ in range(2):
        seed(value)
        drawn.append((random.random(), np.random.rand()))
    assert drawn[0] == drawn[1]


def test_numpy_takes_the_last_32_bits() -> None:
    seed(2**32 + 5)
    first = np.random.rand()
    np.random.seed(5)
    assert np.random.rand() == pytest.approx(first, abs=0)
