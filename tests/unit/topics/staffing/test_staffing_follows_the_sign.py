"""What the chapters on staffing say turns when the world turns: findings, titles, captions and alternative texts.

The notebooks are run on worlds whose planted effects are there, are turned round, or are not there at all. A text with
a direction in it must read otherwise in the turned world; where nothing is planted, no text may have a direction.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from analysis.chapter import Chapter
from analysis.publish.declared import FILE, read_declared
from analysis.publish.exhibits import read_exhibits
from analysis.synthetic.staffing import make_staffing
from analysis.synthetic.staffing_truth import G5, OUTSIDE, RATIO, StaffingTruth
from analysis.synthetic.teachers import AFTER, BEFORE, TeachersTruth, make_teachers
from analysis.variables import CHAPTERS

NOTEBOOKS = Path(__file__).parents[4] / "notebooks"
SCALE = 0.25
DIRECTION = re.compile(
    r"\b(larger|smaller|more|less|fewer|often|higher|lower|above|below|up|down|rises?|rose|falls?|fell|jumps|worsened|"
    r"improved|resembles?|moved apart)\b"
)
# What is not about the data: margins, bands, what is compared, and the condition of a verdict.
DEFINITIONS = re.compile(
    "|".join(
        [
            r"\d[\d.,]* (percentage points|hours a week|pupils per fte)( of employment)? or more",
            r"of 5% or more|above 30%|points more schoolweging|1,000 euro more a pupil|or more is ruled out",
            r"[Jj]ust (above|below)( the cut-off| it)|\bIt falls if they|more or less|another number",
            r"band (below )?\d+%? or more|band below|or more km|up or down is[^.]*\.|clusters less one|No jump",
            r"age \d+ or more",
            r"Below it schools have|above it [\d,]+\.$|about as often as",
            r"above the rest in \d+% of the years and below it in",
        ]
    )
)


def effects(sign: int) -> dict[str, float]:
    return {
        name: sign * size
        for name, size in {
            "wage": 0.09,
            "hours": 1.5,
            "inflow": 0.05,
            "outflow": 0.05,
            "pupils_per_teacher": 1.2,
        }.items()
    }


WORLDS = {
    "planted": (
        StaffingTruth(toelage_effects=effects(1), shortage_weging=0.9),
        TeachersTruth(),
    ),
    "turned": (
        StaffingTruth(
            toelage_effects=effects(-1),
            shortage_weging=-0.9,
            g5=replace(G5, shortage=OUTSIDE.shortage, shortage_shift=OUTSIDE.shortage_shift),
            outside=replace(OUTSIDE, shortage=G5.shortage, shortage_shift=G5.shortage_shift),
            insufficient_large=0.095,
            insufficient_small=0.30,
            pupils_per_teacher=replace(RATIO, low=RATIO.high, high=RATIO.low),
        ),
        TeachersTruth(fte={BEFORE: 0.75, AFTER: 0.79}, nonwestern=0.0, nonwestern_pupils=-3.465),
    ),
    "nothing": (
        StaffingTruth(
            toelage_effects=effects(0),
            shortage_weging=0.0,
            g5=replace(G5, shortage=OUTSIDE.shortage, shortage_shift=OUTSIDE.shortage_shift),
            insufficient_large=0.2,
            insufficient_small=0.2,
            pupils_per_teacher=replace(RATIO, low=(17.0,) * 10, high=(17.0,) * 10),
        ),
        TeachersTruth(fte={BEFORE: 0.77, AFTER: 0.77}, nonwestern=-1.5, nonwestern_pupils=0.0),
    ),
}


class Recorder:
    """A chapter that keeps what it is given to say, and publishes nothing."""

    say, show, gate, conclude, find = Chapter.say, Chapter.show, Chapter.gate, Chapter.conclude, Chapter.find
    lacking, left_out, unknown, rests_on = (), Chapter.left_out, Chapter.unknown, Chapter.rests_on

    def __init__(self, stem: str, tables: dict[str, pd.DataFrame]) -> None:
        self.tables, self.texts, self._columns = tables, {}, {}
        self.workspace, self._said = SimpleNamespace(stem=stem), {}
        self.exhibits = read_exhibits(CHAPTERS / stem / "exhibits.yml")
        self.declared = read_declared(CHAPTERS / stem / FILE)

    def has(self, name: str) -> bool:
        return name in self.tables

    def load(self, name: str) -> pd.DataFrame:
        return self.tables[name]

    def gated(self, frame: pd.DataFrame, *_: Any, **__: Any) -> pd.DataFrame:
        return frame.assign(suppressed="")

    def figure(
        self,
        name: str,
        draw: Callable[..., Figure],
        *args: Any,
        alt: str | Callable[[pd.DataFrame], str],
        caption: str,
        data: pd.DataFrame,
        counts: Any,  # noqa: ARG002 - as `Release.figure`
        free: Any = (),  # noqa: ARG002 - the same
        linked: Any = None,  # noqa: ARG002 - the same
        subtitle: str = "",  # noqa: ARG002 - the same
        headline: object = None,  # noqa: ARG002 - the same
        **options: Any,
    ) -> None:
        figure = draw(data, *args, **options)
        titles = " ".join(axes.get_title(loc="left") + axes.get_title() for axes in figure.axes)
        description = alt if isinstance(alt, str) else alt(data)
        self.texts |= {f"alt of {name}": description, f"caption of {name}": caption, f"titles of {name}": titles}

    def table(self, name: str, _frame: pd.DataFrame, *, caption: str, note: str = "", **_: Any) -> None:
        self.texts[f"table {name}"] = f"{caption} {note}"

    file = table

    def save(self, name: str, frame: pd.DataFrame) -> None:
        self.tables[name] = frame

    def findings(self, frame: pd.DataFrame) -> None:
        self.texts |= {f"finding {row['name']}": row["sentence"] for row in frame.to_dict("records")}


def schools_of_the_city() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    number = 80
    return pd.DataFrame(
        {
            "location": [f"s{school}" for school in range(number)],
            "board": rng.integers(0, 20, number),
            "special": False,
            "pupils": rng.integers(100, 400, number),
            "share_nonwestern": np.linspace(0.02, 0.98, number),
            "share_at_risk": rng.permutation(np.linspace(0.05, 0.95, number)),
        }
    )


def shortages(city: pd.DataFrame) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    years = [city[["location"]].assign(year=year, shortage=rng.uniform(0, 0.3, len(city))) for year in (2019, 2020)]
    return pd.concat(years, ignore_index=True)


def run(stem: str, tables: dict[str, pd.DataFrame], patch: pytest.MonkeyPatch) -> dict[str, str]:
    """Run the code cells of a notebook on these tables, and return all that it says, by what it belongs to."""
    recorder = Recorder(stem.partition("_")[2], tables)
    patch.setattr("analysis.chapter.open_chapter", lambda *_: recorder)
    space: dict[str, Any] = {}
    for cell in json.loads((NOTEBOOKS / f"{stem}.ipynb").read_text("utf8"))["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), space)  # noqa: S102 - our own notebook
            if "parameters" in cell["metadata"].get("tags", []):
                space["bootstrap_draws"] = 199
    return recorder.texts


@pytest.fixture(scope="module")
def texts() -> dict[str, dict[str, str]]:
    patch = pytest.MonkeyPatch()
    texts = {}
    for world, (staffing, teachers) in WORLDS.items():
        panel = make_staffing(staffing, SCALE, np.random.SeedSequence(5))
        city = schools_of_the_city()
        people = make_teachers(city, teachers, 0.5, np.random.SeedSequence(6))
        texts[world] = run("06_staffing", {"by_location_year": panel}, patch)
        tables = {"by_teacher": people, "by_location": city, "by_location_shortage": shortages(city)}
        texts[world] |= run("06_teachers", tables, patch)
    patch.undo()
    return texts


def directed(text: str) -> bool:
    return bool(DIRECTION.search(DEFINITIONS.sub("", text)))


def words(text: str) -> str:
    """A text without its numbers: those differ between any two worlds."""
    return re.sub(r"[\d.,−%]+", "#", text)


def test_every_text_with_a_direction_turns_with_the_world(texts):
    fixed = {
        name: text
        for name, text in texts["planted"].items()
        if directed(text) and words(text) == words(texts["turned"].get(name, ""))
    }
    assert fixed == {}


def test_the_planted_effects_are_all_found_and_turn(texts):
    """The test above would pass if nothing had a direction."""
    turning = {
        *("finding shortage_weging", "finding judgement", "finding wage", "finding oab_event", "alt of oab_events"),
        "finding toelage",
        *("alt of cutoff", "alt of events", "finding hours", "finding composition", "alt of composition"),
    }
    assert turning <= set(texts["planted"])
    for name in sorted(turning):
        assert directed(texts["planted"][name]), texts["planted"][name]
        assert directed(texts["turned"][name]), texts["turned"][name]
        assert words(texts["planted"][name]) != words(texts["turned"][name])


def test_the_alternative_text_of_the_shortage_turns_in_its_numbers(texts):
    assert "above the rest in 100% of the years and below it in 0%" in texts["planted"]["alt of shortage_by_year"]
    assert "above the rest in 0% of the years and below it in 100%" in texts["turned"]["alt of shortage_by_year"]


def test_where_nothing_is_planted_nothing_has_a_direction(texts):
    judged = {name: text for name, text in texts["nothing"].items() if name.startswith("finding") and directed(text)}
    assert judged == {}
    assert "None moves measurably." in texts["nothing"]["alt of cutoff"]


@pytest.mark.parametrize("stem", ["06_staffing", "06_teachers", "06_oab_money"])
def test_prose_of_a_notebook_states_no_result(stem):
    cells = json.loads((NOTEBOOKS / f"{stem}.ipynb").read_text("utf8"))["cells"]
    prose = " ".join("".join(cell["source"]) for cell in cells if "en" in cell["metadata"].get("tags", []))
    labels = re.findall(
        r"[^.]*\b(?:(?<!that )rose|fell|worsened|improved|resembles?|jumps up|larger share was)\b[^.]*\.", prose
    )
    assert labels == []


@pytest.mark.parametrize("stem", ["staffing", "teachers", "oab_money"])
def test_an_alternative_text_is_computed_or_names_the_chart_alone(stem):
    figures = read_exhibits(CHAPTERS / stem / "exhibits.yml").figures
    assert figures
    assert [name for name, one in figures.items() if directed(one.words["alt"]["en"])] == []
