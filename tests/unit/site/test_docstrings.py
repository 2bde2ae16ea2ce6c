"""What the appendix of methods tells of functions: all of it, as HTML, with nothing that runs."""

from __future__ import annotations

import re

from analysis.site.docstrings import as_html, definitions, documented, passed_on


def test_a_function_has_its_text_its_sections_and_its_place() -> None:
    told = documented()["analysis.stats.segregation.dissimilarity"]
    assert told.text == "Dissimilarity index of two groups over schools."
    assert list(told.sections) == ["Parameters", "Returns", "Raises", "Notes"]
    assert told.has_formula
    assert told.file == "src/analysis/stats/segregation.py"
    assert told.signature.startswith("dissimilarity(")
    assert told.anchor == "function-stats-segregation-dissimilarity"


def test_no_docstring_shows_the_source_of_a_formula() -> None:
    for one in documented().values():
        shown = "".join(map(str, [as_html(one.text, {}), *(as_html(body, {}) for body in one.sections.values())]))
        assert "\\" not in re.sub(r"<code>.*?</code>", "", shown), one.name


def test_the_marks_of_restructured_text_become_html_and_the_rest_is_escaped() -> None:
    html = as_html("See ``code`` and `fit`, *not* <b>.\n\n- one\n- two", {"fit": "#function-fit"})
    assert (
        '<p>See <code>code</code> and <a href="#function-fit"><code>fit</code></a>, <em>not</em> &lt;b&gt;.</p>' in html
    )
    assert "<ul><li>one</li><li>two</li></ul>" in html


def test_names_with_their_meaning_become_a_list_of_definitions() -> None:
    html = definitions("group\n    Pupils per school.\ntotal\n    All of them.", {})
    assert html.count("<dt>") == 2
    assert "<dt><code>group</code></dt><dd><p>Pupils per school.</p></dd>" in html


def test_other_names_lead_to_where_a_function_is_defined() -> None:
    names = passed_on()
    assert names["analysis.stats.conditional_logit.fit"] == "analysis.stats.conditional_logit.estimation.fit"
    assert set(names.values()) <= set(documented())


def test_a_meaning_behind_its_name_and_one_below_it_read_alike() -> None:
    behind = definitions("level : Of the tests.\nrows, columns : Names.", {})
    below = definitions("level\n    Of the tests.\nrows, columns\n    Names.", {})
    assert behind == below
    assert "<dt><code>rows, columns</code></dt><dd><p>Names.</p></dd>" in behind


def test_a_long_meaning_goes_on_below_its_name() -> None:
    assert "<dd><p>Of the tests.</p></dd>" in " ".join(definitions("level : Of the\n    tests.", {}).split())
