from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pooled_choice import fit_pooled
from synthetic_sources import make_sources

from analysis.data.prepare import choice_tables
from analysis.synthetic.choice import ChoiceTruth
from analysis.synthetic.truth import Truth
from analysis.synthetic.world import make_world

FRAMES = (
    "by_location_pc4",
    "by_location_point",
    "by_location_weging",
    "by_pc4_population",
    "by_pc4_point",
    "by_outline_point",
)
SCALE = 0.065


def sources(seed=1, scale=SCALE, truth=None):
    return make_sources("Verzonnen", 2017, scale, seed, truth)


def same(one, other, name):
    return getattr(one, name).equals(getattr(other, name))


def regular(found):
    rows = found.by_location_pc4
    return rows[rows["SOORT_PO"] == "Bo"].reset_index(drop=True)


@pytest.fixture(scope="module")
def world():
    return make_world(SCALE, 1)


def test_the_same_seed_gives_the_same_bytes(world):
    again = make_world(SCALE, 1)
    assert list(again.frames) == list(world.frames)
    for name, frame in world.frames.items():
        assert frame.to_csv(index=False).encode() == again.frames[name].to_csv(index=False).encode(), name


def test_another_seed_gives_another_world(world):
    other = make_world(SCALE, 2)
    assert not any(frame.equals(other.frames[name]) for name, frame in world.frames.items())


def test_parts_draw_independently(world):
    """A change in one part leaves the draws of those before and beside it alone."""
    truth = Truth()
    other_choice = replace(truth, choice=ChoiceTruth(capacity=False))
    chosen = make_world(SCALE, 1, other_choice).frames
    attributes = [name for name in world.frames["by_pupil"] if name not in ("location", "distance_km")]
    pd.testing.assert_frame_equal(chosen["by_pupil"][attributes], world.frames["by_pupil"][attributes])
    assert not chosen["by_pupil"]["location"].equals(world.frames["by_pupil"]["location"])
    assert chosen["by_location_year"].equals(world.frames["by_location_year"])
    more_pupils = replace(truth, schools=replace(truth.schools, special_pupils=9_000))
    special = make_world(SCALE, 1, more_pupils).frames
    for name in ("by_pupil", "by_pupil_test", "by_pupil_advice", "by_pupil_retention", "by_location_year"):
        assert special[name].equals(world.frames[name]), name
    assert len(special["by_pupil_special"]) > len(world.frames["by_pupil_special"])


def test_a_world_has_small_cells_unknown_categories_and_missing_tests(world):
    pupils = world.frames["by_pupil"]
    assert len(pupils) == round(61_919 * SCALE)
    assert (pupils["education"] == "onbekend").sum() > 100
    cells = pupils.groupby(["location", "background"]).size()
    assert (cells < 10).sum() > 10
    assert world.frames["by_pupil_test"]["e_score"].isna().any()


def test_every_pupil_attends_a_school_of_the_world_and_sizes_agree(world):
    pupils, schools = world.frames["by_pupil"], world.frames["by_location"].set_index("location")
    assert schools.index.is_unique
    size = pupils.groupby("location").size().reindex(schools.index[~schools["special"].to_numpy(bool)], fill_value=0)
    pd.testing.assert_series_equal(size, schools.loc[size.index, "pupils"], check_names=False)
    assert not pupils.isna().any(axis=None)
    assert not world.frames["by_location_lagged"].isna().any(axis=None)


def test_the_world_carries_its_truth():
    truth = replace(Truth(), choice=ChoiceTruth(priority=3))
    assert make_world(0.02, 1, truth).truth == truth


def test_the_sources_are_those_of_the_world(world):
    found = sources()
    ages = regular(found).filter(like="LEEFTIJD_").sum()
    expected = world.frames["by_pupil"]["age"].value_counts()
    assert {int(name.removeprefix("LEEFTIJD_")): n for name, n in ages[ages > 0].items()} == expected.to_dict()
    at_school = regular(found).groupby("location")["TOTAAL"].sum()
    schools = world.frames["by_location"].set_index("location")
    assert at_school.to_dict() == schools.loc[at_school.index, "pupils"].to_dict()


def test_more_gaps_leave_the_pupils_and_the_city_alone():
    truth = Truth()
    one = sources()
    other = sources(truth=replace(truth, gaps=replace(truth.gaps, schools_without_weging=0.3)))
    assert len(other.by_location_weging) < len(one.by_location_weging)
    assert all(same(one, other, name) for name in FRAMES if name != "by_location_weging")


def test_another_choice_leaves_the_city_and_who_lives_where_alone():
    one, other = sources(), sources(truth=replace(Truth(), choice=ChoiceTruth(capacity=False)))
    assert not same(one, other, "by_location_pc4")
    assert all(same(one, other, name) for name in ("by_pc4_population", "by_pc4_point", "by_location_point"))
    at_home = [regular(found).groupby("POSTCODE_LEERLING")["TOTAAL"].sum() for found in (one, other)]
    pd.testing.assert_series_equal(*at_home)


def test_the_city_at_full_size():
    found = regular(sources(scale=1.0))
    assert found["TOTAAL"].sum() == 61_919
    assert found["location"].nunique() == 213
    elsewhere = found.loc[found["GEMEENTENAAM_LEERLING"] != "Verzonnen", "TOTAAL"].sum()
    expected = 61_919 * (0.035 + 0.0012)
    assert elsewhere == pytest.approx(expected, abs=4 * np.sqrt(expected))


def test_it_bears_the_name_and_the_year_that_it_is_given():
    found = make_sources("Elders", 2018, SCALE, 1)
    assert set(found.by_location_pc4["GEMEENTENAAM"]) == {"Elders"}
    assert set(found.by_location_weging["year"]) == {2018}
    assert found.inputs == []


def test_its_gaps_make_pupils_leave_for_every_reason_that_it_has():
    left = choice_tables(sources(), "Verzonnen").accounting.set_index("reason")["pupils_out"]
    reasons = ["SOORT_PO is not Bo", "home unknown", "home elsewhere", "no point for the school", "no schoolweging"]
    assert (left[reasons] > 0).all()
    assert (left.drop(reasons) == 0).all()


def estimated(found):
    tables = choice_tables(found, "Verzonnen")
    by_school, by_pc4 = tables.by_school.set_index("location"), tables.by_pc4.set_index("pc4")
    return fit_pooled(tables.by_pc4_school, "TOTAAL", by_school, by_pc4)[1]


def test_the_pooled_model_on_open_data_shows_the_signs_of_the_truth():
    """Coarse homes and pooled parents have no single truth, but distance repels, and poor schools repel the rich."""
    result = estimated(sources(3, 1.0))
    z = result.params / np.sqrt(np.diag(result.covariance_cluster))
    assert z["distance_km"] < -3
    assert z["schoolweging"] < -3
    assert z["schoolweging_x_nonwestern"] > 1


def test_only_regular_schools_have_a_composition(world):
    schools = world.frames["by_location"]
    special = schools["special"].to_numpy(bool)
    measured = ["share_at_risk", "share_nonwestern", "schoolweging"]
    assert schools.loc[special, measured].isna().all(axis=None)
    assert schools.loc[~special, measured].notna().all(axis=None)
    assert schools.loc[special, "location"].str.startswith("89").all()
    shortage = world.frames["by_location_shortage"]
    assert set(shortage["location"]) == set(schools.loc[~special, "location"])
    assert len(shortage) == 2 * (~special).sum()
