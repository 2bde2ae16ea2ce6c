"""Which findings are tests, for chapters whose sentences do not hold their p-values: ``findings.yml`` says where."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.errors import InputError
from analysis.publish.declared import FILE, Declared, Kind
from analysis.publish.findings import frame
from analysis.stats.multiplicity import holm

COLUMNS = ("name", "sentence", "n", "unit")


def with_tests(by_finding: pd.DataFrame, estimates: pd.DataFrame, declared: Declared) -> pd.DataFrame:
    """Add to the findings of a chapter which of them are tests, as `findings.frame` has them.

    Parameters
    ----------
    by_finding : ``name, sentence, n, unit``.
    estimates : Of the chapter, as the gate let them through, with ``p_value``.
    declared : What the chapter declares of its findings.
    """
    rows = by_finding[[*COLUMNS]].to_dict("records")
    return frame(
        (*(row[column] for column in COLUMNS), *_test(declared.kind(row["name"]), row["name"], estimates))
        for row in rows
    )


def _test(kind: Kind, finding: str, estimates: pd.DataFrame) -> tuple[float, str]:
    """Return the p-value of a finding and its family; a missing one where it tests nothing."""
    return (p_value(kind, finding, estimates), kind.family) if kind.test else (np.nan, "")


def p_value(kind: Kind, finding: str, estimates: pd.DataFrame) -> float:
    """Return the p-value of a finding; missing where the gate withheld it or the edition lacks it.

    A sentence about several rows is a test of all at once: the smallest of their p-values, corrected by Holm.
    """
    rows = estimates
    for column, value in kind.test_of(finding).items():
        if column not in rows:
            where = f"{FILE}: findings.{kind.name}.test.{column}"
            raise InputError(where, "the estimates have no such column", allowed=", ".join(map(str, estimates.columns)))
        rows = rows[rows[column].isin(value if isinstance(value, list) else [value])]
    known = rows.dropna(subset=["estimate", "p_value"])
    if kind.nth:
        nth = int(finding.removeprefix(kind.name))
        known = known.iloc[nth : nth + 1]
    return float(holm(known["p_value"]).min()) if len(known) else np.nan
