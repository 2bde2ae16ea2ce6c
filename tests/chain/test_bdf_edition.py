"""The edition on real tests, run with the command that a person types."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory, real_data_folder: Path) -> Path:
    outputs = tmp_path_factory.mktemp("outputs")
    words = [sys.executable, "-m", "analysis.cli", "run", "params/bdf-leergroei.yml", "--outputs", str(outputs)]
    environment = {**os.environ, "STAAT_DATA": str(real_data_folder)}
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return outputs / "bdf-leergroei"


def test_the_tables_hold_the_published_values(edition: Path) -> None:
    estimates = pd.read_csv(edition / "tables" / "value_added" / "textbook.csv", comment="#").set_index(
        ["model", "term"]
    )
    # Published in steps of 0.05 and 0.01, a fifth of their standard errors (0.425 and 0.070) or less.
    assert estimates.loc[("empty", "intercept"), "estimate"] == pytest.approx(40.36, abs=0.025)
    assert estimates.loc[("iq", "iq"), "estimate"] == pytest.approx(2.488, abs=0.005)


def test_the_manifest_names_the_file_and_not_the_folder(edition: Path, real_data_folder: Path) -> None:
    text = (edition / "manifest.json").read_text("utf8")
    assert "learning/bdf.csv" in text
    assert str(real_data_folder) not in text
    assert json.loads(text)


def test_no_table_has_a_row_per_school(edition: Path) -> None:
    for path in (edition / "tables").rglob("*.csv"):
        assert "school" not in pd.read_csv(path).columns
        assert len(pd.read_csv(path)) < 60
