"""What the terms of a formula are called in a table, and in what they are measured."""

from __future__ import annotations

import re

from analysis.chapters.school_choice.models.logit import UNITS

LEVEL = re.compile(r"(?:C\()?(\w+)\)?\[(?:T\.)?([^\]]+)\]")
CALL = re.compile(r"(\w+)\((\w+)\)")
SHARE = "share"


def term_name(term: str) -> str:
    """Name a term of a formula: ``C(denomination)[T.rk]`` is denomination_rk, ``a:b`` is a_x_b, ``log(a)`` log_a.

    Parameters
    ----------
    term
        As in the formula.

    Returns
    -------
    str
        As in tables.
    """
    named = CALL.sub(r"\1_\2", LEVEL.sub(r"\1_\2", term))
    return named.replace(":", "_x_").replace(" ", "_")


def unit_of(term: str) -> str:
    """Describe the unit of the coefficient of a term.

    Parameters
    ----------
    term
        As in the formula.

    Returns
    -------
    str
        Utility per unit of its variables; of a category against the first one.
    """
    parts = [_unit_of_factor(factor) for factor in term.split(":") if not LEVEL.fullmatch(factor)]
    per = " and ".join(part for part in parts if part)
    return f"utility per {per}" if per else "utility, against the reference"


def _unit_of_factor(factor: str) -> str:
    if factor == "distance_km":
        return "km"
    if factor == "log_distance":
        return "log km"
    if factor not in UNITS:
        return f"unit of {factor}"
    if factor.startswith(SHARE) or factor == "nonwestern":
        return f"{100 * UNITS[factor]:g} percentage points"
    return f"{UNITS[factor]:g} points" if factor == "schoolweging" else f"{UNITS[factor]:g} pupils"
