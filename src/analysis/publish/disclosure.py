"""What may leave the building: the one gate through which every published cell passes.

A cell that counts few persons says something about each of them, so it is not published, and neither is a mean or a
share that rests on it. Counts that are published are rounded, after the test.

Not done here: complementary suppression over *linked* tables (two tables that share a margin, or one table at two
moments), and the test of a cell's complement: where ``n - n_low`` must not be small either, publish it as a count
column of its own. Means and shares are not recomputed from the rounded counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

import pandas as pd

from analysis.errors import DisclosureError, InputError, nearest
from analysis.publish.identity import refuse_identifying, row_number

SUPPRESSED = "suppressed"
"""Column of a gated frame that names, per row, the columns whose value is withheld."""

CROSS = "×"
"""Sign of a cell that is withheld for another cell's sake."""

Counts = Mapping[str, Sequence[str]] | Sequence[str]
Resting = Mapping[str, Sequence[str]]

SCHOOL_COUNT = re.compile(r"(n_)?(schools|scholen|clusters|alternatives|situations|postcodes)(_.+)?")
RESIDUAL_DF = frozenset({"df_resid", "residual_df", "df_residual"})
COUNTING_NAME = re.compile(r"n|n_.+|.+_n|counts?|pupils|leerlingen|schools|scholen|clusters|(aantal|number)(_.+)?")


