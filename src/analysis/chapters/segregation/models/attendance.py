"""Pupils by school and group as plain arrays: counted ones, and how they would be resampled or allocated at random."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.chapters.segregation.models.expected import ExpectedPupils
from analysis.errors import ModelError, Reason
from analysis.stats.complete import check_complete
from analysis.stats.segregation import Array, Tally

CHARACTERISTICS = ("education", "background")
CITY = "city"
NOW, NEAREST, CAPACITY = "now", "nearest", "nearest_with_capacity"
RULES = (NEAREST, CAPACITY)
"""What homes alone decide; see `counterfactuals.by_rule`."""


class Spread(Protocol):
    """Groups over schools, counted (`CountedPupils`) or expected (`ExpectedPupils`)."""

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the groups."""

    @property
    def model(self) -> str:
        """Kind of numbers."""

    def observed(self) -> dict[str, Tally]:
        """Pupils by situation, shape (groups, schools): now and by rules that homes decide."""

    def resampled(self, draws: int, rng: np.random.Generator) -> dict[str, Tally]:
        """Resamples of these by situation, shape (draws, groups, schools)."""

    def allocated(self, draws: int, rng: np.random.Generator) -> Tally:
        """Allocate the same pupils to schools of the same size at random, shape (draws, groups, schools)."""


@dataclass(frozen=True)
class CountedPupils:
    """Counted pupils of all groups, in cells of pupils with one school now and one nearest school.

    Parameters
    ----------
    groups : Names of the groups.
    cells : Pupils, shape (n_groups, n_cells).
    school : By situation, the position of the school of each cell.
    n_schools : Number of schools.
    """

    groups: tuple[str, ...]
    cells: NDArray[np.int64]
    school: dict[str, NDArray[np.intp]]
    n_schools: int
    model: str = "composition"

    def observed(self) -> dict[str, Tally]:
        """Count the pupils by situation, shape (n_groups, n_schools)."""
        return {name: Tally(summed(self.cells, school, self.n_schools)) for name, school in self.school.items()}

    def resampled(self, draws: int, rng: np.random.Generator) -> dict[str, Tally]:
        """Resample the pupils of each group with replacement: groups keep their number."""
        resamples = {name: np.zeros((draws, len(self.groups), self.n_schools)) for name in self.school}
        for group, cells in enumerate(self.cells):
            present = np.flatnonzero(cells)
            drawn = rng.multinomial(cells.sum(), cells[present] / max(cells.sum(), 1), draws)
            for name, school in self.school.items():
                resamples[name][:, group] = summed(drawn, school[present], self.n_schools)
        return {name: Tally(pupils) for name, pupils in resamples.items()}

    def allocated(self, draws: int, rng: np.random.Generator) -> Tally:
        """Give every pupil the place of another one, drawn at random."""
        now = self.observed()[NOW].pupils.astype(np.int64)
        k = len(self.groups)
        label = np.repeat(np.arange(k, dtype=np.uint8), now.sum(axis=1))  # small numbers are shuffled faster
        base = np.repeat(np.arange(self.n_schools), now.sum(axis=0)) * k
        flat = [np.bincount(base + rng.permutation(label), minlength=k * self.n_schools) for _ in range(draws)]
        return Tally(np.array(flat, dtype=float).reshape(draws, self.n_schools, k).swapaxes(1, 2))


@dataclass(frozen=True)
class PlaceYear:
    """The groups over the schools of one place in one year.

    Parameters
    ----------
    year, characteristic, name : The year, what the groups differ in, and the city or a stadsdeel of schools.
    spread : The groups over its schools.
    stadsdeel : Position of the stadsdeel of each school.
    """

    year: int
    characteristic: str
    name: str
    spread: Spread
    stadsdeel: NDArray[np.intp]


def is_expected(by_attendance: pd.DataFrame) -> bool:
    """Whether pupils are expected numbers; those that are counted are whole.

    Parameters
    ----------
    by_attendance : With ``pupils``.

    Returns
    -------
    bool
        True of numbers with a decimal point.
    """
    return pd.api.types.is_float_dtype(by_attendance["pupils"])


