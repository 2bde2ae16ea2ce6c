"""Which findings are tests, for chapters whose sentences do not hold their p-values: each declares its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.publish.findings import frame
from analysis.stats.multiplicity import FAMILIES, holm

Chosen = Mapping[str, str | tuple[str, ...]]


@dataclass(frozen=True)
class PValueOf:
    """Where the p-value of a finding stands among the estimates of its chapter.

    Parameters
    ----------
    chosen
        Column and value, or values, of its rows. A sentence about several rows is a test of all at once: the smallest
        of their p-values, corrected by Holm.
    nth
        Which of the rows alone, where a finding of its own is made of each.
    """

    chosen: Chosen = field(default_factory=dict)
    nth: int | None = None

    def p_value(self, estimates: pd.DataFrame) -> float:
        """Return the p-value; missing where the gate withheld it or the edition lacks it."""
        rows = estimates
        for column, value in self.chosen.items():
            rows = rows[rows[column].isin([value] if isinstance(value, str) else list(value))]
        known = rows.dropna(subset=["estimate", "p_value"])
        if self.nth is not None:
            known = known.iloc[self.nth : self.nth + 1]
        return float(holm(known["p_value"]).min()) if len(known) else np.nan


def with_tests(by_finding: pd.DataFrame, estimates: pd.DataFrame, declared: Mapping[str, PValueOf]) -> pd.DataFrame:
    """Add to the findings of a chapter which of them are tests, as `findings.frame` has them.

    Parameters
    ----------
    by_finding
        ``name, sentence, n, unit``.
    estimates
        Of the chapter, as the gate let them through, with ``p_value``.
    declared
        Of the findings that are tests, by name, where their p-values are.
    """
    family = {
        member: name for name, of in FAMILIES.items() for member in of.members if set(of.members) <= set(declared)
    }
    rows = by_finding[["name", "sentence", "n", "unit"]].to_dict("records")
    return frame(
        (
            *(row[column] for column in ("name", "sentence", "n", "unit")),
            declared[row["name"]].p_value(estimates) if row["name"] in declared else np.nan,
            family.get(row["name"], ""),
        )
        for row in rows
    )
