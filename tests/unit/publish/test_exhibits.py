"""Exhibits are declared in a file that is read and checked whole before anything is computed."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from analysis.disclosure import Linked
from analysis.errors import InputError
from analysis.language import speaking
from analysis.publish.exhibits import Exhibits, read_exhibits
from analysis.variables import CHAPTERS

WHOLE = """
frames:
  schools:
    counts: {pupils: [share], schools: []}
    linked: {totals: {region: all}}
tables:
  by_band:
    frame: schools
    caption: {en: "Schools of {n:,} pupils", nl: "Scholen met {n:,} leerlingen"}
    columns: [band, share]
    digits: {share: 3}
    labels:
      share: {en: share, nl: aandeel}
figures:
  by_band:
    counts: [pupils]
    caption: {en: Bands, nl: Klassen}
    alt: {en: "Bars. {sides}", nl: "Staven. {sides}"}
    axis: {en: share, nl: aandeel}
    options: {percent: true}
"""


def read(folder: Path, text: str) -> Exhibits:
    path = folder / "exhibits.yml"
    path.write_text(text, "utf8")
    return read_exhibits(path)


def test_an_exhibit_has_its_words_and_what_its_frame_rests_on(tmp_path: Path) -> None:
    table = read(tmp_path, WHOLE).of("tables", "by_band")
    assert table.filled_in("caption", n=1200) == {"caption": "Schools of 1,200 pupils"}
    assert table.rests == {"counts": {"pupils": ["share"], "schools": []}, "linked": Linked(totals={"region": "all"})}
    assert table.layout() == {
        "shown": ["band", "share"],
        "digits": {"share": 3},
        "labels": {"share": "share"},
        "points": False,
    }
    with speaking("nl"):
        assert table.filled_in("caption", n=1200) == {"caption": "Scholen met 1.200 leerlingen"}
        assert table.layout()["labels"] == {"share": "aandeel"}


def test_an_alternative_text_is_a_function_of_the_rows_where_one_of_its_values_is(tmp_path: Path) -> None:
    figure = read(tmp_path, WHOLE).of("figures", "by_band")
    assert figure.of_rows("alt", {"sides": "None differs."}) == "Bars. None differs."
    computed = figure.of_rows("alt", {"sides": lambda rows: f"{len(rows)} differ."})
    assert not isinstance(computed, str)
    assert computed(pd.DataFrame({"share": [0.1, 0.2]})) == "Bars. 2 differ."
    assert figure.how == {"percent": True}


def test_a_chapter_without_a_file_shows_nothing(tmp_path: Path) -> None:
    assert read_exhibits(tmp_path / "exhibits.yml") == Exhibits()


def changed(old: str, new: str) -> str:
    assert old in WHOLE
    return WHOLE.replace(old, new, 1)


@pytest.mark.parametrize(
    ("text", "where", "problem"),
    [
        (changed("tables:", "tabels:"), "tabels", "there is no such part"),
        (changed("columns: [band", "colums: [band"), "tables.by_band.colums", "there is no such key"),
        (changed('    alt: {en: "Bars. {sides}", nl: "Staven. {sides}"}\n', ""), "figures.by_band.alt", "is missing"),
        (changed("{en: Bands, nl: Klassen}", "{en: Bands}"), "figures.by_band.caption", "in every language"),
        (changed("{en: Bands, nl: Klassen}", "{en: Bands, nl: Klassen, fy: X}"), "figures.by_band.caption", "no other"),
        (changed("Staven. {sides}", "Staven."), "figures.by_band.alt", "differ in their fields"),
        (changed("frame: schools", "frame: school"), "tables.by_band.frame", "there is no such frame"),
        (changed("{en: share, nl: aandeel}", "{en: share}"), "labels.share", "in every language"),
        ("- a list\n", "exhibits.yml", "must be a mapping"),
        ("tables: {by_band: text}\n", "tables.by_band", "must be a mapping"),
    ],
)
def test_what_is_wrong_is_said_with_its_key(tmp_path: Path, text: str, where: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem) as refused:
        read(tmp_path, text)
    assert where in str(refused.value)


WORDS = "{en: a, nl: b}"


@pytest.mark.parametrize(
    ("declared", "where"),
    [
        ("[a]", "tables"),
        ("{T x: {caption: W}}", "tables.T x"),
        ("{t: {caption: W, labels: [a]}}", "tables.t.labels"),
        ("{t: {caption: W, labels: {a: }}}", "tables.t.labels.a"),
        ("{t: {caption: W, linked: {total: {a: b}}}}", "tables.t.linked"),
        ("{t: {caption: W, linked: }}", "tables.t.linked"),
        ("{t: {caption: W, digits: 3}}", "tables.t.digits"),
        ("{t: {caption: W, digits: {a: three}}}", "tables.t.digits"),
        ("{t: {caption: W, columns: a}}", "tables.t.columns"),
        ("{t: {caption: W, free: share}}", "tables.t.free"),  # the letters of "share" were free, and n is one of "mean"
        ("{t: {caption: W, counts: {n: share}}}", "tables.t.counts"),
        ("{t: {caption: W, counts: }}", "tables.t.counts"),
        ("{t: {caption: W, totals: {a: b}}}", "tables.t.totals"),
        ("{t: {caption: W, ratios: {share: [n]}}}", "tables.t.ratios"),
        ("{t: {caption: W, points: some}}", "tables.t.points"),
        ("{t: {caption: W, frame: [a]}}", "tables.t.frame"),
        ("{t: {caption: }}", "tables.t.caption"),
        ('{t: {caption: {en: "", nl: a}}}', "tables.t.caption.en"),
        ('{t: {caption: {en: "{n", nl: "{n"}}}', "tables.t.caption.nl"),
        ('{t: {caption: {en: "{}", nl: "{}"}}}', "tables.t.caption.en"),
        ('{t: {caption: {en: "{n:zz}", nl: "{n}"}}}', "tables.t.caption.en"),
    ],
)
def test_a_value_of_another_kind_is_told_with_file_and_key(tmp_path: Path, declared: str, where: str) -> None:
    with pytest.raises(InputError, match=rf"exhibits\.yml: {re.escape(where)}\n|exhibits\.yml: {re.escape(where)}:"):
        read(tmp_path, f"tables: {declared.replace('W', WORDS)}\n")


def test_options_and_frames_are_mappings(tmp_path: Path) -> None:
    figure = f"figures: {{f: {{caption: {WORDS}, alt: {WORDS}, options: [a]}}}}\n"
    axis = figure.replace("options: [a]", "axis: {en: '{n}', nl: '{n}'}")
    with pytest.raises(InputError, match=r"exhibits\.yml: figures.f.axis: has fields"):
        read(tmp_path, axis)
    for text, where in ((figure, "figures.f.options"), ("frames: [a]\n", "frames"), ("frames:\n", "frames")):
        with pytest.raises(InputError, match=rf"exhibits\.yml: {where}: must be"):
            read(tmp_path, text)


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        read(tmp_path, changed("columns: [band", "colums: [band").replace("nl: Klassen", "fy: Klassen"))
    assert str(refused.value).count("exhibits.yml") == 2


def test_an_exhibit_that_is_not_declared_has_one_message(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not declare it") as refused:
        read(tmp_path, WHOLE).of("tables", "by_bnad")
    assert "did you mean by_band?" in str(refused.value)


PLAIN = "tables: {t: {free: [edge], caption: {en: A, nl: A}}}\n"


def test_what_counts_is_declared_or_known_from_the_gate_or_follows_from_the_names(tmp_path: Path) -> None:
    rows = pd.DataFrame({"band": ["a"], "year": [2019], "edge": [0.5], "share": [0.1], "n_obs": [30], "schools": [4]})
    exhibit = read(tmp_path, PLAIN).of("tables", "t")
    assert exhibit.resting(rows, "t")["counts"] == {"n_obs": ["share"], "schools": ["share"]}
    assert exhibit.resting(rows.assign(suppressed=""), "t")["counts"] == ()
    declared = read(tmp_path, PLAIN.replace("free:", "counts: [n_obs], free:")).of("tables", "t")
    assert declared.resting(rows, "t")["counts"] == ["n_obs"]


@pytest.mark.parametrize("rows", [pd.DataFrame(), pd.DataFrame(columns=["group", "n_obs", "share"])])
def test_a_table_of_a_small_city_may_be_empty(tmp_path: Path, rows: pd.DataFrame) -> None:
    """Its columns have no kind: an edition of a municipality without an estimate was stopped by that."""
    counts = read(tmp_path, PLAIN.replace("free: [edge], ", "")).of("tables", "t").resting(rows, "t")["counts"]
    assert list(counts) == [name for name in rows if name == "n_obs"]


def test_a_count_that_is_missing_in_every_row_counts_all_the_same(tmp_path: Path) -> None:
    rows = pd.DataFrame({"n_obs": [None, None], "share": [0.1, 0.2], "edge": 1.0})
    assert read(tmp_path, PLAIN).of("tables", "t").resting(rows, "t")["counts"] == {"n_obs": ["share"]}


@pytest.mark.parametrize("column", ["pupils_per_school", "share", "edge"])
def test_a_number_that_counts_nothing_is_an_error_and_not_a_table_without_a_rule(tmp_path: Path, column: str) -> None:
    with pytest.raises(InputError, match="nothing says what its columns count"):
        read(tmp_path, PLAIN).of("tables", "t").resting(pd.DataFrame({column: [1.5]}), "t")


@pytest.mark.parametrize("path", sorted(CHAPTERS.glob("*/exhibits.yml")), ids=lambda path: path.parent.name)
def test_the_exhibits_of_every_chapter_are_whole(path: Path) -> None:
    exhibits = read_exhibits(path)
    assert len(exhibits.tables) + len(exhibits.files) + len(exhibits.figures) > 0


@pytest.mark.parametrize("path", sorted(CHAPTERS.glob("*/exhibits.yml")), ids=lambda path: path.parent.name)
def test_every_figure_has_a_subtitle_in_every_language(path: Path) -> None:
    assert [name for name, figure in read_exhibits(path).figures.items() if "subtitle" not in figure.words] == []
