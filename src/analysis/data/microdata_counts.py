"""Tables of counts by stadsdeel, age and year that go along with microdata."""

from __future__ import annotations

import pandera.pandas as pa

from analysis.data.columns import contract, text, whole, year


def count_tables() -> tuple[pa.DataFrameSchema, ...]:
    """Return the contracts of pupils and of children by stadsdeel, age and year."""
    pupils = contract(
        "by_stadsdeel_age_year",
        ["area", "age", "year"],
        area=text("stadsdeel, the same in all years"),
        age=whole("years on 1 October; 4 with younger, 12 with older", 4, 12),
        year=year("year of the 1 October"),
        pupils=whole("of regular primary schools", 0),
    )
    children = contract(
        "by_stadsdeel_children",
        ["area", "age", "year"],
        area=text("stadsdeel of the home"),
        age=whole("years on 1 January", 0, 3),
        year=year("year of the 1 January"),
        children=whole("who live there", 0),
    )
    return pupils, children
