import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from analysis.chapters.leergroei.models import closure
from analysis.chapters.leergroei.models.design import Design, percentile_growth
from analysis.chapters.leergroei.models.rows import DISTINGUISHED
from analysis.errors import ModelError
from analysis.stats.estimates import ESTIMATE_COLUMNS
from analysis.stats.regression import fit

DESIGN = Design({"lezen": (5,), "rekenen": (5,)}, composite=("lezen", "rekenen"))
BY_CATEGORY = ("pnas_ses", "pnas_sex", "pnas_ability")
YEARS = ("2016/17", "2017/18", "2018/19", "2019/20")


def some_tests(number=1, **changes):
    """Make tests of pupils in all years: on the M-test 40 in lezen and 60 in rekenen, 10 points of growth in both."""
    rows = [
        {"pupil": pupil, "year": year, "subject": subject, "m_percentile": m, "e_percentile": m + 10.0}
        for pupil in range(number)
        for year in YEARS
        for subject, m in (("lezen", 40.0), ("rekenen", 60.0))
    ]
    rest = {"groep": 5, "location": "a", "education": "hoog", "sex": "m", "at_risk": False, "prior_percentile": 45.0}
    rest |= {"m_day": 178.0, "e_day": 318.0, "adaptive": False, "consent": True}
    return pd.DataFrame(rows).assign(**rest | changes)


def growth(effect=-3.0, trend=0.5, per_week=0.7, noise=0.0, schools=12, seed=1, outcome="lezen"):
    """Make rows of growth in four years: 4 points, a trend, progress per week and the effect."""
    rng = np.random.default_rng(seed)
    number = schools * 4 * 12
    school, start = np.arange(number) % schools, 2016 + np.arange(number) // schools % 4
    rows = pd.DataFrame({"location": school.astype(str), "start": start, "days": rng.integers(120, 160, number)})
    rows["year"] = [f"{year}/{year - 1999}" for year in start]
    rows["closure"] = (rows["start"] == 2019).astype(float)
    rows["sex"], rows["groep"] = rng.choice(["m", "v"], number), rng.integers(5, 7, number)
    rows["education"] = rng.choice(["laag", "middelbaar", "hoog", "onbekend"], number)
    rows["m_percentile"] = rng.uniform(20, 80, number)
    rows["prior_percentile"] = rng.permutation(number) / number * 100
    expected = 4 + trend * (rows["start"] - 2018) + per_week * rows["days"] / 7 + effect * rows["closure"]
    rows["growth"] = expected + noise * rng.normal(size=number)
    rows["e_percentile"] = rows["m_percentile"] + rows["growth"]
    return rows.assign(outcome=outcome, pupil=np.arange(number), at_risk=False)


def only(estimates, term="closure", **where):
    rows = estimates[estimates["term"] == term]
    for column, value in where.items():
        rows = rows[rows[column] == value]
    assert len(rows) == 1
    return rows.iloc[0]


def test_growth_is_the_change_in_percentile_and_the_composite_its_mean():
    rows = percentile_growth(some_tests(), DESIGN)
    assert rows["outcome"].value_counts().to_dict() == {"composite": 4, "lezen": 4, "rekenen": 4}
    assert (rows["growth"] == 10).all()
    assert (rows["days"] == 140).all()
    means = rows.groupby("outcome")["m_percentile"].mean()
    assert means.to_dict() == {"composite": 50, "lezen": 40, "rekenen": 60}
    assert rows.loc[rows["closure"] == 1, "start"].unique().tolist() == [2019]


def test_the_year_may_be_a_number():
    by_text = percentile_growth(some_tests(), DESIGN)
    by_number = percentile_growth(some_tests().assign(year=lambda r: r["year"].str[:4].astype(int)), DESIGN)
    pd.testing.assert_frame_equal(by_text.drop(columns="year"), by_number.drop(columns="year"))


def test_the_composite_asks_for_as_many_subjects_as_the_design_says():
    tests = some_tests(2)
    tests.loc[(tests["pupil"] == 1) & (tests["subject"] == "lezen"), "e_percentile"] = np.nan
    both = Design(DESIGN.groepen, DESIGN.composite, composite_least=2)
    for design, expected in ((DESIGN, {0: 50.0, 1: 60.0}), (both, {0: 50.0})):
        rows = percentile_growth(tests, design).query("outcome == 'composite' and start == 2018")
        assert rows.set_index("pupil")["m_percentile"].to_dict() == expected


