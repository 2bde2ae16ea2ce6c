"""The conditional logit on factors: the same answers as on rows, from the same numbers kept apart."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import InputError, ModelError
from analysis.stats.conditional_logit import ChoiceDesign, factored, fit, fit_factored, passes
from analysis.stats.conditional_logit.input import chosen_pairs

few = settings(max_examples=15, deadline=None)


def world(seed, choosers=200, schools=8, columns=2, pairs=1):
    """Choosers who maximise minus half a kilometre and a taste for each column, plus a Gumbel draw."""
    rng = np.random.default_rng(seed)
    km = {f"km{p}": rng.uniform(0, 10, (choosers, schools)) for p in range(pairs)}
    x = pd.DataFrame(rng.normal(size=(schools, columns)), columns=[f"x{k}" for k in range(columns)])
    utility = -0.5 * sum(km.values()) + x.sum(axis=1).to_numpy() * 0.4 + rng.gumbel(size=(choosers, schools))
    return ChoiceDesign.plain(km, x), chosen(utility.argmax(axis=1))


def chosen(alternatives, weight=1.0):
    return pd.Series(weight, index=pd.MultiIndex.from_arrays([np.arange(len(alternatives)), alternatives]))


def agree(one, other):
    np.testing.assert_allclose(one.params, other.params, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(one.covariance, other.covariance, rtol=1e-7, atol=1e-12)
    assert one.loglik == pytest.approx(other.loglik, rel=1e-12)
    assert one.loglik_null == pytest.approx(other.loglik_null, rel=1e-12)
    assert (one.n_obs, one.n_situations, one.n_alternatives) == (other.n_obs, other.n_situations, other.n_alternatives)
    assert one.n_uninformative == other.n_uninformative
    if other.covariance_cluster is not None:
        np.testing.assert_allclose(one.covariance_cluster, other.covariance_cluster, rtol=1e-7, atol=1e-12)
        assert one.n_clusters == other.n_clusters


def moments_in_numpy(pairs, shift, columns, types, weights, pair_coefficients, utility, keep):
    """The moments of `passes.block_moments` in plain numpy, of the symmetric matrices the lower triangle."""
    shifted = pairs - shift[:, None, None]
    u = utility[types] + np.einsum("ip,pij->ij", pair_coefficients[types], shifted)
    top = u.max(axis=1, keepdims=True)
    e = np.exp(u - top)
    total = e.sum(axis=1, keepdims=True)
    p = e / total
    expected = np.hstack([np.einsum("ij,pij->ip", p, shifted), p @ columns.T])
    weighted = p * weights[:, None]
    member = np.equal.outer(np.arange(len(utility)), types).astype(np.float64)
    return (
        float(weights @ (top + np.log(total))[:, 0]),
        (member * weights) @ expected,
        np.tril(np.einsum("ti,ij,pij,qij->tpq", member, weighted, shifted, shifted, optimize=True)),
        np.einsum("ti,ij,pij->tpj", member, weighted, shifted, optimize=True),
        member @ weighted,
        np.tril(np.einsum("ti,ia,ib->tab", member * weights, expected, expected, optimize=True)),
        expected if keep else expected[:0],
    )


@few
@given(seed=st.integers(0, 1000), columns=st.integers(0, 3), pairs=st.integers(0, 2))
def test_factors_and_rows_give_the_same_estimates(seed, columns, pairs):
    if columns + pairs == 0:
        return
    design, choices = world(seed, columns=max(columns, 1), pairs=max(pairs, 1))
    cluster = pd.Series(np.arange(200) // 4)
    agree(fit_factored(design, choices, cluster=cluster), fit(design.rows(), choices, cluster=cluster))


def test_types_see_the_attributes_in_their_own_way():
    """Terms km, x0 for type 0 and x0 for type 1: base functions (km, x0) by two maps."""
    plain, choices = world(3, columns=1)
    types = np.arange(200) % 2
    maps = np.array([[[1, 0, 0], [0, 1, 0]], [[1, 0, 0], [0, 0, 1]]], dtype=float)
    design = ChoiceDesign(
        plain.situations, plain.alternatives, plain.pairs, plain.columns, types, maps, ["km", "x0_of_0", "x0_of_1"]
    )
    rows = design.rows()
    assert rows.loc[0, "x0_of_1"].eq(0).all()
    assert rows.loc[1, "x0_of_0"].eq(0).all()
    agree(fit_factored(design, choices), fit(rows, choices))


def test_many_choosers_may_share_a_situation():
    design, _ = world(5, choosers=6)
    index = pd.MultiIndex.from_product([range(6), range(8)])
    counts = pd.Series(np.random.default_rng(5).integers(1, 9, 48), index=index)
    agree(fit_factored(design, counts, grouped=True), fit(design.rows(), counts, grouped=True))


@pytest.mark.parametrize(("pairs", "columns", "types"), [(1, 3, 1), (2, 2, 3), (3, 0, 2)])
def test_the_compiled_pass_is_the_plain_one(pairs, columns, types):
    rng = np.random.default_rng(pairs)
    block = (
        rng.uniform(0, 9, (pairs, 40, 7)),
        rng.uniform(0, 1, pairs),
        rng.normal(size=(columns, 7)),
        rng.integers(0, types, 40),
        rng.uniform(0, 3, 40),
        -rng.uniform(0, 2, (types, pairs)),
        rng.normal(size=(types, 7)),
    )
    for one, other in zip(passes.block_moments(*block, True), moments_in_numpy(*block, True), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-11)


@settings(deadline=None)  # the first call compiles
@given(x=st.floats(-745, 0), top=st.floats(-50, 50))
def test_the_own_exponential_is_exact_to_the_last_digits(x, top):
    """Below exp(-700), a share of 1e-304, the value stays where it is."""
    e, scratch = np.empty(1), np.empty(1)
    passes._exponentials(np.array([x + top]), top, e, scratch)
    assert e[0] == pytest.approx(np.exp(max((x + top) - top, -700.0)), rel=1e-15)


def test_threads_and_blocks_change_nothing_but_rounding(monkeypatch):
    design, choices = world(7)
    one = fit_factored(design, choices, threads=1)
    pd.testing.assert_series_equal(one.params, fit_factored(design, choices, threads=3).params, check_exact=True)
    monkeypatch.setattr(factored, "BLOCK_PAIRS", 100)
    agree(fit_factored(design, choices, threads=2), one)


def test_the_result_does_not_depend_on_where_the_attributes_start():
    design, choices = world(9)
    far = ChoiceDesign.plain({"km0": design.pairs["km0"] + 1e5}, design.columns + 1e5)
    agree(fit_factored(far, choices), fit_factored(design, choices))


def test_single_precision_distances_are_read_as_they_are():
    design, choices = world(11)
    single = ChoiceDesign.plain({"km0": design.pairs["km0"].astype(np.float32)}, design.columns)
    double = ChoiceDesign.plain({"km0": single.pairs["km0"].astype(np.float64)}, design.columns)
    agree(fit_factored(single, choices), fit_factored(double, choices))


def test_the_plain_pass_serves_the_likelihood_too(monkeypatch):
    design, choices = world(13)
    pairs = chosen_pairs(choices, design.situations, design.alternatives, False)
    compiled = factored.FactoredLikelihood(design, pairs, 1).at(np.ones(3))
    monkeypatch.setattr(factored, "block_moments", moments_in_numpy)
    plain = factored.FactoredLikelihood(design, pairs, 1).at(np.ones(3))
    assert compiled.loglik == pytest.approx(plain.loglik, rel=1e-12)
    np.testing.assert_allclose(compiled.information, plain.information, rtol=1e-10)


# ---- refusals --------------------------------------------------------------------------------------------------------


def test_perfect_prediction_is_named():
    """Everyone chooses the nearest school: the closer, the better, without end."""
    design, _ = world(15, choosers=40)
    nearest = chosen(design.pairs["km0"].argmin(axis=1))
    with pytest.raises(ModelError, match=r"perfect or quasi-complete prediction by 'km0'"):
        fit_factored(design, nearest)


def test_a_column_that_is_the_same_for_all_alternatives_explains_nothing():
    design, choices = world(17)
    with pytest.raises(ModelError, match="'same' never varies within a choice set"):
        fit_factored(ChoiceDesign.plain(design.pairs, design.columns.assign(same=3.0)), choices)


def test_collinear_columns_are_named():
    design, choices = world(19)
    twice = design.columns.assign(twice=2 * design.columns["x0"])
    with pytest.raises(ModelError, match=r"'x0', 'twice' are collinear"):
        fit_factored(ChoiceDesign.plain(design.pairs, twice), choices)


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        (np.full((4, 3), np.nan), "12 missing or infinite"),
        (np.ones((4, 2)), "choosers x alternatives"),
        (np.ones((4, 3), dtype=int), "real numbers"),
    ],
)
def test_a_malformed_pair_level_function_is_refused(pair, message):
    columns = pd.DataFrame({"x": [1.0, 2.0, 3.0]})
    with pytest.raises(InputError, match=message):
        ChoiceDesign.plain({"km": pair}, columns, pd.RangeIndex(4))


@pytest.mark.parametrize(
    ("index", "message"),
    [
        ([(0, 0), (0, 1), (1, 1)], "two choices or more"),
        ([(0, 0)], "without a choice"),
        ([(0, 0), (1, 7)], "outside their choice set"),
        ([(0, 0), (0, 0), (1, 1)], "duplicate rows"),
    ],
)
def test_malformed_choices_are_refused(index, message):
    design = ChoiceDesign.plain({"km": np.array([[1.0, 2.0], [2.0, 1.0]])}, pd.DataFrame({"x": [0.0, 1.0]}))
    choices = pd.Series(1.0, index=pd.MultiIndex.from_tuples(index))
    with pytest.raises((InputError, ModelError), match=message):
        fit_factored(design, choices)


def test_memory_is_that_of_the_distances():
    """One distance array of 8 MB: the fit may not build anything of that size."""
    import tracemalloc

    design, choices = world(21, choosers=20_000, schools=50, columns=3)
    fit_factored(design, choices, threads=1)  # compiled by now
    tracemalloc.start()
    fit_factored(design, choices, threads=1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 0.8 * design.pairs["km0"].nbytes
