"""What is said of the chapters of an edition on own registers."""

from __future__ import annotations

from analysis.edition.checking import _said
from analysis.edition.readiness import Lack, Readiness


def test_what_a_chapter_leaves_out_is_said_with_what_it_lacks() -> None:
    found = Readiness(left_out=(("the map", Lack("by_area", "lat")), ("gaps by sex", Lack("by_pupil", "sex"))))
    assert _said(found) == "ready, leaves out: gaps by sex (no by_pupil.sex); the map (no by_area.lat)"
    assert _said(Readiness()) == "ready"
