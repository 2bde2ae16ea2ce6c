from dataclasses import FrozenInstanceError, fields, is_dataclass, replace

import pytest

from analysis.synthetic.choice import ChoiceTruth
from analysis.synthetic.truth import Truth


def test_every_part_is_a_typed_object_of_its_own_that_says_what_it_means():
    truth = Truth()
    for part in fields(truth):
        value = getattr(truth, part.name)
        assert is_dataclass(value)
        assert type(value).__doc__


def test_the_truth_cannot_be_changed_in_place():
    with pytest.raises(FrozenInstanceError):
        Truth().choice.capacity = False  # type: ignore[misc]


def test_a_coefficient_is_told_as_it_was_given():
    preferences = ChoiceTruth().preferences
    changed = replace(preferences["hoog_none"], concept=-0.7)
    truth = Truth(choice=ChoiceTruth(preferences={**preferences, "hoog_none": changed}))
    assert truth.choice.as_frame().loc["hoog_none", "concept"] == -0.7
