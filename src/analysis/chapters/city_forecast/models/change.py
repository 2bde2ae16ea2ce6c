"""Why the number of pupils changed, year by year; exact."""

from __future__ import annotations

import pandas as pd

from analysis.chapters.city_forecast.models.series import CITY, LEAVING_AGE, SCHOOL_AGE, Series
from analysis.stats.arrays import Floats
from analysis.stats.forecast.change import components


def change(data: Series) -> pd.DataFrame:
    """Split the change from each year to the next, of the city.

    Returns
    -------
    DataFrame
        One row per year: ``place, from_year, to_year, pupils_before, pupils_after, n_entries, n_leavers``, and as
        shares of the pupils before ``flow_share`` (entries less leavers), ``moved_share`` (net movement of the cohorts
        that were of age both years) and ``change_share``.
    """
    city = data.pupils.sum(axis=0)
    rows = [_row(city[None, :, n], city[None, :, n + 1], year) for n, year in enumerate(data.years[:-1])]
    return pd.DataFrame(rows).assign(place=CITY)


def since(data: Series, first: int) -> pd.DataFrame:
    """Add up the change since a year, in the columns of `change`: one row.

    Parameters
    ----------
    data : Counts by age.
    first : The year.
    """
    rows = change(data)
    rows = rows[rows["from_year"] >= first]
    before = int(rows["pupils_before"].iloc[0])
    flow = int((rows["n_entries"] - rows["n_leavers"]).sum())
    after = int(rows["pupils_after"].iloc[-1])
    total = {"pupils_before": before, "pupils_after": after, "from_year": first, "to_year": data.years[-1]}
    total |= {name: int(rows[name].sum()) for name in ("n_entries", "n_leavers")}
    shares = {"flow_share": flow, "moved_share": after - before - flow, "change_share": after - before}
    return pd.DataFrame([{**total, **{name: n / before for name, n in shares.items()}, "place": CITY}])


def _row(before: Floats, after: Floats, year: int) -> dict[str, float]:
    split = components(before, after, step=1, leaving_from=LEAVING_AGE - SCHOOL_AGE)
    first, last = int(before.sum()), int(after.sum())
    entries, leavers, moved = int(split.entries[0]), int(split.leavers[0]), int(split.moved.sum())
    return {
        "from_year": year,
        "to_year": year + 1,
        "pupils_before": first,
        "pupils_after": last,
        "n_entries": entries,
        "n_leavers": leavers,
        "flow_share": (entries - leavers) / first,
        "moved_share": moved / first,
        "change_share": (last - first) / first,
    }
