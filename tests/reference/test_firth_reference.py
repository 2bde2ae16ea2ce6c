"""Firth's logit against R: the endometrial data of Heinze and Schemper (2002), numbers of firth_r.R."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ModelError
from analysis.stats.firth import fit_firth
from analysis.stats.logit import NoMaximumError, maximise

PRINTED = {"NV": (0.61, 7.85), "PI": (-0.12, 0.04), "EH": (-4.37, -1.23)}


@pytest.fixture(scope="module")
def fitted(by_patient_endometrial):
    rows = by_patient_endometrial
    X = np.column_stack([np.ones(len(rows)), rows[["NV", "PI", "EH"]]])
    return fit_firth(X, rows["HG"].to_numpy(float))


@pytest.fixture(scope="module")
def of_r():
    return pd.read_csv(Path(__file__).with_name("firth_r.csv"))


def test_nv_separates_so_that_the_plain_likelihood_has_no_maximum(by_patient_endometrial):
    rows = by_patient_endometrial
    X = np.column_stack([np.ones(len(rows)), rows[["NV", "PI", "EH"]]])
    assert len(rows) == 79
    with pytest.raises((NoMaximumError, ModelError), match="NV"):
        maximise(X, np.ones(len(rows)), rows["HG"].to_numpy(float), ["intercept", "NV", "PI", "EH"])


def test_estimates_and_errors_are_those_of_brglm(fitted, of_r):
    assert fitted.beta == pytest.approx(of_r["estimate"].to_numpy(), abs=1e-5)
    assert [fitted.error(term) for term in range(4)] == pytest.approx(of_r["error"].to_list(), abs=1e-5)


def test_profile_limits_are_those_of_r_and_as_printed(fitted, of_r):
    for term, row in of_r.iterrows():
        assert fitted.interval(term) == pytest.approx((row["ci_low"], row["ci_high"]), abs=1e-4)
        if row["term"] in PRINTED:
            assert fitted.interval(term) == pytest.approx(PRINTED[row["term"]], abs=0.0051)
