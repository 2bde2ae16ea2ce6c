"""Exhibits are declared in a file that is read and checked whole before anything is computed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from analysis.chapter import CHAPTERS
from analysis.disclosure import Linked
from analysis.errors import InputError
from analysis.language import speaking
from analysis.publish.exhibits import Exhibits, read_exhibits

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
    assert table.layout == {
        "shown": ["band", "share"],
        "digits": {"share": 3},
        "labels": {"share": "share"},
        "points": False,
    }
    with speaking("nl"):
        assert table.filled_in("caption", n=1200) == {"caption": "Scholen met 1.200 leerlingen"}
        assert table.layout["labels"] == {"share": "aandeel"}


def test_an_alternative_text_is_a_function_of_the_rows_where_one_of_its_values_is(tmp_path: Path) -> None:
    figure = read(tmp_path, WHOLE).of("figures", "by_band")
    assert figure.alternative({"sides": "None differs."}) == "Bars. None differs."
    computed = figure.alternative({"sides": lambda rows: f"{len(rows)} differ."})
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


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        read(tmp_path, changed("columns: [band", "colums: [band").replace("nl: Klassen", "fy: Klassen"))
    assert str(refused.value).count("exhibits.yml") == 2


def test_an_exhibit_that_is_not_declared_has_one_message(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not declare it") as refused:
        read(tmp_path, WHOLE).of("tables", "by_bnad")
    assert "did you mean by_band?" in str(refused.value)


def test_what_counts_is_declared_or_known_from_the_gate(tmp_path: Path) -> None:
    exhibit = read(tmp_path, "tables: {t: {caption: {en: A, nl: A}}}\n").of("tables", "t")
    assert exhibit.resting("tables: t", passed=True) == {"counts": ()}
    with pytest.raises(InputError, match="nothing says what its columns count"):
        exhibit.resting("tables: t", passed=False)


@pytest.mark.parametrize("path", sorted(CHAPTERS.glob("*/exhibits.yml")), ids=lambda path: path.parent.name)
def test_the_exhibits_of_every_chapter_are_whole(path: Path) -> None:
    exhibits = read_exhibits(path)
    assert len(exhibits.tables) + len(exhibits.files) + len(exhibits.figures) > 0
