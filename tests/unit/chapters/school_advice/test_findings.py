import pandas as pd
import pytest

from analysis import language
from analysis.chapters.school_advice.findings import lines, school_advice


def estimate(value, low, high, *, term="weging", model="school_level", controls="mutual", group="Netherlands"):
    numbers = {"estimate": value, "ci_low": low, "ci_high": high, "schools": 5900}
    return {"model": model, "group": group, "term": term, "controls": controls, **numbers}


@pytest.fixture
def dutch():
    language.speak("nl")
    yield
    language.speak(language.SOURCE)


def test_a_lower_advice_at_a_higher_schoolweging_is_told_as_lower():
    findings = school_advice(pd.DataFrame([estimate(-0.123, -0.2, -0.05)])).iloc[0]
    assert findings["sentence"].startswith(
        "Netherlands: of two schools with the same end-test score, the one with a schoolweging 10 points higher gives "
        "an advice that is on average 0.12 levels lower (95% interval 0.05 to 0.20)."
    )
    assert (findings["name"], findings["n"], findings["unit"]) == ("weging_0", 5900, "schools")


def test_the_year_without_test_is_told_of_the_change_within_schools_only():
    rows = [
        estimate(0.07, 0.06, 0.08, term="no_test", model="school_level_within"),
        estimate(0.5, 0.4, 0.6, term="no_test"),
    ]
    findings = school_advice(pd.DataFrame(rows))
    assert findings["name"].tolist() == ["no_test_0"]
    assert "0.07 levels higher" in findings["sentence"].item()


def test_a_withheld_number_has_no_sentence():
    assert school_advice(pd.DataFrame([estimate(None, None, None)])).empty


def test_one_factor_at_a_time_is_not_the_finding():
    assert school_advice(pd.DataFrame([estimate(-0.3, -0.4, -0.2, controls="alone")])).empty


@pytest.mark.usefixtures("dutch")
def test_dutch_has_its_own_numbers():
    sentence = school_advice(pd.DataFrame([estimate(-0.123, -0.2, -0.05)]))["sentence"].item()
    assert "0,12 niveau lager (95%-betrouwbaarheidsinterval 0,05 tot 0,20) is" in sentence


def test_the_sign_is_in_the_word_and_not_once_more_in_the_interval():
    """Before: 0.83 levels lower (95% interval -0.86 to -0.79)."""
    lower = school_advice(pd.DataFrame([estimate(-0.83, -0.86, -0.79)]))["sentence"].item()
    assert "0.83 levels lower (95% interval 0.79 to 0.86)" in lower
    higher = school_advice(pd.DataFrame([estimate(0.83, 0.79, 0.86)]))["sentence"].item()
    assert "0.83 levels higher (95% interval 0.79 to 0.86)" in higher


@pytest.mark.parametrize("size", [-0.02, 0.02])
def test_an_interval_that_holds_zero_has_no_side(size):
    rows = pd.DataFrame([estimate(size, size - 0.03, size + 0.03, term="no_test", model="school_level_within")])
    sentence = school_advice(rows)["sentence"].item()
    assert "was not measurably lower or higher (" in sentence
    assert "levels lower" not in sentence
    assert "levels higher" not in sentence


@pytest.mark.parametrize(
    ("sign", "lower", "below"),
    [
        (1, "all of them; higher: none of them", "all of them; above"),
        (-1, "none of them; higher: all of them", "none of them; above"),
    ],
)
def test_what_is_said_of_the_lines_turns_with_them(sign, lower, below):
    points = pd.DataFrame(
        [
            (band, year, 4 - sign * (0.3 * number + 0.2 * (year == 2019)))
            for number, band in enumerate(["below 24", "24-28", "28 or more"])
            for year in (2019, 2020, 2021)
        ],
        columns=["band", "year", "level"],
    )
    facts = lines(points, 2019)
    assert f"end lower than they begin: {lower}" in facts
    assert f"below the other years: {below}" in facts
