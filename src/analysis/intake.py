"""Where an edition's data come from: the files of DUO and CBS, or the synthetic city."""

from __future__ import annotations

import os

import pandas as pd

from analysis.data import sources
from analysis.data.sources import Sources
from analysis.edition import DATA_VARIABLE
from analysis.errors import InputError
from analysis.run.workspace import project_root
from analysis.synthetic.world import make_sources

FILE_COLUMNS = ("file", "publisher", "reference_date", "licence", "status", "card", "sha256")


def read_sources(
    source: str,
    *,
    folder: str,
    region: str,
    schoolweging_year: int,
    allow_changed_sources: bool,
    scale: float,
    seed: int,
) -> Sources:
    """Return the checked sources of an edition; the parameters are those of the params block ``data``.

    Raises
    ------
    InputError
        For another `source` than ``synthetic`` or ``duo``, and as `sources.read_duo`.
    """
    if source not in ("synthetic", "duo"):
        raise InputError("source", "there is no such source", given=source, allowed="synthetic, duo")
    if source == "synthetic":
        return make_sources(region, schoolweging_year, scale, seed)
    root = project_root()
    folder = os.environ.get(DATA_VARIABLE) or folder
    return sources.read_duo(
        root / folder, root / "params" / "sources", region, schoolweging_year, allow_changed_sources
    )


def files_read(read: Sources) -> pd.DataFrame:
    """List the files that sources came from, with what their cards say; a synthetic city has none, and says so."""
    if not read.inputs:
        return pd.DataFrame(
            [dict.fromkeys(FILE_COLUMNS, "") | {"file": "none: a synthetic city", "status": "synthetic"}]
        )
    files = pd.DataFrame(read.inputs).rename(columns={"path": "file"})
    return files[list(FILE_COLUMNS)]
