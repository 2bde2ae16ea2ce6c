"""What of the package a notebook reaches: read from the source, never imported."""

from analysis.run.code.cells import cell_digest
from analysis.run.code.reach import Code, Reach

__all__ = ["Code", "Reach", "cell_digest"]
