"""What the appendix of methods tells of functions: all of it, as HTML, with nothing that runs."""

from __future__ import annotations

import re

from markupsafe import Markup

from analysis.site.docstrings import as_html, definitions, documented, passed_on
from analysis.site.formulas import formula


def test_a_function_has_its_text_its_sections_and_its_place() -> None:
    told = documented()["analysis.stats.segregation.dissimilarity"]
    assert told.text == "Dissimilarity index of two groups over schools."
    assert list(told.sections) == ["Parameters", "Returns", "Raises", "Notes"]
    assert told.has_formula
    assert told.file == "src/analysis/stats/segregation.py"
    assert told.signature.startswith("dissimilarity(")
    assert told.anchor == "function-stats-segregation-dissimilarity"


def test_every_formula_of_the_project_can_be_drawn() -> None:
    told = "\n\n".join(one.text + "\n\n" + "\n\n".join(one.sections.values()) for one in documented().values())
    formulas = re.findall(r":math:`([^`]+)`", told)
    assert len(formulas) > 20
    assert [tex for tex in formulas if not formula(tex).startswith("<svg")] == []


def test_a_formula_is_read_aloud_as_tex_and_takes_the_colour_of_the_text() -> None:
    drawn = formula(r"a < \frac{1}{2}")
    assert 'aria-label="a &lt; \\frac{1}{2}"' in drawn
    assert "fill" not in drawn


def test_what_cannot_be_drawn_is_shown_as_it_is() -> None:
    assert formula(r"\nonsense{x}") == Markup('<code class="formula">\\nonsense{x}</code>')


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
