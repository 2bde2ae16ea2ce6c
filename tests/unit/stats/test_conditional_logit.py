"""The conditional logit: arithmetic by hand, recovery of a known truth, invariances, and every refusal."""

import itertools
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pooled_choice import probabilities

from analysis.errors import InputError, ModelError
from analysis.stats.conditional_logit import fit

LEVELS = ["pupil", "school"]
few = settings(max_examples=20, deadline=None)
seeds = st.integers(0, 10_000)


def table(rows, columns=("x",)):
    """Attributes from {(situation, alternative): values}."""
    index = pd.MultiIndex.from_tuples(list(rows), names=LEVELS)
    return pd.DataFrame([np.atleast_1d(value) for value in rows.values()], index=index, columns=list(columns))


def world(seed, situations=60, alternatives=5, b=(1.0, -0.5), attributes=None):
    """One chooser per situation who maximises x b plus a Gumbel draw."""
    rng = np.random.default_rng(seed)
    shape = (situations, alternatives, len(b))
    x = rng.normal(size=shape) if attributes is None else attributes
    best = (x @ np.array(b) + rng.gumbel(size=shape[:2])).argmax(axis=1)
    index = pd.MultiIndex.from_product([range(situations), range(alternatives)], names=LEVELS)
    frame = pd.DataFrame(x.reshape(-1, len(b)), index=index, columns=[f"x{term}" for term in range(len(b))])
    return frame, pd.Series((np.arange(alternatives) == best[:, None]).ravel().astype(float), index=index)


def counts(seed, situations=12, alternatives=4):
    """Choosers per (situation, alternative), at least one of each so that nothing separates."""
    frame, _ = world(seed, situations, alternatives)
    rng = np.random.default_rng(seed + 1)
    return frame, pd.Series(1 + rng.poisson(2, len(frame)), index=frame.index)


def agree(one, other, rtol=1e-6):
    np.testing.assert_allclose(one.params, other.params, rtol=rtol, atol=1e-8)
    np.testing.assert_allclose(one.covariance, other.covariance, rtol=rtol, atol=1e-10)
    assert one.loglik == pytest.approx(other.loglik, rel=1e-9)


# ---- by hand ---------------------------------------------------------------------------------------------------------


def two_by_two():
    """Forty of pc4 1 choose 30 : 10 between x = 1 and x = 0, twenty of pc4 2 choose 10 : 10."""
    frame = table({(1, "a"): 1, (1, "b"): 0, (2, "a"): 1, (2, "b"): 0})
    return frame, pd.Series([30, 10, 10, 10], index=frame.index)


def test_one_situation_is_the_log_odds():
    frame = table({(1, "a"): 1, (1, "b"): 0})
    result = fit(frame, pd.Series([30, 10], index=frame.index), grouped=True)
    assert result.params["x"] == pytest.approx(np.log(3))
    assert result.covariance.loc["x", "x"] == pytest.approx(1 / (40 * 0.75 * 0.25))
    assert result.loglik == pytest.approx(30 * np.log(0.75) + 10 * np.log(0.25))
    assert result.loglik_null == pytest.approx(40 * np.log(0.5))
    assert result.pseudo_r2 == pytest.approx(1 - result.loglik / result.loglik_null)


def test_cluster_sandwich_by_hand():
    frame, chosen = two_by_two()
    result = fit(frame, chosen, grouped=True, cluster=pd.Series({1: "north", 2: "south"}))
    # p = 40/60; scores 30 - 40 x 2/3 = 10/3 and 10 - 20 x 2/3 = -10/3; information 60 x 2/9
    assert result.params["x"] == pytest.approx(np.log(2))
    assert result.covariance_cluster.loc["x", "x"] == pytest.approx((2 * (10 / 3) ** 2) / (60 * 2 / 9) ** 2 * 2 / 1)


def test_counts_of_what_went_in():
    frame, chosen = two_by_two()
    alone = table({(3, "c"): 7})
    result = fit(pd.concat([frame, alone]), pd.concat([chosen, pd.Series(5, index=alone.index)]), grouped=True)
    assert (result.n_obs, result.n_choosers, result.n_situations) == (65, 65.0, 3)
    assert (result.n_alternatives, result.n_uninformative, result.n_clusters) == (3, 1, None)
    assert result.params["x"] == pytest.approx(np.log(2))
    assert result.criterion <= 1e-15


