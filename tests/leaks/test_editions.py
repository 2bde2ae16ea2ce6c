"""Leaks through what lies in an edition's folder, in its manifest and inside its pages."""

from __future__ import annotations

import base64
import hashlib
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from matplotlib.figure import Figure
from nbformat.v4 import new_markdown_cell

from analysis.disclosure.net.edition import check_pages
from analysis.disclosure.net.markup import embedded
from analysis.disclosure.rules.image_files import refuse_png, refuse_svg
from analysis.errors import DisclosureError
from analysis.publish import figures
from analysis.publish.release import Release

SCHOOL = "01AB00"  # a location that does not exist
GROUPS = pd.DataFrame({"group": ["a", "b", "c"], "n": [120, 235, 60], "share": [0.1, 0.2, 0.7]})
Make = Callable[..., Any]
EMPTY = '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
PROSE = new_markdown_cell("# Title")


def bars(groups: pd.DataFrame) -> Figure:
    figure, axes = figures.canvas(6)
    axes.bar(groups["group"], groups["share"])
    return figure


def published(release: Release) -> Path:
    """Publish a table and a figure, and return the edition's folder."""
    release.table("groups", GROUPS, caption="Groups", counts=["n"])
    release.figure("bars", bars, alt="Three bars.", caption="Groups", data=GROUPS, counts=["n"])
    return release.workspace.write


FILES = {
    "a table around the gate": ("tables/segregation/by_pupil.csv", "pupil,score", "no release published it"),
    "a table in another folder": ("tables/all/groups.csv", "pupil,score", "no release published it"),
    "a parquet beside the pages": ("by_pupil.parquet", "PAR1", "no release published it"),
    "a figure around the gate": ("figures/segregation/map.svg", "<svg/>", "no release published it"),
    "a frame beside the notebooks": ("notebooks/by_pupil.csv", "pupil,score", "no release published it"),
    "a copy of a notebook": ("notebooks/copy.ipynb", EMPTY, "no release published it"),
    "data beside the pages": ("html/data.json", "{}", "no release published it"),
    "a hidden file": (".cache/by_pupil.json", "{}", "no release published it"),
    "the name of a file": (f"tables/segregation/{SCHOOL}.csv", "", "the name of a file: the text holds the key"),
    "a table changed afterwards": ("tables/segregation/groups.csv", "group,n\na,117\n", "not the file that passed the"),
    "data of a figure changed": (
        "tables/segregation/bars_data.csv",
        "group,n\na,117\n",
        "not the file that passed the",
    ),
    "a figure drawn over": (
        "figures/segregation/bars.svg",
        "<svg/>",
        "is not the file that passed the disclosure gate",
    ),
    "a sidecar changed": ("tables/segregation/groups.json", '{"n": 117}', "is not the file that passed the disclosure"),
}


@pytest.mark.parametrize(("path", "text", "said"), FILES.values(), ids=FILES)
def test_a_file_that_no_release_published_is_refused(
    make_edition: Make, release: Release, path: str, text: str, said: str
) -> None:
    file = published(release) / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    with pytest.raises(DisclosureError, match=said):
        make_edition(PROSE)


def test_what_lies_in_internal_is_no_publication(make_edition: Make, release: Release) -> None:
    (published(release) / "internal" / "by_pupil.csv").write_text(f"location\n{SCHOOL}\n")
    make_edition(PROSE)


MANIFESTS: dict[str, tuple[dict[str, Any], str]] = {
    "a parameter": ({"parameters": {"segregation": {"without": ["", SCHOOL]}}}, "parameters.segregation.without.2"),
    "the name of a parameter": ({"parameters": {SCHOOL: 1}}, "manifest, parameters"),
    "the title of the edition": ({"facts": {"title": f"At {SCHOOL}"}}, "facts.title"),
    "the region": ({"facts": {"title": "A", "region": "1012 AB"}}, "facts.region"),
    "the command": ({"command": f"staat run ci --set x={SCHOOL}"}, "manifest, command"),
}


