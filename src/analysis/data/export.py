"""Write a synthetic world as the files that a researcher would receive, with a data dictionary."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.data.tables import KIND
from analysis.errors import InputError

STAMP = "SYNTHETIC: made up, about no real child, school or board."


def write_world(
    folder: Path, frames: Mapping[str, pd.DataFrame], dictionary: pd.DataFrame, truth: pd.DataFrame, about: str
) -> list[Path]:
    """Write every frame as CSV and Parquet, the data dictionary, the truth, and a README that says what it is.

    Parameters
    ----------
    folder : Where to write; it must be empty or not exist.
    frames : The tables by name.
    dictionary : One row per column of the tables.
    truth : One row per number that generated the world.
    about : One sentence: which world this is.

    Returns
    -------
    list of Path : The files written.

    Raises
    ------
    InputError : If the folder holds something or cannot be written to.
    """
    if folder.exists() and any(folder.iterdir()):
        raise InputError(str(folder), "is not empty: nothing is overwritten", hint="--to another folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, frame in frames.items():
            _write_table(folder, name, frame)
        for name, frame in (("dictionary", dictionary), ("truth", truth)):
            frame.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
        (folder / "README.md").write_text(_readme(frames, about), "utf8", newline="\n")
    except OSError as error:
        raise InputError(str(folder), f"cannot be written to: {error.strerror}", hint="--to another folder") from None
    return sorted(folder.iterdir())


def _write_table(folder: Path, name: str, frame: pd.DataFrame) -> None:
    frame.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    table = pa.Table.from_pandas(frame, preserve_index=False)
    stamped = table.replace_schema_metadata({**(table.schema.metadata or {}), KIND: b"synthetic"})
    pq.write_table(stamped, folder / f"{name}.parquet")


def _readme(frames: Mapping[str, pd.DataFrame], about: str) -> str:
    rows = [f"| `{name}` | {len(frame):,} | {len(frame.columns)} |" for name, frame in frames.items()]
    lines = [f"# {STAMP}", "", about, "", "| table | rows | columns |", "|---|---|---|", *rows, ""]
    closing = "Each table comes as CSV (UTF-8, comma, decimal point) and as Parquet. `dictionary.csv` says what every"
    return "\n".join([*lines, f"{closing} column is;", "`truth.csv` holds every number that generated the world.", ""])
