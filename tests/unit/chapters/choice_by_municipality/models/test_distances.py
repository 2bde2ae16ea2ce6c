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
    told = by_school([fitted([[0.5, 0.5], [0.5, 0.5]], (1.5, 1.2))])
    # straight: (30 * 1 + 10 * 3) / 40 and (10 * 2 + 50 * 1) / 60
    assert told["straight"].tolist() == pytest.approx([1.5, 7 / 6])
    # expected: half of the 40 pupils of the one and of the 60 of the other postcode
    assert told["expected"].tolist() == pytest.approx([(20 * 1 + 30 * 3) / 50, (20 * 2 + 30 * 1) / 50])
    assert told["published"].tolist() == [1.5, 1.2]
    assert told["urbanicity"].tolist() == ["very strongly urban"] * 2


def test_a_school_without_a_published_distance_and_a_municipality_without_a_model_are_left_out():
    told = by_school([fitted([[0.5, 0.5], [0.5, 0.5]])])
    assert len(told) == 1
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
    told = correlations(frame, 200, 1).set_index(["model", "term"])
    logs = np.log(frame[["expected", "straight", "published"]])
    assert told.loc[("log", "expected_published"), "estimate"] == pytest.approx(
        np.corrcoef(logs["expected"], logs["published"])[0, 1]
    )
    ranks = frame[["expected", "straight", "published"]].rank()
    assert told.loc[("rank", "straight_published"), "estimate"] == pytest.approx(
        np.corrcoef(ranks["straight"], ranks["published"])[0, 1]
    )
    assert ((told["ci_low"] < told["estimate"]) & (told["estimate"] < told["ci_high"])).all()
    assert told["n_clusters"].unique().tolist() == [20]
    pd.testing.assert_frame_equal(correlations(frame, 200, 1), told.reset_index()[correlations(frame, 200, 1).columns])


def test_means_are_weighed_by_pupils():
    frame = schools()
    told = means(frame).set_index("urbanicity")
    rural = frame[frame["urbanicity"] == "not urban"]
    assert told.loc["not urban", "published"] == pytest.approx(
        (rural["published"] * rural["pupils"]).sum() / rural["pupils"].sum()
    )
    assert told.loc["all", "schools"] == 200
    assert told.loc["all", "published_to_straight"] == pytest.approx(
        told.loc["all", "published"] / told.loc["all", "straight"]
    )


def test_bins_hold_equally_many_schools():
    told = binned(schools(), 8)
    assert told["schools"].tolist() == [25] * 8
    assert told["expected"].is_monotonic_increasing
    assert ((told["low"] < told["published"]) & (told["published"] < told["high"])).all()
