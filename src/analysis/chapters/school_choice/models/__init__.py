"""Who chooses which primary school: the conditional logit of school choice and what follows from it.

Enrolment is not preference: in Amsterdam children have priority at the eight nearest schools, and places run out. The
composition of a school is itself an outcome of choice. The coefficients describe; they do not say what would happen
if a school changed.
"""

from analysis.chapters.school_choice.models.choosers import Choosers, by_model, design, probabilities, utilities
from analysis.chapters.school_choice.models.choosers import estimate as estimate_formula
from analysis.chapters.school_choice.models.effects import (
    RANDOM_EFFECTS,
    RandomEffects,
    SchoolEffects,
    random_effects,
    random_effects_table,
)
from analysis.chapters.school_choice.models.groups import (
    GROUP_FIT_COUNTS,
    NEAREST_COUNTS,
    GroupFit,
    GroupFits,
    fit_groups,
    fit_table,
    nearest_map,
    nearest_of_all,
)
from analysis.chapters.school_choice.models.groups import distance_fit as group_distance_fit
from analysis.chapters.school_choice.models.groups import estimates as group_estimates
from analysis.chapters.school_choice.models.groups import nearest_by_pc4 as at_nearest
from analysis.chapters.school_choice.models.kinds import kinds_attended
from analysis.chapters.school_choice.models.two_step import TwoStep, TwoSteps, two_steps
from analysis.chapters.school_choice.models.willingness import (
    travel_table,
)
from analysis.topics.choice import DENOMINATIONS, LOG_OFFSET_KM, REFERENCE, SHARE_UNIT, WEGING_UNIT

__all__ = [
    "DENOMINATIONS",
    "GROUP_FIT_COUNTS",
    "LOG_OFFSET_KM",
    "NEAREST_COUNTS",
    "RANDOM_EFFECTS",
    "REFERENCE",
    "SHARE_UNIT",
    "WEGING_UNIT",
    "Choosers",
    "GroupFit",
    "GroupFits",
    "RandomEffects",
    "SchoolEffects",
    "TwoStep",
    "TwoSteps",
    "at_nearest",
    "by_model",
    "design",
    "estimate_formula",
    "fit_groups",
    "fit_table",
    "group_distance_fit",
    "group_estimates",
    "kinds_attended",
    "nearest_map",
    "nearest_of_all",
    "probabilities",
    "random_effects",
    "random_effects_table",
    "travel_table",
    "two_steps",
    "utilities",
]
