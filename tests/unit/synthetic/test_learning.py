from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import yaml
from numpy.testing import assert_allclose
from true_effects import closure_percentiles

from analysis.data.microdata import MICRODATA
from analysis.errors import InputError, ModelError
from analysis.synthetic.learning import analysed, make_learning
from analysis.synthetic.learning_growth import closure_effect
from analysis.synthetic.learning_testing import calendar
from analysis.synthetic.learning_truth import NORMS, ClosureTruth, LearningTruth, TestingTruth, percentile
from analysis.synthetic.moments_learning import MOMENTS, growth_rows, pnas_design

PUBLISHED = Path(__file__).parents[3] / "params" / "published"
FILES = ("amsterdam-po-2020-learning.yml", "engzell-2021.yml")
EVERYBODY_TESTED = replace(TestingTruth(), level_v=0.0, level_v_at_risk=0.0)


def city(seed=1, pupils=5000, schools=60):
    """Make a stand-in for the pupils and schools, segregated by parental education."""
    rng = np.random.default_rng(seed)
    keys = np.array([f"99{chr(65 + i // 26)}{chr(65 + i % 26)}00" for i in range(schools)])
    school = rng.integers(0, schools, pupils)
    standing = rng.normal(size=schools)[school] + rng.logistic(size=pupils)
    education = np.select([standing > 0.1, standing > -1.6], ["hoog", "middelbaar"], "laag")
    education = np.where(rng.random(pupils) < 0.07, "onbekend", education)
    at_risk = rng.random(pupils) < np.select([education == "hoog", education == "laag"], [0.05, 0.9], 0.5)
    by_pupil = pd.DataFrame(
        {
            "pupil": np.arange(pupils),
            "groep": rng.integers(1, 9, pupils),
            "location": keys[school],
            "education": education,
            "sex": rng.choice(["m", "v"], pupils),
            "at_risk": at_risk,
        }
    )
    by_location = by_pupil.groupby("location", as_index=False).agg(share_at_risk=("at_risk", "mean"))
    return by_pupil, by_location.assign(shortage=rng.uniform(0, 0.3, len(by_location)))


def learning(truth, seed=7, people=None):
    by_pupil, by_location = people or city()
    return make_learning(by_pupil, by_location, truth, np.random.SeedSequence(seed))


@pytest.fixture(scope="module")
def by_pupil_test():
    return learning(LearningTruth())


def without_closure():
    nothing = {subject: dict.fromkeys(norm.groepen, 0.0) for subject, norm in NORMS.items()}
    none = dict.fromkeys(NORMS, 0.0)
    return ClosureTruth(nothing, none, none, shortage=0.0, school_sd=0.0, pupil_sd=0.0)


def clustered(rows):
    """Estimate the closure effect of the plain regression, with its interval clustered by school."""
    year, days = ((rows[name] - rows[name].mean()) / rows[name].std() for name in ("year", "days"))
    X = sm.add_constant(pd.DataFrame({"closure": rows["closure"], "year": year, "days": days}))
    groups = pd.factorize(rows["location"])[0]
    fit = sm.OLS(rows["growth"], X).fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)
    return fit.params["closure"], *fit.conf_int().loc["closure"]


def recovered(worlds, subject):
    """Estimate in many worlds; return estimate minus truth, and whether the interval covers the truth."""
    truth = LearningTruth(testing=EVERYBODY_TESTED)
    errors, covers = [], []
    for seed in range(worlds):
        people = city(seed, pupils=3000, schools=40)
        frame = learning(truth, 1000 + seed, people)
        true = closure_percentiles(frame, people[1], truth)[subject]
        estimate, low, high = clustered(growth_rows({"by_pupil_test": frame}, subject))
        errors.append(estimate - true)
        covers.append(low <= true <= high)
    return np.array(errors), np.array(covers)


def test_rows_keep_to_the_contract(by_pupil_test):
    MICRODATA["by_pupil_test"].validate(by_pupil_test)


def test_groepen_are_those_that_are_tested(by_pupil_test):
    groepen = by_pupil_test.groupby("subject")["groep"].unique().map(sorted)
    assert groepen.to_dict() == {"lezen": [5, 6, 7], "rekenen": [4, 5, 6, 7], "dmt": [3, 4], "spelling": [4, 5, 6, 7]}
    assert sorted(by_pupil_test["year"].unique()) == ["2016/17", "2017/18", "2018/19", "2019/20"]


