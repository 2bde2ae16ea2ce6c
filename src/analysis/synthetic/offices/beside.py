"""What goes along with the registers of a made-up office: figures in print, and the truth.

A real office has neither in its folder: figures are compared with a world alone, and nobody has the truth.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from analysis.data.export import Writer, parquet

FOLDER = "beside"
TABLES = ("published_figures", "truth")


def beside(tables: Mapping[str, pd.DataFrame]) -> tuple[dict[str, pd.DataFrame], dict[str, Writer]]:
    """Part tables into those that a mapping brings back, and what writes the others to go along with them."""
    mapped = {name: frame for name, frame in tables.items() if name not in TABLES}
    return mapped, {f"{FOLDER}/{name}.parquet": parquet(tables[name]) for name in TABLES if name in tables}


def read_beside(folder: Path) -> dict[str, pd.DataFrame]:
    """Return by name the tables that go along with the registers in a folder; none for real ones."""
    return {path.stem: pd.read_parquet(path) for path in sorted((folder / FOLDER).glob("*.parquet"))}
