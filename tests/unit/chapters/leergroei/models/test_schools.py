from numpy.testing import assert_allclose

from analysis.chapters.leergroei.models import growth, schools


def test_a_school_must_have_pupils_in_both_years(simulate, design):
    rows = growth.standardised(simulate(schools=8), design)
    rows = rows[(rows["location"] != "s00") | (rows["closure"] == 0)]
    estimates = schools.changes_by_school(rows)
    assert "s00" not in estimates.index
    assert len(estimates) == 7


def test_the_sampling_variance_is_that_of_a_difference_of_means(simulate, design):
    rows = growth.standardised(simulate(schools=5, per_school=30), design)
    estimates = schools.changes_by_school(rows)
    assert_allclose(estimates["variance"], 1.0 * (1 / 30 + 1 / 30), rtol=0.15)  # growth has standard deviation 1


def test_differences_by_band(simulate, design):
    rows = growth.standardised(simulate(schools=60, per_school=60, school_noise=1.5, noise=5.0), design)
    estimates = schools.differences(rows, design).set_index("category")
    # 1.5 points of 5
    assert estimates["sd_schools"].between(0.2, 0.4).all()
    assert (estimates["sd_low"] < estimates["sd_schools"]).all()
    assert_allclose(estimates["high_tenth"] - estimates["mean"], 1.2816 * estimates["sd_schools"], rtol=1e-3)
    assert estimates["n_schools"].sum() == 60


def test_few_schools_have_no_estimate(simulate, design):
    estimates = schools.differences(growth.standardised(simulate(schools=6), design), design)
    assert estimates["n_schools"].tolist() == [3, 3]
    assert estimates[list(schools.NUMBERS)].isna().all(axis=None)
