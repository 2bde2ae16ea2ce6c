"""Who chooses which primary school."""

from __future__ import annotations

from analysis.chapters.school_choice.parameters import SchoolChoiceBlock
from analysis.chapters.school_choice.uses import columns
from analysis.declare import Declaration, Regressions

CHAPTER = Declaration(
    "03_school_choice",
    SchoolChoiceBlock,
    needs=("by_situation", "by_choice_school", "by_choice"),
    wants=("by_pc4", "by_outline_point"),
    columns=columns,
    findings={"en": "School choice", "nl": "Schoolkeuze"},
    regressions=(Regressions("entry_cohort|all_ages", "", "postcode"),),
)
