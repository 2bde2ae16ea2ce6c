import pandas as pd
import pytest

from analysis.chapters.data.models import at_other_schools, by_denomination, education_by_background
from analysis.codes import Background, Codes
from analysis.errors import ModelError
from analysis.language import speaking


def schools(**changes):
    columns = {"denomination": ["rk", "pc", "rk"], "pupils": [100, 200, 300], "schoolweging": [20.0, 30.0, 40.0]}
    return pd.DataFrame(columns | changes)


def test_counts_and_means_over_pupils():
    rows = by_denomination(schools()).set_index("denomination")
    assert rows.loc["rk"].to_dict() == {
        "schools": 2,
        "pupils": 400,
        "share": 400 / 600,
        "schoolweging": (20 * 100 + 40 * 300) / 400,
    }
    assert rows.loc["pc", ["schools", "pupils", "schoolweging"]].tolist() == [1, 200, 30]


def test_without_the_schoolweging_of_every_school_there_is_no_mean():
    """A mean over some of the pupils would pass for one over all."""
    whole = schools()
    some = whole.assign(schoolweging=whole["schoolweging"].where([True, True, False]))
    assert [*by_denomination(some)] == [*by_denomination(whole.drop(columns="schoolweging"))]
    assert "schoolweging" not in by_denomination(some)


@pytest.mark.parametrize("column", ["denomination", "pupils"])
def test_a_school_of_which_something_is_missing_is_refused(column):
    whole = schools()
    with pytest.raises(ModelError, match="values are missing"):
        by_denomination(whole.assign(**{column: whole[column].where([True, True, False])}))


PUPILS = pd.DataFrame({"location": ["A"] * 5 + ["S"] * 3 + ["elsewhere"] * 2})
SCHOOLS = pd.DataFrame({"location": ["A", "B", "S"], "special": [False, False, True]})


def test_pupils_of_other_schools_are_counted():
    account = at_other_schools({"by_pupil": PUPILS, "by_location": SCHOOLS})
    assert account["step"].tolist() == ["school in the data", "regular school"]
    assert account[["pupils_in", "pupils_out", "pupils_kept"]].to_numpy().tolist() == [[10, 2, 8], [8, 3, 5]]


def test_where_all_attend_a_regular_school_there_is_no_account():
    assert at_other_schools({"by_pupil": PUPILS[:5], "by_location": SCHOOLS}).empty
    assert at_other_schools({"by_pupil": PUPILS}).empty


CODES = Codes(
    background={
        "local": Background(en="local", nl="van hier", kind="none"),
        "polish": Background(en="Polish", nl="Pools", kind="western"),
        "syrian": Background(en="Syrian", nl="Syrisch", kind="nonwestern"),
    }
)


def test_where_education_is_missing_is_told_by_background():
    known, unknown = "hoog", "onbekend"
    pupils = pd.DataFrame(
        {
            "education": [known] * 4 + [unknown, known, unknown, unknown],
            "background": ["local"] * 4 + ["syrian"] * 2 + ["syrian", None],
        }
    )
    counted = education_by_background({"by_pupil": pupils}, CODES)
    assert counted.to_dict("list") == {
        "background": ["local", "Syrian", "background unknown"],
        "n_known": [4, 1, 0],
        "n_unknown": [0, 2, 1],
        "share_unknown": [0, 2 / 3, 1],
    }
    with speaking("nl"):
        assert education_by_background({"by_pupil": pupils}, CODES)["background"].tolist()[:2] == [
            "van hier",
            "Syrisch",
        ]
    assert education_by_background({"by_pupil": pupils[:4]}, CODES).empty
    assert education_by_background({"by_pupil": pupils.drop(columns="background")}, CODES).empty
    assert education_by_background({}, CODES).empty
