"""Families of tests, and the correction of their p-values for multiple testing.

A family answers one question several times: did the arbeidsmarkttoelage change anything? Of twenty tests of nothing one
comes out at 5%, so that within a family the corrected p-value decides. A test that answers a question of its own
belongs to no family.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.errors import ModelError, Reason

Correction = Literal["Holm", "Romano-Wolf"]
HOLM: Correction = "Holm"
ROMANO_WOLF: Correction = "Romano-Wolf"


@dataclass(frozen=True)
class Family:
    """Tests that answer one question together.

    Parameters
    ----------
    members : Outcomes that were tested, or names of findings.
    correction
        How their p-values are corrected: Romano and Wolf's stepdown needs a bootstrap that all members share; Holm's
        holds however they hang together.
    """

    members: tuple[str, ...]
    correction: Correction = HOLM


# Retention is one less outflow: the same test, counted once.
FAMILIES: Mapping[str, Family] = {
    "toelage, before and after": Family(("inflow", "outflow", "hours", "pupils_per_teacher"), ROMANO_WOLF),
    "toelage, at the cut-off": Family(
        ("inflow", "outflow", "hours", "pupils_per_teacher", "shortage", "unqualified"), HOLM
    ),
    "money and pupils per teacher": Family(("oab_event", "oab_dose", "oab_kink"), HOLM),
}


def correction_of(family: str) -> Correction:
    """Return how the p-values of a family are corrected; one that a chapter declares of its findings by Holm."""
    return FAMILIES[family].correction if family in FAMILIES else HOLM


def holm(p_values: ArrayLike) -> NDArray[np.float64]:
    r"""Correct p-values for multiple testing.

    Parameters
    ----------
    p_values : Shape (tests,); a missing one is no test.

    Returns
    -------
    array
        Shape (tests,); missing where the p-value is.

    Raises
    ------
    ModelError
        A p-value is not between 0 and 1.

    Notes
    -----
    Holm (1979): from the smallest up, :math:`\max_{j \le i} (m - j + 1) p_{(j)}`, at most one. The chance of any false
    rejection stays below the level, however the tests depend on each other.
    """
    p = np.asarray(p_values, dtype=np.float64)
    known = np.flatnonzero(np.isfinite(p))
    if ((p[known] < 0) | (p[known] > 1)).any():
        raise ModelError("a p-value is outside 0 and 1", Reason.INVALID)
    order = known[np.argsort(p[known], kind="stable")]
    corrected = np.full(p.shape, np.nan)
    corrected[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(order), 0, -1)), 1.0)
    return corrected


def expected_by_chance(p_values: pd.Series, level: float = 0.05) -> float:
    """Return the expected number of significant tests where all null hypotheses are true.

    Parameters
    ----------
    p_values : Of the tests; a missing one is no test.
    level : Of significance.

    Returns
    -------
    float
        Number of tests.
    """
    return float(level * p_values.notna().sum())
