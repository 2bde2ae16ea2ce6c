"""Whether tastes differ between groups and within them, in sentences: what they say follows from a test."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from analysis.language import text
from analysis.publish.findings import number_of

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
        sentence = text(
            "The mixed logit did not converge, so that it says nothing about where pupils of a closed school go."
        )
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
        return text(
            "Groups of parents differ in their tastes (likelihood-ratio test: {p}). If schools of a kind close, a "
            "model per group sends {share:.1%} of their pupils to another kind of school than one model for all does, "
            "where the two differ most.",
            p=_p(row["p_groups"]),
            share=share,
        )
    return text(
        "The sample does not show that groups of parents differ in their tastes (likelihood-ratio test: {p}), which "
        "does not mean that they do not. If schools of a kind close, a model per group sends {share:.1%} of their "
        "pupils to another kind of school than one model for all does, where the two differ most.",
        p=_p(row["p_groups"]),
        share=share,
    )


def _within(row: pd.Series, substitution: pd.DataFrame, *, grouped: bool) -> str | None:
    share = largest_variation(substitution, "mixed_logit", "group_terms" if grouped else "conditional_logit")
    if pd.isna(share):
        return None
    said = {"p": _p(row["p_within"]), "share": share}
    found = row["p_within"] < SIGNIFICANT
    if grouped and found:
        return text(
            "Within the groups pupils differ in their tastes too (mixed logit, likelihood-ratio test: {p}). If schools "
            "of a kind close, that sends {share:.1%} of their pupils to another kind of school, where it matters most.",
            **said,
        )
    if grouped:
        return text(
            "That pupils of one group differ in their tastes, a mixed logit does not show (likelihood-ratio test: "
            "{p}). One choice per pupil says little about it: it does not mean that they are alike.",
            p=said["p"],
        )
    if found:
        return text(
            "Pupils differ in their tastes (mixed logit, likelihood-ratio test: {p}). If schools of a kind close, that "
            "sends {share:.1%} of their pupils to another kind of school, where it matters most.",
            **said,
        )
    return text(
        "That pupils differ in their tastes, a mixed logit does not show (likelihood-ratio test: {p}). One choice per "
        "pupil says little about it: it does not mean that they are alike.",
        p=said["p"],
    )


def _p(value: float) -> str:
    return text("p < 0.001") if value < 0.0005 else text("p = {p:.3f}", p=value)