def test_clusters_in_which_nothing_varies_do_not_count():
    frame, chosen = two_by_two()
    alone = table({(3, "c"): 7})
    cluster = pd.Series({1: "north", 2: "south", 3: "west"})
    more = fit(
        pd.concat([frame, alone]), pd.concat([chosen, pd.Series(5, index=alone.index)]), grouped=True, cluster=cluster
    )
    assert more.n_clusters == 2
    assert more.covariance_cluster.loc["x", "x"] == pytest.approx(0.25)


def test_choices_may_list_only_what_was_chosen():
    frame, chosen = world(1)
    agree(fit(frame, chosen), fit(frame, chosen[chosen > 0]), rtol=1e-12)


def test_offset_is_part_of_the_utility():
    frame, chosen = two_by_two()
    shift = pd.Series([0.3, 0.0, 0.3, 0.0], index=frame.index)
    result = fit(frame, chosen, grouped=True, offset=shift.iloc[::-1])
    assert result.params["x"] == pytest.approx(np.log(2) - 0.3)
    assert result.loglik_null == pytest.approx(40 * (0.3 - np.log(1 + np.exp(0.3))) + 20 * -np.log(1 + np.exp(0.3)))


def test_a_first_step_twenty_times_too_long_is_halved():
    """One school of 201 takes half: b = ln 200 = 5.3, while Newton's first step is (1/2 - 1/201) x 201 = 99.5."""
    frame = table({(1, school): float(school == 0) for school in range(201)})
    chosen = pd.Series(np.where(frame.x == 1, 200, 1), index=frame.index)
    assert fit(frame, chosen, grouped=True).params["x"] == pytest.approx(np.log(200))


def test_raw_metres():
    rng = np.random.default_rng(3)
    metres = rng.gamma(1.2, 4000, size=(80, 40, 1))
    frame, chosen = world(4, 80, 40, b=(-2e-3,), attributes=metres)
    result = fit(frame, chosen)
    assert abs(result.params["x0"] + 2e-3) < 3 * np.sqrt(result.covariance.iloc[0, 0])


@pytest.mark.parametrize("rows", [1, 7, 50, 10_000])
def test_the_size_of_the_blocks_does_not_matter(rows, monkeypatch):
    frame, chosen = world(21)
    ragged = frame[(frame.index.get_level_values(1) < 3) | (frame.x0 > 0) | (chosen == 1)]
    whole = fit(ragged, chosen[chosen > 0], cluster=pd.Series(np.arange(60) % 9))
    monkeypatch.setattr("analysis.stats.conditional_logit.likelihood.BLOCK_ROWS", rows)
    parts = fit(ragged, chosen[chosen > 0], cluster=pd.Series(np.arange(60) % 9))
    agree(whole, parts, rtol=1e-10)
    np.testing.assert_allclose(whole.covariance_cluster, parts.covariance_cluster, rtol=1e-9)


def test_large_finite_coefficient_is_not_mistaken_for_separation():
    frame = table({(1, "a"): 1, (1, "b"): 0})
    result = fit(frame, pd.Series([10_000_000, 1], index=frame.index), grouped=True)
    assert result.params["x"] == pytest.approx(np.log(10_000_000))


# ---- results ---------------------------------------------------------------------------------------------------------


def test_estimates_rest_on_the_clusters():
    frame, chosen = two_by_two()
    result = fit(frame, chosen, grouped=True, cluster=pd.Series({1: "north", 2: "south"}))
    row = result.estimates("choice", group="all pupils", unit={"x": "utility per km"}).iloc[0]
    assert " ".join(row.index) == (
        "model group term estimate std_error std_error_classical ci_low ci_high p_value n_obs n_clusters unit"
    )
    assert row.std_error == pytest.approx(0.5)
    assert row.std_error_classical == pytest.approx(1 / np.sqrt(60 * 2 / 9))
    assert (row.ci_low, row.ci_high) == pytest.approx((np.log(2) - 1.959964 * 0.5, np.log(2) + 1.959964 * 0.5))
    assert row.p_value == pytest.approx(0.1656, abs=1e-4)  # 2 x (1 - Phi(1.3863))
    assert (row.model, row.group, row.term, row.n_obs, row.n_clusters) == ("choice", "all pupils", "x", 60, 2)
    assert row.unit == "utility per km"


def test_estimates_without_clusters_leave_their_column_out():
    frame, chosen = two_by_two()
    row = fit(frame, chosen, grouped=True).estimates("choice").iloc[0]
    assert "std_error_classical" not in row.index
    assert row.ci_high - row.ci_low == pytest.approx(2 * 1.959964 / np.sqrt(60 * 2 / 9), rel=1e-6)
    assert row.n_clusters is pd.NA


