"""A title says that a figure has intervals where its marks have them."""

import pandas as pd
import pytest

from analysis.publish import figures, forms
from analysis.publish.drawn_intervals import intervals_of

NONE = float("nan")


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        (((1.0, 0.0, 2.0), (2.0, 1.0, 3.0)), "95% intervals"),
        (((1.0, 0.0, 2.0), (2.0, NONE, NONE)), "95% intervals where they are shown"),
        (((1.0, NONE, NONE), (2.0, NONE, NONE)), ""),
        (((1.0, NONE, NONE), (NONE, 1.0, 3.0)), "Bars without a dot: bounds"),
    ],
)
def test_a_figure_says_which_of_its_marks_have_intervals(ends, said):
    rows = pd.DataFrame(ends, columns=["estimate", "ci_low", "ci_high"]).assign(group=["a", "b"])
    assert intervals_of(forms.points(rows, line="group"), rows) == said


def test_bars_show_no_intervals_whatever_their_rows_have():
    rows = pd.DataFrame({"group": ["a", "b"], "estimate": [0.2, 0.3], "ci_low": 0.1, "ci_high": 0.4})
    assert intervals_of(forms.bars(rows, x="group", height="estimate"), rows) == ""


def test_a_curve_in_a_band_is_no_bound():
    rows = pd.DataFrame({"estimate": [1.0, NONE, NONE], "ci_low": [0.0, 1.0, 2.0], "ci_high": [2.0, 3.0, 4.0]})
    figure, axes = figures.canvas(6)
    axes.fill_between([0, 1], rows["ci_low"][1:], rows["ci_high"][1:])
    assert intervals_of(figure, rows) == "95% intervals"
