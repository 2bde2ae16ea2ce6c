from analysis.models.school_choice import UNITS
from analysis.synthetic.truth import ChoiceTruth, Truth


def test_the_truth_has_the_terms_of_the_model_in_its_order():
    assert list(ChoiceTruth().as_series().index) == list(UNITS)


def test_a_coefficient_is_told_as_it_was_given():
    assert Truth(choice=ChoiceTruth(distance_km=-0.7)).choice.as_series()["distance_km"] == -0.7
