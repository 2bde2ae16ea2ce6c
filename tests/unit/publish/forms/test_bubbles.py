import numpy as np
import pandas as pd
import pytest

from analysis.publish.forms import attendance_map, bubbles
from analysis.publish.forms.bubbles import rings

OUTLINES = pd.DataFrame(
    {
        "area": ["B"] * 4 + ["A"] * 8,
        "ring": [0] * 4 + [0] * 4 + [1] * 4,
        "lon": [4.7, 5.1, 5.1, 4.7, 4.8, 5.0, 5.0, 4.8, 4.85, 4.9, 4.9, 4.85],
        "lat": [51.9, 51.9, 52.5, 51.9, 52.0, 52.0, 52.4, 52.0, 52.1, 52.1, 52.2, 52.1],
    }
)
BY_PC4 = pd.DataFrame(
    {"lat": [52.1, 52.3, 52.2], "lon": [4.8, 5.0, 4.9], "pupils": [100, 400, None], "share": [0.2, 0.4, None]}
)


def drawn(figure):
    return next(c for c in figure.axes[0].collections if c.get_array() is not None and len(c.get_offsets()))


def test_one_ring_per_area_and_number_in_the_order_of_the_file():
    areas = rings(OUTLINES)
    assert [ring[0].tolist() for ring in areas] == [[4.7, 51.9], [4.8, 52.0], [4.85, 52.1]]
    assert [len(ring) for ring in areas] == [4, 4, 4]


def test_a_bubble_is_at_its_postcode_in_the_colour_of_its_share_and_the_area_of_its_pupils():
    figure = attendance_map(BY_PC4, OUTLINES)
    points = drawn(figure)
    shares = dict(zip(map(tuple, points.get_offsets().tolist()), points.get_array().tolist(), strict=True))
    assert shares == {(4.8, 52.1): 0.2, (5.0, 52.3): 0.4}
    largest, smallest = points.get_sizes()
    assert largest == pytest.approx(4 * smallest)
    assert "withheld" in [text.get_text() for text in figure.axes[0].get_legend().get_texts()]


def test_the_map_is_as_wide_as_the_land():
    (axes, _) = attendance_map(BY_PC4, OUTLINES).axes
    middle = np.mean(axes.get_ylim())
    assert axes.get_aspect() == pytest.approx(1 / np.cos(np.radians(middle)), rel=1e-3)


@pytest.mark.parametrize(("value", "limits"), [(0.0147, (0.01, 0.02)), (0.0, (0.0, 1.0)), (-37.2, (-40.0, -30.0))])
def test_where_all_values_are_one_the_limits_of_colours_are_round(value, limits):
    """A city of one postcode: limits of 0.0133 and 0.0161 would tell more than the data beside them."""
    at = pd.DataFrame({"lon": [5.0, 5.1], "lat": [53.2, 53.3], "value": [value] * 2, "pupils": [40, 60]})
    figure = bubbles(at, value="value", size="pupils", label="share", size_label="pupils")
    figure.draw_without_rendering()
    norm = drawn(figure).norm
    assert (norm.vmin, norm.vmax) == pytest.approx(limits)
