"""Open a small site in Chromium: it works, it asks for nothing, and everybody can read it."""

import json
import shutil
import subprocess
from urllib.parse import unquote

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis import site
from analysis.publish import forms
from analysis.publish.release import Release
from analysis.run.workspace import Workspace

FACTS = {
    "edition": "ci",
    "title": "A small city <script>alert('title')</script>, 2019/20",
    "synthetic": True,
    "language": "en",
    "region": "Kleinstad",
    "disclosure": "default",
    "status": "draft",
    "publisher": "An office",
    "contact": "desk@office.example",
    "licence": "CC BY 4.0",
}

pytestmark = pytest.mark.browser


def shown(thing):
    data = {"text/html": thing._repr_html_(), "text/plain": repr(thing)}
    return [new_output("execute_result", data=data, execution_count=1)]


EVIL_SCHOOL = "<script>alert('school')</script>"
EVIL_COLUMN = "share <img src=x onerror=alert('column')>"


def by_group():
    return pd.DataFrame(
        {
            "group": ["Both parents below level 4", EVIL_SCHOOL, *(f"Group {letter}" for letter in "ABCDEFGH")],
            "n": [1234, 56, 7, 20117, 310, 420, 95, 60, 230, 780],
            "share_nearest": [0.4321, 0.38, 0.29, 0.3555, 0.41, 0.5, 0.22, 0.37, 0.61, 0.33],
            EVIL_COLUMN: [0.12, -0.07, 0.31, 1.5, 0.2, -1.25, 0.4, 0.5, 0.6, 0.7],
            **{f"a_rather_long_column_{i}": [0.12, -0.07, 0.31, 1.5, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7] for i in range(5)},
        }
    )


def published_table(release):
    return release.table("by_group", by_group(), caption="Pupils by education of the parents", counts=["n"])


def bars(rows):
    return forms.bars(rows.assign(group=rows["group"].str.slice(0, 12)), x="group", height="share_nearest")


def published_figure(release):
    alt = "Bars: pupils of lower educated parents go to the nearest school most often, 43 per cent."
    caption = "Share of pupils at the nearest school, by education of the parents, n = 21,410."
    return release.figure("nearest", bars, alt=alt, caption=caption, data=by_group(), counts=["n"])


def chapter(release, title):
    cells = [
        new_markdown_cell(
            f"# {title}\n\nDo pupils go to the nearest school? Read `nearest` with care: " + "words " * 60
        ),
        new_code_cell("import pandas as pd\nfrom analysis.publish.release import Release"),
        new_code_cell("seed = 1  # of every draw", metadata={"tags": ["parameters"]}),
        new_code_cell("seed = 2", metadata={"tags": ["injected-parameters"]}),
        new_markdown_cell("## Who goes where\n\n- first\n- second\n\n### By group\n\nText."),
        new_code_cell('release.table("by_group", frame, counts=["n"])', outputs=shown(published_table(release))),
        new_markdown_cell("## Who goes where"),
        new_code_cell("draw()", outputs=shown(published_figure(release))),
        new_code_cell(
            "release.finding()",
            outputs=shown(release.finding("nearest", "Of all pupils 36% go to the nearest <school>.", n=21410)),
        ),
    ]
    return new_notebook(cells=cells, metadata={"language_info": {"name": "python", "pygments_lexer": "ipython3"}})


