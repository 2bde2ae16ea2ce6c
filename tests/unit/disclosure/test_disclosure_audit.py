import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from analysis.disclosure.audit import Equation, exposed

INF = np.inf


def found(low, high, equations, needed):
    return exposed(np.array(low, dtype=float), np.array(high, dtype=float), equations, needed)


def test_one_unknown_follows_from_its_total():
    # x + 30 = 34
    assert found([0, 30], [INF, 30], [Equation((0, 1), (1, 1), 34)], {0: 5}) == {0: (4.0, 4.0)}


def test_two_unknowns_hide_in_their_sum_when_it_is_large_enough():
    sums = [Equation((0, 1), (1, 1), 9)]
    assert found([1, 1], [INF, INF], sums, {0: 7}) == {}  # 1 to 8
    assert found([1, 1], [INF, INF], sums, {0: 8}) == {0: (1.0, 8.0)}


def test_a_published_number_that_is_rounded_hides_too():
    # x + [28, 32] = [33, 37]: 1 to 9
    sums = [Equation((0, 1, 2), (1, 1, -1))]
    assert found([0, 28, 33], [INF, 32, 37], sums, {0: 8}) == {}
    assert found([0, 28, 33], [INF, 32, 37], sums, {0: 9}) == {0: (1.0, 9.0)}


def test_what_no_single_total_tells_several_tell_together():
    # a b | 10    every row and column has two unknowns, and c counts what is left: a = b = c = d = 5
    # c d | 10    only together with a + d = 10 and b + c = 10 and a - b = 0
    sums = [
        Equation((0, 1), (1, 1), 10),
        Equation((2, 3), (1, 1), 10),
        Equation((0, 2), (1, 1), 10),
        Equation((0, 3), (1, -1), 0),
        Equation((0, 1), (1, -1), 0),
    ]
    assert found([0] * 4, [INF] * 4, sums, dict.fromkeys(range(4), 1)) == dict.fromkeys(range(4), (5.0, 5.0))


def test_sums_that_contradict_each_other_tell_nothing():
    sums = [Equation((0, 1), (1, 1), 5), Equation((0, 1), (1, 1), 6)]
    assert found([0, 0], [INF, INF], sums, {0: 5}) == {}


def test_a_number_told_elsewhere_is_known_without_any_sum():
    assert found([13], [17], [], {0: 5}) == {0: (13, 17)}


@st.composite
def tables(draw):
    """Cells of a table of two by three to four by four, which of them are withheld, and its totals."""
    rows, columns = draw(st.integers(2, 4)), draw(st.integers(3, 4))
    cells = draw(st.lists(st.integers(0, 30), min_size=rows * columns, max_size=rows * columns))
    withheld = draw(st.lists(st.booleans(), min_size=len(cells), max_size=len(cells)))
    return np.array(cells, dtype=float).reshape(rows, columns), np.array(withheld).reshape(rows, columns)


def margins(n):
    places = np.arange(n.size).reshape(n.shape)
    lines = [*places, *places.T]
    return [Equation(tuple(map(int, line)), (1.0,) * len(line), float(n.ravel()[line].sum())) for line in lines]


@settings(max_examples=60, deadline=None)
@given(tables())
def test_the_bounds_are_those_of_another_solver(drawn):
    n, withheld = drawn
    sums, unknown = margins(n), withheld.ravel()
    low, high = np.where(unknown, 0.0, n.ravel()), np.where(unknown, 1e6, n.ravel())
    told = exposed(low, high, sums, dict.fromkeys(map(int, np.flatnonzero(unknown)), 1e7))
    matrix = np.zeros((len(sums), n.size))
    for row, equation in enumerate(sums):
        matrix[row, list(equation.cells)] = equation.factors
    limits = LinearConstraint(matrix, [e.total for e in sums], [e.total for e in sums])
    for cell, (least, most) in told.items():
        goal = np.eye(n.size)[cell]
        ends = [sign * milp(sign * goal, constraints=limits, bounds=Bounds(low, high)).fun for sign in (1, -1)]
        assert (least, most) == pytest.approx(ends, abs=1e-6)
