import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.stats.allocation import nearest_first
from analysis.stats.conditional_logit import ChoiceDesign, design_from_formula, fit_factored, pairs
from analysis.stats.conditional_logit.constants import ConstantsLikelihood
from analysis.stats.conditional_logit.pairs import ByRows, at, beside, blocks, made, of_columns, of_rows, standardised
from analysis.stats.conditional_logit.passes import half_angles
from analysis.stats.conditional_logit.simulation import Draw, Seats, drawn, utilities
from analysis.stats.geography import EARTH_RADIUS_KM, great_circle_km

N, J = 60, 7
BUDGETS = st.integers(0, 8 * N * J)
KM = np.random.default_rng(1).uniform(0.1, 5.0, (N, J)).round(1)  # with schools at one distance
SCHOOLS = pd.DataFrame({"share": np.linspace(0.1, 0.9, J), "kind": list("abababa")}, pd.Index(list("stuvwxy")))
HOMES = pd.DataFrame({"laag": np.arange(N) % 3 == 0, "number": np.arange(N) / N})
FORMULA = "km + log(km) + C(near) + share + km:share + kind + share:number"


def matrix(values):
    return made(values.shape, lambda rows: values[rows])


def within(number, of):
    """Compute within a budget."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairs, "BUDGET", number)
        return of()


def fitted():
    variables = {"km": matrix(KM), "near": matrix((KM < 1.0).astype(float))}
    design = design_from_formula(FORMULA, variables, SCHOOLS, HOMES)
    index = pd.MultiIndex.from_arrays([range(N), SCHOOLS.index[np.random.default_rng(2).integers(0, J, N)]])
    cluster = pd.Series(np.arange(N) % 20, HOMES.index)
    result = fit_factored(design, pd.Series(1.0, index), grouped=True, cluster=cluster)
    return result.params, result.covariance_cluster, result.loglik


WHOLE = fitted()


@given(BUDGETS)
@settings(max_examples=15, deadline=None)
def test_an_estimate_is_the_same_whatever_is_in_memory_at_once(number):
    for whole, part in zip(WHOLE, within(number, fitted), strict=True):
        np.testing.assert_allclose(part, whole, rtol=1e-10, atol=1e-10)


@given(BUDGETS, st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_parts_of_a_matrix_are_those_of_the_whole(number, seed):
    rng = np.random.default_rng(seed)
    rows, columns = rng.random(N) < 0.5, rng.permutation(J)[:4]
    some, places = rng.integers(0, N, 30), rng.integers(0, J, 30)

    def parts():
        values = matrix(KM)
        joined = beside(of_columns(of_rows(values, rows), columns), of_rows(values, np.flatnonzero(rows)))
        z, scale = standardised(values)
        walked = [np.vstack([each[block] for block in blocks(each.shape)]) for each in (joined, z) if len(each)]
        return [*walked, scale, at(values, some, places), nearest_first(values, 3)]

    whole, again = parts(), within(number, parts)
    for one, other in zip(whole, again, strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-12)
    assert (whole[-1] == np.argsort(KM, axis=1, kind="stable")[:, :3]).all()


@given(BUDGETS)
@settings(max_examples=10, deadline=None)
def test_the_likelihood_with_constants_is_the_same(number):
    counts = np.random.default_rng(3).integers(0, 4, (N, J)).astype(float)
    b = np.linspace(-0.5, 0.5, J)

    def numbers():
        likelihood = ConstantsLikelihood(["km"], [matrix(KM)], matrix(counts))
        point = likelihood.at(b)
        return point.loglik, point.score, point.information, likelihood.scores(b), likelihood.longest

    for whole, part in zip(numbers(), within(number, numbers), strict=True):
        np.testing.assert_allclose(part, whole, rtol=1e-10, atol=1e-10)


@given(BUDGETS)
@settings(max_examples=10, deadline=None)
def test_the_very_same_choices_are_drawn(number):
    rng = np.random.default_rng(4)
    rows, kinds, luck = rng.integers(0, N, 200), np.zeros(200, dtype=np.intp), rng.random(200)

    def choices():
        design = ChoiceDesign.plain({"km": matrix(KM)}, SCHOOLS[["share"]])
        utility = utilities(design, np.array([[-1.0, 2.0]]))
        each = drawn(design.pairs, [Draw(Seats.of(rows, kinds), utility.pair, utility.alternative[None], luck)])[0]
        return each.chosen, each.expected

    whole, part = choices(), within(number, choices)
    assert (whole[0] == part[0]).all()
    assert (whole[1] == part[1]).all()


def test_what_does_not_fit_is_made_for_some_rows(monkeypatch):
    monkeypatch.setattr(pairs, "BUDGET", 8 * J * 10)
    values = matrix(KM)
    assert isinstance(values, ByRows)
    assert [block.stop - block.start for block in blocks(values.shape)] == [10] * 6
    assert isinstance(of_rows(values, np.arange(10)), np.ndarray)


@pytest.mark.parametrize("by", [0.0, 1e-6, 0.1, 30.0, 150.0])
def test_distances_are_those_of_the_haversine_near_and_far(by):
    rng = np.random.default_rng(5)
    homes, schools = (rng.uniform([52.25, 4.85 + east], [52.35, 4.95 + east], (40, 2)) for east in (0.0, by))
    schools[0] = homes[0]
    expected = great_circle_km(homes[:, :1], homes[:, 1:], schools[:, 0], schools[:, 1])
    points = [np.column_stack([np.radians(each[:, 0]), each[:, 1]]) for each in (homes, schools)]
    km = 2 * EARTH_RADIUS_KM * half_angles(*points)
    np.testing.assert_allclose(km, expected, rtol=4e-15)
    assert km[0, 0] == 0.0
