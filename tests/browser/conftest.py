"""Chromium for the tests of pages, and a page that tells when it complains or asks for anything."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, sync_playwright

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
OPEN_ALL = "document.querySelectorAll('details').forEach(fold => { fold.open = true })"
MARK_KINDS = """(() => {
const seen = new Map();
for (const element of document.body.querySelectorAll("*")) {
  const words = Array.from(element.childNodes).filter(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
  if (!words.some(node => node.data.trim().length > 1) || !element.getClientRects().length) continue;
  let kind = "";
  for (let at = element; at; at = at.parentElement) {
    kind += `>${at.tagName}.${at.getAttribute("class")} ${at.getAttribute("style")}`;
    if (at.tagName === "TR") kind += at.rowIndex % 2;
  }
  seen.set(kind, (seen.get(kind) || 0) + 1);
  if (seen.get(kind) <= 2) element.dataset.kind = "";
}
})()"""


# Not for the session: while Playwright is open its event loop runs in this thread, and no notebook can run.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


def failing(request: Request) -> list[str]:
    """Tell a request that failed; one that ended because its page was left for another did not."""
    return [] if request.failure == "net::ERR_ABORTED" else [f"failed: {request.url[:200]}"]


@pytest.fixture
def open_file(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a file; at the end insist that no page complained or asked for anything but files."""
    complaints: list[str] = []
    asked: list[str] = []
    contexts = []

    def open_file(path: Path, **options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", lambda request: complaints.extend(failing(request)))
        page.on("request", lambda request: asked.append(request.url[:200]))
        page.goto(path.as_uri())
        return page

    yield open_file
    for context in contexts:
        context.close()
    assert complaints == []
    assert [url for url in asked if not url.startswith(("data:image/png;base64,", "file://"))] == []


@pytest.fixture(scope="session")
def violations() -> Callable[..., list[tuple[str, str]]]:
    """Return what axe-core finds wrong on a page, with everything that folds unfolded; by all rules, or in colours.

    Colours follow from a tag, its class and style and those around it: two of each kind that show a word are looked at,
    not thousands. Of a single letter axe does not judge the colour.
    """
    axe = Axe()

    def wrong(page: Page, context: dict[str, list] | None, **options: Any) -> list[tuple[str, str]]:
        done = axe.run(page, context=context, options={"resultTypes": ["violations"], **options})
        return [(rule["id"], node["html"][:200]) for rule in done.response["violations"] for node in rule["nodes"]]

    def violations(page: Page, *, colours_alone: bool = False) -> list[tuple[str, str]]:
        page.evaluate(OPEN_ALL)
        page.evaluate(MARK_KINDS)
        found = wrong(page, {"include": [["[data-kind]"]]}, runOnly=["color-contrast"])
        return found if colours_alone else found + wrong(page, None, rules={"color-contrast": {"enabled": False}})

    return violations
