import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student

from analysis.chapters.choice_by_municipality.models.estimation import estimate
from analysis.chapters.choice_by_municipality.models.flows import municipalities
from analysis.chapters.choice_by_municipality.models.sensitivity import halving_distance, sensitivities
from analysis.errors import ModelError, Reason


def test_without_a_logarithm_attendance_halves_every_ln_2_over_b_km():
    assert halving_distance(np.array([-0.5, 0.0]), 1.0) == pytest.approx(np.log(2) / 0.5)


def test_with_the_logarithm_alone_distance_to_the_offset_doubles_for_half():
    # V(d) = -ln(d + 0.1): half as much at d + 0.1 twice as far, from 1 km 1.1 km farther
    assert halving_distance(np.array([0.0, -1.0]), 1.0) == pytest.approx(1.1)


@given(st.floats(-3, -0.1), st.floats(-2, 0), st.floats(0.0, 5.0))
def test_at_the_halving_distance_utility_is_ln_2_lower(km, log, start):
    extra = halving_distance(np.array([km, log]), start)

    def utility(d):
        return km * d + log * np.log(d + 0.1)

    assert utility(start + extra) == pytest.approx(utility(start) - np.log(2), abs=1e-8)


def test_where_attendance_does_not_fall_to_a_half_there_is_no_halving_distance():
    assert halving_distance(np.array([0.1, 0.0]), 1.0) is None
    assert halving_distance(np.array([-0.001, 0.0]), 1.0) is None  # 693 km


def test_the_fall_is_that_of_utility_and_its_error_that_of_the_covariance(small_country):
    fitted = estimate(municipalities(*small_country.tables), "distance_km + log(distance_km + 0.1)")
    estimates = sensitivities(fitted, 1.0, 3.0).set_index(["group", "term"])
    first = fitted[0]
    b, covariance = first.result.params.to_numpy(), first.result.small_sample.covariance
    step = np.array([2.0, np.log(3.1 / 1.1)]) / 2  # from 1 to 3 km, per km
    row = estimates.loc[(first.municipality.name, "fall_per_km")]
    assert row["estimate"] == pytest.approx(-step @ b)
    assert row["std_error"] == pytest.approx(np.sqrt(step @ covariance @ step))
    assert row["n_clusters"] == first.municipality.n_postcodes
    half = student.ppf(0.975, row["df"]) * row["std_error"]
    assert row["ci_high"] == pytest.approx(row["estimate"] + half)
    # the error of the halving distance: numerical derivatives give the same
    h = np.array([halving_distance(b + side, 1.0) for side in 1e-5 * np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])])
    gradient = (h[::2] - h[1::2]) / 2e-5
    error = estimates.loc[(first.municipality.name, "halving_km"), "std_error"]
    assert error == pytest.approx(np.sqrt(gradient @ covariance @ gradient), rel=1e-4)


@pytest.mark.parametrize("formula", ["sqrt(distance_km)", "schoolweging:share_nonwestern"])
def test_a_distance_in_another_form_or_in_none_is_refused(small_country, formula):
    fitted = estimate(municipalities(*small_country.tables), formula)
    with pytest.raises(ModelError, match="only, not") as error:
        sensitivities(fitted, 1.0, 2.0)
    assert error.value.reason is Reason.INVALID


def test_a_term_that_the_formula_lacks_counts_as_zero(small_country):
    fitted = estimate(municipalities(*small_country.tables), "distance_km")
    estimates = sensitivities(fitted, 1.0, 2.0)
    fall = estimates[estimates["term"] == "fall_per_km"].set_index("group")["estimate"]
    direct = pd.Series({each.municipality.name: -each.result.params["distance_km"] for each in fitted})
    pd.testing.assert_series_equal(fall, direct, check_names=False)
