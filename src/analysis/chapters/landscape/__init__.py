"""How many pupils will come, and how sure that is."""

from __future__ import annotations

from analysis.chapters.landscape.parameters import LandscapeBlock
from analysis.declare import Blocks, Declaration


def refusal(blocks: Blocks) -> str | None:
    """Return why an edition with these blocks cannot have the chapter."""
    if getattr(blocks.get("data"), "counts_over_years", False):
        return None
    return "landscape: needs the files of DUO that count pupils in several years; set data.counts_over_years: true"


CHAPTER = Declaration(
    "02_landscape",
    LandscapeBlock,
    needs=("by_area_age_year", "by_area_count", "by_institution_count", "by_location_count"),
    wants=("by_school",),
    findings={"en": "How many pupils will come", "nl": "Hoeveel leerlingen er komen"},
    refusal=refusal,
)