def step(folder, number, stem, title):
    workspace = Workspace(stem=stem, read=folder, write=folder, facts=FACTS)
    notebook = chapter(Release(workspace), title)
    (folder / "notebooks").mkdir(exist_ok=True)
    nbformat.write(notebook, folder / "notebooks" / f"{number}_{stem}.ipynb")
    lines = (folder / "internal" / "records" / f"{stem}.jsonl").read_text("utf8").splitlines()
    notes = [json.loads(line) for line in lines]
    return {
        "notebook": f"{number}_{stem}",
        "stem": stem,
        "title": title,
        "seconds": 1.25,
        "findings": [note for note in notes if note["noted"] == "finding"],
        "published": [note for note in notes if note["noted"] == "published"],
        "suppressed": 8,
        "inputs": [{"path": "data/duo/schools.csv", "sha256": "ab" * 32, "status": "ok"}],
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("edition")
    steps = [
        step(folder, "02", "segregation", "How pupils are spread over schools"),
        step(folder, "03", "school_choice", "Who chooses which school"),
    ]
    manifest = {
        "edition": "ci",
        "facts": {name: value for name, value in FACTS.items() if name != "edition"},
        "git": {"commit": "0123456789abcdef0123456789abcdef01234567", "dirty": True},
        "lock_sha256": "cd" * 32,
        "parameters": {"seed": 1, "school_choice": {"distance_bands_km": [0.0, 0.5, 1.0]}},
        "versions": {"numpy": "2.4.6", "pandas": "3.1.1"},
        "started": "2025-01-01T10:00:00+00:00",
        "finished": "2025-01-01T10:01:00+00:00",
        "command": "make run EDITION=ci",
        "steps": steps,
    }
    site.build(folder, manifest)
    (folder / "manifest.json").write_text("{}")
    return folder


PAGES = ["index.html", "html/02_segregation.html", "html/03_school_choice.html", "html/provenance.html"]
WITHOUT_TABLES = ["html/published.html", "html/about.html", "html/search.html"]


@pytest.fixture
def open_page(open_file, folder):
    return lambda path, **options: open_file(folder / path, **options)


@pytest.mark.parametrize("path", PAGES + WITHOUT_TABLES)
def test_a_page_says_what_it_is(open_page, path):
    page = open_page(path)
    assert FACTS["title"] in page.title()
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("h1").count() == 1
    assert "SYNTHETIC DATA" in page.locator(".banner").inner_text()


@pytest.mark.parametrize("path", PAGES[1:])
def test_pictures_have_words_and_tables_have_captions_and_headers(open_page, path):
    page = open_page(path)
    assert page.locator("img:not([alt]), img[alt='']").count() == 0
    assert page.evaluate("Array.from(document.images).every(image => image.complete ? image.naturalWidth > 0 : true)")
    assert page.locator("table, img").count() > 0
    assert page.evaluate("Array.from(document.querySelectorAll('table')).every(t => t.caption && t.caption.innerText)")
    assert page.locator("th:not([scope])").count() == 0


@pytest.mark.parametrize("path", PAGES + WITHOUT_TABLES)
def test_ids_are_unique_and_every_link_leads_somewhere(open_page, path, folder):
    page = open_page(path)
    ids = page.evaluate("Array.from(document.querySelectorAll('[id]')).map(element => element.id)")
    assert len(ids) == len(set(ids))
    links = page.evaluate("Array.from(document.links).map(link => link.getAttribute('href'))")
    assert len(links) > 5
    for link in (link for link in links if not link.startswith(("https:", "mailto:"))):
        file, _, anchor = link.partition("#")
        target = (folder / path).parent / file if file else folder / path
        assert target.resolve().is_file(), link
        assert not anchor or f'id="{unquote(anchor)}"' in target.read_text("utf8"), link


def test_the_contents_lead_to_their_headings(open_page):
    page = open_page("html/03_school_choice.html", viewport={"width": 1280, "height": 500})
    entries = page.locator("nav.toc a")
    assert entries.all_inner_texts() == ["Who goes where", "Who goes where", "By group"], (
        "what has findings comes first"
    )
    entries.nth(1).click()
    heading = page.locator("#section-who-goes-where-2")
    assert page.evaluate("location.hash") == "#section-who-goes-where-2"
    assert heading.bounding_box()["y"] < 500


def test_one_button_unfolds_and_folds_all_code(open_page):
    page = open_page("html/03_school_choice.html")
    code, button = page.locator("details.code pre"), page.locator("#toggle-code")
    assert code.count() == 6
    assert not any(block.is_visible() for block in code.all())
    button.click()
    assert all(block.is_visible() for block in code.all())
    assert button.inner_text() == "Hide all code"
    button.click()
    assert not any(block.is_visible() for block in code.all())


def test_without_scripts_everything_but_the_button_is_there(open_page):
    page = open_page("html/03_school_choice.html", java_script_enabled=False)
    assert not page.locator("#toggle-code").is_visible()
    page.locator("details.code summary").first.click()
    assert page.locator("details.code pre").first.is_visible()


@pytest.mark.parametrize("path", PAGES)
def test_a_script_in_a_name_a_title_or_a_column_comes_out_as_text(open_page, path):
    page = open_page(path)
    assert page.locator("main script, [onerror], [onclick], img[src='x']").count() == 0
    assert "<script>alert('title')</script>" in page.title()
    if "segregation" in path:
        table = page.locator("table").first
        assert EVIL_SCHOOL in table.inner_text()
        assert EVIL_COLUMN in table.inner_text()


def test_a_table_sorts_by_keyboard_and_says_so(open_page):
    page = open_page("html/03_school_choice.html")
    table = page.locator("table").first
    head = table.locator("thead th", has_text="share, nearest school")
    column = lambda: table.locator("tbody tr td:nth-child(3)").all_inner_texts()  # noqa: E731 - read three times
    first = column()
    assert head.get_attribute("aria-sort") is None
    head.get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    told = [text for text in column() if text != "×"]
    assert told == sorted(told)
    assert column()[-1] == "×"
    page.keyboard.press("Space")
    assert head.get_attribute("aria-sort") == "descending"
    assert column() == [*reversed(told), "×"]
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") is None
    assert column() == first


def test_negative_and_grouped_numbers_sort_as_numbers(open_page):
    page = open_page("html/03_school_choice.html")
    table = page.locator("table").first
    table.get_by_role("button", name="number", exact=True).click()
    told = table.locator("tbody tr td:nth-child(2)").all_inner_texts()
    assert told[:3] == ["< 10", "55", "60"]
    assert told[-1] == "20,115"
    table.get_by_role("button", name="onerror").click()
    told = table.locator("tbody tr td:nth-child(4)").all_inner_texts()
    assert told[:2] == ["−1.25", "−0.07"]


@pytest.mark.parametrize("path", ["index.html", "html/provenance.html"])
def test_the_command_is_copied_by_keyboard(open_page, path):
    page = open_page(path)
    field = page.locator("#command")
    assert field.input_value() == "git checkout 0123456789ab && make run EDITION=ci"
    field.focus()
    assert page.evaluate("getSelection().toString()") == field.input_value()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.get_by_role("status").inner_text() == "Copied"
    assert page.evaluate("document.activeElement.id") == "copy"


def test_without_scripts_the_command_can_be_selected_and_tables_read(open_page):
    page = open_page("html/provenance.html", java_script_enabled=False)
    assert page.locator("#command").input_value().endswith("make run EDITION=ci")
    assert not page.locator("#copy").is_visible()
    assert "Ctrl+C" in page.locator("noscript").inner_text()
    assert page.locator("table").first.is_visible()


def test_the_tab_key_goes_through_the_page_in_its_order_and_focus_shows(open_page):
    page = open_page("html/03_school_choice.html")
    places = []
    for _ in range(40):
        page.keyboard.press("Tab")
        places.append(page.evaluate(FOCUSED))
    assert places[0]["text"] == "Skip to the content"
    order = [place["order"] for place in places]
    assert order == sorted(order)
    assert all(place["outline"] for place in places)


FOCUSED = """() => {
  const element = document.activeElement, style = getComputedStyle(element);
  const all = [...document.querySelectorAll('*')];
  return { text: element.textContent.trim(), order: all.indexOf(element),
           outline: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 };
}"""


# A window of 1280 by 800 pixels, enlarged.
@pytest.mark.parametrize("zoom", [2, 4], ids=["at 200%", "at 400%"])
@pytest.mark.parametrize("path", PAGES)
def test_an_enlarged_page_is_walked_by_keyboard_and_nothing_covers_what_has_the_focus(open_page, path, zoom):
    page = open_page(path, viewport={"width": 1280 // zoom, "height": 800 // zoom})
    assert page.evaluate("document.documentElement.scrollWidth") == 1280 // zoom
    for _ in range(30):
        page.keyboard.press("Tab")
        place = page.evaluate(IN_SIGHT)
        assert place["seen"], place
        assert place["covered"] < 0.5, place


# A link of two lines has a hole in the middle of its box: ask where its first line is.
IN_SIGHT = """() => {
  const element = document.activeElement, box = element.getClientRects()[0];
  const at = document.elementFromPoint(
    Math.max(box.left, 0) + 2, Math.min(Math.max(box.top, 0) + Math.min(box.height, innerHeight) / 2, innerHeight - 1));
  const stuck = [...document.querySelectorAll('*')].filter(each => getComputedStyle(each).position === 'fixed');
  return { words: element.textContent.trim().slice(0, 60), box: [box.left, box.top, box.width, box.height],
           seen: at !== null && (element.contains(at) || at.contains(element)),
           covered: Math.max(0, ...stuck.map(each => each.getBoundingClientRect().height)) / innerHeight };
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES + WITHOUT_TABLES)
def test_axe_finds_nothing(open_page, violations, path, scheme):
    assert violations(open_page(path, color_scheme=scheme)) == []


@pytest.mark.parametrize("path", PAGES + WITHOUT_TABLES)
@pytest.mark.parametrize("width", [360, 320], ids=["a telephone", "at 400%"])
def test_a_telephone_scrolls_tables_and_not_the_page(open_page, path, width):
    page = open_page(path, viewport={"width": width, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_a_wide_table_scrolls_in_a_place_of_its_own_that_the_keyboard_reaches(open_page):
    page = open_page("html/03_school_choice.html", viewport={"width": 360, "height": 740})
    wide = page.locator(".scroll:has(table)").first
    assert wide.get_attribute("tabindex") == "0"
    assert wide.get_attribute("role") == "region"
    assert wide.get_attribute("aria-label")
    assert wide.evaluate("element => element.scrollWidth > element.clientWidth")


def test_the_first_tab_stop_skips_to_the_content(open_page):
    page = open_page("html/03_school_choice.html")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_an_edition_says_who_publishes_it_and_that_it_is_a_draft(open_page):
    page = open_page("html/02_segregation.html")
    assert "DRAFT" in page.locator("header.top").inner_text()  # as the style writes it
    foot = page.locator("footer.colophon")
    assert foot.get_by_role("link", name="CC BY 4.0").get_attribute("href").startswith("https://creativecommons.org/")
    assert foot.get_by_role("link", name="desk@office.example").get_attribute("href") == "mailto:desk@office.example"
    assert "An office, 1 January 2025" in page.locator("meta[name=description]").get_attribute("content")
    told = open_page("html/about.html").locator(".identity").inner_text()
    assert "An office (2025). " in told
    assert "not stated" in told


def test_the_search_finds_all_words_in_any_order_and_says_how_many(open_page):
    page = open_page("html/search.html")
    entries = page.locator(".entries li:visible")
    every = entries.count()
    page.get_by_label("Search for").focus()
    page.keyboard.type("EDUCATION pupils")
    captions = entries.all_inner_texts()
    assert 0 < len(captions) < every
    assert all("education" in caption.lower() and "pupils" in caption.lower() for caption in captions)
    assert page.get_by_role("status").first.inner_text() == f"{len(captions)} found"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/html/02_segregation.html#figure-nearest")
    assert page.locator(":target").count() == 1
    page = open_page("html/search.html")
    page.get_by_label("Search for").fill("zzz")
    assert page.get_by_role("status").first.inner_text().startswith("Nothing found")
    assert not page.locator(".entries li").first.is_visible()


def test_without_scripts_the_search_is_a_list_of_all_that_there_is(open_page):
    page = open_page("html/search.html", java_script_enabled=False)
    assert not page.locator("#query").is_visible()
    assert page.locator(".entries a[href='02_segregation.html#finding-nearest']").is_visible()


STAYS = """box => {
  const left = () => [box.querySelector('caption'), box.querySelector('tbody tr').cells[0]]
    .map(element => Math.round(element.getBoundingClientRect().left));
  const before = left();
  box.scrollLeft = 200;
  return { before, after: left(), number: box.querySelector('td.number').getBoundingClientRect().left };
}"""


def test_on_a_telephone_the_first_number_shows_and_caption_and_first_column_stay(open_page):
    page = open_page("html/03_school_choice.html", viewport={"width": 360, "height": 740})
    box = page.locator(".scroll:has(table)").first
    assert box.locator("td.number").first.bounding_box()["x"] + 40 < 360
    places = box.evaluate(STAYS)
    assert places["before"] == places["after"]
    assert places["number"] < 20


def test_in_print_headings_are_words_and_a_picture_is_no_link(open_page):
    page = open_page("html/03_school_choice.html")
    head = page.locator("thead th").nth(2)
    assert head.get_by_role("button").is_visible()
    page.emulate_media(media="print")
    assert head.inner_text() == "share, nearest school"
    assert not head.locator("button").is_visible()
    assert not page.locator(".enlarge").first.is_visible()


def test_a_tap_on_a_figure_opens_its_drawing_and_downloads_have_short_names(open_page):
    page = open_page("html/03_school_choice.html", viewport={"width": 360, "height": 740})
    figure = page.locator("figure").first
    files = figure.get_by_role("group")
    assert files.get_by_role("link").all_inner_texts() == ["PNG", "SVG", "CSV", "XLSX"]
    assert FIGURE_CAPTION in files.evaluate(LABEL)
    figure.locator("img").scroll_into_view_if_needed()
    box = figure.locator("img").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url("**/*nearest.svg")


FIGURE_CAPTION = "Share of pupils at the nearest school, by education of the parents"
LABEL = """group => group.getAttribute('aria-labelledby').split(' ')
  .map(id => document.getElementById(id).textContent).join(' ')"""


def test_printed_tables_have_their_headings_on_every_page_and_pages_their_number(open_page, tmp_path):
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed: apt-get install poppler-utils")
    page = open_page("html/provenance.html")
    page.evaluate(LONG_TABLE)
    page.pdf(path=tmp_path / "page.pdf", format="A4")
    told = subprocess.run(["pdftotext", "-layout", tmp_path / "page.pdf", "-"], capture_output=True, check=True)
    sheets = told.stdout.decode().split("\f")[:-1]
    rows = [sheet for sheet in sheets if "numpy" in sheet]
    assert len(rows) > 1
    assert all("Package" in sheet and "Version" in sheet for sheet in rows)
    assert all(f"{nth}/{len(sheets)}" in sheet.replace(" ", "") for nth, sheet in enumerate(sheets, start=1))
    assert all("Draft" in sheet and "A small city" in sheet for sheet in sheets)


LONG_TABLE = """() => {
  const body = [...document.querySelectorAll('table')].find(table => table.innerText.includes('numpy')).tBodies[0];
  for (let copy = 0; copy < 120; copy += 1) body.append(body.rows[0].cloneNode(true));
}"""
