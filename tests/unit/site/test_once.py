"""A page is made again where what it shows has changed, and is then as if nothing had been kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis.disclosure.net.executed import digest_of, written_anew
from analysis.errors import DisclosureError
from analysis.run.reuse import Keeper, keeping
from analysis.site import build
from analysis.site.once import COMMIT, Stamp, depends, of_code, without_prose
from analysis.site.sitemap import ChapterPage, Site, _as_read

NAMES = {"01_data": "data", "02_segregation": "segregation"}
PAGE = "analysis.site.index.build"


def edition(folder: Path, texts: dict[str, str], **told: Any) -> dict[str, Any]:
    """Write the notebooks of an edition, and return its manifest."""
    (folder / "notebooks").mkdir(parents=True)
    for name, text in texts.items():
        cells = [new_markdown_cell(f"# Title of {name}\n\n{text}", id="a")]
        nbformat.write(new_notebook(cells=cells), folder / "notebooks" / f"{name}.ipynb")
    facts = {"edition": "ci", "title": "A city", "language": "en", "synthetic": True, "disclosure": "default"}
    steps = [{"notebook": name, "stem": stem, "title": f"Title of {name}"} for name, stem in NAMES.items()]
    git = {"commit": "0123456789abcdef" * 2 + "01234567", "dirty": False}
    usual = {"edition": "ci", "facts": facts, "git": git, "finished": "2026-11-29T10:03:00+00:00", "command": "staat"}
    return {**usual, "steps": steps, **told}


def pages(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text("utf8") for path in sorted(folder.rglob("*.html"))}


def made(tmp_path: Path, name: str, texts: dict[str, str], **told: Any) -> tuple[dict[str, str], list[str]]:
    """Return the pages of an edition made with what is kept, and the symbols of what had to be made."""
    keeper = Keeper(tmp_path / "kept", lambda symbol: symbol)
    with keeping(keeper):
        build(tmp_path / name, edition(tmp_path / name, texts, **told))
    keeper.save()
    return pages(tmp_path / name), keeper.made


TEXTS = {"01_data": "Of pupils.", "02_segregation": "Of schools."}


def test_an_edited_text_makes_its_own_page_alone_and_it_is_as_if_nothing_was_kept(tmp_path: Path) -> None:
    first, everything = made(tmp_path, "first", TEXTS)
    edited = {**TEXTS, "02_segregation": "Of other schools."}
    second, again = made(tmp_path, "second", edited, finished="2026-11-29T11:45:00+00:00")
    build(tmp_path / "fresh", edition(tmp_path / "fresh", edited, finished="2026-11-29T11:45:00+00:00"))
    assert second == pages(tmp_path / "fresh")
    assert "Of other schools." in second["html/02_segregation.html"]
    assert "11:45" in second["html/01_data.html"]
    assert "10:03" not in second["html/01_data.html"]
    assert first["html/01_data.html"] != second["html/01_data.html"]
    # The chapter's page, what can be found on it, and on the page of provenance, which is of the run.
    assert again.count(PAGE) == 3 < everything.count(PAGE)


def test_another_commit_changes_every_page_and_makes_none(tmp_path: Path) -> None:
    made(tmp_path, "first", TEXTS)
    second, again = made(tmp_path, "second", TEXTS, git={"commit": "f" * 40, "dirty": False})
    assert again.count(PAGE) == 1  # what can be found on the page of provenance
    assert all("f" * 12 in page for page in second.values())
    assert not any(COMMIT[:12] in page for page in second.values())


@pytest.mark.parametrize(
    "told",
    [
        {"facts": {"edition": "ci", "title": "Another city", "language": "en", "synthetic": True}},
        {"command": "staat run ci --set seed=2"},
        {"git": {"commit": "f" * 40, "dirty": True}},
        {"finished": "2026-11-30T10:03:00+00:00"},
        {"drift": {"numpy": {"installed": "1.0", "locked": "2.0"}}},
    ],
    ids=["a fact", "the command", "changes on top of the commit", "the day", "other packages than those of the lock"],
)
def test_pages_follow_what_they_show_of_the_edition(tmp_path: Path, told: dict[str, Any]) -> None:
    made(tmp_path, "first", TEXTS)
    second, _ = made(tmp_path, "second", TEXTS, **told)
    build(tmp_path / "fresh", edition(tmp_path / "fresh", TEXTS, **told))
    assert second == pages(tmp_path / "fresh")


def test_every_page_says_that_what_computed_is_not_as_locked(tmp_path: Path) -> None:
    shown, _ = made(tmp_path, "first", TEXTS, drift={"numpy": {"installed": "1.0", "locked": "2.0"}})
    assert [name for name, page in shown.items() if "numpy 1.0 instead of 2.0" not in page] == []


def test_a_text_that_names_a_school_is_refused_where_one_without_has_passed(tmp_path: Path) -> None:
    made(tmp_path, "first", TEXTS)
    with pytest.raises(DisclosureError, match="02_segregation, text cell 1"):
        made(tmp_path, "second", {**TEXTS, "02_segregation": "At 01AB00."})


def test_a_stamp_that_names_a_school_is_refused(tmp_path: Path) -> None:
    made(tmp_path, "first", TEXTS)
    with pytest.raises(DisclosureError, match=r"git\.commit"):
        made(tmp_path, "second", TEXTS, git={"commit": "01AB00", "dirty": False})


def test_a_run_without_commit_and_time_has_no_stamp() -> None:
    stamp = Stamp.of({})
    assert stamp.words == {}
    assert stamp.taken_from({"steps": []}) == {"git": {}, "finished": None, "steps": []}


def site(caption: str = "Pupils", name: str = "bands", code: str = "show(bands)", alt: str = "Bars.") -> Site:
    """A chapter with one table, whose words may differ."""
    note = {"kind": "table", "name": name, "caption": caption, "files": {"t.csv": caption}}
    output = {"output_type": "display_data", "metadata": {}, "data": {"text/html": f'<p id="table-{name}">{alt}</p>'}}
    cells = [{"cell_type": "code", "execution_count": 1, "metadata": {}, "source": code, "outputs": [output]}]
    cells.append({"cell_type": "markdown", "metadata": {}, "source": caption})
    notebook = nbformat.from_dict({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})
    manifest = {"facts": {}, "steps": [{"notebook": "02_segregation", "stem": "segregation", "published": [note]}]}
    return Site(Path(), manifest, {}, [ChapterPage("02_segregation", "Schools")], {"02_segregation": notebook})


def test_pages_about_methods_depend_on_code_and_on_what_is_published_and_on_no_word_of_it() -> None:
    usual = depends(of_code(site()))
    assert usual == depends(of_code(site(caption="Children", alt="Two bars.")))
    assert usual != depends(of_code(site(name="levels")))
    assert usual != depends(of_code(site(code="show(levels)")))
    assert depends(without_prose(site())) != depends(without_prose(site(caption="Children")))


def test_a_notebook_as_it_ran_and_as_it_was_written_anew_is_the_same_to_a_page() -> None:
    """Else the first edit of a sentence after a run would make every page that shows what this run has published."""
    html = '<figure id="figure-one"></figure>'
    value = new_output("execute_result", {"text/html": html, "text/plain": "one"}, execution_count=7)
    ran = new_notebook(cells=[new_code_cell("chapter.figure(frame)", execution_count=1, outputs=[value])])
    again = nbformat.reads(written_anew(ran, {digest_of(html): ["one"]}), as_version=4)
    assert _as_read(again) == _as_read(ran)
