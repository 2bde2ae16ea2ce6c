import json

import pandas as pd
import pytest

from analysis.chapter import Chapter
from analysis.door import NOTHING, WITHHELD
from analysis.edition.chain import ROWS
from analysis.errors import InputError
from analysis.language import Text, from_data
from analysis.publish import forms
from analysis.publish.declared import Declared, Kind, refuse_unshown
from analysis.publish.exhibits import Exhibit, Exhibits
from analysis.publish.findings import Finding, frame
from analysis.run.workspace import Workspace

FINDINGS = pd.DataFrame(
    {"name": ["a", "b"], "sentence": ["Few go.", "Many go."], "n": [120, 444], "unit": ["pupils"] * 2}
)


@pytest.fixture
def chapter_of(tmp_path):
    """The chapter of a stem in one edition that keeps its tables."""

    def make(stem, **links):
        findings = {name: {"en": name} for name in ("segregation", "staffing", "absent")}
        facts = {"edition": "ci", "synthetic": True, "disclosure": "default", "tables": ROWS, "findings": findings}
        links = {"needs": frozenset({"segregation_findings"}), "produces": frozenset({"segregation_findings"})} | links
        return Chapter(Workspace(stem, tmp_path, tmp_path, facts, **links))

    return make


def test_what_one_chapter_hands_over_the_next_loads(chapter_of):
    chapter_of("segregation").save("segregation_findings", FINDINGS)
    summary = chapter_of("summary")
    assert summary.has("segregation_findings")
    loaded = summary.load("segregation_findings").drop(columns=WITHHELD)
    pd.testing.assert_frame_equal(loaded.assign(sentence=loaded["sentence"].map(json.loads)), FINDINGS)


def test_a_chapter_that_the_edition_leaves_out_is_said_to_be_absent(chapter_of):
    assert chapter_of("summary", needs=frozenset()).findings_of("segregation").html == NOTHING.format(
        "This edition has no such chapter."
    )


def test_findings_of_a_chapter_are_its_sentences_with_rounded_numbers(chapter_of):
    chapter_of("segregation").save("segregation_findings", FINDINGS)
    html = chapter_of("summary").findings_of("segregation").html
    assert html.index("Few go.") < html.index("Many go.")
    assert "445" in html  # 444 pupils, to a multiple of five
    assert "444" not in html


def test_a_finding_about_too_few_is_withheld_and_the_others_are_shown(chapter_of):
    html = chapter_of("segregation").findings(FINDINGS.assign(n=[120, 9])).html
    assert "Few go." in html
    assert "Many go." not in html
    assert html.count("Not shown: it rests on fewer than 10 pupils.") == 1


def test_a_sentence_that_its_chapter_may_not_show_is_not_handed_over(chapter_of, tmp_path):
    chapter = chapter_of("segregation")
    chapter.gated(pd.DataFrame({"group": ["a"], "n": [1234]}), ["n"])
    chapter.save("segregation_findings", FINDINGS.assign(sentence=["There are 1,234 in all.", "Many go."]))
    assert b"1,234" not in (tmp_path / "internal/segregation_findings.parquet").read_bytes()
    html = chapter_of("summary").findings_of("segregation").html
    assert "a number in it equals one" in html
    assert "Many go." in html


@pytest.mark.parametrize("estimates", [None, pd.DataFrame({"estimate": [], "p_value": []})])
def test_a_sentence_that_has_forgotten_its_values_is_refused(chapter_of, estimates):
    """A column of strings makes words of them: "7 went" was published, and written to the summary as words."""
    sentences = [Text("{n} went", {"n": 7}), Text("{n} came", {"n": 20})]
    with pytest.raises(InputError, match="'a': has forgotten what it was made of"):
        chapter_of("segregation").conclude(FINDINGS.assign(sentence=sentences), estimates)
    kept = frame(zip("ab", sentences, (120, 444), ["pupils"] * 2, strict=True))
    assert "{n} came" in [from_data(json.loads(s)).template for s in handed_over(chapter_of, kept)]


def handed_over(chapter_of, by_finding):
    chapter_of("segregation").conclude(by_finding)
    return chapter_of("summary").load("segregation_findings")["sentence"].iloc[1:]


def test_sources_are_noted_for_the_manifest(chapter_of):
    chapter = chapter_of("data")
    chapter.inputs([{"path": "duo/x.csv", "sha256": "ab", "status": "verified"}])
    lines = chapter.workspace.write / "internal" / "records" / "data.jsonl"
    records = [json.loads(line) for line in lines.read_text("utf8").splitlines()]
    (record,) = [record for record in records if record["noted"] == "input"]  # names of schools are noted beside it
    assert {"path": "duo/x.csv", "sha256": "ab", "status": "verified"}.items() <= record.items()


def test_an_account_folds_what_loses_too_few(chapter_of, tmp_path):
    steps = []
    for left, out in ((1000, 40), (960, 3), (957, 20)):
        step = {"step": f"from {left}", "reason": "why"}
        for unit in ("rows", "pupils", "pupils4", "schools"):
            step |= {f"{unit}_in": left, f"{unit}_out": out, f"{unit}_kept": left - out}
        steps.append(step)
    published = chapter_of("data").account("accounting", pd.DataFrame(steps), caption="Who leaves")
    found = pd.read_csv(tmp_path / "tables/data/accounting.csv")
    assert found["step"].tolist() == ["from 1000", "from 960; from 957"]
    assert found["schools_out"].tolist() == [40, 23]
    assert found["pupils_out"].tolist() == [40, 25]  # 23, to a multiple of five
    assert found["suppressed"].isna().all()
    assert "pupils4_out" not in published.html


