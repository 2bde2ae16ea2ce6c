"""A fit and what follows from the influence of clusters, by hand."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from analysis.errors import ModelError, Reason
from analysis.stats.fit import Fit, correction, mean, of_scores, stacked, undetermined, where_determined


def fit(influence, clusters="abc", values=(1.0, 3.0), terms=("x", "z")):
    return Fit(pd.Series(values, list(terms)), pd.DataFrame(influence, list(clusters), list(terms)), 10)


def test_the_covariance_is_the_sum_of_outer_products():
    fitted = fit([[1.0, 0.0], [2.0, -1.0], [0.0, 1.0]])
    assert_allclose(fitted.covariance, [[5.0, -2.0], [-2.0, 2.0]])  # 1 + 4; -2; 1 + 1
    assert_allclose(fitted.std_errors, np.sqrt([5.0, 2.0]))
    assert fitted.combination({"x": 1.0, "z": 2.0}) == pytest.approx((7.0, np.sqrt(5 - 8 + 8)))


def test_functions_of_coefficients_have_the_error_of_the_delta_method():
    fitted = fit([[1.0, 0.0], [2.0, -1.0], [0.0, 1.0]])
    ratio = fitted.transformed(pd.Series({"z/x": 3.0}), np.array([[-3.0, 1.0]]))  # d(z/x) = -z/x^2, 1/x
    assert_allclose(ratio.covariance, 9 * 5 + 2 * 3 * 2 + 2)
    assert ratio.std_errors["z/x"] == pytest.approx(fitted.error([-3.0, 1.0]))


def test_fits_that_share_clusters_are_not_independent():
    one, other = fit([[1.0], [2.0]], "ab", [1.0], "x"), fit([[3.0], [1.0]], "bc", [5.0], "x")
    both = stacked({"one": one, "other": other})
    assert_allclose(both.covariance, [[5.0, 6.0], [6.0, 10.0]])  # only b is in both: 2 x 3
    value, error = both.combination({("other", "x"): 1.0, ("one", "x"): -1.0})
    assert (value, error) == pytest.approx((4.0, np.sqrt(5 + 10 - 12)))
    assert (both.n_clusters, both.n_obs) == (3, 20)


def test_small_sample_factors():
    assert correction(3) == 1.5
    assert correction(3, 10, 4) == 1.5 * 9 / 6
    assert_allclose(correction(pd.Series([2, 3]), pd.Series([5, 10]), 4), [2 * 4 / 1, 1.5 * 9 / 6])


def test_a_clustered_mean_by_hand():
    fitted = mean([1.0, 3.0, 5.0, 7.0], list("aabb"))
    assert fitted.coefficients["mean"] == 4.0
    assert fitted.std_errors["mean"] == pytest.approx(2.0)  # sums -4 and 4 over 4, squared 2, times G/(G-1) = 2
    weighted = mean([1.0, 3.0, 5.0], list("abb"), [2.0, 1.0, 1.0])
    assert weighted.coefficients["mean"] == 2.5
    assert weighted.std_errors["mean"] == pytest.approx(np.sqrt(2 * 2 * 0.75**2))  # a: (1 - 2.5) / 2; b: the opposite


@pytest.mark.parametrize(("values", "clusters"), [([1.0, 2.0], "aa"), ([2.0, 2.0], "ab"), ([], "")])
def test_a_mean_of_one_cluster_or_of_values_all_alike_has_no_error(values, clusters):
    assert mean(values, list(clusters)).std_errors.isna().all()


def test_a_term_of_one_cluster_has_no_estimate():
    fitted = Fit(pd.Series({"x": 1.0}), pd.DataFrame({"x": [1.0, 1.0]}), 5, of_one_cluster=frozenset({"x"}))
    assert fitted.rows()[["estimate", "std_error", "p_value"]].isna().all(axis=None)
    assert fitted.rows()[["n_obs", "n_clusters"]].to_numpy().tolist() == [[5, 2]]


def test_too_few_clusters_or_rows_are_refused():
    one, scores = pd.Series({"x": 1.0}), np.ones((2, 1))
    with pytest.raises(ModelError, match="at least two clusters"):
        of_scores(one, scores[:1], np.eye(1), pd.Index(["a"]), 5)
    with pytest.raises(ModelError, match="1 rows are too few for 1 coefficients"):
        of_scores(one, scores, np.eye(1), pd.Index(["a", "b"]), 1)


def test_what_is_not_determined_has_a_reason_and_what_is_wrong_is_an_error():
    clusters = pd.Series(["a", "a", "b"])

    def fails(reason):
        raise ModelError("no", reason)

    fitted = where_determined(lambda: fails(Reason.SEPARATED), ["x"], clusters)
    assert (fitted.reason, fitted.n_obs, fitted.n_clusters) == (Reason.SEPARATED.value, 3, 2)
    assert fitted.estimates("m", "g", "u")["reason"].tolist() == [Reason.SEPARATED.value]
    with pytest.raises(ModelError, match="no"):
        where_determined(lambda: fails(Reason.INVALID), ["x"], clusters)
    assert undetermined(["x"], ["a", "b"], 7, Reason.TOO_FEW).covariance.isna().all(axis=None)
