import numpy as np
import pandas as pd
import pytest

from analysis.chapters.choice_by_municipality.models.distances import binned, by_school, correlations, means
from analysis.chapters.choice_by_municipality.models.estimation import NO_INTERVAL, NO_MAXIMUM, Fitted
from analysis.chapters.choice_by_municipality.models.flows import Municipality


def fitted(probability, published=(1.5, np.nan)):
    one = Municipality(
        "Dorp",
        np.array([[30.0, 10.0], [10.0, 50.0]]),
        np.array([[1.0, 2.0], [3.0, 1.0]]),
        pd.DataFrame({"density": [3000.0, 3000.0]}, index=["1011", "1012"]),
        pd.DataFrame({"km": published}, index=["01AA00", "01AB00"]),
    )
    return Fitted(one, NO_INTERVAL, probability=np.array(probability))


def test_three_distances_of_a_school_by_hand():
    distances = by_school([fitted([[0.5, 0.5], [0.5, 0.5]], (1.5, 1.2))])
    # straight: (30 * 1 + 10 * 3) / 40 and (10 * 2 + 50 * 1) / 60
    assert distances["straight"].tolist() == pytest.approx([1.5, 7 / 6])
    # expected: half of the 40 pupils of the one and of the 60 of the other postcode
    assert distances["expected"].tolist() == pytest.approx([(20 * 1 + 30 * 3) / 50, (20 * 2 + 30 * 1) / 50])
    assert distances["published"].tolist() == [1.5, 1.2]
    assert distances["urbanicity"].tolist() == ["very strongly urban"] * 2


def test_a_school_without_a_published_distance_and_a_municipality_without_a_model_are_left_out():
    distances = by_school([fitted([[0.5, 0.5], [0.5, 0.5]])])
    assert len(distances) == 1
    without = Fitted(fitted([[1, 0], [0, 1]]).municipality, NO_MAXIMUM)
    assert len(by_school([without, fitted([[0.5, 0.5], [0.5, 0.5]])])) == 1


def schools(n=200, seed=2):
    rng = np.random.default_rng(seed)
    expected = np.exp(rng.normal(0, 0.5, n))
    straight = expected * np.exp(rng.normal(0, 0.2, n))
    return pd.DataFrame(
        {
            "municipality": rng.integers(0, 20, n).astype(str),
            "urbanicity": np.where(np.arange(n) % 2, "not urban", "strongly urban"),
            "pupils": rng.integers(50, 300, n),
            "expected": expected,
            "straight": straight,
            "published": straight * np.exp(rng.normal(0, 0.5, n)),
        }
    )


def test_correlations_are_those_of_numpy_and_lie_in_their_intervals():
    frame = schools()
    estimates = correlations(frame, 200, 1).set_index(["model", "term"])
    logs = np.log(frame[["expected", "straight", "published"]])
    assert estimates.loc[("log", "expected_published"), "estimate"] == pytest.approx(
        np.corrcoef(logs["expected"], logs["published"])[0, 1]
    )
    ranks = frame[["expected", "straight", "published"]].rank()
    assert estimates.loc[("rank", "straight_published"), "estimate"] == pytest.approx(
        np.corrcoef(ranks["straight"], ranks["published"])[0, 1]
    )
    assert ((estimates["ci_low"] < estimates["estimate"]) & (estimates["estimate"] < estimates["ci_high"])).all()
    assert estimates["n_clusters"].unique().tolist() == [20]
    pd.testing.assert_frame_equal(
        correlations(frame, 200, 1), estimates.reset_index()[correlations(frame, 200, 1).columns]
    )


def test_means_are_weighed_by_pupils():
    frame = schools()
    by_class = means(frame).set_index("urbanicity")
    rural = frame[frame["urbanicity"] == "not urban"]
    assert by_class.loc["not urban", "published"] == pytest.approx(
        (rural["published"] * rural["pupils"]).sum() / rural["pupils"].sum()
    )
    assert by_class.loc["all", "schools"] == 200
    assert by_class.loc["all", "published_to_straight"] == pytest.approx(
        by_class.loc["all", "published"] / by_class.loc["all", "straight"]
    )


def test_bins_hold_equally_many_schools():
    by_bin = binned(schools(), 8)
    assert by_bin["schools"].tolist() == [25] * 8
    assert by_bin["expected"].is_monotonic_increasing
    assert ((by_bin["low"] < by_bin["published"]) & (by_bin["published"] < by_bin["high"])).all()
