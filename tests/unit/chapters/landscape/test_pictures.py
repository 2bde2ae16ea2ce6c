import pandas as pd
import pytest
from tests.unit.chapters.landscape.conftest import exact

from analysis.chapters.landscape.models import backtest, pictures
from analysis.chapters.landscape.models.change import change
from analysis.chapters.landscape.models.forecasts import SHRUNKEN, forecasts, past_errors
from analysis.chapters.landscape.models.panel import COUNTRY, told_areas

LEVELS = (0.67, 0.95)
YEARS = (2012, 2017, 2019, 2024)


def locations(schools):
    """Make so many locations of 100 pupils in each municipality, every year."""
    rows = [
        {"location": f"{area}-{number}", "area": area, "year": year, "pupils": 100}
        for area, n in schools.items()
        for number in range(n)
        for year in YEARS
    ]
    return pd.DataFrame(rows).astype({"pupils": "Int64"})


def told_of(data, fewer):
    return told_areas(data, locations(dict.fromkeys(data.areas["area"], 5) | fewer))


def test_a_municipality_of_two_schools_is_told_nowhere_and_in_no_province_alone(data):
    """Municipalities 3 and 15 are those of province 3."""
    every = {*data.areas["area"]}
    assert told_of(data, {"a03": 3}) == every
    assert every - told_of(data, {"a03": 2}) == {"a03", "a15"}
    assert every - told_of(data, {"a03": 2, "a15": 2}) == {"a03", "a15"}


def test_a_school_without_pupils_is_not_one_of_the_three(data):
    rows = locations(dict.fromkeys(data.areas["area"], 3))
    lacking = (rows["location"] == "a03-0") & (rows["year"] == 2024)
    assert "a03" not in told_areas(data, rows.assign(pupils=rows["pupils"].mask(lacking)))


def test_what_may_not_be_told_is_no_point_of_a_figure_nor_the_place_of_a_table(data):
    laws = backtest.laws(past_errors(data, 0.8), LEVELS)
    expected = backtest.with_intervals(forecasts(data, 0.8, range(1, 8)), laws, LEVELS)
    tested = backtest.against_counts(data, expected, (1000.0, 5000.0))
    smallest = data.areas["area"][data.counts[2017].idxmin()]
    told = {*data.areas["area"]} - {smallest}
    drawn = pictures.errors(tested, laws[SHRUNKEN], 2019, 0.95, told, exact)
    assert smallest not in set(drawn["area"])
    assert drawn["pupils"].min() > data.counts[2017].min()
    points = pd.DataFrame({"municipality": [*data.areas["area"]] * 3, "lat": 52.0, "lon": 5.0})
    alone = points.drop(points.index[points["municipality"] == "a05"][0])
    assert set(pictures.places(tested, alone, 2019, told, exact)["area"]) == told - {"a05"}
    place = pictures.shown_place(smallest, told)
    assert place == COUNTRY
    assert "municipality" not in set(change(data, place, exact)["kind"])


def test_two_untold_schools_and_one_give_the_same_total():
    """The number of untold schools is withheld below three."""
    rows = locations({"a": 10, "b": 10, "c": 10, "d": 10})
    n = rows["area"].map({"a": 0, "b": 1, "c": 2, "d": 3})
    number = rows["location"].str[2:].astype(int)
    found = pictures.untold(rows.assign(pupils=rows["pupils"].mask(number < n)))
    assert found["a"].tolist() == [1] * 4
    assert found["b"].tolist() == pytest.approx([11 / 9] * 4)
    assert found["c"].tolist() == pytest.approx([10 / 8] * 4)
    assert found["d"].tolist() == pytest.approx([10 / 7] * 4)


def test_the_country_is_counted_once_and_schools_are_those_that_tell_their_pupils():
    rows = locations({"a": 3, "b": 2})
    lacking = rows.assign(pupils=rows["pupils"].mask(rows["location"] == "a-0"))
    assert pictures.counts_table(lacking, COUNTRY)["schools"].tolist() == [4] * 4
    both = pictures.counts_table(lacking, "a").groupby("place")[["schools", "schools_untold"]].first()
    assert both.to_dict("index") == {
        COUNTRY: {"schools": 4, "schools_untold": 1},
        "a": {"schools": 2, "schools_untold": 1},
    }
