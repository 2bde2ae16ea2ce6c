"""Counts over years of the real files: what they hold, and where municipalities of 2017 are found."""

import pytest

from analysis.data.count_files import read_counts_over_years


@pytest.fixture(scope="module")
def tables(real_data_folder, cards_folder):
    return read_counts_over_years(real_data_folder, cards_folder, allow_changed=False)[0]


def test_pupils_of_amsterdam_are_those_in_print(tables):
    own = tables["by_location_count"].query("area == 'Amsterdam'").groupby("year")["pupils"].agg(["size", "sum"])
    assert own.loc[2012].tolist() == [208, 60_066]
    assert own.loc[2017].tolist() == [206, 62_179]
    assert own.loc[2019].tolist() == [210, 61_919]
    assert own.loc[2024].tolist() == [195, 57_422]  # without Weesp (7 locations, 2,256), each location once


def test_all_municipalities_with_a_file_have_both_years_and_the_rest_is_counted(tables):
    by_age = tables["by_area_age_year"]
    assert len(by_age["area"].unique()) == 386
    assert len(by_age) == 386 * 9 * 2
    count = tables["by_location_count"].groupby(["year", "placed"])["pupils"].sum()
    assert count[2012].sum() == 1_497_076
    assert count[2017].sum() == 1_403_667
    assert count[2019].sum() == 1_396_457
    assert count[2012]["neither"] == 11_551


def test_cohorts_of_amsterdam_shrank_by_seven_in_a_hundred(tables):
    own = tables["by_area_age_year"].query("area == 'Amsterdam'").set_index(["year", "age"])["pupils"]
    assert own[2017, 9] / own[2012, 4] == pytest.approx(0.927, abs=0.0005)
    assert own[2017, 10] / own[2012, 5] == pytest.approx(0.925, abs=0.0005)
    assert own[2017, 11] / own[2012, 6] == pytest.approx(0.81, abs=0.005)


def test_institutions_that_fit_nowhere_are_counted_too(tables):
    rows = tables["by_institution_count"].groupby(["year", "placed"])["pupils"].agg(["size", "sum"])
    assert rows.loc[2010].sum().tolist() == [6_806, 1_535_232]
    assert rows.loc[(2010, "neither")].tolist() == [137, 18_183]
    assert rows.loc[(2018, "neither")].tolist() == [53, 10_172]
