"""Small editions on disk, written with the functions that a run uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.compare.editions import PublishedEdition, read
from analysis.publish.tables import write_csv
from analysis.run import manifest

ESTIMATES = {
    "model": ["logit", "logit", "logit"],
    "group": ["all", "all", "all"],
    "term": ["distance", "weging", "rk"],
    "estimate": [-0.5, 0.1, 0.3],
    "std_error": [0.05, 0.04, 0.1],
    "ci_low": [-0.6, 0.02, 0.1],
    "ci_high": [-0.4, 0.18, 0.5],
    "p_value": [0.0, 0.012, 0.003],
    "n_obs": [400, 400, 400],
    "n_clusters": [28, 28, 28],
    "unit": ["utility per km", "utility per point", "utility"],
    "suppressed": ["", "", ""],
}


def estimates(**columns: Sequence[object]) -> pd.DataFrame:
    """Three estimates; a column given replaces the usual one."""
    return pd.DataFrame({**ESTIMATES, **columns})


class Editions:
    """Makes editions below one outputs folder."""

    def __init__(self, outputs: Path) -> None:
        self.outputs = outputs

    def make(
        self,
        name: str,
        tables: Mapping[str, Mapping[str, pd.DataFrame]] | None = None,
        *,
        findings: Mapping[str, str] | None = None,
        keys: Mapping[str, Mapping[str, Any]] | None = None,
        **told: object,
    ) -> PublishedEdition:
        """Write an edition with one chapter per stem of `tables`; `told` replaces entries of its manifest."""
        folder = self.outputs / name
        written = {"school_choice": {"estimates": estimates()}} if tables is None else tables
        steps = [self._step(folder, stem, frames, keys or {}) for stem, frames in written.items()]
        said = [{"name": key, "sentence": text, "n": 400, "unit": "pupils"} for key, text in (findings or {}).items()]
        steps[0]["findings"] = said
        usual = {
            "edition": name,
            "facts": {"title": f"Edition {name}", "synthetic": True, "language": "en", "school_years": ["2019/20"]},
            "parameters": {"edition": name, "seed": 1, "school_choice": {"age": 4}},
            "git": {"commit": "a" * 40, "dirty": False},
            "lock_sha256": "b" * 64,
            "python": "3.11.7",
            "finished": "2026-01-02T03:04:05+00:00",
            "steps": steps,
        }
        (folder / "internal").mkdir(parents=True, exist_ok=True)
        manifest.write(folder, {**usual, **told, "outputs": manifest.outputs_of(folder)})
        return read(folder)

    def _step(
        self, folder: Path, stem: str, frames: Mapping[str, pd.DataFrame], keys: Mapping[str, Mapping[str, Any]]
    ) -> dict[str, Any]:
        place = folder / "tables" / stem
        place.mkdir(parents=True, exist_ok=True)
        for name, frame in frames.items():
            write_csv(frame, place / f"{name}.csv")
        published = [
            {"kind": "table", "name": name, "caption": f"Table {name}", "path": f"tables/{stem}/{name}.csv"}
            for name in frames
        ]
        step = {"notebook": f"0_{stem}", "stem": stem, "title": f"What of {stem}?", "published": published}
        return {**step, "findings": [], "inputs": [], **({"key": keys[stem]} if stem in keys else {})}


@pytest.fixture
def editions(tmp_path: Path) -> Editions:
    return Editions(tmp_path / "outputs")


@pytest.fixture(scope="session")
def editions_in() -> Callable[[Path], Editions]:
    return Editions


@pytest.fixture(name="estimates", scope="session")
def _estimates() -> Callable[..., pd.DataFrame]:
    return estimates
