"""Findings on counterfactuals, in sentences; numbers, and words that rest on them, are computed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.chapters.school_choice.findings_tastes import PUPILS, Finding, tastes
from analysis.chapters.school_choice.words_counterfactuals import BY, named
from analysis.language import joined
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import frame, number_of, where_known
from analysis.publish.tables import number

say = sentences_beside(__file__)

DIFFERENCE = "difference_fit", "difference_fit_low", "difference_fit_high"
BY_POSTCODE = "nonwestern_rest"
FEWEST_DIGITS = 2


def counterfactuals(scenarios: pd.DataFrame, parts: pd.DataFrame, mixed: pd.DataFrame) -> pd.DataFrame:
    """Say how segregated schools would be otherwise, how much of it is residence, and whether tastes differ.

    Parameters
    ----------
    scenarios, parts, mixed
        Tables of `models.counterfactuals`, `models.residence` and `models.substitution`, as the gate let them through;
        a finding that rests on a withheld number is left out.

    Returns
    -------
    DataFrame
        One row per finding: ``name, sentence, n, unit``.
    """
    return frame(where_known(_nearest(scenarios), _tastes(scenarios), _residence(parts), tastes(mixed)))


def _nearest(scenarios: pd.DataFrame) -> Iterator[Finding]:
    asked = {"now", "nearest", "nearest_with_capacity", "random"}
    found = [(group, rows) for group, rows in _dissimilarity(scenarios) if asked <= set(rows)]
    if not found:
        return
    group, rows = found[0]
    now, near = rows["now"]["estimate"], rows["nearest"]["estimate"]
    values = {
        "now": now,
        "near": near,
        "placed": rows["nearest_with_capacity"]["estimate"],
        "chance": rows["random"]["estimate"],
        "by": named(BY, group),
    }
    side = int(np.sign(round(100 * near) - round(100 * now)))  # counted, so that all that can be seen is a difference
    first = say(
        "nearest_by_postcode" if group == BY_POSTCODE else ("nearest_alike", "nearest_more", "nearest_less")[side],
        **values,
    )
    others = [
        say("nearest_too", by=named(BY, of), now=other["now"]["estimate"], near=other["nearest"]["estimate"])
        for of, other in found[1:]
    ]
    yield "nearest", joined(" ", (first, *others)), number_of(rows["now"]["n_obs"]), PUPILS


def _tastes(scenarios: pd.DataFrame) -> Iterator[Finding]:
    found = [
        (group, rows["no_taste"], rows["model_fit"]["estimate"])
        for group, rows in _dissimilarity(scenarios)
        if {"no_taste", "model_fit"} <= set(rows) and rows["no_taste"][[*DIFFERENCE]].notna().all()
    ]
    if not found:
        return
    group, row, fit = found[0]
    side = _side(row)
    first = say(
        ("no_taste_unclear", "no_taste_higher", "no_taste_lower")[side],
        by=named(BY, group),
        level=row["estimate"],
        fit=fit,
        **_written(row, -1 if side < 0 else 1),
    )
    others = [say("no_taste_too", by=named(BY, of), **_written(other, 1)) for of, other, _ in found[1:]]
    yield "no_taste", joined(" ", (first, *others)), number_of(row["n_obs"]), PUPILS


def _side(row: pd.Series) -> int:
    """Return the sign of the difference that its interval establishes, 0 where that holds zero."""
    return int(row["difference_fit_low"] > 0) - int(row["difference_fit_high"] < 0)


def _written(row: pd.Series, sign: int) -> dict[str, str]:
    """Write a difference and its interval; an end of it that is not zero does not read as zero."""
    value, *ends = (sign * row[name] for name in DIFFERENCE)
    digits = FEWEST_DIGITS + any(0 < abs(end) < 0.5 * 10**-FEWEST_DIGITS for end in ends)
    numbers = (value, *sorted(ends))
    return {name: number(each, digits) for name, each in zip(("difference", "low", "high"), numbers, strict=True)}


def _residence(parts: pd.DataFrame) -> Iterator[Finding]:
    rows = parts[(parts["index"] == "dissimilarity") & (parts["factor"] == "residence")].dropna(subset=["share"])
    found = [
        (str(group), own.set_index("order"))
        for group, own in rows.groupby("group", sort=False)
        if {"Shapley", "residence first", "tastes first"} <= set(own["order"])
        and own["share"].between(0, 1, inclusive="neither").all()
    ]
    if found:
        group, own = found[0]
        low, high = _interval(own)
        first = say(
            ("residence_unclear", "residence_both", "residence_most", "residence_least")[_of_what(low, high)],
            by=named(BY, group),
            range=_range(own["share"]),
            rest=_range(1 - own["share"]),
            order=say("residence_by_order") if _order_matters(own["share"]) else "",
            low=low,
            high=high,
        )
        others = [say("residence_too", by=named(BY, of), range=_range(other["share"])) for of, other in found[1:]]
        yield "residence", joined(" ", (first, *others)), number_of(own["n_obs"].iloc[0]), PUPILS


def _interval(own: pd.DataFrame) -> tuple[float, float]:
    """Return the lowest and highest end of the intervals of a share over all orders of counting."""
    explained = own["estimate"] / own["share"]
    return (own["ci_low"] / explained).min(), (own["ci_high"] / explained).max()


def _of_what(low: float, high: float) -> int:
    """Return what makes segregation: homes and choice (1), mostly homes (2) or choice (3); 0 is not established.

    It is established by the intervals in every order of counting.
    """
    if low > 0.5 or high < 0.5:
        return 2 if low > 0.5 else 3
    return int(low > 0 and high < 1)


def _order_matters(shares: pd.Series) -> bool:
    """Return whether it can be seen in which order residence and tastes are taken."""
    return bool(round(100 * shares.min()) != round(100 * shares.max()))


def _range(shares: pd.Series) -> str:
    """Write the shares of all orders of counting, as one where they cannot be told apart."""
    return say("shares_of_orders" if _order_matters(shares) else "share_of_one", low=shares.min(), high=shares.max())


def _dissimilarity(scenarios: pd.DataFrame) -> Iterator[tuple[str, dict[str, pd.Series]]]:
    rows = scenarios[scenarios["index"] == "dissimilarity"].dropna(subset=["estimate", "n_obs"])
    for group, own in rows.groupby("group", sort=False):
        yield str(group), {str(row["scenario"]): row for _, row in own.iterrows()}
