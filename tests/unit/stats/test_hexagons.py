import numpy as np
import pytest

from analysis.errors import ModelError
from analysis.stats.hexagons import in_hexagons


def test_a_point_at_a_centre_stays_there():
    centres = [(0, 0), (2, 0), (1, 1.5), (4, 3)]  # steps of 2 and 3: (1, 1.5) is half a step away in both directions
    assert in_hexagons(*np.transpose(centres), 2, 3) == pytest.approx(np.array(centres, float))


def test_no_centre_is_nearer():
    x, y = np.random.default_rng(1).uniform(0, 10, (2, 500))
    lattice = np.array([(i + half, j + half) for half in (0, 0.5) for i in range(-1, 12) for j in range(-1, 12)])
    away = np.square(x[:, None] - lattice[:, 0]) + 3 * np.square(y[:, None] - lattice[:, 1])
    assert in_hexagons(x, y, 1, 1) == pytest.approx(lattice[away.argmin(axis=1)])


@pytest.mark.parametrize("width", [0, -1])
def test_a_step_is_above_zero(width):
    with pytest.raises(ModelError):
        in_hexagons([1], [1], width, 1)
