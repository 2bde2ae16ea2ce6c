"""Scratch in a notebook is refused before anything runs, with notebook and cell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from analysis.errors import InputError
from analysis.run.scratch import refuse_scratch, scratch_in


def cell(source: str, *tags: str) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "metadata": {"tags": list(tags)}}


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("print(frame)", "line 1 calls print"),
        ("for row in rows:\n    print(row)", "line 2 calls print"),
        ("display(frame)", "line 1 calls display"),
        ("frame = load()\nframe.head()", "line 2 shows frame.head()"),
        ("frame", "line 1 shows frame"),
        ('frame["score"]', "line 1 shows frame['score']"),
        ("frame.shape", "line 1 shows frame.shape"),
        ("plt.plot(x)\nplt.show()", "line 2 calls plt.show()"),
        ("figure.show()", "line 1 calls figure.show()"),
        ("# scratch\nx = 1", "is marked as scratch"),
    ],
)
def test_a_look_at_data_is_scratch(source: str, said: str) -> None:
    assert scratch_in(cell(source)).startswith(said)


@pytest.mark.parametrize(
    "source",
    [
        'chapter.show("bands", frame)',
        "display(chapter.inputs())",
        "chapter.conclude(findings, estimates)",
        'chapter.show("a", frame) if len(frame) else None',
        "frame = frame.head()",
        "",
        "%matplotlib inline",
    ],
)
def test_what_publishes_or_shows_nothing_is_not(source: str) -> None:
    assert scratch_in(cell(source)) == ""


def test_a_cell_with_the_tag_is_and_the_parameters_are_not() -> None:
    assert scratch_in(cell("x = 1", "scratch"))
    assert not scratch_in(cell("seed = 1\nseed", "parameters"))


def test_the_notebooks_of_the_project_hold_none() -> None:
    for notebook in (Path(__file__).parents[3] / "notebooks").glob("*.ipynb"):
        refuse_scratch(notebook)


def test_a_run_stops_before_anything_runs_and_names_every_cell(small: Any) -> None:
    small.notebook("03_three", "1 / 0\nx = [1]\nprint(x)", "x[0]")
    with pytest.raises(InputError) as refused:
        small.run()
    assert small.events == []
    for said in ("03_three.ipynb: code cell 3: line 3 calls print", "03_three.ipynb: code cell 4: line 1 shows x[0]"):
        assert said in str(refused.value)
    assert str(small.root / "notebooks") in str(refused.value)
