"""Parameters of the chapter on growth and value added."""

from __future__ import annotations

from typing import Literal

from analysis.declare import Source, key


class ValueAddedBlock(Source):
    """Growth and value added in real microdata with tests before and after (notebook 08_value_added).

    The chapter reads a file of its own and stands alone: its edition has no block `data`.
    """

    folder: str = key(
        "folder with the source file, seen from the project's root; where it lay is not recorded", default="data"
    )
    allow_changed_sources: bool = key(
        "go on with a source file whose hash differs from its card; the manifest then says so", default=False
    )
    subjects: tuple[Literal["language", "arithmetic"], ...] = key(
        "tests whose growth and value added are estimated", default=("language", "arithmetic"), min_length=1
    )

    @property
    def made_up(self) -> bool:
        """The microdata are real."""
        return False
