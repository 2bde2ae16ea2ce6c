"""The rules of disclosure that an edition can choose between."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from analysis.errors import InputError, nearest
from analysis.language import text

SCHOOL_COUNT = re.compile(r"(?:n_)?(?:schools|scholen|clusters|postcodes)(?:_(.+))?")
BOARD_COUNT = re.compile(r"(?:n_)?(?:boards|besturen)(?:_(.+))?")
LEAVERS = re.compile(r".+_out")
CLUSTER_COUNT = re.compile(r"(?:n_)?clusters(?:_.+)?")
RESIDUAL_DF = frozenset({"df_resid", "residual_df", "df_residual"})
COUNTING_NAME = re.compile(
    r"n|n_.+|.+_n|counts?|pupils|leerlingen|schools|scholen|clusters|boards|besturen|(aantal|number)(_.+)?|"
    # Beside a count of schools alone, floats of these would be values that rest on it, and exact.
    r"teachers|leraren|students|studenten|children|kinderen|girls|boys|meisjes|jongens|persons|personen|people|leavers"
)

DOMINATED = "†"
"""Sign of a cell that one or two contributors make up for the most part."""


@dataclass(frozen=True)
class Profile:
    """The rules of disclosure of an edition."""

    name: str  # what the edition's params file calls it
    min_count: int = 10  # smallest number of persons that a published cell may count or rest on
    round_to: int = 5  # published numbers of persons are multiples of this
    # Published numbers of clusters and residual degrees of freedom are multiples of this: beside those of parts they
    # would show how many schools a part has that is withheld.
    round_clusters: int = 5
    # Smallest number of schools and of boards that a cell may count or rest on; these numbers are not rounded. With
    # three of them, none can subtract its own part and have another's.
    min_schools: int = 3
    min_boards: int = 3
    # Smallest residual degrees of freedom of a published model, and smallest number of clusters of its errors.
    min_residual_df: int = 10
    # Largest share of a cell that its two largest contributors may hold together; None for no such rule.
    top_two: float | None = 0.90
    # Smallest size of the other contributors together, as a share of the largest one: below it the second largest
    # contributor can estimate the largest too well. None for no such rule.
    p_ratio: float | None = None
    # Whether a zero is published, or withheld as any small number: nobody is nobody, but that nobody has a property
    # says something of everybody.
    zeros: Literal["published", "withheld"] = "published"

    def __post_init__(self) -> None:
        if self.rounded(pd.Series([self.min_count], dtype="Int64")).item() < self.min_count:
            problem = f"min_count {self.min_count} is rounded to less, a multiple of round_to {self.round_to}"
            raise InputError(f"disclosure profile {self.name}", problem, hint="else rounding makes a cell too small")

    @property
    def protection(self) -> int:
        """How wide the interval must be that a reader can compute for a withheld number of persons."""
        return self.min_count // 2

    def threshold(self, column: str) -> int:
        """Return the smallest number that the count column `column` may hold, by what its name says it counts."""
        if column in RESIDUAL_DF or CLUSTER_COUNT.fullmatch(column):
            return self.min_residual_df  # errors clustered by school have no more degrees of freedom than clusters
        if BOARD_COUNT.fullmatch(column):
            return self.min_boards
        return self.min_schools if SCHOOL_COUNT.fullmatch(column) else self.min_count

    def unit(self, column: str) -> str:
        """Return what a count column adds up: persons, schools or boards.

        Empty for clusters and residual degrees of freedom, which need not add up, and whose rounding hides what is left
        of a total.
        """
        if column in RESIDUAL_DF or CLUSTER_COUNT.fullmatch(column):
            return "" if self.round_clusters > 1 else "clusters"
        if BOARD_COUNT.fullmatch(column):
            return "boards"
        return "schools" if SCHOOL_COUNT.fullmatch(column) else "persons"

    def width(self, column: str) -> int:
        """Return how wide a withheld cell's interval must be in the column `column`."""
        return max(1, min(self.protection, self.threshold(column) // 2))

    def too_few(self, n: pd.Series) -> pd.Series:
        """Find the numbers of the count column `n` that are too small to publish."""
        few = n < self.threshold(str(n.name))
        # That nobody left says nothing of anybody; a model without degrees of freedom is the data themselves.
        if n.name not in RESIDUAL_DF and (self.zeros == "published" or LEAVERS.fullmatch(str(n.name))):
            few &= n > 0
        return few.fillna(value=False).astype(bool)

    def dominated(self, total: pd.Series, largest: pd.Series, second: pd.Series) -> pd.Series:
        r"""Find the cells that one or two contributors make up for the most part.

        With total :math:`T` and contributions :math:`x_1 \ge x_2`: :math:`x_1 + x_2 > kT` (the (n, k) rule with n = 2)
        or :math:`T - x_1 - x_2 < p x_1` (the p% rule).
        """
        two = largest + second
        dominated = pd.Series(data=False, index=total.index)
        if self.top_two is not None:
            dominated |= two > self.top_two * total
        if self.p_ratio is not None:
            dominated |= total - two < self.p_ratio * largest
        return (dominated & (total > 0)).fillna(value=False).astype(bool)

    def rounded(self, n: pd.Series) -> pd.Series:
        """Round a column of numbers to multiples of its `base`, halves upwards."""
        base = self.base(str(n.name))
        return (n + base // 2) // base * base

    def base(self, column: str) -> int:
        """Return what the numbers of a count column are rounded to."""
        if column in RESIDUAL_DF or CLUSTER_COUNT.fullmatch(column):
            return self.round_clusters
        return 1 if SCHOOL_COUNT.fullmatch(column) or BOARD_COUNT.fullmatch(column) else self.round_to

    @property
    def rule(self) -> str:
        """The rules in words, for the pages."""
        rule: str = text(
            "A cell is withheld when it counts, or rests on, {fewest} to {most} persons, fewer than {schools} schools "
            "or {boards} boards, or a model with fewer than {df} residual degrees of freedom or clusters.",
            fewest=int(self.zeros == "published"),
            most=self.min_count - 1,
            schools=self.min_schools,
            boards=self.min_boards,
            df=self.min_residual_df,
        )
        if self.top_two is not None:
            rule += " " + text(
                "So is a cell of which two schools are known to hold more than {share:.0%}.", share=self.top_two
            )
        if self.round_to > 1:
            rule += " " + text("Numbers of persons are rounded to multiples of {base}.", base=self.round_to)
        if self.round_clusters > 1:
            rule += " " + text(
                "Numbers of clusters and degrees of freedom are rounded to multiples of {base}.",
                base=self.round_clusters,
            )
        return rule


PROFILES = {
    "default": Profile("default"),
    # The thresholds of ACRO 1.0.2, which looks at one output alone: so schools are counted, and numbers rounded, too.
    "acro": Profile("acro", p_ratio=0.10, zeros="withheld"),
    # OpenSAFELY withholds up to 7 and shows zero and small alike.
    "opensafely": Profile("opensafely", min_count=8, zeros="withheld"),
    # Public already: rounding it again protects nobody.
    "open-data": Profile("open-data", round_to=1, round_clusters=1, top_two=None),
}


def profile(name: str) -> Profile:
    """Return the disclosure profile called `name`."""
    if name not in PROFILES:
        near = nearest(name, PROFILES)
        hint = f"did you mean {near!r}?" if near else None
        raise InputError("disclosure", "no such profile", given=name, allowed=", ".join(PROFILES), hint=hint)
    return PROFILES[name]
