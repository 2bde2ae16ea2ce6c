"""The page that compares two editions, in headless Chromium."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests.unit.compare.conftest import Editions, estimates
from typer.testing import CliRunner

from analysis.cli import app

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page on two editions of which estimates, a parameter and a finding with a script in it differ."""
    editions = Editions(tmp_path_factory.mktemp("outputs"))
    moved = estimates(estimate=[0.5, 0.1, 0.3], ci_low=[0.4, 0.02, 0.1], ci_high=[0.6, 0.18, 0.5])
    editions.make("a", findings={"near": "40% go near."})
    said = {"near": "<script>document.title = 'taken'</script> go near."}
    editions.make("b", {"school_choice": {"estimates": moved}}, findings=said, parameters={"school_choice": {"age": 5}})
    done = CliRunner().invoke(app, ["diff", "a", "b", "--outputs", str(editions.outputs)])
    assert done.exit_code == 0, done.output
    return editions.outputs / "a..b.diff" / "diff.html"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    open_file: Callable[..., Page], violations: Callable[..., list], compared: Path, scheme: str
) -> None:
    assert violations(open_file(compared, color_scheme=scheme), colours_alone=scheme == "dark") == []


def test_axe_sees_one_cell_in_a_pale_colour_among_many(
    open_file: Callable[..., Page], violations: Callable[..., list], compared: Path
) -> None:
    """It is of another kind than the cells around it, of which two are looked at."""
    page = open_file(compared)
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<p>pale</p>'.repeat(50))")
    page.evaluate("document.querySelector('main').lastElementChild.previousElementSibling.style.color = '#ccc'")
    assert [rule for rule, _ in violations(page)] == ["color-contrast"]


def test_words_are_text_and_the_page_fits_a_telephone(open_file: Callable[..., Page], compared: Path) -> None:
    page = open_file(compared, viewport={"width": 360, "height": 740})
    assert page.title() != "taken"
    assert "document.title = 'taken'" in page.locator("main").text_content()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
