"""Single choosers, and how unevenly groups of them are distributed over schools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from analysis.chapters.school_choice.models.choosers import Choosers, Floats
from analysis.codes import Codes
from analysis.errors import ModelError, Reason
from analysis.stats import segregation
from analysis.stats.allocation import NONE
from analysis.stats.bands import in_bands, per_cent

Integers = NDArray[np.intp]

CODES = Codes()
INDICES = ("dissimilarity", "isolation")


def comparisons(situations: pd.DataFrame, codes: Codes = CODES) -> dict[str, tuple[pd.Series, pd.Series]]:
    """Find which two groups can be compared.

    Parameters
    ----------
    situations
        With ``education`` and ``background`` of the chooser, or with ``nonwestern``, the share of non-western
        inhabitants where the choosers live.
    codes : The backgrounds of the edition.

    Returns
    -------
    dict
        By name of the comparison, the share of each situation's choosers in the one group and in the other; none where
        nothing distinguishes choosers.
    """
    groups = {}
    if "education" in situations:
        groups["hoog_laag"] = situations["education"] == "hoog", situations["education"] == "laag"
    if "background" in situations:
        one, other = (situations["background"].isin(codes.backgrounds(kind)) for kind in ("nonwestern", "none"))
        groups["nonwestern_none"] = one, other
    if "nonwestern" in situations:
        groups["nonwestern_rest"] = situations["nonwestern"], 1 - situations["nonwestern"]
    return {name: (one.astype(float), other.astype(float)) for name, (one, other) in groups.items()}


@dataclass(frozen=True, eq=False)
class Population:
    """The choosers one by one.

    Parameters
    ----------
    choosers : The choice situations, which several choosers may share.
    row, school : Row of the situation and of the school attended, per chooser.
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
        row, school = (np.repeat(positions, counts.astype(np.intp)) for positions in choosers.rows_chosen)
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
            for name, (one, other) in comparisons(self.choosers.situations, self.choosers.codes).items()
        }

    @property
    def sizes(self) -> dict[str, int]:
        """Choosers of both groups, per comparison."""
        return {name: round(float(np.sum(one + other))) for name, (one, other) in self.weights.items()}

    @property
    def measures(self) -> list[tuple[str, str]]:
        """Comparison and index of each number of `indices`."""
        return list(product(self.weights, INDICES))

    def indices(self, school: NDArray[np.integer]) -> Floats:
        """Compute every index when the choosers attend these schools; who has none does not count."""
        placed = school != NONE
        attended = school[placed]
        everyone = np.bincount(attended).astype(float)
        values = []
        for weights in self.weights.values():
            one, other = (np.bincount(attended, weight[placed]) for weight in weights)
            mixed = np.bincount(attended, (weights[0] * (1 - weights[0]))[placed])
            values += [segregation.dissimilarity(one, other), segregation.isolation(one, everyone, mixed)]
        return np.array(values)


def summary(draws: Floats) -> dict[str, float]:
    """Summarise draws of a number.

    Parameters
    ----------
    draws : Of one number; a single draw leaves nothing to chance.

    Returns
    -------
    dict
        The mean as ``estimate``, ``std_error`` and a normal 95% interval, ``ci_low, ci_high``; missing of a single
        draw.
    """
    mean = float(draws.mean())
    error = float(draws.std(ddof=1)) if len(draws) > 1 else float("nan")
    half = float(ndtri((1 + 0.95) / 2)) * error
    return {"estimate": mean, "std_error": error, "ci_low": mean - half, "ci_high": mean + half}


def neighbourhood_types(choosers: Choosers, edges: Sequence[float]) -> pd.Series:
    """Name the kind of each situation: its group, or the band of its share of non-western inhabitants.

    Parameters
    ----------
    choosers : With ``group``, or the share ``nonwestern``.
    edges : Edges of the bands; with none, the kinds are the groups.

    Returns
    -------
    Series
        Name by situation.
    """
    if not edges:
        return choosers.situations["group"].rename("kind")
    bands = in_bands(choosers.situations["nonwestern"], edges, per_cent).astype(str)
    return pd.Series(bands, index=choosers.situations.index, name="kind") + " non-western"
