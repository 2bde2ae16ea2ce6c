"""Sentences about the school advice: the words follow the numbers, and what is withheld is not said."""

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.advisering.findings import advisering

EMPTY_SHARES = pd.DataFrame(columns=["model", "category", "school_year", "group", "term", "estimate", "n_obs"])
EMPTY = pd.DataFrame(columns=["model", "term", "controls", "school_year", "estimate", "ci_low", "ci_high", "n_obs"])


def findings_of(*, shares=EMPTY_SHARES, estimates=EMPTY, spread=EMPTY) -> pd.DataFrame:
    return advisering(shares, estimates, spread, counted=shares).set_index("name")


def sentences_of(*, shares=EMPTY_SHARES, estimates=EMPTY, spread=EMPTY) -> dict[str, str]:
    return findings_of(shares=shares, estimates=estimates, spread=spread)["sentence"].to_dict()


def share(estimate, group="all", n=1000, half=0.01, **values) -> dict[str, object]:
    blank = {"model": "", "category": "", "school_year": "2018/19", "term": ""}
    limits = {"ci_low": estimate - half, "ci_high": estimate + half}
    return {**blank, **values, "group": group, "estimate": estimate, **limits, "n_obs": n}


def gap(model, estimate, half=0.01, term="laag", controls="mutual", n=5000) -> dict[str, object]:
    limits = {"ci_low": estimate - half, "ci_high": estimate + half}
    return {"model": model, "term": term, "controls": controls, "estimate": estimate, **limits, "n_obs": n}


@pytest.mark.parametrize(
    ("estimate", "words"),
    [
        (
            0.05,
            "below their test 5.0 (95% interval 4.0 to 6.0) percentage points more often than pupils of highly",
        ),
        (
            -0.05,
            "below their test 5.0 (95% interval 4.0 to 6.0) percentage points less often than pupils of highly",
        ),
        (0.005, "not measurably more or less often (0.5 percentage points, 95% interval −0.5 to 1.5)"),
    ],
)
def test_a_gap_is_more_less_or_not_measurable(estimate, words) -> None:
    sentence = sentences_of(estimates=pd.DataFrame([gap("under_lpm_fe", estimate), gap("over_lpm_fe", -0.08)]))
    assert words in sentence["equal_laag"]
    assert (
        "Above it they are advised 8.0 (95% interval 7.0 to 9.0) percentage points less often (n = 5,000)."
        in sentence["equal_laag"]
    )


@pytest.mark.parametrize(
    ("under", "over", "headline", "key", "yardstick"),
    [
        (0.05, -0.08, "are advised lower", "5.0 percentage points", "8.0 percentage points less often advised above"),
        (0.0, -0.08, "are advised lower", "8.0 percentage points", None),
        (-0.05, 0.08, "are advised higher", "5.0 percentage points", "8.0 percentage points more often advised above"),
        (0.0, 0.08, "are advised higher", "8.0 percentage points", None),
        (0.05, 0.08, "deviates from the test more often", "5.0 percentage points", "8.0 percentage points more often"),
        (
            -0.05,
            -0.08,
            "deviates from the test less often",
            "5.0 percentage points",
            "8.0 percentage points less often",
        ),
        (0.0, 0.005, "are not measurably advised differently", None, None),
    ],
)
def test_the_headline_on_equal_pupils_turns_with_both_gaps(under, over, headline, key, yardstick) -> None:
    rows = [gap("under_lpm_fe", under), gap("over_lpm_fe", over)]
    beside = sentences_of(estimates=pd.DataFrame(rows))["equal_laag"].beside
    assert headline in beside["headline"]
    if key:
        assert beside["key"] == key
        assert yardstick is None or yardstick in beside["yardstick"]
    assert ("yardstick" in beside) == bool(yardstick)


