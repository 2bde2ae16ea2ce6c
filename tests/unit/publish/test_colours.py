"""The colours of figures can be told apart in grey and by who sees fewer colours."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb

import analysis.site
from analysis.publish.figures import FAINT, FROM_BELOW, LIGHT_TO_DARK, PALE, PALETTE, readable
from analysis.publish.forms.bars import EDGE

STYLE = Path(analysis.site.__file__).parent / "templates" / "style.css"

# Machado, Oliveira and Fernandes (2009), severity 1: what linear RGB becomes.
SEEN = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    "grey": [[0.2126, 0.7152, 0.0722]] * 3,
}
TO_XYZ = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
WHITE = (0.9505, 1.0, 1.089)


def linear(colour: str) -> np.ndarray:
    value = np.array(to_rgb(colour))
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    x, y, z = np.cbrt(np.clip(np.array(TO_XYZ) @ np.clip(rgb, 0, 1) / WHITE, 0.008856, None))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("sight", SEEN)
def test_any_two_colours_differ_clearly_however_they_are_seen(sight: str) -> None:
    # In grey the first three do; two more do not fit in between, and have markers of their own.
    shown = PALETTE[:3] if sight == "grey" else PALETTE
    seen = {colour: lab(np.array(SEEN[sight]) @ linear(colour)) for colour in shown}
    distance = {pair: np.linalg.norm(seen[pair[0]] - seen[pair[1]]) for pair in combinations(shown, 2)}
    # A difference of 2.3 is just noticeable (CIE 1976): four times that is clear.
    assert min(distance.values()) > 4 * 2.3, min(distance, key=distance.get)


def contrast(one: str, other: str) -> float:
    """Contrast of two colours by WCAG 2: from 1, of equal ones, to 21."""
    dark, light = sorted(float(np.array([0.2126, 0.7152, 0.0722]) @ linear(colour)) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


PAPERS = sorted(set(re.findall(r"--paper: (#[0-9a-f]{6})", STYLE.read_text("utf8"))))


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("colour", [*PALETTE, FAINT, PALE])
def test_what_carries_meaning_stands_out_from_the_pages_in_daylight_and_in_the_dark(colour: str, paper: str) -> None:
    assert contrast(colour, paper) >= 3  # WCAG 1.4.11


def test_parts_of_a_bar_stand_out_or_have_an_outline_that_does() -> None:
    light = [colour for colour in (*LIGHT_TO_DARK, *FROM_BELOW) if contrast(colour, "#ffffff") < 3]
    assert light  # so that the outline is needed
    assert EDGE["edgecolor"] == FAINT


@pytest.mark.parametrize("colour", PALETTE)
def test_words_in_the_shade_of_a_mark_can_be_read(colour: str) -> None:
    assert contrast(to_hex(readable(colour)), "#ffffff") >= 4.5  # WCAG 1.4.3


def test_there_is_a_light_and_a_dark_paper() -> None:
    assert len(PAPERS) == 2
