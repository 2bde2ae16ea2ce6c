"""Parameters of the chapter with the findings."""

from __future__ import annotations

from analysis.declare import Block


class SummaryBlock(Block):
    """The findings in sentences (notebook 07_summary)."""
