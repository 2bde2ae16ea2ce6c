import numpy as np
import pandas as pd
import pytest

from analysis.errors import ModelError
from analysis.stats.geography import great_circle_km
from analysis.synthetic import shapes


def test_points_in_kilometres_and_in_degrees_are_the_same_points():
    x, y = np.array([0.0, 3.0, -4.0]), np.array([0.0, -2.0, 5.0])
    points = pd.DataFrame(shapes.degrees(x, y))
    np.testing.assert_allclose(shapes.kilometres(points), np.column_stack([x, y]), atol=1e-9)
    away = great_circle_km(points["lat"].to_numpy(), points["lon"].to_numpy(), shapes.CENTRE_LAT, shapes.CENTRE_LON)
    np.testing.assert_allclose(away, np.hypot(x, y), rtol=2e-3)


def test_points_are_spread_evenly_over_the_disc():
    x, y = shapes.sunflower(1000, 7.0)
    away = np.hypot(x, y)
    assert away.max() <= 7.0
    # Half of the points lie within the circle of half the area.
    assert (away < 7.0 / np.sqrt(2)).mean() == pytest.approx(0.5, abs=0.001)


@pytest.mark.parametrize(
    ("x", "y", "name"),
    [(0, 1, "Centrum"), (0, 6, "Noord"), (5, 2, "Oost"), (5, -2, "Zuidoost"), (0, -6, "Zuid"), (-5, -2, "Nieuw-West")],
)
def test_a_point_lies_in_the_district_that_the_map_draws_there(x, y, name):
    assert shapes.district_of(np.array([x], float), np.array([y], float), 7.0)[0] == name


def test_districts_are_closed_rings():
    rings = shapes.district_outlines(7.0).groupby(["area", "ring"], sort=False)[["lon", "lat"]]
    assert [area for area, _ in rings.groups] == list(shapes.DISTRICTS)
    np.testing.assert_allclose(rings.first(), rings.last(), atol=1e-12)


def test_raking_meets_the_shares_and_keeps_the_odds_ratios():
    logits = np.array([[0.0, 1.0, 0.5], [0.0, -1.0, 0.0], [0.0, 0.3, 2.0]])
    weights, shares = np.array([1.0, 2.0, 3.0]), np.array([0.2, 0.5, 0.3])
    probability = shapes.raked(logits, weights, shares)
    np.testing.assert_allclose(probability.sum(axis=1), 1)
    np.testing.assert_allclose(weights @ probability / 6, shares, atol=1e-9)
    odds = np.log(probability[:, 1] / probability[:, 0])
    assert odds[0] - odds[1] == pytest.approx(2.0)


def test_shares_that_cannot_be_met_are_refused():
    with pytest.raises(ModelError, match="cannot be met"):
        shapes.raked(np.zeros((2, 2)), np.ones(2), np.array([0.5, 0.9]))


def test_draws_occur_as_often_as_their_probability():
    drawn = shapes.draw(np.tile([0.1, 0.0, 0.6, 0.3], (20_000, 1)), np.random.default_rng(1))
    # A standard error of at most sqrt(.25 / 20,000) = .0035
    np.testing.assert_allclose(np.bincount(drawn, minlength=4) / 20_000, [0.1, 0.0, 0.6, 0.3], atol=4 * 0.0035)
