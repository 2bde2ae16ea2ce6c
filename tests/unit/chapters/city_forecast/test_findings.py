"""What is said of a city follows from what is printed beside it."""

import pandas as pd
import pytest

from analysis.chapters.city_forecast.findings import _ahead, _printed
from analysis.chapters.city_forecast.models.series import CITY

FORECAST = {"area": CITY, "year": 2024, "estimate": 57_000.0, "ci_low": 55_000.0}


@pytest.mark.parametrize(("high", "words"), [(59_994.0, "fewer than"), (59_996.0, "leaves open")])
def test_a_count_on_the_printed_end_of_a_forecast_is_not_said_to_be_more(high, words):
    """60,000 pupils beside an interval that is printed as 55,000 to 59,990, and to 60,000."""
    rows = pd.DataFrame([{**FORECAST, "ci_high": high, "pupils": 60_000}])
    _, sentence, *_ = next(_ahead(rows, 2019))
    assert words in str(sentence)


def test_a_reading_on_the_printed_end_lies_inside():
    row = {**FORECAST, "ci_high": 59_996.0, "pupils_now": 60_000, "pupils_low": 60_000, "pupils_high": 60_000}
    _, sentence, *_ = next(_printed(pd.DataFrame([row])))
    assert "lies inside it" in str(sentence)