def test_estimates_need_a_unit_for_each_term():
    frame, chosen = two_by_two()
    with pytest.raises(InputError, match="no unit for term 'x'"):
        fit(frame, chosen, grouped=True).estimates("choice", unit={"y": "km"})


def test_sampling_weights_ask_for_clusters_and_do_not_count_as_people():
    frame, chosen = world(5)
    with pytest.raises(ModelError, match="sampling weights without clusters"):
        fit(frame, 10 * chosen).estimates("choice")
    each = pd.Series(range(60))
    weighted, plain = (fit(frame, weight * chosen, cluster=each) for weight in (10, 1))
    assert (weighted.n_choosers, weighted.n_obs) == (600.0, 60)
    pd.testing.assert_frame_equal(
        weighted.estimates("m").drop(columns="std_error_classical"),
        plain.estimates("m").drop(columns="std_error_classical"),
    )


def test_probabilities_at_the_estimates_reproduce_what_was_chosen():
    frame, chosen = counts(6)
    result = fit(frame, chosen, grouped=True)
    totals = chosen.groupby(level=0).transform("sum")
    expected = probabilities(result.params, frame) * totals
    np.testing.assert_allclose(expected @ frame, chosen @ frame, rtol=1e-9)


# ---- truth -----------------------------------------------------------------------------------------------------------


def test_recovers_the_truth():
    truth = np.array([1.0, -0.5, 0.25, 0.0])
    z = []
    for seed in range(10):
        result = fit(*world(seed, 400, 8, b=truth))
        z.append((result.params - truth) / np.sqrt(np.diag(result.covariance)))
    z = np.array(z)
    assert np.abs(z).max() < 3.5
    assert 0.7 < z.std() < 1.3
    assert abs(z.mean()) < 0.4


def test_intervals_cover_the_truth():
    inside = []
    for seed in range(200):
        row = fit(*world(1000 + seed, 80, 4, b=(0.8,))).estimates("m").iloc[0]
        inside.append(row.ci_low <= 0.8 <= row.ci_high)
    assert 0.90 <= np.mean(inside) <= 0.99


def test_sampled_alternatives_need_the_offset():
    """Keep the schools within 3 km, one in ten of the others, and the chosen one always: -ln(pi) restores b = -1."""
    rng = np.random.default_rng(8)
    km = rng.uniform(0, 10, size=(1500, 40, 1))
    frame, chosen = world(9, 1500, 40, b=(-1.0,), attributes=km)
    inclusion = np.where(frame["x0"] < 3, 1.0, 0.1)
    sampled = (rng.random(len(frame)) < inclusion) | (chosen == 1)
    offset = pd.Series(-np.log(inclusion), index=frame.index)[sampled]
    corrected, naive = fit(frame[sampled], chosen[sampled], offset=offset), fit(frame[sampled], chosen[sampled])
    error = np.sqrt(corrected.covariance.iloc[0, 0])
    assert abs(corrected.params["x0"] + 1) < 3 * error
    assert abs(naive.params["x0"] + 1) > 5 * error


# ---- invariances -----------------------------------------------------------------------------------------------------


@few
@given(seeds)
def test_row_order_does_not_matter(seed):
    frame, chosen = counts(seed)
    cluster = pd.Series(np.arange(12) % 6)
    mixed = frame.sample(frac=1, random_state=seed)
    one, other = (
        fit(rows, weights, grouped=True, cluster=cluster)
        for rows, weights in ((frame, chosen), (mixed, chosen.sample(frac=1, random_state=seed + 1)))
    )
    agree(one, other, rtol=1e-9)
    np.testing.assert_allclose(one.covariance_cluster, other.covariance_cluster, rtol=1e-7, atol=1e-12)


@few
@given(seeds, st.floats(-1e3, 1e3))
def test_a_constant_per_situation_does_not_matter(seed, size):
    frame, chosen = counts(seed)
    shifted = frame.assign(x0=frame.x0 + size * np.cos(frame.index.get_level_values(0).to_numpy()))
    agree(fit(frame, chosen, grouped=True), fit(shifted, chosen, grouped=True))


