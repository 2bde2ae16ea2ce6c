"""An office's tables compared with each other: schools that do not meet, pupils who do not move up, other shares."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import Any

import pandas as pd

from analysis.data.derive import composition
from analysis.errors import FEWEST, few
from analysis.registers.mapping import PUPIL, PUPIL_YEAR
from analysis.registers.plain import arrow_of, loose
from analysis.registers.report import Report, share

Tables = Mapping[str, pd.DataFrame]
SCHOOLS = "by_location"
AT_SCHOOLS = (PUPIL, PUPIL_YEAR, "by_pupil_test", "by_location_lagged", "by_location_shortage")
"""Tables that are put together with those schools: without any of them every school would have nobody."""
ALIKE = "are the keys of schools written alike in both: capitals, zeros in front, with vestiging or not?"
TOLERANCE = {"pupils": 0.2, "share_hoog": 0.1, "share_at_risk": 0.1, "share_nonwestern": 0.1}
"""Of what is delivered of a school and of what its pupils make of it; of the number of pupils as a part of these."""
LAST_GROEP = 8


def compare(tables: Tables, years: Sequence[int], nonwestern: Collection[str], report: Report) -> None:
    """Note, or refuse, what tables say that cannot both be so.

    Parameters
    ----------
    tables : Delivered, each checked against its contract.
    years : Calendar years of 1 October of the pupils, in order.
    nonwestern : The codes of non-western backgrounds.
    """
    _written_in_two_ways(tables, report)
    if "location" in tables.get(SCHOOLS, ()):
        for name in (name for name in tables if name != SCHOOLS and "location" in tables[name]):
            _locations(name, tables[name], tables[SCHOOLS]["location"], report)
        if "location" in tables.get(PUPIL, ()):
            _schools(tables[SCHOOLS], tables[PUPIL], nonwestern, report)
    if {"pupil", "groep"} <= {*tables.get(PUPIL_YEAR, ())}:
        _moves_up(tables[PUPIL_YEAR], years, report)


def _written_in_two_ways(tables: Tables, report: Report) -> None:
    """Refuse keys of schools that differ in capitals, blanks or zeros in front alone: one school would be two."""
    having = {name: frame["location"].dropna() for name, frame in tables.items() if "location" in frame}
    keys = pd.concat(having.values()) if having else pd.Series(dtype="str")
    commonest_first = keys.value_counts().index.to_series().astype("str")
    rarer = commonest_first[loose(arrow_of(commonest_first)).to_pandas().duplicated().to_numpy()]
    for name, keys in having.items():
        rows = int(keys.isin(rarer).sum())
        if rows:
            said = f"{few(rows, len(keys))} rows have a key that others write with other capitals, blanks or zeros"
            report.refuse(name, "location", said, "write the keys of schools alike in all files")


def _locations(name: str, frame: pd.DataFrame, known: pd.Series[Any], report: Report) -> None:
    unknown = frame["location"].notna() & ~frame["location"].isin(known)
    if unknown.any():
        report.note(name, "location", f"{share(int(unknown.sum()), len(frame))} not in {SCHOOLS}")
    if name not in AT_SCHOOLS:
        return
    if unknown.all():
        report.refuse(name, "location", f"no row has a school of {SCHOOLS}", ALIKE)
    elif "year" in frame:
        none = [str(year) for year, each in unknown.groupby(frame["year"]) if each.all()]
        if none:
            report.refuse(name, "location", f"no row of {', '.join(none)} has a school of {SCHOOLS}", ALIKE)


def _schools(schools: pd.DataFrame, pupils: pd.DataFrame, nonwestern: Collection[str], report: Report) -> None:
    attended = schools["location"].isin(pupils["location"])
    regular = ~schools["special"].astype(bool) if "special" in schools else pd.Series(True, schools.index)
    without = int((regular & ~attended).sum())
    if without:
        report.note(SCHOOLS, "location", f"regular schools without a row in {PUPIL}: {without}")
    at_special = int(pupils["location"].isin(schools["location"][~regular]).sum())
    if at_special > len(pupils) / 2:
        said = f"{share(at_special, len(pupils))} of {PUPIL} are at special schools, which chapters leave out"
        report.refuse(SCHOOLS, "special", said, "are yes_codes and no_codes swapped?")
    made = composition(pupils, nonwestern).reindex(pd.Index(schools["location"])).set_axis(schools.index)
    for column in (column for column in TOLERANCE if column in schools and column in made):
        _delivered(column, schools[column][regular & attended], made[column][regular & attended], report)


def _delivered(column: str, given: pd.Series[Any], made: pd.Series[Any], report: Report) -> None:
    """Compare what was delivered of schools with what their pupils make of it."""
    known = given.notna() & made.notna()
    margin = TOLERANCE[column] * (made if column == "pupils" else 1)
    off = int(((given - made).abs() > margin)[known].sum())
    if off:
        said = f"differs from what {PUPIL} makes of it at {off} of {int(known.sum())} schools"
        if off > known.sum() / 2:
            hint = "is it of another year or column? Left out, it is made of the pupils"
            report.refuse(SCHOOLS, column, said, hint)
        else:
            report.note(SCHOOLS, column, said)


def _moves_up(pupils: pd.DataFrame, years: Sequence[int], report: Report) -> None:
    """Compare the pupils of each year with those of the next: most stay, and are a groep further for each year."""
    of = {year: pupils[pupils["year"] == year].set_index("pupil")["groep"] for year in years}
    for before, after in pairwise(years):
        gap = after - before
        expected = int((of[before] <= LAST_GROEP - gap).sum())
        both = pd.concat([of[before], of[after]], axis=1, join="inner", keys=["before", "after"])
        further = int((both["after"] - both["before"] == gap).sum())
        if len(both) >= FEWEST and further < len(both) / 2:
            said = f"fewer than half of the pupils of {before} who are there in {after} are {gap} groep further"
            report.refuse(PUPIL_YEAR, "groep", said, "is each file of its own year, and a key that of one person?")
        elif expected >= FEWEST and len(both) < expected / 2:
            said = f"{share(expected - len(both), expected)} of those who could stay are not there in {after}"
            report.note(PUPIL_YEAR, f"pupil {before}", said)
