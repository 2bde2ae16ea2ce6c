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


def test_a_panel_per_term_on_one_scale_and_a_line_per_group(by_year) -> None:
    axes = charts.by_year(by_year, ["vwo", "havo"], ["laag", "hoog"]).axes
    assert [panel.get_title(loc="left") for panel in axes] == ["vwo", "havo"]
    assert [line.get_ydata().tolist() for line in axes[0].get_lines()] == [pytest.approx([0.1, 0.2, 0.3])] * 2
    assert axes[0].get_ylim() == axes[1].get_ylim()
    named = {text.get_text() for text in axes[1].texts}
    assert {words.replace("\n", " ") for words in named} == {"30% parents low- educated", "30% parents highly educated"}


def test_revised_has_a_panel_for_all_and_per_group_and_a_mark_where_the_test_changed(by_year) -> None:
    everyone = by_year[(by_year["group"] == "laag") & (by_year["term"] == "vwo")].assign(group="all", estimate=0.5)
    rows = pd.concat([by_year[by_year["term"] == "vwo"], everyone])
    axes = charts.revised(rows, ["laag", "hoog"], ["2018/19"]).axes
    assert [panel.get_title(loc="left") for panel in axes] == [
        "all pupils",
        "parents low-educated",
        "parents highly\neducated",
    ]
    everybody, mark = axes[0].get_lines()
    own, _ = axes[1].get_lines()
    assert own.get_ydata().tolist() == pytest.approx([0.1, 0.2, 0.3])
    assert everybody.get_ydata().tolist() == [0.5] * 3
    assert mark.get_xdata()[0] == 1.5
    assert "the test changed" in [text.get_text() for text in axes[0].texts]


def test_what_cannot_be_is_left_out() -> None:
    """No advice is above the highest."""
    rows = [
        row(share, category=advice, group=group, term="over-advice")
        for advice, share in (("havo", 0.3), ("vwo", 0.0))
        for group in ("laag", "hoog")
    ]
    (axes,) = charts.by_test_advice(pd.DataFrame(rows), ["laag", "hoog"]).axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["havo"]


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


def test_the_advices_of_the_test_are_in_their_order_though_the_first_cell_is_withheld() -> None:
    cells = pd.DataFrame({"test_advice": ["vwo", "vmbo-b"], "advice": "vwo", "share": [0.9, 0.1], "n_tested": 100})
    axes = charts.heat_map(cells).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["vmbo-b  (n = 100)", "vwo  (n = 100)"]


def test_groups_are_named_by_their_category_in_the_order_of_these() -> None:
    rows = [
        row(0.2, category=category, group=group, term=term)
        for term in ("under", "over")
        for category, group in (("origin", "western"), ("education", "laag"), ("education", "all"), ("income", "low"))
    ]
    axes = charts.by_group(pd.DataFrame(rows), ["education", "origin"]).axes[0]
    named = [label.get_text() for label in axes.get_yticklabels()]
    assert named == ["education", "parents low-educated", "origin", "western background"]


def test_gaps_of_three_outcomes_are_drawn_with_their_numbers_and_all_factors_together() -> None:
    rows = [
        row(gap, model=f"{outcome}_lpm_fe", outcome=outcome, term="laag", controls=controls)
        for outcome in gaps.OUTCOMES
        for controls, gap in (("mutual", 0.1), ("alone", 0.2))
    ]
    figure = gaps.gaps(pd.DataFrame(rows), "lpm_fe")
    assert [axes.get_title(loc="left") for axes in figure.axes] == list(gaps.OUTCOMES.values())
    assert [[text.get_text() for text in axes.texts] for axes in figure.axes] == [["+10.0"]] * 3


def test_the_ways_to_take_the_score_in_stand_below_the_group_they_are_of() -> None:
    rows = [row(gap, model=model, term=term) for term in ("laag", "girl") for model, gap in (("b", 0.2), ("a", 0.1))]
    (axes,) = gaps.compared(pd.DataFrame(rows), {"a": "score as it is", "b": "score and LOVS"}, ["girl", "laag"]).axes
    ways = ["score as it is", "score and LOVS"]
    named = [label.get_text() for label in axes.get_yticklabels()]
    assert named == ["girl", *ways, "parents low-educated", *ways]
    assert [text.get_text() for text in axes.texts] == ["+10.0", "+20.0"] * 2


def test_few_runs_of_schools_have_a_line_each_and_many_are_dots_along_the_axis() -> None:
    runs = pd.DataFrame([row(0.01 * place, place=place) for place in range(20)])
    assert gaps.caterpillar(runs).axes[0].get_xticks().size == 0
    few = gaps.caterpillar(runs[:3]).axes[0]
    named = [label.get_text() for label in few.get_yticklabels()]
    assert named == ["schools with the least under-advice", "next schools", "with the most"]
    assert [text.get_text() for text in few.texts] == ["0.0", "+1.0", "+2.0"]


def test_the_parts_of_a_gap_add_up_to_it() -> None:
    rows = pd.DataFrame({"term": "laag", "part": ["raw", "one_parent", "rest"], "estimate": [0.2, 0.05, 0.15]})
    (axes,) = gaps.decomposition(rows.assign(ci_low=rows["estimate"] - 0.1, ci_high=rows["estimate"] + 0.1)).axes
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == ["the whole difference", "goes with: one-parent household", "left when all are equal"]
    ends = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in axes.patches]
    assert ends == [pytest.approx(pair) for pair in [(0, 0.2), (0, 0.05), (0.05, 0.2)]]
    assert axes.texts[1].get_text() == "5.0 (\N{MINUS SIGN}5.0 to 15.0)"


def test_gaps_by_year_have_time_along_the_axis() -> None:
    rows = [row(0.1 * at, term="laag", group=f"201{at}/1{at + 1}") for at in range(4, 8)]
    (axes,) = gaps.gaps_by(pd.DataFrame(rows), ["laag"], title="year").axes
    assert axes.get_lines()[0].get_ydata().tolist() == pytest.approx([0.4, 0.5, 0.6, 0.7])
    assert list(axes.get_lines()[-1].get_ydata()) == [0, 0]  # no difference
