"""Schools that may have merged: gone from the list, beside one that gained pupils; counted, not mended."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.chapters.landscape.models.panel import KEY, Mask, in_municipalities
from analysis.received import received
from analysis.stats.geography import great_circle_km

FIRST, LAST = 2019, 2024
ORDER = [
    *("from_year", "to_year", "fate", "schools_listed"),
    *("schools_without_point", "schools", "schools_near", "share"),
]
LEFT, STAYED = "gone", "on the list"


def mergers(by_location_count: pd.DataFrame, by_school: pd.DataFrame, within_m: float) -> pd.DataFrame:
    """Count schools that are gone and stood beside one that gained; and the same of schools that are still there.

    The second is what neighbours do by chance: only what the first has more than it may be mergers.

    Parameters
    ----------
    by_location_count : As its contract says. Municipalities without a file of 2017 are left out, as of the sizes.
    by_school : ``location, lat, lon`` of schools that have a point: those on the lists of 2022 and later.
    within_m : How near the school that gained must be, metres.

    Returns
    -------
    DataFrame
        ``from_year, to_year, fate`` (`LEFT` or `STAYED`), ``schools_listed`` (that had pupils: sizes by year and what
        became of them tell this too), ``schools_without_point`` (not looked at), ``schools`` (with one; none of them
        has no share), ``schools_near`` (with another within reach that had more pupils in the later year) and ``share``
        of them.
    """
    received(
        by_location_count, "by_location_count", ("location", "area", "year", "pupils"), key=KEY, years=(FIRST, LAST)
    )
    received(by_school, "by_school", ("location", "lat", "lon"), key="data.source")
    wide = in_municipalities(by_location_count).pivot_table(
        index="location", columns="year", values="pupils", aggfunc="sum"
    )
    there = wide[wide[FIRST] > 0].astype("float64")
    there["fate"] = np.where(there[LAST].isna(), LEFT, STAYED)
    points = by_school.dropna(subset=["lat", "lon"]).set_index("location")[["lat", "lon"]]
    placed = there.join(points, how="inner")
    near = _has_near(placed, placed[placed[LAST] > placed[FIRST]], within_m / 1000)
    rows = placed.assign(near=near).groupby("fate")["near"].agg(schools="size", schools_near="sum")
    listed = there["fate"].value_counts().sort_index()
    rows = rows.reindex(listed.index, fill_value=0)
    without = listed - rows["schools"]
    rows = rows.assign(
        schools_listed=listed, schools_without_point=without, share=rows["schools_near"] / rows["schools"]
    )
    table: pd.DataFrame = rows.reset_index().assign(from_year=FIRST, to_year=LAST)[ORDER]
    return table


def _has_near(schools: pd.DataFrame, others: pd.DataFrame, km: float) -> Mask:
    """Say of each school whether one of the others, not itself, stands within reach."""
    lat, lon = (schools[name].to_numpy(float)[:, None] for name in ("lat", "lon"))
    distance = great_circle_km(lat, lon, others["lat"].to_numpy(float), others["lon"].to_numpy(float))
    itself = schools.index.to_numpy()[:, None] == others.index.to_numpy()
    near: Mask = ((distance <= km) & ~itself).any(axis=1)
    return near
