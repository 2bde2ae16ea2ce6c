"""A figure of no rows is withheld, and stops no edition."""

from collections.abc import Callable

import pandas as pd
import pytest
from matplotlib.figure import Figure

from analysis.errors import WithheldError
from analysis.publish import forms

NO_ROWS = pd.DataFrame(columns=["g", "h", "estimate", "ci_low", "ci_high", "n", "lat", "lon"])
FORMS: dict[str, Callable[[pd.DataFrame], Figure]] = {
    "points": lambda rows: forms.points(rows, line="g", panel="h"),
    "points beside": lambda rows: forms.points(rows, line="g", panel="h", beside=True, sort=True),
    "lines": lambda rows: forms.lines(rows, x="g"),
    "bars": lambda rows: forms.bars(rows, x="g", height="n"),
    "stacked": lambda rows: forms.stacked(rows, "g", ["a"], ["#000000"]),
    "heat map": lambda rows: forms.heat_map(rows, line="g", column="h", total="n"),
    "bubbles": lambda rows: forms.bubbles(rows, value="n", size="n", label="l", size_label="s"),
    "scatter": lambda rows: forms.scatter(rows, x="n"),
}


@pytest.mark.parametrize("draw", FORMS.values(), ids=FORMS)
def test_a_figure_of_no_rows_is_withheld(draw: Callable[[pd.DataFrame], Figure]) -> None:
    with pytest.raises(WithheldError, match="nothing of it can be estimated"):
        draw(NO_ROWS)
