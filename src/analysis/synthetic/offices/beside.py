"""What goes along with the registers of a made-up office: open data of the same city, figures in print, the truth.

A real office has none of these in its folder: open data it has as the files of DUO and CBS, and nobody has the truth.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from analysis.data.export import Writer, parquet
from analysis.data.microdata import MICRODATA

FOLDER = "beside"


def beside(tables: Mapping[str, pd.DataFrame]) -> tuple[dict[str, pd.DataFrame], dict[str, Writer]]:
    """Part tables into those of the contracts of microdata, and what writes the others to go along with them."""
    microdata = {name: frame for name, frame in tables.items() if name in MICRODATA}
    others = {f"{FOLDER}/{name}.parquet": parquet(frame) for name, frame in tables.items() if name not in MICRODATA}
    return microdata, others


def read_beside(folder: Path) -> dict[str, pd.DataFrame]:
    """Return by name the tables that go along with the registers in a folder; none for real ones."""
    return {path.stem: pd.read_parquet(path) for path in sorted((folder / FOLDER).glob("*.parquet"))}
