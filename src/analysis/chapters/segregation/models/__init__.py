"""How unevenly groups are spread over schools, now, at the nearest school and by chance, and what changed it."""

from analysis.chapters.segregation.models.attendance import characteristics, places
from analysis.chapters.segregation.models.estimates import INTERVAL, estimate_indices
from analysis.chapters.segregation.models.expected import ExpectedPupils
from analysis.stats.segregation import dissimilarity, isolation

__all__ = [
    "INTERVAL",
    "ExpectedPupils",
    "characteristics",
    "dissimilarity",
    "estimate_indices",
    "isolation",
    "places",
]
