"""Where an edition's data come from."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from analysis.declare import OwnSource, key

FILES = (
    "cards",
    "advice_of_schools",
    "money_of_schools",
    "density_and_distance",
    "outcomes_of_schools",
    "exams_of_schools",
    "counts_over_years",
)
"""Flags of files of DUO and CBS that an edition may read besides."""

About = Literal["pupils", "points", "points_later", "schoolweging", "population", "postcodes"]
"""What the cards of open data are about."""

MADE_UP_YEAR = "2019/20"
"""The last school year of the synthetic city."""


class DataBlock(OwnSource):
    """Where the data come from (notebook 01_data)."""

    source: Literal["synthetic", "duo", "own"] = key(
        "synthetic: a made-up city with known truth; duo: files of DUO and CBS in `folder`; own: an office's registers"
    )
    schoolweging_year: int = key("year of the CBS schoolweging", unit="year", default=2017, ge=2017, le=2099)
    cards: dict[About, str] = key(
        "source cards in the place of the usual ones, such as `pupils: ID` for next year's files (duo only)", default={}
    )
    allow_changed_sources: bool = key(
        "go on with a source file whose hash differs from its card; the manifest then says so", default=False
    )
    scale: float = key("size of the synthetic city; 1 is 62,000 pupils, 213 schools", default=1.0, gt=0, le=20)
    lacks: tuple[Literal["boards", "stadsdelen", "small_schools"], ...] = key(
        "what the synthetic city has but one of (school boards, stadsdelen) or none of (small schools)", default=()
    )
    advice_of_schools: bool = key(
        "read the files of DUO on the advices and end-test scores of schools too (duo only)", default=False
    )

    money_of_schools: bool = key(
        "read the files of CBS and DUO on scores, money and accounts too (duo only)", default=False
    )
    density_and_distance: bool = key(
        "read the files of CBS on addresses per km2 and of DUO on mean distances to school too (duo only)",
        default=False,
    )
    outcomes_of_schools: bool = key(
        "read the files of DUO and CBS on the mean end-test scores of schools too (duo only)", default=False
    )
    exams_of_schools: bool = key(
        "read the file of DUO on the examinations of secondary schools too (duo only)", default=False
    )
    counts_over_years: bool = key(
        "read the files of DUO that count pupils in 2010, 2012, 2018, 2019 and 2024 too (duo only)", default=False
    )

    @model_validator(mode="after")
    def _parameters_are_of_the_source(self) -> DataBlock:
        of_source = {
            "files of DUO and CBS": ("duo", FILES),
            "synthetic data": ("synthetic", ("scale", "lacks")),
        }
        for kind, (source, names) in of_source.items():
            for name in names if self.source != source else ():
                if getattr(self, name) != type(self).model_fields[name].default:
                    raise ValueError(f"{name} applies to {kind} only; leave it out")
        return self
