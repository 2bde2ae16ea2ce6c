"""What came in: schools, pupils and postcodes of an edition."""

from __future__ import annotations

from analysis.chapters.data.parameters import DataBlock
from analysis.declare import AGGREGATE, AREA, BOARD, PUPIL, SCHOOL, TEACHER, Declaration

CHAPTER = Declaration(
    "01_data",
    DataBlock,
    reads=("params/sources", "params/published", "{data.folder}", "{data.intake}"),
    may_produce={
        "by_school": SCHOOL,
        "by_pc4": AREA,
        "by_pc4_school": SCHOOL,
        "by_outline_point": AREA,
        "by_attendance": SCHOOL,
        "by_stay": SCHOOL,
        "by_home": PUPIL,
        "by_school_attended": SCHOOL,
        "by_area": AREA,
        "by_situation": PUPIL,
        "by_choice_school": SCHOOL,
        "by_choice": PUPIL,
        "by_pupil": PUPIL,
        "by_location": SCHOOL,
        "by_location_shortage": SCHOOL,
        "by_location_lagged": SCHOOL,
        "by_pupil_test": PUPIL,
        "by_pupil_retention": PUPIL,
        "by_pupil_advice": PUPIL,
        "by_school_advice": SCHOOL,
        "by_location_score": SCHOOL,
        "by_school_money": SCHOOL,
        "by_board_year": BOARD,
        "by_pupil_advice_national": PUPIL,
        "by_pupil_level": PUPIL,
        "by_school_level": SCHOOL,
        "by_location_year": SCHOOL,
        "by_teacher": TEACHER,
        "by_pc4_density": AREA,
        "by_location_distance": SCHOOL,
        "by_school_score": SCHOOL,
        "by_school_exam": SCHOOL,
        "by_stadsdeel_age_year": AREA,
        "by_stadsdeel_children": AREA,
        "by_area_age_year": AREA,
        "by_area_count": AREA,
        "by_location_count": SCHOOL,
        "by_institution_count": SCHOOL,
        "published_figures": AGGREGATE,
    },
    verify="analysis.data.sources.verify",
)
