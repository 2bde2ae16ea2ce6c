"""Panels of schools and years: small enough to do by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from panel_tests import pre_trend_test

from analysis.errors import ModelError
from analysis.stats.panel import (
    design,
    difference_in_differences,
    event_study,
    event_terms,
    event_year,
    fit_panel,
    joint_test,
    with_event_terms,
)


def four_schools(effect=2.0):
    """Two schools with, two without; two years; school levels 1-4, everyone 10 more in the second year."""
    frame = pd.DataFrame({"location": list("aabbccdd"), "year": [2020, 2021] * 4, "board": list("11112222")})
    frame = frame.assign(amt=frame["location"].isin(["a", "c"]))
    level = frame["location"].map({"a": 1, "b": 2, "c": 3, "d": 4})
    return frame.assign(y=level + 10 * (frame["year"] == 2021) + effect * frame["amt"] * (frame["year"] == 2021))


def panel_of(schools=60, seed=1, boards=15):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {"location": np.repeat(np.arange(schools), 5), "year": np.tile(np.arange(2017, 2022), schools)}
    )
    frame = frame.assign(board=frame["location"] % boards, amt=frame["location"] < schools / 3)
    return frame.assign(y=rng.normal(size=len(frame)) + frame["location"] % 4)


def test_the_difference_of_four_means():
    frame = four_schools()
    frame.loc[0, "y"] += 1  # school a rises by 1 less: the mean rise with is (11 + 12) / 2, without 10
    fitted = difference_in_differences(frame, "y", treated="amt", start=2021)
    assert fitted.coefficients["treated_after"] == pytest.approx((11 + 12) / 2 - 10)


def test_the_error_by_hand():
    # Rises (second less first year): a 11, c 12 with; b 10, d 10 without. Estimate 1.5. In rises the model has an
    # intercept and the treatment; the half-demeaned treatment is +-1/4 a year, residuals of rises are -.5, +.5, 0, 0.
    # Scores of boards: 1 (a, b): 2 x 1/4 x (-.5 / 2) = -1/8 and 2: +1/8. Sum of squares of the treatment 8 / 16 = 1/2.
    # c = 2/1 x (8 - 1) / (8 - 2) = 7/3 with the term and one effect of a year; variance = c x (2 / 64) / (1/4).
    frame = four_schools()
    frame.loc[0, "y"] += 1
    fitted = difference_in_differences(frame, "y", treated="amt", start=2021)
    assert fitted.n_clusters == 2
    assert fitted.std_errors["treated_after"] ** 2 == pytest.approx(7 / 3 * (2 / 64) / (1 / 4))


@pytest.mark.parametrize("engine", ["linearmodels", "within"])
def test_the_event_study_is_a_difference_to_the_base(engine):
    frame = panel_of()
    fitted = event_study(frame, "y", treated="amt", base=2020, engine=engine)
    means = frame.groupby(["amt", "year"])["y"].mean()
    gap = {year: means[True, year] - means[False, year] for year in range(2017, 2022)}
    by_year = {event_year(term): value for term, value in fitted.coefficients.items()}
    assert by_year == pytest.approx({year: gap[year] - gap[2020] for year in (2017, 2018, 2019, 2021)})


@given(shift=st.floats(-100, 100), slope=st.floats(-5, 5))
@settings(max_examples=20, deadline=None)
def test_levels_of_schools_and_years_do_not_matter(shift, slope):
    frame = panel_of()
    moved = frame.assign(y=frame["y"] + shift * frame["location"] + slope * (frame["year"] - 2017) ** 2)
    one, other = (
        difference_in_differences(each, "y", treated="amt", start=2020, engine="within") for each in (frame, moved)
    )
    assert other.coefficients.iloc[0] == pytest.approx(one.coefficients.iloc[0], abs=1e-6)
    assert other.std_errors.iloc[0] == pytest.approx(one.std_errors.iloc[0], abs=1e-6)


def test_a_joint_test_of_one_term_is_its_t_test_squared():
    fitted = event_study(panel_of(), "y", treated="amt", base=2020)
    row = fitted.estimates("m", "all", "unit", ["year_2017"]).iloc[0]
    test = joint_test(fitted, ["year_2017"])
    assert test.statistic == pytest.approx((row["estimate"] / row["std_error"]) ** 2)
    assert test.p_value == pytest.approx(row["p_value"])


def test_a_planted_trend_is_seen_before_the_start():
    frame = panel_of(schools=300, boards=60)
    trending = frame.assign(y=frame["y"] + frame["amt"] * (frame["year"] - 2017))
    quiet, seen = (pre_trend_test(event_study(each, "y", treated="amt", base=2020), 2021) for each in (frame, trending))
    assert quiet.df == 3
    assert seen.p_value < 1e-6 < 0.01 < quiet.p_value


def test_the_dose_may_be_continuous():
    frame = panel_of().assign(dose=lambda f: f["location"] / 10)
    rows = with_event_terms(frame, "dose", 2020)
    assert rows.loc[rows["year"] == 2018, "year_2018"].max() == 5.9
    assert (rows.loc[rows["year"] != 2018, "year_2018"] == 0).all()
    assert event_terms(frame, 2020) == ["year_2017", "year_2018", "year_2019", "year_2021"]


def test_one_design_serves_several_outcomes_and_clusters():
    frame = panel_of().assign(z=lambda f: f["y"] ** 2, x=lambda f: np.sin(np.arange(len(f))))
    panel = design(frame, ["y", "z"], ["x"])
    for outcome in ("y", "z"):
        fitted = panel.fit(outcome)
        for cluster in ("board", "location"):
            alone = fit_panel(frame, outcome, ["x"], cluster=cluster)
            assert fitted.clustered(cluster).std_errors["x"] == pytest.approx(alone.std_errors["x"], rel=1e-12)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.assign(y=f["y"].where(f.index > 0)), r"values are missing in y \(1\)"),
        (lambda f: pd.concat([f, f.head(1)]), "twice"),
        (lambda f: f.assign(board=f.index % 3), "several values of board"),
        (lambda f: f.assign(board=1), "at least two clusters"),
        (lambda f: f.assign(amt=True), "treated_after: absorbed by the effects"),
    ],
)
def test_what_is_refused(change, message):
    with pytest.raises(ModelError, match=message):
        difference_in_differences(change(panel_of()), "y", treated="amt", start=2020)


def test_a_base_that_is_no_year_is_refused():
    with pytest.raises(ModelError, match="2014 is not in the panel, which has 2017-2021"):
        event_study(panel_of(), "y", treated="amt", base=2014)
