"""The names of other worlds, of who is compared in them and of what makes segregation, for figures and sentences."""

from __future__ import annotations

from analysis.language import term, word

SCENARIOS = {
    "random": word("random allocation"),
    "nearest_with_capacity": word("the nearest school with a place"),
    "nearest": word("all at the nearest school"),
    "no_taste": word("no taste for composition"),
    "model_fit": word("as the models predict"),
    "closes": word("a school closes"),
    "opens": word("a school opens"),
    "changes": word("a school becomes of another kind"),
    "now": word("now"),
}
COMPARISONS = {
    "hoog_laag": word("high against low education of parents"),
    "nonwestern_none": word("non-western against no migration background"),
    "nonwestern_rest": word("non-western against others, by postcode"),
}
FACTORS = {
    "chance": word("chance"),
    "residence": word("where groups live"),
    "distance": word("how much distance counts"),
    "tastes": word("what groups look for"),
}
MODELS = {
    "conditional_logit": word("one model for all"),
    "model_per_group": word("a model per group"),
    "group_terms": word("one model with terms of groups"),
    "mixed_logit": word("mixed logit"),
    "proportional": word("by the size of schools alone"),
}


def named(names: dict[str, str], code: str) -> str:
    """Return the name of a code, in the edition's language."""
    return term(names.get(code, code))
