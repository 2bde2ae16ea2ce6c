import pytest

from analysis.errors import ModelError
from analysis.stats.bands import in_bands, per_cent


def test_a_band_holds_its_lower_edge_and_the_ends_are_open():
    bands = in_bands([-5, 23.999, 24, 27.9, 28, 400], [24, 28])
    assert list(bands) == ["below 24", "below 24", "24-28", "24-28", "28 or more", "28 or more"]


def test_bands_without_values_are_still_bands_in_order():
    bands = in_bands([30], [24, 28, 32])
    assert list(bands.categories) == ["below 24", "24-28", "28-32", "32 or more"]
    assert bands.ordered


def test_edges_are_written_as_asked():
    assert list(in_bands([0.2, 0.39], [0.2, 0.4], per_cent)) == ["20%-40%", "20%-40%"]


def test_a_missing_value_is_refused():
    with pytest.raises(ModelError, match="2 values are missing"):
        in_bands([1, None, float("nan")], [0, 2])


@pytest.mark.parametrize("edges", [[], [3, 2], [2, 2]])
def test_edges_that_do_not_increase_are_refused(edges):
    with pytest.raises(ModelError, match="must increase"):
        in_bands([1], edges)
