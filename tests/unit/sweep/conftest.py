"""Small editions on disk, as those that are compared."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

SMALL = Path(__file__).parents[1] / "compare" / "conftest.py"
spec = importlib.util.spec_from_file_location("small_editions", SMALL)
assert spec
assert spec.loader
small = importlib.util.module_from_spec(spec)
spec.loader.exec_module(small)


@pytest.fixture
def editions_in() -> Callable[[Path], Any]:
    return small.Editions


@pytest.fixture
def estimates() -> Callable[..., pd.DataFrame]:
    return small.estimates
