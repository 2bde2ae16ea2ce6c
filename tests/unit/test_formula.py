"""The language of formulas: a short list of what may stand in one, and a message that names anything else."""

import numpy as np
import pytest
from pydantic import ValidationError

from analysis.chapters.choice_by_municipality.parameters import ChoiceByMunicipalityBlock
from analysis.chapters.school_choice.parameters import SchoolChoiceBlock
from analysis.errors import InputError
from analysis.formula import FUNCTIONS, Factor, check_formula, variables
from analysis.stats.conditional_logit import factors


@pytest.mark.parametrize(
    ("formula", "names"),
    [
        ("distance_km + log_distance + C(concept) + log(capacity)", "distance_km log_distance concept capacity"),
        ("{km**2} + I(km * (1 - share)) : C(kind)", "km share kind"),
        ("(a + b)**2 - a:b", "a b"),
        ("0 + a*b/c - 1", "a b c"),
        ("log(km + 0.1) - 1 +\n  sqrt(-km / 2e3)", "km"),
    ],
)
def test_a_formula_of_variables_numbers_operators_and_offered_functions_is_read(formula, names):
    assert check_formula(formula) == formula
    assert variables(formula) == set(names.split())


@pytest.mark.parametrize(
    ("formula", "problem"),
    [
        ("km + __import__('os').system('true')", "Attribute"),
        ("km.real", "Attribute"),
        ("log(km.real)", "Attribute"),
        ("km[0]", "Subscript"),
        ("log(km[0])", "Subscript"),
        ("I((lambda x: x)(km))", "not a sum of terms"),
        ("[k for k in km]", "ListComp"),
        ("I({k for k in km})", "SetComp"),
        ("{a, b}", "Set"),
        ("(km := 3)", "not a sum of terms"),
        ("f'{km}'", "JoinedStr"),
        ("'km'", "holds 'km' as a term"),
        ("I('km')", "Constant"),
        ("I(True)", "Constant"),
        ("a if b else c", "IfExp"),
        ("I(a < b)", "Compare"),
        ("a and b", "BoolOp"),
        ("a % b", "Mod"),
        ("a @ b", "an operator"),
        ("a | b", "parts"),
        ("y ~ a", "a left-hand side"),
        ("`a b`", "a quoted name"),
        ("eval(a)", "the function 'eval'"),
        ("np.log(a)", "Attribute"),
        ("log(a)(b)", "Call"),
        ("log(a, b)", "not just one argument"),
        ("log(*a)", "Starred"),
        ("log(x=a)", "not just one argument"),
        ("2*a", "holds 2 as a term"),
        ("a + ", "not a sum of terms"),
        ("-a", "takes away a term"),
        ("+".join(["a"] * 600), "characters"),
        ("(" * 400 + "a" + ")" * 400, "cannot be evaluated"),
    ],
)
def test_anything_else_is_refused_by_its_name(formula, problem):
    with pytest.raises(InputError, match="formula: ") as refused:
        check_formula(formula)
    assert problem in str(refused.value)


@pytest.mark.parametrize("name", ["bs", "cr", "poly", "scale", "center", "standardize", "lag", "hashed"])
def test_what_is_made_of_all_values_that_it_sees_is_refused_and_says_so(name):
    """The mean, the knots or the basis would be others in another world, or in a fold."""
    with pytest.raises(InputError, match=rf"holds {name}\(\), which is made of all values that it sees"):
        check_formula(f"km + {name}(share)")


@pytest.mark.parametrize(
    "formula", ["C(kind, contr.treatment('b'))", "C(kind, levels=[1])", "C(log(kind))", "log(C(kind))", "C(kind, Sum)"]
)
def test_a_coding_of_ones_own_is_refused(formula):
    with pytest.raises(InputError, match=r"asks for a coding of C\(\)"):
        check_formula(formula)


def test_a_variable_to_a_power_is_no_square_and_is_refused():
    """In the language of formulas km**2 is km: (a + b)**2 is a + b + a:b."""
    with pytest.raises(InputError, match="the term itself") as refused:
        check_formula("km + km**2")
    assert "I(x**2)" in str(refused.value)


def test_a_factor_is_computed_from_its_tree():
    km = np.array([1.0, 4.0])
    assert factors.computed(Factor.of("I(-sqrt(km) * 2 + km ** 2 / 4)"), {"km": km}).tolist() == [-1.75, 0.0]
    assert factors.computed(Factor.of("log(km)"), {"km": np.array([0.0])}).tolist() == [-np.inf]
    assert (Factor.of("C(kind)").category, Factor.of("kind").category, Factor.of("kind").name) == ("kind", None, "kind")
    assert set(factors.FUNCTIONS) == set(FUNCTIONS)


@pytest.mark.parametrize("block", [SchoolChoiceBlock, ChoiceByMunicipalityBlock])
def test_a_formula_of_the_parameters_is_checked_before_the_run(block):
    assert block(formula="distance_km + C(denomination)").formula == "distance_km + C(denomination)"
    with pytest.raises(ValidationError, match=r"the formula holds bs\(\), which is made of all values"):
        block(formula="distance_km + bs(distance_km, df=3)")