def characteristics(by_attendance: pd.DataFrame) -> list[str]:
    """List in what the groups of a table of attendance differ.

    Parameters
    ----------
    by_attendance : With some of the columns `CHARACTERISTICS`.

    Returns
    -------
    list of str
        Those that are known and not the same for all.
    """
    return [
        name for name in CHARACTERISTICS if name in by_attendance and len(by_attendance[name].dropna().unique()) > 1
    ]


def by_group(rows: pd.DataFrame, characteristic: str, at: Sequence[str] = ("location",)) -> pd.DataFrame:
    """Count the pupils per school and group.

    Parameters
    ----------
    rows, characteristic : Pupils of one year, and what the groups differ in.
    at : Columns with a school.

    Returns
    -------
    DataFrame
        Schools (or combinations of them) x groups.
    """
    check_complete(rows, [*at, characteristic, "pupils"], "segregation")
    index = list(at) if len(at) > 1 else at[0]
    return rows.pivot_table(
        index=index,
        columns=characteristic,
        values="pupils",
        aggfunc="sum",
        fill_value=0,
        observed=True,
    )


def places(
    by_attendance: pd.DataFrame, schools: pd.DataFrame, fewest: int = 1, by_rule: pd.DataFrame | None = None
) -> Iterator[PlaceYear]:
    """Yield the places of a table of attendance: every year, the city before its stadsdelen.

    Parameters
    ----------
    by_attendance
        ``year, location, area, nearest, education, background, pupils``; see `analysis.chapters.data.attendance`.
    schools : ``stadsdeel`` by location, where it is known.
    fewest : Schools below which a stadsdeel is left out: an index over few schools is about these schools.
    by_rule
        The pupils of the last year with their school by every rule (`counterfactuals.by_rule`): the city of that year
        is described under the rules too.

    Returns
    -------
    iterator of PlaceYear
        The last year first. Pupils of whom a characteristic is missing are in no place of it.
    """
    check_complete(by_attendance, ["year", "location", "pupils"], "segregation")
    last = by_attendance["year"].max()
    for characteristic in characteristics(by_attendance):
        known = by_attendance.dropna(subset=characteristic)
        for year in sorted(known["year"].unique(), reverse=True):
            rows = known[known["year"] == year]
            if year == last and by_rule is not None and characteristic in by_rule:
                yield place(by_rule.dropna(subset=characteristic), schools, characteristic, rules=RULES)
            else:
                yield place(rows, schools, characteristic)
            home = rows["location"].map(_stadsdeel(schools))
            if len(home.unique()) > 1:
                number = rows.groupby(home.to_numpy())["location"].nunique()
                for name in number.index[number >= fewest]:
                    yield place(rows[home == name], schools, characteristic, str(name))


def place(
    rows: pd.DataFrame, schools: pd.DataFrame, characteristic: str, name: str = CITY, rules: Sequence[str] = ()
) -> PlaceYear:
    """Build one place from the rows of one year, counted or expected.

    Parameters
    ----------
    rows, schools : As in `places`.
    characteristic, name : What the groups differ in, and how the place is called.
    rules
        Columns of `rows` with the school by some rule, to describe beside the one that is attended; expected pupils
        know ``nearest`` anyhow.

    Returns
    -------
    PlaceYear
        The groups over its schools.

    Raises
    ------
    ModelError
        A school with pupils is in no stadsdeel.
    """
    spread: Spread
    if is_expected(rows):
        spread, locations = expected(rows, characteristic, rules), _schools(rows, (NOW, NEAREST, *rules))
    else:
        spread, locations = counted(rows, characteristic, (NOW, *rules)), _schools(rows, (NOW, *rules))
    stadsdeel = _stadsdeel(schools).reindex(locations)
    if stadsdeel.isna().any():
        raise ModelError(f"{int(stadsdeel.isna().sum())} schools with pupils are in no stadsdeel", Reason.MISSING)
    return PlaceYear(
        int(rows["year"].iloc[0]), characteristic, name, spread, pd.factorize(stadsdeel)[0].astype(np.intp)
    )


