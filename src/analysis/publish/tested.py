"""Which findings are tests, for chapters whose sentences do not hold their p-values: ``findings.yml`` says where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import InputError
from analysis.publish.declared import FILE, REST, Declared, Kind
from analysis.publish.findings import frame
from analysis.stats.multiplicity import holm

COLUMNS = ("name", "sentence", "n", "unit")
OWN = ("p_value", "family", "p_corrected")


def with_tests(by_finding: pd.DataFrame, estimates: pd.DataFrame | None, declared: Declared) -> pd.DataFrame:
    """Add to the findings of a chapter which of them are tests, as `findings.frame` has them.

    A finding of which no test is declared keeps the p-value that the chapter has given it.

    Parameters
    ----------
    by_finding : ``name, sentence, n, unit``.
    estimates : Of the chapter, as the gate let them through, with ``p_value``; none where no test is declared.
    declared : What the chapter declares of its findings.
    """
    if estimates is None:
        for name in by_finding["name"]:
            if declared.kind(name).test:
                where = f"{FILE}: findings.{declared.kind(name).name}.test"
                raise InputError(where, "no estimates are given that hold its p-value", given=name)
        return by_finding
    rows = by_finding[[*COLUMNS, *by_finding.columns.intersection([*OWN], sort=False)]].to_dict("records")
    return frame(
        (*(row[column] for column in COLUMNS), *_test(declared.kind(row["name"]), row, estimates)) for row in rows
    )


def _test(kind: Kind, row: Mapping[Any, Any], estimates: pd.DataFrame) -> tuple[float, str, float]:
    """Return the p-value of a finding, its family and its corrected p-value, missing where it is not yet corrected."""
    if kind.test:
        return p_value(kind, row["name"], estimates), kind.family, np.nan
    return row.get("p_value", np.nan), row.get("family", ""), row.get("p_corrected", np.nan)


def p_value(kind: Kind, finding: str, estimates: pd.DataFrame) -> float:
    """Return the p-value of a finding; missing where the gate withheld it or the edition lacks it.

    A sentence about several rows is a test of all at once: the smallest of their p-values, corrected by Holm.
    """
    rows = estimates
    for column, value in _chosen(kind, finding, estimates).items():
        values = value if isinstance(value, list) else [value]
        rows = rows[rows[column].astype(str).isin([*map(str, values)])]  # the end of a name is words, a year a number
    known = rows.dropna(subset=["estimate", "p_value"])
    return float(holm(known["p_value"]).min()) if len(known) else np.nan


def _chosen(kind: Kind, finding: str, estimates: pd.DataFrame) -> Mapping[str, Any]:
    """Return the values of the row of a finding by column.

    A place is one among all estimates: counted among those that are left, it would be that of another row where the
    gate has withheld one.
    """
    test = kind.row_of(finding)
    for column in [*test, *filter(None, [kind.nth])]:
        if column not in estimates:
            where, known = f"{FILE}: findings.{kind.name}.test", ", ".join(map(str, estimates))
            raise InputError(where, f"the estimates have no column {column!r}", allowed=known)
    _refuse_absent(kind, estimates)
    if not kind.nth:
        return test
    values, place = [*dict.fromkeys(estimates[kind.nth])], finding.removeprefix(kind.name)
    if not place.isdecimal() or int(place) >= len(values):
        where = f"{FILE}: findings.{kind.name}.nth"
        raise InputError(where, f"{kind.nth!r} has {len(values)} values, from 0 on", given=finding)
    return {**test, kind.nth: values[int(place)]}


def _refuse_absent(kind: Kind, estimates: pd.DataFrame) -> None:
    """Refuse a declared value that no estimate has: a misspelled test would make a description of its finding."""
    for column, value in kind.test.items():
        given = {*map(str, value if isinstance(value, list) else [value])} - {REST}
        known = [*estimates[column].astype(str).unique()]
        if len(estimates) and not given <= {*known}:
            where = f"{FILE}: findings.{kind.name}.test.{column}"
            raise InputError(where, "no estimate has this value", given=sorted(given), allowed=", ".join(known))
