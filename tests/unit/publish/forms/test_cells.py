import numpy as np
import pandas as pd

from analysis.publish.forms import heat_map


def test_a_heat_map_hatches_what_is_withheld_and_writes_per_cents():
    cells = pd.DataFrame(
        {
            "test": ["havo", "havo", "havo", "vwo", "vwo", "vwo"],
            "advice": ["vmbo", "havo", "vwo", "vmbo", "havo", "vwo"],
            "share": [0.001, 0.699, 0.3, 0.0, np.nan, 0.9],
            "n": pd.array([100, 100, 100, None, None, None], dtype="Int64"),
        }
    )
    figure = heat_map(cells, "advice of the school", line="test", column="advice", total="n")
    axes, bar = figure.axes
    assert [text.get_text() for text in axes.texts] == ["", "70", "30", "", "90"]
    assert [patch.get_xy() for patch in axes.patches if patch.get_hatch()] == [(1, 1)]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["havo  (n = 100)", "vwo"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["vmbo", "havo", "vwo"]
    mesh = axes.collections[0].get_array()
    np.testing.assert_array_equal(np.ma.filled(mesh, -1).ravel(), [0.001, 0.699, 0.3, 0.0, -1, 0.9])
    assert (bar.get_ylim()) == (0, 1)
