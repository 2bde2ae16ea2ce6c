"""A country: the advice of `advice_national`, and what place adds to it."""

import numpy as np
import pandas as pd
import pytest

from analysis.advice_levels import deviation
from analysis.data.contracts import check
from analysis.data.microdata import MICRODATA
from analysis.synthetic.advice_country import REGIONS, country_truth, make_country, region_effects

YEARS = range(2012, 2016)


@pytest.fixture(scope="module")
def country() -> pd.DataFrame:
    return make_country(country_truth(YEARS), 12_000, seed=5)


def test_every_cohort_has_all_its_pupils_and_meets_the_contract(country) -> None:
    assert country.groupby("year").size().to_dict() == dict.fromkeys(YEARS, 12_000)
    check(country, MICRODATA["by_pupil_country"], "country")


def test_the_same_seed_gives_the_same_country(country) -> None:
    pd.testing.assert_frame_equal(make_country(country_truth(YEARS), 12_000, seed=5), country)


def test_the_effects_of_regions_have_the_spread_of_the_truth_and_mean_zero() -> None:
    truth = country_truth(YEARS)
    effects = region_effects(truth)
    assert len(effects) == effects.nunique() == REGIONS
    assert effects.mean() == pytest.approx(0, abs=1e-12)
    assert effects.std() == pytest.approx(truth.advice_region_sd, rel=0.05)


def test_place_shifts_the_advice_by_urbanicity_more_each_year_since_the_test_follows() -> None:
    truth = country_truth(YEARS)
    region = region_effects(truth).index[0]
    frame = pd.DataFrame({"year": [2013, 2014, 2015, 2015], "urbanicity": [1, 1, 1, 5], "region": region})
    shift = truth.by_place(frame) - region_effects(truth)[region]
    # Two classes above the middle: 2 x 0.03, then 2 x 0.04 and 2 x 0.05; two below it the reverse.
    assert shift.tolist() == pytest.approx([0.06, 0.08, 0.10, -0.10])


def test_pupils_in_cities_are_advised_higher_at_the_same_test_advice(country) -> None:
    tested = country.dropna(subset=["cet"])
    left = deviation(tested) - deviation(tested).groupby([tested["test_advice_low"], tested["year"]]).transform("mean")
    by_class = left.groupby(tested["urbanicity"]).mean()
    assert by_class[1] > by_class[3] > by_class[5]


def test_only_cohorts_that_reached_year_3_have_a_position_there(country) -> None:
    followed = country.groupby("year")["year3"].count()
    assert (followed[[2012, 2013]] > 0).all()
    assert np.array_equal(followed[[2014, 2015]], [0, 0])
