"""Dissimilarity and isolation against PySAL; segregation_pysal.py made the numbers."""

from pathlib import Path

import pandas as pd
import pytest

from analysis.models.segregation import dissimilarity, isolation

TABLES = dict(list(pd.read_csv(Path(__file__).with_name("segregation_pysal.csv")).groupby("table")))


@pytest.mark.parametrize("table", ["mixed", "apart"])
def test_equal_to_pysal(table):
    schools = TABLES[table]
    assert len(schools) == 12
    pysal = schools.iloc[0]
    rest = schools["middle"] + schools["high"]
    assert dissimilarity(schools["low"], schools["high"]) == pytest.approx(pysal["low_against_high"], rel=1e-12)
    assert dissimilarity(schools["low"], rest) == pytest.approx(pysal["low_against_rest"], rel=1e-12)
    assert isolation(schools["low"], schools["low"] + rest) == pytest.approx(pysal["isolation_of_low"], rel=1e-12)
