import pandas as pd
import pytest

from analysis.disclosure import PROFILES, suppress
from analysis.errors import InputError
from analysis.publish.tables import MAX_ROWS, html_table, number, numbers_behind


def table(frame, counts=(), **options):
    gated = suppress(frame, counts, PROFILES["default"])
    return html_table(gated, identity="table-x", caption="A table", source="../tables/x.csv", **options)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(1234.5, 1, "1,234.5"), (-0.25, 2, "−0.25"), (-0.001, 2, "0.00"), (0, 0, "0"), (62000, 0, "62,000")],
)
def test_numbers_for_readers(value, digits, text):
    assert number(value, digits) == text


def test_a_year_stays_a_year():
    assert ">2019<" in table(pd.DataFrame({"place": ["x"], "year": [2019]}))


def test_decimals_follow_the_largest_number_or_the_caller():
    frame = pd.DataFrame({"term": ["a", "b"], "estimate": [12.3456, -0.0444]})
    assert ">12.3<" in table(frame)
    assert ">−0.0444<" in table(frame, digits={"estimate": 4})


def test_a_small_p_value_is_not_zero():
    html = table(pd.DataFrame({"term": ["a", "b"], "p_value": [1e-12, 0.04]}))
    assert ">&lt; 0.001<" in html
    assert ">0.040<" in html


def test_a_missing_value_that_nobody_withheld_is_an_empty_cell():
    html = table(pd.DataFrame({"term": ["a"], "estimate": [None]}).astype({"estimate": float}))
    assert '<td class="number"></td>' in html
    assert "withheld" not in html


def test_shown_columns_are_shown_in_that_order_and_must_exist():
    frame = pd.DataFrame({"term": ["a"], "x": [1.0], "y": [2.0]})
    html = table(frame, shown=["term", "y"])
    assert ">y</th>" in html
    assert ">x</th>" not in html
    with pytest.raises(InputError, match="no column 'z'"):
        table(frame, shown=["z"])
    with pytest.raises(InputError, match="no column 'estimat'"):
        table(frame, digits={"estimat": 2})


def test_a_long_table_says_how_much_more_there_is():
    html = table(pd.DataFrame({"x": range(MAX_ROWS + 7)}))
    assert "7 more rows are in the files" in html
    assert html.count("<tr>") == 1 + MAX_ROWS


def test_a_figure_tells_on_how_many_each_row_rests() -> None:
    gated = suppress(pd.DataFrame({"band": ["a", "b", "c"], "n": [1234, 56, 7]}), ["n"], PROFILES["default"])
    assert numbers_behind(gated.frame, ["n"]) == "n = 55 to 1,235 per row of the data"  # 7 is withheld
    assert numbers_behind(gated.frame, []) == ""
    named = gated.frame.rename(columns={"n": "n_pupils"})
    named = suppress(named.dropna(), ["n_pupils"], PROFILES["default"])
    assert numbers_behind(named.frame, ["n_pupils"]) == "n = 55 to 1,235 pupils per row of the data"


def test_rows_that_count_nobody_are_no_number_that_a_figure_rests_on():
    """A figure of withheld cells and empty ones was captioned "n = 0"."""
    empty = suppress(pd.DataFrame({"band": ["a", "b"], "n": [0, 40]}), ["n"], PROFILES["default"])
    assert numbers_behind(empty.frame, ["n"]) == "n = 40"
    assert (
        numbers_behind(suppress(pd.DataFrame({"band": ["a"], "n": [0]}), ["n"], PROFILES["default"]).frame, ["n"]) == ""
    )


def test_an_empty_key_is_no_header_of_its_row():
    frame = pd.DataFrame({"group": ["laag", "all"], "comparison": ["hoog", ""], "n": [20, 30]})
    html = table(frame, ["n"])
    assert '<th scope="row">all</th>' in html
    assert '<th scope="row"></th>' not in html


def test_a_code_is_shown_as_words():
    html = table(pd.DataFrame({"term": ["dissimilarity_now", "log(x_1)"], "estimate": [0.5, 0.25]}))
    assert ">dissimilarity now<" in html
    assert ">log(x_1)<" in html
