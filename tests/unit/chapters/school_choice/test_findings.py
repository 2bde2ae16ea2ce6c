import pandas as pd
import pytest

from analysis.chapters.school_choice.findings import school_choice
from analysis.language import speaking

NEAREST = pd.DataFrame({"from": ["postcode"], "pupils": [400], "at_nearest": [100], "share": [0.25]})
FIT = pd.DataFrame(
    {
        "group": ["hoog_none", "laag_migration"],
        "n_schools": 1193,
        "pseudo_r2": 0.5,
        "pseudo_r2_distance": [0.45, 0.2],
        "n_choosers": [298, 101],
    }
)
KINDS = pd.DataFrame(
    columns=["group", "attribute", "category", "observed", "without_taste", "pupils"],
    data=[
        ("hoog_none", "concept", "none", 0.5, 0.6, 300),
        ("laag_migration", "concept", "none", 0.9, 0.85, 100),
        ("laag_migration", "denomination", "openbaar", 0.1, 0.1, 100),
    ],
)
LOW, HIGH = (
    ("below 20% non-western", 0.314, 0.208, 0.421, 800),
    ("60% or more non-western", -0.254, -0.351, -0.157, 900),
)


def travel(*rows, term="schoolweging", step=-4.26):
    """Estimates of the extra distance, from (group, estimate, ci_low, ci_high, n_obs)."""
    frame = pd.DataFrame(rows, columns=["group", "estimate", "ci_low", "ci_high", "n_obs"])
    return frame.assign(term=term, step=step, start_km=0.648)


def findings_of(rows, nearest=NEAREST, fit=FIT, kinds=KINDS):
    return school_choice(rows, nearest, fit, kinds).set_index("name")["sentence"]


def test_the_share_at_the_nearest_school_is_that_of_pupils():
    findings = school_choice(travel(LOW, HIGH), NEAREST, FIT, KINDS).set_index("name")
    assert "25% attend the school nearest to the centre of their postcode" in findings["sentence"]["at_nearest_school"]
    assert "1,193 schools" in findings["sentence"]["at_nearest_school"]
    assert findings["n"].to_dict() == {
        "at_nearest_school": 400,
        "travel_low": 900,
        "travel_high": 800,
        "concepts": 399,
    }  # 298 + 101, not 300 + 100


def test_pupils_at_an_own_address_are_reported_from_home():
    assert "nearest to their home" in findings_of(travel(LOW), NEAREST.assign(**{"from": "home"}))["at_nearest_school"]


def test_a_share_at_the_nearest_school_that_is_withheld_makes_no_sentence():
    assert "at_nearest_school" not in findings_of(travel(LOW), NEAREST.assign(share=float("nan")))


def test_a_group_at_the_end_that_may_be_another_is_not_taken_for_the_last():
    # .31 and .29 with half intervals of .11: the difference has a standard error of .08.
    close = ("20%-40% non-western", 0.29, 0.18, 0.40, 800)
    findings = findings_of(travel(LOW, close, HIGH))
    assert (
        "Of 3 groups this one has the highest estimate; that no group goes farther is not established."
        in findings["travel_high"]
    )
    assert "not established" not in findings["travel_low"]


def test_a_positive_estimate_is_farther_for_the_step():
    sentence = findings_of(travel(LOW, HIGH))["travel_high"]
    assert sentence.startswith("Neighbourhoods whose share of non-western inhabitants is below 20%: ")
    assert "0.31 (95% interval 0.21 to 0.42) km farther away" in sentence
    assert "one standard deviation (4.3 points) lower, counted from 0.6 km" in sentence


def test_a_negative_estimate_is_farther_for_the_opposite_and_ends_where_it_was_counted_from():
    sentence = findings_of(travel(LOW, HIGH))["travel_low"]
    assert "0.25 (95% interval 0.16 to 0.35) km farther away" in sentence
    assert "(4.3 points) higher, counted up to 0.6 km" in sentence


@pytest.mark.parametrize(("low", "high"), [(-0.01, 0.3), (-0.3, 0.01), (0.0, 0.2), (-0.2, 0.0)])
def test_an_interval_across_zero_is_not_measurable(low, high):
    sentence = findings_of(travel(("all", (low + high) / 2, low, high, 500)))["travel"]
    assert "do not measurably go farther" in sentence
    assert f"{low:.2f} to {high:.2f}) km".replace("-", "\N{MINUS SIGN}") in sentence
    assert "higher" not in sentence


def test_a_group_of_parents_is_named_and_the_step_in_percentage_points():
    sentence = findings_of(travel(("hoog_none", 0.9, 0.7, 1.1, 500), term="share_hoog", step=0.185))["travel"]
    assert sentence.startswith("High education, no migration background: pupils attend schools 0.90")
    assert "(18 percentage points) higher" in sentence  # 18.5 rounds to even


def test_an_estimate_that_is_withheld_or_not_defined_makes_no_sentence():
    assert "travel" not in findings_of(travel(("all", None, None, None, None)))


def test_distance_is_the_first_criterion_only_where_it_explains_most():
    two = FIT.assign(pseudo_r2_distance=[0.45, 0.4])
    assert "that alone explains 80% to 90% of what" in findings_of(travel(LOW), fit=two)["distance"]
    assert "distance" not in findings_of(travel(LOW), fit=two.assign(pseudo_r2_distance=[0.4, 0.2]))


def test_who_attends_a_concept_is_reported_of_the_group_with_most_and_with_least():
    sentence = findings_of(travel(LOW))["concepts"]
    assert "most by the group high education, no migration background (50%)" in sentence
    assert "least by the group low education, migration background (10%)" in sentence
    assert "predicts 40% and 15%" in sentence  # 1 - 0.6 and 1 - 0.85
    assert "concepts" not in findings_of(travel(LOW), kinds=KINDS.assign(observed=[0.5, None, 0.1]))


def test_groups_whose_rank_is_not_established_are_not_called_the_first():
    # 50% of 300 and 52% of 100: .02 apart, standard error sqrt(.25 / 300 + .25 / 100) = .06.
    sentence = findings_of(travel(LOW), kinds=KINDS.assign(observed=[0.5, 0.48, 0.1]))["concepts"]
    assert "52% attend a school with an educational concept" in sentence
    assert "is not established" in sentence


def test_findings_are_written_in_dutch_with_dutch_numbers():
    with speaking("nl"):
        far = findings_of(travel(LOW, HIGH))
    assert "kiezen uit 1.193 scholen" in far["at_nearest_school"]
    assert far["travel_high"].startswith(
        "Buurten waar het aandeel inwoners met een niet-westerse achtergrond minder dan 20% is"
    )
    assert "hoogopgeleid, zonder migratieachtergrond (50%)" in far["concepts"]
