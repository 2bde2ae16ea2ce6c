from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.data.prepare import choice_tables
from analysis.models import school_choice
from analysis.models.geography import pairwise_km
from analysis.synthetic.truth import ChoiceTruth, Truth
from analysis.synthetic.world import make_sources

FRAMES = (
    "by_location_pc4",
    "by_location_point",
    "by_location_weging",
    "by_pc4_population",
    "by_pc4_point",
    "by_outline_point",
)
SCALE = 0.065


def world(seed=1, scale=SCALE, **changes):
    return make_sources("Verzonnen", 2017, scale, seed, replace(Truth(), **changes))


def same(one, other, name):
    return getattr(one, name).equals(getattr(other, name))


def to_bytes(sources):
    return [getattr(sources, name).to_csv(index=False).encode() for name in FRAMES]


def regular(sources):
    rows = sources.by_location_pc4
    return rows[rows["SOORT_PO"] == "Bo"].reset_index(drop=True)


def test_the_same_seed_gives_the_same_bytes():
    assert to_bytes(world()) == to_bytes(world())


def test_another_seed_gives_another_city():
    one, other = world(), world(seed=2)
    assert not any(same(one, other, name) for name in FRAMES if name != "by_outline_point")


def test_more_special_schools_leave_all_else_alone():
    one, other = world(), world(share_special=0.2)
    assert not same(one, other, "by_location_pc4")
    pd.testing.assert_frame_equal(regular(one), regular(other))
    assert all(same(one, other, name) for name in FRAMES if name != "by_location_pc4")


def test_more_gaps_leave_the_pupils_and_the_city_alone():
    one, other = world(), world(schools_without_weging=0.3)
    assert len(other.by_location_weging) < len(one.by_location_weging)
    assert all(same(one, other, name) for name in FRAMES if name != "by_location_weging")


def test_another_choice_leaves_the_city_and_who_lives_where_alone():
    one, other = world(), world(choice=ChoiceTruth(distance_km=-2.0))
    assert not same(one, other, "by_location_pc4")
    assert all(same(one, other, name) for name in ("by_pc4_population", "by_pc4_point", "by_location_point"))
    at_home = [regular(sources).groupby("POSTCODE_LEERLING")["TOTAAL"].sum() for sources in (one, other)]
    pd.testing.assert_series_equal(*at_home)


def test_a_small_city_has_about_four_thousand_pupils():
    assert world().by_location_pc4["TOTAAL"].sum() == pytest.approx(61_919 * SCALE * (1 + 0.045), rel=0.01)


def test_the_city_at_full_size():
    rows = regular(world(scale=1.0))
    assert rows["TOTAAL"].sum() == pytest.approx(61_919, abs=200)  # pupils from elsewhere are drawn
    assert rows["location"].nunique() == 213


def test_it_bears_the_name_and_the_year_that_it_is_given():
    sources = make_sources("Elders", 2018, SCALE, 1)
    assert set(sources.by_location_pc4["GEMEENTENAAM"]) == {"Elders"}
    assert set(sources.by_location_weging["year"]) == {2018}
    assert sources.inputs == []


def test_its_gaps_make_pupils_leave_for_every_reason_that_it_has():
    left = choice_tables(world(), "Verzonnen").accounting.set_index("reason")["pupils_out"]
    reasons = ["SOORT_PO is not Bo", "home unknown", "home elsewhere", "no point for the school", "no schoolweging"]
    assert (left[reasons] > 0).all()
    assert (left.drop(reasons) == 0).all()


def estimated(sources):
    tables = choice_tables(sources, "Verzonnen")
    by_school, by_pc4 = tables.by_school.set_index("location"), tables.by_pc4.set_index("pc4")
    choices = school_choice.select("all_ages", tables.by_pc4_school, "TOTAAL", pairwise_km(by_pc4, by_school))
    return school_choice.estimate(choices, school_choice.attributes(choices, by_school, by_pc4))


def z_scores(result, truth):
    return (result.params - truth.as_series()) / np.sqrt(np.diag(result.covariance))


def test_the_truth_is_found_again_in_thirty_cities():
    z = pd.DataFrame([z_scores(estimated(world(seed, 0.3)), Truth().choice) for seed in range(30)])
    assert z.abs().max(axis=None) < 4
    # The standard deviation of 210 independent scores has a standard error of 1 / sqrt(2 x 210) = .05.
    assert z.to_numpy().std() == pytest.approx(1, abs=0.15)
    # The mean of 30 has a standard error of 1 / sqrt(30) = .18.
    assert z.mean().abs().max() < 4 * 0.18


@pytest.mark.parametrize(("term", "value"), [("distance_km", -1.1), ("schoolweging", 0.4), ("denomination_pc", 0.9)])
def test_estimates_follow_another_truth(term, value):
    truth = replace(Truth().choice, **{term: value})
    result = estimated(world(3, 0.3, choice=truth))
    assert z_scores(result, truth).abs().max() < 4
    assert abs(z_scores(result, Truth().choice)[term]) > 6
