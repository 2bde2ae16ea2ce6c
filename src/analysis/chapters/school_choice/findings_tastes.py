"""Whether tastes differ between groups and within them, in sentences: what they say follows from a test."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.language import text
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import number_of

say = sentences_beside(__file__)

Finding = tuple[str, str, int, str]

PUPILS = "pupils"
SIGNIFICANT = 0.05


def tastes(substitution: pd.DataFrame, mixed: pd.DataFrame) -> Iterator[Finding]:
    """Say whether tastes differ, and what that does to where pupils of a closed school go.

    Parameters
    ----------
    substitution, mixed
        Tables of `models.substitution`, as the gate let them through; a finding that rests on a withheld
        number is left out.
    """
    if mixed.empty:
        return
    row, n = mixed.iloc[0], number_of(substitution["n_obs"].iloc[0])
    if pd.notna(row["p_groups"]):
        yield from _finding("tastes_of_groups", _between(row, substitution), n)
    if row["converged"] != "yes":
        sentence = say("not_converged")
        yield "mixed_logit", sentence, n, PUPILS
    elif pd.notna(row["p_within"]):
        grouped = bool((substitution["model"] == "group_terms").any())
        yield from _finding("substitution", _within(row, substitution, grouped=grouped), n)


def largest_variation(substitution: pd.DataFrame, model: str, other: str) -> float:
    r"""Return how many pupils of closed schools two models send to different kinds of school, where they differ most.

    Notes
    -----
    The total variation between two sets of shares, :math:`\tfrac12 \sum_k |s_k - s'_k|`, of each kind that closes.
    """
    shares = substitution.pivot_table(index=["closes", "kind", "to"], columns="model", values="share")
    if not {model, other} <= set(shares):
        return float("nan")
    apart = (shares[model] - shares[other]).abs()
    return float(apart.groupby(level=["closes", "kind"]).sum(min_count=1).max() / 2)


def _finding(name: str, sentence: str | None, n: int) -> Iterator[Finding]:
    if sentence is not None:
        yield name, sentence, n, PUPILS


def _between(row: pd.Series, substitution: pd.DataFrame) -> str | None:
    share = largest_variation(substitution, "model_per_group", "conditional_logit")
    if pd.isna(share):
        return None
    if row["p_groups"] < SIGNIFICANT:
        return say("groups_differ", p=_p(row["p_groups"]), share=share)
    return say("groups_alike", p=_p(row["p_groups"]), share=share)


def _within(row: pd.Series, substitution: pd.DataFrame, *, grouped: bool) -> str | None:
    share = largest_variation(substitution, "mixed_logit", "group_terms" if grouped else "conditional_logit")
    if pd.isna(share):
        return None
    values = {"p": _p(row["p_within"]), "share": share}
    found = row["p_within"] < SIGNIFICANT
    if grouped and found:
        return say("within_groups_differ", **values)
    if grouped:
        return say("within_groups_alike", p=values["p"])
    if found:
        return say("pupils_differ", **values)
    return say("pupils_alike", p=values["p"])


def _p(value: float) -> str:
    return text("p < 0.001") if value < 0.0005 else text("p = {p:.3f}", p=value)


def p_values_of_tastes(mixed: pd.DataFrame) -> pd.DataFrame:
    """Return the tests on tastes in the form of estimates: ``term, estimate, p_value``; the statistic is the estimate.

    Parameters
    ----------
    mixed : ``lr_groups, lr_within, p_groups, p_within``: of the whole sample, the same in every row.
    """
    row = mixed.iloc[0] if len(mixed) else dict.fromkeys(("lr_groups", "lr_within", "p_groups", "p_within"), np.nan)
    tests = [(f"p_{of}", row[f"lr_{of}"], row[f"p_{of}"]) for of in ("groups", "within")]
    return pd.DataFrame(tests, columns=["term", "estimate", "p_value"])
