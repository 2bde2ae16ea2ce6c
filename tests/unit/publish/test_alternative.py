"""What alternative texts say of where things lie turns with the numbers."""

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.value_added import findings as value_added
from analysis.language import speaking
from analysis.publish.alternative import apart, changed, extremes, found, moved, quantity, sided, sides, which


@pytest.mark.parametrize(
    ("part", "word"), [(0, "none of them"), (2, "some of them"), (3, "most of them"), (4, "all of them")]
)
def test_how_many_of_four(part, word):
    assert quantity(part, 4) == word


def test_of_nothing_there_are_none():
    assert quantity(0, 0) == "none of them"


@pytest.mark.parametrize("sign", [1, -1])
def test_sides_count_intervals_that_leave_zero_out(sign):
    """Of four intervals three lie on one side, one holds zero; a fifth is withheld and not drawn."""
    low, high = np.array([0.1, 0.2, 0.3, -0.1, np.nan]), np.array([0.3, 0.4, 0.5, 0.1, np.nan])
    rows = pd.DataFrame({"ci_low": low if sign > 0 else -high, "ci_high": high if sign > 0 else -low})
    left, right = ("none of 4 estimates", "3 of 4 estimates")
    left, right = (left, right) if sign > 0 else (right, left)
    assert sides(rows) == f"Intervals wholly left of the line at zero: {left}; wholly right of it: {right}."


def test_few_intervals_are_named_and_many_are_counted():
    rows = pd.DataFrame({"outcome": ["a", "a", "b", "b"], "category": ["I", "II", "I", "II"], "model": "one"})
    assert which(rows, pd.Series([True, False, False, True])) == "2 of 4 estimates (a, I; b, II)"
    assert which(rows, pd.Series([True] * 4)) == "4 of 4 estimates"
    assert which(rows.iloc[:2], pd.Series([False, True])) == "1 of 2 estimates (II)", "what is the same is not said"


@pytest.mark.parametrize("sign", [1, -1])
def test_dots_of_two_series_are_compared_line_by_line(sign):
    rows = pd.DataFrame(
        {
            "outcome": "lezen",
            "category": ["I", "II", "I", "II"],
            "year": ["before", "before", "after", "after"],
            "estimate": [0.9, 0.8, 0.9 + 0.1 * sign, 0.8 + 0.1 * sign],
        }
    )
    left, right = ("none of 2 estimates", "2 of 2 estimates (I; II)")
    left, right = (left, right) if sign > 0 else (right, left)
    assert moved(rows, "year", "before", "after", {"before": "earlier", "after": "later"}) == (
        f"Lines on which the dot 'later' lies left of the dot 'earlier': {left}; right of it: {right}."
    )
    assert "none of 0 estimates; right of it: none of 0 estimates" in moved(
        rows[rows["year"] == "after"], "year", "before", "after"
    )


@pytest.mark.parametrize(("added", "words"), [(0.5, "value added: all"), (2.0, "value added: none")])
def test_schools_lie_closer_together_only_where_they_do(added, words):
    spread = pd.DataFrame({"subject": "language", "quantile": [0.1, 0.5, 0.9], "raw": [-1.0, 0.0, 1.0]})
    assert words in value_added.narrower(spread.assign(added=spread["raw"] * added))


def test_in_dutch():
    with speaking("nl"):
        said = sides(pd.DataFrame({"ci_low": [0.1], "ci_high": [0.2]}))
    left, right = "geen van 1 schattingen", "1 van 1 schattingen"
    assert said == f"Intervallen geheel links van de lijn bij nul: {left}; geheel rechts ervan: {right}."


@pytest.mark.parametrize("sign", [1, -1])
def test_the_lowest_and_the_highest_turn_with_the_numbers(sign):
    rows = pd.DataFrame({"band": ["low", "middle", "high"], "share": [0.5 - 0.2 * sign, np.nan, 0.5 + 0.2 * sign]})
    least, most = ("low", "high") if sign > 0 else ("high", "low")
    assert extremes(rows, "share", "band") == f"Lowest: 30% ({least}); highest: 70% ({most})."
    assert extremes(rows, "share", "band", percent=False).startswith(f"Lowest: 0.30 ({least})")


def test_of_one_number_no_extremes_are_said():
    assert extremes(pd.DataFrame({"band": ["low"], "share": [0.5]}), "share", "band") == ""


@pytest.mark.parametrize(
    ("signs", "sign", "less", "more"),
    [
        ((0, 0), 0, "none of 2 estimates", "none of 2 estimates"),
        ((-1, 0), 1, "1 of 2 estimates (a)", "none of 2 estimates"),
        ((0, 1), 2, "none of 2 estimates", "1 of 2 estimates (b)"),
        ((-1, 1), 3, "1 of 2 estimates (a)", "1 of 2 estimates (b)"),
    ],
)
def test_a_title_follows_from_the_intervals(signs, sign, less, more):
    """An interval from .1 to .3 times its sign; of sign 0 it goes from -.1 to .1."""
    ends = [(-0.1, 0.1) if each == 0 else tuple(sorted((0.1 * each, 0.3 * each))) for each in signs]
    rows = pd.DataFrame(ends, columns=["ci_low", "ci_high"]).assign(category=["a", "b"])
    said, values = found(rows)
    assert said == sign
    assert (values["groups"], values["less"], values["more"]) == (2, less, more)


def test_many_lines_are_counted_among_all_and_few_are_named():
    rows = pd.DataFrame({"ci_low": [0.1] * 4, "ci_high": [0.3] * 4}).assign(category=list("abcd"))
    assert found(rows)[1]["more_names"] == "4 of 4 estimates"
    rows.loc[2:, "ci_low"] = -0.1
    assert found(rows)[1]["more_names"] == "a; b"


@pytest.mark.parametrize(("shift", "sign"), [(0.3, 2), (-0.3, 1), (0.1, 0)])
def test_two_intervals_lie_apart_where_they_do_not_overlap(shift, sign):
    """Each interval is 0.2 wide: a shift of 0.3 leaves 0.1 between them, one of 0.1 leaves them overlapping."""
    first = pd.DataFrame({"group": "hoog", "term": ["vwo"], "ci_low": [0.4], "ci_high": [0.6]})
    last = first.assign(group="laag", ci_low=0.4 + shift, ci_high=0.6 + shift)
    difference = apart(pd.concat([first, last]), "group", "hoog", "laag", ["term"])
    assert sided(difference)[0] == sign
    assert difference["ci_high"].item() - difference["ci_low"].item() == pytest.approx(0.4), "both widths"


def test_of_an_interval_that_is_withheld_nothing_is_compared():
    rows = pd.DataFrame({"group": ["hoog", "laag"], "term": "vwo", "ci_low": [0.4, np.nan], "ci_high": [0.6, np.nan]})
    assert sided(apart(rows, "group", "hoog", "laag", ["term"]))[0] == 4


@pytest.mark.parametrize(("after", "side"), [(0.5, 1), (0.3, 2), (0.402, 0), (np.nan, 3)])
def test_the_share_that_differs_most_is_larger_smaller_alike_or_unknown(after, side):
    rows = pd.DataFrame({"band": ["low", "high"], "then": [0.4, np.nan], "now": [after, 0.9]})
    assert changed(rows, "then", "now", "band")[0] == side
