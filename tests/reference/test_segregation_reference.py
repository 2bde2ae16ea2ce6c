"""Indices of segregation against PySAL and R; the numbers are of segregation_pysal.py and segregation_r.R."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.stats.segregation import Tally, dissimilarity, exposure, isolation, theil
from analysis.stats.segregation_corrected import corrected

TABLES = dict(list(pd.read_csv(Path(__file__).with_name("segregation_pysal.csv")).groupby("table")))
R = pd.read_csv(Path(__file__).with_name("segregation_r.csv")).set_index(["table", "index"])["value"]


@pytest.mark.parametrize("table", ["mixed", "apart"])
def test_equal_to_pysal(table):
    schools = TABLES[table]
    assert len(schools) == 12
    pysal = schools.iloc[0]
    rest = schools["middle"] + schools["high"]
    assert dissimilarity(schools["low"], schools["high"]) == pytest.approx(pysal["low_against_high"], rel=1e-12)
    assert dissimilarity(schools["low"], rest) == pytest.approx(pysal["low_against_rest"], rel=1e-12)
    groups = schools[["low", "middle", "high"]].to_numpy(float).T
    # PySAL looks for each school's most likely difference with a tolerance of its own.
    assert corrected(groups[0], groups[2]) == pytest.approx(pysal["corrected"], rel=1e-4)
    # PySAL counts a pupil as its own schoolmate and corrects no entropy: of many copies of each both are the same.
    many = schools[["low", "middle", "high"]] * 1e12
    low, all_others = many["low"], many["middle"] + many["high"]
    assert isolation(low, low + all_others) == pytest.approx(pysal["isolation_of_low"], rel=1e-9)
    assert exposure(Tally(np.array([low, all_others])), 0, 1) == pytest.approx(pysal["low_meets_rest"], rel=1e-9)
    assert theil(Tally(groups * 1e12), np.zeros(12, dtype=np.intp))["theil"] == pytest.approx(pysal["theil"], rel=1e-9)


@pytest.mark.parametrize("table", ["mixed", "apart"])
def test_equal_to_r(table):
    """R, written from the definitions: entropies by Miller (1955), and schoolmates pupil by pupil."""
    schools, expected = TABLES[table], R[table]
    groups = schools[["low", "middle", "high"]].to_numpy(float).T
    indices = theil(Tally(groups), (np.arange(12) >= 6).astype(np.intp))
    for part in ("theil", "theil_between", "theil_within"):
        assert indices[part] == pytest.approx(expected[part], rel=1e-10)
    total = groups.sum(axis=0)
    assert isolation(groups[0], total) == pytest.approx(expected["isolation"], rel=1e-10)
    assert exposure(Tally(groups), 0, 2) == pytest.approx(expected["interaction"], rel=1e-10)
