import pandas as pd
import pytest

from analysis.errors import InputError
from analysis.received import received, refuse

ROWS = pd.DataFrame({"year": [2017, 2019], "pupils": [10, 20]})


def test_a_table_with_its_columns_and_years_is_left_as_it_is():
    assert received(ROWS, "counts", ["year", "pupils"], key="data.counts", years=(2017, 2019)) is ROWS


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (ROWS.drop(columns="pupils"), "counts: pupils: the column is missing"),
        (ROWS.iloc[:0], "counts: has no rows"),
        (ROWS.iloc[:1], "counts: year: has no rows of 2019"),
    ],
)
def test_one_that_lacks_something_is_refused_with_what_and_what_to_do(rows, words):
    with pytest.raises(InputError, match=words) as caught:
        received(rows, "counts", ["year", "pupils"], key="data.counts", years=(2017, 2019))
    assert "data.counts" in str(caught.value.hint)


def test_of_what_is_at_fault_the_first_five_are_named_and_nothing_stops_where_nothing_is():
    refuse("counts", "area", "is unknown", [], "spell it alike")
    with pytest.raises(InputError, match=r"(?s)counts: area: is unknown.*\[0, 1, 2, 3, 4\].*spell it alike"):
        refuse("counts", "area", "is unknown", range(9), "spell it alike")
