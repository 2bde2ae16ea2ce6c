"""What a school adds: pupils within schools."""

from __future__ import annotations

from analysis.chapters.value_added.parameters import ValueAddedBlock
from analysis.declare import Declaration

CHAPTER = Declaration(
    "08_value_added",
    ValueAddedBlock,
    reads=(
        "params/sources",
        "{data.folder}",
    ),
    verify="analysis.data.bdf.verify",
)