@few
@given(seeds, st.floats(0.05, 0.95))
def test_splitting_a_situation_by_weight_does_not_matter(seed, share):
    frame, chosen = world(seed)
    whole = chosen.where(chosen.index.get_level_values(0) != 0, 7 * chosen)
    first = frame.loc[[0]]
    twin = first.set_index(first.index.set_levels([99], level=0, verify_integrity=False).set_codes([0] * 5, level=0))
    parts = pd.concat([whole, pd.Series((1 - share) * whole.loc[[0]].to_numpy(), index=twin.index)])
    parts.loc[0] = share * whole.loc[[0]].to_numpy()
    agree(fit(frame, whole), fit(pd.concat([frame, twin]), parts))


@settings(max_examples=8, deadline=None)
@given(seeds)
def test_grouped_equals_one_situation_per_chooser(seed):
    frame, chosen = counts(seed)
    alone, picks = [], []
    for (situation, alternative), number in chosen.items():
        for chooser in range(number):
            name = f"{situation}-{alternative}-{chooser}"
            alone.append(pd.concat({name: frame.loc[situation]}, names=LEVELS))
            picks.append((name, alternative))
    individual = pd.concat(alone)
    choices = pd.Series(1, index=pd.MultiIndex.from_tuples(picks, names=LEVELS))
    pairs = ({name: int(name.split("-")[0]) % 6 for name, _ in picks}, {name: name % 6 for name in range(12)})
    expanded = fit(individual, choices, cluster=pd.Series(pairs[0]))
    grouped = fit(frame, chosen, grouped=True, cluster=pd.Series(pairs[1]))
    agree(expanded, grouped, rtol=1e-9)
    np.testing.assert_allclose(expanded.covariance_cluster, grouped.covariance_cluster, rtol=1e-7)
    assert expanded.n_obs == grouped.n_obs == chosen.sum()


@few
@given(seeds, st.floats(1e-4, 1e4))
def test_units_divide_out(seed, factor):
    frame, chosen = counts(seed)
    one, other = fit(frame, chosen, grouped=True), fit(frame.assign(x0=frame.x0 * factor), chosen, grouped=True)
    np.testing.assert_allclose(other.params, one.params / [factor, 1], rtol=1e-7, atol=1e-12)
    np.testing.assert_allclose(other.covariance, one.covariance / np.outer([factor, 1], [factor, 1]), rtol=1e-7)
    assert other.loglik == pytest.approx(one.loglik, rel=1e-10)


@few
@given(seeds, st.floats(1e-6, 1e6))
def test_the_size_of_the_weights_does_not_move_the_estimates(seed, factor):
    frame, chosen = counts(seed)
    one, other = fit(frame, chosen, grouped=True), fit(frame, chosen * factor, grouped=True)
    np.testing.assert_allclose(other.params, one.params, rtol=1e-7, atol=1e-9)
    assert other.criterion <= 1e-15


# ---- perfect prediction ----------------------------------------------------------------------------------------------


def test_perfect_prediction_by_one_term():
    frame, chosen = world(11)
    frame["oracle"] = chosen * 3.0
    with pytest.raises(ModelError, match=r"prediction by 'oracle':"):
        fit(frame, chosen)


def test_perfect_prediction_by_two_terms_that_do_not_predict_alone():
    rng = np.random.default_rng(12)
    frame, _ = world(12)
    frame["noise"] = rng.normal(size=len(frame))
    total = frame.x0 + frame.x1
    chosen = (total == total.groupby(level=0).transform("max")).astype(float)
    with pytest.raises(ModelError, match=r"prediction by 'x0', 'x1':"):
        fit(frame, chosen)


@pytest.mark.parametrize("tolerance", [1e-6, 1e-10, 1e-14, 1e-30])
def test_quasi_complete_prediction_in_one_situation_of_many(tolerance):
    """A dummy that is one for a single alternative that its only pupil chose: its coefficient has no finite value."""
    frame, chosen = world(13, 2000, 4)
    frame["only"] = 0.0
    frame.loc[chosen[chosen == 1].index[700], "only"] = 1.0
    with pytest.raises(ModelError, match=r"prediction by 'only':"):
        fit(frame, chosen, tolerance=tolerance)


def test_a_school_that_nobody_chooses_has_no_finite_constant():
    frame, chosen = counts(14)
    school = frame.index.get_level_values("school")
    frame["school 2"] = (school == 2).astype(float)
    with pytest.raises(ModelError, match=r"prediction by 'school 2':"):
        fit(frame, chosen.where(school != 2, 0), grouped=True)


