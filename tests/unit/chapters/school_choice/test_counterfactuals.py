import numpy as np
import pandas as pd
import pytest

from analysis.chapters.school_choice import charts_counterfactuals as charts
from analysis.chapters.school_choice.findings_counterfactuals import counterfactuals
from analysis.language import speaking

SCENARIOS = pd.DataFrame(
    {
        "scenario": ["now", "nearest", "nearest_with_capacity", "random", "model_fit", "no_taste", "closes"],
        "group": "hoog_laag",
        "index": "dissimilarity",
        "estimate": [0.64, 0.51, 0.44, 0.18, 0.60, 0.40, 0.61],
        "ci_low": [np.nan, np.nan, 0.43, 0.16, 0.57, 0.37, 0.58],
        "ci_high": [np.nan, np.nan, 0.45, 0.20, 0.63, 0.43, 0.64],
        "difference_fit": [np.nan] * 5 + [-0.20, 0.01],
        "difference_fit_low": [np.nan] * 5 + [-0.24, -0.01],
        "difference_fit_high": [np.nan] * 5 + [-0.16, 0.03],
        "n_obs": 4865,
    }
)
PARTS = pd.DataFrame(
    {
        "group": "hoog_laag",
        "index": "dissimilarity",
        "order": ["Shapley"] * 4 + ["residence first", "tastes first"],
        "factor": ["chance", "residence", "distance", "tastes", "residence", "residence"],
        "estimate": [0.18, 0.21, 0.0, 0.21, 0.17, 0.25],
        "ci_low": [0.17, 0.20, -0.01, 0.20, 0.16, 0.24],
        "ci_high": [0.19, 0.22, 0.01, 0.22, 0.18, 0.26],
        "share": [np.nan, 0.5, 0.0, 0.5, 0.4, 0.6],
        "n_obs": 4865,
    }
)
MOVED = pd.DataFrame(
    {
        "scenario": ["closes", "closes", "opens", "opens", "changes"],
        "group": "hoog_none",
        "term": ["below 1 km", "1 km or more", "below 1 km", "1 km or more", "pupils"],
        "estimate": [0.45, 0.55, 0.2, 0.8, 0.1],
        "ci_low": [0.40, 0.50, 0.1, 0.7, -0.1],
        "ci_high": [0.50, 0.60, 0.3, 0.9, 0.3],
        "n_obs": 2030,
    }
)
KINDS = pd.MultiIndex.from_product(
    [
        ["conditional_logit", "model_per_group", "group_terms", "mixed_logit"],
        ["one school"],
        ["none", "Dalton"],
        ["none", "Dalton"],
    ],
    names=["model", "closes", "kind", "to"],
)
SUBSTITUTION = KINDS.to_frame(index=False).assign(
    share=[0.8, 0.2, 0.9, 0.1, 0.8, 0.2, 0.85, 0.15, 0.8, 0.2, 0.86, 0.14, 0.8, 0.2, 0.88, 0.12],
    proportional=[0.7, 0.3] * 8,
    converged="yes",
    n_obs=1000,
)
MIXED = pd.DataFrame({"p_groups": [1e-9], "n_obs": 1000})


def names(axes):
    return [label.get_text() for label in axes.get_yticklabels()]


def points(figure):
    lines = [line for line in figure.axes[0].lines if line.get_marker() not in ("", "None", None)]
    return [[float(x) for x in line.get_xdata()] for line in lines]


def test_dissimilarity_stands_by_scenario_without_those_of_a_single_school():
    figure = charts.segregation_by_scenario(SCENARIOS)
    assert names(figure.axes[0])[0] == "now"
    assert names(figure.axes[0])[-1] == "random allocation"
    assert points(figure) == [[0.64, 0.60, 0.40, 0.51, 0.44, 0.18]]


def test_what_makes_segregation_is_drawn_as_the_average_over_orders():
    figure = charts.residence_and_choice(PARTS)
    assert names(figure.axes[0]) == ["chance", "where groups live", "how much distance counts", "what groups look for"]
    assert points(figure) == [[0.18, 0.21, 0.0, 0.21]]


