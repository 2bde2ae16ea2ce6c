"""Notebooks that run in this process on frames of a test: what they would publish, without a run or files."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import analysis.chapter
from analysis.chapter import Chapter
from analysis.codes import Codes
from analysis.disclosure import NOTHING_DECLARED, Gated, flat, profile, suppress
from analysis.disclosure.passed import Passed
from analysis.disclosure.remaining import drawable_rows, in_their_places
from analysis.publish.declared import FILE, read_declared
from analysis.publish.exhibits import read_exhibits
from analysis.synthetic.advice import make_advice
from analysis.synthetic.advice_truth import AdviceTruth, GroupEffects
from analysis.synthetic.learning import make_learning, schools_with_shortage
from analysis.synthetic.learning_truth import LearningTruth
from analysis.synthetic.people import make_people
from analysis.synthetic.truth import Truth
from analysis.variables import CHAPTERS

NOTEBOOKS = Path(__file__).parents[4] / "notebooks"


@dataclass
class Page:
    """Stands for `analysis.chapter.Chapter`: the same gate, and what is published is kept."""

    frames: Mapping[str, pd.DataFrame]
    stem: str
    alternatives: dict[str, str] = field(default_factory=dict)
    captions: dict[str, str] = field(default_factory=dict)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    found: pd.DataFrame = field(default_factory=pd.DataFrame)
    profile: Any = field(default_factory=lambda: profile("default"))

    say, show, gate, conclude, find = Chapter.say, Chapter.show, Chapter.gate, Chapter.conclude, Chapter.find
    lacking, left_out, unknown, codes = (), Chapter.left_out, Chapter.unknown, Codes()

    def __post_init__(self) -> None:
        self.workspace, self._said, self.passed = SimpleNamespace(stem=self.stem), {}, Passed()
        self.exhibits = read_exhibits(CHAPTERS / self.stem / "exhibits.yml")
        self.declared = read_declared(CHAPTERS / self.stem / FILE)

    def load(self, name: str) -> pd.DataFrame:
        return self.frames[name].copy()

    def has(self, name: str) -> bool:
        return name in self.frames

    def gated(
        self, frame: pd.DataFrame, counts: Any, *, totals: Any = None, linked: Any = NOTHING_DECLARED, **_: Any
    ) -> pd.DataFrame:
        return self._let(frame, counts, totals, linked).frame

    def _let(self, frame: pd.DataFrame, counts: Any, totals: Any, linked: Any) -> Gated:
        known = self.passed.again(flat(frame), linked)
        gated = known or suppress(flat(frame), counts, self.profile, totals=totals, linked=linked)
        self.passed.add(gated)
        return gated

    def rounded(self, n: int, **_: Any) -> int:
        return int(n)

    def figure(
        self,
        name: str,
        draw: Callable[..., Figure],
        *args: Any,
        alt: str | Callable[[pd.DataFrame], str],
        caption: str,
        data: pd.DataFrame,
        counts: Any,
        free: Any = (),  # noqa: ARG002 - as `Release.figure`
        totals: Any = None,
        linked: Any = NOTHING_DECLARED,
        nothing: str = "",  # noqa: ARG002 - as `Release.figure`
        subtitle: str = "",  # noqa: ARG002 - as `Release.figure`
        headline: object = None,  # noqa: ARG002 - the same
        **options: Any,
    ) -> None:
        self.captions[f"figure {name}"], self.tables[f"{name}_data"] = caption, data
        gated = self._let(data, counts, totals, linked)
        rows = drawable_rows(gated)
        if len(rows):
            plt.close(draw(in_their_places(gated), *args, **options))
            self.alternatives[name] = alt if isinstance(alt, str) else alt(rows)

    def table(self, name: str, frame: pd.DataFrame, *, caption: str, note: str = "", **_: Any) -> None:
        self.captions[f"table {name}"], self.tables[name] = f"{caption} {note}", frame

    file = table

    def accounts(self, name: str, accounting: pd.DataFrame, *, caption: str, **_: Any) -> None:
        self.captions[f"table {name}"], self.tables[name] = caption, accounting

    def save(self, *_: Any) -> None:
        pass

    def rests_on(self, data: object) -> None:
        pass

    def findings(self, by_finding: pd.DataFrame) -> None:
        self.found = by_finding.set_index("name")

    def texts(self) -> dict[str, str]:
        """Everything that is said on the page and computed: findings and alternative texts."""
        said = {f"finding {name}": sentence for name, sentence in self.found["sentence"].items()}
        return said | {f"alt {name}": words for name, words in self.alternatives.items()}


def prose(stem: str, language: str = "en") -> str:
    cells = json.loads((NOTEBOOKS / f"{stem}.ipynb").read_text("utf8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["metadata"].get("tags") == [language])


@pytest.fixture(scope="session")
def run_notebook():
    def run(stem: str, frames: Mapping[str, pd.DataFrame], **parameters: Any) -> Page:
        page, patch = Page(frames, stem.partition("_")[2]), pytest.MonkeyPatch()
        patch.setattr(analysis.chapter, "open_chapter", lambda *_: page)
        names: dict[str, Any] = {"display": lambda *_: None}
        cells = json.loads((NOTEBOOKS / f"{stem}.ipynb").read_text("utf8"))["cells"]
        for cell in (cell for cell in cells if cell["cell_type"] == "code"):
            exec("".join(cell["source"]), names)  # noqa: S102 - our own notebooks
            if "parameters" in cell["metadata"].get("tags", []):
                names |= parameters
        patch.undo()
        page.names = names
        return page

    return run


@dataclass(frozen=True)
class Planted:
    """A small city with what is planted in it turned by `sign`: 1 as in the published truth, -1 the other way."""

    sign: int

    @property
    def learning(self) -> LearningTruth:
        """Losses that grow with the share at risk and with shortage, or gains; growth rises, or falls, before them."""
        base, s = LearningTruth(), self.sign
        closure = replace(
            base.closure,
            groep={subject: dict.fromkeys(by, -0.35 * s) for subject, by in base.closure.groep.items()},
            level_one=dict.fromkeys(base.closure.level_one, -0.3 * s),
            at_risk=dict.fromkeys(base.closure.at_risk, -0.8 * s),
            shortage=-2.0 * s,
        )
        growth = replace(base.growth, trend=dict.fromkeys(base.growth.trend, 0.08 * s))
        often, seldom = dict.fromkeys(base.testing.e_not_held, 0.25), dict.fromkeys(base.testing.e_not_held, 0.02)
        first, last = (seldom, often) if s > 0 else (often, seldom)
        testing = replace(base.testing, e_not_held=first, e_not_held_closure=last, level_v=0.1 * (s > 0))
        return replace(base, closure=closure, growth=growth, testing=testing)

    @property
    def advice(self) -> AdviceTruth:
        """Groups that are advised lower and revised less often, or higher and more often."""
        lower = GroupEffects(laag=-0.6, middelbaar=-0.3, nonwestern=-0.6, low_income=-0.2, one_parent=-0.2)
        seldom = GroupEffects(laag=-1.5, middelbaar=-0.5, nonwestern=-1.5)
        turned = {"advice": lower, "revision": seldom}
        return replace(AdviceTruth(), **{name: _times(effects, self.sign) for name, effects in turned.items()})

    def frames(self) -> dict[str, pd.DataFrame]:
        people, tests, advices = np.random.SeedSequence(5).spawn(3)
        _, frames = make_people(Truth(), 0.3, people)
        pupils, schools = frames["by_pupil"], frames["by_location"]
        tested = schools_with_shortage(schools, frames["by_location_shortage"])
        return frames | {
            "by_pupil_test": make_learning(pupils, tested, self.learning, tests),
            "by_pupil_advice": make_advice(pupils, schools, self.advice, advices),
        }


def _times(effects: GroupEffects, factor: float) -> GroupEffects:
    return GroupEffects(*(factor * own for own in astuple(effects)))


@pytest.fixture(scope="session")
def pages(run_notebook):
    """Both chapters in both worlds, by chapter and sign."""
    worlds = {sign: Planted(sign).frames() for sign in (1, -1)}
    # Two bands of schools: in a city of this size the gate withholds bands of fewer.
    chapters = {"04_leergroei": {"bootstrap_draws": 50, "risk_edges": [0.4]}, "05_advisering": {}}
    return {
        (stem, sign): run_notebook(stem, frames, **parameters)
        for sign, frames in worlds.items()
        for stem, parameters in chapters.items()
    }
