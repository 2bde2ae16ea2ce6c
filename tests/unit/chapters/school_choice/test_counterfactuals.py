import numpy as np
import pandas as pd
import pytest

from analysis.chapters.school_choice import charts_counterfactuals as charts
from analysis.chapters.school_choice.findings_counterfactuals import counterfactuals
from analysis.chapters.school_choice.findings_tastes import largest_variation
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
MIXED = pd.DataFrame({"p_groups": [1e-9], "p_within": [0.601], "converged": ["yes"]})


def names(axes):
    return [label.get_text() for label in axes.get_yticklabels()]


def points(figure):
    lines = [line for line in figure.axes[0].lines if line.get_marker() not in ("", "None", None)]
    return [[float(x) for x in line.get_xdata()] for line in lines]


def test_dissimilarity_stands_by_scenario_without_those_of_a_single_school():
    figure = charts.segregation_by_scenario(SCENARIOS)
    assert names(figure.axes[0])[0] == "random allocation"
    assert names(figure.axes[0])[-1] == "now"
    assert points(figure) == [[0.18, 0.44, 0.51, 0.40, 0.60, 0.64]]


def test_what_makes_segregation_is_drawn_as_the_average_over_orders():
    figure = charts.residence_and_choice(PARTS)
    assert names(figure.axes[0]) == ["chance", "where groups live", "how much distance counts", "what groups look for"]
    assert points(figure) == [[0.18, 0.21, 0.0, 0.21]]


def test_who_moves_is_drawn_for_the_nearest_band():
    figure = charts.moved_nearby(MOVED)
    assert points(figure) == [[0.45], [0.2]]
    assert figure.axes[0].get_xlabel() == "share at schools nearby (below 1 km)"
    assert points(charts.change_of_kind(MOVED)) == [[0.1]]


def test_those_who_stay_with_a_kind_are_drawn_by_model():
    # Of none 80% by every model, of Dalton 10, 15, 14 and 12%; by size alone 70% and 30%.
    by_model = [[0.8, 0.1], [0.8, 0.15], [0.8, 0.14], [0.8, 0.12]]
    assert points(charts.staying_with_the_kind(SUBSTITUTION)) == [*by_model, [0.7, 0.3]]


def findings_of(scenarios=SCENARIOS, parts=PARTS, substitution=SUBSTITUTION, mixed=MIXED):
    return counterfactuals(scenarios, parts, substitution, mixed).set_index("name")["sentence"]


def test_the_sentences_tell_the_numbers_of_the_tables():
    findings = findings_of()
    assert "is 0.64. It would be 0.51 if" in findings["nearest_hoog_laag"]
    assert (
        "0.44 if all attended the nearest school that has a place for them, and 0.18 if chance"
        in (findings["nearest_hoog_laag"])
    )
    assert "would be 0.200 lower than" in findings["no_taste_hoog_laag"]
    assert "(95% interval 0.160 to 0.240)" in findings["no_taste_hoog_laag"]
    assert "50% comes of where the groups live" in findings["residence_hoog_laag"]
    assert "it is 40% to 60%" in findings["residence_hoog_laag"]
    # Dalton keeps 10% by one model and 15% by a model per group: of two kinds, 5% go to the other one.
    assert "differ in their tastes (likelihood-ratio test: p < 0.001)" in findings["tastes_of_groups"]
    assert "sends 5.0% of their pupils" in findings["tastes_of_groups"]


def test_how_far_two_models_are_apart_is_the_total_variation_and_not_the_largest_cell():
    """Of pupils of a closed school 3% more go to each of two kinds and 6% fewer to a third: 6% go elsewhere."""
    rows = pd.DataFrame({"closes": "all schools", "kind": "a", "to": list("bcd")})
    both = pd.concat([rows.assign(model="x", share=[0.5, 0.3, 0.2]), rows.assign(model="y", share=[0.44, 0.33, 0.23])])
    assert largest_variation(both, "x", "y") == pytest.approx(0.06)
    assert np.isnan(largest_variation(both, "x", "z"))


