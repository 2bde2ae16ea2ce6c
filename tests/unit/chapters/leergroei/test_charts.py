from inspect import signature

import numpy as np
import pandas as pd
import pytest

from analysis import language
from analysis.chapters.leergroei import charts
from analysis.publish.axes import localise
from analysis.publish.exhibits import read_exhibits
from analysis.variables import CHAPTERS


def estimates(*rows):
    frame = pd.DataFrame(rows, columns=["outcome", "category", "estimate"])
    return frame.assign(ci_low=frame["estimate"] - 0.1, ci_high=frame["estimate"] + 0.1)


FIGURES = read_exhibits(CHAPTERS / "leergroei" / "exhibits.yml").figures
TWO = estimates(("rekenen", "level I", -0.3), ("rekenen", "level II", -0.1), ("lezen", "level I", 0.2))


def lines(axes):
    return [label.get_text() for label in axes.get_yticklabels()]


def points(axes):
    """Per series its points by the label of their line."""
    at = dict(enumerate(lines(axes)))
    by_label = {}
    for line in axes.lines:
        if line.get_marker() not in ("", "None", None):
            pairs = zip(line.get_ydata(), line.get_xdata(), strict=True)
            by_label[line.get_label()] = {at[round(float(y))]: float(x) for y, x in pairs if np.isfinite(x)}
    return by_label


def test_a_panel_per_subject_in_the_order_of_the_rows():
    figure = charts.by_category(TWO, "change")
    assert [axes.get_title(loc="left") for axes in figure.axes] == [
        "Arithmetic (rekenen-wiskunde)",
        "Reading (begrijpend lezen)",
    ]
    assert [lines(axes) for axes in figure.axes] == [["level I", "level II"], ["level I"]]
    assert figure.axes[-1].get_xlabel() == "change"


def test_lines_can_be_sorted_by_their_estimates():
    figure = charts.by_category(TWO, "change", sort=True)
    assert lines(figure.axes[0]) == ["level II", "level I"]


def test_a_withheld_estimate_leaves_its_line_open():
    frame = TWO.assign(estimate=[np.nan, -0.1, 0.2], ci_low=[np.nan, -0.2, 0.1])
    (series,) = points(charts.by_category(frame, "change").axes[0]).values()
    assert series == {"level II": -0.1}


def test_series_stand_beside_each_other_and_are_named():
    frame = pd.concat([TWO.assign(term="drop_expected"), TWO.assign(term="drop_closure", estimate=0.4)])
    shown = charts.in_series(pd.concat([frame, TWO.assign(term="growth_closure")]), "drop")
    figure = charts.expected_and_observed(shown, "share", numbers="percent", zero="free")
    by_label = points(figure.axes[0])
    assert by_label["expected without a closure"] == {"level I": -0.3, "level II": -0.1}
    assert by_label["observed in the closure year"] == {"level I": 0.4, "level II": 0.4}
    assert [text.get_text() for text in figure.legends[0].get_texts()] == list(charts.WITHOUT_CLOSURE.values())


def test_models_are_called_by_their_words_in_order():
    rows = TWO.assign(model=["ancova", "pnas_overall", "pnas_one_control"])
    shown = charts.compared(rows, charts.YEARS_COMPARED)
    assert shown["category"].tolist() == [
        "all control years, with a trend",
        "all control years, at equal M-score",
        "the year before alone",
    ]


def test_bounds_are_a_line_without_a_dot():
    headline = estimates(("lezen", "", -0.1)).assign(model="unweighted", term="closure", std_error=0.1, p_value=0.1)
    bounds = pd.concat([headline] * 2).assign(term=["lower", "upper"], estimate=[-0.4, 0.2], model="lee_bounds")
    line = charts.with_bounds(headline, bounds).iloc[1]
    assert (line["ci_low"], line["ci_high"]) == (-0.4, 0.2)
    assert np.isnan(line["estimate"])


def test_an_example_pupil_is_named_by_the_school():
    rows = estimates(("rekenen", "", 0.3), ("rekenen", "", 0.4), ("rekenen", "", 0.1))
    rows = rows.assign(term=["before", "closure", "difference"], year=["2018/19", "2019/20", "both"], share_at_risk=0.6)
    figure = charts.example_pupils(rows, "probability")
    assert points(figure.axes[0]) == {
        "2018/19": {"school with 60% at risk": pytest.approx(0.3)},
        "2019/20": {"school with 60% at risk": pytest.approx(0.4)},
    }


def test_the_spread_of_schools_is_the_line():
    schools = pd.DataFrame(
        {"outcome": ["lezen"], "category": ["below 20%"], "mean": [-0.1], "low_tenth": [-0.4], "high_tenth": [0.2]}
    )
    axes = charts.bands_and_schools(schools, "change").axes[0]
    segment = axes.collections[0].get_segments()[0]
    assert segment[:, 0].tolist() == [-0.4, 0.2]


def test_a_category_of_two_parts_is_taken_apart():
    rows = estimates(("lezen", "40% or more at risk, level V", -0.3))
    row = charts.split_category(rows, "school").iloc[0]
    assert (row["school"], row["category"]) == ("40% or more at risk", "level V")


def test_groups_of_pupils_are_called_by_their_words_in_order():
    rows = estimates(*((outcome, name, 0.1) for outcome in ("b", "a") for name in ("bottom", "laag", "other")))
    rows = charts.by_group(rows)
    assert rows["outcome"].tolist() == ["b", "b", "a", "a"]
    assert rows["category"].tolist() == ["parents with a low education", "bottom third"] * 2


@pytest.mark.parametrize("spoken", language.languages())
def test_words_of_every_language_fit_in_the_figure(spoken):
    bounds = TWO.tail(1).assign(category=charts.ABSENT["lee_bounds"])
    drops = pd.concat([TWO.assign(term=f"drop_{series}") for series in charts.WITHOUT_CLOSURE])
    with language.speaking(spoken):
        axis = {name: one.filled_in("axis")["axis"] for name, one in FIGURES.items() if "axis" in one.words}
        figures = [
            charts.by_category(bounds, axis["absence"]),
            charts.expected_and_observed(charts.in_series(drops, "drop"), axis["expected_drop"], numbers="percent"),
        ]
        for figure in figures:
            localise(figure)
            figure.draw_without_rendering()
            words = [*figure.legends, *(axes.xaxis.label for axes in figure.axes)]
            for box in (word.get_window_extent() for word in words):
                assert box.x0 >= 0, box
                assert box.x1 <= figure.bbox.x1, box


def test_what_is_declared_of_a_figure_is_what_its_chart_takes() -> None:
    taken = set(signature(charts.by_category).parameters)
    declared = {option for exhibit in FIGURES.values() for option in exhibit.how}
    assert declared <= taken, declared - taken
