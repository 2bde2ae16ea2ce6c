from numpy.testing import assert_allclose

from analysis.chapters.leergroei.models import growth, schools


def test_a_school_must_have_pupils_in_both_years(made, design):
    rows = growth.standardised(made(schools=8), design)
    rows = rows[(rows["location"] != "s00") | (rows["closure"] == 0)]
    told = schools.changes_by_school(rows)
    assert "s00" not in told.index
    assert len(told) == 7


def test_the_sampling_variance_is_that_of_a_difference_of_means(made, design):
    rows = growth.standardised(made(schools=5, per_school=30), design)
    told = schools.changes_by_school(rows)
    assert_allclose(told["variance"], 1.0 * (1 / 30 + 1 / 30), rtol=0.15)  # growth has standard deviation 1


def test_spread_by_band(made, design):
    rows = growth.standardised(made(schools=60, per_school=60, school_noise=1.5, noise=5.0), design)
    told = schools.spread(rows, design).set_index("category")
    # 1.5 points of 5
    assert told["sd_schools"].between(0.2, 0.4).all()
    assert (told["sd_low"] < told["sd_schools"]).all()
    assert_allclose(told["high_tenth"] - told["mean"], 1.2816 * told["sd_schools"], rtol=1e-3)
    assert told["n_schools"].sum() == 60


def test_few_schools_have_no_spread_to_tell(made, design):
    told = schools.spread(growth.standardised(made(schools=6), design), design)
    assert told["n_schools"].tolist() == [3, 3]
    assert told[list(schools.SPREAD)].isna().all(axis=None)
