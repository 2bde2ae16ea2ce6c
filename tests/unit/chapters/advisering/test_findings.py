"""Sentences about the school advice: the words follow the numbers, and what is withheld is not said."""

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.advisering.findings import advisering

EMPTY_SHARES = pd.DataFrame(columns=["model", "category", "school_year", "group", "term", "estimate", "n_obs"])
EMPTY = pd.DataFrame(columns=["model", "term", "controls", "school_year", "estimate", "ci_low", "ci_high", "n_obs"])


def findings_of(*, shares=EMPTY_SHARES, estimates=EMPTY, gaps=EMPTY, spread=EMPTY) -> pd.DataFrame:
    return advisering(shares, estimates, gaps, spread, counted=shares).set_index("name")


def sentences_of(*, shares=EMPTY_SHARES, estimates=EMPTY, gaps=EMPTY, spread=EMPTY) -> dict[str, str]:
    return findings_of(shares=shares, estimates=estimates, gaps=gaps, spread=spread)["sentence"].to_dict()


def share(estimate, group="all", n=1000, **values) -> dict[str, object]:
    blank = {"model": "", "category": "", "school_year": "2018/19", "term": ""}
    return {**blank, **values, "group": group, "estimate": estimate, "n_obs": n}


def gap(model, estimate, half=0.01, term="laag", controls="mutual", n=5000) -> dict[str, object]:
    limits = {"ci_low": estimate - half, "ci_high": estimate + half}
    return {"model": model, "term": term, "controls": controls, "estimate": estimate, **limits, "n_obs": n}


@pytest.mark.parametrize(
    ("estimate", "words"),
    [
        (0.05, "5.0 (95% interval 4.0 to 6.0) percentage points more often advised below"),
        (-0.05, "5.0 (95% interval 4.0 to 6.0) percentage points less often advised below"),
        (0.005, "not measurably more or less often (difference 0.5 (95% interval −0.5 to 1.5) percentage points)"),
    ],
)
def test_a_gap_is_more_less_or_not_measurable(estimate, words) -> None:
    rows = [gap("under_lpm_fe", estimate), gap("under_lpm_fe", 0.08, controls="alone")]
    sentence = sentences_of(estimates=pd.DataFrame(rows))["under_laag"]
    assert words in sentence
    assert "and 8.0 (95% interval 7.0 to 9.0) percentage points more often when these are left out" in sentence


def test_a_withheld_number_takes_its_sentence_with_it() -> None:
    values = {"model": "advice_by_education", "term": "vwo"}
    rows = [share(0.25, **values), share(0.45, "hoog", 400, **values), share(0.09, "laag", 200, **values)]
    whole = sentences_of(shares=pd.DataFrame(rows))
    assert whole["advice_vwo"] == (
        "In 2018/19, 25% of all pupils had a final advice for vwo: 45% of those with highly educated parents (n = 400) "
        "and 9% of those with low-educated parents (n = 200)."
    )
    rows[2]["estimate"] = np.nan
    assert "advice_vwo" not in sentences_of(shares=pd.DataFrame(rows))


def test_bijstelling_is_told_at_its_start_its_end_and_a_peak_that_is_established() -> None:
    values = {"model": "revised_by_year", "category": "education", "term": "revised"}
    years = {"2014/15": 0.3, "2016/17": 0.4, "2017/18": 0.62, "2018/19": 0.42}
    rows = [share(value, n=100, **values | {"school_year": year}) for year, value in years.items()]
    known = pd.DataFrame(rows).assign(ci_low=lambda of: of["estimate"] - 0.1, ci_high=lambda of: of["estimate"] + 0.1)
    path = sentences_of(shares=known)["revised"]
    assert path.endswith("for 30% in 2014/15 (n = 100), 62% in 2017/18 (n = 100) and 42% in 2018/19 (n = 100).")
    # With errors of .2 / 1.96 a year of .62 may lie below one of .42: .20 apart, standard error .14.
    wide = known.assign(ci_low=known["estimate"] - 0.2, ci_high=known["estimate"] + 0.2)
    assert sentences_of(shares=wide)["revised"].endswith("for 30% in 2014/15 (n = 100) and 42% in 2018/19 (n = 100).")
    assert findings_of(shares=known)["n"]["revised"] == 300  # three of the four years are in the sentence
    one = sentences_of(shares=pd.DataFrame(rows[:1]))["revised"]
    assert one.endswith("for 30% in 2014/15 (n = 100).")