def test_a_composite_without_the_prior_in_one_subject_has_no_prior():
    tests = some_tests(2)
    tests.loc[(tests["pupil"] == 1) & (tests["subject"] == "lezen"), "prior_percentile"] = np.nan
    rows = percentile_growth(tests, DESIGN).query("outcome == 'composite'")
    assert rows.groupby("pupil")["prior_percentile"].max().to_dict() == pytest.approx({0: 45.0, 1: np.nan}, nan_ok=True)


@pytest.mark.parametrize(
    "change", [{"consent": False}, {"adaptive": True}, {"groep": 6}, {"e_percentile": np.nan}, {"year": "2015/16"}]
)
def test_tests_that_do_not_count_are_left_out(change):
    tests = pd.concat([some_tests(), some_tests(**change).assign(pupil=9)])
    assert set(percentile_growth(tests, DESIGN)["pupil"]) == {0}


def test_weights_come_along_and_are_averaged_in_the_composite():
    tests = some_tests().assign(w=lambda r: np.where(r["subject"] == "lezen", 1.0, 2.0))
    rows = percentile_growth(tests, DESIGN, weights="w")
    assert rows.groupby("outcome")["w"].mean().to_dict() == {"composite": 1.5, "lezen": 1.0, "rekenen": 2.0}


def test_a_year_without_tests_and_a_composite_of_unknown_subjects_are_refused():
    with pytest.raises(ModelError, match="lezen: no pupil has both results in 2017/18"):
        percentile_growth(some_tests().query("subject != 'lezen' or year != '2017/18'"), DESIGN)
    with pytest.raises(ModelError, match="composite of lezen, spelling"):
        percentile_growth(some_tests(), Design({"lezen": (5,)}, ("lezen", "spelling")))


def test_the_effect_is_found_beside_trend_and_days():
    estimates = closure.estimate(growth(), "pnas_overall")
    assert list(estimates.columns) == [*ESTIMATE_COLUMNS, *DISTINGUISHED]
    row = only(estimates)
    assert_allclose(row["estimate"], -3.0)
    assert (row["n_obs"], row["n_clusters"], row["n_least"]) == (576, 12, 144)
    assert row["unit"] == "percentile points"
    rows = growth()
    assert_allclose(only(estimates, "year")["estimate"], 0.5 * rows["start"].std())
    assert_allclose(only(estimates, "days")["estimate"], 0.1 * rows["days"].std())


def test_one_control_year_takes_the_trend_for_part_of_the_effect():
    estimates = closure.estimate(growth(trend=0.5), "pnas_one_control")
    assert "year" not in set(estimates["term"])
    assert_allclose(only(estimates)["estimate"], -3.0 + 0.5)


def test_every_outcome_has_an_estimate_of_its_own():
    rows = pd.concat([growth(-3.0), growth(-2.0, outcome="rekenen")], ignore_index=True)
    estimates = closure.estimate(rows, "pnas_overall")
    assert_allclose([only(estimates, outcome=name)["estimate"] for name in ("lezen", "rekenen")], [-3, -2])


def test_effects_by_education_and_their_difference():
    rows = growth()
    rows["growth"] -= 1.5 * rows["closure"] * (rows["education"] == "laag") + 0.4 * (rows["education"] == "laag")
    estimates = closure.estimate(rows, "pnas_ses")
    assert_allclose(only(estimates, category="laag")["estimate"], -4.5)
    assert_allclose(only(estimates, category=closure.HIGHER_EDUCATION)["estimate"], -3.0)
    difference = only(estimates, "difference")
    assert_allclose(difference["estimate"], -1.5)
    assert difference["n_obs"] == (rows["education"] != "onbekend").sum()  # a difference rests on both groups


def test_effects_by_sex():
    rows = growth()
    rows["growth"] += rows["closure"] * (rows["sex"] == "v")
    estimates = closure.estimate(rows, "pnas_sex")
    assert_allclose([only(estimates, category=name)["estimate"] for name in ("boys", "girls")], [-3, -2])


def test_thirds_of_prior_performance():
    rows = growth()
    rows["growth"] += rows["closure"] * (rows["prior_percentile"] < 100 / 3)
    estimates = closure.estimate(rows, "pnas_ability")
    effects = {name: only(estimates, category=name)["estimate"] for name in closure.PRIOR}
    assert_allclose(list(effects.values()), [-2, -3, -3], atol=0.05)
    assert only(estimates, category="middle")["n_obs"] == 192
    without = rows.assign(prior_percentile=rows["prior_percentile"].where(rows["sex"] == "m"))
    assert closure.estimate(without, "pnas_ability")["n_obs"].max() <= (rows["sex"] == "m").sum()