def test_a_withheld_number_takes_its_sentence_with_it() -> None:
    values = {"model": "advice_by_education", "term": "vwo"}
    rows = [share(0.25, **values), share(0.45, "hoog", 400, **values), share(0.09, "laag", 200, **values)]
    whole = sentences_of(shares=pd.DataFrame(rows))
    assert whole["advice_vwo"] == (
        "In 2018/19, 25% of all pupils had a final advice for vwo: 45% of those with highly educated parents and 9% of "
        "those with low-educated parents."
    )
    assert "highly educated parents are more often advised vwo" in whole["advice_vwo"].beside["headline"]
    assert whole["advice_vwo"].beside["yardstick"] == "9% of children of low-educated parents"
    rows[2]["estimate"] = np.nan
    assert "advice_vwo" not in sentences_of(shares=pd.DataFrame(rows))


def test_bijstelling_is_told_at_its_start_its_end_and_a_peak_that_is_established() -> None:
    values = {"model": "revised_by_year", "category": "education", "term": "revised"}
    years = {"2014/15": 0.3, "2016/17": 0.4, "2017/18": 0.62, "2018/19": 0.42}
    rows = [share(value, n=100, **values | {"school_year": year}) for year, value in years.items()]
    known = pd.DataFrame(rows).assign(ci_low=lambda of: of["estimate"] - 0.1, ci_high=lambda of: of["estimate"] + 0.1)
    path = sentences_of(shares=known)["revised"]
    assert path.endswith(
        "30% (95% interval 20% to 40%) in 2014/15, 62% (95% interval 52% to 72%) in 2017/18 and 42% (95% interval "
        "32% to 52%) in 2018/19."
    )
    # With errors of .2 / 1.96 a year of .62 may lie below one of .42: .20 apart, standard error .14.
    wide = known.assign(ci_low=known["estimate"] - 0.2, ci_high=known["estimate"] + 0.2)
    assert "2017/18" not in sentences_of(shares=wide)["revised"]
    assert findings_of(shares=known)["n"]["revised"] == 300  # three of the four years are in the sentence
    one = sentences_of(shares=pd.DataFrame(rows[:1]))["revised"]
    assert one.endswith("schools revised upwards 30% (95% interval 29% to 31%) in 2014/15.")


def test_years_of_another_test_are_named_and_not_compared() -> None:
    """Of 2014/15 to 2017/18 and 2018/19 the first are the longest run; without a break the last year is compared."""
    values = {"model": "revised_by_year", "category": "education", "term": "revised"}
    years = {"2014/15": 0.3, "2017/18": 0.6, "2018/19": 0.2}
    shares = pd.DataFrame([share(value, n=100, **values | {"school_year": year}) for year, value in years.items()])
    (apart,) = advisering(shares, EMPTY, EMPTY, counted=shares, breaks=["2018/19"])["sentence"]
    assert apart.beside["headline"] == "In 2017/18 schools revised low advice upwards more often than in 2014/15"
    assert apart.endswith("That of 2018/19, 20% (95% interval 19% to 21%), is of another test and not comparable.")
    (alike,) = advisering(shares, EMPTY, EMPTY, counted=shares)["sentence"]
    assert alike.beside["headline"] == "In 2018/19 schools revised low advice upwards less often than in 2014/15"


def test_two_corrections_that_disagree_are_both_given() -> None:
    rows = [gap("under_ols", 0.11), gap("under_iv", 0.035, 0.07), gap("under_lovs", 0.065, 0.05)]
    sentence = sentences_of(estimates=pd.DataFrame(rows))["measurement_error"]
    assert (
        sentence.beside["headline"]
        == "One correction for measurement error leaves a gap in under-advice, the other is inconclusive"
    )
    assert "(3.5 percentage points, 95% interval −3.5 to 10.5)" in sentence
    assert "6.5 (95% interval 1.5 to 11.5) percentage points more often" in sentence


@pytest.mark.parametrize(
    ("plain", "mended", "words", "headline"),
    [
        (
            0.09,
            0.05,
            "5.0 (95% interval 4.0 to 6.0) percentage points more often",
            "a gap in advice by parental educat",
        ),
        (-0.09, -0.05, "5.0 (95% interval 4.0 to 6.0) percentage points less often", "a gap in advice by parental e"),
        (0.09, 0.0, "not measurably more or less often", "no gap in under-advice is measurable"),
        (0.09, -0.05, "5.0 (95% interval 4.0 to 6.0) percentage points less often", "the gap in under-advice turns ro"),
        (0.0, 0.0, "not measurably more or less often", "At equal test score no gap in under-advice by parental"),
    ],
)
def test_the_error_of_the_test_is_told_with_what_it_does_not_mean(plain, mended, words, headline) -> None:
    rows = [gap("under_ols", plain), gap("under_iv", mended)]
    sentence = sentences_of(estimates=pd.DataFrame(rows))["measurement_error"]
    assert words in sentence.partition("with an earlier score")[2]
    assert headline in sentence.beside["headline"]
    assert "need not be discrimination" in sentence.beside["caveat"]


