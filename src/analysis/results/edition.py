"""A published edition, opened to compute with: its tables as typed frames, its findings as data."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.codes import codes_of
from analysis.compare.editions import PublishedEdition, Table, find, read
from analysis.disclosure import SUPPRESSED
from analysis.errors import InputError, nearest
from analysis.language import name_codes, speaking
from analysis.publish.spreadsheet import read_csv
from analysis.results.findings import finding_as_data
from analysis.run.workspace import OUTPUTS_VARIABLE, outputs_folder
from analysis.site.dictionary import columns_of

PROJECT = Path(__file__).parents[3]
DISCLOSURE = "default"
LISTED = ("table", "kind", "caption", "rows", "withheld_cells", "withheld")


@dataclass(frozen=True)
class OpenedEdition:
    """A published edition; see `open_edition`."""

    published: PublishedEdition

    @property
    def name(self) -> str:
        """Its name."""
        return self.published.name

    @property
    def language(self) -> str:
        """The language of its words."""
        return str(self.published.facts.get("language", "en"))

    def tables(self) -> pd.DataFrame:
        """List what is published: ``table, kind, caption, rows, withheld_cells, withheld``, a row per table.

        The data behind a figure are a table too, of the kind ``figure``. ``withheld`` says why of a table or figure
        that is withheld whole: it has no rows here.
        """
        steps = self.published.manifest["steps"]
        shown = [self._listed(step["stem"], note) for step in steps for note in step.get("published", ())]
        hidden = [_hidden(step["stem"], note) for step in steps for note in step.get("withheld", ())]
        return pd.DataFrame([*filter(None, shown), *filter(None, hidden)], columns=LISTED)

    def table(self, name: str) -> pd.DataFrame:
        """Return a published table.

        Parameters
        ----------
        name : Chapter and table, such as ``school_choice/estimates``.

        Returns
        -------
        DataFrame
            As published: whole numbers ``Int64``, others ``Float64``, words ``string``. A withheld cell is missing, and
            ``suppressed`` names the withheld columns of each row; a cell that is missing and not named there was never
            estimated. ``attrs`` has ``edition``, ``table``, ``caption``, and ``columns``, what each column holds.

        Raises
        ------
        InputError
            When there is no such table, or its file is not the one that was published.
        """
        table = self._table(name)
        frame = self._read(table)
        frame.attrs = {"edition": self.name, "table": name, "caption": table.caption, "columns": self._said(frame)}
        return frame

    def withheld(self, name: str) -> pd.DataFrame:
        """Return of each cell of a table whether it is withheld; shaped as the table, without ``suppressed``."""
        frame = self._read(self._table(name))
        cells = frame.drop(columns=SUPPRESSED, errors="ignore")
        named: Iterable[Any] = frame[SUPPRESSED].fillna("") if SUPPRESSED in frame else [""] * len(frame)
        rows = [[column in str(names).split(";") for column in cells] for names in named]
        return pd.DataFrame(rows, index=cells.index, columns=cells.columns, dtype=bool)

    def dictionary(self) -> pd.DataFrame:
        """Return ``table, column, words, meaning, type, counts, unit``: a row per column of every table."""
        with self._speaking():
            rows = [
                {"table": name, **column}
                for name, table in self._tables.items()
                for column in columns_of(self._read(table), self._counts(table), self._disclosure)
            ]
        return pd.DataFrame(rows)

    def findings(self) -> list[dict[str, Any]]:
        """Return the findings, chapter by chapter; see `analysis.results.findings.finding_as_data` for their keys."""
        with self._speaking():
            return [
                finding_as_data(step["stem"], note, self._rows_of(step["stem"], note))
                for step in self.published.manifest["steps"]
                for note in step.get("findings", ())
            ]

    @cached_property
    def _tables(self) -> dict[str, Table]:
        return {_name(table.stem, path): table for path, table in self.published.tables.items()}

    @property
    def _disclosure(self) -> str:
        return str(self.published.facts.get("disclosure", DISCLOSURE))

    def _speaking(self) -> Any:  # noqa: ANN401 - a context
        name_codes(codes_of(self.published.facts).words())
        return speaking(self.language)

    def _table(self, name: str) -> Table:
        if name not in self._tables:
            near = nearest(name, self._tables)
            hint = f"did you mean {near}?" if near else "tables() lists them"
            raise InputError(name, f"is no table of the edition {self.name}", hint=hint)
        return self._tables[name]

    def _read(self, table: Table) -> pd.DataFrame:
        typed: dict[str, Any] = {"dtype": {SUPPRESSED: "string"}, "dtype_backend": "numpy_nullable"}
        return read_csv(self.published.file(table.path), keep_default_na=False, na_values=[""], **typed)

    def _said(self, frame: pd.DataFrame) -> dict[str, str]:
        with self._speaking():
            rows = columns_of(frame, (), self._disclosure)
            return {row["column"]: "; ".join(filter(None, (row["words"], row["meaning"]))) for row in rows}

    def _counts(self, table: Table) -> tuple[str, ...]:
        note = self._note(table)
        return tuple(rule["column"] for rule in note.get("rules", ()) if rule["rule"] == "smallest")

    def _note(self, table: Table) -> dict[str, Any]:
        notes = self.published.steps[table.stem]["published"]
        return next(note for note in notes if table.path in (note["path"], note.get("data")))

    def _rows_of(self, stem: str, finding: dict[str, Any]) -> pd.DataFrame | None:
        table = self._tables.get(f"{stem}/{finding.get('table', '')}")
        return self._read(table) if table else None

    def _listed(self, stem: str, note: dict[str, Any]) -> dict[str, Any] | None:
        path = note["path"] if note["kind"] == "table" else note.get("data")
        if not path:
            return None
        name = _name(stem, path)
        about = {"kind": note["kind"], "caption": str(note.get("caption", "")), "withheld": ""}
        rows = len(self._read(self._tables[name]))
        return {"table": name, "rows": rows, "withheld_cells": int(note.get("suppressed", 0)), **about}


def open_edition(edition: str | Path, outputs: str | Path | None = None) -> OpenedEdition:
    """Open a published edition.

    Parameters
    ----------
    edition : Its name, or its folder.
    outputs
        The folder of all editions; by default that of ``STAAT_OUTPUTS``, else ``outputs`` of the project that the
        working folder, or else this package, is in.

    Raises
    ------
    InputError
        When there is no such edition, or its manifest is none that a run wrote.
    """
    return OpenedEdition(read(find(str(edition), Path(outputs) if outputs else _outputs())))


def _outputs() -> Path:
    try:
        return outputs_folder()
    except InputError:
        assert OUTPUTS_VARIABLE not in os.environ  # else that is the folder
        return PROJECT / "outputs"


def _name(stem: str, path: str) -> str:
    return f"{stem}/{Path(path).stem}"


def _hidden(stem: str, note: dict[str, Any]) -> dict[str, Any] | None:
    if note.get("kind") not in ("table", "figure"):
        return None
    about = {"kind": note["kind"], "caption": str(note.get("caption", ""))}
    return {"table": f"{stem}/{note['name']}", **about, "rows": 0, "withheld_cells": 0, "withheld": note["withheld"]}