def test_a_table_that_the_edition_makes_and_nobody_made_is_named(chapter_of):
    with pytest.raises(InputError, match="segregation_findings"):
        chapter_of("summary").load("segregation_findings")


def test_a_table_too_long_for_a_page_is_linked_to(chapter_of, tmp_path):
    frame = pd.DataFrame({"group": ["a", "b"], "estimate": [0.1, 0.2], "n_obs": [100, 9]})
    shown = chapter_of("leergroei").file("estimates", frame, caption="All <b>", counts=["n_obs"])
    assert 'id="table-estimates"' in shown.html
    assert 'href="../tables/leergroei/estimates.csv"' in shown.html
    assert "All &lt;b&gt;, 2 rows" in shown.html
    written = pd.read_csv(tmp_path / "tables" / "leergroei" / "estimates.csv")
    assert written["estimate"].isna().tolist() == [False, True]


def test_several_accounts_are_folded_each_by_itself(chapter_of, tmp_path):
    steps = [
        {
            "outcome": outcome,
            "step": step,
            "reason": step,
            "pupils_in": 100,
            "pupils_out": out,
            "pupils_kept": 100 - out,
        }
        | {"schools_out": 0, "schools_kept": 5}
        for outcome, out in (("under", 20), ("over", 4))
        for step in ("test sat", "under-advised")
    ]
    chapter_of("advisering").accounts("sample", pd.DataFrame(steps), by="outcome", caption="Who leaves")
    written = pd.read_csv(tmp_path / "tables" / "advisering" / "sample.csv")
    # Four and four pupils may not be told, and neither may their sum of eight.
    assert written["outcome"].tolist() == ["under", "under", "over"]
    assert written["pupils_out"].tolist()[:2] == [20, 20]
    assert written["pupils_out"].isna().tolist() == [False, False, True]


def test_the_summary_counts_findings_and_tests(chapter_of):
    both = ("segregation_findings", "staffing_findings")
    chapter_of("segregation").save("segregation_findings", FINDINGS)
    tested = frame([Finding("wage", "It jumps.", 120, "schools", 0.03), Finding("level", "It is.", 120, "schools")])
    chapter_of("staffing", produces=frozenset(both)).save("staffing_findings", tested)
    html = chapter_of("summary", needs=frozenset(both)).tests_made().html
    # 4 findings, 1 test at 5%: 0.05 would come out by chance, and 1 did.
    assert "makes 4 findings. 1 of them test" in html
    assert "1 were significant (about 0.1 would" in html or "1 were significant (about 0.0 would" in html


def test_a_summary_without_findings_counts_none(chapter_of):
    html = chapter_of("summary", needs=frozenset()).tests_made().html
    assert html == NOTHING.format("This edition has no such chapter.")


def test_the_summary_shows_the_findings_of_each_chapter_below_its_heading(chapter_of):
    chapter_of("segregation").save("segregation_findings", FINDINGS)
    html = chapter_of("summary").all_findings().html
    assert '<h2 id="findings-segregation">segregation</h2><p class="published finding"' in html
    assert "&lt;" not in html


def test_a_field_without_value_is_named_with_its_exhibit(chapter_of):
    """Before: a KeyError."""
    chapter = chapter_of("segregation")
    chapter.exhibits = Exhibits(tables={"sizes": Exhibit({"caption": {"en": "Of {n:,} pupils", "nl": ""}}, {})})
    with pytest.raises(InputError, match=r"segregation/exhibits.yml: tables.sizes: {n} has no value"):
        chapter.show("sizes", pd.DataFrame({"size": ["small"], "n": [120]}))


def test_a_figure_of_estimates_says_the_rows_that_it_draws(chapter_of, monkeypatch):
    chapter, given = chapter_of("segregation"), {}
    words = {"caption": {"en": "Sizes", "nl": ""}, "alt": {"en": "Dots: {said}.", "nl": ""}}
    options = {"line": "size", "ends": ["share"], "numbers": "percent"}
    chapter.exhibits = Exhibits(figures={"sizes": Exhibit(words, {"counts": ()}, options)})
    monkeypatch.setattr(chapter, "figure", lambda *_, **how: given.update(how))
    rows = pd.DataFrame({"size": ["x1", "x2"], "share": [0.25, 0.5]})
    chapter.show("sizes", rows, forms.estimates)
    assert given["alt"](rows) == "Dots: x1: 25%; x2: 50%."


def test_a_finding_that_is_not_declared_is_refused(chapter_of):
    """Before: it lost its figure, table, rank and test, and nobody was told."""
    chapter = chapter_of("segregation")
    chapter.declared = Declared((Kind("a", 1),))
    with pytest.raises(InputError, match=r"segregation/findings.yml: findings: does not declare the finding 'b'"):
        chapter.conclude(FINDINGS)


def test_a_finding_of_a_figure_or_table_that_is_none_is_refused():
    declared = Declared((Kind("a", 1, "by_sise", "sizes"), Kind("b", 2)))
    exhibits = Exhibits(tables={"sizes": Exhibit({}, {})}, figures={"by_size": Exhibit({}, {})})
    with pytest.raises(InputError, match=r"findings.a.figure: exhibits.yml declares no figure 'by_sise'") as refused:
        refuse_unshown(exhibits, declared, "segregation/findings.yml")
    assert "findings.a.table" not in str(refused.value)