@pytest.mark.parametrize("p_groups", [0.01, 0.3])
@pytest.mark.parametrize("p_within", [0.01, 0.3])
def test_what_is_said_of_tastes_follows_from_the_tests(p_groups, p_within):
    findings = findings_of(mixed=MIXED.assign(p_groups=p_groups, p_within=p_within))
    between, within = findings["tastes_of_groups"], findings["substitution"]
    assert between.startswith("Groups of parents differ") == (p_groups < 0.05)
    assert ("does not mean that they do not" in between) == (p_groups > 0.05)
    assert within.startswith("Within the groups pupils differ") == (p_within < 0.05)
    assert ("does not mean that they are alike" in within) == (p_within > 0.05)
    assert f"p = {p_within:.3f}" in within
    # The mixed logit that knows the groups, 12%, beside the model that has only these, 14%.
    assert ("sends 2.0% of their pupils" in within) == (p_within < 0.05)


def test_of_one_group_only_pupils_can_differ():
    one = SUBSTITUTION[SUBSTITUTION["model"] != "group_terms"]
    findings = findings_of(substitution=one, mixed=MIXED.assign(p_groups=np.nan, p_within=1e-12))
    assert "tastes_of_groups" not in findings
    assert findings["substitution"].startswith(
        "Pupils differ in their tastes (mixed logit, likelihood-ratio test: p < "
    )


@pytest.mark.parametrize("share", [-0.1, 0.0, 1.0, 1.2])
def test_where_only_homes_can_differ_or_a_part_is_no_share_nothing_is_said_of_it(share):
    shapley = (PARTS["order"] == "Shapley") & (PARTS["factor"] == "residence")
    assert "residence_hoog_laag" not in findings_of(parts=PARTS.assign(share=PARTS["share"].mask(shapley, share)))


def test_an_order_that_makes_no_visible_difference_is_not_reported():
    """The shares were printed as "it is 54% to 54%"."""
    same = PARTS.assign(share=PARTS["share"].where(PARTS["factor"] != "residence", 0.541))
    assert "how they choose. A home" in findings_of(parts=same)["residence_hoog_laag"]


def test_an_end_beside_zero_is_not_printed_as_zero():
    small = SCENARIOS.assign(difference_fit=-0.012, difference_fit_low=-0.021, difference_fit_high=-0.003)
    assert (
        "0.012 lower than the models predict for now (95% interval 0.003 to 0.021)"
        in (findings_of(small)["no_taste_hoog_laag"])
    )


def test_by_postcode_the_sentence_says_what_it_cannot_mean():
    by_postcode = findings_of(SCENARIOS.assign(group="nonwestern_rest"))["nearest_nonwestern_rest"]
    assert "is 0.64. It would be 0.51 if all attended the school nearest to the centre" in by_postcode
    assert "does not say whether choice segregates" in by_postcode


def test_a_difference_that_may_be_of_either_sign_is_none():
    higher = SCENARIOS.assign(difference_fit=0.01, difference_fit_low=-0.01, difference_fit_high=0.03)
    sentence = findings_of(higher)["no_taste_hoog_laag"]
    assert "would not measurably differ from what the models predict for now" in sentence
    assert "the difference is 0.010 (95% interval −0.010 to 0.030)" in sentence
    assert "higher" not in sentence


def test_what_is_withheld_or_did_not_converge_is_not_reported():
    withheld = SCENARIOS.assign(
        estimate=SCENARIOS["estimate"].mask(SCENARIOS["scenario"] == "now"), difference_fit=np.nan
    )
    failed = MIXED.assign(converged="no", p_groups=np.nan, p_within=np.nan)
    findings = findings_of(withheld, PARTS.assign(share=np.nan), SUBSTITUTION, failed)
    assert list(findings.index) == ["mixed_logit"]
    assert "did not converge" in findings["mixed_logit"]


def test_the_same_in_dutch():
    with speaking("nl"):
        findings = findings_of()
        by_postcode = findings_of(SCENARIOS.assign(group="nonwestern_rest"))
        figure = charts.moved_nearby(MOVED)
    assert "hoogstens 5,0% van hun leerlingen" in findings["tastes_of_groups"]
    assert "aannemelijkheidsquotiënttoets: p = 0,601" in findings["substitution"]
    assert "0,200 lager zijn dan" in findings["no_taste_hoog_laag"]
    assert "en 0,44 als iedereen" in by_postcode["nearest_nonwestern_rest"]
    assert "is 0,64. Zij zou 0,51 zijn" in findings["nearest_hoog_laag"]
    assert figure.axes[0].get_xlabel() == "aandeel op scholen dichtbij (minder dan 1 km)"
