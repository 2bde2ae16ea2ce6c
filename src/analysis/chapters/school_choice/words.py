"""The names of groups of choosers and of attributes of schools, for figures and sentences."""

from __future__ import annotations

from analysis.codes import Codes
from analysis.language import spoken, term, text, word

CODES = Codes()
GROUPS = {
    "all": word("all parents"),
    "hoog_none": word("high education, no migration background"),
    "hoog_migration": word("high education, migration background"),
    "lower_none": word("other education, no migration background"),
    "middelbaar_migration": word("middle education, migration background"),
    "laag_migration": word("low education, migration background"),
}
ATTRIBUTES = {
    "schoolweging": word("schoolweging, one sd lower"),
    "share_hoog": word("highly educated parents, one sd more"),
    "share_nonwestern": word("non-western pupils, one sd more"),
    "share_hoog_same_year": word("highly educated parents in the year of the choice, one sd more"),
    "share_nonwestern_same_year": word("non-western pupils in the year of the choice, one sd more"),
    "share_havo_vwo": word("havo/vwo advices, one sd more"),
    "concept_Montessori": word("Montessori school"),
    "concept_Dalton": word("Dalton school"),
    "concept_Jenaplan": word("Jenaplan school"),
    "concept_Vrije School": word("Vrije School"),
    "denomination_rk": word("Catholic school"),
    "denomination_pc": word("Protestant school"),
    "denomination_islamic": word("Islamic school"),
    "denomination_other": word("school of another denomination"),
    "capacity": word("places, one sd more"),
    "pupils": word("pupils, one sd more"),
}


def group_label(group: str, model: str = "") -> str:
    """Name a group of choosers, with its model where there is more than one."""
    name = term(GROUPS.get(group, group))
    return f"{name} ({term(model.replace('_', ' '))})" if model else name


def attribute_label(attribute: str, codes: Codes = CODES) -> str:
    """Name the step of an attribute; a concept of the edition's codes as these call it."""
    concept = codes.concept.get(attribute.removeprefix("concept_"))
    if concept and attribute.startswith("concept_"):
        return str(getattr(concept, spoken()))
    return term(ATTRIBUTES.get(attribute, attribute))


def step_words(attribute: str, size: float, *, less: bool, codes: Codes = CODES) -> str:
    """Say the step of an attribute, or of its opposite, in a clause behind *where*."""
    size = abs(size)
    if attribute == "schoolweging" and not less:
        return text("the schoolweging is one standard deviation ({size:.1f} points) lower", size=size)
    if attribute == "schoolweging":
        return text("the schoolweging is one standard deviation ({size:.1f} points) higher", size=size)
    if attribute == "share_hoog" and not less:
        return text(
            "the share with highly educated parents is one standard deviation ({points:.0f} percentage points) higher",
            points=100 * size,
        )
    if attribute == "share_hoog":
        return text(
            "the share with highly educated parents is one standard deviation ({points:.0f} percentage points) lower",
            points=100 * size,
        )
    name = attribute_label(attribute, codes)
    return text("this is not so: {attribute}", attribute=name) if less else text("{attribute}", attribute=name)
