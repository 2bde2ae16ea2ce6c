import pandas as pd

from analysis.chapters.choice_by_municipality.charts import by_density, map_of_fall, published_by_expected


def test_municipalities_are_points_and_the_meta_regression_a_line_with_a_band():
    parts = pd.DataFrame(
        {
            "part": ["municipality", "municipality", "line", "line"],
            "density": [256.0, 1024.0, 256.0, 1024.0],
            "estimate": [1.0, 1.4, 1.1, 1.3],
            "ci_low": [0.8, 1.2, 1.0, 1.2],
            "ci_high": [1.2, 1.6, 1.2, 1.4],
        }
    )
    axes = by_density(parts).axes[0]
    points, line = axes.get_lines()
    assert list(points.get_xdata()) == [256.0, 1024.0]
    assert list(points.get_ydata()) == [1.0, 1.4]
    assert list(line.get_ydata()) == [1.1, 1.3]
    assert axes.get_xscale() == "log"


def test_published_distances_stand_beside_the_line_of_equal_ones():
    bins = pd.DataFrame({"expected": [0.5, 2.0], "published": [0.6, 1.5], "low": [0.2, 0.5], "high": [1.0, 3.0]})
    axes = published_by_expected(bins).axes[0]
    means, equal = axes.get_lines()
    assert list(means.get_ydata()) == [0.6, 1.5]
    assert equal.get_xy1() == (1, 1)
    assert equal.get_xy2() == (2, 2)


def test_a_bubble_per_municipality_coloured_by_its_fall():
    points = pd.DataFrame({"lat": [52.0, 53.0], "lon": [5.0, 6.0], "n_obs": [900, 100], "estimate": [1.0, 1.5]})
    figure = map_of_fall(points)
    bubbles = [shape for shape in figure.axes[0].collections if len(shape.get_offsets()) == 2]
    assert bubbles[0].get_array().tolist() == [1.0, 1.5]
