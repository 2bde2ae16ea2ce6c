"""The pages of an edition."""

from analysis.site.index import build

__all__ = ["build"]
