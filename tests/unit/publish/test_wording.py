import pandas as pd
import pytest

from analysis.publish import wording
from analysis.publish.language import speaking

BANDS = pd.DataFrame({"band": ["below 36", "36 or more"], "share_now": [0.9, 0.104], "share_nearest": [0.94, 0.0651]})
NEAREST = pd.DataFrame({"pupils": [300, 100], "at_nearest": [90, 10]})
FIT = pd.Series({"n_alternatives": 1193})


def indices(**changes):
    rows = {
        "dissimilarity_now": (0.2514, 0.2461, 0.2567),
        "dissimilarity_nearest": (0.3126, 0.30, 0.32),
        "dissimilarity_random_allocation": (0.0418, 0.04, 0.05),
        "isolation_now": (0.4351, 0.43, 0.44),
    }
    frame = pd.DataFrame.from_dict(rows | changes, orient="index", columns=["estimate", "ci_low", "ci_high"])
    return frame.rename_axis("term").reset_index().assign(n_obs=58_428)


def travel(*rows):
    """Estimates of the extra distance, from (group, estimate, ci_low, ci_high, n_obs)."""
    frame = pd.DataFrame(rows, columns=["group", "estimate", "ci_low", "ci_high", "n_obs"])
    return frame.assign(sd_schoolweging=4.26, start_km=0.648)


LOW, HIGH = (
    ("below 20% non-western", 0.314, 0.208, 0.421, 800),
    ("60% or more non-western", -0.254, -0.351, -0.157, 900),
)


def sentences(found):
    return found.set_index("name")["sentence"]


def test_the_numbers_of_segregation_come_from_the_frames():
    found = sentences(wording.segregation(indices(), BANDS))
    assert "is 0.251 (95% interval 0.246 to 0.257)" in found["dissimilarity"]
    assert "random allocation of pupils to the same schools would give 0.042" in found["dissimilarity"]
    assert "44% of the pupils" in found["isolation"]
    assert "by postcode would be 0.313" in found["nearest_school"]
    assert "10% attend a school with a schoolweging of 36 or more" in found["highest_schoolweging"]
    assert "nearest school, 7% would" in found["highest_schoolweging"]


def test_other_numbers_make_other_sentences():
    other = indices(dissimilarity_now=(0.5, 0.4, 0.6))
    assert "is 0.500 (95% interval 0.400 to 0.600)" in sentences(wording.segregation(other, BANDS))["dissimilarity"]


def test_a_finding_tells_how_many_it_rests_on():
    found = wording.segregation(indices(), BANDS)
    assert list(found.columns) == wording.COLUMNS
    assert (found["n"] == 58_428).all()
    assert (found["unit"] == "pupils").all()


@pytest.mark.parametrize("side", ["share_now", "share_nearest"])
def test_a_withheld_band_makes_no_sentence(side):
    withheld = BANDS.assign(**{side: [0.9, None]})
    assert "highest_schoolweging" not in sentences(wording.segregation(indices(), withheld))


def test_an_estimate_that_is_absent_is_no_silent_gap():
    with pytest.raises(IndexError):
        wording.segregation(indices().query("term != 'isolation_now'"), BANDS)


def test_the_share_at_the_nearest_school_is_that_of_pupils():
    found = wording.school_choice(travel(LOW, HIGH), NEAREST, FIT).set_index("name")
    # (90 + 10) / (300 + 100), not the mean of 30% and 10%
    assert "25% attend the school nearest" in found.loc["at_nearest_school", "sentence"]
    assert "1,193 schools" in found.loc["at_nearest_school", "sentence"]
    assert found["n"].tolist() == [400, 800, 900]


def test_a_positive_estimate_is_farther_for_lower():
    sentence = sentences(wording.school_choice(travel(LOW, HIGH), NEAREST, FIT))["travel_low"]
    assert "below 20% non-western" in sentence
    assert "0.31 (95% interval 0.21 to 0.42) km farther away" in sentence
    assert "one standard deviation (4.3 points) lower, counted from 0.6 km" in sentence


def test_a_negative_estimate_is_farther_for_higher_and_ends_where_it_was_counted_from():
    sentence = sentences(wording.school_choice(travel(LOW, HIGH), NEAREST, FIT))["travel_high"]
    assert "0.25 (95% interval 0.16 to 0.35) km farther away" in sentence
    assert "(4.3 points) higher, counted up to 0.6 km" in sentence


@pytest.mark.parametrize(("low", "high"), [(-0.01, 0.3), (-0.3, 0.01), (0.0, 0.2), (-0.2, 0.0)])
def test_an_interval_across_zero_is_not_measurable(low, high):
    row = ("all", (low + high) / 2, low, high, 500)
    sentence = sentences(wording.school_choice(travel(row), NEAREST, FIT))["travel"]
    assert "do not measurably go farther" in sentence
    assert f"{low:.2f} to {high:.2f}) km".replace("-", "\N{MINUS SIGN}") in sentence
    assert "higher" not in sentence


def test_one_kind_of_neighbourhood_is_told_once():
    found = wording.school_choice(travel(LOW), NEAREST, FIT)
    assert found["name"].tolist() == ["at_nearest_school", "travel"]


def test_findings_are_told_in_dutch_with_dutch_numbers():
    with speaking("nl"):
        found = sentences(wording.segregation(indices(), BANDS))
        far = sentences(wording.school_choice(travel(LOW, HIGH), NEAREST, FIT))
    assert "is de dissimilariteit" in found["dissimilarity"]
    assert "0,251 (95%-betrouwbaarheidsinterval 0,246 tot 0,257)" in found["dissimilarity"]
    assert "schoolweging van 36 of meer" in found["highest_schoolweging"]
    assert "kiezen uit 1.193 scholen" in far["at_nearest_school"]
    assert far["travel_low"].startswith("Uit buurten met een bevolking die voor minder dan 20% niet-westers is")
