"""Indices of segregation against PySAL; segregation_pysal.py made the numbers."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.models.segregation import dissimilarity, interaction, isolation
from analysis.models.segregation.correction import corrected
from analysis.models.segregation.measures import theil

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
    total = schools["low"] + rest
    assert interaction(schools["low"], rest, total) == pytest.approx(pysal["low_meets_rest"], rel=1e-12)
    groups = schools[["low", "middle", "high"]].to_numpy(float).T
    assert theil(groups, np.zeros(12, dtype=np.intp))["theil"] == pytest.approx(pysal["theil"], rel=1e-12)
    # PySAL looks for each school's most likely difference with a tolerance of its own.
    assert corrected(groups[0], groups[2]) == pytest.approx(pysal["corrected"], rel=1e-4)
