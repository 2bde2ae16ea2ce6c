"""What is said of the chapters of an edition on own registers."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.edition.checking import _said
from analysis.edition.own import mapping_of
from analysis.edition.params import read_edition
from analysis.edition.readiness import Lack, Readiness
from analysis.errors import InputError

PARAMS = """
edition: office
title: Pupils of an office
region: Amsterdam
school_years: ["2018/19", "2019/20"]
seed: 1
data: {source: own, intake: office}
"""
MAPPING = """
intake: office
synthetic: false
years: [%s]
files: {p: {path: p.csv}}
tables:
  by_pupil: {from: p, columns: {pupil: {number: key}, groep: {whole: g}, age: {age_given: a}, location: {key: s}}}
"""


def test_what_a_chapter_leaves_out_is_said_with_what_it_lacks() -> None:
    found = Readiness(left_out=(("the map", Lack("by_area", "lat")), ("gaps by sex", Lack("by_pupil", "sex"))))
    assert _said(found) == "ready, leaves out: gaps by sex (no by_pupil.sex); the map (no by_area.lat)"
    assert _said(Readiness()) == "ready"


def test_the_pupils_are_those_of_the_last_school_year_of_the_edition(tmp_path: Path) -> None:
    params, mapping = tmp_path / "office.yml", tmp_path / "intake" / "office.yml"
    mapping.parent.mkdir()
    params.write_text(PARAMS, "utf8")
    edition = read_edition(params, [])
    mapping.write_text(MAPPING % 2018, "utf8")
    with pytest.raises(InputError, match="years: the edition office is about 2019/20: its pupils are those of 1 Oct"):
        mapping_of(edition, mapping.parent)
    mapping.write_text(MAPPING % "2017, 2019", "utf8")
    assert mapping_of(edition, mapping.parent).years[-1] == 2019
