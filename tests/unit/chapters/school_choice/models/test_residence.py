from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.chapters.school_choice.models.residence import contributions, residence_and_choice, shapley
from analysis.chapters.school_choice.models.worlds import FACTORS


def worlds(**values):
    """The index by the factors that are as they are, named by their first letters."""
    letters = {factor[0]: factor for factor in FACTORS}
    return {
        frozenset(letters[letter] for letter in name.strip("_")): np.array([value]) for name, value in values.items()
    }


# Chance .1; homes alone .3, tastes alone .2, both .6; distance changes nothing.
GAME = worlds(_=0.1, r=0.3, d=0.1, t=0.2, rd=0.3, rt=0.6, dt=0.2, rdt=0.6)


def items(arrays):
    return {factor: each.item() for factor, each in arrays.items()}


def test_what_a_factor_adds_depends_on_what_came_before():
    # Homes first: .3 - .1; then tastes: .6 - .3. Tastes first: .2 - .1; then homes: .6 - .2.
    assert items(contributions(GAME, FACTORS)) == pytest.approx({"residence": 0.2, "distance": 0.0, "tastes": 0.3})
    assert items(contributions(GAME, FACTORS[::-1])) == pytest.approx(
        {"residence": 0.4, "distance": 0.0, "tastes": 0.1}
    )


def test_shapley_is_the_mean_over_all_orders():
    # Distance adds nothing anywhere, so residence is half (.2 + .4) and tastes half (.3 + .1).
    assert items(shapley(GAME, FACTORS)) == pytest.approx({"residence": 0.3, "distance": 0.0, "tastes": 0.2})


@given(arrays(float, 8, elements=st.floats(0, 1)))
def test_all_orders_add_up_to_the_same(values):
    game = worlds(**dict(zip(("_", "r", "d", "t", "rd", "rt", "dt", "rdt"), values, strict=True)))
    whole = values[7] - values[0]
    for added in (contributions(game, FACTORS), contributions(game, FACTORS[::-1]), shapley(game, FACTORS)):
        assert sum(items(added).values()) == pytest.approx(whole, abs=1e-12)


def drawn(measure="dissimilarity"):
    noise = np.array([-0.01, 0.01])[:, None]
    return SimpleNamespace(
        measures=[("hoog_laag", measure)], indices={name: each + noise for name, each in GAME.items()}
    )


def test_the_table_has_both_orders_and_their_average_and_adds_up_to_the_models(village):
    table = residence_and_choice(village, drawn())
    assert len(table) == 3 * 4
    for _, rows in table.groupby("order"):
        assert rows["estimate"].sum() == pytest.approx(0.6)
        assert rows["share"].sum() == pytest.approx(1)
    first = table[table["order"] == "residence first"].set_index("factor")
    assert first.loc["residence", ["estimate", "share"]].tolist() == pytest.approx([0.2, 0.4])
    assert first.loc["chance", "std_error"] == pytest.approx(np.std([-0.01, 0.01], ddof=1))
    assert (first["n_obs"] == 600).all()


def test_of_one_group_only_the_homes_can_differ(village):
    table = residence_and_choice(village.of("hoog_none"), drawn())
    rows = table[table["order"] == "Shapley"].set_index("factor")
    assert rows["estimate"].to_dict() == pytest.approx({"chance": 0.2, "residence": 0.4})
