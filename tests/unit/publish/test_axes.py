import numpy as np
import pytest
from matplotlib.figure import Figure

from analysis.language import speaking
from analysis.publish.axes import Hundredths, localise, write_numbers

MINUS = "\N{MINUS SIGN}"


@pytest.mark.parametrize(
    ("numbers", "ticks", "labels"),
    [
        ("percent", [0.0, 0.1, 0.2], ["0%", "10%", "20%"]),
        ("percent", [0.55, 0.575, 0.6], ["55.0%", "57.5%", "60.0%"]),
        ("percent", [0.0, 0.0025], ["0.00%", "0.25%"]),
        ("percent", [-0.02, 0.0], [f"{MINUS}2%", "0%"]),
        ("points", [-0.05, 0.0, 0.05], [f"{MINUS}5", "0", "+5"]),
        ("points", [-0.025, 0.0], [f"{MINUS}2.5", "0"]),
        ("points", [1e-14], ["0"]),
    ],
)
def test_ticks_have_the_fewest_decimals_with_which_they_are_exact(numbers, ticks, labels):
    assert Hundredths(numbers).format_ticks(np.array(ticks)) == labels


def test_a_number_by_itself_has_the_decimals_that_it_needs():
    assert Hundredths("points")(0.125) == "+12.5"
    assert Hundredths()(0.5) == "50%"


def test_an_axis_is_in_dutch_once():
    with speaking("nl"):
        figure = Figure()
        write_numbers(figure.subplots().xaxis, "points")
        localise(figure)
        assert figure.axes[0].xaxis.get_major_formatter()(-0.025, 0) == f"{MINUS}2,5"
