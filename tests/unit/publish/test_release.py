import hashlib
import json

import pandas as pd
import pytest

from analysis.errors import DisclosureError, InputError
from analysis.publish import figures
from analysis.publish.release import Release
from analysis.run.workspace import Workspace

CAPTION = "Pupils by group"
ALT = "Bars: group b is the larger."


@pytest.fixture
def workspace(tmp_path):
    facts = {"edition": "ci", "synthetic": True, "disclosure": "default"}
    return Workspace("segregation", tmp_path, tmp_path, facts, needs=frozenset(), produces=frozenset())


@pytest.fixture
def release(workspace):
    return Release(workspace)


def records(workspace):
    path = workspace.write / "internal" / "records" / "segregation.jsonl"
    return [json.loads(line) for line in path.read_text("utf8").splitlines()]


def by_group():
    return pd.DataFrame({"group": ["a", "b"], "n": [7, 1234], "share": [0.1, 1 / 3]})


def bars(frame):
    figure, axes = figures.canvas(6)
    axes.bar(frame["group"], frame["share"].astype(float))
    return figure


def test_the_csv_holds_every_digit_that_its_count_bears_and_nothing_withheld(release, workspace):
    release.table("by_group", by_group(), caption=CAPTION, counts=["n"])
    written = (workspace.write / "tables/segregation/by_group.csv").read_bytes()
    assert written == b"group,n,share,suppressed\na,,,n;share\nb,1235,0.3334,\n"


def test_the_same_table_gives_the_same_bytes(tmp_path):
    written = []
    for run in ("first", "second"):
        workspace = Workspace("segregation", tmp_path / run, tmp_path / run, {})
        Release(workspace).table("by_group", by_group(), caption=CAPTION, counts=["n"])
        written.append((tmp_path / run / "tables/segregation/by_group.csv").read_bytes())
    assert written[0] == written[1]


def test_a_table_is_shown_with_caption_scope_and_link(release):
    html = release.table("by_group", by_group(), caption=CAPTION, counts=["n"], labels={"n": "Pupils"})._repr_html_()
    assert f"<caption>{CAPTION}</caption>" in html
    assert '<th scope="col" class="number">Pupils</th>' in html
    assert '<th scope="row">b</th>' in html
    assert 'href="../tables/segregation/by_group.csv"' in html
    assert 'title="Withheld: fewer than 10">&lt; 10<' in html
    assert ">0.333<" in html


def test_everything_in_a_table_is_escaped(release):
    evil = "<script>alert(1)</script>"
    frame = pd.DataFrame({"group": [evil], "n": [50]})
    html = release.table("evil", frame, caption=evil, note=evil, labels={"n": evil}, counts=["n"])._repr_html_()
    assert "<script" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 4


def test_plain_text_shows_no_data(release):
    assert repr(release.table("by_group", by_group(), caption=CAPTION, counts=["n"])) == "<published table by_group>"


def test_what_is_published_is_recorded(release, workspace):
    release.table("by_group", by_group(), caption=CAPTION, counts=["n"])
    entry, shown = records(workspace)
    assert shown["key"] == "shown"
    rules = {rule["rule"]: rule for rule in entry.pop("rules")}
    assert rules["smallest"] == {
        "rule": "smallest",
        "column": "n",
        "verdict": "suppressed",
        "limit": 10,
        "smallest": 1235,
        "cells": 1,
    }
    assert rules["others"] == {"rule": "others", "verdict": "suppressed", "cells": 1}  # the share that rests on it
    assert set(entry.pop("files")) == {f"tables/segregation/by_group.{kind}" for kind in ("csv", "json", "xlsx")}
    assert entry == {
        "key": "published",
        "kind": "table",
        "name": "by_group",
        "caption": CAPTION,
        "path": "tables/segregation/by_group.csv",
        "rows": 2,
        "suppressed": 2,
        "why": release.profile.rule,
    }


def test_counts_must_be_named_even_when_nobody_is_counted(release):
    with pytest.raises(TypeError, match="counts"):
        release.table("fixed", pd.DataFrame({"parameter": ["x"]}), caption=CAPTION)
    assert release.table("fixed", pd.DataFrame({"parameter": ["x"]}), caption=CAPTION, counts=())


