"""Where an edition's data come from."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from analysis.declare import Source, key


class DataBlock(Source):
    """Where the data come from (notebook 01_data)."""

    source: Literal["synthetic", "duo"] = key(
        "synthetic: a made-up city with known truth; duo: files of DUO and CBS in `folder`"
    )
    folder: str = key(
        "folder with the source files, seen from the project's root (duo only); where it lay is not recorded",
        default="data",
    )
    schoolweging_year: int = key("year of the CBS schoolweging", unit="year", default=2017, ge=2017, le=2019)
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

    @model_validator(mode="after")
    def _parameters_are_of_the_source(self) -> DataBlock:
        of_files = ("advice_of_schools", "money_of_schools", "density_and_distance")
        wrong = of_files if self.source == "synthetic" else ("scale", "lacks")
        kind = "files of DUO and CBS" if self.source == "synthetic" else "synthetic data"
        for name in wrong:
            if getattr(self, name) != type(self).model_fields[name].default:
                raise ValueError(f"{name} applies to {kind} only; leave it out")
        return self

    @property
    def made_up(self) -> bool:
        """Whether the city is a made-up one."""
        return self.source == "synthetic"
