import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtr, ndtri
from statsmodels.miscmodels.ordinal_model import OrderedModel

from analysis.errors import ModelError
from analysis.stats.ordered_groups import fit_ordered_groups, with_influence


def test_two_groups_and_two_cuts_by_normal_quantiles():
    counts = np.array([[20.0, 50.0, 30.0], [10.0, 30.0, 60.0]])
    fit = fit_ordered_groups(counts)
    # a group of its own spread fits its shares exactly: (cut - mean) / sd are the quantiles of .2 and .7, of .1 and .4
    z = (fit.cuts - fit.mean[:, None]) / fit.sd[:, None]
    assert z == pytest.approx(ndtri([[0.2, 0.7], [0.1, 0.4]]), abs=1e-4)
    assert fit.mean.sum() == pytest.approx(0, abs=1e-8)  # both groups are as large
    assert (fit.mean**2 + fit.sd**2).mean() == pytest.approx(1)


def test_with_one_spread_for_all_it_is_an_ordered_probit():
    rng = np.random.default_rng(1)
    group = np.repeat(np.arange(4), 200)
    level = np.digitize(rng.normal([0.0, 0.4, -0.3, 0.8], 1.0, (200, 4)).T.ravel(), [-0.8, 0.3])
    counts = pd.crosstab(group, level).to_numpy(float)
    fit = fit_ordered_groups(counts, own_from=10_000)
    X = np.column_stack([group == k for k in (1, 2, 3)]).astype(float)
    theirs = OrderedModel(level, X, distr="probit").fit(method="bfgs", disp=False, gtol=1e-8)
    assert (fit.mean[1:] - fit.mean[0]) / fit.sd[0] == pytest.approx(theirs.params[:3], abs=1e-3)
    assert fit.loglik == pytest.approx(theirs.llf, abs=1e-4)


def test_where_the_cuts_lie_does_not_matter():
    means, sds, n = np.array([-0.5, 0.0, 0.6]), np.array([0.9, 1.0, 0.8]), 1e6
    found = []
    for cuts in ([-1.0, 0.0, 0.8], [-0.2, 0.7, 1.2]):
        shares = np.diff(ndtr((np.array([-np.inf, *cuts, np.inf]) - means[:, None]) / sds[:, None]), axis=1)
        found.append(fit_ordered_groups(n * shares))
    assert found[0].mean == pytest.approx(found[1].mean, abs=1e-3)
    assert found[0].sd == pytest.approx(found[1].sd, abs=1e-3)
    assert found[0].between == pytest.approx(found[1].between, abs=1e-3)


def test_small_groups_and_those_without_somebody_at_a_level_share_a_spread():
    fit = fit_ordered_groups(np.array([[4.0, 10, 6], [5.0, 9, 3], [0.0, 70, 30], [30.0, 50, 20]]))
    assert fit.own.tolist() == [False, False, False, True]
    assert fit.sd[0] == fit.sd[1] == fit.sd[2]


def test_the_influence_of_a_unit_is_what_refitting_with_a_little_more_of_it_does():
    counts = np.array([[20.0, 50.0, 30.0], [10.0, 30.0, 60.0], [0.0, 25.0, 15.0], [4.0, 10.0, 9.0]])

    def numbers(mean, table):
        return np.array([mean[0] - mean[-1], (table[:, 2] / table.sum(axis=1)) @ mean])

    values, influence = with_influence(counts, numbers)
    assert values == pytest.approx(numbers(fit_ordered_groups(counts).mean, counts), abs=1e-6)
    for group, level in ((0, 0), (1, 2), (3, 1)):
        more, less = (counts + step * np.outer(np.arange(4) == group, np.arange(3) == level) for step in (0.1, -0.1))
        slope = (numbers(fit_ordered_groups(more).mean, more) - numbers(fit_ordered_groups(less).mean, less)) / 0.2
        assert influence[group, level] == pytest.approx(slope, abs=3e-4)
    assert np.einsum("gc,gck->k", counts, influence) == pytest.approx(
        0, abs=1e-3
    )  # twice as many of all change nothing


@pytest.mark.parametrize(
    ("counts", "why"),
    [
        ([[1.0, 2.0], [2.0, 1.0]], "three levels"),
        ([[5.0, 0.0, 0.0], [2.0, 2.0, 1.0]], "everybody at one end"),
        ([[5.0, 0.0, 2.0], [2.0, 0.0, 1.0]], "has nobody"),
    ],
)
def test_what_has_no_means_is_refused(counts, why):
    with pytest.raises(ModelError, match=why):
        fit_ordered_groups(np.array(counts))
