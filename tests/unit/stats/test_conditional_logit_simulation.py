import numpy as np
import pandas as pd
import pytest
from pooled_choice import probabilities

from analysis.errors import InputError
from analysis.stats.conditional_logit import ChoiceDesign
from analysis.stats.conditional_logit.simulation import Draw, Seats, drawn, stacked, utilities

KM = np.array([[1.0, 2.0, 4.0], [3.0, 0.5, 1.0]])
DESIGN = ChoiceDesign.plain({"km": KM, "log_km": np.log(KM)}, pd.DataFrame({"rk": [0.0, 1.0, 0.0]}, index=list("abc")))
B = pd.Series({"km": -0.5, "log_km": -1.0, "rk": 0.7})


def shares():
    return probabilities(B, DESIGN.rows()).to_numpy().reshape(2, 3)


def draw(pairs, seats, utility, alternatives, uniform):
    return drawn(pairs, [Draw(seats, utility, alternatives, uniform)])[0]


def expected(pairs, seats, utility, alternatives):
    return draw(pairs, seats, utility, alternatives, np.zeros(len(seats.order))).expected


def at(rows, kinds=None):
    return Seats.of(np.array(rows), np.zeros(len(rows), dtype=np.intp) if kinds is None else np.array(kinds))


def test_expected_numbers_are_the_sums_of_the_probabilities():
    utility = utilities(DESIGN, B.to_numpy()[None])
    numbers = expected(DESIGN.pairs, at([0, 1, 1]), utility.pair, utility.alternative[None])
    assert numbers[0, 0] == pytest.approx(shares()[0] + 2 * shares()[1])


def test_groups_have_coefficients_of_their_own():
    utility = utilities(DESIGN, np.array([B.to_numpy(), np.zeros(3)]))
    numbers = expected(DESIGN.pairs, at([0, 0], [0, 1]), utility.pair, utility.alternative[None])
    assert numbers[0] == pytest.approx(np.array([shares()[0], np.full(3, 1 / 3)]))


def test_a_choice_is_where_the_running_sum_of_the_probabilities_passes_the_number():
    utility = utilities(DESIGN, B.to_numpy()[None])
    below = shares()[1].cumsum()
    uniform = np.array([below[0] - 1e-9, below[0] + 1e-9, below[1] + 1e-9, 0.0, 1.0])
    chosen = draw(DESIGN.pairs, at([1] * 5), utility.pair, utility.alternative[None], uniform).chosen
    assert chosen.tolist() == [[0, 1, 2, 0, 2]]


def test_choices_come_back_in_the_order_of_the_choosers_and_as_often_as_they_are_probable():
    utility, rng = utilities(DESIGN, B.to_numpy()[None]), np.random.default_rng(1)
    rows = rng.integers(0, 2, 40_000)
    luck = rng.random(len(rows))
    chosen = draw(DESIGN.pairs, at(rows), utility.pair, utility.alternative[None], luck).chosen
    for row in (0, 1):
        often = np.bincount(chosen[0, rows == row], minlength=3) / (rows == row).sum()
        assert often == pytest.approx(shares()[row], abs=4 * np.sqrt(0.25 / 20_000))


def test_worlds_differ_in_what_alternatives_are_worth_and_nobody_goes_where_it_is_impossible():
    utility = utilities(DESIGN, B.to_numpy()[None])
    closed = utility.alternative.copy()
    closed[0, 1] = -1e6
    worlds = np.stack([utility.alternative, closed])
    numbers = expected(DESIGN.pairs, at([0]), utility.pair, worlds)
    rest = shares()[0, [0, 2]]
    assert numbers[0, 0] == pytest.approx(shares()[0])
    assert numbers[1, 0].tolist() == pytest.approx([rest[0] / rest.sum(), 0, rest[1] / rest.sum()])


def test_a_design_without_functions_of_pairs_is_refused():
    with pytest.raises(InputError, match="at least one function of the pairs"):
        stacked({})