def test_same_seed_same_tests_and_another_seed_others(by_pupil_test):
    pd.testing.assert_frame_equal(by_pupil_test, learning(LearningTruth()))
    assert not by_pupil_test["m_score"].equals(learning(LearningTruth(), seed=8)["m_score"])


def test_who_has_left_has_a_number_that_nobody_else_has():
    by_pupil, by_location = city()
    by_pupil.loc[by_pupil.index[-50:], "groep"] = 1  # too young for tests, with the last numbers
    tests = make_learning(by_pupil, by_location, LearningTruth(), np.random.SeedSequence(3))
    tested = by_pupil[by_pupil["groep"] >= 3]["pupil"]
    left = tests.loc[~tests["pupil"].isin(tested), "pupil"]
    assert len(left) > 0
    assert left.min() > by_pupil["pupil"].max()


def test_closure_touches_only_the_e_tests_of_its_year(by_pupil_test):
    other = learning(LearningTruth(closure=without_closure()))
    before = by_pupil_test["year"] < "2019/20"
    pd.testing.assert_frame_equal(by_pupil_test[before], other[before])
    untouched = by_pupil_test.columns.difference(["e_score", "e_percentile", "level_e"])
    pd.testing.assert_frame_equal(by_pupil_test[untouched], other[untouched])
    assert by_pupil_test.loc[~before, "e_score"].sum() < other.loc[~before, "e_score"].sum()


def test_ability_part_leaves_days_and_absence_alone(by_pupil_test):
    ability = replace(LearningTruth().ability, reliability=dict.fromkeys(NORMS, 0.5))
    other = learning(LearningTruth(ability=ability))
    before = by_pupil_test["year"] < "2019/20"  # in 2019/20 absence hangs on the level
    same = ["pupil", "m_day", "e_day", "adaptive", "consent", "e_missing"]
    pd.testing.assert_frame_equal(by_pupil_test.loc[before, same], other.loc[before, same])


def test_prior_percentile_is_last_years_end_test(by_pupil_test):
    rows = by_pupil_test.assign(start=by_pupil_test["year"].str[:4].astype(int))
    last = rows[["pupil", "subject", "start", "e_percentile"]].assign(start=rows["start"] + 1)
    pairs = rows.merge(last, on=["pupil", "subject", "start"], suffixes=("", "_last"))
    assert len(pairs) > 1000
    assert_allclose(pairs["prior_percentile"], pairs["e_percentile_last"])


def test_dmt_in_groep_3_has_no_prior_test(by_pupil_test):
    first = (by_pupil_test["subject"] == "dmt") & (by_pupil_test["groep"] == 3)
    assert by_pupil_test.loc[first, "prior_percentile"].isna().all()
    assert by_pupil_test.loc[~first & by_pupil_test["consent"], "prior_percentile"].notna().mean() > 0.8


def test_scores_follow_the_norm():
    ability, groep = np.array([-1.0, 0.0, 2.0]), np.array([4, 4, 7])
    score = NORMS["rekenen"].score(ability, groep, end=False)
    assert_allclose(score, [150 - 26, 150, 248 + 2 * 26])
    assert_allclose(NORMS["rekenen"].ability(score, groep, end=False), ability)
    assert_allclose(percentile(ability), [15.8655, 50, 97.7250], atol=1e-4)


def test_levels_are_national_quintiles(by_pupil_test):
    for test in ("m", "e"):
        place, level = by_pupil_test[f"{test}_percentile"], by_pupil_test[f"level_{test}"]
        assert (level.isna() == place.isna()).all()
        span = place.groupby(level).agg(["min", "max"])
        assert span.index.tolist() == ["I", "II", "III", "IV", "V"]
        assert (span["min"] > [80, 60, 40, 20, 0]).all()
        assert (span["max"] <= [100, 80, 60, 40, 20]).all()


def test_nothing_is_told_without_consent(by_pupil_test):
    refused = by_pupil_test[~by_pupil_test["consent"]]
    told = ["m_score", "e_score", "m_percentile", "e_percentile", "level_m", "level_e", "prior_percentile"]
    assert len(refused) > 0
    assert refused[[*told, "m_day", "e_day"]].isna().all(axis=None)
    assert refused["e_missing"].all()
    assert set(refused["location"]).isdisjoint(by_pupil_test.loc[by_pupil_test["consent"], "location"])


