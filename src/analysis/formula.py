"""The language of formulas: which words a formula may hold, and what a single factor of it is.

A formula is text from a params file, and text must not run code. So it is parsed as a syntax tree, and every node that
is not on a short list is refused by its name, before formulaic reads it. What a factor is worth is computed from its
tree, without evaluating text; formulaic is asked only which terms there are and how categories are coded in them. The
parameters are checked by this module too, before anything that computes is loaded.
"""

from __future__ import annotations

import ast
import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from analysis.errors import InputError, nearest

FUNCTIONS = ("log", "log1p", "log2", "log10", "exp", "sqrt", "abs")
LONGEST = 1_000
MOST_TERMS = 500
LARGEST = 1e100
CATEGORY, NUMBER = "C", "I"
STATEFUL = ("bs", "cs", "cr", "cc", "poly", "scale", "center", "standardize", "lag", "hashed", "basis_spline")
CONTRASTS = ("contr", "Treatment", "Sum", "Helmert", "Poly", "Diff")

_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)
_OFFERED = f"variables, numbers, + - * / ** : ( ), C(a category), I(a number), {', '.join(FUNCTIONS)}"
# The interaction is no operator of Python; this one is, and binds at least as tightly as any other sign but **.
_INTERACTION = "@"
# What Python and formulaic would read in two ways, or one of them not at all.
_SIGNS = (
    ("@", "an operator"),
    ("`", "a quoted name"),
    ("~", "a left-hand side"),
    ("|", "parts"),
    ("#", "a comment"),
    ("\\", "a backslash"),
)


def check_formula(formula: str) -> str:
    """Return the formula if it holds nothing but variables, numbers, operators and the functions that are offered.

    Parameters
    ----------
    formula
        Right-hand side: terms with ``+ - : * / **`` and brackets; within ``I()``, ``{}`` or a function, arithmetic.

    Raises
    ------
    InputError
        It cannot be parsed, or holds something else, which the message names.
    """
    tree = _parsed(formula)
    _check_terms(tree, formula)
    if any(name.startswith("_") for name in _names(tree)):
        raise _refused("holds a name of Python's own", formula)
    if _terms(tree) > MOST_TERMS:
        raise _refused(f"stands for more than {MOST_TERMS} terms", formula)
    return formula


def variables(formula: str) -> frozenset[str]:
    """Return the names of the variables in a formula, checked as by `check_formula`."""
    tree = _parsed(formula)
    _check_terms(tree, formula)
    return frozenset(_names(tree))


@dataclass(frozen=True)
class Factor:
    """One factor of a term, such as ``log(capacity)``, ``C(concept)`` or ``distance_km``.

    Parameters
    ----------
    text : As it stands in the names of terms.
    tree : Its syntax.
    """

    text: str
    tree: ast.expr

    @classmethod
    def of(cls, text: str) -> Factor:
        """Parse a factor, which may hold arithmetic."""
        tree = _parsed(text)
        if not _is_category(tree):
            _check_number(tree, text)
        return cls(text, tree)

    @property
    def category(self) -> str | None:
        """The variable whose values are categories here because of ``C()``; None for any other factor."""
        return self.tree.args[0].id if _is_category(self.tree) else None  # type: ignore[attr-defined]

    @property
    def name(self) -> str | None:
        """The variable, where the factor is a variable as it is."""
        return self.tree.id if isinstance(self.tree, ast.Name) else None

    @cached_property
    def variables(self) -> frozenset[str]:
        """The variables in it."""
        return frozenset(_names(self.tree))


def _parsed(formula: str) -> ast.expr:
    text = " ".join(formula.split())
    if len(text) > LONGEST:
        raise _refused(f"has {len(text):,} characters, which is more than {LONGEST:,}", text[:80])
    for sign, meaning in _SIGNS:
        if sign in text:
            raise _refused(f"holds {meaning} ({sign})", formula)
    foreign = next((sign for sign in text if not (sign.isascii() and sign.isprintable())), None)
    if foreign:
        raise _refused(f"holds {foreign!a}, a sign that looks like another one or like none", formula)
    try:
        return ast.parse(text.replace(":", _INTERACTION), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _refused("cannot be evaluated: it is not a sum of terms", formula) from error


def _check_terms(node: ast.expr, formula: str) -> None:
    """Check the level of the formula, on which signs combine terms."""
    if isinstance(node, ast.BinOp):
        _check_operator(node, formula)
        sides = [node.left] if isinstance(node.op, ast.Pow) else [node.left, node.right]
        for side in sides:
            if not (isinstance(node.op, ast.Add | ast.Sub) and _is_constant(side)):
                _check_terms(side, formula)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        if not _is_constant(node.operand):
            raise _refused("takes away a term that it has not", formula)
    elif isinstance(node, ast.Set) and len(node.elts) == 1:
        _check_number(node.elts[0], formula)
    elif isinstance(node, ast.Constant):
        raise _refused(f"holds {node.value!r} as a term", formula, hint="write arithmetic within I()")
    elif not isinstance(node, ast.Name) and not _is_category(node):
        _check_number(node, formula)


def _check_operator(node: ast.BinOp, formula: str) -> None:
    if isinstance(node.op, ast.Pow):
        if not isinstance(node.left, ast.BinOp) or not _is_order(node.right):
            hint = "write I(x**2) for the square of a variable"
            raise _refused("raises a term to a power, which in a formula is the term itself", formula, hint=hint)
    elif not isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.MatMult | ast.Div):
        raise _refused(f"holds {_called(node.op)}", formula)


