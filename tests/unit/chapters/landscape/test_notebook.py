"""The notebook alone, through the gate, in both languages."""

import numpy as np
import pandas as pd
import pytest
from tests.unit.chapters.landscape.conftest import rows_of

from analysis.declare import AGGREGATE

YEARS = (2012, 2017, 2019, 2024)
PLACES = ("area", "region", "province")


def locations(by_count):
    """Share the pupils of municipalities over six schools each, of sizes that change a little; all found by number."""
    made, rows = np.random.default_rng(1), []
    parts = made.dirichlet([1.2] * 6, by_count["area"].nunique())
    for number, (area, own) in enumerate(by_count[by_count["year"].isin(YEARS)].groupby("area")):
        for year, pupils in zip(own["year"], own["pupils"], strict=True):
            sizes = np.maximum(np.round(pupils * parts[number] * made.lognormal(0, 0.1, 6)), 1)
            names = [f"{10 + number}A{letter}00" for letter in "ABCDEF"]
            rows.append(pd.DataFrame({"location": names, "area": area, "year": year, "pupils": sizes, "placed": "key"}))
    return pd.concat(rows, ignore_index=True).astype({"pupils": "Int64"})


@pytest.fixture(scope="module")
def tables():
    by_age, by_count = (  # names of places begin with a capital letter
        rows.apply(lambda column: column.str.upper() if column.name in PLACES else column)
        for rows in rows_of(30, seed=3)
    )
    made, by_location = np.random.default_rng(2), locations(by_count)
    names = by_location.drop_duplicates("location")[["location", "area"]].rename(columns={"area": "municipality"})
    points = {"lat": made.uniform(51, 53, len(names)), "lon": made.uniform(4, 7, len(names))}
    institutions = pd.DataFrame(
        {"brin": ["10AA", "11AA"], "year": [2010, 2018], "placed": "key", "pupils": [9000, 8000]}
    )
    return {
        "by_area_age_year": by_age,
        "by_area_count": by_count,
        "by_location_count": by_location,
        "by_institution_count": institutions.astype({"pupils": "Int64"}),
        "by_school": names.assign(**points),
    }


@pytest.mark.parametrize(("region", "language"), [("Nederland", "en"), ("A05", "nl")])
def test_the_notebook_publishes_its_tables_and_findings(run_cells, tables, region, language):
    edges = {"area_edges": [400.0, 1500.0], "size_edges": [60.0, 200.0], "norm": 59}
    facts = {"disclosure": "open-data", "tables": dict.fromkeys(tables, AGGREGATE)}
    ran = run_cells("02_landscape", tables, facts=facts, language=language, region=region, **edges)
    for name in ("beats", "change", "foreseen"):
        assert f"finding {name}" in ran.shown
    scores = ran.table("backtest")
    assert scores.groupby("size")["crps"].count().gt(0).all()
    assert "CRPS" in ran.shown["table backtest"]
