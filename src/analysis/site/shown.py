"""Which figure shows a finding: declared, because no name and no number tells it."""

from __future__ import annotations

FIGURE_OF: dict[str, dict[str, str]] = {
    "segregation": {
        "dissimilarity_": "indices_by_year",
        "dissimilarity": "dissimilarity",
        "isolation_": "indices_by_year",
        "isolation": "composition_bands",
        "stadsdelen": "dissimilarity_by_stadsdeel",
        "bands": "bands_by_year",
        "sizes": "bands_by_size",
        "mirror": "mirror",
        "nearest": "dissimilarity",
        "change": "decomposition",
        "highest_schoolweging": "schoolweging_bands",
    },
    "school_choice": {
        "at_nearest_school": "nearest_map",
        "distance": "distance_fit",
        "travel": "willingness_to_travel",
        "concepts": "willingness_to_travel",
        "nearest_": "counterfactuals",
        "no_taste": "counterfactuals",
        "residence": "residence",
        "substitution": "substitution",
        "tastes_of_groups": "substitution",
    },
    "leergroei": {
        "norm_growth": "norm_growth",
        "growth_": "change_by_groep",
        "levels_": "change_by_level",
        "bands_": "change_by_band",
        "schools": "school_spread",
        "shortage": "shortage",
        "example_": "example_pupils",
        "pnas": "pnas",
        "education": "pnas_groups",
        "regression_to_mean": "expected_drop",
        "absent": "sat_e_test",
        "consent": "absence",
    },
    "advisering": {
        "deviation_": "deviation_by_year",
        "under_": "gaps",
        "over_": "gaps",
        "measurement_error": "measurement_error",
        "revised_gaps": "gaps",
        "revised": "revised_by_year",
        "position_year3": "position_year3",
        "no_test": "scenario_no_test",
        "schools": "caterpillar",
    },
    "staffing": {
        "shortage_weging": "shortage_by_weging",
        "shortage_": "shortage_by_year",
        "wage": "cutoff",
        "toelage_": "nulls",
        "oab_event": "oab_events",
        "oab_": "money",
        "threshold": "money",
    },
    "teachers": {"homes": "distances", "risk": "shortage_by_risk"},
    "school_advice": {"": "level_by_weging"},
    "value_added": {"": "two_questions"},
}
"""Per chapter the figure beside each finding, by the beginning of the finding's name; the first that fits counts."""


def figure_of(stem: str, finding: str) -> str | None:
    """Return the name of the figure that shows a finding, if there is one."""
    by_name = FIGURE_OF.get(stem, {})
    return next((figure for start, figure in by_name.items() if finding.startswith(start)), None)
