"""The rules of disclosure that an edition can choose between."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from analysis.disclosure.steps import Bools, Floats
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

INSTITUTIONS = frozenset(("schools", "boards"))
"""Units of a sentence that have thresholds of their own; any other counts persons."""

DOMINATED = "†"
"""Sign of a cell that one or two contributors make up for the most part."""


def counted_as(unit: str) -> str:
    """Return the name of the count column that a sentence of this unit is judged as."""
    return unit if unit in INSTITUTIONS else "persons"


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
    # Smallest number of schools in a table that counts no persons: there the schools are what it is about. None for
    # the same number.
    min_schools_alone: int | None = None
    # Smallest residual degrees of freedom of a published model, and smallest number of clusters of its errors.
    min_residual_df: int = 10
    # Largest share of a cell that its two largest contributors may hold together; None for no such rule.
    top_two: float | None = 0.90
    # Largest share of a cell that its largest contributor may hold; None for no such rule.
    top_one: float | None = None
    # Smallest size of the other contributors together, as a share of the largest one: below it the second largest
    # contributor can estimate the largest too well. None for no such rule.
    p_ratio: float | None = None
    # Whether a zero is published, or withheld as any small number: nobody is nobody, but that nobody has a property
    # says something of everybody.
    zeros: Literal["published", "withheld"] = "published"
    # Largest part of a published group that may have something in common, and 1 less this the smallest part of it that
    # may have it, or not: beyond these the group gives away what is true of each in it. None for no such rule.
    max_share: float | None = None
    # Whether a median is withheld as a percentile is: where fewer than the smallest cell lie on either side of it.
    medians: Literal["published", "as percentiles"] = "published"
    # Whether keys of tables are the same where their names are, or their words: where numbers are not rounded, a sum
    # that is published under another name is exact.
    joined_by: Literal["names", "words"] = "names"
    # How a withheld small number is shown, in CSV files too; None for `< 10` on pages and in spreadsheets alone.
    shown_as: str | None = None

    def __post_init__(self) -> None:
        if self.rounded(pd.Series([self.min_count], dtype="Int64")).item() < self.min_count:
            problem = f"min_count {self.min_count} is rounded to less, a multiple of round_to {self.round_to}"
            raise InputError(f"disclosure profile {self.name}", problem, hint="else rounding makes a cell too small")

    @property
    def protection(self) -> int:
        """How wide the interval must be that a reader can compute for a withheld number of persons."""
        return self.min_count // 2

    def on(self, counts: Iterable[str]) -> Profile:
        """Return the rules for a table with these count columns: one of schools alone may have a threshold of its own.

        Parameters
        ----------
        counts : The columns that count.
        """
        if self.min_schools_alone is None or any(self.unit(column) == "persons" for column in counts):
            return self
        return replace(self, min_schools=self.min_schools_alone)

    def sign(self, column: str) -> str:
        """Return what is shown in the place of a small number in the count column `column`."""
        return (self.shown_as or "< {least}").format(least=self.threshold(column))

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

        With total :math:`T` and contributions :math:`x_1 \ge x_2`: :math:`x_1 + x_2 > kT` or :math:`x_1 > k_1 T` (the
        (n, k) rule with n = 2 and with n = 1), or :math:`T - x_1 - x_2 < p x_1` (the p% rule).
        """
        two = largest + second
        dominated = pd.Series(data=False, index=total.index)
        if self.top_one is not None:
            dominated |= largest > self.top_one * total
        if self.top_two is not None:
            dominated |= two > self.top_two * total
        if self.p_ratio is not None:
            dominated |= total - two < self.p_ratio * largest
        return (dominated & (total > 0)).fillna(value=False).astype(bool)

    def near(self, part: Floats, whole: Floats) -> Bools:
        """Find the parts of groups of persons that are nearly all of the group, or hardly any of it."""
        if self.max_share is None:
            return np.zeros(len(part), dtype=bool)
        return self.nearly_all(part, whole) | self.nearly_all(whole - part, whole)

    def nearly_all(self, part: Floats, whole: Floats) -> Bools:
        """Find the parts that are nearly all of their groups."""
        if self.max_share is None:
            return np.zeros(len(part), dtype=bool)
        with np.errstate(invalid="ignore"):
            return np.asarray((part > self.max_share * whole * (1 + 1e-9)) & (whole > 0))

    def open_to(self, whole: Floats) -> Floats:
        """Return how wide the interval of a part that is nearly all of `whole` must be: wide enough not to be that.

        Nothing where `whole` is missing.
        """
        return np.asarray(np.nan_to_num(np.floor(np.round((1 - (self.max_share or 1)) * whole, 6)) + 1))

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
        if self.top_one is not None:
            rule += " " + text(
                "So is a cell of which one school is known to hold more than {share:.0%}.", share=self.top_one
            )
        if self.max_share is not None:
            rule += " " + text(
                "So is a share of persons above {most:.0%} or below {least:.0%}, and a number of persons that is more "
                "than {most:.0%} of its group.",
                most=self.max_share,
                least=1 - self.max_share,
            )
        if self.min_schools_alone is not None:
            rule += " " + text(
                "A table that counts no persons needs {schools} schools in each row.", schools=self.min_schools_alone
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
    # What may leave the secure environment of Statistics Netherlands, as researchers know it from having their output
    # checked there; its text was not at hand. The thresholds are those of the European guidelines for output checking,
    # which it wrote with others. Ask it which of them hold for your project.
    "cbs": Profile(
        "cbs",
        top_one=0.50,
        zeros="withheld",
        max_share=0.90,
        min_schools_alone=10,
        medians="as percentiles",
    ),
    # As DUO shows small numbers of pupils in its open files.
    "duo": Profile("duo", min_count=5, round_to=5, top_two=None, joined_by="words", shown_as="<{least}"),
}


def profile(name: str) -> Profile:
    """Return the disclosure profile called `name`."""
    if name not in PROFILES:
        near = nearest(name, PROFILES)
        hint = f"did you mean {near!r}?" if near else None
        raise InputError("disclosure", "no such profile", given=name, allowed=", ".join(PROFILES), hint=hint)
    return PROFILES[name]
