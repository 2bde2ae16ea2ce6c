"""Which judgements schools have, among those that have one, and whether the number of weak schools changed.

Who is judged is chosen, and most schools have no judgement in force: nothing here is a rate over all schools.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.errors import InputError
from analysis.inspectorate import GOOD, NONE, SUFFICIENT, WEAK
from analysis.stats.detect import detectable_count, power_of_few
from analysis.stats.exact import ratio_of_counts, share_limits

REGULAR, SPECIAL = "basisscholen", "special schools"
JUDGED, ALL = "judged", "with and without"
EXCELLENT, PLAIN = "excellent", "not excellent"
WEAK_SCHOOLS = "weak"
OF: Mapping[str, tuple[str, ...]] = {"good": (GOOD,), "sufficient": (SUFFICIENT,), WEAK_SCHOOLS: WEAK}
"""Judgements that are told apart. The very weak are few, and told among the weak alone."""
CONDITIONAL = "conditional binomial"
OUTLOOK = 4
"""Up to how many times the first number the chance of finding a change is drawn."""


def in_force(by_school_judgement: pd.DataFrame, years: Sequence[int]) -> pd.DataFrame:
    """Return the judgements in force in some years, of the schools that have one.

    Parameters
    ----------
    by_school_judgement : As its contract says.
    years : Of which the judgements are compared.

    Raises
    ------
    InputError
        If a year has no rows.
    """
    present = {*by_school_judgement["year"]}
    if not present.issuperset(years):
        absent, known = sorted({*years} - present), ", ".join(map(str, sorted(present)))
        hint = "set judgements.years in the params file to years that it has"
        raise InputError("by_school_judgement: year", "a year has no schools", given=absent, allowed=known, hint=hint)
    rows = by_school_judgement[by_school_judgement["year"].isin(years) & (by_school_judgement["judgement"] != NONE)]
    return rows.assign(kind=np.where(rows["special"], SPECIAL, REGULAR))


def judged(rows: pd.DataFrame) -> pd.DataFrame:
    """Count the schools that are judged by judgement, and the excellent among the good.

    Parameters
    ----------
    rows : Of `in_force`, of one year.

    Returns
    -------
    DataFrame
        ``kind, judgement, title, estimate, ci_low, ci_high, schools, schools_judged``: of all that are judged the share with a
        judgement and Clopper and Pearson's limits; a row for all that are judged, and by title for the good.
    """
    return pd.concat([_of_kind(rows[rows["kind"] == kind], kind) for kind in (REGULAR, SPECIAL)], ignore_index=True)


def _of_kind(rows: pd.DataFrame, kind: str) -> pd.DataFrame:
    excellent = int(rows["excellent"].sum())
    counts = {(name, ALL): int(rows["judgement"].isin(judgements).sum()) for name, judgements in OF.items()}
    whole = sum(counts.values())
    titled = {("good", EXCELLENT): excellent, ("good", PLAIN): counts["good", ALL] - excellent}
    parts = {(JUDGED, ALL): whole, **counts, **titled}
    frame = pd.DataFrame([*parts], columns=["judgement", "title"]).assign(kind=kind, schools=[*parts.values()])
    if not whole:
        return frame.assign(estimate=np.nan, ci_low=np.nan, ci_high=np.nan, schools_judged=0)
    low, high = share_limits(frame["schools"], np.full(len(frame), whole))
    of_some = frame["judgement"] != JUDGED  # that all of the judged are judged is no estimate
    shares = frame.assign(estimate=frame["schools"] / whole, ci_low=low, ci_high=high, schools_judged=whole)
    return shares.assign(**{end: shares[end].where(of_some) for end in ("estimate", "ci_low", "ci_high")})


def told(judged: pd.DataFrame) -> bool:
    """Tell whether the number of weak basisscholen is published: if not, no other table may tell it.

    Parameters
    ----------
    judged : Of `judged`, gated.
    """
    rows = judged[(judged["kind"] == REGULAR) & (judged["judgement"] == WEAK_SCHOOLS)]
    return bool(rows["schools"].notna().any())


def changed(rows: pd.DataFrame, years: Sequence[int], power: float) -> pd.DataFrame:
    """Compare the number of weak basisscholen of two years, and say what so few could have shown.

    Parameters
    ----------
    rows : Of `in_force`.
    years : The first and the second.
    power : Chance at which a change counts as detectable.

    Returns
    -------
    DataFrame
        One row, none where no school was weak in the first year: ``term, estimate, ci_low, ci_high, p_value`` (the ratio
        of the numbers), ``found_none`` (how often a fall to none would be found), ``detectable`` (the smallest rise that
        is, as an expected number), ``schools_before, schools_after``.
    """
    before, after = (_weak(rows, year) for year in years)
    row = {"term": WEAK_SCHOOLS, **_compared(before, after, power), "schools_before": before, "schools_after": after}
    return pd.DataFrame([row]).iloc[: int(before > 0)]  # a ratio to nothing is none


def _weak(rows: pd.DataFrame, year: int) -> int:
    of_year = rows[(rows["year"] == year) & (rows["kind"] == REGULAR)]
    return int(of_year["judgement"].isin(WEAK).sum())


def _compared(before: int, after: int, power: float) -> dict[str, float]:
    if not before:
        return dict.fromkeys(("estimate", "ci_low", "ci_high", "p_value", "found_none", "detectable"), np.nan)
    ratio = ratio_of_counts(before, after)
    ends = {"estimate": ratio.estimate, "ci_low": ratio.low, "ci_high": ratio.high, "p_value": ratio.p_value}
    return {**ends, "found_none": power_of_few(before, 0), "detectable": detectable_count(before, power)}


def findable(changed: pd.DataFrame) -> pd.DataFrame:
    """Compute how often a change from a number of weak schools is found, by how many are expected after.

    Parameters
    ----------
    changed : Of `changed`, gated: the first number is taken for what is expected.

    Returns
    -------
    DataFrame
        ``model, after, estimate, schools_before``; without rows where the number is withheld.
    """
    rows = [
        {"model": CONDITIONAL, "after": after, "estimate": power_of_few(before, after), "schools_before": before}
        for before in changed.dropna(subset=["estimate"])["schools_before"].dropna().astype(int)
        for after in range(OUTLOOK * before + 1)
    ]
    return pd.DataFrame(rows, columns=["model", "after", "estimate", "schools_before"])
