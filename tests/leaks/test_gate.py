"""Leaks through what a chapter publishes: the gate refuses them, and says which table, figure or sentence and why."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from analysis.language import speaking
from analysis.publish import figures
from analysis.publish.release import Release

SCHOOL = "01AB00"  # a location that does not exist
SCORES = np.array([500 + number / 7 for number in range(60)])
SCHOOLS = pd.DataFrame({"weging": [21.53, 27.38, 33.17, 38.91], "mean": [0.41, 0.35, 0.22, 0.13]})
GROUPS = pd.DataFrame({"group": ["a", "b", "c"], "n": [120, 234, 61], "share": [0.1, 0.2, 0.7]})
WORDS = {"caption": "Groups", "counts": ["n"]}


PUPILS = pd.DataFrame({"score": SCORES})


def knows(release: Release, **tables: pd.DataFrame) -> Release:
    """Let a chapter have loaded internal tables."""
    for name, rows in tables.items():
        release._gate.loaded.add(name, rows)
    return release


def groups(**columns: Any) -> pd.DataFrame:
    return GROUPS.assign(**columns)


def table(release: Release, frame: pd.DataFrame, **words: Any) -> object:
    return release.table("groups", frame, **{**WORDS, **words})


Answer = Callable[[Callable[[Release], object]], str]
EQUAL = "a number in it equals one that this chapter rounds"

TABLES: dict[str, tuple[Callable[[Release], object], str]] = {
    "a column of pupils": (lambda r: table(r, groups(pupil=[1, 2, 3])), "column 'pupil', row 1: identifies"),
    "a column of boards": (lambda r: table(r, groups(Bestuursnummer=[1, 2, 3])), "column 'Bestuursnummer', row 1"),
    "a column renamed": (lambda r: table(r, groups(x=["a", SCHOOL, "b"])), "column 'x', row 2: looks like the key of"),
    "numbers of schools": (lambda r: table(r, groups(x=["a", "b", "01AB"])), r"column 'x', row 3: .* school \(BRIN\)"),
    "postcodes of six": (lambda r: table(r, groups(x=["1012 AB", "", ""])), "row 1: looks like a six-character post"),
    "a school inside a text": (
        lambda r: table(r, groups(x=["", f"not {SCHOOL}", ""])),
        "row 2: the text holds the key",
    ),
    "an address": (lambda r: table(r, groups(x=["", "", "Dorpsstraat 7"])), "row 3: the text holds an address"),
    "a level of the index": (
        lambda r: table(r, GROUPS.set_index(pd.Index([SCHOOL, "", ""], name="x"))),
        "column 'x', row 1: looks like the key",
    ),
    "a level of a MultiIndex": (
        lambda r: table(r, groups(x=[SCHOOL, "", ""]).set_index(["group", "x"])),
        "column 'x', row 1: looks like the key",
    ),
    "categories left in a Categorical": (
        lambda r: table(r, groups(x=pd.Categorical(["", "", ""], categories=["", SCHOOL]))),
        r"column 'x \(a category without rows\)', row 1: looks like the key",
    ),
    "the name of a column": (lambda r: table(r, GROUPS.rename(columns={"share": SCHOOL})), "a column's name: the text"),
    "numbers of pupils, renamed": (lambda r: table(r, groups(x=[10001, 10002, 10003])), "'x': whole numbers of five"),
    "a count that is not declared": (lambda r: table(r, groups(n_low=[3, 4, 5])), "'n_low' seems to count something"),
    "a table that denies counting": (lambda r: table(r, GROUPS, counts=()), "column 'n' seems to count something"),
    "a count that is no number": (lambda r: table(r, groups(n=["120", "few", "61"])), "column 'n', row 2: no whole"),
    "a maximum": (
        lambda r: table(r, groups(score_max=[1.0, 2.0, 3.0])),
        "column 'score_max': an extreme is one person",
    ),
    "the minimum of describe()": (
        lambda r: table(r, pd.Series(SCORES, name="score").describe().rename_axis("x").reset_index(), counts=()),
        "column 'x', row 4: an extreme",
    ),
    "an id in a caption": (lambda r: table(r, GROUPS, caption=f"Groups of {SCHOOL}"), "table 'groups': the text holds"),
    "an id in a note": (lambda r: table(r, GROUPS, note="Without 01AB."), "table 'groups': the text holds the number"),
    "an id in a header": (
        lambda r: table(r, GROUPS, labels={"n": f"At {SCHOOL}"}),
        "table 'groups': the text holds the",
    ),
    "an id in the name of a file": (
        lambda r: r.table("at_01ab00", GROUPS, caption="Groups", counts=["n"]),
        "table 'at_01ab00': the text holds the key",
    ),
    "an exact n in a caption": (
        lambda r: table(r, GROUPS, caption="Groups (n = 234)"),
        "that is too small or not round",
    ),
    "a withheld n in a note": (
        lambda r: table(r, groups(n=[120, 230, 7]), note="Group c has 7 pupils."),
        "table 'groups': says a number of persons that is too small",
    ),
    "an exact count in a note": (lambda r: table(r, GROUPS, note="Of all, 234 are in b."), EQUAL),
    "a list in a cell": (
        lambda r: table(r, groups(x=[[1, 2], "", ""])),
        "column 'x', row 1: holds more than one value",
    ),
    "numbers as text": (lambda r: table(r, groups(x=["120", "234", "7"])), "column 'x': numbers as text pass no rule"),
    "days of birth": (lambda r: table(r, groups(x=pd.Timestamp("2011-03-07"))), "column 'x': days single persons out"),
    "few in a cell": (
        lambda r: table(r, groups(x=["", "7 pupils", ""])),
        "column 'x', row 2: says a number of persons",
    ),
    "few in the name of a column": (
        lambda r: table(r, GROUPS.rename(columns={"share": "share_of_7_pupils"})),
        "a column's name: says a number of persons",
    ),
    "rows of pupils as a table that counts nobody": (
        lambda r: table(knows(r, by_pupil=PUPILS), PUPILS[["score"]].head(), counts=()),
        "column 'score' shows values of the rows of by_pupil",
    ),
    "a row per school": (
        lambda r: table(knows(r, by_school=SCHOOLS), SCHOOLS.assign(n=120)),
        "column 'weging' shows values of the rows of by_school",
    ),
    "a row per postcode without a count": (
        lambda r: table(r, pd.DataFrame({"pc4": [1011, 1012], "share": [0.1, 0.2]}), counts=()),
        "rows per postcode are published with a count",
    ),
}


@pytest.mark.parametrize(("leak", "said"), TABLES.values(), ids=TABLES)
def test_a_table_that_leaks_is_refused_and_not_written(
    release: Release, answer_to: Answer, leak: Callable[[Release], object], said: str
) -> None:
    answer = answer_to(leak)
    assert re.search(said, answer)
    assert SCHOOL not in answer or "a column's name" in said
    assert not list(release.workspace.write.rglob("*.csv"))


SENTENCES: dict[str, tuple[Callable[[Release], object], str]] = {
    "nine pupils": (lambda r: r.finding("x", "They do.", n=9), "Not shown: it rests on fewer than 10 pupils"),
    "two schools": (lambda r: r.finding("x", "They do.", n=2, unit="schools"), "fewer than 3 schools"),
    "a model on two schools": (lambda r: r.finding("x", "It is 2.0.", n=90, clusters=2), "fewer than 10 clusters"),
    "a model without freedom": (
        lambda r: r.finding("x", "It is 2.0.", n=90, df_resid=3),
        "fewer than 10 clusters or degrees",
    ),
    "a school in the sentence": (
        lambda r: r.finding("x", f"{SCHOOL} grew.", n=90),
        "finding 'x': the text holds the key",
    ),
    "a school as the unit": (
        lambda r: r.finding("x", "They do.", n=90, unit=f"pupils of {SCHOOL}"),
        "finding 'x': the text holds the key",
    ),
    "an exact n in the sentence": (
        lambda r: r.finding("x", "Of 1,234 pupils half do.", n=1234),
        "too small or not round",
    ),
    "few in the sentence": (lambda r: r.finding("x", "All but 3 boys do.", n=90), "too small or not rounded"),
    "few behind an adjective": (lambda r: r.finding("x", "The 7 other pupils do.", n=90), "too small or not rounded"),
    "n = in the sentence": (lambda r: r.finding("x", "Half do (n = 67).", n=90), "too small or not rounded"),
    "an exact count of the gate": (
        lambda r: r.gated(GROUPS, ["n"]) is None or r.finding("x", "In b are 234.", n=415),
        EQUAL,
    ),
    "the exact n that was rounded": (lambda r: r.finding("x", "It rests on 1,234.", n=1234), EQUAL),
    "few in a caption": (
        lambda r: r.table("x", groups(n=[1, 2, 3]), caption=f"All (n = {r.rounded(6)})", counts=["n"]),
        r"n = fewer than 10\)",
    ),
}


@pytest.mark.parametrize(("leak", "said"), SENTENCES.values(), ids=SENTENCES)
def test_a_sentence_that_leaks_is_refused(answer_to: Answer, leak: Callable[[Release], object], said: str) -> None:
    answer = answer_to(leak)
    assert re.search(said, answer)
    assert SCHOOL not in answer


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Van de 1.234 leerlingen haalt de helft het.", "Niet getoond: er staat een aantal personen in"),
        ("Het zijn er 1.234.", "Niet getoond: er staat een getal in dat gelijk is aan"),
        ("n = 1.234", "Niet getoond: er staat een aantal personen in"),
    ],
)
def test_a_dutch_sentence_that_leaks_is_refused(answer_to: Answer, sentence: str, said: str) -> None:
    with speaking("nl"):
        assert said in answer_to(lambda r: r.finding("x", sentence, n=1234))


@pytest.mark.parametrize(
    "sentence",
    [
        "In 2019 pupils of groep 7 grew 1.234 points more (95% interval 0.11 to 2.37).",
        "Of 1,235 pupils at 13 schools 67% do, in 2018/19 as in 2019/20.",
        "Pupils aged 4; 1 in 7 children moved 17 km.",
    ],
)
def test_a_sentence_with_years_shares_and_rounded_numbers_is_published(release: Release, sentence: str) -> None:
    assert release.finding("x", sentence, n=1234)


def bars(frame: pd.DataFrame, value: str = "share") -> tuple[Figure, Any]:
    figure, axes = figures.canvas(6)
    axes.bar(frame["group"], frame[value].astype(float))
    return figure, axes


def drawn(draw: Callable[[Any], object]) -> Figure:
    figure, axes = figures.canvas(6)
    draw(axes)
    return figure


def on_bars(note: Callable[[Any], object]) -> Figure:
    figure, axes = bars(GROUPS)
    note(axes)
    return figure


FIGURES = {
    "a scatter of schools": (
        lambda: drawn(lambda axes: axes.scatter(SCHOOLS["weging"], SCHOOLS["mean"])),
        "4 of 4 points are not in the data",
    ),
    "a line through all pupils": (
        lambda: drawn(lambda axes: axes.plot(np.arange(60) + 0.5, SCORES)),
        "60 of 60 points of a line are not in the data",
    ),
    "a histogram of raw scores": (lambda: drawn(lambda axes: axes.hist(SCORES, bins=7)), "bars are not in the data"),
    "the colours of points": (
        lambda: drawn(lambda axes: axes.scatter(GROUPS["share"], GROUPS["share"], c=[0.41, 0.35, 0.22])),
        "3 of 3 cells are not in the data",
    ),
    "a line per pupil, before and after": (
        lambda: drawn(lambda axes: [axes.plot([0.3, 1.3], [score, score + 1]) for score in SCORES]),
        "ends of lines are not in the data",
    ),
    "a violin": (lambda: drawn(lambda axes: axes.violinplot(SCORES)), "corners of an area are not in the data"),
    "bins of six corners": (
        lambda: drawn(lambda axes: axes.hexbin(SCORES, SCORES, gridsize=5)),
        "cells are not in the",
    ),
    "the whiskers of a box": (lambda: drawn(lambda axes: axes.boxplot(SCORES)), "points of a line are not in the data"),
    "the intervals of schools": (
        lambda: drawn(lambda axes: axes.hlines(SCHOOLS["weging"], SCHOOLS["mean"], SCHOOLS["mean"] + 0.11)),
        "8 of 8 ends of lines are not in the data",
    ),
    "a bar per school": (
        lambda: drawn(lambda axes: axes.bar(SCHOOLS["weging"], SCHOOLS["mean"])),
        "4 of 4 bars are not",
    ),
    "a heat map of pupils": (
        lambda: drawn(lambda axes: axes.imshow(SCORES.reshape(6, 10))),
        "60 of 60 cells are not in",
    ),
    "a mesh of pupils": (
        lambda: drawn(lambda axes: axes.pcolormesh(SCORES.reshape(6, 10))),
        "60 of 60 cells are not in",
    ),
    "exact heights": (lambda: bars(GROUPS, "n")[0], "2 of 3 bars are not in the data"),
    "a hover text": (lambda: on_bars(lambda axes: axes.patches[0].set_url("#7-pupils")), "has a gid or url"),
    "a name inside the SVG": (lambda: on_bars(lambda axes: axes.patches[0].set_gid("7 pupils")), "has a gid or url"),
    "an exact n above a bar": (lambda: on_bars(lambda axes: axes.text(0, 0.1, "n = 234")), "too small or not rounded"),
    "an exact number above a bar": (
        lambda: on_bars(lambda axes: axes.text(0, 0.1, "234")),
        "numbers written in it are neither numbers of the data",
    ),
    "a school above a bar": (
        lambda: on_bars(lambda axes: axes.annotate(SCHOOL, (0, 0.1))),
        "'x': the text holds the key",
    ),
    "a school along the axis": (
        lambda: on_bars(lambda axes: axes.set_xticks([0], [SCHOOL])),
        "'x': the text holds the key",
    ),
    "a school in the legend": (
        lambda: on_bars(lambda axes: axes.legend([axes.patches[0]], [SCHOOL])),
        "'x': the text holds the key",
    ),
    "a school in the title": (
        lambda: on_bars(lambda axes: axes.set_title(f"At {SCHOOL}")),
        "'x': the text holds the key",
    ),
}


@pytest.mark.parametrize(("draw", "said"), FIGURES.values(), ids=FIGURES)
def test_a_figure_that_shows_more_than_its_data_is_refused_and_not_written(
    release: Release, answer_to: Answer, draw: Callable[[], Figure], said: str
) -> None:
    given = {"alt": "Three bars.", "caption": "Groups", "data": GROUPS, "counts": ["n"]}
    answer = answer_to(lambda r: r.figure("x", lambda _: draw(), **given))
    assert re.search(said, answer)
    assert SCHOOL not in answer
    assert not [*release.workspace.write.rglob("*.svg"), *release.workspace.write.rglob("*.csv")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"alt": f"The bar of {SCHOOL} is high."}, "figure 'x': the text holds the key"),
        ({"alt": "The bar of 7 pupils is high."}, "figure 'x': says a number of persons that is too small"),
        ({"caption": "Groups (n = 61)"}, "figure 'x': says a number of persons that is too small or not rounded"),
        ({"data": groups(location=[SCHOOL, "", ""])}, "column 'location', row 1: identifies a school"),
    ],
    ids=["an id in the alt text", "few in the alt text", "an exact n in the caption", "its data"],
)
def test_a_figure_whose_words_or_data_leak_is_refused(answer_to: Answer, words: dict[str, Any], said: str) -> None:
    given = {"alt": "Three bars.", "caption": "Groups", "data": GROUPS, "counts": ["n"]}
    answer = answer_to(lambda r: r.figure("x", lambda rows: bars(rows)[0], **{**given, **words}))
    assert re.search(said, answer)


def test_a_figure_that_draws_a_row_which_is_left_out_is_refused(answer_to: Answer) -> None:
    few = groups(n=[120, 234, 7])  # the share of c rests on seven
    given = {"alt": "Three bars.", "caption": "Groups", "data": few, "counts": ["n"]}
    answer = answer_to(lambda r: r.figure("x", lambda _: bars(few)[0], **given))
    assert "1 of 3 bars are not in the data" in answer
