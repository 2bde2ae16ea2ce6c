import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from analysis.chapters.leergroei.models import sample
from analysis.chapters.leergroei.models.design import Design
from analysis.errors import ModelError

DESIGN = Design({"lezen": (5,)}, composite=(), closure_year="2019/20", control_years=("2018/19",))
SCHOOLS = pd.DataFrame(
    {
        "location": ["a", "b", "s"],
        "share_at_risk": [0.1, 0.4, np.nan],
        "shortage": [0.0, 0.2, np.nan],
        "special": [False, False, True],
    }
)
BOTH = {"m_score": 50.0, "e_score": 57.0, "m_percentile": 50.0, "e_percentile": 84.13447}
REST = {"subject": "lezen", "groep": 5, "location": "a", "consent": True, "adaptive": False, **BOTH}


def pupils_of(*changes):
    """One pupil with both tests in either year, and one more in the closure year per change."""
    rows = [{**REST, "year": "2018/19"}, {**REST, "year": "2019/20"}]
    rows += [{**REST, "year": "2019/20", **change} for change in changes]
    return pd.DataFrame(rows).assign(pupil=range(len(rows)))


def selected(*changes, design=DESIGN):
    return sample.select(pupils_of(*changes), SCHOOLS, design, sample.Groups())


def test_a_test_is_left_out_for_the_first_reason_that_holds():
    rows = selected(
        {"location": "s", "consent": None},
        {"consent": None, "adaptive": True},
        {"consent": False, "adaptive": True},
        {"adaptive": True, "m_score": np.nan},
        {"m_score": np.nan, "e_score": np.nan},
        {"e_score": np.nan},
    )
    assert rows["reason"].tolist() == ["both", "both", *sample.REASONS]
    assert len(sample.comparable(rows, DESIGN)) == 2
    assert len(sample.comparable(rows, DESIGN, sample.WITH_M_TEST)) == 3
    narrow = sample.comparable(rows, DESIGN, columns=["growth", "of_no_data"])
    assert {*narrow} == {*sample.KEYS, "growth"}
    pd.testing.assert_frame_equal(narrow, sample.comparable(rows, DESIGN)[list(narrow)])


def test_the_account_adds_up():
    account = sample.account(selected({"e_score": np.nan}, {"consent": False}), DESIGN).set_index("year")
    assert account.loc["2019/20", "n_pupils"] == 3
    assert account.loc["2019/20", ["n_no_consent", "n_no_e_test", "n_both"]].tolist() == [1, 1, 1]
    assert account.loc["2019/20", "share_both"] == pytest.approx(1 / 3)
    assert account.loc["2018/19", "share_both"] == 1


def test_growth_is_in_points_and_against_the_norm():
    row = selected().iloc[0]
    assert row["growth"] == 57 - 50
    assert_allclose(row["norm_growth"], 1.0, atol=1e-5)  # from the median to one standard deviation above it


def test_the_ends_of_the_percentile_scale_are_brought_in():
    rows = selected({"m_percentile": 0.0, "e_percentile": 100.0})
    assert_allclose(rows["norm_growth"].iloc[-1], 2 * 3.2905, atol=1e-3)  # 0.05 and 99.95


def test_schools_fall_in_bands_that_hold_their_lower_edge():
    rows = selected({"location": "b"})
    assert rows["band"].astype(str).tolist() == ["below 20%", "below 20%", "40%-60%"]
    assert rows["risk_side"].tolist()[-1] == "40% or more at risk"
    assert rows["closure"].tolist() == [0, 1, 1]


def test_a_design_without_tests_is_refused():
    with pytest.raises(ModelError, match="no tests of lezen in groep 6 in 2018/19"):
        selected(design=Design({"lezen": (5, 6)}, composite=(), control_years=("2018/19",)))


def test_an_unknown_school_is_refused():
    with pytest.raises(ModelError, match="1 schools with tests are not among the schools"):
        selected({"location": "z"})


def test_a_school_without_a_share_at_risk_is_in_no_band_and_is_counted():
    gap = SCHOOLS.assign(share_at_risk=[np.nan, 0.4, np.nan])
    rows = sample.select(pupils_of({"location": "b"}), gap, DESIGN, sample.Groups())
    assert rows["band"].isna().tolist() == [True, True, False]
    missing = sample.unknown(rows).set_index("year")
    assert missing["column"].tolist() == ["share_at_risk", "share_at_risk"]
    assert missing["n_unknown"].tolist() == [1, 1]
    assert missing["n_known"].tolist() == [0, 1]


def test_what_nobody_knows_is_not_told():
    rows = sample.select(
        pupils_of().drop(columns=["consent", "adaptive"]), SCHOOLS[["location"]], DESIGN, sample.Groups()
    )
    account = sample.account(rows, DESIGN)
    assert list(account) == ["subject", "year", "n_pupils", "n_no_m_test", "n_no_e_test", "n_both", "share_both"]
    assert "band" not in rows


def test_the_shortage_is_that_of_october_of_the_closure_year():
    by_year = pd.DataFrame({"location": ["a", "a", "b"], "year": [2018, 2019, 2018], "shortage": [0.5, 0.1, 0.2]})
    known = sample.with_shortage(SCHOOLS[["location"]], by_year, DESIGN)
    assert known["shortage"].tolist() == pytest.approx([0.1, np.nan, np.nan], nan_ok=True)
    assert list(sample.with_shortage(SCHOOLS[["location"]], pd.DataFrame(), DESIGN)) == ["location"]


def test_scores_on_two_scales_are_refused_and_few_are_not_counted():
    rows = pd.concat([pupils_of().assign(scale="A")] * 6 + [pupils_of().assign(scale="B")], ignore_index=True)
    with pytest.raises(
        ModelError, match="lezen in groep 5, scale A: 12 tests; lezen in groep 5, scale of others: fewer than 10"
    ):
        sample.select(rows, SCHOOLS, DESIGN, sample.Groups())
