"""Which judgements schools have, among those that have one, and whether the number of weak schools changed.

Who is judged is chosen, and most schools have no judgement in force: nothing here is a rate over all schools.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.chapters.judgements.models.parts import JUDGED, with_parts
from analysis.errors import InputError
from analysis.inspectorate import GOOD, NONE, SUFFICIENT, WEAK
from analysis.stats.detect import detectable_count, power_of_few
from analysis.stats.exact import ratio_of_counts

REGULAR, SPECIAL = "basisscholen", "special schools"
ALL = "with and without"
EXCELLENT, PLAIN = "excellent", "not excellent"
WEAK_SCHOOLS = "weak"
OF: Mapping[str, tuple[str, ...]] = {"good": (GOOD,), "sufficient": (SUFFICIENT,), WEAK_SCHOOLS: WEAK}
"""Judgements that are told apart. The very weak are few, and told among the weak alone."""
CONDITIONAL = "conditional binomial"
COMPARED = ("term", "schools_before", "schools_after", "ratio_low", "ratio_high", "p_value", "found_none", "detectable")
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
    return rows.assign(school_kind=np.where(rows["special"], SPECIAL, REGULAR))


def judged(rows: pd.DataFrame) -> pd.DataFrame:
    """Count the schools that are judged by judgement, and the excellent among the good.

    Parameters
    ----------
    rows : Of `in_force`, of one year.

    Returns
    -------
    DataFrame
        ``school_kind, judgement, title, of_judged, exact_low, exact_high, schools, schools_judged``: of all that are
        judged the share with a judgement, and Clopper and Pearson's limits; a row for all that are judged, and by title
        for the good.
    """
    return pd.concat(
        [_of_kind(rows[rows["school_kind"] == kind], kind) for kind in (REGULAR, SPECIAL)], ignore_index=True
    )


def _of_kind(rows: pd.DataFrame, kind: str) -> pd.DataFrame:
    excellent = int(rows["excellent"].sum())
    counts = {(name, ALL): int(rows["judgement"].isin(judgements).sum()) for name, judgements in OF.items()}
    whole = sum(counts.values())
    titled = {("good", EXCELLENT): excellent, ("good", PLAIN): counts["good", ALL] - excellent}
    parts = {(JUDGED, ALL): whole, **counts, **titled}
    frame = pd.DataFrame([*parts], columns=["judgement", "title"]).assign(school_kind=kind, schools=[*parts.values()])
    return with_parts(frame, "schools", whole)


def told(judged: pd.DataFrame) -> bool:
    """Tell whether the number of weak basisscholen is published: if not, no other table may tell it.

    Parameters
    ----------
    judged : Of `judged`, gated.
    """
    rows = judged[(judged["school_kind"] == REGULAR) & (judged["judgement"] == WEAK_SCHOOLS)]
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
        One row, none where no school was weak in the first year: ``term, schools_before, schools_after, ratio_low,
        ratio_high, p_value`` (of the ratio of the numbers), ``found_none`` (how often a fall to none would be found)
        and ``detectable`` (the smallest rise that is, as an expected number).
    """
    before, after = (_weak(rows, year) for year in years)
    if not before:  # a ratio to nothing is none
        return pd.DataFrame(columns=[*COMPARED])
    ratio = ratio_of_counts(before, after)
    found = (power_of_few(before, 0), detectable_count(before, power))
    row = (WEAK_SCHOOLS, before, after, ratio.low, ratio.high, ratio.p_value, *found)
    return pd.DataFrame([row], columns=[*COMPARED])


def _weak(rows: pd.DataFrame, year: int) -> int:
    of_year = rows[(rows["year"] == year) & (rows["school_kind"] == REGULAR)]
    return int(of_year["judgement"].isin(WEAK).sum())


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
        for before in changed.dropna(subset=["schools_before", "schools_after"])["schools_before"].astype(int)
        for after in range(OUTLOOK * before + 1)
    ]
    return pd.DataFrame(rows, columns=["model", "after", "estimate", "schools_before"])
