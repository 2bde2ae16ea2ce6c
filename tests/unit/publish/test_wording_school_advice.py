import pandas as pd
import pytest

from analysis.publish import language
from analysis.publish.wording_school_advice import school_advice


def estimate(value, low, high, *, term="weging", model="school_level", controls="mutual", group="Netherlands"):
    numbers = {"estimate": value, "ci_low": low, "ci_high": high, "schools": 5900}
    return {"model": model, "group": group, "term": term, "controls": controls, **numbers}


@pytest.fixture
def dutch():
    language.speak("nl")
    yield
    language.speak(language.SOURCE)


def test_a_lower_advice_at_a_higher_schoolweging_is_told_as_lower():
    told = school_advice(pd.DataFrame([estimate(-0.123, -0.2, -0.05)])).iloc[0]
    assert told["sentence"].startswith(
        "Netherlands: of two schools with the same end-test score, the one with a schoolweging 10 points higher gives "
        "an advice that is on average 0.12 levels lower (95% interval −0.20 to −0.05)."
    )
    assert (told["name"], told["n"], told["unit"]) == ("weging_0", 5900, "schools")


def test_the_year_without_test_is_told_of_the_change_within_schools_only():
    rows = [
        estimate(0.07, 0.06, 0.08, term="no_test", model="school_level_within"),
        estimate(0.5, 0.4, 0.6, term="no_test"),
    ]
    told = school_advice(pd.DataFrame(rows))
    assert told["name"].tolist() == ["no_test_0"]
    assert "0.07 levels higher" in told["sentence"].item()


def test_a_withheld_number_has_no_sentence():
    assert school_advice(pd.DataFrame([estimate(None, None, None)])).empty


def test_one_factor_at_a_time_is_not_the_finding():
    assert school_advice(pd.DataFrame([estimate(-0.3, -0.4, -0.2, controls="alone")])).empty


@pytest.mark.usefixtures("dutch")
def test_dutch_has_its_own_numbers():
    told = school_advice(pd.DataFrame([estimate(-0.123, -0.2, -0.05)]))["sentence"].item()
    assert "0,12 niveau lager is (95%-betrouwbaarheidsinterval −0,20 tot −0,05)" in told
