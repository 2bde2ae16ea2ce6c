"""All municipalities on the files themselves: the account, Amsterdam against statsmodels, and what intervals hold."""

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm

from analysis.chapters.choice_by_municipality.models.estimation import account, estimate
from analysis.chapters.choice_by_municipality.models.flows import municipalities
from analysis.chapters.choice_by_municipality.models.sensitivity import FALL, sensitivities
from analysis.data.country_files import read_country_files
from analysis.data.prepare import choice_tables
from analysis.data.sources import COUNTRY, read_duo

pytestmark = pytest.mark.real

FORMULA = "distance_km + log(distance_km + 0.1)"
STEP = -np.array([1.0, np.log(2.1 / 1.1)])  # the fall from 1 to 2 km


@pytest.fixture(scope="module")
def country(real_data_folder, cards_folder):
    tables = choice_tables(read_duo(real_data_folder, cards_folder, COUNTRY, 2017, allow_changed=False), COUNTRY)
    files, _ = read_country_files(real_data_folder, cards_folder, allow_changed=False)
    frames = (tables.by_school, tables.by_pc4, tables.by_pc4_school)
    return tables, municipalities(*frames, files["by_pc4_density"], files["by_location_distance"])


def test_nobody_leaves_without_a_reason(country):
    tables, split = country
    assert tables.accounting["pupils_kept"].tolist()[-1] == 1_306_589
    assert sum(one.n_pupils for one in split) == 1_306_589
    assert len(split) == 386
    accounted = account(estimate(split, FORMULA)).set_index("outcome")["municipalities"]
    assert accounted.sum() == 386
    assert accounted["estimated"] == 133


def test_amsterdam_has_the_coefficients_of_the_poisson_regression_with_postcodes_and_schools(country):
    _, split = country
    amsterdam = next(one for one in split if one.name == "Amsterdam")
    estimated = estimate([amsterdam], FORMULA)[0].result
    assert (estimated.n_pupils, estimated.n_postcodes) == (58_428, 76)

    homes, schools = amsterdam.pupils.shape
    km = amsterdam.distance_km.ravel()
    dummies = np.column_stack([np.repeat(np.eye(homes), schools, axis=0), np.tile(np.eye(schools)[:, 1:], (homes, 1))])
    X = np.column_stack([km, np.log(km + 0.1), dummies])
    expected = sm.GLM(amsterdam.pupils.ravel(), X, family=sm.families.Poisson()).fit(tol=1e-10, maxiter=100)
    np.testing.assert_allclose(estimated.params + estimated.bias, expected.params[:2], rtol=1e-6)
    np.testing.assert_allclose(estimated.covariance, expected.cov_params()[:2, :2], rtol=1e-5)


def test_intervals_hold_the_truth_of_the_municipalities_themselves(country):
    """Their own postcodes, schools, pupils and distances; pupils of a postcode are alike, as they are (0.02)."""
    rng, covered = np.random.default_rng(5), []
    known = [each for each in estimate(country[1], FORMULA) if each.result is not None]
    truth = {each.municipality.name: STEP @ (each.result.params + each.result.bias) for each in known}
    for _ in range(5):
        drawn = [_drawn(rng, each.municipality, each.probability) for each in known]
        sensitivity = sensitivities(estimate(drawn, FORMULA), 1.0, 2.0)
        fall = sensitivity[sensitivity["term"] == FALL].set_index("group")
        true = fall.index.map(truth)
        covered += ((fall["ci_low"] <= true) & (true <= fall["ci_high"])).tolist()
    assert len(covered) == 5 * 133
    assert 0.92 <= np.mean(covered) <= 0.98


def _drawn(rng, one, probability):
    """Let the pupils of a municipality choose anew; schools that nobody attends then leave."""
    share = rng.gamma(np.maximum(probability * 49, 1e-12))
    pupils = rng.multinomial(one.pupils.sum(axis=1).astype(int), share / share.sum(axis=1, keepdims=True)).astype(float)
    attended = pupils.sum(axis=0) > 0
    return replace(
        one, pupils=pupils[:, attended], distance_km=one.distance_km[:, attended], schools=one.schools[attended]
    )


def test_density_and_distances_are_read_whole(real_data_folder, cards_folder):
    files, records = read_country_files(real_data_folder, cards_folder, allow_changed=False)
    density, distance = files["by_pc4_density"], files["by_location_distance"]
    assert len(density) == 4070 - 9  # nine are secret
    assert (density["density"].min(), density["density"].max()) == (2, 11_760)
    weighed = (distance["km"] * distance["pupils"]).sum() / distance["pupils"].sum()
    assert 1.0 < weighed < 1.1
    assert {record["status"] for record in records} == {"verified"}