@pytest.mark.parametrize(
    ("laag", "headline"),
    [
        (0.1, "Low advice is revised upwards more often for children of low-educated parents"),
        (-0.1, "Low advice is revised upwards less often for children of low-educated parents"),
        (0.0, "does not measurably depend on parental education"),
    ],
)
def test_the_headline_on_revision_turns(laag, headline) -> None:
    assert (
        headline
        in sentences_of(estimates=pd.DataFrame([gap("revised_lpm_fe", laag)]))["revised_gaps"].beside["headline"]
    )


@pytest.mark.parametrize(
    ("laag", "hoog", "missed", "at_score", "vwo"),
    [
        (
            0.16,
            0.06,
            "low-educated parents would more often miss",
            "parents more often had",
            "of low-educated parents are",
        ),
        (
            0.06,
            0.16,
            "highly educated parents would more often",
            "parents less often had",
            "of highly educated parents",
        ),
        (
            0.1,
            0.105,
            "10% of pupils would have missed",
            "no difference by parental",
            "vwo does not measurably differ by parental",
        ),
    ],
)
def test_headlines_on_two_groups_turn_with_their_shares(laag, hoog, missed, at_score, vwo) -> None:
    kinds = [
        {"model": "scenario_no_test", "category": "education", "term": "loses a bijstelling"},
        {"model": "at_score", "category": "score 549", "term": "final advice below vwo"},
        {"model": "advice_by_education", "term": "vwo"},
    ]
    groups = (("all", 0.1), ("laag", laag), ("hoog", hoog))
    rows = [share(value, group, **values) for values in kinds for group, value in groups]
    said = sentences_of(shares=pd.DataFrame(rows))
    assert missed in said["no_test"].beside["headline"]
    assert said["no_test"].endswith("of those with highly educated parents.")
    assert at_score in said["score_below_vwo"].beside["headline"]
    assert vwo in said["advice_vwo"].beside["headline"]


@pytest.mark.parametrize(
    ("last", "headline"),
    [(0.5, "more often than in 2014/15"), (0.1, "less often than in 2014/15"), (0.3, "In 2018/19 schools revised 30%")],
)
def test_the_headline_on_bijstelling_turns_with_its_last_year(last, headline) -> None:
    values = {"model": "revised_by_year", "category": "education", "term": "revised"}
    rows = [share(value, **values | {"school_year": year}) for year, value in (("2014/15", 0.3), ("2018/19", last))]
    assert headline in sentences_of(shares=pd.DataFrame(rows))["revised"].beside["headline"]


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (
            -0.08,
            0.083,
            "8.0 points or more below the under-advice that its intake leads to expect, and the highest 8.3 points",
        ),
        (-0.08, -0.01, "expect, and the highest at most 1.0 points below it"),
        (0.01, 0.08, "lies at most 1.0 points above the under-advice that its intake"),
    ],
)
def test_tenths_of_schools_follow_their_side(low, high, words) -> None:
    terms = {"sd between schools": 0.06, "lowest tenth of schools": low, "highest tenth of schools": high}
    rows = [{"term": term, "estimate": value, "ci_low": 0.05, "ci_high": 0.07} for term, value in terms.items()]
    spread = pd.DataFrame(rows).assign(n_clusters=213, n_obs=37_000)
    sentence = sentences_of(spread=spread)["schools"]
    assert words in sentence
    assert sentence.beside["headline"].endswith("differ in how often they advise below the test")
    alike = sentences_of(spread=spread.assign(ci_low=0.0))["schools"]
    assert "do not measurably differ" in alike.beside["headline"]


def test_without_numbers_there_is_nothing_to_tell() -> None:
    assert sentences_of() == {}