@pytest.mark.parametrize(("told", "said"), MANIFESTS.values(), ids=MANIFESTS)
def test_a_manifest_that_names_a_school_is_refused(make_edition: Make, told: dict[str, Any], said: str) -> None:
    with pytest.raises(DisclosureError, match=said):
        make_edition(PROSE, **told)


def test_the_path_of_an_input_that_names_a_school_is_refused(make_edition: Make, release: Release) -> None:
    release.workspace.record("published", kind="table", name="x", path=f"tables/{SCHOOL}.csv", caption="X")
    (release.workspace.write / "tables").mkdir()
    (release.workspace.write / f"tables/{SCHOOL}.csv").write_text("")
    with pytest.raises(DisclosureError, match=r"steps\.1\.published\.1\.path: the text holds the key"):
        make_edition(PROSE)


PICTURE = b"\x89PNG\r\n\x1a\n"
INSIDE = base64.b64encode(PICTURE).decode()
ROWS = base64.b64encode(b"pupil,score\n" * 30).decode()

MARKUP = {
    "a comment": ("<p>Text<!-- 7 pupils --></p>", "a comment"),
    "a conditional comment": ("<![if pupils]>7<![endif]>", "a declaration"),
    "a script with data": ("<script>const pupils = [7]</script>", "a script of its own"),
    "data as JSON": ('<script type="application/json">{"n": 7}</script>', "a script of its own"),
    "a script from elsewhere": ('<script src="x.js"></script>', "a script from elsewhere"),
    "a hidden input": ('<input type="hidden" value="7">', "a hidden input"),
    "a data attribute": ('<td data-value="7">&lt; 10</td>', "data in the attribute data-value"),
    "a handler": ('<td onmouseover="alert(7)">', "a script in the attribute onmouseover"),
    "a CSV as a link": ('<a href="data:text/csv,pupil%2C7">', "embedded data"),
    "a CSV as base64": (f'<a href="data:text/csv;base64,{ROWS}">', "embedded data"),
    "a picture around the gate": (f'<img src="data:image/png;base64,{INSIDE}">', "a picture that was not published"),
    "a picture in a style": ('<p style="background: url(data:image/png;base64,AA==)">', "embedded data"),
    "an encoded frame as text": (f"<p>{ROWS}</p>", "a long encoded text"),
    "an encoded frame in a title": (f'<p title="{ROWS}">', "a long encoded text in the attribute title"),
    "a frame in a frame": ('<iframe srcdoc="7 pupils"></iframe>', "<iframe>"),
    "a template that is never shown": ("<template>7 pupils</template>", "<template>"),
    "the metadata of a drawing": ("<svg><metadata>7 pupils</metadata></svg>", "<metadata>"),
    "the description of a drawing": ("<svg><desc>7 pupils</desc></svg>", "<desc>"),
}


@pytest.mark.parametrize(("html", "found"), MARKUP.values(), ids=MARKUP)
def test_what_a_page_holds_unseen_is_found(html: str, found: str) -> None:
    assert embedded(f"<!DOCTYPE html><html><body>{html}</body></html>", ()) == [found]


def test_a_published_picture_and_the_script_of_the_policy_are_no_finds() -> None:
    digest = base64.b64encode(hashlib.sha256(b"sort()").digest()).decode()
    policy = f'<meta http-equiv="Content-Security-Policy" content="script-src \'sha256-{digest}\'">'
    page = f'{policy}<img src="data:image/png;base64,{INSIDE}"><script>sort()</script>'
    assert embedded(page, {hashlib.sha256(PICTURE).hexdigest()}) == []


