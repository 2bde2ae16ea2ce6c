"""What the variants of a sweep estimate and conclude, laid side by side. From published tables and findings alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.compare.frames import ESTIMATE_VALUES, SEPARATOR
from analysis.compare.meaning import said, shape
from analysis.disclosure import SUPPRESSED
from analysis.errors import InputError, nearest
from analysis.results.edition import OpenedEdition, open_edition
from analysis.sweep.grid import Combination

FINDINGS = "findings"
"""In the place of a table's name: the row is the key figure of a finding."""
WHERE = ("chapter", "table", "term", "row")
LAID = (*WHERE, *ESTIMATE_VALUES, "n_obs", "unit")
NO_KEY = frozenset({"unit", "reference", SUPPRESSED})


@dataclass(frozen=True)
class Variant:
    """A combination of choices, and the edition that was made under it."""

    choice: Combination
    edition: OpenedEdition

    @classmethod
    def read(cls, choice: Combination, folder: Path) -> Variant:
        """Open the edition of a combination."""
        return cls(choice, open_edition(folder))

    @property
    def marks(self) -> dict[str, str]:
        """What every row of this variant begins with: its name and its parameters."""
        return {"variant": self.edition.name, **dict(self.choice.values)}


def side_by_side(variants: Sequence[Variant]) -> pd.DataFrame:
    """Return what the variants estimate: a row per variant and estimate.

    Of the tables with estimates those that differ between variants, and the key figures of all findings, whose table is
    `FINDINGS` and whose term is the finding.

    Returns
    -------
    DataFrame
        ``variant``, a column per parameter, ``chapter, table, term, row`` (the words that name the row), ``estimate,
        ci_low, ci_high, n_obs, unit``.
    """
    differing = _differing(variants)
    rows = [
        {**variant.marks, **row}
        for variant in variants
        for row in (*_key_figures(variant.edition), *_estimates(variant.edition, differing))
    ]
    return pd.DataFrame(rows, columns=[*variants[0].marks, *LAID])


def _differing(variants: Sequence[Variant]) -> list[str]:
    """Return the tables that not all variants have the same, byte for byte."""
    tables = {name: path for variant in variants for name, path in _paths(variant.edition).items()}
    return [
        name for name, path in tables.items() if len({each.edition.published.digest(path) for each in variants}) > 1
    ]


def _paths(edition: OpenedEdition) -> dict[str, str]:
    tables = edition.published.tables.items()
    return {f"{table.stem}/{table.name}": path for path, table in tables if table.kind == "table"}


def _key_figures(edition: OpenedEdition) -> Iterator[dict[str, Any]]:
    for finding in edition.findings():
        if key := finding["key"]:
            ends = finding["interval"] or {}
            numbers = {"estimate": key["number"], "ci_low": ends.get("low"), "ci_high": ends.get("high")}
            where = {"chapter": finding["chapter"], "table": FINDINGS, "term": finding["name"]}
            row = finding["label"] or finding["name"].replace("_", " ")
            yield {**where, "row": row, **numbers, "n_obs": finding["n"], "unit": key["unit"]}


def _estimates(edition: OpenedEdition, tables: Sequence[str]) -> Iterator[dict[str, Any]]:
    for name in tables:
        if name not in _paths(edition):
            continue
        frame = edition.table(name)
        if {*ESTIMATE_VALUES} <= {*frame}:
            stem, _, table = name.partition("/")
            keys = [key for key in map(str, frame.select_dtypes("string")) if key not in NO_KEY]
            for row in frame.to_dict("records"):
                words = [str(row[key]) for key in keys if not pd.isna(row[key])]
                named = {"chapter": stem, "table": table, "term": row.get("term", ""), "row": SEPARATOR.join(words)}
                yield {**named, **{end: row.get(end) for end in (*ESTIMATE_VALUES, "n_obs", "unit")}}


def chosen(rows: pd.DataFrame, estimates: Sequence[str]) -> pd.DataFrame:
    """Return the rows of the estimates to draw, those of one estimate together.

    Parameters
    ----------
    rows : As `side_by_side` returns them.
    estimates
        ``chapter/table:term``. None: the key figures that two variants or more have and that are not the same in all.

    Raises
    ------
    InputError
        For an estimate that no variant has.
    """
    names = rows["chapter"] + "/" + rows["table"] + ":" + rows["term"].fillna("")
    if estimates:
        for name in estimates:
            if name not in set(names):
                near = nearest(name, sorted(set(names)))
                hint = f"did you mean {near}?" if near else "sweep.csv has all of them: chapter/table:term"
                raise InputError(f"--estimate {name}", "no variant has it, or all have the same table", hint=hint)
        return rows[names.isin(estimates)]
    figures = rows[(rows["table"] == FINDINGS) & rows["estimate"].notna()]
    differ = figures.groupby(["chapter", "term"])["estimate"].transform("nunique") > 1
    return figures[differ]


def conclusions(variants: Sequence[Variant]) -> pd.DataFrame:
    """Return what each variant concludes.

    Which sentence is said follows from sign and interval. So a conclusion depends on the choice where the variants have
    other words for it, whatever their numbers, or some do not state it.

    Returns
    -------
    DataFrame
        ``chapter, finding, depends, variant, says``: a row per finding and variant.
    """
    notes = [_notes(variant.edition) for variant in variants]
    rows = []
    for name in dict.fromkeys(name for each in notes for name in each):
        found = [each.get(name) for each in notes]
        part = "headline" if all("headline" in each for each in found if each) else "sentence"
        meanings = {repr(shape(each[part])) if each else "" for each in found}
        for variant, each in zip(variants, found, strict=True):
            where = {"chapter": name[0], "finding": name[1], "depends": len(meanings) > 1}
            rows.append({**where, **variant.marks, "says": str(said(each))})
    return pd.DataFrame(rows)


def _notes(edition: OpenedEdition) -> dict[tuple[str, str], Mapping[str, Any]]:
    steps = edition.published.steps.items()
    return {(stem, note["name"]): note for stem, step in steps for note in step.get("findings", ())}