def test_the_error_of_the_test_is_told_with_what_it_does_not_mean() -> None:
    rows = [gap("under_ols", 0.09), gap("under_iv", 0.01), gap("under_lovs", 0.03)]
    sentence = sentences_of(estimates=pd.DataFrame(rows))["measurement_error"]
    assert "9.0 (95% interval 8.0 to 10.0) percentage points more often advised below their test. When" in sentence
    turned = sentences_of(
        estimates=pd.DataFrame([gap("under_ols", -0.09), gap("under_iv", 0.0), gap("under_lovs", -0.03)])
    )
    assert "9.0 (95% interval 8.0 to 10.0) percentage points less often" in turned["measurement_error"]
    assert "not measurably more or less often" in turned["measurement_error"]
    assert "need not be discrimination" in sentence


@pytest.mark.parametrize(
    ("lost", "words"),
    [
        (-0.07, "would be 0.070 (95% interval 0.060 to 0.080) of a level larger"),
        (0.07, "of a level smaller"),
        (0.005, "would not measurably change"),
    ],
)
def test_a_year_without_test_widens_narrows_or_leaves_the_gap(lost, words) -> None:
    values = {"model": "scenario_no_test", "category": "education", "term": "loses a bijstelling"}
    rows = [share(value, group, **values) for group, value in (("all", 0.1), ("laag", 0.16), ("hoog", 0.06))]
    assert words in sentences_of(shares=pd.DataFrame(rows), gaps=scenario(lost, 0.8))["no_test"]


def scenario(lost, whole) -> pd.DataFrame:
    rows = [
        gap("scenario_no_test", lost, term="mean level lost"),
        gap("scenario_no_test", whole, term="mean level, with the test"),
    ]
    return pd.DataFrame(rows).assign(school_year="2018/19")


@pytest.mark.parametrize(
    ("whole", "words"),
    [
        (0.8, "would be 0.070 (95% interval 0.060 to 0.080) of a level larger"),
        (-0.8, "would be 0.070 (95% interval 0.060 to 0.080) of a level smaller"),
        (0.0, "would change by 0.070 (95% interval 0.060 to 0.080) of a level, highly minus low-educated"),
    ],
)
def test_a_gap_is_larger_only_where_it_has_that_sign(whole, words) -> None:
    """Lost: -0.07 of highly minus low-educated. Where the low-educated stand higher, that makes their lead smaller."""
    values = {"model": "scenario_no_test", "category": "education", "term": "loses a bijstelling"}
    rows = [share(value, group, **values) for group, value in (("all", 0.1), ("laag", 0.16), ("hoog", 0.06))]
    assert words in sentences_of(shares=pd.DataFrame(rows), gaps=scenario(-0.07, whole))["no_test"]


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (-0.08, 0.083, "a tenth lies 8.0 points or more below what its intake leads to expect, and a tenth 8.3 points"),
        (-0.08, -0.01, "expect, and a tenth at most 1.0 points below it"),
        (0.01, 0.08, "a tenth lies at most 1.0 points above what its intake"),
    ],
)
def test_tenths_of_schools_follow_their_side(low, high, words) -> None:
    terms = {"sd between schools": 0.06, "lowest tenth of schools": low, "highest tenth of schools": high}
    rows = [{"term": term, "estimate": value, "ci_low": 0.05, "ci_high": 0.07} for term, value in terms.items()]
    spread = pd.DataFrame(rows).assign(n_clusters=213, n_obs=37_000)
    assert words in sentences_of(spread=spread)["schools"]


def test_without_numbers_there_is_nothing_to_tell() -> None:
    assert sentences_of() == {}