def test_every_groep_is_estimated_apart():
    rows = growth()
    rows["growth"] -= rows["closure"] * (rows["groep"] == 6)
    estimates = closure.estimate(rows, "pnas_grade")
    assert_allclose([only(estimates, category=groep)["estimate"] for groep in ("5", "6")], [-3, -4])


def test_school_effects_take_out_who_attends_in_which_year():
    rows = growth()
    good = rows["location"].astype(int) < 6
    rows = rows[good | (rows["start"] != 2019) | (rows.index % 3 == 0)]  # fewer of the other schools in the last year
    rows = rows.assign(growth=rows["growth"] + 5 * good.loc[rows.index])
    assert_allclose(only(closure.estimate(rows, "pnas_school_fe"))["estimate"], -3.0)
    assert only(closure.estimate(rows, "pnas_overall"))["estimate"] > -2.8


def test_placebo_years_are_how_far_the_middle_year_is_off_the_line():
    rows = growth(trend=0.5)
    rows["growth"] += 0.9 * (rows["start"] == 2017)
    estimates = closure.estimate(rows, "placebo")
    effects = [only(estimates, category=year)["estimate"] for year in YEARS[:3]]
    assert_allclose(effects, [-1.8, 0.9, -1.8])
    with pytest.raises(ModelError, match="two control years"):
        closure.estimate(rows[rows["start"] >= 2018], "placebo")


def test_weekly_progress_is_what_a_week_adds_before_the_closure():
    row = only(closure.estimate(growth(per_week=0.7), "weekly"), "week")
    assert_allclose(row["estimate"], 0.7)
    assert (row["n_obs"], row["n_least"]) == (432, 432)  # of the control years alone all rows count


def test_ancova_and_change_score_differ_by_what_the_year_stood_higher():
    rows = growth(effect=-3.0)
    rows["m_percentile"] += 5 * rows["closure"]
    rows["growth"] -= 0.2 * rows["m_percentile"]
    rows["e_percentile"] = rows["m_percentile"] + rows["growth"]
    estimates = closure.estimate(rows, "ancova")
    assert_allclose(only(estimates, "m_percentile")["estimate"], 0.8)
    assert_allclose(only(estimates)["estimate"], -3.0)
    # The change score holds the coefficient at one, so that it counts 0.2 of what the year stood higher as loss.
    higher = fit(rows, "m_percentile", ["closure", "start", "days"], cluster="location").coefficients["closure"]
    assert 3 < higher < 12
    assert_allclose(only(closure.estimate(rows, "pnas_overall"))["estimate"], -3.0 - 0.2 * higher)


@pytest.mark.parametrize("model", [name for name in closure.VARIATIONS if name not in BY_CATEGORY])
def test_all_take_weights(model):
    rows = growth(noise=5.0).assign(w=lambda r: 1.0 + (r["sex"] == "v"))
    twice = pd.concat([rows, rows[rows["sex"] == "v"]])
    term = "week" if model == "weekly" else "closure"
    weighted, repeated = closure.estimate(rows, model, weights="w"), closure.estimate(twice, model)
    assert_allclose(*(e.loc[e["term"] == term, "estimate"] for e in (weighted, repeated)), rtol=1e-9)


@pytest.mark.parametrize(("closed", "before", "least"), [(3, 7, 3), (8, 2, 2), (0, 10, 10)])
def test_the_least_counts_the_smaller_side_of_the_closure(closed, before, least):
    rows = pd.DataFrame({"pupil": range(10), "closure": [1.0] * closed + [0.0] * before})
    # of the control years alone all rows count
    assert closure.counts(rows) == {"n_least": least, "n_pupils": 10}


def test_all_variations_come_in_one_form():
    estimates = closure.pnas(growth(noise=1.0))
    assert list(estimates.columns) == [*ESTIMATE_COLUMNS, *DISTINGUISHED]
    assert set(estimates["model"]) == set(closure.VARIATIONS)


def test_one_control_year_has_no_placebo():
    rows = growth(noise=1.0)
    assert "placebo" not in set(closure.pnas(rows[rows["start"] >= 2018])["model"])
