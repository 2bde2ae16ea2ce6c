import numpy as np
import pandas as pd

from analysis.publish.forms import hexagons

ROWS = pd.DataFrame(
    {
        "part": ["schools"] * 3 + ["luck"] * 3,
        "size": [10.0, 20, 30, 10, 20, 30],
        "estimate": [0.8, 0.9, 0.85, np.nan, np.nan, np.nan],
        "ci_low": [np.nan] * 3 + [0.6, 0.7, 0.75],
        "ci_high": [np.nan] * 3 + [0.99, 0.95, 0.9],
        "schools": [3, 7, 25, 100, 100, 100],
    }
)


def drawn(rows):
    figure = hexagons(
        rows, x="size", part="part", cells="schools", count="schools", curves={"luck": "limits"}, unit="schools"
    )
    return figure.axes[0]


def test_hexagons_have_the_colour_of_their_step_and_stand_at_their_centres():
    steps = drawn(ROWS).collections
    assert [step.get_offsets().tolist() for step in steps] == [[[10, 0.8]], [[20, 0.9]], [], [[30, 0.85]]]
    names = [step.get_label() for step in steps]
    assert names == ["3-4 schools", "5-9 schools", "10-19 schools", "20 or more schools"]


def test_both_limits_are_curves():
    heights = [line.get_ydata().tolist() for line in drawn(ROWS).lines]
    assert heights == [[0.6, 0.7, 0.75], [0.99, 0.95, 0.9]]


def test_limits_are_drawn_without_a_hexagon_too():
    assert len(drawn(ROWS[ROWS["part"] == "luck"]).lines) == 2
