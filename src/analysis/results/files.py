"""All published tables of an edition as one file, with a data dictionary: a database, or a ZIP file of tables."""

from __future__ import annotations

import json
import re
import sqlite3
import warnings
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import pandas as pd

from analysis.errors import InputError
from analysis.language import from_data
from analysis.publish.tables import write_csv
from analysis.results.edition import OpenedEdition
from analysis.run import machine
from analysis.run.manifest import now
from analysis.site.archive import zipped

LONGEST_NAME, LONGEST_LABEL, LONGEST_TEXT = 32, 80, 2000
"""Characters of a name and a label in Stata, and of a text that is no long one there."""
STATA: Literal[118] = 118
"""The form that Stata reads from version 14 on."""


def write_tables(edition: OpenedEdition, to: Path) -> int:
    """Write all published tables of an edition as one file, and return how many they are.

    Parameters
    ----------
    edition : Whose tables, data of figures included, data dictionary and findings.
    to
        ``.sqlite`` for a database; ``.zip`` for a ZIP file with each table as Parquet and for Stata. A file that is
        there is replaced.

    Raises
    ------
    InputError
        For another ending, and where the file cannot be written.
    """
    ways: dict[str, Callable[[OpenedEdition], bytes]] = {".sqlite": _database, ".zip": _parcel}
    if to.suffix not in ways:
        raise InputError(f"--to {to}", "its ending says what to write", allowed=", ".join(ways))
    tables = [name for name, _ in _tables(edition)]
    content = ways[to.suffix](edition)
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        partial = to.with_name(f".{to.name}.partial")
        partial.write_bytes(content)
        machine.replace(partial, to)
    except OSError as error:
        raise InputError(str(to), f"cannot be written to: {error.strerror}", hint="--to FILE") from None
    return len(tables)


def findings_json(edition: OpenedEdition) -> str:
    """Return the findings of an edition as JSON."""
    return json.dumps(edition.findings(), indent=1, ensure_ascii=False, default=str) + "\n"


def _tables(edition: OpenedEdition) -> Iterator[tuple[str, pd.DataFrame]]:
    listed = edition.tables()
    for name in listed["table"][listed["withheld"] == ""]:
        yield str(name), edition.table(str(name))


def _about(edition: OpenedEdition) -> pd.DataFrame:
    """Return what the file is: of which edition, with what data, under which licence."""
    facts = edition.published.facts
    named = ("title", "region", "language", "publisher", "contact", "licence", "address", "status", "disclosure")
    data = "SYNTHETIC: made up, about no real child or school" if facts.get("synthetic") else "real"
    rows = {"edition": edition.name, "data": data, **{name: str(from_data(facts.get(name, ""))) for name in named}}
    rows |= {"school_years": ", ".join(facts.get("school_years", ())), "written": now()}
    return pd.DataFrame({"name": list(rows), "value": list(rows.values())})


def _findings(edition: OpenedEdition) -> pd.DataFrame:
    """Return the findings with a column per number: what JSON has within another, a database has beside it."""
    flat = pd.json_normalize(edition.findings(), sep="_", max_level=1)
    return flat.drop(columns=[name for name in flat if str(name).startswith("row")])


def _database(edition: OpenedEdition) -> bytes:
    """Return a SQLite database: a table per table, and ``_edition``, ``_tables``, ``_dictionary``, ``_findings``."""
    frames = {name.replace("/", "_"): frame for name, frame in _tables(edition)}
    listed, dictionary = edition.tables(), edition.dictionary()
    if len(frames) != (listed["withheld"] == "").sum():
        raise InputError(edition.name, "two of its tables would have one name in a database", hint="--to FILE.zip")
    of_database = {"_edition": _about(edition), "_tables": _named(listed), "_dictionary": _named(dictionary)}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "tables.sqlite"
        base = sqlite3.connect(path)
        for name, frame in {**frames, **of_database, "_findings": _findings(edition)}.items():
            _plain(frame).to_sql(name, base, index=False, dtype=_kinds(frame))
        base.commit()
        base.close()
        return path.read_bytes()


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(table=frame["table"].str.replace("/", "_"))


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose missing cells are None, in the kinds that a database knows."""
    cells = frame.astype(object).where(frame.notna(), None)
    return pd.DataFrame({name: cells[name].map(_cell) for name in cells}, dtype=object)


def _kinds(frame: pd.DataFrame) -> dict[Any, str]:
    """Return what a database calls the kind of each column: a whole number stays one where some are missing."""
    of = {"integer": pd.api.types.is_integer_dtype, "real": pd.api.types.is_float_dtype}
    return {name: next((kind for kind, fits in of.items() if fits(frame[name])), "text") for name in frame}


def _cell(value: Any) -> Any:  # noqa: ANN401 - a cell
    return value if value is None or isinstance(value, int | float | str) else str(value)


def _parcel(edition: OpenedEdition) -> bytes:
    """Return a ZIP file: ``parquet/`` and ``stata/`` with each table, dictionary, list of tables, findings."""
    files: dict[str, bytes] = {}
    labels = {str(name): rows for name, rows in edition.dictionary().groupby("table")}
    for name, frame in _tables(edition):
        files[f"parquet/{name}.parquet"] = _parquet(frame)
        words = dict(zip(labels[name]["column"], labels[name]["words"], strict=True))
        files[f"stata/{name}.dta"] = _stata(frame, words)
    listed = {"edition": _about(edition), "tables": edition.tables(), "dictionary": edition.dictionary()}
    files |= {f"{name}.csv": _csv(frame) for name, frame in listed.items()}
    return zipped({**files, "findings.json": findings_json(edition).encode()})


def _csv(frame: pd.DataFrame) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        write_csv(frame, path)
        return path.read_bytes()


def _parquet(frame: pd.DataFrame) -> bytes:
    content = BytesIO()
    frame.to_parquet(content, index=False)
    return content.getvalue()


def _stata(frame: pd.DataFrame, words: dict[str, str]) -> bytes:
    """Return a table for Stata: names and labels as long as they may be there, missing numbers as ``.``."""
    names = _stata_names([*map(str, frame)])
    ready = pd.DataFrame({new: _for_stata(frame[old]) for old, new in names.items()})
    content = BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a label that Stata cannot hold is in the dictionary as it is
        ready.to_stata(
            content,
            write_index=False,
            version=STATA,
            time_stamp=pd.Timestamp("2000-01-01").to_pydatetime(),
            data_label=str(frame.attrs["caption"])[:LONGEST_LABEL],
            variable_labels={new: words.get(old, old)[:LONGEST_LABEL] for old, new in names.items()},
            convert_strl=[name for name in ready if _is_long(ready[name])],
        )
    return content.getvalue()


def _stata_names(columns: list[str]) -> dict[str, str]:
    """Return the name of each column in Stata: letters, digits and underscores, and none twice."""
    names: dict[str, str] = {}
    for number, column in enumerate(columns):
        name = re.sub(r"\W", "_", column if column[:1].isalpha() else f"_{column}", flags=re.ASCII)[:LONGEST_NAME]
        names[column] = name if name not in names.values() else f"{name[: LONGEST_NAME - 4]}_{number}"
    return names


def _for_stata(values: pd.Series) -> pd.Series:
    if pd.api.types.is_bool_dtype(values) or pd.api.types.is_numeric_dtype(values):
        return pd.Series(values.astype("Float64").to_numpy("float64", na_value=float("nan")))
    return values.astype(object).where(values.notna(), "").astype(str).reset_index(drop=True)


def _is_long(values: pd.Series) -> bool:
    return values.dtype == object and bool((values.str.len() > LONGEST_TEXT).any())
