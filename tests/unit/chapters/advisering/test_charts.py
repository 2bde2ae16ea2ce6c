"""The charts of the chapter on advice: what is drawn is what is in the frame, and what is withheld stays open."""

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.advisering import charts
from analysis.chapters.advisering import charts_gaps as gaps


def row(estimate: float, **values) -> dict[str, object]:
    return {"estimate": estimate, "ci_low": estimate - 0.05, "ci_high": estimate + 0.05, "n_obs": 100, **values}


@pytest.fixture
def by_year() -> pd.DataFrame:
    rows = [
        row(0.1 * (number + 1), school_year=year, group=group, term=term)
        for number, year in enumerate(["2016/17", "2017/18", "2018/19"])
        for group in ("hoog", "laag")
        for term in ("vwo", "havo")
    ]
    return pd.DataFrame(rows)


def test_a_panel_per_term_a_line_per_group_and_a_mark_before_the_break(by_year) -> None:
    axes = charts.by_year(by_year, ["vwo", "havo"], ["hoog", "laag"], breaks=["2018/19"]).axes
    assert [panel.get_title(loc="left") for panel in axes] == ["vwo", "havo"]
    *lines, mark = axes[0].get_lines()
    assert [line.get_ydata().tolist() for line in lines] == [pytest.approx([0.1, 0.2, 0.3])] * 2
    assert mark.get_xdata()[0] == 1.5


def test_a_withheld_year_is_a_gap_in_the_line(by_year) -> None:
    by_year.loc[(by_year["school_year"] == "2017/18") & (by_year["group"] == "laag"), "estimate"] = np.nan
    line = charts.by_year(by_year, ["vwo"], ["hoog", "laag"]).axes[0].get_lines()[1]
    assert np.isnan(line.get_ydata()).tolist() == [False, True, False]


def test_small_shares_have_ticks_that_differ(by_year) -> None:
    small = by_year.assign(estimate=by_year["estimate"] / 10, ci_low=0.0, ci_high=by_year["estimate"] / 10)
    figure = charts.lost(small[small["term"] == "vwo"], ["hoog", "laag"])
    figure.canvas.draw()
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert len(labels) == len(set(labels)) > 2


def test_stacked_parts_begin_where_the_last_one_ended_and_tell_n() -> None:
    rows = [row(share, group="all", term=term) for term, share in (("below", 0.2), ("at", 0.5), ("above", 0.3))]
    axes = charts.stacked(pd.DataFrame(rows), "group", ["below", "at", "above"], charts.FROM_BELOW[::2]).axes[0]
    assert [bar.get_x() for bar in axes.patches] == pytest.approx([0, 0.2, 0.7])
    assert axes.get_yticklabels()[0].get_text() == "all  (n = 100)"


def test_a_heat_map_hatches_what_is_withheld_and_writes_per_cents() -> None:
    cells = pd.DataFrame(
        {
            "test_advice": ["havo", "havo", "vwo", "vwo"],
            "advice": ["havo", "vwo", "havo", "vwo"],
            "share": [0.7, 0.3, np.nan, 0.9],
            "n_obs": pd.array([70, 30, None, 90], dtype="Int64"),
            "n_tested": pd.array([100, 100, 100, 100], dtype="Int64"),
        }
    )
    axes = charts.heat_map(cells).axes[0]
    assert [text.get_text() for text in axes.texts] == ["70", "30", "90"]
    assert [patch.get_xy() for patch in axes.patches if patch.get_hatch()] == [(0, 1)]
    assert axes.get_yticklabels()[1].get_text() == "vwo  (n = 100)"


def test_gaps_of_three_outcomes_are_drawn_in_two_variants_of_control() -> None:
    rows = [
        row(0.1, model=f"{outcome}_lpm_fe", term="laag", controls=controls)
        for outcome in gaps.OUTCOMES
        for controls in ("mutual", "alone")
    ]
    figure = gaps.gaps(pd.DataFrame(rows), "lpm_fe")
    assert [axes.get_title(loc="left") for axes in figure.axes] == list(gaps.OUTCOMES.values())
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        "all factors together",
        "one factor at a time",
    ]


@pytest.mark.parametrize(("points", "text"), [(5, "+5"), (-2.5, "−2.5"), (0, "0"), (1e-12, "0")])
def test_differences_have_a_sign(points: float, text: str) -> None:
    assert gaps._signed(points) == text


def test_the_parts_of_a_gap_are_named_in_words() -> None:
    """A factor stood along the axis as its code, one_parent."""
    rows = pd.DataFrame({"term": "laag", "part": ["raw", "one_parent"], "estimate": [0.2, 0.05]})
    figure = gaps.decomposition(rows.assign(ci_low=rows["estimate"] - 0.1, ci_high=rows["estimate"] + 0.1))
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert sorted(labels) == ["one-parent household", "raw"]
