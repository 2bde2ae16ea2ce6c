"""The years of a figure are those of its rows."""

import pandas as pd

from analysis.publish.drawn_years import years_of


def test_the_years_of_a_figure_are_the_first_and_the_last_of_its_rows() -> None:
    assert years_of(pd.DataFrame({"year": [2024, 2015, 2019]})) == "2015–2024"
    assert years_of(pd.DataFrame({"school_year": ["2014/15 to 2018/19", None]})) == "2014/15–2018/19"
    assert years_of(pd.DataFrame({"school_year": ["2016/17"], "n_obs": [2024]})) == "2016/17"


def test_rows_without_a_year_have_none() -> None:
    assert years_of(pd.DataFrame({"estimate": [2019.0]})) == ""


def test_school_years_alone_count_where_a_row_has_them() -> None:
    assert years_of(pd.DataFrame({"school_year": ["2014/15", "2015/16"], "year": [2014, 2015]})) == "2014/15–2015/16"
