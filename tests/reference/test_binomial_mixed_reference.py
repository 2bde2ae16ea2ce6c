"""The binomial mixed logit against lme4's glmer and glmmTMB on the data cbpp, and tau of shares against metafor."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from analysis.stats.binomial_mixed import Counts, fit_one_term, fit_two_terms
from analysis.stats.binomial_mixed.one_term import _Quadrature
from analysis.stats.binomial_mixed.restricted import restricted_height
from analysis.stats.binomial_mixed.search import Sorted, highest, highest_others
from analysis.stats.random_effects import tau_interval


@pytest.fixture(scope="module")
def reference():
    rows = pd.read_csv(Path(__file__).with_name("binomial_mixed_lme4.csv"))
    return {name: part.set_index("term")["value"] for name, part in rows.groupby("model")}


@pytest.fixture(scope="module")
def cbpp(reference):
    table = reference["data"].rename_axis("key").reset_index()
    table[["herd", "period", "column"]] = table["key"].str.extract(r"herd(\d+)\.period(\d+)\.(\w+)")
    return table.pivot_table(index=["herd", "period"], columns="column", values="value").reset_index()


def parts(cbpp):
    X = np.column_stack([np.ones(len(cbpp)), *((cbpp["period"] == k) for k in "234")]).astype(float)
    return Counts.known(cbpp["size"], cbpp["incidence"]), X


@pytest.mark.parametrize("nodes", [15, 25])
def test_one_term_is_that_of_lme4(reference, cbpp, nodes):
    counts, X = parts(cbpp)
    fit, theirs = fit_one_term(counts, X, cbpp["herd"], nodes=nodes), reference[f"nAGQ{nodes}"]
    assert fit.beta == pytest.approx(theirs[[f"beta{k}" for k in range(1, 5)]].to_numpy(), abs=1e-4)
    assert fit.tau == pytest.approx(theirs["tau"], abs=1e-4)
    # With more than one node lme4 leaves out the log-likelihood of a model with a share for every row.
    saturated = binom.logpmf(cbpp["incidence"], cbpp["size"], cbpp["incidence"] / cbpp["size"]).sum()
    assert fit.loglik - saturated == pytest.approx(theirs["loglik"], abs=1e-4)
    assert np.sqrt(fit.covariance[0, 0]) == pytest.approx(theirs["se1"], rel=0.01)


def test_the_profile_interval_is_near_that_of_lme4_with_one_node(reference, cbpp):
    fit, theirs = fit_one_term(*parts(cbpp), cbpp["herd"]), reference["nAGQ1"]
    assert fit.tau_low == pytest.approx(theirs["tau_low"], rel=0.03)
    assert fit.tau_high == pytest.approx(theirs["tau_high"], rel=0.03)


def test_restricted_likelihood_is_near_that_of_glmmtmb(cbpp):
    """Theirs is Laplace's approximation throughout, ours quadrature: likelihood itself differs as much."""
    rows = pd.read_csv(Path(__file__).with_name("binomial_mixed_glmmtmb.csv")).set_index(["model", "term"])["value"]
    counts, X = parts(cbpp)
    likelihood, restricted = (fit_one_term(counts, X, cbpp["herd"], restricted=kind) for kind in (False, True))
    assert restricted.tau == pytest.approx(rows["restricted", "tau"], rel=0.015)
    gained = rows["restricted", "tau"] / rows["likelihood", "tau"]
    assert restricted.tau / likelihood.tau == pytest.approx(gained, rel=0.003)
    theirs = rows["restricted"].filter(like="loglik").rename(lambda name: float(name.removeprefix("loglik")))
    data = Sorted.of(counts, X, cbpp["herd"])
    surface = _Quadrature(data, 15).at
    top = highest(surface, np.append(data.beta, 0.3))
    height = restricted_height(highest_others(surface, top, 4))
    ours = pd.Series({tau: height(tau) for tau in theirs.index})
    assert (ours - ours[0.7]).to_numpy() == pytest.approx((theirs - theirs[0.7]).to_numpy(), rel=0.06, abs=0.01)


def test_two_terms_are_those_of_lme4(reference, cbpp):
    fit, theirs = fit_two_terms(*parts(cbpp), cbpp["herd"]), reference["nested"]
    assert fit.beta == pytest.approx(theirs[[f"beta{k}" for k in range(1, 5)]].to_numpy(), abs=1e-4)
    assert [fit.lasting, fit.passing] == pytest.approx([theirs["lasting"], theirs["passing"]], abs=1e-4)
    assert fit.loglik == pytest.approx(theirs["loglik"], abs=1e-4)


def test_tau_of_shares_is_that_of_metafor(reference, cbpp):
    herds = cbpp.groupby("herd")[["incidence", "size"]].sum().astype(float)
    empty = (herds["incidence"] == 0) | (herds["incidence"] == herds["size"])
    y, n = herds["incidence"] + empty / 2, herds["size"] + empty  # metafor adds a half to both sides where one is empty
    effect, variance = np.log(y / (n - y)).to_numpy(), (1 / y + 1 / (n - y)).to_numpy()
    theirs = reference["metafor"]
    found = tau_interval(effect, variance, np.ones((len(effect), 1)))
    assert found == pytest.approx(theirs[["tau", "tau_low", "tau_high"]].to_numpy(), abs=1e-4)