def test_missing_end_tests_are_flagged(by_pupil_test):
    assert (by_pupil_test["e_missing"] == by_pupil_test["e_score"].isna()).all()
    assert (by_pupil_test["e_missing"] == by_pupil_test["e_day"].isna()).all()


def test_level_v_misses_the_end_test_after_the_closure(by_pupil_test):
    rows = by_pupil_test[by_pupil_test["level_m"].notna()]
    absent = rows["e_missing"].groupby([rows["level_m"], rows["year"]]).mean()
    more = absent.xs("2019/20", level="year") - absent.xs("2018/19", level="year")
    assert more["V"] > more[["I", "II", "III", "IV"]].max() + 0.05


def test_analysed_leaves_out_adaptive_pupils_and_half_results(by_pupil_test):
    rows = analysed(by_pupil_test)
    assert by_pupil_test["adaptive"].any()
    assert not rows["adaptive"].any()
    assert rows["consent"].all()
    assert rows[["m_score", "e_score"]].notna().all(axis=None)


def test_closure_effect_adds_its_terms_up():
    truth = ClosureTruth(
        groep={"lezen": {5: -0.1, 7: -0.2}},
        level_one={"lezen": 0.05},
        at_risk={"lezen": -0.4},
        at_risk_centre=0.5,
        shortage=-1.0,
    )
    effect = closure_effect(
        "lezen",
        np.array([5, 7]),
        np.array([False, True]),
        np.array([0.75, 0.5]),
        np.array([0.2, 0.1]),
        truth,
    )
    # -0.1 - 0.4 (0.75 - 0.5) - 0.2 (1 - 0.75), and -0.2 + 0.05 + 0 - 0.1 (1 - 0.5)
    assert_allclose(effect, [-0.25, -0.20])


def test_no_closure_takes_nothing():
    people = city()
    truth = LearningTruth(closure=without_closure())
    taken = closure_percentiles(learning(truth, people=people), people[1], truth)
    assert taken == dict.fromkeys(NORMS, 0.0)


def test_estimate_follows_a_changed_truth():
    people, truth = city(), LearningTruth(testing=EVERYBODY_TESTED)
    lower = {subject: {g: d - 0.2 for g, d in by_groep.items()} for subject, by_groep in truth.closure.groep.items()}
    changed = replace(truth, closure=replace(truth.closure, groep=lower))
    found, expected = [], []
    for each in (truth, changed):
        frame = learning(each, people=people)
        found.append(pnas_design(growth_rows({"by_pupil_test": frame}, "rekenen"))[0]["closure"])
        expected.append(closure_percentiles(frame, people[1], each)["rekenen"])
    # 0.2 sd is about 5 to 6 percentile points; the draws are the same, so the regression must see just that.
    assert -6.5 < found[1] - found[0] < -4.5
    assert_allclose(found[1] - found[0], expected[1] - expected[0], atol=0.15)


def test_regression_to_the_mean_without_any_closure():
    frame = learning(LearningTruth(closure=without_closure()))
    rows = growth_rows({"by_pupil_test": frame}, "rekenen")
    growth = rows.groupby("level_m")["growth"].mean()
    assert growth["I"] < -2 < 2 < growth["V"]


def test_plain_regression_recovers_the_truth():
    errors, covers = recovered(40, "rekenen")
    assert abs(errors.mean()) < 3 * errors.std(ddof=1) / np.sqrt(40)
    assert covers.sum() >= 33  # 38 expected; fewer than 33 has a chance of 0.3% when 95% is true


@pytest.mark.slow
@pytest.mark.parametrize("subject", ["lezen", "rekenen"])
def test_intervals_cover_the_truth_as_often_as_they_say(subject, record_property):
    _, covers = recovered(200, subject)
    record_property(f"closure effect on {subject}, PNAS design, clustered by school", covers.mean())
    assert 0.92 <= covers.mean() <= 0.98


