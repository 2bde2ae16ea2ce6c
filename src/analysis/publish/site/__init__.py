"""The pages of an edition."""

from analysis.publish.site.index import build

__all__ = ["build"]
