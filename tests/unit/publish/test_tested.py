"""Declared tests of the chapters whose sentences do not hold their p-values."""

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.school_choice.findings_tastes import p_values_of_tastes
from analysis.errors import InputError
from analysis.publish.declared import FILE, Kind, read_declared
from analysis.publish.tested import p_value, with_tests
from analysis.variables import CHAPTERS

LEERGROEI, SCHOOL_CHOICE, SEGREGATION = (
    read_declared(CHAPTERS / stem / FILE) for stem in ("leergroei", "school_choice", "segregation")
)
ESTIMATES = pd.DataFrame(
    {
        "model": ["ois_standardised"] * 3 + ["ois_shortage"] * 3,
        "by": [""] * 6,
        "term": ["closure"] * 6,
        "outcome": ["lezen", "rekenen", "dmt"] * 2,
        "estimate": [0.1, 0.2, np.nan, 0.1, 0.1, 0.1],
        "p_value": [0.03, 0.01, np.nan, 0.5, 0.02, 0.4],
    }
)
FINDINGS = pd.DataFrame({"name": ["norm_growth", "growth_lezen", "growth_rekenen", "growth_dmt", "shortage"]})
FINDINGS = FINDINGS.assign(sentence=".", n=100, unit="pupils")


def shortage_p(rows):
    return p_value(Kind("shortage", 1, test=rows), "shortage", ESTIMATES)


def test_each_finding_has_the_p_value_of_its_row_and_that_of_its_family():
    found = with_tests(FINDINGS, ESTIMATES, LEERGROEI).set_index("name")
    assert found["p_value"].drop(["norm_growth", "growth_dmt"]).tolist() == pytest.approx([0.03, 0.01, 0.06])
    assert found["p_value"][["norm_growth", "growth_dmt"]].isna().all()  # describes; withheld
    assert found["p_corrected"].drop(["norm_growth", "growth_dmt"]).tolist() == pytest.approx([0.03, 0.02, 0.06])


def test_a_member_of_another_chapters_family_is_none_here():
    """An outcome of the toelage is called shortage too."""
    found = with_tests(FINDINGS, ESTIMATES, LEERGROEI).set_index("name")
    assert found.loc["shortage", "family"] == ""


def test_a_sentence_about_several_rows_is_a_test_of_all_at_once():
    assert shortage_p({"model": "ois_shortage"}) == pytest.approx(0.06)  # 3 x 0.02
    assert shortage_p({"outcome": ["lezen", "dmt"], "model": "ois_shortage"}) == pytest.approx(0.8)


def test_a_finding_without_a_declared_test_keeps_its_own():
    """Its p-value went missing where the chapter gave estimates for others."""
    own = FINDINGS.assign(p_value=[0.04, 0.5, 0.5, 0.5, 0.5], family="", p_corrected=np.nan)
    found = with_tests(own, ESTIMATES, LEERGROEI).set_index("name")["p_value"]
    assert found[["norm_growth", "growth_lezen"]].tolist() == pytest.approx([0.04, 0.03])


def test_a_declared_test_without_estimates_is_told():
    """It was said to be no test."""
    with pytest.raises(InputError, match=r"findings.yml: findings.growth_.test: no estimates"):
        with_tests(FINDINGS, None, LEERGROEI)


NTH = Kind("weging_", 1, test={"model": "ois_shortage"}, nth="outcome")


def test_one_of_several_rows():
    assert p_value(NTH, "weging_1", ESTIMATES) == pytest.approx(0.02)


def test_a_place_does_not_move_when_a_row_before_it_is_withheld():
    """The p-value of the row behind it was taken."""
    withheld = ESTIMATES.assign(p_value=ESTIMATES["p_value"].where(ESTIMATES.index != 3))
    assert np.isnan(p_value(NTH, "weging_0", withheld))
    assert p_value(NTH, "weging_1", withheld) == pytest.approx(0.02)


@pytest.mark.parametrize("name", ["weging_7", "weging_first", "weging_"])
def test_a_place_that_is_none_is_told(name):
    with pytest.raises(InputError, match=r"findings.yml: findings.weging_.nth"):
        p_value(NTH, name, ESTIMATES)


def test_a_column_that_the_estimates_lack_is_told():
    with pytest.raises(InputError, match=r"findings.yml: findings.shortage.test: the estimates have no column 'modl'"):
        shortage_p({"modl": "ois_shortage"})


def test_the_end_of_a_name_finds_a_number():
    kind = Kind("in_", 1, test={"year": "*"})
    assert p_value(kind, "in_2019", ESTIMATES.assign(year=range(2016, 2022))) == pytest.approx(0.5)


def test_the_tests_on_tastes_and_on_chance_are_counted():
    """Their p-values stood in sentences that were said to be no tests."""
    mixed = pd.DataFrame({"lr_groups": [60.9] * 2, "lr_within": [0.0] * 2, "p_groups": [1e-9] * 2, "p_within": 0.73})
    names = ["travel_low", "tastes_of_groups", "substitution"]
    found = pd.DataFrame({"name": names, "sentence": ".", "n": 300, "unit": "pupils"})
    p_values = with_tests(found, p_values_of_tastes(mixed), SCHOOL_CHOICE).set_index("name")["p_value"]
    assert p_values[names[1:]].tolist() == [1e-9, 0.73]
    assert np.isnan(p_values["travel_low"])
    indices = pd.DataFrame({"term": ["dissimilarity_corrected_now"], "group": "laag", "estimate": 0.4, "p_value": 0.02})
    found = found.assign(name=["dissimilarity_laag", "dissimilarity_turkish", "change"])
    p_values = with_tests(found, indices, SEGREGATION)["p_value"]
    assert p_values.iloc[0] == 0.02
    assert p_values.iloc[1:].isna().all()  # withheld; an interval alone


def test_a_column_of_a_test_that_the_estimates_lack_is_named():
    """Before: a KeyError."""
    with pytest.raises(InputError, match=r"findings.yml: findings.shortage.test: the estimates have no column 'modle'"):
        shortage_p({"modle": "ois_shortage"})


def test_a_value_of_a_test_that_no_estimate_has_is_named_and_makes_no_finding_a_description():
    """Before: the p-value was missing, and the finding counted as none of the tests."""
    with pytest.raises(InputError, match=r"findings.shortage.test.model: no estimate has this value"):
        shortage_p({"model": "ois_shortge"})