def test_one_chooser_against_the_grain_makes_the_coefficient_finite():
    """In 1499 of 1500 sets of four the one alternative with x = 1 is chosen: e^b / (e^b + 3) = 1499 / 1500."""
    index = pd.MultiIndex.from_product([range(1500), range(4)], names=LEVELS)
    frame = pd.DataFrame({"x": (index.get_level_values(1) == 0).astype(float)}, index=index)
    chosen = frame.x.copy()
    chosen.loc[777] = [0.0, 1.0, 0.0, 0.0]
    assert fit(frame, chosen).params["x"] == pytest.approx(np.log(3 * 1499))
    refused(ModelError, "no convergence in 1 iterations", frame, chosen, max_iterations=1)


@pytest.mark.parametrize("tolerance", [1e-6, 1e-10, 1e-14, 1e-30])
def test_perfect_prediction_is_detected_at_every_tolerance(tolerance):
    frame, chosen = world(15)
    frame["oracle"] = chosen * np.linspace(1, 2, len(chosen))
    with pytest.raises(ModelError, match="'oracle'"):
        fit(frame, chosen, tolerance=tolerance)


def separated_exactly(x, best):
    """Decide by whole numbers for two terms: a separating cone has an edge at right angles to one of the margins."""
    margins = np.array([x[i, best[i]] - x[i, k] for i, k in itertools.product(range(x.shape[0]), range(x.shape[1]))])
    margins = margins[margins.any(axis=1)]
    edges = np.vstack([margins[:, ::-1] * [1, -1], margins[:, ::-1] * [-1, 1]])
    products = edges @ margins.T
    return bool(np.any(np.all(products >= 0, axis=1) & np.any(products > 0, axis=1)))


@settings(max_examples=150, deadline=None)
@given(seeds)
def test_separation_is_refused_exactly_when_it_is_there(seed):
    rng = np.random.default_rng(seed)
    x = rng.integers(-2, 3, size=(6, 3, 2))
    x[0, 1:], x[0, 0] = [[1, 0], [0, 1]], [0, 0]  # full rank
    best = rng.integers(0, 3, 6)
    frame, _ = world(0, 6, 3, attributes=x)
    chosen = pd.Series((np.arange(3) == best[:, None]).ravel().astype(float), index=frame.index)
    if separated_exactly(x, best):
        with pytest.raises(ModelError, match="perfect or quasi-complete prediction"):
            fit(frame, chosen)
    else:
        assert np.abs(fit(frame, chosen).params).max() < 50


# ---- other refusals --------------------------------------------------------------------------------------------------


@pytest.fixture
def data():
    return world(20)


def refused(error, message, *arguments, **options):
    with pytest.raises(error, match=re.escape(message)):
        fit(*arguments, **options)


def test_refuses_a_situation_without_a_choice(data):
    frame, chosen = data
    refused(ModelError, "1 situations without a choice: 0", frame, chosen.drop(0))
    refused(ModelError, "1 situations without a choice: 0", frame, chosen.drop(0), grouped=True)


def test_refuses_two_choices_unless_grouped(data):
    frame, chosen = data
    chosen.loc[3] = 1.0
    refused(ModelError, "1 situations with two choices or more: 3", frame, chosen)
    assert fit(frame, chosen, grouped=True).n_obs == 64


def test_refuses_a_choice_outside_its_set(data):
    frame, chosen = data
    left = frame.drop(index=chosen[chosen == 1].index[4])
    refused(ModelError, "choices outside their choice set: (4, ", left, chosen)


def test_refuses_an_attribute_that_never_varies_within_a_set(data):
    frame, chosen = data
    frame["income"] = frame.index.get_level_values(0) * 0.1
    refused(ModelError, "'income' never varies within a choice set", frame, chosen)


def test_refuses_collinear_attributes_and_names_only_those(data):
    frame, chosen = data
    frame["sum"] = frame.x0 * 1000 + frame.index.get_level_values(0)
    refused(ModelError, "'x0', 'sum' are collinear", frame, chosen)


def test_refuses_attributes_that_are_collinear_but_for_rounding(data):
    frame, chosen = data
    frame["same"] = (frame.x0 * 3.7).astype("float32")
    refused(ModelError, "'x0', 'same' are collinear", frame, chosen)