def test_who_moves_is_drawn_for_the_nearest_band():
    figure = charts.moved_nearby(MOVED)
    assert [line.get_xdata().tolist() for axes in figure.axes for line in axes.lines] == [[0.45], [0.2]]
    assert figure.axes[-1].get_xlabel() == "share at schools nearby (below 1 km)"
    change = charts.change_of_kind(MOVED, "denomination", "Catholic")
    assert points(change) == [[0.1]]
    assert change.axes[0].get_title(loc="left") == "denomination becomes Catholic"


def test_those_who_stay_with_a_kind_are_drawn_from_the_lowest_to_the_highest_model():
    # Of none 80% by every model, of Dalton 10, 15, 14 and 12%; by size alone 70% and 30%.
    axes = charts.staying_with_the_kind(SUBSTITUTION).axes[0]
    assert [ends[:, 0].tolist() for ends in axes.collections[0].get_segments()] == [[0.8, 0.8], [0.1, 0.15]]
    assert [line.get_xdata().tolist() for line in axes.lines if line.get_marker() == "s"] == [[0.7, 0.3]]


def findings_of(scenarios=SCENARIOS, parts=PARTS, mixed=MIXED):
    return counterfactuals(scenarios, parts, mixed).set_index("name")["sentence"]


def headline(sentence):
    return sentence.beside["headline"]


def test_the_sentences_tell_the_numbers_of_the_tables():
    findings = findings_of()
    assert "by parents' education in the entry cohort is 0.64, as counted. It would be 0.51 if" in findings["nearest"]
    assert "0.44 at the nearest one with a place, and 0.18 by chance alone" in findings["nearest"]
    assert "would be 0.40: 0.20 lower than the 0.60 that the models predict" in findings["no_taste"]
    assert "(95% interval 0.16 to 0.24)" in findings["no_taste"]
    assert (
        "as modelled, 40% to 60% follows from where families live, depending on the order of" in findings["residence"]
    )
    assert findings["residence"].beside["key"] == "40% to 60%"
    assert findings["tastes_of_groups"].endswith("(likelihood-ratio test: p < 0.001).")


def test_a_second_pair_of_groups_is_added_with_its_own_numbers():
    both = pd.concat([SCENARIOS, SCENARIOS.assign(group="nonwestern_none", estimate=SCENARIOS["estimate"] - 0.1)])
    parts = pd.concat([PARTS, PARTS.assign(group="nonwestern_none", share=PARTS["share"] - 0.1)])
    findings = findings_of(both, parts)
    assert findings["nearest"].endswith("by non-western background of 0.54 would be 0.41 at the nearest school.")
    assert findings["no_taste"].endswith(
        "the difference is \N{MINUS SIGN}0.20 (95% interval \N{MINUS SIGN}0.24 to \N{MINUS SIGN}0.16)."
    )
    # 0.4 and 0.6 less 0.1; the share of distance, zero less 0.1, is none of residence
    assert findings["residence"].endswith("Of that by non-western background, 30% to 50% follows from where they live.")
    assert headline(findings["nearest"]).endswith("the entry cohort would be less segregated by parents' education")


@pytest.mark.parametrize(("p_groups", "words"), [(0.01, "Groups of parents differ"), (0.3, "do not measurably differ")])
def test_what_is_said_of_tastes_follows_from_the_test(p_groups, words):
    sentence = findings_of(mixed=MIXED.assign(p_groups=p_groups))["tastes_of_groups"]
    assert words in headline(sentence)
    assert f"p = {p_groups:.3f}" in sentence
    assert "tastes_of_groups" not in findings_of(mixed=MIXED.assign(p_groups=np.nan))


@pytest.mark.parametrize(
    ("near", "words"), [(0.51, "less segregated"), (0.7, "more segregated"), (0.64, "equally segreg")]
)
def test_words_on_the_nearest_school_follow_what_was_counted(near, words):
    rows = SCENARIOS.assign(estimate=SCENARIOS["estimate"].mask(SCENARIOS["scenario"] == "nearest", near))
    assert words in headline(findings_of(rows)["nearest"])


