import pandas as pd

from analysis.chapters.school_advice.charts import by_band


def test_a_line_per_school_year_over_the_bands_open_where_withheld():
    points = pd.DataFrame(
        {
            "band": ["below 24", "24-28", "below 24", "24-28"],
            "year": [2019, 2019, 2020, 2020],
            "level": [3.9, 3.5, 4.1, None],
        }
    )
    axes = by_band(points).axes[0]
    first, second = axes.get_lines()
    assert [line.get_label() for line in axes.get_lines()] == ["2019/20", "2020/21"]
    assert list(first.get_ydata()) == [3.9, 3.5]
    assert pd.isna(second.get_ydata()[1])
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["below 24", "24-28"]
