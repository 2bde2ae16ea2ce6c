import pandas as pd
import pytest

from analysis.chapters.school_choice.findings import school_choice
from analysis.language import speaking

NEAREST = pd.DataFrame({"from": ["postcode"], "pupils": [400], "at_nearest": [100], "share": [0.25]})
FIT = pd.DataFrame(
    {
        "group": ["hoog_none", "laag_migration"],
        "n_schools": 1193,
        "distance_share": [0.9, 0.4],
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


def headline(sentence):
    return sentence.beside["headline"]


def test_the_share_at_the_nearest_school_is_that_of_pupils():
    findings = school_choice(travel(LOW, HIGH), NEAREST, FIT, KINDS).set_index("name")
    assert (
        "25% (95% interval 21% to 29%) attend the school nearest to the centre of their postcode"
        in findings["sentence"]["at_nearest_school"]
    )
    # 800 + 900; 298 + 101, not 300 + 100
    assert findings["n"].to_dict() == {"at_nearest_school": 400, "travel": 1700, "concepts": 399}


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.4, "Most children do not"), (0.6, "Most children start"), (0.54, "About half of children start")],
)
def test_most_is_said_of_the_nearest_school_only_where_it_is_established(share, words):
    """Of 400 pupils half is known to 1.96 sqrt(.25 / 400) = 5 percentage points."""
    assert headline(findings_of(travel(LOW), NEAREST.assign(share=share))["at_nearest_school"]).startswith(words)


def test_pupils_at_an_own_address_are_reported_from_home():
    assert "nearest to home" in findings_of(travel(LOW), NEAREST.assign(**{"from": "home"}))["at_nearest_school"]


def test_a_share_at_the_nearest_school_that_is_withheld_makes_no_sentence():
    assert "at_nearest_school" not in findings_of(travel(LOW), NEAREST.assign(share=float("nan")))


def test_two_groups_go_farther_for_opposite_schools():
    sentence = findings_of(travel(LOW, HIGH))["travel"]
    assert sentence == (
        "For a school where the schoolweging is 4.3 points lower, children from neighbourhoods where the share of "
        "non-western inhabitants is below 20% go 0.31 km farther (95% interval 0.21 to 0.42). For a school "
        "where the schoolweging is 4.3 points higher, children from neighbourhoods where the share of non-western "
        "inhabitants is 60% or more go "
        "0.25 km farther (95% interval 0.16 to 0.35)."
    )
    assert headline(sentence) == "One group goes farther for schools with a lower schoolweging, one to avoid them"
    assert sentence.beside["key"] == "0.31 km"
    assert sentence.beside["yardstick"].startswith("0.25 km to avoid such schools: 60% or more")
    assert "median distance of 0.6 km." in sentence.beside["caveat"]


@pytest.mark.parametrize(
    ("low", "high", "words", "said"),
    [
        ((0.2, 0.1, 0.3), (0.6, 0.5, 0.7), "Groups of children go farther for schools with a lower", "go 0.20 km"),
        ((-0.6, -0.7, -0.5), (-0.2, -0.3, -0.1), "Groups of children go farther for schools with a higher", "go 0.20"),
        (
            (-0.1, -0.3, 0.1),
            (0.6, 0.5, 0.7),
            "Going farther for schools with a lower schoolweging: measurable in 1 of 2",
            "do not measurably",
        ),
        (
            (-0.6, -0.7, -0.5),
            (0.1, -0.1, 0.3),
            "Going farther for schools with a higher schoolweging: measurable in 1 of 2",
            "do not measurably",
        ),
        ((-0.1, -0.3, 0.1), (0.1, -0.1, 0.3), "Children do not measurably go farther", "do not measurably"),
    ],
)
def test_words_on_two_groups_follow_both_intervals(low, high, words, said):
    sentence = findings_of(travel(("all", *low, 500), ("hoog_none", *high, 500)))["travel"]
    assert headline(sentence).startswith(words)
    assert said in sentence


def test_groups_that_may_not_be_the_ends_are_not_taken_for_them():
    # .31 and .29 with half intervals of .11: the difference has a standard error of .08.
    close = ("20%-40% non-western", 0.29, 0.18, 0.40, 800)
    caveat = findings_of(travel(LOW, close, HIGH))["travel"].beside["caveat"]
    assert "another of the 3 groups may have a larger or smaller value" in caveat
    assert "another of the" not in findings_of(travel(LOW, HIGH))["travel"].beside["caveat"]


@pytest.mark.parametrize(("low", "high"), [(-0.01, 0.3), (-0.3, 0.01), (0.0, 0.2), (-0.2, 0.0)])
def test_an_interval_across_zero_is_not_measurable(low, high):
    sentence = findings_of(travel(("all", (low + high) / 2, low, high, 500)))["travel"]
    assert "do not measurably go farther" in sentence
    assert f"{low:.2f} to {high:.2f})".replace("-", "\N{MINUS SIGN}") in sentence
    assert "do not measurably" in headline(sentence)


def test_a_group_of_parents_is_named_and_the_step_in_percentage_points():
    sentence = findings_of(travel(("hoog_none", 0.9, 0.7, 1.1, 500), term="share_hoog", step=0.185))["travel"]
    assert "is 19 percentage points higher" in sentence  # of 18.5
    assert "children of highly educated parents without a migration background go 0.90 km" in sentence
    assert headline(sentence) == "Children go farther for schools with more highly educated parents"


def test_an_estimate_that_is_withheld_or_not_defined_makes_no_sentence():
    assert "travel" not in findings_of(travel(("all", None, None, None, None)))


def test_distance_is_the_first_criterion_only_where_it_explains_most():
    two = FIT.assign(distance_share=[0.9, 0.8])
    assert "group of parents: 80% to 90% of what" in findings_of(travel(LOW), fit=two)["distance"]
    assert "distance" not in findings_of(travel(LOW), fit=two.assign(distance_share=[0.9, 0.4]))


def test_who_attends_a_concept_is_reported_of_the_group_with_most_and_with_least():
    sentence = findings_of(travel(LOW))["concepts"]
    assert "with a migration background, 90% attend a school without an educational concept" in sentence
    assert "without a migration background, 50%." in sentence
    assert "predicts 85% and 60%" in sentence
    assert headline(sentence).startswith("Groups of parents differ")
    assert "concepts" not in findings_of(travel(LOW), kinds=KINDS.assign(observed=[0.5, None, 0.1]))


def test_groups_whose_rank_is_not_established_are_not_called_the_first():
    # 50% of 300 and 48% of 100: .02 apart, standard error sqrt(.25 / 300 + .25 / 100) = .06.
    sentence = findings_of(travel(LOW), kinds=KINDS.assign(observed=[0.5, 0.48, 0.1]))["concepts"]
    assert "50% attend a school without an educational concept" in sentence
    assert "is not established" in sentence
    assert "is not established" in headline(sentence)


def test_findings_are_written_in_dutch_with_dutch_numbers():
    with speaking("nl"):
        far = findings_of(travel(LOW, HIGH))
    assert (
        "25% (95%: 21% tot 29%) naar de school die van alle scholen het dichtst bij het midden"
        in far["at_nearest_school"]
    )
    assert far["travel"].startswith(
        "Voor een school waar de schoolweging 4,3 punten lager is, gaan kinderen uit buurten waar het aandeel inwoners "
        "met een niet-westerse achtergrond minder dan 20% is 0,31 km verder (95%"
    )
    assert "van kinderen van hoogopgeleide ouders zonder migratieachtergrond is dat 50%" in far["concepts"]