@pytest.mark.parametrize(
    ("low", "words"), [(0.16, "Where families live explains 40% to 60%"), (-0.01, "It cannot be determined whether")]
)
def test_where_the_order_decides_nothing_is_the_most(low, words):
    """Residence is 40% to 60% of what is explained, by the order."""
    sentence = findings_of(parts=PARTS.assign(ci_low=low))["residence"]
    assert words in headline(sentence)
    assert ("key" in sentence.beside) == (low > 0)


@pytest.mark.parametrize(
    ("share", "words"), [(0.7, "where families live, not how"), (0.3, "how families choose, not where")]
)
def test_most_is_said_of_residence_only_in_every_order(share, words):
    """Of a dissimilarity of .42 beyond chance .29 or .13 is residence, known to .01."""
    rows = PARTS.assign(share=PARTS["share"].where(PARTS["factor"] != "residence", share))
    estimate = rows["estimate"].where(rows["factor"] != "residence", 0.42 * share)
    rows = rows.assign(estimate=estimate, ci_low=estimate - 0.01, ci_high=estimate + 0.01)
    assert words in headline(findings_of(parts=rows)["residence"])


@pytest.mark.parametrize("share", [-0.1, 0.0, 1.0, 1.2])
def test_where_only_homes_can_differ_or_a_part_is_no_share_nothing_is_said_of_it(share):
    shapley = (PARTS["order"] == "Shapley") & (PARTS["factor"] == "residence")
    assert "residence" not in findings_of(parts=PARTS.assign(share=PARTS["share"].mask(shapley, share)))


def test_an_order_that_makes_no_visible_difference_is_not_reported():
    """The shares were printed as "it is 54% to 54%"."""
    same = PARTS.assign(share=PARTS["share"].where(PARTS["factor"] != "residence", 0.541))
    assert "as modelled, 54% follows from where families live. The" in findings_of(parts=same)["residence"]
    assert findings_of(parts=same)["residence"].endswith("follows from how they choose.")


def test_an_end_beside_zero_is_not_printed_as_zero():
    small = SCENARIOS.assign(difference_fit=-0.012, difference_fit_low=-0.021, difference_fit_high=-0.003)
    assert (
        "0.012 lower than the 0.60 that the models predict for now (95% interval 0.003 to 0.021)"
        in (findings_of(small)["no_taste"])
    )


def test_by_postcode_the_sentence_says_what_it_cannot_mean():
    by_postcode = findings_of(SCENARIOS.assign(group="nonwestern_rest"))["nearest"]
    assert headline(by_postcode) == "Postcodes do not show whether school choice segregates"
    assert "as postcodes show it in the entry cohort is 0.64" in by_postcode


@pytest.mark.parametrize(
    ("difference", "half", "words", "said"),
    [
        (0.2, 0.04, "more segregated", "0.20 higher than the 0.60"),
        (-0.2, 0.04, "less segregated", "0.20 lower than the 0.60"),
        (0.01, 0.02, "not measurably", "by 0.01 (95% interval −0.01 to 0.03)"),
    ],
)
def test_words_on_taste_follow_sign_and_interval(difference, half, words, said):
    ends = {"difference_fit_low": difference - half, "difference_fit_high": difference + half}
    sentence = findings_of(SCENARIOS.assign(difference_fit=difference, **ends))["no_taste"]
    assert words in headline(sentence)
    assert said in sentence


def test_what_is_withheld_is_not_reported():
    withheld = SCENARIOS.assign(
        estimate=SCENARIOS["estimate"].mask(SCENARIOS["scenario"] == "now"), difference_fit=np.nan
    )
    assert findings_of(withheld, PARTS.assign(share=np.nan), MIXED.assign(p_groups=np.nan)).empty


def test_the_same_in_dutch():
    with speaking("nl"):
        findings = findings_of()
        figure = charts.moved_nearby(MOVED)
    assert "0,20 lager dan de 0,60" in findings["no_taste"]
    assert (
        "naar opleiding van de ouders in het instroomcohort is 0,64, zoals geteld. Die zou 0,51"
        in (findings["nearest"])
    )
    assert figure.axes[-1].get_xlabel() == "aandeel op scholen dichtbij (minder dan 1 km)"
