"""Leaks through what stands in the place of something that is not shown, and through what remains of a figure."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from markupsafe import Markup
from matplotlib.figure import Figure

from analysis.chapter import Chapter
from analysis.errors import DisclosureError
from analysis.publish import figures
from analysis.publish.release import Release
from analysis.run.workspace import Workspace

GROUPS = pd.DataFrame({"group": ["a", "b", "c"], "n": [120, 234, 7], "share": [0.1, 0.2, 0.7]})  # seven are too few
FEW = pd.DataFrame({"group": ["a", "b"], "n": [7, 4], "share": [0.6, 0.4]})
SMALL = ("7", "4", "0.6", "0.4", "0.7")
WORDS: dict[str, Any] = {"alt": "Bars.", "caption": "Groups", "counts": ["n"]}


def bars(rows: pd.DataFrame) -> Figure:
    figure, axes = figures.canvas(6)
    axes.bar(rows["group"], rows["share"].astype(float))
    return figure


def told(release: Release) -> str:
    """Everything that the chapter wrote or noted, and what its manifest will tell."""
    files = [path for path in release.workspace.write.rglob("*") if path.suffix in {".csv", ".json", ".jsonl", ".svg"}]
    return "\n".join(path.read_text("utf8") for path in files)


NOTICES: dict[str, Callable[[Release], Any]] = {
    "a table of few": lambda r: r.table("few", FEW, caption="Groups", counts=["n"]),
    "a figure of few": lambda r: r.figure("few", bars, data=FEW, **WORDS),
    "a finding on few": lambda r: r.finding("few", "Of them 60% do.", n=7),
    "a finding on few schools": lambda r: r.finding("few", "Of them 60% do.", n=2, unit="schools"),
    "a finding of a small model": lambda r: r.finding("few", "Of them 60% do.", n=100, clusters=7),
    "a finding that says an exact count": lambda r: (
        r.gated(GROUPS, ["n"]) is None or r.finding("few", "There are 234.", n=500)
    ),
}


@pytest.mark.parametrize("leak", NOTICES.values(), ids=NOTICES)
def test_a_notice_says_why_and_no_number_of_what_is_withheld(
    release: Release, answer_to: Callable[[Callable[[Release], object]], str], leak: Callable[[Release], object]
) -> None:
    answer = answer_to(leak)
    assert "Not shown: " in answer
    assert not any(f" {number}" in answer for number in ("7", "60%", "234", "2 schools"))
    assert not [*release.workspace.write.rglob("*.csv"), *release.workspace.write.rglob("*.svg")]
    noted = [json.loads(line) for line in told(release).splitlines() if '"key": "withheld"' in line]
    assert [note["name"] for note in noted] == ["few"]
    assert "60%" not in json.dumps(noted)


EXACT = "There are 234 in all."
OF_GROUPS: dict[str, Callable[[Release], Any]] = {
    "a table": lambda r: r.table("groups", GROUPS, caption=EXACT, counts=["n"]),
    "a figure": lambda r: r.figure("groups", bars, data=GROUPS, **{**WORDS, "caption": EXACT}),
}


@pytest.mark.parametrize("leak", OF_GROUPS.values(), ids=OF_GROUPS)
def test_a_caption_that_may_not_be_shown_is_no_title_of_its_own_notice(
    release: Release, answer_to: Callable[[Callable[[Release], object]], str], leak: Callable[[Release], object]
) -> None:
    answer = answer_to(leak)
    assert "Not shown: a number in it equals one" in answer
    assert "234" not in answer + told(release)


NONE = GROUPS.iloc[:0]
NOTHING: dict[str, Callable[[Release], Any]] = {
    "a table": lambda r: r.table("none", NONE, caption="Groups", counts=["n"], nothing="None of 123 pupils."),
    "a figure": lambda r: r.figure("none", bars, data=NONE, nothing="None of 123 pupils.", **WORDS),
}


@pytest.mark.parametrize("leak", NOTHING.values(), ids=NOTHING)
def test_what_is_said_where_there_is_nothing_is_read_too(release: Release, leak: Callable[[Release], object]) -> None:
    with pytest.raises(DisclosureError, match="'none': says a number of persons"):
        leak(release)


def test_a_unit_says_no_number_of_persons(release: Release) -> None:
    assert "too small or not rounded" in release.finding("few", "More moved.", n=100, unit="of seven pupils").html


def test_a_finding_holds_no_markup(release: Release) -> None:
    assert "&lt;b&gt;x&lt;/b&gt;" in release.finding("bold", Markup("<b>x</b>"), n=100).html


@pytest.mark.parametrize("ending", ["csv", "json"])
def test_the_row_that_a_figure_leaves_out_is_in_none_of_its_files(release: Release, ending: str) -> None:
    release.figure("x", bars, data=GROUPS, **WORDS)
    for path in release.workspace.write.rglob(f"*.{ending}"):
        assert "0.7" not in path.read_text("utf8")
    kept = pd.read_csv(release.workspace.write / "tables/segregation/x_data.csv")
    assert kept.loc[2, ["n", "share"]].isna().all()


DRAWN: dict[str, tuple[Callable[..., Figure], str]] = {
    "the whole frame from a closure": (lambda _: bars(GROUPS), "1 of 3 bars are not in the data"),
    "the whole frame as an argument": (lambda _, whole: bars(whole), "1 of 3 bars are not in the data"),
    "the exact count as a word": (lambda rows: _titled(rows, "In b are 234"), "a number in it equals one"),
    "few as a word": (lambda rows: _titled(rows, "Of 7 pupils"), "too small or not rounded"),
}


def _titled(rows: pd.DataFrame, title: str) -> Figure:
    figure = bars(rows)
    figure.axes[0].set_title(title)
    return figure


@pytest.mark.parametrize(("draw", "said"), DRAWN.values(), ids=DRAWN)
def test_a_figure_draws_nothing_but_the_rows_that_it_gets(
    answer_to: Callable[[Callable[[Release], object]], str], draw: Callable[..., Figure], said: str
) -> None:
    arguments = (GROUPS,) if draw.__code__.co_argcount > 1 else ()
    assert said in answer_to(lambda r: r.figure("x", draw, *arguments, data=GROUPS, **WORDS))


@pytest.mark.parametrize(
    ("alt", "said"),
    [
        (lambda _: "Of 7 pupils the bar is high.", "too small or not rounded"),
        (lambda rows: f"{len(rows)} bars; in b are 234.", "a number in it equals one"),
        (lambda _: "The bar of 01AB00 is high.", "the text holds the key"),
    ],
    ids=["few", "an exact count", "a school"],
)
def test_an_alternative_text_that_is_computed_is_asked_as_a_fixed_one(
    answer_to: Callable[[Callable[[Release], object]], str], alt: Callable[[pd.DataFrame], str], said: str
) -> None:
    given = {**WORDS, "alt": alt, "data": GROUPS}
    assert said in answer_to(lambda r: r.figure("x", bars, **given))


@pytest.mark.parametrize("form", ["{:,}", "{:d}", "{:.0f}", "{}", "{!r}"])
def test_a_number_too_small_to_tell_says_so_in_every_form(release: Release, form: str) -> None:
    assert form.format(release.rounded(7)) == "fewer than 10"
    assert int(release.rounded(7)) == 0


def test_a_sentence_that_its_chapter_withholds_is_in_no_later_one(tmp_path: Path) -> None:
    links = frozenset({"segregation_findings"})
    facts = {"edition": "ci", "synthetic": False, "disclosure": "default"}
    one, other = (
        Chapter(Workspace(stem, tmp_path, tmp_path, facts, needs=links, produces=links))
        for stem in ("segregation", "summary")
    )
    one.gated(GROUPS, ["n"])
    sentences = pd.DataFrame({"name": ["b"], "sentence": ["In b are 234."], "n": [500], "unit": ["pupils"]})
    one.save("segregation_findings", sentences)
    assert "234" not in other.findings_of("segregation").html
    assert "234" not in told(other)


def test_an_author_who_writes_an_exact_n_is_stopped(release: Release) -> None:
    with pytest.raises(DisclosureError, match="too small or not rounded"):
        release.table("x", GROUPS, caption="Groups (n = 234)", counts=["n"])
