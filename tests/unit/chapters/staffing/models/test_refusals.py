"""Which errors leave a row without an estimate, and which stop the run; and what was a singular matrix before."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.staffing.models import toelage
from analysis.errors import ModelError, Reason
from analysis.stats.discontinuity import Bandwidths, coefficient_weights, discontinuity
from analysis.stats.matching import match
from analysis.topics.staffing.models import rows
from analysis.topics.staffing.models.rows import attempt


@pytest.mark.parametrize("reason", Reason)
def test_only_what_the_data_do_not_determine_leaves_a_row_without_numbers(reason):
    def estimate():
        raise ModelError("as it is", reason)

    if reason.of_the_data:
        assert np.isnan(attempt(estimate)["estimate"])
    else:
        with pytest.raises(ModelError):
            attempt(estimate)


def test_a_fault_of_the_algebra_is_not_hidden():
    def estimate():
        raise np.linalg.LinAlgError

    with pytest.raises(np.linalg.LinAlgError):
        attempt(estimate)


def neighbours(**traits):
    return pd.DataFrame({"rank": [1.0, 2.0, -1.0, -2.0, -3.0], "board": list("abcde"), **traits})


SIZES = [10.0, 30.0, 31.0, 9.0, 50.0]


@pytest.mark.parametrize("other", [[7.0] * 5, [0.1] * 5, SIZES, [2 * size + 1 for size in SIZES]])
def test_a_trait_that_is_constant_or_a_copy_distinguishes_nobody(other):
    """The covariance of the traits is singular: who is nearest in size is the match, as without the other trait."""
    pairs = match(neighbours(size=SIZES, other=other), ["size", "other"], window=5).rows
    assert sorted(pairs.loc[pairs["eligible"] == 0, "board"]) == ["c", "d"]


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_matches_do_not_depend_on_the_units_of_a_trait(scale):
    rng = np.random.default_rng(1)
    one, other = rng.normal(size=40), rng.normal(size=40)
    schools = pd.DataFrame({"rank": np.arange(-20, 20) + 0.5, "board": range(40), "one": one})
    matched = match(schools.assign(other=other), ["one", "other"], window=20).rows["board"]
    scaled = match(schools.assign(other=scale * other), ["one", "other"], window=20).rows["board"]
    assert list(matched) == list(scaled)


def test_values_on_top_of_each_other_determine_no_polynomial():
    """Two clumps a hair wide: to a quadratic they are two points."""
    x = np.concatenate([np.full(10, 0.2) + np.arange(10) * 1e-12, np.full(10, 0.5) + np.arange(10) * 1e-12])
    with pytest.raises(ModelError) as caught:
        coefficient_weights(x, 1.0, 2, 0)
    assert caught.value.reason is Reason.COLLINEAR


def test_one_cluster_gives_no_error():
    x = np.linspace(-1, 1, 60)
    with pytest.raises(ModelError) as caught:
        discontinuity(x, x**2, cluster=["one"] * 60, bandwidths=Bandwidths(0.8, 0.9))
    assert caught.value.reason is Reason.TOO_FEW_CLUSTERS


@pytest.mark.parametrize("side", [1.0, -1.0])
def test_schools_on_one_side_of_the_cut_off_are_not_matched_and_the_reason_is_given(side):
    """The table names every outcome with its reason, where it was empty and the page said nothing."""
    schools = neighbours(size=SIZES).assign(rank=side * np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    with pytest.raises(ModelError, match="on one side only") as caught:
        match(schools, ["size"], window=5)
    assert caught.value.reason is Reason.EMPTY

    traits = {f"before_{trait}": SIZES for trait in toelage.TRAITS}
    study = SimpleNamespace(by_school=schools.assign(**traits, **dict.fromkeys(toelage.ALL, 0.0)), outcomes=toelage.ALL)
    unmatched = toelage.matched(study, window=5)
    assert list(unmatched["outcome"]) == list(toelage.ALL)
    assert set(unmatched["reason"]) == {"nobody of this kind"}
    assert unmatched["estimate"].isna().all()
    assert (rows.together([unmatched])["reason"] == "nobody of this kind").all()
