"""The small project of the run system's tests, for what works beside a run."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analysis.run.kernel import warm


def _small_project() -> Any:
    path = Path(__file__).parents[1] / "run" / "conftest.py"
    spec = importlib.util.spec_from_file_location("small_project", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The small project: change it, run it, ask for its state."""
    module = _small_project()
    monkeypatch.setattr("analysis.site.build", module.render)
    yield module.Small(tmp_path / "project").remember_code()
    warm.close()
