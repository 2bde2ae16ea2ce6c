"""Who chooses which primary school: the conditional logit of school choice and what follows from it.

Enrolment is not preference: in Amsterdam children have priority at the eight nearest schools, and places run out. The
composition of a school is itself an outcome of choice. The coefficients describe; they do not say what would happen
if a school changed.
"""

from analysis.models.school_choice.choosers import Choosers, design, probabilities, utilities
from analysis.models.school_choice.choosers import estimate as estimate_formula
from analysis.models.school_choice.pooled import (
    DENOMINATIONS,
    ESTIMATE_COUNTS,
    FIT_COUNTS,
    LOG_OFFSET_KM,
    REFERENCE,
    SHARE_UNIT,
    UNITS,
    WEGING_UNIT,
    Choices,
    attributes,
    distance_fit,
    estimate,
    estimates,
    fit_row,
    nearest_map,
    nearest_share,
    select,
)

__all__ = [
    "DENOMINATIONS",
    "ESTIMATE_COUNTS",
    "FIT_COUNTS",
    "LOG_OFFSET_KM",
    "REFERENCE",
    "SHARE_UNIT",
    "UNITS",
    "WEGING_UNIT",
    "Choices",
    "Choosers",
    "attributes",
    "design",
    "distance_fit",
    "estimate",
    "estimate_formula",
    "estimates",
    "fit_row",
    "nearest_map",
    "nearest_share",
    "probabilities",
    "select",
    "utilities",
]
