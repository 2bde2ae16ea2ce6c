import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from analysis.chapters.leergroei.models import mixed


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
    return rows.assign(location=rows["location"].astype(str), outcome="lezen", year="any"), effect


def test_schools_differ_by_as_much_as_they_were_made_to():
    rows, effect = growth()
    fit = mixed.closure_slopes(rows, "lezen")
    told = fit.estimates.set_index("term")
    assert 2.2 < told.loc["sd_closure", "estimate"] < 3.8
    assert_allclose(told.loc["sd_closure", "estimate"] ** 2, told.loc["variance_closure", "estimate"])
    assert abs(told.loc["closure", "estimate"] - effect.mean()) < 3 * told.loc["closure", "std_error"]
    found = told.loc["closure", "estimate"] + fit.by_school.loc[np.arange(80).astype(str), "closure"]
    assert np.corrcoef(found, effect)[0, 1] > 0.8


def test_shrunken_effects_lie_closer_together_than_the_fitted_distribution():
    spread = mixed.spread(mixed.closure_slopes(growth()[0], "lezen"))
    assert spread["quantile"].tolist() == [0.1, 0.25, 0.5, 0.75, 0.9]
    width = spread[["shrunken", "fitted"]].iloc[-1] - spread[["shrunken", "fitted"]].iloc[0]
    assert width["shrunken"] < width["fitted"]
    assert spread["fitted"].is_monotonic_increasing
    assert (spread["schools"] == 80).all()


def test_a_quantile_that_is_nearly_one_schools_own_is_not_told():
    spread = mixed.spread(mixed.closure_slopes(growth(schools=24, each=30)[0], "lezen")).set_index("quantile")
    # Beyond the outer quantiles lie 2.4 of 24 schools, beyond the others 6 and 12.
    assert spread["shrunken"].isna().to_dict() == {0.1: True, 0.25: False, 0.5: False, 0.75: False, 0.9: True}
    assert spread["fitted"].notna().all()


def test_only_schools_seen_before_and_in_the_closure_year_count_in_the_spread():
    fit = mixed.closure_slopes(growth(late=5)[0], "lezen")
    assert len(fit.by_school) == 75


@pytest.mark.slow
def test_spread_of_schools_is_found_on_average():
    found = [
        mixed.closure_slopes(growth(seed)[0], "lezen").estimates.set_index("term").loc["sd_closure", "estimate"]
        for seed in range(60)
    ]
    assert_allclose(np.mean(found), 3.0, atol=0.15)
