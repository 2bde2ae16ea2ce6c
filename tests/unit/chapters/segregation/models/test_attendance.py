import numpy as np
import pandas as pd
import pytest

from analysis.chapters.segregation.models.attendance import by_group, counted, place, places
from analysis.chapters.segregation.models.estimates import estimate_indices
from analysis.errors import ModelError


def test_counts_by_situation(by_attendance):
    rows = by_attendance[by_attendance["year"] == 2019]
    spread = counted(rows, "education", ("now", "nearest"))
    assert spread.groups == ("hoog", "laag")
    assert spread.observed()["now"].pupils.tolist() == [[20, 60], [30, 10]]
    assert spread.observed()["nearest"].pupils.tolist() == [[20, 60], [20, 20]]


def test_resamples_keep_the_size_of_groups_and_move_with_their_homes(by_attendance):
    spread = counted(by_attendance[by_attendance["year"] == 2015], "education", ("now", "nearest"))
    tallies = spread.resampled(50, np.random.default_rng(1))
    drawn = {name: tally.pupils for name, tally in tallies.items()}
    assert drawn["now"].shape == (50, 2, 2)
    assert (drawn["now"].sum(axis=2) == [40, 40]).all()
    # Who leaves a for the nearest school comes to b: no hoog does, and laag only leaves a.
    assert (drawn["nearest"][:, 0] == drawn["now"][:, 0]).all()
    assert (drawn["nearest"][:, 1, 0] <= drawn["now"][:, 1, 0]).all()


def test_a_random_allocation_keeps_groups_and_schools(by_attendance):
    spread = counted(by_attendance[by_attendance["year"] == 2019], "education")
    drawn = spread.allocated(500, np.random.default_rng(2)).pupils
    assert (drawn.sum(axis=2) == [80, 40]).all()
    assert (drawn.sum(axis=1) == [50, 70]).all()
    # Of 80 hoog over 50 and 70 places, 80 x 50 / 120 come to a; the standard error of the mean is about .1.
    assert drawn[:, 0, 0].mean() == pytest.approx(80 * 50 / 120, abs=0.5)


def test_the_city_comes_before_its_stadsdelen_and_small_ones_stay_out(by_attendance, schools):
    years = [(one.year, one.name) for one in places(by_attendance, schools)]
    assert years == [(2019, "city"), (2019, "Noord"), (2019, "Zuid"), (2015, "city"), (2015, "Noord"), (2015, "Zuid")]
    assert [one.name for one in places(by_attendance, schools, fewest=2)] == ["city", "city"]


def test_a_school_without_a_stadsdeel_is_refused(by_attendance, schools):
    with pytest.raises(ModelError, match="1 schools with pupils are in no stadsdeel"):
        place(by_attendance[by_attendance["year"] == 2015], schools.drop("b"), "education")


def test_estimates_of_counted_pupils(by_attendance, schools):
    indices = estimate_indices(places(by_attendance, schools), draws=100, random_draws=40, seed=3)
    city = indices[(indices["place"] == "city") & (indices["year"] == 2015)].set_index(["group", "term"])
    # laag 30 and 10 of 40, hoog 10 and 30 of 40
    assert city.loc[("laag", "dissimilarity_now"), "estimate"] == pytest.approx(0.5)
    # Among the 39 schoolmates of a pupil are 9 (29) of its own group and 30 (10) of the other.
    assert city.loc[("hoog", "isolation_now"), "estimate"] == pytest.approx(0.25 * 9 / 39 + 0.75 * 29 / 39)
    assert city.loc[("hoog", "interaction_now"), "estimate"] == pytest.approx(0.25 * 30 / 39 + 0.75 * 10 / 39)
    assert np.isnan(city.loc[("laag", "dissimilarity_now"), "ci_low"])  # it is too high: no interval is right
    assert city.loc[("laag", "dissimilarity_now"), "n_obs"] == 80
    assert city.loc[("hoog", "isolation_now"), "n_obs"] == 40
    assert 0.3 < city.loc[("laag", "dissimilarity_corrected_now"), "estimate"] <= 0.5
    # All segregation is between the stadsdelen: each has one school.
    h = city.loc["all"]["estimate"]
    assert h["theil_between_now"] == pytest.approx(h["theil_now"])
    assert h["theil_within_now"] == pytest.approx(0, abs=1e-12)
    # 30 of one and 10 of the other twice: none of the 20 random allocations of these 80 comes as far.
    assert city.loc[("laag", "dissimilarity_corrected_now"), "p_value"] == pytest.approx(1 / 21)
    assert city.loc[("hoog", "isolation_now"), "p_value"] == pytest.approx(1 / 21)
    assert city.loc[("hoog", "interaction_now"), "p_value"] == pytest.approx(1 / 21)  # who is apart meets others less
    assert np.isnan(city.loc[("laag", "dissimilarity_random_allocation"), "p_value"])


def test_no_estimate_lies_outside_its_interval(by_attendance, schools):
    indices = estimate_indices(places(by_attendance, schools), draws=100, random_draws=40, seed=4)
    known = indices.dropna(subset=["ci_low"])
    assert ((known["ci_low"] <= known["estimate"] + 1e-12) & (known["estimate"] <= known["ci_high"] + 1e-12)).all()


def test_expected_pupils_of_an_area_follow_its_shares(by_attendance, schools):
    last_year = by_attendance[by_attendance["year"] == 2019]
    half = last_year.groupby(["year", "location", "area", "nearest"], as_index=False)["pupils"].sum()
    parts = [half.assign(background=name, pupils=half["pupils"] / 2, education="x") for name in ("nonwestern", "rest")]
    one = place(pd.concat(parts, ignore_index=True), schools, "background")
    assert one.spread.model == "expected_composition"
    # Every area is half and half, so every school is.
    assert one.spread.observed()["now"].pupils.tolist() == [[25, 35], [25, 35]]
    indices = estimate_indices([one], draws=20, random_draws=20, seed=1).set_index("term")
    assert indices.loc["dissimilarity_now", "estimate"] == pytest.approx(0, abs=1e-15)
    assert indices.loc["dissimilarity_corrected_now", "estimate"] == pytest.approx(0, abs=1e-15)
    assert indices.loc["theil_now", "estimate"] == pytest.approx(0, abs=1e-15)
    assert (indices["group"] == "non-western").sum() > 0


def test_schools_by_groups(by_attendance):
    table = by_group(by_attendance[by_attendance["year"] == 2015], "education")
    assert table.to_dict() == {"hoog": {"a": 10, "b": 30}, "laag": {"a": 30, "b": 10}}
