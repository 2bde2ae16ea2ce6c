"""Tables that the chapter cannot be made of: one message that names table, column and what to do."""

import pandas as pd
import pytest
from tests.unit.chapters.landscape.conftest import exact, rows_of

from analysis.chapters.landscape.models import backtest, mergers, pictures, sizes
from analysis.chapters.landscape.models.forecasts import forecasts
from analysis.chapters.landscape.models.panel import panel, told_areas
from analysis.errors import InputError

AGES, COUNTS = rows_of()
YEARS = (2012, 2017, 2019, 2024)
LOCATIONS = pd.DataFrame(
    [
        {"location": f"{area}-{number}", "area": area, "year": year, "pupils": 100 + number}
        for area in COUNTS["area"].unique()
        for number in range(3)
        for year in YEARS
    ]
).astype({"pupils": "Int64"})


def only(rows, **values):
    """Return the rows that have these values."""
    return rows[(rows[[*values]] == pd.Series(values)).all(axis=1)]


def refused(make, words):
    with pytest.raises(InputError, match=words) as caught:
        make()
    assert caught.value.hint


@pytest.mark.parametrize(
    ("ages", "words"),
    [
        (AGES.drop(columns="region"), "by_area_age_year: region: the column is missing"),
        (AGES.iloc[:0], "by_area_age_year: has no rows"),
        (only(AGES, year=2017), "by_area_age_year: year: has no rows of 2012"),
        (
            AGES.drop(only(AGES, area="a01", age=7, year=2012).index),
            "by_area_age_year: age: municipalities lack an age",
        ),
        (only(AGES, area="a00"), "by_area_age_year: province: .* there is one"),
        (AGES[AGES["area"] < "a09"], "by_area_age_year: area: there are fewer than 10 municipalities"),
        (
            AGES.assign(pupils=AGES["pupils"].mask(AGES["area"] == "a00", 0)),
            "by_area_age_year: pupils: nobody of ages 4",
        ),
    ],
)
def test_ages_that_give_no_forecast_are_refused(ages, words):
    refused(lambda: panel(ages, COUNTS), words)


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        (COUNTS.drop(columns="without"), "by_area_count: without: the column is missing"),
        (COUNTS[COUNTS["year"] != 2018], "by_area_count: year: has no rows of 2018"),
        (COUNTS.assign(area="z" + COUNTS["area"]), "by_area_count: area: municipalities have no count of 2012"),
        (COUNTS.assign(pupils=0), "by_area_count: pupils: a municipality has no pupils in a year"),
    ],
)
def test_counts_that_give_no_forecast_are_refused(counts, words):
    refused(lambda: panel(AGES, counts), words)


@pytest.mark.parametrize(
    ("locations", "words"),
    [
        (LOCATIONS.drop(columns="area"), "by_location_count: area: the column is missing"),
        (
            LOCATIONS.assign(year=LOCATIONS["year"] - 100),
            "by_location_count: year: has no rows of 2012, 2017, 2019 and",
        ),
        (LOCATIONS.assign(area="z"), "by_location_count: area: no location is in a municipality of by_area_age_year"),
        (
            LOCATIONS.assign(pupils=LOCATIONS["pupils"].mask(LOCATIONS["year"] == 2024)),
            "by_location_count: pupils: a year tells the pupils of no location",
        ),
    ],
)
def test_locations_that_no_municipality_has_are_refused(data, locations, words):
    refused(lambda: told_areas(data, locations), words)


def test_a_year_that_tells_every_school_of_no_municipality_is_refused():
    data = panel(AGES, COUNTS.assign(without=(COUNTS["year"] == 2024).astype(int)))
    expected = forecasts(data, 0.8, range(1, 8))
    refused(lambda: backtest.against_counts(data, expected, (1000.0,)), "by_area_count: without: in no municipality")


def test_where_no_municipality_may_be_shown_there_is_no_point_and_no_curve(data):
    tested = backtest.against_counts(data, forecasts(data, 0.8, range(1, 8)), (1000.0,))
    assert pictures.errors(tested, None, 2019, 0.95, [], exact).empty


def test_schools_without_the_columns_of_a_map_are_refused():
    schools = pd.DataFrame({"location": ["a00-0"], "lat": [52.0]})
    refused(lambda: mergers.mergers(LOCATIONS, schools, 250), "by_school: lon: the column is missing")


def test_transitions_of_years_that_the_file_lacks_are_refused():
    refused(lambda: sizes.transitions(only(LOCATIONS, year=2019), (196.0, 401.0)), "has no rows of 2012, 2017 and 2024")


def test_a_norm_that_no_school_is_below_is_refused_by_its_key():
    growth = pd.DataFrame({"area": COUNTS["area"].unique(), "learnt": 0.0, "tested": 0.1})
    refused(lambda: sizes.quality(sizes.chances(LOCATIONS, growth, 20), 20), "landscape.norm: .*all or none")
