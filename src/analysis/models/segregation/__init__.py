"""How unevenly groups are spread over schools, now, at the nearest school and by chance, and what changed it."""

from analysis.models.segregation.attendance import characteristics, places
from analysis.models.segregation.estimates import INDEX_COUNTS, INTERVAL, estimate_indices
from analysis.models.segregation.expected import City
from analysis.models.segregation.measures import dissimilarity, interaction, isolation

__all__ = [
    "INDEX_COUNTS",
    "INTERVAL",
    "City",
    "characteristics",
    "dissimilarity",
    "estimate_indices",
    "interaction",
    "isolation",
    "places",
]
