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
CHILDREN = {
    "all": word("children"),
    "hoog_none": word("children of highly educated parents without a migration background"),
    "hoog_migration": word("children of highly educated parents with a migration background"),
    "lower_none": word("children of other parents without a migration background"),
    "middelbaar_migration": word("children of medium-educated parents with a migration background"),
    "laag_migration": word("children of low-educated parents with a migration background"),
}
MORE = {
    "schoolweging": word("schools with a lower schoolweging"),
    "share_hoog": word("schools with more highly educated parents"),
    "share_nonwestern": word("schools with more non-western pupils"),
}
LESS = {
    "schoolweging": word("schools with a higher schoolweging"),
    "share_hoog": word("schools with fewer highly educated parents"),
    "share_nonwestern": word("schools with fewer non-western pupils"),
}
NEIGHBOURHOOD = "non-western"
"""The end of the name of choosers by the share of non-western inhabitants where they live."""
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


def children(group: str) -> str:
    """Name the pupils of a group of choosers, within a sentence."""
    if group.endswith(NEIGHBOURHOOD):
        band = term(group.removesuffix(NEIGHBOURHOOD).strip())
        return text("children from neighbourhoods where the share of non-western inhabitants is {band}", band=band)
    return term(CHILDREN.get(group, GROUPS.get(group, group)))


def schools_with(attribute: str, *, less: bool) -> str:
    """Name the schools that have a step more of an attribute, or less."""
    named = (LESS if less else MORE).get(attribute)
    if named:
        return term(named)
    return text("schools without this trait") if less else text("schools with this trait")


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
        return text("the schoolweging is {size:.1f} points lower", size=size)
    if attribute == "schoolweging":
        return text("the schoolweging is {size:.1f} points higher", size=size)
    if attribute == "share_hoog" and not less:
        return text("the share of highly educated parents is {points:.0f} percentage points higher", points=100 * size)
    if attribute == "share_hoog":
        return text("the share of highly educated parents is {points:.0f} percentage points lower", points=100 * size)
    name = attribute_label(attribute, codes)
    return (
        text("this is not so: {attribute}", attribute=name) if less else text("this is so: {attribute}", attribute=name)
    )