@pytest.mark.parametrize(
    "html",
    [
        f'<p title="{SCHOOL}">School</p>',
        f'<p aria-label="{SCHOOL}">School</p>',
        f'<img alt="{SCHOOL}" src="x.png">',
        f'<a href="{SCHOOL}.csv">School</a>',
        "<p>01&#65;B00</p>",
        "<p>1012&nbsp;AB</p>",
    ],
    ids=["title", "aria-label", "alt", "href", "an entity", "a space that does not break"],
)
def test_a_page_that_names_a_school_or_address_is_refused(tmp_path: Path, html: str) -> None:
    (tmp_path / "index.html").write_text(f"<html><body>{html}</body></html>")
    with pytest.raises(DisclosureError, match=r"^index\.html: the page holds (the key|a six)"):
        check_pages(tmp_path, {"steps": [], "facts": {}})


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def test_the_metadata_of_a_png_are_refused() -> None:
    refuse_png(PICTURE + chunk(b"IDAT", b"") + chunk(b"IEND", b""), "bars")
    with pytest.raises(DisclosureError, match=r"bars: the PNG holds metadata \(tEXt\)"):
        refuse_png(PICTURE + chunk(b"tEXt", b"Comment\x007 pupils") + chunk(b"IEND", b""), "bars")


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ("<title>7 pupils</title>", "holds <title>"),
        ("<g><desc>7 pupils</desc></g>", "holds <desc>"),
        ("<script>pupils = [7]</script>", "holds <script>"),
        ('<a href="#7"><g/></a>', "holds <a>"),
        ('<g data-n="7"/>', "holds data-n"),
        ('<g onclick="alert(7)"/>', "holds onclick"),
    ],
)
def test_what_an_svg_holds_unseen_is_refused(inside: str, said: str) -> None:
    with pytest.raises(DisclosureError, match=f"bars: the SVG {said}"):
        refuse_svg(f'<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>', "bars")


EVIL = "<script>alert(7)</script>"


def test_a_script_in_a_name_a_param_or_a_header_comes_out_as_text(
    make_edition: Make, cell_of: Make, release: Release
) -> None:
    frame = GROUPS.assign(group=[EVIL, "b", "c"]).rename(columns={"share": EVIL})
    shown = release.table("groups", frame, caption=EVIL, note=EVIL, counts={"n": [EVIL]})
    make_edition(PROSE, cell_of(shown), facts={"title": EVIL, "region": EVIL}, parameters={"x": EVIL}, command=EVIL)
    for page in release.workspace.write.rglob("*.html"):
        assert EVIL not in page.read_text("utf8")
    chapter = (release.workspace.write / "html" / "02_segregation.html").read_text("utf8")
    assert chapter.count("&lt;script&gt;alert(7)&lt;/script&gt;") >= 4


def test_an_amount_in_a_table_is_no_citizen_and_a_citizen_beside_it_is(tmp_path: Path) -> None:
    cell = '<td class="number">111,222,333</td>'  # has the check digit of a citizen service number
    (tmp_path / "index.html").write_text(f"<table>{cell}</table>", "utf8")
    check_pages(tmp_path, {"steps": [], "facts": {}})
    for words in ("<td>111,222,333</td>", "<p>111222333</p>", '<td class="number">111222333 Jan</td>'):
        (tmp_path / "index.html").write_text(words.replace("111,222,333", "111.222.333"), "utf8")
        with pytest.raises(DisclosureError, match="citizen service number"):
            check_pages(tmp_path, {"steps": [], "facts": {}})


def test_the_address_for_readers_may_be_on_pages_and_no_other_one(make_edition: Make) -> None:
    told = {"title": "A city", "contact": "desk@office.example"}
    make_edition(PROSE, facts=told)
    with pytest.raises(DisclosureError, match=r"^manifest, facts\.publisher: the text holds an e-mail address"):
        make_edition(PROSE, facts={**told, "publisher": "An office, jan@office.example"})


def test_the_address_for_readers_hides_nothing_else(make_edition: Make) -> None:
    with pytest.raises(DisclosureError, match=r"^manifest, facts\.contact: "):
        make_edition(PROSE, facts={"title": "A city", "contact": "111222333@office.example"})
