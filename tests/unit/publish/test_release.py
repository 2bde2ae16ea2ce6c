import hashlib
import json

import pandas as pd
import pytest

from analysis.errors import DisclosureError, InputError
from analysis.language import Text, from_data, text
from analysis.publish import figures
from analysis.publish.release import Release
from analysis.publish.tables import number
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


def drawable():
    """Two bars that may be shown, as one number is no figure, beside one that is withheld."""
    return pd.DataFrame({"group": ["a", "b", "c"], "n": [7, 1234, 567], "share": [0.1, 1 / 3, 0.25]})


def bars(frame):
    figure, axes = figures.canvas(6)
    axes.bar(frame["group"], frame["share"].astype(float))
    return figure


def test_the_csv_holds_every_digit_that_its_count_bears_and_nothing_withheld(release, workspace):
    release.table("by_group", by_group(), caption=CAPTION, counts=["n"])
    written = (workspace.write / "tables/segregation/by_group.csv").read_bytes()
    assert written == b"group,n,share,suppressed\na,,,n;share\nb,1235,0.334,\n"


def test_the_same_table_gives_the_same_bytes(tmp_path):
    written = []
    for run in ("first", "second"):
        workspace = Workspace("segregation", tmp_path / run, tmp_path / run, {})
        Release(workspace).table("by_group", by_group(), caption=CAPTION, counts=["n"])
        written.append((tmp_path / run / "tables/segregation/by_group.csv").read_bytes())
    assert written[0] == written[1]


def test_a_table_is_shown_with_caption_scope_and_link(release):
    html = release.table("by_group", by_group(), caption=CAPTION, counts=["n"], labels={"n": "Pupils"})._repr_html_()
    assert f">{CAPTION}</caption>" in html
    assert '<th scope="col" class="number">Pupils</th>' in html
    assert '<th scope="row">b</th>' in html
    assert 'href="../tables/segregation/by_group.csv"' in html
    assert 'title="Withheld: fewer than 10">&lt; 10<' in html
    assert ">0.334<" in html


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
    assert shown["noted"] == "shown"
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
        "noted": "published",
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


def test_a_figure_has_no_number_of_the_rows_that_count_too_few_and_says_so(release):
    drawn = []
    html = release.figure(
        "shares", lambda rows: drawn.append(rows) or bars(rows), alt=ALT, caption=CAPTION, data=drawable(), counts=["n"]
    ).html
    assert drawn[0]["group"].tolist() == ["a", "b", "c"]
    assert drawn[0]["share"].isna().tolist() == drawn[0]["n"].isna().tolist() == [True, False, False]  # a has 7 pupils
    assert drawn[0]["suppressed"].tolist() == ["n;share", "", ""]
    assert "Left out: 1 of the 3 rows of its data, which count too few" in html


def test_a_figure_of_which_no_row_is_left_has_a_notice_in_its_place(release, workspace):
    data = by_group().assign(n=[7, 4])
    html = release.figure("shares", bars, alt=ALT, caption=CAPTION, data=data, counts=["n"]).html
    assert 'id="figure-shares"' in html
    assert "Not shown: every row of its data counts too few" in html
    assert not (workspace.write / "figures").exists()
    assert not (workspace.write / "tables").exists()
    note, shown = records(workspace)
    assert (note["noted"], note["kind"], note["name"]) == ("withheld", "figure", "shares")
    assert shown["sha256"] == hashlib.sha256(html.encode()).hexdigest()


def test_a_figure_without_data_says_what_its_chapter_says_of_that(release):
    given = {"alt": ALT, "caption": CAPTION, "counts": ["n"], "data": by_group().iloc[:0]}
    assert "Nobody lives here." in release.figure("shares", bars, **given, nothing="Nobody lives here.").html
    assert "this edition has no data for it" in release.figure("none", bars, **given).html


def test_a_figure_of_what_cannot_be_estimated_is_not_an_empty_axis(release):
    data = by_group().assign(n=[700, 1234], share=[float("nan")] * 2)
    html = release.figure("shares", bars, alt=ALT, caption=CAPTION, data=data, counts=["n"]).html
    assert "nothing of it can be estimated" in html


def test_the_words_of_a_figure_may_follow_from_what_is_drawn(release):
    told = release.figure(
        "shares", bars, alt=lambda rows: f"{len(rows)} bars.", caption=CAPTION, data=drawable(), counts=["n"]
    )
    assert 'alt="2 bars."' in told.html


def test_a_title_that_reads_as_a_number_of_persons_is_left_out_and_the_figure_stays(release, workspace):
    """16 counts estimates and says so by its name; among these words it reads as 16 pupils."""
    title = text("{chosen_groups} of {groups} estimates", chosen_groups=16, groups=30)
    for name, said in {"reads": Text("{groups} {who}", {"groups": 16, "who": "pupils"}), "counts": title}.items():
        html = release.figure(name, bars, alt=ALT, caption=CAPTION, data=drawable(), counts=["n"], headline=said).html
        assert "Not shown" not in html
    assert [note.get("headline") for note in records(workspace) if note["noted"] == "published"] == [None, title]


def test_a_word_in_a_figure_that_has_no_translation_is_refused(release):
    """Also where the figure is not drawn but taken from memory: which words are known follows from all declarations."""

    def named(frame):
        figure = bars(frame)
        figure.axes[0].set_xlabel("mean_fte")
        return figure

    with pytest.raises(InputError, match="figure 'shares': shows 'mean_fte'"):
        release.figure("shares", named, alt=ALT, caption=CAPTION, data=drawable(), counts=["n"])


