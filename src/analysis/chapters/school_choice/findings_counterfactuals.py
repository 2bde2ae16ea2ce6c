"""Findings on counterfactuals, in sentences; numbers, and words that rest on them, are computed."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from analysis.chapters.school_choice.findings_tastes import PUPILS, Finding, tastes
from analysis.chapters.school_choice.words_counterfactuals import COMPARISONS, named
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import frame, number_of, where_known
from analysis.publish.tables import number

say = sentences_beside(__file__)

DIFFERENCE = {"difference": "difference_fit", "low": "difference_fit_low", "high": "difference_fit_high"}
DIGITS = 3
"""Of a difference in an index: an end of its interval that is not zero must not read as zero."""
BY_POSTCODE = "nonwestern_rest"


def counterfactuals(
    scenarios: pd.DataFrame, parts: pd.DataFrame, substitution: pd.DataFrame, mixed: pd.DataFrame
) -> pd.DataFrame:
    """Say how segregated schools would be otherwise, how much of it is residence, and whether tastes differ.

    Parameters
    ----------
    scenarios, parts, substitution, mixed
        Tables of `models.counterfactuals`, as the gate let them through; a finding that rests on a
        withheld number is left out.

    Returns
    -------
    DataFrame
        One row per finding: ``name, sentence, n, unit``.
    """
    rows = [*where_known(_nearest(scenarios), _tastes(scenarios), _residence(parts), tastes(substitution, mixed))]
    return frame(rows)


def _nearest(scenarios: pd.DataFrame) -> Iterator[Finding]:
    for group, by_scenario in _dissimilarity(scenarios):
        if {"now", "nearest", "nearest_with_capacity", "random"} <= set(by_scenario):
            numbers = {
                "now": by_scenario["now"]["estimate"],
                "near": by_scenario["nearest"]["estimate"],
                "placed": by_scenario["nearest_with_capacity"]["estimate"],
                "chance": by_scenario["random"]["estimate"],
            }
            yield f"nearest_{group}", _otherwise(group, numbers), number_of(by_scenario["now"]["n_obs"]), PUPILS


def _otherwise(group: str, numbers: dict[str, float]) -> str:
    if group == BY_POSTCODE:
        return say("nearest_by_postcode", **numbers)
    return say("nearest", comparison=named(COMPARISONS, group), **numbers)


def _tastes(scenarios: pd.DataFrame) -> Iterator[Finding]:
    for group, by_scenario in _dissimilarity(scenarios):
        row = by_scenario.get("no_taste")
        if row is None or row[["difference_fit", "difference_fit_low", "difference_fit_high"]].isna().any():
            continue
        yield (f"no_taste_{group}", _untasted(group, row), number_of(row["n_obs"]), PUPILS)


def _untasted(group: str, row: pd.Series) -> str:
    values = {"comparison": named(COMPARISONS, group), **_size(row)}
    if row["difference_fit_low"] <= 0 <= row["difference_fit_high"]:
        return say(
            "no_taste_unclear",
            comparison=values["comparison"],
            **{name: number(row[of], DIGITS) for name, of in DIFFERENCE.items()},
        )
    if row["difference_fit"] < 0:
        return say("no_taste_lower", **values)
    return say("no_taste_higher", **values)


def _size(row: pd.Series) -> dict[str, str]:
    """Write a difference, and an interval on one side of zero, without the sign."""
    sign = -1.0 if row["difference_fit"] < 0 else 1.0
    low, high = sorted(sign * row[f"difference_fit_{end}"] for end in ("low", "high"))
    return {
        "difference": number(abs(row["difference_fit"]), DIGITS),
        "low": number(low, DIGITS),
        "high": number(high, DIGITS),
    }


def _residence(parts: pd.DataFrame) -> Iterator[Finding]:
    rows = parts[(parts["index"] == "dissimilarity") & (parts["factor"] == "residence")].dropna(subset=["share"])
    for group, own in rows.groupby("group", sort=False):
        share = own.set_index("order")["share"]
        if {"Shapley", "residence first", "tastes first"} <= set(share.index) and share.between(
            0, 1, inclusive="neither"
        ).all():
            yield (
                f"residence_{group}",
                say(
                    "residence",
                    comparison=named(COMPARISONS, str(group)),
                    share=share["Shapley"],
                    order=_by_order(share.min(), share.max()),
                ),
                number_of(own["n_obs"].iloc[0]),
                PUPILS,
            )


def _by_order(low: float, high: float) -> str:
    """Say between which shares the order lies in which residence and tastes are taken, where it can be seen."""
    if round(100 * low) == round(100 * high):
        return ""
    return say("residence_by_order", low=low, high=high)


def _dissimilarity(scenarios: pd.DataFrame) -> Iterator[tuple[str, dict[str, pd.Series]]]:
    rows = scenarios[scenarios["index"] == "dissimilarity"].dropna(subset=["estimate", "n_obs"])
    for group, own in rows.groupby("group", sort=False):
        yield str(group), {str(row["scenario"]): row for _, row in own.iterrows()}
