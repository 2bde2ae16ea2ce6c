import numpy as np
import pytest

from analysis.chapters.school_choice.models.logit import design
from analysis.chapters.school_choice.models.scenarios import NEW, changes, closes, opens, ruled
from analysis.errors import InputError


def sizes(choosers):
    return dict(zip(choosers.schools.index, choosers.counts.sum(axis=0), strict=True))


def test_a_rule_decides_which_school(village):
    ordered = sorted(sizes(village), key=lambda school: -sizes(village)[school])
    assert [ruled(village, rule) for rule in ("largest", "median", "smallest")] == [ordered[0], ordered[3], ordered[6]]
    assert ruled(village, "largest", np.array([False] * 6 + [True])) == "g"
    with pytest.raises(InputError, match="no such school"):
        ruled(village, "largest", np.zeros(7, dtype=bool))


def test_a_school_that_closes_is_no_alternative_and_its_pupils_are_still_there(village):
    change = closes(village, "largest")
    assert change.school not in change.choosers.schools.index
    assert change.choosers.distance_km.shape == (600, 6)
    assert len(change.choosers.situations) == 600
    assert change.choosers.number == 600 - sizes(village)[change.school]


def test_a_school_opens_where_the_way_to_the_nearest_is_longest_and_is_an_average_one(village):
    change = opens(village)
    new = change.choosers.schools.loc[NEW]
    way = {
        pc4: village.distance_km.min(axis=1)[village.situations["pc4"] == pc4].sum()
        for pc4 in set(village.situations["pc4"])
    }
    homes = village.situations[village.situations["pc4"] == max(way, key=way.get)]
    assert (new["lat"], new["lon"]) == pytest.approx((homes["lat"].mean(), homes["lon"].mean()))
    assert (new["share_hoog"], new["concept"]) == (0.5, "none")
    assert change.choosers.schools.dtypes.equals(village.schools.dtypes)
    assert (change.choosers.distance_km[:, :7] == village.distance_km).all()


def test_a_school_of_another_kind_changes(village):
    change = changes(village, "smallest", "concept", "Dalton")
    differ = change.choosers.schools["concept"] != village.schools["concept"]
    assert list(differ[differ].index) == [change.school]
    assert design(change.choosers, "distance_km + C(concept)").terms == ["distance_km", "C(concept)[T.Dalton]"]


@pytest.mark.parametrize(("attribute", "value"), [("colour", "red"), ("concept", "Jenaplan")])
def test_a_change_to_what_is_not_there_is_refused(village, attribute, value):
    with pytest.raises(InputError, match=f"{attribute}|{value}"):
        changes(village, "largest", attribute, value)
