"""Open a small site in Chromium: it works, it asks for nothing, and everybody can read it."""

import json
import shutil
from urllib.parse import unquote

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import sync_playwright

from analysis.publish import figures, site
from analysis.publish.release import Release
from analysis.run.workspace import Workspace

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
FACTS = {
    "edition": "ci",
    "title": "A small city, school year 2019/20",
    "synthetic": True,
    "language": "en",
    "region": "Kleinstad",
    "disclosure": "default",
}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (apt-get install chromium)"),
]


def shown(thing):
    data = {"text/html": thing._repr_html_(), "text/plain": repr(thing)}
    return [new_output("execute_result", data=data, execution_count=1)]


def by_group():
    return pd.DataFrame(
        {
            "group": ["Both parents below level 4", "One parent below level 4", "<script>alert(1)</script>", "Other"],
            "n": [1234, 56, 7, 20117],
            "share_nearest": [0.4321, 0.38, 0.29, 0.3555],
            **{f"a_rather_long_column_{i}": [0.12, -0.07, 0.31, 1.5] for i in range(6)},
        }
    )


def published_table(release):
    return release.table("by_group", by_group(), caption="Pupils by education of the parents", counts=["n"])


def published_figure(release):
    gated = release.gated(by_group(), ["n"])
    with figures.style():
        figure, axes = figures.canvas(7)
        axes.bar(gated["group"].str.slice(0, 12), gated["share_nearest"].astype(float))
        figures.percent(axes.yaxis)
    alt = "Bars: pupils of lower educated parents go to the nearest school most often, 43 per cent."
    caption = "Share of pupils at the nearest school, by education of the parents, n = 21,410."
    return release.figure("nearest", figure, alt=alt, caption=caption, data=gated, counts=["n"])


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
            "", outputs=shown(release.finding("nearest", "Of all pupils 36% go to the nearest <school>.", n=21410))
        ),
        new_code_cell("1 + 1", outputs=[new_output("execute_result", data={"text/plain": "2"}, execution_count=1)]),
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
        "findings": [note for note in notes if note["key"] == "finding"],
        "published": [note for note in notes if note["key"] == "published"],
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


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


PAGES = ["index.html", "html/02_segregation.html", "html/03_school_choice.html"]


@pytest.fixture
def open_page(browser, folder):
    """Open a page, and at the end insist that it neither complained nor asked for anything but the edition's files."""
    complaints, requests, contexts = [], [], []

    def open_page(path, **options):
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", lambda request: complaints.append(f"failed: {request.url[:200]}"))
        page.on("request", lambda request: requests.append(request.url))
        page.goto((folder / path).as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
    outside = [url for url in requests if not url.startswith(("data:image/png;base64,", folder.as_uri()))]
    assert outside == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_what_it_is(open_page, path):
    page = open_page(path)
    assert FACTS["title"] in page.title()
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("h1").count() == 1
    assert "SYNTHETIC DATA" in page.locator(".banner").inner_text()


@pytest.mark.parametrize("path", PAGES)
def test_pictures_have_words_and_tables_have_captions_and_headers(open_page, path):
    page = open_page(path)
    assert page.locator("img").count() > 0
    assert page.locator("img:not([alt]), img[alt='']").count() == 0
    assert page.evaluate("Array.from(document.images).every(image => image.complete ? image.naturalWidth > 0 : true)")
    assert page.locator("table").count() > 0
    assert page.evaluate("Array.from(document.querySelectorAll('table')).every(t => t.caption && t.caption.innerText)")
    assert page.locator("th:not([scope])").count() == 0


@pytest.mark.parametrize("path", PAGES)
def test_ids_are_unique_and_every_link_leads_somewhere(open_page, path, folder):
    page = open_page(path)
    ids = page.evaluate("Array.from(document.querySelectorAll('[id]')).map(element => element.id)")
    assert len(ids) == len(set(ids))
    links = page.evaluate("Array.from(document.links).map(link => link.getAttribute('href'))")
    assert len(links) > 5
    for link in links:
        file, _, anchor = link.partition("#")
        target = (folder / path).parent / file if file else folder / path
        assert target.resolve().is_file(), link
        assert not anchor or f'id="{unquote(anchor)}"' in target.read_text("utf8"), link


def test_the_contents_lead_to_their_headings(open_page):
    page = open_page("html/03_school_choice.html", viewport={"width": 1280, "height": 500})
    entries = page.locator("nav.toc a")
    assert entries.all_inner_texts() == ["Who goes where", "By group", "Who goes where"]
    entries.nth(2).click()
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


def test_a_script_in_the_data_or_in_the_notebook_does_not_run(open_page):
    page = open_page("html/03_school_choice.html")
    assert page.locator("main script").count() == 0
    assert page.locator("th", has_text="<script>alert(1)</script>").count() == 1


@pytest.mark.parametrize("path", PAGES)
def test_a_telephone_scrolls_tables_and_not_the_page(open_page, path):
    page = open_page(path, viewport={"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") == 360
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


CONTRAST = """() => {
  const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).slice(0, 3).map(v => v / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b };
  const paper = element => { for (let e = element; e; e = e.parentElement) {
      const c = getComputedStyle(e).backgroundColor; if (!/, 0\\)$/.test(c)) return c } };
  const found = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = Array.from(element.childNodes).some(n => n.nodeType === 3 && n.data.trim());
    if (!own || !element.checkVisibility({ opacityProperty: true })) continue;
    const [a, b] = [light(getComputedStyle(element).color), light(paper(element))].sort((x, y) => y - x);
    found.push([(a + 0.05) / (b + 0.05), element.outerHTML.slice(0, 80)]);
  }
  return found;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_text_stands_out_by_day_and_by_night(open_page, path, scheme):
    page = open_page(path, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
    contrasts = page.evaluate(CONTRAST)
    assert len(contrasts) > 30
    assert [found for found in contrasts if found[0] < 4.5] == []
