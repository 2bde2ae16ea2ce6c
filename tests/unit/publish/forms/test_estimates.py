"""The numbers of a small table as points, and in words: of the same rows with the same options."""

import numpy as np
import pandas as pd

from analysis.language import MINUS
from analysis.publish.forms import estimates, in_words

FLOWS = pd.DataFrame({"flow": ["left", "left", "came"], "where": ["all", "city", "all"], "share": [0.25, 0.34, 0.22]})
OF_FLOWS = {"line": "where", "heading": "flow", "ends": ["share"], "numbers": "percent", "written": 0}
EFFECTS = pd.DataFrame({"term": ["a", "b"], "estimate": [0.1, -0.2], "ci_low": [0.05, -0.3], "ci_high": [0.15, -0.1]})


def drawn(axes):
    return [line.get_xdata().tolist() for line in axes.lines if line.get_linestyle() == "None"]


def test_a_number_without_an_interval_is_a_dot_below_its_heading():
    (axes,) = estimates(FLOWS, **OF_FLOWS).axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["left", "all", "city", "came", "all"]
    np.testing.assert_array_equal(drawn(axes), [[np.nan, 0.25, 0.34, np.nan, 0.22]])
    assert [text.get_text() for text in axes.texts] == ["25%", "34%", "22%"]


def test_columns_of_any_name_are_a_number_and_its_interval():
    spread = EFFECTS.set_axis(["term", "tau", "low", "high"], axis=1)
    (axes,) = estimates(spread, line="term", ends=["tau", "low", "high"]).axes
    assert drawn(axes) == [[0.1, -0.2]]
    assert [segment[:, 0].tolist() for segment in axes.collections[0].get_segments()] == [[0.05, 0.15], [-0.3, -0.1]]


def test_the_words_say_what_is_drawn_with_its_interval():
    assert in_words(FLOWS, **OF_FLOWS) == "left, all: 25%; left, city: 34%; came, all: 22%"
    said = in_words(EFFECTS, line="term", numbers="points", written=1)
    assert said.replace(MINUS, "-") == "a: 10.0 (95% interval 5.0 to 15.0); b: -20.0 (95% interval -30.0 to -10.0)"


def test_what_is_withheld_is_not_said_and_of_many_numbers_only_the_ends():
    assert in_words(EFFECTS.assign(estimate=[np.nan, -0.2], ci_low=np.nan), line="term") == f"b: {MINUS}0.20"
    many = pd.DataFrame({"term": [f"t{n}" for n in range(13)], "share": np.arange(13) / 100})
    assert in_words(many, line="term", ends=["share"], numbers="percent") == "t0: 0%; t12: 12%"