def test_a_finding_that_reads_as_a_number_of_persons_has_a_notice_in_its_place(release):
    """3 counts municipalities and says so by its name; whoever reads the file of findings reads 3 pupils."""
    said = text("{municipalities} municipalities had few {who}", municipalities=4, who="pupils")
    reads = Text("In {year} had {municipalities} {who} outside", {"year": 2019, "municipalities": 3, "who": "pupils"})
    assert "Not shown" not in release.finding("counts", said, n=900).html
    assert "Not shown" in release.finding("reads", reads, n=900).html


def test_a_figure_is_of_the_years_of_its_rows_or_of_its_caption_or_of_its_chapter(release, workspace):
    release.rests_on_years = "2014"
    given = {"alt": ALT, "counts": ["n"]}
    release.figure("rows", bars, caption=f"{CAPTION} in 2020", data=drawable().assign(year=[2018, 2018, 2019]), **given)
    release.figure("caption", bars, caption=f"{CAPTION} in 2020", data=drawable(), **given)
    release.figure("chapter", bars, caption=CAPTION, data=drawable(), **given)
    years = [note["years"] for note in records(workspace) if note["noted"] == "published"]
    assert years == ["2018–2019", "2020", "2014"]


def test_one_number_is_no_figure(release):
    html = release.figure("shares", bars, alt=ALT, caption=CAPTION, data=by_group(), counts=["n"]).html
    assert "there is one number, and nothing to compare it with" in html


def test_a_table_in_which_everything_is_withheld_has_a_notice_in_its_place(release, workspace):
    html = release.table("by_group", by_group().assign(n=[7, 4]), caption=CAPTION, counts=["n"]).html
    assert "Not shown: every row counts too few" in html
    assert not (workspace.write / "tables").exists()


def test_a_figure_of_gated_data_is_written_with_its_data(release, workspace):
    gated = release.gated(drawable(), ["n"])
    html = release.figure("shares", bars, alt=ALT, caption=CAPTION, data=gated, counts=["n"])._repr_html_()
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
    gated = release.gated(drawable(), ["n"])
    written = []
    for _ in range(2):
        release._names.clear()
        release.figure("shares", bars, alt=ALT, caption=CAPTION, data=gated, counts=["n"])
        written.append(
            [(workspace.write / f"figures/segregation/shares.{kind}").read_bytes() for kind in ("png", "svg")]
        )
    assert written[0] == written[1]


@pytest.mark.parametrize("alt", ["", "  ", CAPTION, CAPTION.upper()])
def test_a_figure_without_a_description_is_refused(release, alt):
    gated = release.gated(drawable(), ["n"])
    with pytest.raises(InputError, match="alt"):
        release.figure("shares", bars, alt=alt, caption=CAPTION, data=gated, counts=["n"])


def test_a_finding_rests_on_enough(release, workspace):
    html = release.finding("enough", "Ten <do>.", n=12)._repr_html_()
    assert "Ten &lt;do&gt;." in html
    finding, shown = records(workspace)
    assert {rule["verdict"] for rule in finding.pop("rules")} == {"passed"}
    shows = {"figure": "", "table": "", "method": "", "lead": 0, "rank": 1}
    assert finding == {
        "noted": "finding",
        "name": "enough",
        "sentence": "Ten <do>.",
        "n": 10,
        "unit": "pupils",
        **shows,
    }
    assert shown["sha256"] == hashlib.sha256(html.encode()).hexdigest()


@pytest.mark.parametrize("n", [9, 0])
def test_a_finding_on_too_few_has_a_notice_in_its_place(release, workspace, n):
    html = release.finding("few", "They do.", n=n).html
    assert "Not shown: it rests on fewer than 10 pupils." in html
    assert "They do" not in html
    note, _ = records(workspace)
    assert (note["noted"], note["kind"], note["name"]) == ("withheld", "finding", "few")


@pytest.mark.parametrize("model", [{"clusters": 9}, {"df_resid": 9}])
def test_a_finding_of_too_small_a_model_has_a_notice_in_its_place(release, model):
    assert "fewer than 10 clusters or degrees of freedom" in release.finding("small", "They do.", n=100, **model).html


def test_a_finding_that_says_a_number_which_is_withheld_elsewhere_has_a_notice_in_its_place(release):
    release.gated(pd.DataFrame({"group": ["a"], "n": [1234]}), ["n"])  # is told as 1,235
    assert "a number in it equals one" in release.finding("same", "There are 1,234 in all.", n=5000).html


def test_the_number_in_a_caption_is_rounded_as_in_the_table(release):
    assert release.rounded(3561) == 3560
    assert release.rounded(213, unit="schools") == 213
    assert f"n = {release.rounded(9):,} pupils" == "n = fewer than 10 pupils"
    assert f"{release.rounded(2, unit='schools')}" == "fewer than 3"


def test_a_finding_about_schools_has_the_threshold_of_schools(release):
    assert "fewer than 3 schools" in release.finding("few", "Two schools do.", n=2, unit="schools").html
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


def test_a_finding_is_recorded_as_data_and_shown_as_a_sentence(release, workspace):
    sentence = text(
        "{estimate} (95% interval {low} to {high})", estimate=0.5, low=number(0.4449, 2), high=number(0.6, 2)
    )
    html = release.finding("size", sentence, n=120).html
    assert "0.5 (95% interval 0.44 to 0.60)" in html
    recorded = records(workspace)[0]["sentence"]
    assert recorded["text"] == "{estimate} (95% interval {low} to {high})"
    assert recorded["values"]["low"] == {"number": 0.44, "digits": 2, "grouped": True}  # no finer than it is written
    assert from_data(recorded) == sentence
