import numpy as np
import pytest

from analysis.errors import ModelError
from analysis.stats.splines import natural_spline


def test_beyond_the_outer_knots_every_term_is_straight():
    x = np.linspace(0, 100, 1001)
    terms = natural_spline(x, 4)
    bend = np.diff(terms, 2, axis=0)
    outside = (x[1:-1] < 4.9) | (x[1:-1] > 95.1)
    assert np.abs(bend[outside]).max() < 1e-9
    assert np.abs(bend[~outside]).max() > 1e-6


def test_there_is_an_intercept_and_a_term_per_degree_of_freedom():
    terms = natural_spline(np.arange(50.0), 3)
    assert terms.shape == (50, 4)
    assert (terms[:, 0] == 1).all()
    assert np.linalg.matrix_rank(terms) == 4


def test_too_few_values_for_the_knots_are_refused():
    with pytest.raises(ModelError, match="too few values"):
        natural_spline(np.array([0.0, 1.0] * 20), 4)
