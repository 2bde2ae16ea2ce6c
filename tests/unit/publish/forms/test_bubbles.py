import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from analysis.publish.forms import attendance_map, bubbles
from analysis.publish.forms.bubbles import edges_of, rings

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
    """Places with their sizes and colours; keys of a legend have no place."""
    bubbles = [c for c in figure.axes[0].collections if len(c.get_offsets()) and c.get_zorder() == 3]
    return {
        tuple(at): (size, to_hex(c.get_facecolor()[0]))
        for c in bubbles
        for at, size in zip(c.get_offsets().tolist(), c.get_sizes().tolist(), strict=True)
    }


def keys(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_one_ring_per_area_and_number_in_the_order_of_the_file():
    areas = rings(OUTLINES)
    assert [ring[0].tolist() for ring in areas] == [[4.7, 51.9], [4.8, 52.0], [4.85, 52.1]]
    assert [len(ring) for ring in areas] == [4, 4, 4]


def test_a_bubble_is_at_its_postcode_in_the_colour_of_its_step_and_the_area_of_its_pupils():
    figure = attendance_map(BY_PC4, OUTLINES)
    places = drawn(figure)
    assert set(places) == {(4.8, 52.1), (5.0, 52.3)}
    (small, light), (large, dark) = places[4.8, 52.1], places[5.0, 52.3]
    assert large == pytest.approx(4 * small)
    assert light != dark
    assert keys(figure) == ["35% to 40%", "30% to 35%", "25% to 30%", "20% to 25%"]  # darkest first
    assert "withheld" in [text.get_text() for text in figure.axes[0].get_legend().get_texts()]


def test_areas_bear_their_names():
    assert {"A", "B"} <= {text.get_text() for text in attendance_map(BY_PC4, OUTLINES).axes[0].texts}


def test_the_largest_places_are_named():
    rows = BY_PC4.assign(name=["Small", "Large", "Secret"])
    how = {"value": "share", "size": "pupils", "label": "share", "size_label": "pupils"}
    figure = bubbles(rows, names="name", named=1, **how)
    assert [text.get_text() for text in figure.axes[0].texts if text.get_text() in set(rows["name"])] == ["Large"]


def test_the_map_is_as_wide_as_the_land():
    (axes,) = attendance_map(BY_PC4, OUTLINES).axes
    middle = np.mean(axes.get_ylim())
    assert axes.get_aspect() == pytest.approx(1 / np.cos(np.radians(middle)), rel=1e-3)


@pytest.mark.parametrize(("value", "edges"), [(0.0147, (0.01, 0.02)), (0.0, (0.0, 1.0)), (-37.2, (-40.0, -30.0))])
def test_where_all_values_are_one_the_edges_of_steps_are_round(value, edges):
    """A city of one postcode: edges of 0.0133 and 0.0161 would tell more than the data beside them."""
    assert edges_of(pd.Series([value] * 2)) == pytest.approx(edges)


def test_steps_are_few_and_round_and_hold_all_values():
    assert edges_of(pd.Series([0.21, 0.37, 0.58])) == pytest.approx([0.2, 0.3, 0.4, 0.5, 0.6])