def _check_number(node: ast.expr, formula: str) -> None:
    """Check the level below, on which signs are arithmetic."""
    if isinstance(node, ast.Name):
        return
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        if not abs(_number(node)) <= LARGEST:
            raise _refused("holds a number that is too large", formula)
        return
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and not _is_small_power(node):
        hint = "such as I(x**2): a variable, and a number up to 9"
        raise _refused("raises to a power that could have no end", formula, hint=hint)
    if isinstance(node, ast.BinOp) and isinstance(node.op, _ARITHMETIC):
        _check_number(node.left, formula)
        _check_number(node.right, formula)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        if isinstance(node.operand, ast.UnaryOp):
            raise _refused("holds two signs in a row", formula)
        _check_number(node.operand, formula)
    elif isinstance(node, ast.Call):
        _check_number(_argument(node, formula), formula)
    else:
        raise _refused(f"holds {_called(node)}", formula)


def _argument(node: ast.Call, formula: str) -> ast.expr:
    """Return the one argument of a function that is offered."""
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name in STATEFUL:
        problem = f"holds {name}(), which is made of all values that it sees: of other schools it would be another term"
        raise _refused(problem, formula, hint="make the variable in the data")
    if name in CONTRASTS:
        raise _refused(f"holds {name}, a coding of categories", formula, hint="the first category is the reference")
    if name == CATEGORY:
        problem = "asks for a coding of C(), or for C() of something else than a variable"
        raise _refused(problem, formula, hint="write C(name); the first category is the reference")
    if name not in (*FUNCTIONS, NUMBER):
        called = f"the function {name!r}" if name else _called(node.func)
        raise _refused(f"holds {called}", formula, hint=nearest(name, FUNCTIONS))
    if len(node.args) != 1 or node.keywords:
        raise _refused(f"gives {name}() not just one argument", formula)
    return node.args[0]


def _is_category(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == CATEGORY
        and len(node.args) == 1
        and isinstance(node.args[0], ast.Name)
        and not node.keywords
    )


def _is_constant(node: ast.expr) -> bool:
    """Tell whether a term is the constant or its absence, which a choice set does not notice."""
    return isinstance(node, ast.Constant) and type(node.value) is int and node.value in (0, 1)


def _is_small_power(node: ast.BinOp) -> bool:
    power = node.right.operand if isinstance(node.right, ast.UnaryOp) else node.right
    number = isinstance(power, ast.Constant) and type(power.value) in (int, float)
    return number and abs(_number(power)) <= 9 and bool(_names(node.left))


def _number(node: ast.expr) -> float:
    value: Any = node.value  # type: ignore[attr-defined]  # its type was looked at
    return value if abs(value) <= LARGEST else math.inf


def _terms(node: ast.expr) -> float:
    """Return how many terms a formula stands for, at most."""
    if not isinstance(node, ast.BinOp):
        return 1
    if isinstance(node.op, ast.Pow) and isinstance(node.right, ast.Constant):
        return math.pow(_terms(node.left), float(str(node.right.value)))
    left, right = _terms(node.left), _terms(node.right)
    crossed = left * right if isinstance(node.op, ast.Mult | ast.MatMult | ast.Div) else 0
    return crossed + (left + right if not isinstance(node.op, ast.MatMult) else 0)


def _is_order(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int and 1 <= node.value <= 9


def _names(node: ast.expr) -> list[str]:
    functions = {id(call.func) for call in ast.walk(node) if isinstance(call, ast.Call)}
    return [each.id for each in ast.walk(node) if isinstance(each, ast.Name) and id(each) not in functions]


def _called(node: ast.AST) -> str:
    """Name a kind of node in the words of Python, such as Attribute, Subscript or Lambda."""
    return f"what is not offered: {type(node).__name__}"


def _refused(problem: str, formula: str, hint: str | None = None) -> InputError:
    return InputError("formula", problem, given=formula, allowed=_OFFERED, hint=hint)