def counted(rows: pd.DataFrame, characteristic: str, situations: Sequence[str] = (NOW,)) -> CountedPupils:
    """Build the spread of the groups of a characteristic from counted pupils of one year.

    Parameters
    ----------
    rows, characteristic : Pupils, and what the groups differ in.
    situations : Now, and rules with a column of their own.

    Returns
    -------
    CountedPupils
        In cells of pupils with the same schools.
    """
    cells = by_group(rows, characteristic, at=[_column(name) for name in situations])
    schools = _schools(rows, situations)
    school = {
        name: schools.get_indexer(cells.index.get_level_values(_column(name))).astype(np.intp) for name in situations
    }
    return CountedPupils(tuple(map(str, cells.columns)), cells.to_numpy(np.int64).T, school, len(schools))


def expected(rows: pd.DataFrame, characteristic: str, rules: Sequence[str] = ()) -> ExpectedPupils:
    """Build the spread of two groups of which only the expected numbers per area and school are known.

    Parameters
    ----------
    rows, characteristic : Expected pupils, and what the groups differ in.
    rules : Columns of `rows` with the school by some rule.

    Returns
    -------
    ExpectedPupils
        By area and school.

    Raises
    ------
    ModelError
        There are not two groups.
    """
    others = [name for name in rules if name != NEAREST]
    check_complete(rows, ["area", "location", "nearest", "pupils", characteristic, *others], "segregation")
    pairs = rows.pivot_table(
        index=["area", "location", *others], columns=characteristic, values="pupils", aggfunc="sum"
    )
    if pairs.shape[1] != 2:
        raise ModelError(
            f"{characteristic}: expected numbers are of two groups, not of {pairs.shape[1]}", Reason.INVALID
        )
    pupils = pairs.sum(axis=1).round().to_numpy().astype(np.int64)
    nearest = rows.groupby("area")["nearest"].first()
    schools = _schools(rows, (NOW, NEAREST, *others))
    key = {name: pairs.index.get_level_values(name) for name in ("area", "location", *others)}
    return ExpectedPupils(
        pupils=pupils,
        share=(pairs.iloc[:, 0] / pupils).to_numpy(float),
        school=schools.get_indexer(key["location"]),
        nearest=schools.get_indexer(pd.Index(nearest.reindex(key["area"]))),
        n_schools=len(schools),
        groups=tuple(map(str, pairs.columns)),
        others={name: schools.get_indexer(key[name]) for name in others},
    )


def _stadsdeel(schools: pd.DataFrame) -> pd.Series:
    """Return the stadsdeel of schools; the whole city where the data do not tell them apart."""
    return schools["stadsdeel"] if "stadsdeel" in schools else pd.Series(CITY, index=schools.index)


def _column(situation: str) -> str:
    return "location" if situation == NOW else situation


def _schools(rows: pd.DataFrame, situations: Sequence[str]) -> pd.Index:
    schools: pd.Index = pd.Index(sorted({*(key for name in situations for key in rows[_column(name)].unique())}))
    return schools


def summed(cells: NDArray[np.int64], school: NDArray[np.intp], n_schools: int) -> Array:
    """Add cells up to schools, over the last axis.

    Parameters
    ----------
    cells, school, n_schools : Pupils, shape (..., n_cells), the school of each cell and the number of schools.

    Returns
    -------
    array
        Pupils, shape (..., n_schools).
    """
    order = np.argsort(school, kind="stable")
    present, start = np.unique(school[order], return_index=True)
    sums = np.zeros((*cells.shape[:-1], n_schools))
    sums[..., present] = np.add.reduceat(cells[..., order], start, axis=-1)
    return sums
