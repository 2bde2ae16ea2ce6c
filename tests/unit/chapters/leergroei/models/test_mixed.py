import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from analysis.chapters.leergroei.models import mixed
from analysis.errors import ModelError, Reason


def growth(seed=4, schools=80, each=12, slope_sd=3.0, late=0):
    """Make rows of growth: schools' effects of the closure are normal about -3; `late` schools have no year before."""
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame(
        [(s, y) for s in range(schools) for y in range(2016, 2020) for _ in range(each) if s >= late or y == 2019],
        columns=["location", "start"],
    )
    effect = -3 + slope_sd * rng.normal(size=schools)
    rows["closure"] = (rows["start"] == 2019).astype(float)
    rows["days"] = rng.integers(120, 160, len(rows))
    rows["growth"] = effect[rows["location"]] * rows["closure"] + 5 * rng.normal(size=len(rows))
    return rows.assign(
        location=rows["location"].astype(str), outcome="lezen", year="any", pupil=range(len(rows))
    ), effect


def test_schools_differ_by_as_much_as_they_were_made_to():
    rows, effect = growth()
    fit = mixed.closure_slopes(rows, "lezen")
    estimates = fit.estimates.set_index("term")
    assert 2.2 < estimates.loc["sd_closure", "estimate"] < 3.8
    assert_allclose(estimates.loc["sd_closure", "estimate"] ** 2, estimates.loc["variance_closure", "estimate"])
    assert abs(estimates.loc["closure", "estimate"] - effect.mean()) < 3 * estimates.loc["closure", "std_error"]
    effects = estimates.loc["closure", "estimate"] + fit.by_school.loc[np.arange(80).astype(str), "closure"]
    assert np.corrcoef(effects, effect)[0, 1] > 0.8


def test_shrunken_effects_lie_closer_together_than_the_fitted_distribution():
    quantiles = mixed.closure_slopes(growth()[0], "lezen").distribution()
    assert quantiles["quantile"].tolist() == [0.1, 0.25, 0.5, 0.75, 0.9]
    width = quantiles[["shrunken", "fitted"]].iloc[-1] - quantiles[["shrunken", "fitted"]].iloc[0]
    assert width["shrunken"] < width["fitted"]
    assert quantiles["fitted"].is_monotonic_increasing
    assert (quantiles["schools"] == 80).all()


def test_a_quantile_that_is_nearly_one_schools_own_is_withheld():
    quantiles = mixed.closure_slopes(growth(schools=24, each=30)[0], "lezen").distribution().set_index("quantile")
    # Beyond the outer quantiles lie 2.4 of 24 schools, beyond the others 6 and 12.
    assert quantiles["shrunken"].isna().to_dict() == {0.1: True, 0.25: False, 0.5: False, 0.75: False, 0.9: True}
    assert quantiles["fitted"].notna().all()


def test_only_schools_seen_before_and_in_the_closure_year_count_in_the_distribution():
    fit = mixed.closure_slopes(growth(late=5)[0], "lezen")
    assert len(fit.by_school) == 75


def test_a_mixed_model_that_cannot_be_fitted_keeps_its_row(monkeypatch):
    def fails(*_):
        raise ModelError("no maximum", Reason.NO_CONVERGENCE)

    monkeypatch.setattr(mixed, "closure_slopes", fails)
    estimates, quantiles = mixed.mixed_models(growth(schools=12)[0])
    assert estimates[["model", "outcome", "n_obs"]].to_numpy().tolist() == [["mixed", "lezen", 576]]
    assert np.isnan(estimates["estimate"].item())
    assert quantiles["schools"].tolist() == [12]


def test_mixed_models_have_estimates_and_a_distribution():
    estimates, quantiles = mixed.mixed_models(growth(schools=12)[0])
    closure = estimates.set_index("term").loc["closure"]
    assert closure["estimate"] == pytest.approx(-3, abs=3 * closure["std_error"])
    assert closure["n_least"] == 144
    assert quantiles["quantile"].tolist() == [0.1, 0.25, 0.5, 0.75, 0.9]


@pytest.mark.slow
def test_the_standard_deviation_of_schools_is_right_on_average():
    estimates = [
        mixed.closure_slopes(growth(seed)[0], "lezen").estimates.set_index("term").loc["sd_closure", "estimate"]
        for seed in range(60)
    ]
    assert_allclose(np.mean(estimates), 3.0, atol=0.15)
