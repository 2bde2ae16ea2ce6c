"""What the chapter on school choice uses of its tables, by the formula in force, and what it leaves out without it."""

from __future__ import annotations

from analysis.chapters.school_choice.parameters import SchoolChoiceBlock
from analysis.declare import Blocks, Needs, Uses
from analysis.formula import variables

PAIRS = ("distance_km", "log_distance", "travel_rank", "within_eight", "within_priority")
CHOOSERS = ("education", "background", "income", "one_parent", "nonwestern")
"""Variables of choosers that a formula may use; any other variable is one of schools."""

OPEN_DATA = "duo"
EDUCATION = "models per group of parents, and segregation by education of parents"
BACKGROUND = "models per group of parents, and segregation by migration background"
PLACES = "places of schools, for which the pupils who attend them stand in"
MAP = "the map"
OUTLINE = "outlines on the map"


def attributes(formula: str, changed_attribute: str) -> frozenset[str]:
    """Return the variables of choosers and schools that models use.

    Terms of composition, shown attributes and random terms are terms of the formula, and ask for nothing more.

    Parameters
    ----------
    formula, changed_attribute : As in the chapter's parameters.
    """
    return variables(formula).difference(PAIRS) | {changed_attribute}


def columns(blocks: Blocks) -> Needs:
    """Return what the chapter uses of each table, by its parameters."""
    block = blocks["school_choice"]
    assert isinstance(block, SchoolChoiceBlock)
    used = attributes(block.formula, block.changed_attribute)
    of_pupils = used.intersection(CHOOSERS) | ({"nonwestern"} if block.nonwestern_edges else set())
    groups = {"education": EDUCATION, "background": BACKGROUND}
    places = dict.fromkeys(("capacity", "pupils"), PLACES)
    if getattr(blocks.get("data"), "source", "") == OPEN_DATA:
        groups, places = {}, {}  # they are in no open data, as the page says
    ages = {"age"} if "entry_cohort" in block.models else set()
    return {
        "by_situation": _uses({"situation", "group", "pc4", "lat", "lon"} | of_pupils, groups),
        "by_choice_school": _uses({"location", "lat", "lon"} | used.difference(CHOOSERS), places),
        "by_choice": _uses({"situation", "location", "pupils"} | ages, {}),
        "by_pc4": _uses(set(), dict.fromkeys(("pc4", "lat", "lon"), MAP)),
        "by_outline_point": _uses(set(), dict.fromkeys(("area", "ring", "lat", "lon"), OUTLINE)),
    }


def _uses(required: set[str] | frozenset[str], optional: dict[str, str]) -> Uses:
    return Uses(frozenset(required), {name: what for name, what in optional.items() if name not in required})
