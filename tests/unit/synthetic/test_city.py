from dataclasses import replace

import numpy as np
import pytest

from analysis.synthetic.city import BACKGROUNDS, ELSEWHERE, CityTruth, make_city
from analysis.synthetic.shapes import DISTRICTS

TRUTH = CityTruth()


@pytest.fixture(scope="module")
def city():
    return make_city(TRUTH, 1.0, np.random.SeedSequence(1))


def test_it_is_as_large_as_its_truth_says(city):
    assert len(city.by_pc4) == 80
    assert len(city.by_buurt) == 80 * 6
    assert city.by_buurt["weight"].sum() == pytest.approx(1)
    assert set(city.by_pc4["stadsdeel"]) == set(DISTRICTS)


def test_a_larger_city_has_more_postcodes_and_none_that_are_used_for_homes_elsewhere():
    large = make_city(TRUTH, 10.0, np.random.SeedSequence(1))
    assert len(large.by_pc4) == 800
    assert large.by_pc4.index.is_unique
    assert not large.by_pc4.index.isin([code for codes in ELSEWHERE.values() for code in codes]).any()


def test_the_smallest_city_still_has_all_stadsdelen():
    smallest = make_city(TRUTH, 0.001, np.random.SeedSequence(1))
    assert len(smallest.by_pc4) == 28
    assert set(smallest.by_pc4["stadsdeel"]) == set(DISTRICTS)


def test_children_are_divided_over_the_stadsdelen_as_the_truth_says(city):
    children = city.by_buurt.groupby("stadsdeel")["weight"].sum()
    expected = {name: kind.children for name, kind in TRUTH.stadsdelen.items()}
    assert sum(expected.values()) == pytest.approx(1)
    assert children.to_dict() == pytest.approx(expected)


def test_a_wijk_lies_within_a_stadsdeel_and_joins_postcodes(city):
    assert (city.by_pc4.groupby("wijk")["stadsdeel"].nunique() == 1).all()
    assert city.by_pc4.groupby("wijk").size().isin([1, 2]).all()


def test_a_stadsdeel_has_the_status_that_its_truth_gives_it(city):
    mean = city.by_buurt.groupby("stadsdeel")["status"].mean()
    for name, kind in TRUTH.stadsdelen.items():
        # The scores of wijken and postcodes add up to zero within a stadsdeel; those of its 30 and more buurten do not.
        assert mean[name] == pytest.approx(kind.status, abs=0.3)


def test_a_wider_spread_between_wijken_widens_it_by_as_much():
    changed = replace(TRUTH, status_wijk=2 * TRUTH.status_wijk)
    one, two = (make_city(truth, 1.0, np.random.SeedSequence(1)).by_buurt for truth in (TRUTH, changed))
    step = (two["status"] - one["status"]) / TRUTH.status_wijk
    by_wijk = step.groupby(one["wijk"])
    np.testing.assert_allclose(by_wijk.max(), by_wijk.min(), atol=1e-9)
    # Scores of a normal distribution, dealt out within each stadsdeel: they add up to zero.
    np.testing.assert_allclose(by_wijk.first().groupby(lambda wijk: wijk.rsplit(" ", 1)[0]).sum(), 0, atol=1e-9)


def test_every_buurt_has_every_background(city):
    columns = [f"log_{name}" for name in BACKGROUNDS]
    assert np.isfinite(city.by_buurt[columns]).all(axis=None)
