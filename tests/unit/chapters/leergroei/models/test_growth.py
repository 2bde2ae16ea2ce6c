import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from analysis.chapters.leergroei.models import growth
from analysis.chapters.leergroei.models.rows import ESTIMATE
from analysis.errors import ModelError
from analysis.stats.estimates import ESTIMATE_COLUMNS
from analysis.stats.regression import fit


def small(**changes):
    """Three pupils in either year of one cell: growth 8, 10, 12 before, and 9, 10, 11 minus 2 after."""
    rows = pd.DataFrame(
        {
            "growth": [8.0, 10, 12, 7, 8, 9],
            "closure": [0.0, 0, 0, 1, 1, 1],
            "location": ["a", "b", "c"] * 2,
            "subject": "rekenen",
            "groep": 7,
            "level_m": "I",
            "reason": "both",
        }
    )
    years = np.where(rows["closure"] == 1, "2019/20", "2018/19")
    return rows.assign(pupil=[1, 2, 3, 1, 4, 5], year=years, **changes)


def test_growth_is_standardised_on_the_year_before(design):
    estimates = growth.standardised(small(), design)
    # mean 10, standard deviation 2
    assert_allclose(estimates["growth_sd"], [-1, 0, 1, -1.5, -1, -0.5])


def test_weights_enter_the_mean_and_the_spread(design):
    estimates = growth.standardised(small(w=[1.0, 1, 2, 1, 1, 1]), design, weights="w")
    # mean (8 + 10 + 24) / 4 = 10.5; variance (6.25 + 0.25 + 2 x 2.25) / 4 x 3/2 = 4.125
    assert_allclose(estimates["growth_sd"].iloc[0], (8 - 10.5) / np.sqrt(4.125))


def test_the_change_is_the_difference_of_means(design):
    row = growth.change(growth.standardised(small(), design), design).iloc[0]
    assert row["estimate"] == pytest.approx(-1.0)
    assert (row["n_obs"], row["n_least"], row["n_clusters"], row["by"]) == (6, 3, 3, "")
    assert row["n_pupils"] == 5  # pupil 1 is in both years
    assert "year before" in row["unit"]


def test_what_a_band_grows_in_any_year_is_taken_off(simulate, design):
    rows = simulate(effect=-3.0, noise=0.1)
    always = rows.assign(growth=rows["growth"] + 5 * (rows["band"] == "40% or more"))
    change = growth.change(growth.standardised(always, design, ("subject", "groep")), design, ("band",))
    sd = growth.standardised(always, design, ("subject", "groep"))
    points = 3 / (always.loc[always["closure"] == 0, "growth"].std())
    assert len(sd) == len(always)
    assert_allclose(change["estimate"], [-points, -points], rtol=0.02)


def test_tables_have_the_one_form_and_every_group(simulate, design):
    estimates = growth.change_tables(growth.standardised(simulate(), design), design)
    assert list(estimates.columns[:11]) == list(ESTIMATE_COLUMNS)
    assert set(estimates["by"]) == {"", "groep", "level_m", "groep, level_m", "band", "band, level_m"}
    assert set(estimates.loc[estimates["by"] == "groep, level_m", "category"]) == {
        f"groep 7, level {level}" for level in ("I", "II", "III", "IV", "V")
    }


def test_a_group_with_two_schools_keeps_its_place_without_an_estimate(simulate, design):
    rows = simulate(schools=2)
    estimates = growth.change(growth.standardised(rows, design), design)
    assert estimates[list(ESTIMATE)].isna().all(axis=None)
    assert estimates["n_clusters"].item() == 2


def test_a_group_absent_in_one_year_counts_nobody_there(simulate, design):
    rows = simulate()
    gone = rows[~((rows["location"] < "s05") & (rows["closure"] == 1))]
    few = gone.assign(band=np.where(gone["location"] < "s05", "few", "many"))
    estimates = growth.change(growth.standardised(few, design), design, ("band",)).set_index("category")
    assert estimates.loc["few at risk", ["n_least", "n_clusters"]].tolist() == [0, 0]
    assert np.isnan(estimates.loc["few at risk", "estimate"])


def test_a_cell_that_cannot_be_standardised_on_is_refused(simulate, design):
    rows = simulate()
    alone = rows.assign(level_m=rows["level_m"].where(rows["pupil"] > 0, "VI"))
    with pytest.raises(ModelError, match="standardise on: rekenen 7 VI"):
        growth.standardised(alone, design)


def test_the_shortage_contrast_finds_its_slope_and_not_that_of_the_pupils(simulate, design):
    rows = simulate(noise=1.0, schools=40)
    loss = 4 * rows["shortage"] + 2 * rows["share_at_risk"]
    estimates = growth.shortage_contrast(
        growth.standardised(rows.assign(growth=rows["growth"] - rows["closure"] * loss), design), design
    )
    overall = estimates[estimates["by"] == ""].iloc[0]
    # 0.4 points per 10 points of shortage, in standard deviations of about 1 point
    assert overall["estimate"] == pytest.approx(-0.4, abs=0.08)
    assert overall["term"] == "closure:shortage"


def test_growth_against_the_norm_is_a_mean_in_national_standard_deviations(simulate, design):
    rows = simulate().assign(norm_growth=lambda rows: 0.05 + 0.01 * (rows["pupil"] % 3 - 1))
    estimates = growth.norm_growth(rows, design)
    assert estimates["estimate"].item() == pytest.approx(0.05, abs=1e-3)
    assert estimates["n_obs"].item() == 600  # of the year before alone


@pytest.mark.parametrize("weights", [None, "w"])
def test_a_change_is_what_a_regression_on_the_closure_year_tells(simulate, design, weights):
    rows = simulate(effect=-1.0, school_noise=1.0)
    estimates = growth.standardised(rows, design).assign(w=lambda rows: 1 + rows["pupil"] % 3)
    for name, part in estimates.groupby("level_m"):
        change = growth.change(part, design, weights=weights).iloc[0]
        fitted = fit(part, "growth_sd", ["closure"], cluster="location", weights=weights).estimates("m", "g", "u")
        theirs = fitted.set_index("term").loc["closure"]
        assert_allclose(
            change[list(ESTIMATE)].astype(float), theirs[list(ESTIMATE)].astype(float), rtol=1e-8, err_msg=name
        )


def test_a_mean_is_what_a_regression_on_nothing_tells(simulate, design):
    rows = simulate().assign(norm_growth=lambda rows: rows["growth"])
    row = growth.norm_growth(rows, design).iloc[0]
    fitted = fit(rows[rows["closure"] == 0], "growth", (), cluster="location").estimates("m", "g", "u").iloc[0]
    assert_allclose(row[list(ESTIMATE)].astype(float), fitted[list(ESTIMATE)].astype(float), rtol=1e-8)
