"""The pages of a whole edition in headless Chromium: as a reviewer meets them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = shutil.which("chromium")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium"),
]


# Those below the fold load when a reader comes near: ask for them now.
ALL_IMAGES_SHOW = """
async () => {
  const images = [...document.images];
  images.forEach(image => { image.loading = "eager"; });
  await Promise.all(images.map(image => image.decode()));
  return images.every(image => image.alt && image.naturalWidth > 0);
}
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, "--disable-sync", "--no-first-run"])
        yield opened
        opened.close()


def test_every_page_opens_clean_and_asks_nothing_of_the_network(browser: Browser, ci_edition: Path) -> None:
    pages = [ci_edition / "index.html", *sorted((ci_edition / "html").glob("*.html"))]
    assert len(pages) == 1 + len(list((ci_edition / "notebooks").iterdir())) > 6
    for path in pages:
        page = browser.new_page()
        errors: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message, errors=errors: errors.append(message.text))
        page.on("pageerror", lambda error, errors=errors: errors.append(str(error)))
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto(path.as_uri())
        assert errors == [], path
        assert [url for url in asked if not url.startswith(("file://", "data:"))] == [], path
        assert page.locator("html").get_attribute("lang") == "en"
        assert "synthetic" in page.locator("body").inner_text().lower()
        assert page.evaluate(ALL_IMAGES_SHOW)
        page.close()


def test_every_link_leads_somewhere(browser: Browser, ci_edition: Path) -> None:
    page = browser.new_page()
    for path in [ci_edition / "index.html", *(ci_edition / "html").glob("*.html")]:
        page.goto(path.as_uri())
        for link in page.evaluate("[...document.querySelectorAll('a[href]')].map(a => a.href)"):
            target, _, anchor = link.partition("#")
            file = Path(target.removeprefix("file://"))
            assert file.exists(), (path.name, link)
            if anchor and file.suffix == ".html":
                assert f'id="{anchor}"' in file.read_text("utf8"), (path.name, link)
    page.close()


def test_a_reviewer_goes_from_finding_to_figure_to_data(browser: Browser, ci_edition: Path) -> None:
    page = browser.new_page()
    page.goto((ci_edition / "index.html").as_uri())
    page.locator("a[href*='#finding-at_nearest_school']").first.click()
    assert page.url.endswith("03_school_choice.html#finding-at_nearest_school")
    figure = page.locator("figure:has(img[alt^='Map'])")
    assert figure.is_visible()
    data = figure.locator("a[href$='.csv']").get_attribute("href")
    assert (ci_edition / "html" / str(data)).resolve().exists()
    assert not page.locator("pre:visible").count()
    page.get_by_role("button", name="Show all code").click()
    assert page.get_by_text("school_choice.estimate(").first.is_visible()
    page.close()