@dataclass(frozen=True)
class Profile:
    """The rules of disclosure of an edition.

    Parameters
    ----------
    name
        What the edition's params file calls it.
    min_count
        Smallest number of persons that a published cell may count or rest on; zero may be published.
    round_to
        Published numbers of persons are multiples of this.
    min_schools
        Smallest number of schools that a cell may count or rest on; numbers of schools are not rounded.
    min_residual_df
        Smallest residual degrees of freedom of a published model.
    """

    name: str
    min_count: int = 10
    round_to: int = 5
    min_schools: int = 3
    min_residual_df: int = 10

    def __post_init__(self) -> None:
        if self.min_count % self.round_to:
            problem = f"min_count {self.min_count} is no multiple of round_to {self.round_to}"
            raise InputError(f"disclosure profile {self.name}", problem, hint="else rounding makes a cell too small")

    def threshold(self, column: str) -> int:
        """Return the smallest number that the count column `column` may hold, by what its name says it counts."""
        if column in RESIDUAL_DF:
            return self.min_residual_df
        return self.min_schools if SCHOOL_COUNT.fullmatch(column) else self.min_count

    def too_few(self, n: pd.Series) -> pd.Series:
        """Tell which numbers of the count column `n` are too small to publish."""
        few = n < self.threshold(str(n.name))
        if n.name not in RESIDUAL_DF:  # nobody is nobody; a model without degrees of freedom is the data themselves
            few &= n > 0
        return few.fillna(value=False).astype(bool)

    def rounded(self, n: pd.Series) -> pd.Series:
        """Round a column of numbers of persons to multiples of `round_to`, halves upwards; others stay."""
        if n.name in RESIDUAL_DF or SCHOOL_COUNT.fullmatch(str(n.name)):
            return n
        return (n + self.round_to // 2) // self.round_to * self.round_to

    @property
    def rule(self) -> str:
        """The rules in words, for the pages."""
        rounding = f" Numbers of persons are rounded to multiples of {self.round_to}." if self.round_to > 1 else ""
        return (
            f"A cell is withheld when it counts, or rests on, 1 to {self.min_count - 1} persons, fewer than "
            f"{self.min_schools} schools, or a model with fewer than {self.min_residual_df} residual degrees of "
            f"freedom.{rounding}"
        )


PROFILES = {
    "default": Profile("default"),
    "open-data": Profile("open-data", round_to=1),  # the source is public: rounding it again protects nobody
}


class Gated(NamedTuple):
    """A frame that may leave the building, and why what is missing from it is missing.

    Parameters
    ----------
    frame
        The frame with withheld cells missing, counts rounded, and the column ``suppressed`` when anybody is counted.
    suppressed
        The sign to show in each withheld cell, and an empty string elsewhere; the shape of the frame without its
        column ``suppressed``.
    """

    frame: pd.DataFrame
    suppressed: pd.DataFrame

    @property
    def cells(self) -> int:
        """Number of withheld cells."""
        return int((self.suppressed != "").to_numpy().sum())


def profile(name: str) -> Profile:
    """Return the disclosure profile called `name`."""
    if name not in PROFILES:
        near = nearest(name, PROFILES)
        hint = f"did you mean {near!r}?" if near else None
        raise InputError("disclosure", "no such profile", given=name, allowed=", ".join(PROFILES), hint=hint)
    return PROFILES[name]


def suppress(frame: pd.DataFrame, counts: Counts, profile: Profile, *, totals: Sequence[str] | None = None) -> Gated:
    """Withhold the cells that count too few, and what rests on them; round the other counts.

    Parameters
    ----------
    frame
        One row per published row; named index levels become columns. A frame that passed the gate before (it has a
        column ``suppressed``) passes again.
    counts
        Per count column the columns that rest on it. As a plain sequence of count columns, every other numeric column
        rests on all of them. Empty when the frame counts nobody.
    profile
        The rules. A column of schools (``schools``, ``n_schools``, ``schools_now``) or residual degrees of freedom
        (``df_resid``) has its own threshold and is not rounded.
    totals
        Columns that tell complete groups apart whose rows add up to a published total; an empty sequence when the whole
        frame is one group; None when no total is published. Where one cell of a group is withheld, its next smallest
        one is too, or the total would give it away.

    Raises
    ------
    DisclosureError
        When a column or value identifies a school, pupil or address, a count column is not declared, a count cannot be
        tested, or a withheld cell follows from its total. The message names column and row, never the value.
    """
    frame = flat(frame)
    rests_on = _resting(frame, counts)
    refuse_identifying(frame)
    _refuse_undeclared(frame, rests_on)
    signs, again = _earlier_signs(frame), SUPPRESSED in frame.columns
    frame = frame.drop(columns=SUPPRESSED, errors="ignore")
    numbers = {column: _whole_numbers(frame, column, rests_on[column], signs[column]) for column in rests_on}
    for column, n in numbers.items():
        signs.loc[profile.too_few(n), column] = f"< {profile.threshold(column)}"
    _close(signs, numbers, rests_on, _groups(frame, totals))
    if again or totals is not None:
        # Beside a cell withheld for a total's sake "< 10" would be untrue, or tell which of the two is the small one.
        signs = signs.where(signs == "", CROSS)
    rounded = {column: profile.rounded(n) for column, n in numbers.items()}
    return Gated(_published(frame, rounded, rests_on, signs), signs)


def flat(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with everything in columns: named index levels become columns, rows are numbered."""
    columns = list(frame.columns)
    if frame.columns.nlevels > 1 or len({str(column) for column in columns}) < len(columns):
        raise InputError("table", "the column names are not unique single names", given=columns)
    named = [name for name in frame.index.names if name is not None]
    if not named and not pd.api.types.is_integer_dtype(frame.index):
        raise InputError(
            "table", "the index holds something and has no name", hint="name it, or reset_index(drop=True)"
        )
    return frame.reset_index(drop=not named).rename(columns=str)


def _resting(frame: pd.DataFrame, counts: Counts) -> dict[str, tuple[str, ...]]:
    columns = list(frame.columns)
    if isinstance(counts, Mapping):
        rests_on = {column: _names(values) for column, values in counts.items()}
    else:
        named = _names(counts)
        numeric = [column for column in frame.select_dtypes("number").columns if column not in named]
        rests_on = {column: tuple(numeric) for column in named}
    for name in chain(rests_on, *rests_on.values()):
        if name not in columns:
            raise InputError("counts", f"the table has no column {name!r}", allowed=", ".join(columns))
    return rests_on


def _names(names: str | Iterable[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _refuse_undeclared(frame: pd.DataFrame, rests_on: Resting) -> None:
    for column in set(frame.columns) - {*rests_on, *chain(*rests_on.values())}:
        if COUNTING_NAME.fullmatch(column.lower()) or column in RESIDUAL_DF:
            problem = f"column {column!r} seems to count something and is not named in counts="
            raise DisclosureError(f"{problem}\n  do      name it there, or rename it if it counts nobody")
        if re.search(r"pc4|postcode_?4", column.lower()) and not rests_on:
            raise DisclosureError(f"column {column!r}: rows per postcode are published with a count column only")


def _earlier_signs(frame: pd.DataFrame) -> pd.DataFrame:
    columns = frame.columns.drop(SUPPRESSED, errors="ignore")
    signs = pd.DataFrame("", index=frame.index, columns=columns, dtype=object)
    if SUPPRESSED in frame.columns:
        named = frame[SUPPRESSED].astype("string").fillna("").str.split(";")
        for column in columns:
            signs.loc[[column in names for names in named], column] = CROSS
    return signs


def _whole_numbers(frame: pd.DataFrame, column: str, values: Sequence[str], signs: pd.Series) -> pd.Series:
    n = pd.to_numeric(frame[column], errors="coerce").astype("Float64")
    unfit = (n.isna() & frame[column].notna()) | ((n < 0) | (n % 1 != 0)).fillna(value=False)
    if unfit.any():
        raise DisclosureError(f"column {column!r}, row {row_number(unfit)}: no whole number, so it cannot be tested")
    unknown = n.isna() & frame[list(values)].notna().any(axis=1) & (signs == "")
    if unknown.any():
        raise DisclosureError(f"column {column!r}, row {row_number(unknown)}: no count, while values rest on it")
    return n.astype("Int64")


def _groups(frame: pd.DataFrame, totals: Sequence[str] | None) -> list[pd.Index]:
    if totals is None:
        return []
    if not totals:
        return [frame.index]
    return [rows.index for _, rows in frame.groupby(list(_names(totals)), dropna=False, observed=True)]


def _close(
    signs: pd.DataFrame, numbers: Mapping[str, pd.Series], rests_on: Resting, groups: Sequence[pd.Index]
) -> None:
    """Mark what rests on withheld cells and what would give one away, until nothing is left to mark."""
    marked = -1
    while marked != (marked := int((signs != "").to_numpy().sum())):
        for column, values in rests_on.items():
            for value in values:
                signs.loc[(signs[column] != "") & (signs[value] == ""), value] = CROSS
            withheld = (signs[column] != "").to_numpy()
            for rows in groups:  # hundreds of them, and few have something to close
                if withheld[rows].sum() == 1:
                    _complement(signs, numbers[column].loc[rows])


def _complement(signs: pd.DataFrame, n: pd.Series) -> None:
    column = str(n.name)
    withheld = signs.loc[n.index, column] != ""
    others = n[~withheld & (n > 0).fillna(value=False)]
    if others.empty:
        raise DisclosureError(
            f"column {column!r}: a total gives its one withheld cell away\n  do      leave out the total"
        )
    signs.loc[others.index[others.argmin()], column] = CROSS


def _published(
    frame: pd.DataFrame, rounded: Mapping[str, pd.Series], rests_on: Resting, signs: pd.DataFrame
) -> pd.DataFrame:
    published = frame.assign(**rounded)
    for column in chain(*rests_on.values()):
        if pd.api.types.is_integer_dtype(published[column]):
            published[column] = published[column].astype("Int64")  # a plain integer column cannot be missing
    published = published.mask(signs != "")
    if rests_on:
        published[SUPPRESSED] = [";".join(row.index[row != ""]) for _, row in signs.iterrows()]
    return published
