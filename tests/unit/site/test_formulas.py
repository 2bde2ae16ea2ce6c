"""Formulas: TeX in, MathML out, and nothing of TeX left."""

from __future__ import annotations

import re

import pytest

from analysis.errors import InputError
from analysis.site.docstrings import PACKAGE, documented
from analysis.site.formulas import formula, with_formulas


def inside(tex: str) -> str:
    """Return what a formula's element holds."""
    return re.sub(r"^<math[^>]*>|</math>$", "", formula(tex))


def test_letters_are_variables_digits_numbers_and_the_rest_signs() -> None:
    assert inside("2 x < 10") == "<mrow><mn>2</mn><mi>x</mi><mo>&lt;</mo><mn>10</mn></mrow>"
    assert inside(r"\Lambda") == "<mi>Λ</mi>"


def test_scripts_stand_below_and_above_what_they_belong_to() -> None:
    assert inside("x_i") == "<msub><mi>x</mi><mi>i</mi></msub>"
    assert inside("x^2_{ij}") == "<msubsup><mi>x</mi><mrow><mi>i</mi><mi>j</mi></mrow><mn>2</mn></msubsup>"
    assert inside("x_i'") == '<mrow><msub><mi>x</mi><mi>i</mi></msub><mo lspace="0" rspace="0">′</mo></mrow>'
    assert inside("{}_aP") == "<mrow><msub><mrow></mrow><mi>a</mi></msub><mi>P</mi></mrow>"


def test_a_sum_has_its_limits_and_a_fraction_its_parts() -> None:
    assert inside(r"\sum_j a").startswith("<mrow><munder><mo movablelimits")
    assert inside(r"\frac{a}{b}") == "<mfrac><mi>a</mi><mi>b</mi></mfrac>"
    assert "<mfrac><mn>1</mn><mn>2</mn></mfrac>" in inside(r"\tfrac12 x")
    assert inside(r"\sqrt{x}") == "<msqrt><mi>x</mi></msqrt>"


def test_a_minus_with_nothing_before_it_is_a_sign() -> None:
    assert inside("-a").startswith('<mrow><mo form="prefix">−</mo>')
    assert inside("a - b") == "<mrow><mi>a</mi><mo>−</mo><mi>b</mi></mrow>"
    assert inside("|a| - b").count("prefix") == 0
    assert inside(r"\Lambda(-a)").count("prefix") == 1


def test_words_keep_their_spaces() -> None:
    assert inside(r"\text{share at risk}") == "<mtext>share at risk</mtext>"


@pytest.mark.parametrize("tex", [r"\nonsense{x}", r"\frac{a}", "{a", "a}", "a @ b", r"\text x"])
def test_what_is_not_known_is_refused(tex: str) -> None:
    with pytest.raises(InputError, match="a formula"):
        formula(tex)


def test_no_formula_of_the_project_is_refused_or_keeps_a_backslash() -> None:
    texts = ["\n".join([one.text, *one.sections.values()]) for one in documented().values()]
    found = [tex for text in texts for tex in re.findall(r":math:`([^`]+)`|\.\. math::((?:.+\n?)+)", text)]
    manual = (PACKAGE.parents[1] / "docs" / "methods.md").read_text("utf8")
    every = [*(inline or shown for inline, shown in found), *re.findall(r"\$([^$]+)\$", manual)]
    assert len(every) > 100
    assert [tex for tex in every if "\\" in formula(tex.strip())] == []


def test_the_text_around_a_formula_is_escaped() -> None:
    assert with_formulas("a <b> $x$").startswith("a &lt;b&gt; <math")
