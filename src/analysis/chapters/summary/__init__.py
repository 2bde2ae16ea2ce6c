"""All findings of an edition."""

from __future__ import annotations

from analysis.chapters.summary.parameters import SummaryBlock
from analysis.declare import Declaration

CHAPTER = Declaration(
    "07_summary",
    SummaryBlock,
    wants=("*_findings", "published_*"),
)
