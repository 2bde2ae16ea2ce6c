import pandas as pd
import pytest

from analysis.chapters.segregation.findings_by_postcode import by_postcode
from analysis.language import speaking

BANDS = pd.DataFrame({"band": ["below 36", "36 or more"], "share_now": [0.9, 0.104], "share_nearest": [0.94, 0.0651]})


def indices(**changes):
    rows = {
        "dissimilarity_corrected_now": (0.2514, 0.2461, 0.2567),
        "dissimilarity_corrected_nearest": (0.3126, 0.30, 0.32),
        "dissimilarity_corrected_random_allocation": (0.0418, 0.04, 0.05),
        "isolation_now": (0.4351, 0.43, 0.44),
    }
    frame = pd.DataFrame.from_dict(rows | changes, orient="index", columns=["estimate", "ci_low", "ci_high"])
    return frame.rename_axis("term").reset_index().assign(n_obs=58_428, p_value=0.005)


def sentences(findings):
    return findings.set_index("name")["sentence"]


def test_the_numbers_of_segregation_come_from_the_frames():
    findings = sentences(by_postcode(indices(), BANDS))
    assert "is 0.251 (95% interval 0.246 to 0.257)" in findings["dissimilarity"]
    assert "random allocation of pupils to the same schools would give 0.042" in findings["dissimilarity"]
    assert "44% have one too, by postcode" in findings["isolation"]
    assert "by postcode would be 0.313" in findings["nearest_school"]
    assert "10% attend a school with a schoolweging of 36 or more" in findings["highest_schoolweging"]
    assert "nearest school, 7% would" in findings["highest_schoolweging"]


def test_other_numbers_make_other_sentences():
    other = indices(dissimilarity_corrected_now=(0.5, 0.4, 0.6))
    assert "is 0.500 (95% interval 0.400 to 0.600)" in sentences(by_postcode(other, BANDS))["dissimilarity"]


def test_what_a_random_allocation_may_give_as_well_is_not_more_than_chance():
    findings = sentences(by_postcode(indices().assign(p_value=0.2), BANDS))["dissimilarity"]
    assert "not measurably more than a random allocation of pupils to the same schools would give (0.042)" in findings


def test_a_finding_says_how_many_it_rests_on():
    findings = by_postcode(indices(), BANDS)
    assert list(findings.columns)[:4] == ["name", "sentence", "n", "unit"]
    assert (findings["n"] == 58_428).all()
    assert (findings["unit"] == "pupils").all()


@pytest.mark.parametrize("side", ["share_now", "share_nearest"])
def test_a_withheld_band_makes_no_sentence(side):
    withheld = BANDS.assign(**{side: [0.9, None]})
    assert "highest_schoolweging" not in sentences(by_postcode(indices(), withheld))


def test_an_estimate_that_is_absent_is_no_silent_gap():
    with pytest.raises(IndexError):
        by_postcode(indices().query("term != 'isolation_now'"), BANDS)


def test_findings_are_written_in_dutch_with_dutch_numbers():
    with speaking("nl"):
        findings = sentences(by_postcode(indices(), BANDS))
    assert "is de dissimilariteit" in findings["dissimilarity"]
    assert "0,251 (95%-betrouwbaarheidsinterval 0,246 tot 0,257)" in findings["dissimilarity"]
    assert "schoolweging van 36 of meer" in findings["highest_schoolweging"]
