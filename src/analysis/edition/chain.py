"""The chain of this project, declared once: which notebook needs and produces which tables."""

from __future__ import annotations

from analysis.run.chain import Step

CHAIN = (
    Step("01_country", produces=("by_pupil_country", "published_country"), reads=("params/published",)),
    Step(
        "01_data",
        produces=(
            *("by_school", "by_pc4", "by_pc4_school", "by_outline_point"),
            *("by_attendance", "by_stay", "by_home", "by_school_attended", "by_area"),
            *("by_situation", "by_choice_school", "by_choice"),
        ),
        may_produce=(
            "by_pupil",
            "by_location",
            "by_location_lagged",
            "by_pupil_test",
            "by_pupil_retention",
            "by_pupil_advice",
            "by_school_advice",
            "by_location_score",
            "by_school_money",
            "by_board_year",
            "by_pupil_advice_national",
            "by_location_year",
            "by_teacher",
            "by_pc4_density",
            "by_location_distance",
            "published_figures",
        ),
        reads=("params/sources", "params/published", "{data.folder}"),
    ),
    Step("01_schools", produces=("by_school_year", "published_schools"), reads=("params/published",)),
    Step(
        "02_segregation",
        needs=("by_attendance", "by_stay", "by_home", "by_school_attended", "by_area", "by_outline_point"),
        produces=("segregation_findings",),
    ),
    Step(
        "03_choice_by_municipality",
        needs=("by_school", "by_pc4", "by_pc4_school", "by_pc4_density", "by_location_distance"),
        produces=("choice_by_municipality_findings",),
    ),
    Step(
        "03_school_choice",
        needs=("by_situation", "by_choice_school", "by_choice", "by_pc4", "by_outline_point"),
        produces=("school_choice_findings",),
    ),
    Step("04_leergroei", wants=("by_pupil_test", "by_location"), produces=("leergroei_findings",)),
    Step("05_advisering", wants=("by_pupil_advice", "by_pupil_country"), produces=("advisering_findings",)),
    Step("05_school_advice", needs=("by_school_advice",), produces=("school_advice_findings",)),
    Step(
        "06_oab_money",
        needs=("by_location_score", "by_school_money", "by_board_year"),
        produces=("oab_money_findings",),
    ),
    Step(
        "06_staffing",
        wants=("by_location_year", "by_school_year"),
        produces=("staffing_findings",),
    ),
    Step("06_teachers", needs=("by_teacher", "by_location"), produces=("teachers_findings",)),
    Step(
        "07_summary",
        wants=(
            "segregation_findings",
            "school_choice_findings",
            "choice_by_municipality_findings",
            "leergroei_findings",
            "advisering_findings",
            "school_advice_findings",
            "staffing_findings",
            "teachers_findings",
            "oab_money_findings",
            "published_figures",
            "published_country",
            "published_schools",
        ),
    ),
    Step("08_value_added", reads=("params/sources", "{data.folder}")),
)

AGGREGATE, AREA = "aggregate", "area"
PUPIL, SCHOOL, BOARD, TEACHER, PERSON = "pupil", "school", "board", "teacher", "person"

ROWS = {
    **dict.fromkeys(("by_pupil", "by_pupil_country", "by_pupil_test", "by_pupil_retention", "by_pupil_advice"), PUPIL),
    **dict.fromkeys(("by_pupil_advice_national", "by_home", "by_choice", "by_situation"), PUPIL),
    **dict.fromkeys(
        ("by_school", "by_school_year", "by_school_attended", "by_school_advice", "by_school_money"), SCHOOL
    ),
    **dict.fromkeys(("by_location", "by_location_lagged", "by_location_year", "by_location_score"), SCHOOL),
    # Pupils of one school who have something in common, such as a postcode, are told by no row either.
    **dict.fromkeys(("by_location_distance", "by_choice_school", "by_attendance", "by_stay", "by_pc4_school"), SCHOOL),
    **dict.fromkeys(("by_board_year",), BOARD),
    **dict.fromkeys(("by_teacher",), TEACHER),
    **dict.fromkeys(("by_pc4", "by_pc4_density", "by_area", "by_outline_point"), AREA),
    **dict.fromkeys(("published_figures", "published_country", "published_schools"), AGGREGATE),
    **dict.fromkeys((name for step in CHAIN for name in step.produces if name.endswith("_findings")), AGGREGATE),
}
"""What a row of each internal table is: what a chapter publishes is compared with the rows that are no aggregate."""


def rows_of(table: str) -> str:
    """Return what a row of the internal table `table` is; of an unknown table, a person."""
    return ROWS.get(table, PERSON)
