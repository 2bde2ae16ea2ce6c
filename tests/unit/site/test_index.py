"""The index: what stands out in a finding, which figure is beside it, and the command that makes it again."""

from __future__ import annotations

import pytest

from analysis.chapters.advisering import CHAPTER
from analysis.site.declared import figure_of
from analysis.site.index import with_estimates
from analysis.site.provenance import rerun


@pytest.mark.parametrize(
    ("sentence", "bold"),
    [
        ("It is 0.18 (95% interval 0.16 to 0.19); so", "0.18 (95% interval 0.16 to 0.19)"),
        ("no less (−0.07, 95% interval −0.17 to 0.31).", "−0.07, 95% interval −0.17 to 0.31"),
        ("27% (95%-betrouwbaarheidsinterval 19% tot 30%) x", "27% (95%-betrouwbaarheidsinterval 19% tot 30%)"),
        ("1.234,5 (95%-betrouwbaarheidsinterval 1.200,1 tot 1.300,2).", None),
    ],
)
def test_a_number_with_its_interval_stands_out(sentence: str, bold: str | None) -> None:
    html = with_estimates(sentence)
    assert f"<b>{bold or sentence[:-1]}</b>" in html
    assert html.striptags() == sentence


FACTS_OF_CHAPTERS = {"chapters": {"advisering": {"figures": CHAPTER.figures}}}


def test_a_sentence_is_escaped() -> None:
    assert with_estimates("<script> 1 (95% interval 0 to 2)") == "&lt;script&gt; <b>1 (95% interval 0 to 2)</b>"


def test_the_first_name_that_fits_tells_the_figure() -> None:
    assert figure_of(FACTS_OF_CHAPTERS, "advisering", "revised_gaps") == "gaps"
    assert figure_of(FACTS_OF_CHAPTERS, "advisering", "revised") == "revised_by_year"
    assert figure_of(FACTS_OF_CHAPTERS, "advisering", "something") is None
    assert figure_of(FACTS_OF_CHAPTERS, "no_chapter", "revised") is None


def test_the_command_goes_back_to_the_commit() -> None:
    commit = "0123456789abcdef"
    assert rerun({"git": {"commit": commit}, "command": "make run"}) == "git checkout 0123456789ab && make run"
    assert rerun({"git": {}, "command": "make run"}) == "make run"
    assert rerun({"git": {"commit": commit}}) == ""
