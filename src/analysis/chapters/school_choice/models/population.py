"""Single choosers, and how unevenly groups of them are spread over schools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.chapters.school_choice.models.choosers import Choosers
from analysis.errors import ModelError, Reason
from analysis.stats import segregation
from analysis.stats.allocation import NONE

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]

NONWESTERN = ("moroccan", "turkish", "surinamese", "other_nonwestern")
INDICES = ("dissimilarity", "isolation")


def comparisons(situations: pd.DataFrame) -> dict[str, tuple[pd.Series, pd.Series]]:
    """Tell which two groups can be compared: the share of each situation's choosers in the one and in the other.

    Parameters
    ----------
    situations
        With ``education`` and ``background`` of the chooser, or with ``nonwestern``, the share of non-western
        inhabitants where the choosers live.

    Raises
    ------
    ModelError
        Nothing tells one chooser from another.
    """
    found = {}
    if "education" in situations:
        found["hoog_laag"] = situations["education"] == "hoog", situations["education"] == "laag"
    if "background" in situations:
        found["nonwestern_none"] = situations["background"].isin(NONWESTERN), situations["background"] == "none"
    if "nonwestern" in situations:
        found["nonwestern_rest"] = situations["nonwestern"], 1 - situations["nonwestern"]
    if not found:
        raise ModelError(
            "counterfactuals: the situations tell neither education nor background of the choosers", Reason.MISSING
        )
    return {name: (one.astype(float), other.astype(float)) for name, (one, other) in found.items()}


@dataclass(frozen=True, eq=False)
class Population:
    """The choosers one by one.

    Parameters
    ----------
    choosers
        The choice situations, which several choosers may share.
    row, school
        Row of the situation and of the school attended, per chooser.
    """

    choosers: Choosers
    row: Integers
    school: Integers

    @classmethod
    def of(cls, choosers: Choosers) -> Population:
        """Take the choosers of every situation apart.

        Raises
        ------
        ModelError
            A number of choosers is not whole.
        """
        counts = choosers.chosen.to_numpy(float)
        if (counts % 1 != 0).any():
            raise ModelError(
                "counterfactuals: choosers are placed one by one, so their numbers must be whole", Reason.INVALID
            )
        row, school = (np.repeat(places, counts.astype(np.intp)) for places in choosers.rows_chosen)
        return cls(choosers, row, school)

    @property
    def size(self) -> int:
        """Number of choosers."""
        return len(self.row)

    @cached_property
    def group(self) -> Integers:
        """Number of the group of each chooser, in the order of the groups' names."""
        by_situation = pd.Index(self.choosers.groups).get_indexer(pd.Index(self.choosers.situations["group"]))
        return np.asarray(by_situation[self.row], dtype=np.intp)

    @cached_property
    def weights(self) -> Mapping[str, tuple[Floats, Floats]]:
        """Per comparison, how much of either group each chooser is."""
        return {
            name: (one.to_numpy()[self.row], other.to_numpy()[self.row])
            for name, (one, other) in comparisons(self.choosers.situations).items()
        }

    @property
    def measures(self) -> list[tuple[str, str]]:
        """What `indices` returns: comparison and index."""
        return list(product(self.weights, INDICES))

    def indices(self, school: NDArray[np.integer]) -> Floats:
        """Compute every index when the choosers attend these schools; who has none does not count."""
        placed = school != NONE
        at = school[placed]
        everyone = np.bincount(at).astype(float)
        found = []
        for weights in self.weights.values():
            one, other = (np.bincount(at, weight[placed]) for weight in weights)
            mixed = np.bincount(at, (weights[0] * (1 - weights[0]))[placed])
            found += [segregation.dissimilarity(one, other), segregation.isolation(one, everyone, mixed)]
        return np.array(found)
