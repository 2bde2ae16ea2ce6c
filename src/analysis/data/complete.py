"""An office's tables with all that follows from them: what it did not deliver and `data.derive` can make."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from analysis.data import derive
from analysis.data.microdata import MICRODATA

PUPILS, SCHOOLS, TESTS, YEARS = "by_pupil", "by_location", "by_pupil_test", "by_pupil_year"
ADVICE = ("by_pupil_advice", "by_pupil_country")

Tables = Mapping[str, pd.DataFrame]


def complete(delivered: Tables, nonwestern: Collection[str], each: Sequence[int]) -> dict[str, pd.DataFrame]:
    """Return the tables of an office with the columns and tables that follow from them.

    What was delivered is never derived again. Every step asks for the columns that it needs: without them there is no
    such column or table, and a chapter that needs it is not ready.

    Parameters
    ----------
    delivered : Tables of the contracts, with ``by_pupil_year`` for pupils of several years.
    nonwestern : The codes of non-western backgrounds.
    each : The calendar years of 1 October of the pupils, in order; the last is that of ``by_pupil``.
    """
    tables = dict(delivered)
    years = tables.pop(YEARS, None)
    if SCHOOLS not in tables and _have(tables, {TESTS: ["location"]}):  # an office with tests alone
        tables[SCHOOLS] = pd.DataFrame({"location": sorted(tables[TESTS]["location"].unique())}, dtype="str")
    if _have(tables, {PUPILS: ["location"], SCHOOLS: ["location"]}):
        tables[SCHOOLS] = derive.with_composition(tables[SCHOOLS], tables[PUPILS], nonwestern)
    if _have(tables, {PUPILS: ["lat", "lon"], SCHOOLS: ["lat", "lon"]}) and "distance_km" not in tables[PUPILS]:
        tables[PUPILS] = derive.with_distance(tables[PUPILS], tables[SCHOOLS])
    if _have(tables, {TESTS: ["e_percentile"]}) and "prior_percentile" not in tables[TESTS]:
        tests = tables[TESTS]
        tables[TESTS] = tests.assign(prior_percentile=derive.prior_percentile(tests))
    for name in (name for name in ADVICE if _have(tables, {name: ["advice_first", "advice_final"]})):
        if "revised" not in tables[name]:
            tables[name] = tables[name].assign(revised=derive.revised(tables[name]))
    if years is None and PUPILS in tables:  # there are no pupils of the years before, whatever other tables have
        years, each = tables[PUPILS].assign(year=each[-1]), each[-1:]
    if years is not None:
        tables = _of_years(tables, years, nonwestern, each)
    return {name: _in_order(name, frame) for name, frame in tables.items()}


def _in_order(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Put columns in the order of the contract: a table must not tell which of them were delivered."""
    order = [column for column in MICRODATA[name].columns if column in frame] if name in MICRODATA else []
    return frame[order] if len(order) == len(frame.columns) else frame


def _of_years(
    tables: dict[str, pd.DataFrame], years: pd.DataFrame, nonwestern: Collection[str], each: Sequence[int]
) -> dict[str, pd.DataFrame]:
    """Add what the pupils of one or several years make: attendance, who stayed, and schools as they were before."""
    of = {year: years[years["year"] == year] for year in each}
    several = len(each) > 1
    if several and "by_location_lagged" not in tables and {"education", "background"} & {*years}:
        tables["by_location_lagged"] = derive.lagged(of[each[-2]], nonwestern)
    if _have(tables, {SCHOOLS: ["special"]}) and "by_attendance" not in tables:
        tables["by_attendance"] = derive.attendance(years, tables[SCHOOLS])
    if "by_stay" not in tables and {*derive.OF_A_PUPIL} <= {*years}:
        first, last = (_at_regular(of[year], tables) for year in (each[0], each[-1]))
        tables["by_stay"] = derive.stay(first, last if several else last.iloc[:0])
    return tables


def _at_regular(pupils: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """Return the pupils of regular schools; all where it is not known which schools are special."""
    if not _have(tables, {SCHOOLS: ["special"]}):
        return pupils
    schools = tables[SCHOOLS]
    return pupils[pupils["location"].isin(schools["location"][~schools["special"].to_numpy(bool)])]


def _have(tables: Tables, needed: Mapping[str, Collection[str]]) -> bool:
    return all(name in tables and {*columns} <= {*tables[name]} for name, columns in needed.items())
