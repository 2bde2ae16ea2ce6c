"""Write a synthetic world as files that a researcher would receive: stamped, and never over something else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.data.tables import KIND
from analysis.errors import InputError

STAMP = "SYNTHETIC: made up, about no real child, school or board."

Writer = Callable[[Path], object]
"""Writes one file at the path that it is given."""


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
    texts = {**frames, "dictionary": dictionary, "truth": truth}
    files: dict[str, Writer] = {f"{name}.csv": partial(_write_csv, frame) for name, frame in texts.items()}
    files |= {f"{name}.parquet": parquet(frame) for name, frame in frames.items()}
    return write_files(folder, files | {"README.md": text(_readme(frames, about))})


def write_files(folder: Path, files: Mapping[str, Writer]) -> list[Path]:
    """Write files to a folder that is empty or does not exist.

    Parameters
    ----------
    folder : Where to write.
    files : By path within the folder, what writes the file.

    Returns
    -------
    list of Path : The files written, sorted.

    Raises
    ------
    InputError : If the folder holds something or cannot be written to.
    """
    if folder.exists() and any(folder.iterdir()):
        raise InputError(str(folder), "is not empty: nothing is overwritten", hint="--to another folder")
    try:
        for name, write in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            write(folder / name)
    except OSError as error:
        raise InputError(str(folder), f"cannot be written to: {error.strerror}", hint="--to another folder") from None
    return sorted(folder / name for name in files)


def text(content: str) -> Writer:
    """Return what writes a text, as UTF-8."""
    return lambda path: path.write_text(content, "utf8", newline="\n")


def parquet(frame: pd.DataFrame) -> Writer:
    """Return what writes a frame as Parquet that says that it is synthetic."""
    return partial(_write_parquet, frame)


def _write_csv(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False, lineterminator="\n")


def _write_parquet(frame: pd.DataFrame, path: Path) -> None:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    stamped = table.replace_schema_metadata({**(table.schema.metadata or {}), KIND: b"synthetic"})
    pq.write_table(stamped, path)


def _readme(frames: Mapping[str, pd.DataFrame], about: str) -> str:
    rows = [f"| `{name}` | {len(frame):,} | {len(frame.columns)} |" for name, frame in frames.items()]
    lines = [f"# {STAMP}", "", about, "", "| table | rows | columns |", "|---|---|---|", *rows, ""]
    closing = "Each table comes as CSV (UTF-8, comma, decimal point) and as Parquet. `dictionary.csv` says what every"
    return "\n".join([*lines, f"{closing} column is;", "`truth.csv` holds every number that generated the world.", ""])
