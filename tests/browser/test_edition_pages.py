"""The pages of a whole edition in headless Chromium: as a reviewer meets them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page

from analysis.run.release import release

pytestmark = pytest.mark.browser

OpenFile = Callable[..., Page]
APPENDICES = [
    *("about", "accounts", "findings", "functions", "glossary", "methods", "printed", "provenance"),
    *("published", "regressions", "release", "search"),
]

# Those below the fold load when a reader comes near: ask for them now.
ALL_IMAGES_SHOW = """
async () => {
  const images = [...document.images];
  images.forEach(image => { image.loading = "eager"; });
  await Promise.all(images.map(image => image.decode()));
  return images.every(image => image.hasAttribute('alt') && image.naturalWidth > 0);
}
"""
WIDER_THAN_THE_PAGE = """
() => [...document.querySelectorAll('main *')].filter(element =>
  !element.closest('.scroll, .picture, .formulas, .function, pre, .unseen, svg')
  && element.getBoundingClientRect().right > innerWidth + 1).map(element => element.outerHTML.slice(0, 100))
"""


@pytest.fixture(scope="module")
def pages(ci_edition: Path) -> list[Path]:
    """The index, the chapters, and what accounts for them."""
    return [ci_edition / "index.html", *sorted((ci_edition / "html").glob("*.html"))]


def test_every_notebook_and_every_account_has_a_page(ci_edition: Path, pages: list[Path]) -> None:
    notebooks = [path.stem for path in (ci_edition / "notebooks").iterdir()]
    assert {path.stem for path in pages} >= {"index", *notebooks, *APPENDICES}


def test_every_page_opens_clean_and_asks_nothing_of_the_network(open_file: OpenFile, pages: list[Path]) -> None:
    for path in pages:
        page = open_file(path)
        assert page.locator("html").get_attribute("lang") == "en"
        assert page.locator("h1").count() == 1
        assert "synthetic" in page.locator("body").inner_text().lower()
        assert page.evaluate(ALL_IMAGES_SHOW)
        page.close()


# In the dark only the colours differ; every rule again would take minutes.
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(
    open_file: OpenFile,
    pages: list[Path],
    violations: Callable[..., list],
    scheme: str,
) -> None:
    found = {}
    for path in pages:
        page = open_file(path, color_scheme=scheme)
        found[path.stem] = violations(page, colours_alone=scheme == "dark")
        page.close()
    assert {stem: wrong for stem, wrong in found.items() if wrong} == {}


def test_no_page_scrolls_sideways_on_a_telephone(open_file: OpenFile, pages: list[Path]) -> None:
    for path in pages:
        page = open_file(path, viewport={"width": 360, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") == 360, path.stem
        assert page.evaluate(WIDER_THAN_THE_PAGE) == [], path.stem
        page.close()


def test_every_link_leads_somewhere(open_file: OpenFile, pages: list[Path]) -> None:
    ids: dict[Path, set[str]] = {}
    for path in pages:
        page = open_file(path)
        listed = page.evaluate("[...document.querySelectorAll('[id]')].map(element => element.id)")
        ids[path.resolve()] = set(listed)
        assert len(listed) == len(set(listed)), path.stem
        page.close()
    for path in pages:
        page = open_file(path)
        for link in page.evaluate("[...document.querySelectorAll('a[href]')].map(link => link.getAttribute('href'))"):
            if link.startswith(("https:", "mailto:")):
                continue
            target, _, anchor = link.partition("#")
            file = (path.parent / unquote(target)).resolve() if target else path.resolve()
            assert file.is_file(), (path.name, link)
            assert not anchor or unquote(anchor) in ids[file], (path.name, link)
        page.close()


def test_a_reviewer_goes_from_finding_to_figure_to_data_to_function(open_file: OpenFile, ci_edition: Path) -> None:
    page = open_file(ci_edition / "index.html")
    page.get_by_role("link", name="All findings").first.click()
    page.wait_for_url("**/html/findings.html")
    item = page.locator("p.leads:has(a[href*='#figure-residence'])")
    assert "n = " in item.locator("xpath=preceding-sibling::p[1]").inner_text()
    item.get_by_role("link", name="Figure").click()
    page.wait_for_url("**/03_school_choice.html#figure-residence")
    figure = page.locator("figure#figure-residence")
    figure.wait_for(state="visible")
    for kind in ("PNG", "SVG", "CSV", "XLSX"):
        file = figure.get_by_role("link", name=kind).get_attribute("href")
        assert (ci_edition / "html" / str(file)).resolve().is_file(), kind
    origin = page.locator(".output:has(#figure-residence) .origin")
    origin.get_by_role("link", name="code cell").click()
    code = page.locator(":target")
    assert code.is_visible()
    assert "residence" in code.inner_text()
    origin.get_by_role("link", name="residence.residence_and_choice").click()
    page.wait_for_url("**/functions.html#function-chapters-school_choice-models-residence-residence_and_choice")
    entry = page.locator("div.function:has(:target)")
    assert "Split every index of segregation over chance, residence, distance and tastes" in entry.inner_text()
    assert "src/analysis/chapters/school_choice/models/residence.py" in entry.inner_text()


def test_every_table_and_figure_tells_its_cell_and_links_both_files(open_file: OpenFile, ci_edition: Path) -> None:
    for path in sorted((ci_edition / "html").glob("[0-9]*.html")):
        page = open_file(path)
        for output in page.locator(".output:has(figure, div.published.table)").all():
            assert output.locator(".origin a[href^='#cell-']").count() == 1, path.stem
            assert output.locator("a[href$='.csv']").count() == output.locator("a[href$='.xlsx']").count() > 0
        page.close()


def test_the_figure_declared_for_each_finding_of_the_edition_exists(ci_edition: Path) -> None:
    manifest = json.loads((ci_edition / "manifest.json").read_text("utf8"))
    steps = manifest["steps"]
    declared = {(step["stem"], finding["figure"]) for step in steps for finding in step["findings"]}
    withheld = {(step["stem"], thing["name"]) for step in steps for thing in step["withheld"]}
    shown = {(stem, figure) for stem, figure in declared if figure} - withheld
    assert len(shown) > 20
    for stem, figure in shown:
        assert (ci_edition / "figures" / stem / f"{figure}.png").is_file(), (stem, figure)


def test_regressions_are_printed_as_journals_do(open_file: OpenFile, ci_edition: Path) -> None:
    page = open_file(ci_edition / "html" / "regressions.html")
    table = page.locator("table.journal").first
    cells = table.locator("tr", has_text="Distance (per km)").locator("td").all_inner_texts()
    assert cells
    assert all(cell.count("\n") == 2 and "(" in cell and "[" in cell for cell in cells)
    assert "Observations" in table.inner_text()
    assert "Fixed effects" in table.inner_text()


def test_printed_pages_hold_the_tables_and_not_the_tools(open_file: OpenFile, ci_edition: Path) -> None:
    page = open_file(ci_edition / "html" / "03_school_choice.html")
    page.emulate_media(media="print")
    assert page.locator("figure img").first.is_visible()
    assert page.locator("table").first.is_visible()
    for tool in (".sidebar", "details.code", ".downloads", "#toggle-code"):
        assert not page.locator(tool).first.is_visible(), tool
    assert page.evaluate(
        "[...document.querySelectorAll('.scroll')].every(box => getComputedStyle(box).overflow === 'visible')"
    )
    assert len(page.pdf(format="A4")) > 10_000


def test_the_provenance_tells_who_answers_for_the_edition(open_file: OpenFile, ci_edition: Path) -> None:
    run = open_file(ci_edition / "html" / "provenance.html").locator("table", has_text="Published by")
    assert "A made-up research office" in run.inner_text()


def test_a_released_edition_is_read_as_it_lies_there(open_file: OpenFile, ci_edition: Path, tmp_path: Path) -> None:
    to = tmp_path / "released"
    release(ci_edition, to, tmp_path / "project")
    page = open_file(to / "index.html")
    assert page.evaluate(ALL_IMAGES_SHOW)
    page.locator("a[href^='html/02_segregation.html']").first.click()
    assert page.locator("h1").count() == 1
    assert page.evaluate(ALL_IMAGES_SHOW)
    links = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
    files = {
        Path(unquote(link.partition("#")[0].removeprefix("file://"))) for link in links if link.startswith("file:")
    }
    assert len(files) > 10
    assert [file for file in files if not file.is_file()] == []
    assert not (to / "internal").exists()