def test_refuses_to_stop_before_convergence(data):
    refused(ModelError, "no convergence in 1 iterations", *data, max_iterations=1)
    refused(ModelError, "no convergence in 1 iterations", *two_by_two(), grouped=True, max_iterations=1)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_refuses_values_that_are_not_finite(data, bad):
    frame, chosen = data
    broken = frame.copy()
    broken.loc[(2, 3), "x1"] = bad
    refused(InputError, "attributes, column 'x1': 1 missing or infinite values, at (2, 3)", broken, chosen)
    weights = chosen.copy()
    weights.loc[(2, 3)] = bad
    refused(InputError, "choices: 1 missing or infinite values, at (2, 3)", frame, weights)
    offset = 0 * chosen
    offset.loc[(2, 3)] = bad
    refused(InputError, "offset: 1 missing or infinite values, at (2, 3)", frame, chosen, offset=offset)


def test_refuses_negative_weights(data):
    frame, chosen = data
    chosen.loc[(2, 3)] = -1.0
    refused(InputError, "choices: a negative weight for (2, 3)", frame, chosen)


def test_refuses_duplicate_rows(data):
    frame, chosen = data
    refused(InputError, "attributes: duplicate rows for (2, 3)", pd.concat([frame, frame.loc[[(2, 3)]]]), chosen)
    refused(InputError, "choices: duplicate rows for (2, 3)", frame, pd.concat([chosen, chosen.loc[[(2, 3)]]]))
    offset = pd.concat([0 * chosen, chosen.loc[[(2, 3)]]])
    refused(InputError, "offset: duplicate rows for (2, 3)", frame, chosen, offset=offset)


def test_refuses_an_offset_on_another_index(data):
    frame, chosen = data
    refused(InputError, "offset: not on the index of attributes: (2, 3)", frame, chosen, offset=chosen.drop((2, 3)))
    refused(InputError, "offset: the index has not two levels", frame, chosen, offset=chosen.reset_index(drop=True))


def test_refuses_levels_in_another_order(data):
    frame, chosen = data
    refused(InputError, "choices: index levels named otherwise", frame, chosen.swaplevel())
    refused(InputError, "offset: index levels named otherwise", frame, chosen, offset=chosen.swaplevel())


def test_refuses_malformed_attributes(data):
    frame, chosen = data
    refused(InputError, "attributes: the index has not two levels", frame.reset_index(drop=True), chosen)
    refused(InputError, "attributes: no rows", frame.iloc[:0], chosen)
    refused(InputError, "attributes: no columns", frame[[]], chosen)
    refused(InputError, "attributes: duplicate columns 'x0'", frame[["x0", "x0"]], chosen)
    refused(InputError, "attributes: a column name that is not text", frame.rename(columns={"x0": 0}), chosen)
    refused(InputError, "attributes, column 'x0': not numeric", frame.assign(x0="near"), chosen)
    lost = frame.rename(index={7: np.nan}, level=0)
    refused(InputError, "attributes: a missing label in index level 'pupil'", lost, chosen)


def test_refuses_unknown_and_ambiguous_clusters(data):
    frame, chosen = data
    cluster = pd.Series(np.arange(60) % 7)
    refused(InputError, "cluster: no cluster for situation 9", frame, chosen, cluster=cluster.drop(9))
    unlabelled = cluster.where(cluster.index != 9)
    refused(InputError, "cluster: an empty cluster label for situation 9", frame, chosen, cluster=unlabelled)
    twice = pd.concat([cluster, cluster.loc[[9]]])
    refused(InputError, "cluster: more than one row for situation 9", frame, chosen, cluster=twice)


@pytest.mark.parametrize("number", [1, 2])
def test_refuses_too_few_clusters(data, number):
    frame, chosen = data
    cluster = pd.Series(np.arange(60) % number)
    refused(ModelError, f"{number} clusters for 2 terms", frame, chosen, cluster=cluster)
    assert fit(frame, chosen, cluster=pd.Series(np.arange(60) % 3)).n_clusters == 3


def test_refuses_a_term_that_varies_in_one_cluster_only(data):
    frame, chosen = data
    cluster = pd.Series(np.arange(60) // 10)
    frame["local"] = frame.x0 * (frame.index.get_level_values(0) < 10)
    refused(ModelError, "clusters say nothing about the precision of 'local'", frame, chosen, cluster=cluster)


@pytest.mark.parametrize(("option", "value"), [("tolerance", 0), ("tolerance", 1e-3), ("max_iterations", 0)])
def test_refuses_settings_that_cannot_work(data, option, value):
    refused(InputError, f"{option}: not usable", *data, **{option: value})
