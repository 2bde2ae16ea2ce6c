"""Covariance, degrees of freedom and bias where they are known in closed form: one coefficient, clusters alike."""

import numpy as np
import pytest

from analysis.chapters.choice_by_municipality.models.small_sample import PostcodeMoments, small_sample


def binomial(successes, n):
    """Clusters of n choosers between two alternatives; the one coefficient is the log odds of the second."""
    successes = np.array(successes, dtype=float)
    clusters, p = len(successes), successes.mean() / n
    moments = PostcodeMoments(
        attributes=np.tile([[0.0], [1.0]], (clusters, 1, 1)),
        probability=np.tile([1 - p, p], (clusters, 1)),
        weights=np.full(clusters, float(n)),
        scores=(successes - n * p)[:, None],
    )
    return small_sample(moments, np.array([[clusters * n * p * (1 - p)]]), 1), p


def test_clusters_alike_have_the_usual_factor_and_one_degree_of_freedom_less():
    successes, n = [2, 5, 3, 6, 4], 20
    result, p = binomial(successes, n)
    meat = ((np.array(successes) - n * p) ** 2).sum()  # 4 + 1 + 1 + 4 + 0
    assert meat == pytest.approx(10)
    assert result.covariance[0, 0] == pytest.approx(5 / 4 * meat / (5 * n * p * (1 - p)) ** 2)
    assert result.df(np.ones(1)) == pytest.approx(4)


def test_the_bias_of_log_odds_is_the_known_one():
    """-(1 - 2p) / (2 N p q) where the covariance is 1 / (N p q); for another covariance V it is -(1 - 2p) V / 2."""
    result, p = binomial([2, 5, 3, 6, 4], 20)
    assert p == 0.2
    assert result.bias[0] == pytest.approx(-0.5 * (1 - 2 * p) * result.covariance[0, 0])


def test_units_scale_all():
    result, _ = binomial([2, 5, 3, 6, 4], 20)
    scaled = result.in_units(np.array([10.0]))
    assert scaled.covariance[0, 0] == pytest.approx(100 * result.covariance[0, 0])
    assert scaled.bias[0] == pytest.approx(10 * result.bias[0])
    assert scaled.df(np.ones(1)) == pytest.approx(4)
