"""The same model of school choice in every municipality."""

from __future__ import annotations

from analysis.chapters.choice_by_municipality.parameters import ChoiceByMunicipalityBlock
from analysis.declare import Blocks, Declaration


def refusal(blocks: Blocks) -> str | None:
    """Return why an edition with these blocks cannot have the chapter."""
    if getattr(blocks.get("data"), "density_and_distance", False):
        return None
    return "choice_by_municipality: needs the files of CBS and DUO; set data.density_and_distance: true"


CHAPTER = Declaration(
    "03_choice_by_municipality",
    ChoiceByMunicipalityBlock,
    needs=(
        "by_school",
        "by_pc4",
        "by_pc4_school",
        "by_pc4_density",
        "by_location_distance",
    ),
    findings={"en": "School choice in every municipality", "nl": "Schoolkeuze in elke gemeente"},
    refusal=refusal,
)
