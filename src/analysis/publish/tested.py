"""Which findings are tests, for the chapters whose sentences do not hold their p-values: declared in one place."""

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


SUBJECTS = ("lezen", "rekenen", "dmt")
APART = {"term": "dissimilarity_corrected_now"}
DECLARED: Mapping[str, Mapping[str, PValueOf]] = {
    "segregation": {
        "dissimilarity": PValueOf(APART),
        **{
            f"dissimilarity_{name}": PValueOf(APART | {"group": name})
            for name in ("laag", "turkish", "moroccan", "surinamese")
        },
        **{
            f"isolation_{name}": PValueOf({"term": "isolation_now", "group": name})
            for name in ("hoog", "laag", "moroccan", "turkish")
        },
    },
    "school_choice": {
        "tastes_of_groups": PValueOf({"term": "p_groups"}),
        "substitution": PValueOf({"term": "p_within"}),
    },
    "leergroei": {
        **{
            f"growth_{name}": PValueOf({"model": "ois_standardised", "by": "", "term": "closure", "outcome": name})
            for name in SUBJECTS
        },
        "shortage": PValueOf({"model": "ois_shortage", "by": ""}),
        "pnas": PValueOf({"model": "pnas_overall", "term": "closure", "outcome": "composite"}),
        "education": PValueOf({"model": "pnas_ses", "term": "difference", "outcome": "composite"}),
    },
    "advisering": {
        **{
            f"{outcome}_{group}": PValueOf({"model": f"{outcome}_lpm_fe", "term": group, "controls": "mutual"})
            for outcome in ("under", "over")
            for group in ("laag", "nonwestern")
        },
        "measurement_error": PValueOf({"model": "under_iv", "term": "laag"}),
        "revised_gaps": PValueOf({"model": "revised_lpm_fe", "term": ("laag", "nonwestern"), "controls": "mutual"}),
    },
    "school_advice": {
        **{
            f"weging_{nth}": PValueOf({"model": "school_level", "term": "weging", "controls": "mutual"}, nth)
            for nth in range(2)
        },
        **{f"no_test_{nth}": PValueOf({"model": "school_level_within", "term": "no_test"}, nth) for nth in range(2)},
    },
    "choice_by_municipality": {
        "density": PValueOf({"model": "density", "term": "log2_density"}),
        "spread_of_schoolweging": PValueOf({"model": "density", "term": "sd_schoolweging"}),
    },
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


def with_tests(by_finding: pd.DataFrame, estimates: pd.DataFrame, stem: str) -> pd.DataFrame:
    """Add to the findings of a chapter which of them are tests, as `findings.frame` has them.

    Parameters
    ----------
    by_finding
        ``name, sentence, n, unit``.
    estimates
        Of the chapter, as the gate let them through, with ``p_value``.
    stem
        The chapter, a key of `DECLARED`.
    """
    declared = DECLARED[stem]
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
