"""What in one table of an office cannot be so: columns swapped, on another scale, of another day or year; in counts.

Each value may pass its contract, and yet all together be something else. Only what no register of real pupils shows
is reported; the columns are those of the contracts, whose names mean the same in every table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd

from analysis.data.microdata_tables import EDUCATION
from analysis.errors import FEWEST, few

Doubt = tuple[str, str, str]
"""A column, what is wrong, what to do."""

ENOUGH = 50  # rows that a rule about most of them, or about a correlation, needs
NEVER_ABOVE = (("m_day", "e_day"), ("test_advice_low", "test_advice_high"))
MOSTLY_RISING = (("m_score", "e_score"), ("advice_first", "advice_final"))
RISING_TOGETHER = {
    "advice_first": ("advice_final", "year1", "year3", "cet", "test_advice_low", "test_advice_high", "lovs"),
    "m_score": ("m_percentile",),
    "e_score": ("e_percentile",),
}
PERCENTILES = ("m_percentile", "e_percentile", "prior_percentile")
OF_END_TEST = ("cet", "test_advice_low", "test_advice_high")
WITHOUT_END_TEST = 2019  # the school year 2019/20: all schools were closed in the spring
GROEP_AT_AGE = 3  # on 1 October most pupils of groep 1 are 4 years old, those of groep 8 are 11
RATIOS = (("pupils", "teachers_fte", 5, 60), ("oab_euro", "achterstandsscore", 100, 3000))
"""Of two columns the lowest and highest median of their ratio at a school."""
STAND_FOR_MISSING = (-999, -99, -9, -1, 0, 9, 99, 999, 9999, 99999, 999999)
ZERO_IS_NONE = ("m_score", "e_score")
APART = 10  # times the mean distance between values


def doubts(frame: pd.DataFrame, last: int, *, may_be_empty: bool = False) -> Iterator[Doubt]:
    """Give what cannot be so in a table that satisfies the rules of its contract column by column.

    Parameters
    ----------
    frame : The table.
    last : The last calendar year of 1 October that the mapping reads.
    may_be_empty : Whether there may be columns of which nobody has a value.
    """
    for rule in RULES if may_be_empty else (_nobody, *RULES):
        yield from rule(frame)
    if {"pupil", "year"} <= {*frame}:
        later = int((frame["year"].astype("str").str.slice(0, 4).astype("int64") > last).sum())
        if later:
            said = f"later than {last}, the last of the mapping's `years`, in {few(later, len(frame))} rows"
            yield "year", said, "a school year is that of the 1 October in it; if it is, add it to `years`"


def _nobody(frame: pd.DataFrame) -> Iterator[Doubt]:
    for name in frame if len(frame) else ():
        if (frame[name].isna() | (frame[name].astype("object") == EDUCATION[-1])).all():
            yield str(name), "no row has a value", "is it another column? If nobody has it, leave it out"


def _never_above(frame: pd.DataFrame) -> Iterator[Doubt]:
    for low, high in _both(frame, NEVER_ABOVE):
        above = int((frame[low] > frame[high]).sum())
        if above:
            yield low, f"more than {high} in {few(above, len(frame))} rows", "are the two columns swapped?"


def _mostly_rising(frame: pd.DataFrame) -> Iterator[Doubt]:
    for first, last in _both(frame, MOSTLY_RISING):
        falls, rises = int((frame[last] < frame[first]).sum()), int((frame[last] > frame[first]).sum())
        if falls >= FEWEST and falls > rises:
            said = f"{last} is lower in {few(falls, len(frame))} rows, and higher in {few(rises)}"
            yield first, said, "are the two columns swapped?"


def _rising_together(frame: pd.DataFrame) -> Iterator[Doubt]:
    within = [name for name in ("subject", "groep", "year") if name in frame]
    for of, others in RISING_TOGETHER.items():
        for other in (name for name in others if {of, name} <= {*frame}):
            known = frame.dropna(subset=[of, other])
            if len(known) >= ENOUGH and _together(known, of, other, within) < 0:
                yield other, f"is the lower, the higher {of} is", "does one of them run the other way round?"


def _together(known: pd.DataFrame, of: str, other: str, within: list[str]) -> float:
    """Return the covariance of two columns within groups."""
    pair = known[[of, other]].astype("float64")
    means = pair.groupby([known[name] for name in within]).transform("mean") if within else pair.mean()
    return float((pair - means).prod(axis=1).sum())


def _percentiles(frame: pd.DataFrame) -> Iterator[Doubt]:
    for name in (name for name in PERCENTILES if name in frame):
        known = frame[name].dropna()
        if len(known) >= FEWEST and known.max() <= 1:
            yield name, "no value is above 1", "percentiles run from 0 to 100: multiply shares by 100"


def _no_end_test(frame: pd.DataFrame) -> Iterator[Doubt]:
    if "year" not in frame or frame["year"].dtype != "int64":
        return
    for name in (name for name in OF_END_TEST if name in frame):
        tested = int((frame[name].notna() & (frame["year"] == WITHOUT_END_TEST)).sum())
        if tested:
            said = f"there are values in {few(tested)} rows of {WITHOUT_END_TEST}, when nobody sat an end test"
            yield name, said, "year is that in which the school year begins, and not that of the test"


def _age_of_groep(frame: pd.DataFrame) -> Iterator[Doubt]:
    if {"age", "groep"} <= {*frame} and len(frame) >= ENOUGH:
        usual = int((frame["age"] - frame["groep"]).mode().iloc[0])
        if usual != GROEP_AT_AGE:
            said = f"most pupils are {usual} years older than their groep, and on 1 October it is {GROEP_AT_AGE}"
            yield "age", said, "is it the age of another day, or the groep of another year?"


def _ratios(frame: pd.DataFrame) -> Iterator[Doubt]:
    for above, below, low, high in RATIOS:
        if {above, below} <= {*frame}:
            known = frame[(frame[above] > 0) & (frame[below] > 0)]
            if len(known) >= FEWEST and not low <= (known[above] / known[below]).median() <= high:
                said = f"per {below} it is not between {low} and {high} at a school in the middle"
                yield above, said, "is one of them in another unit?"


def _standing_for_missing(frame: pd.DataFrame) -> Iterator[Doubt]:
    for name in (name for name in frame if frame[name].dtype in ("int64", "float64", "Int64")):
        counts = frame[name].value_counts().sort_index()
        for at, beside in ((0, 1), (-1, -2)):
            code = counts.index[at] if len(counts) > FEWEST else None
            if code not in STAND_FOR_MISSING or (code == 0 and name not in ZERO_IS_NONE) or counts.iloc[at] < FEWEST:
                continue
            others = counts.index.drop(code)
            mean = (others[-1] - others[0]) / (len(others) - 1)
            if abs(code - counts.index[beside]) > APART * mean:
                said = f"{code:g} stands far from all other values, in {few(int(counts.iloc[at]), len(frame))} rows"
                yield str(name), said, f'if it stands for a missing value, write missing_codes: ["{code:g}"]'


def _both(frame: pd.DataFrame, pairs: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, str]]:
    return ((one, other) for one, other in pairs if {one, other} <= {*frame})


RULES: tuple[Callable[[pd.DataFrame], Iterator[Doubt]], ...] = (
    _never_above,
    _mostly_rising,
    _rising_together,
    _percentiles,
    _no_end_test,
    _age_of_groep,
    _ratios,
    _standing_for_missing,
)
