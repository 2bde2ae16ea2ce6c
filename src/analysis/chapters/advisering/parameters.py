"""Parameters of the chapter on the school advice."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from analysis.declare import Block, SchoolYear, increasing, key

# The test's advices with single levels have eight lowest scores, those with nearly only double ones six.
CutScores = Annotated[tuple[Annotated[int, Field(ge=501, le=550)], ...], AfterValidator(increasing)]


class AdviseringBlock(Block):
    """Is the school advice equal for equal pupils? (notebook 05_advisering)."""

    table: Literal["by_pupil_advice", "by_pupil_country"] = key(
        "pupils: of the city (block data) or of the country (block country)", default="by_pupil_advice"
    )
    stage: Literal["first", "final"] = key(
        "advice compared with the test: before or after bijstelling", default="first"
    )
    half_levels: bool = key("count a deviation of half a level as under- or over-advice", default=True)
    double: Literal["middle", "range"] = key(
        "how a double test advice is compared: by its middle, or by every advice from its lower to its higher level",
        default="middle",
    )
    low_education: tuple[Literal["laag", "middelbaar", "hoog", "onbekend"], ...] = key(
        "levels of parental education that count as laag; in the data laag is at most mbo level 1", default=("laag",)
    )
    revision_from: str = key(
        "first school year with bijstelling", unit="yyyy/yy", default="2014/15", pattern=r"^\d{4}/\d{2}$"
    )
    cut_scores: dict[Annotated[str, Field(pattern=r"^\d{4}/\d{2}$")], CutScores] = key(
        "lowest score of each advice of the test, by the first school year of the scheme, for whom the data have none; "
        "empty: for nobody",
        default={"2000/01": (501, 519, 526, 529, 533, 537, 540, 545), "2018/19": (501, 510, 524, 533, 540, 545)},
    )
    years_without_test: tuple[SchoolYear, ...] = key(
        "school years in which no end test was given, such as 2019/20", unit="yyyy/yy", default=()
    )
    score_below_vwo: int = key("test score at which advices below vwo are counted", default=549, ge=501, le=550)
    score_vwo_class: int = key("test score at which classes for vwo alone are counted", default=545, ge=501, le=550)
    gaps_by: tuple[Literal["year", "region", "urbanicity"], ...] = key(
        "what the gaps are estimated by, each as an interaction", default=("year",)
    )
    year3_cohorts: int = key("cohorts followed to year 3 that are regressed: the last ones", default=3, ge=1)
    caterpillar_points: int = key("about how many runs of schools the caterpillar shows", default=70, ge=4, le=200)

    @model_validator(mode="after")
    def _schemes_are_known(self) -> AdviseringBlock:
        if any(len(scores) not in (6, 8) for scores in self.cut_scores.values()):
            raise ValueError("cut_scores: a scheme has eight scores, or six when nearly all its advices are double")
        if self.table == "by_pupil_advice" and set(self.gaps_by) - {"year"}:
            raise ValueError("gaps_by: region and urbanicity are known of the country only")
        return self