def test_pnas_design_by_hand():
    rows = pd.DataFrame({"year": [2017, 2017, 2018, 2018, 2019, 2019], "days": [0.0, 2, 1, 0, 2, 1]})
    rows["closure"] = (rows["year"] == 2019).astype(float)
    rows["growth"] = 4 + 0.5 * (rows["year"] - 2018) + 0.25 * (rows["days"] - 1) - 3 * rows["closure"]
    coefficients, left = pnas_design(rows)
    sd_year, sd_days = rows["year"].std(), rows["days"].std()
    assert_allclose(coefficients[["intercept", "closure"]], [4, -3])
    assert_allclose(coefficients[["year", "days"]], [0.5 * sd_year, 0.25 * sd_days])
    assert_allclose(left, 0, atol=1e-12)


def test_pnas_design_with_one_control_year_has_no_trend():
    rows = pd.DataFrame({"year": [2018, 2018, 2019, 2019], "days": [0.0, 1, 0, 1], "growth": [1.0, 2, -1, 0]})
    coefficients, _ = pnas_design(rows.assign(closure=[0.0, 0, 1, 1]))
    assert coefficients.index.tolist() == ["intercept", "closure", "days"]
    assert_allclose(coefficients["closure"], -2)


def test_pnas_design_refuses_what_it_cannot_tell_apart():
    rows = pd.DataFrame({"year": [2018, 2018, 2019, 2019], "days": [0.0, 0, 1, 1], "growth": [1.0, 2, -1, 0]})
    with pytest.raises(ModelError, match="tell the terms apart"):
        pnas_design(rows.assign(closure=[0.0, 0, 1, 1]))


def test_composite_is_the_mean_of_the_subjects_with_both_results(by_pupil_test):
    rows = growth_rows({"by_pupil_test": by_pupil_test}, "composite")
    one = rows[rows["groep"] == 7].iloc[0]
    parts = analysed(by_pupil_test)
    parts = parts[(parts["pupil"] == one["pupil"]) & parts["year"].str.startswith(str(one["year"]))]
    parts = parts[parts["subject"].isin(["lezen", "rekenen", "spelling"])]
    assert len(parts) > 1
    assert one["m_percentile"] == pytest.approx(parts["m_percentile"].mean())
    assert one["growth"] == pytest.approx((parts["e_percentile"] - parts["m_percentile"]).mean())


def test_moments_notice_another_frame(by_pupil_test):
    moment = MOMENTS["learning_growth_rekenen_2019"]
    first = moment({"by_pupil_test": by_pupil_test})
    second = moment({"by_pupil_test": by_pupil_test.assign(e_percentile=by_pupil_test["e_percentile"] - 1)})
    assert second - first == pytest.approx(-1)


def test_moments_are_numbers(by_pupil_test):
    values = pd.Series({name: moment({"by_pupil_test": by_pupil_test}) for name, moment in MOMENTS.items()})
    assert np.isfinite(values).all()


def test_published_figures_are_the_moments():
    figures = [f for name in FILES for f in yaml.safe_load((PUBLISHED / name).read_text("utf-8"))["figures"]]
    ids = [figure["id"] for figure in figures]
    assert sorted(ids) == sorted(MOMENTS)
    assert all(figure["tolerance"] >= figure["rounding"] for figure in figures)


@pytest.mark.parametrize(
    ("frame", "change", "message"),
    [
        ("by_pupil", lambda f: f.drop(columns="sex"), "lacks columns"),
        ("by_pupil", lambda f: f.assign(location="99ZZ00"), "does not have"),
        ("by_pupil", lambda f: f.assign(education="hbo"), "level of education"),
        ("by_pupil", lambda f: f[f["groep"] < 8], "groep 8"),
        ("by_location", lambda f: f.assign(share_at_risk=1.2), "from 0 to 1"),
        ("by_location", lambda f: f.assign(shortage=np.nan), "from 0 to 1"),
    ],
)
def test_bad_input_is_named(frame, change, message):
    by_pupil, by_location = city(pupils=400, schools=8)
    frames = {"by_pupil": by_pupil, "by_location": by_location}
    frames[frame] = change(frames[frame])
    with pytest.raises(InputError, match=message) as error:
        make_learning(*frames.values(), LearningTruth(), np.random.SeedSequence(1))
    assert frame in str(error.value)


def test_of_many_schools_none_tests_after_the_school_year():
    """A day 3.1 standard deviations late would be the 367th: of 20,000 schools some have it, and the contract none."""
    days = calendar(20_000, TestingTruth(), np.random.SeedSequence(1))
    assert days.m_day.min() >= 1
    assert days.e_day.max() == 366
