"""Few schools and boards do not leave through the chapter on judgements: its tables laid side by side."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.unit.chapters.conftest import run_cells  # noqa: F401 - a fixture
from tests.unit.chapters.judgements import made

from analysis.inspectorate import GOOD, INSUFFICIENT, NONE, SUFFICIENT

Run = Callable[..., Any]
KINDS = {"basisscholen": 48, "special schools": 16}
OF_SIZE = ("size", "size_data", "curve", "curve_data")
OF_KIND = ("judged", "good", "excellent", "not excellent", "sufficient", "weak")


def tables(run: Run, schools: pd.DataFrame, boards: pd.DataFrame) -> dict[str, pd.DataFrame]:
    done = run("04_judgements", {"by_school_judgement": schools, "by_board_judgement": boards})
    names = ("judged", "judged_data", "changed", "findable_data", "aspects", "aspects_data", *OF_SIZE)
    return {name: done.table(name) for name in names if done.has(name)}


def solutions(told: dict[str, float], whole: int) -> Iterator[dict[str, int]]:
    """Give every way in which the schools of a kind can be judged that agrees with what is told of them."""
    for excellent, plain, sufficient in itertools.product(range(whole + 1), repeat=3):
        weak = whole - excellent - plain - sufficient
        numbers = (whole, excellent + plain, excellent, plain, sufficient, weak)
        way = dict(zip(OF_KIND, numbers, strict=True))
        if weak >= 0 and all(way[name] == n for name, n in told.items()):
            yield way


def test_no_withheld_number_of_schools_follows_from_those_that_are_told(run_cells: Run) -> None:  # noqa: F811
    shown = tables(run_cells, made.schools(), made.boards(60))
    for kind, whole in KINDS.items():
        told: dict[str, float] = {}
        for name in ("judged", "judged_data"):
            rows = shown[name][shown[name]["school_kind"] == kind]
            words = rows["judgement"].where(rows["title"] == "with and without", rows["title"])
            told |= dict(zip(words, rows["schools"], strict=True))
        known = {name: n for name, n in told.items() if not np.isnan(n)}
        ways = list(solutions(known, whole))
        assert ways
        for name in told.keys() - known.keys():
            assert len({way[name] for way in ways}) > 1, (kind, name)


@pytest.mark.parametrize("weak", [1, 2])
def test_few_weak_schools_are_not_told_by_the_comparison_of_years_either(run_cells: Run, weak: int) -> None:  # noqa: F811
    regular = {GOOD: 14, SUFFICIENT: 30, INSUFFICIENT: weak, NONE: 165}
    shown = tables(run_cells, made.schools(regular=regular), made.boards(60))
    assert "changed" not in shown
    assert "findable_data" not in shown


@pytest.mark.parametrize("counts", [(3, 6, 1), (3, 12, 2), (4, 1, 9), (2, 12, 10)])
def test_a_few_boards_do_not_follow_from_the_table_of_sizes(run_cells: Run, counts: tuple[int, ...]) -> None:  # noqa: F811
    """What aspects withhold beside a small number is not told as the boards of a fit."""
    shown = tables(run_cells, made.schools(), made.boards_of(counts))
    aspects = shown["aspects"].set_index(["aspect", "judgement"])["boards"]
    names = ("good", "sufficient", "judged_insufficient")
    for aspect in ("quality_care", "culture", "dialogue"):
        known = {name: aspects[aspect, name] for name in names if not np.isnan(aspects[aspect, name])}
        for name in OF_SIZE:
            if name in shown:
                rows = shown[name][shown[name].get("group", shown[name].get("aspect")) == aspect]
                known |= dict.fromkeys(["good"] * len(rows["boards_good"].dropna()), rows["boards_good"].max())
        assert len(known) <= 1 or min(counts) >= 3
        assert not any(0 < known.get(name, 0) < 3 for name in names)


def test_boards_insufficient_elsewhere_only_are_no_difference_of_two_rows(run_cells: Run) -> None:  # noqa: F811
    """8 are insufficient on something and 6 on each aspect: 8 - 6 are two boards."""
    shown = tables(run_cells, made.schools(), made.boards_of((6, 12, 6), on_some=8))
    aspects = shown["aspects"].set_index(["aspect", "judgement"])["boards"]
    assert aspects["quality_care", "judged_insufficient"] == 6
    assert np.isnan(aspects["some aspect", "judged_insufficient"])
    assert np.isnan(aspects["some aspect", "sufficient or good on all"])
    shown = tables(run_cells, made.schools(), made.boards_of((6, 12, 6), on_some=9))
    assert shown["aspects"].set_index(["aspect", "judgement"])["boards"]["some aspect", "judged_insufficient"] == 9


def test_no_size_is_drawn_at_which_a_board_would_stand_alone(run_cells: Run) -> None:  # noqa: F811
    boards = made.boards(40)
    boards.loc[0, "schools"] = 30  # the largest by far, and a size that is asked for
    drawn = tables(run_cells, made.schools(), boards)["curve_data"]
    assert drawn["board_size"].max() < 30
    assert "schools" not in drawn
