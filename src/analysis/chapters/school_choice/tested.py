"""Which findings of this chapter are tests: where the p-value of each is among the estimates."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.publish.tested import PValueOf

TESTS: Mapping[str, PValueOf] = {
    "tastes_of_groups": PValueOf({"term": "p_groups"}),
    "substitution": PValueOf({"term": "p_within"}),
}


def of_tastes(mixed: pd.DataFrame) -> pd.DataFrame:
    """Return the tests on tastes in the form of estimates: ``term, estimate, p_value``; the statistic is the estimate.

    Parameters
    ----------
    mixed
        ``lr_groups, lr_within, p_groups, p_within``: of the whole sample, the same in every row.
    """
    row = mixed.iloc[0] if len(mixed) else dict.fromkeys(("lr_groups", "lr_within", "p_groups", "p_within"), np.nan)
    tests = [(f"p_{of}", row[f"lr_{of}"], row[f"p_{of}"]) for of in ("groups", "within")]
    return pd.DataFrame(tests, columns=["term", "estimate", "p_value"])