def test_a_figure_of_a_small_group_is_refused_and_writes_nothing(release, workspace):
    with pytest.raises(DisclosureError, match=r"1 row.*\n.*release\.gated"):
        release.figure("shares", bars(by_group()), alt=ALT, caption=CAPTION, data=by_group(), counts=["n"])
    assert not (workspace.write / "figures").exists()
    assert not (workspace.write / "tables").exists()


def test_a_figure_of_gated_data_is_written_with_its_data(release, workspace):
    gated = release.gated(by_group(), ["n"])
    html = release.figure("shares", bars(gated), alt=ALT, caption=CAPTION, data=gated, counts=["n"])._repr_html_()
    for path in (
        "figures/segregation/shares.png",
        "figures/segregation/shares.svg",
        "tables/segregation/shares_data.csv",
    ):
        assert (workspace.write / path).stat().st_size > 0
    assert f'alt="{ALT}"' in html
    assert "SYNTHETIC DATA" in html
    assert 'href="../tables/segregation/shares_data.csv"' in html


def test_the_same_figure_gives_the_same_bytes(release, workspace):
    gated = release.gated(by_group(), ["n"])
    written = []
    for _ in range(2):
        release._names.clear()
        release.figure("shares", bars(gated), alt=ALT, caption=CAPTION, data=gated, counts=["n"])
        written.append(
            [(workspace.write / f"figures/segregation/shares.{kind}").read_bytes() for kind in ("png", "svg")]
        )
    assert written[0] == written[1]


@pytest.mark.parametrize("alt", ["", "  ", CAPTION, CAPTION.upper()])
def test_a_figure_without_a_description_is_refused(release, alt):
    gated = release.gated(by_group(), ["n"])
    with pytest.raises(InputError, match="alt"):
        release.figure("shares", bars(gated), alt=alt, caption=CAPTION, data=gated, counts=["n"])


def test_a_finding_rests_on_enough(release, workspace):
    with pytest.raises(DisclosureError, match="finding 'few' rests on fewer than 10 pupils"):
        release.finding("few", "Nine do.", n=9)
    with pytest.raises(DisclosureError, match="fewer than 10"):
        release.finding("none", "Nobody does.", n=0)
    html = release.finding("enough", "Ten <do>.", n=12)._repr_html_()
    assert "Ten &lt;do&gt;." in html
    finding, shown = records(workspace)
    assert {rule["verdict"] for rule in finding.pop("rules")} == {"passed"}
    assert finding == {"key": "finding", "name": "enough", "sentence": "Ten <do>.", "n": 10, "unit": "pupils"}
    assert shown["sha256"] == hashlib.sha256(html.encode()).hexdigest()


def test_the_number_in_a_caption_is_rounded_as_in_the_table(release):
    assert release.rounded(3561) == 3560
    assert release.rounded(213, unit="schools") == 213
    with pytest.raises(DisclosureError, match="fewer than 10 pupils"):
        release.rounded(9)


def test_a_finding_about_schools_has_the_threshold_of_schools(release):
    with pytest.raises(DisclosureError, match="fewer than 3 schools"):
        release.finding("few", "Two schools do.", n=2, unit="schools")
    assert "n = 7 schools" in release.finding("enough", "Seven do.", n=7, unit="schools")._repr_html_()


@pytest.mark.parametrize("sentence", ["School 00AB00 is large.", "Nobody lives at 1012AB."])
def test_a_sentence_that_names_a_school_or_address_is_refused(release, sentence):
    with pytest.raises(DisclosureError, match="finding 'named'"):
        release.finding("named", sentence, n=100)


def test_a_sentence_may_name_a_year_and_a_sector(release):
    assert release.finding("year", "In 2019 VO schools grew.", n=100)


def test_a_name_is_used_once_and_is_a_file_name(release):
    release.table("by_group", by_group(), caption=CAPTION, counts=["n"])
    with pytest.raises(InputError, match="twice"):
        release.table("by_group", by_group(), caption=CAPTION, counts=["n"])
    with pytest.raises(InputError, match="lower-case"):
        release.table("../by_group", by_group(), caption=CAPTION, counts=["n"])
