"""Which drawn numbers are those of the data: positions along an axis are not, per cents and opposites are."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure.rules.pictures import refuse_drawn, texts_of
from analysis.errors import DisclosureError
from analysis.publish import figures, forms

DATA = pd.DataFrame({"group": list("abc"), "share": [0.125, 0.25, np.nan], "n": [120, 235, 60]})
SHARES = DATA["share"].dropna().to_numpy()


def drawn(draw: Callable[[Any], object]) -> Any:
    figure, axes = figures.canvas(6)
    draw(axes)
    return figure


@pytest.mark.parametrize(
    "draw",
    [
        lambda axes: axes.bar(DATA["group"], DATA["share"]),
        lambda axes: axes.barh(DATA["group"], DATA["share"], left=[0.3, 0.4, 0.5]),
        lambda axes: axes.bar(DATA["group"], -DATA["share"]),
        lambda axes: axes.scatter(100 * SHARES, [0.7, 1.7]),
        lambda axes: axes.plot(np.arange(3) + 0.3, DATA["share"]),
        lambda axes: axes.axvline(0.77),
        lambda axes: axes.hlines(np.arange(3) + 0.3, DATA["share"], DATA["share"]),
        lambda axes: axes.fill_between(np.arange(3) + 0.3, DATA["share"], 2 * [0.125] + [np.nan]),
        lambda axes: axes.fill_between([], [], []),
        lambda axes: axes.hlines([], [], []),
        lambda axes: axes.pcolormesh(SHARES.reshape(1, 2)),
        lambda axes: axes.figure.colorbar(axes.pcolormesh(SHARES.reshape(1, 2))),
    ],
    ids=[
        "bars",
        "stacked",
        "opposite",
        "per cents",
        "a gap",
        "a reference",
        "intervals",
        "an area",
        "no area",
        "no interval",
        "cells",
        "a colour bar",
    ],
)
def test_what_is_drawn_from_the_data_passes(draw: Callable[[Any], object]) -> None:
    refuse_drawn(drawn(draw), DATA, "x")


def test_one_point_too_many_is_enough_to_refuse() -> None:
    with pytest.raises(DisclosureError, match="1 of 3 points are not in the data"):
        refuse_drawn(drawn(lambda axes: axes.scatter([*SHARES, 0.3], [0.7, 1.7, 2.7])), DATA, "x")


def test_more_points_than_numbers_are_refused() -> None:
    with pytest.raises(DisclosureError, match="3 of 25 points"):  # three rows of two numbers
        refuse_drawn(drawn(lambda axes: axes.scatter([0.125] * 25, np.arange(25) + 0.7)), DATA, "x")


def test_the_words_of_a_figure_are_all_but_the_numbers_along_its_axes_and_the_words_of_its_data() -> None:
    figure = drawn(lambda axes: (axes.bar(DATA["group"], DATA["share"]), axes.text(0, 0.1, "120"), axes.set_title("T")))
    figure.savefig(BytesIO())
    assert {"a", "b", "c", "120", "T"} <= set(texts_of(figure, DATA[["share"]]))
    assert set(texts_of(figure, DATA)) == {"120", "T"}


@pytest.mark.parametrize("missing", [0, 1, 2])
@pytest.mark.parametrize("sizes", [["small"], ["small", "large"]])
def test_bars_beside_each_other_may_lack_one_where_all_schools_have_one_size(sizes: list[str], missing: int) -> None:
    cells = pd.MultiIndex.from_product([sizes, ["low", "middle", "high"]], names=["size", "band"])
    rows = pd.DataFrame({"share": np.array([0.125, 0.25, 0.625] * len(sizes))}, cells).reset_index()
    rows.loc[missing::3, "share"] = np.nan
    how = {"x": "size", "height": "share", "series": "band", "colours": ["#111111", "#222222", "#333333"]}
    refuse_drawn(forms.bars(rows, **how), rows, "x")


def test_bars_stand_at_the_places_of_one_number_of_series() -> None:
    # the first of three series stands at -0.267, the second of two at 0.2
    data = pd.DataFrame({"share": [0.1234, 0.3456, 0.7891]})
    with pytest.raises(DisclosureError, match="places of bars"):
        refuse_drawn(drawn(lambda axes: axes.bar([-0.8 / 3, 0.2, 1.2], data["share"], width=0.2)), data, "x")


def test_a_place_that_is_by_accident_a_number_of_the_data_stays_a_place() -> None:
    # lines at 0 and 1, two series 0.175 beside them: 0.175 and 0.825 are shares here, 1.175 is none
    data = pd.DataFrame({"share": [0.175, 0.825, 0.3, 0.7]})
    places = [-0.175, 0.175, 0.825, 1.175]
    refuse_drawn(drawn(lambda axes: axes.scatter(data["share"], places)), data, "x")
