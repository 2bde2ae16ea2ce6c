import pandas as pd
import pytest

from analysis.chapters.data.models import by_denomination
from analysis.errors import ModelError


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
