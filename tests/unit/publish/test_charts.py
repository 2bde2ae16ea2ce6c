import numpy as np
import pandas as pd
import pytest

from analysis.publish import charts


def heights(figure):
    return [bar.get_height() for bar in figure.axes[0].patches]


def names(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def legend(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_bars_now_and_nearest():
    by_band = pd.DataFrame({"band": ["low", "high"], "share_now": [0.7, 0.3], "share_nearest": [0.6, None]})
    figure = charts.now_and_nearest(by_band, "schoolweging")
    axes = figure.axes[0]
    np.testing.assert_array_equal(heights(figure), [0.7, 0.3, 0.6, np.nan])
    assert names(axes.xaxis) == ["low", "high"]
    assert legend(axes) == ["now", "all at the nearest school"]
    assert axes.get_xlabel() == "schoolweging"


def test_bars_observed_and_predicted():
    by_band = pd.DataFrame({"band": ["below 1", "1 or more"], "observed": [0.8, 0.2], "predicted": [0.75, 0.25]})
    figure = charts.observed_and_predicted(by_band)
    assert heights(figure) == [0.8, 0.2, 0.75, 0.25]
    assert legend(figure.axes[0]) == ["observed", "predicted"]


def points(axes):
    """Per series: its name and its points by the label of their line; a point that is missing is left out."""
    at = dict(enumerate(names(axes.yaxis)))
    for line in axes.lines:
        if line.get_marker() not in ("", "None", None):
            pairs = zip(line.get_ydata(), line.get_xdata(), strict=True)
            yield line.get_label(), {at[round(float(y))]: float(x) for y, x in pairs if np.isfinite(x)}


OUTLINES = pd.DataFrame(
    {
        "area": ["B"] * 4 + ["A"] * 8,
        "ring": [0] * 4 + [0] * 4 + [1] * 4,
        "lon": [4.7, 5.1, 5.1, 4.7, 4.8, 5.0, 5.0, 4.8, 4.85, 4.9, 4.9, 4.85],
        "lat": [51.9, 51.9, 52.5, 51.9, 52.0, 52.0, 52.4, 52.0, 52.1, 52.1, 52.2, 52.1],
    }
)


def test_one_ring_per_area_and_number_in_the_order_of_the_file():
    found = charts.rings(OUTLINES)
    assert [ring[0].tolist() for ring in found] == [[4.7, 51.9], [4.8, 52.0], [4.85, 52.1]]
    assert [len(ring) for ring in found] == [4, 4, 4]


def test_a_bubble_stands_at_its_postcode_in_the_colour_of_its_share():
    by_pc4 = pd.DataFrame(
        {"lat": [52.1, 52.3, 52.2], "lon": [4.8, 5.0, 4.9], "pupils": [100, 400, 50], "share": [0.2, 0.4, None]}
    )
    figure = charts.attendance_map(by_pc4, OUTLINES)
    bubbles = next(c for c in figure.axes[0].collections if c.get_array() is not None and len(c.get_offsets()) == 2)
    shares = dict(zip(map(tuple, bubbles.get_offsets().tolist()), bubbles.get_array().tolist(), strict=True))
    assert shares == {(4.8, 52.1): 0.2, (5.0, 52.3): 0.4}
    largest, smallest = bubbles.get_sizes()
    assert largest == pytest.approx(4 * smallest)
