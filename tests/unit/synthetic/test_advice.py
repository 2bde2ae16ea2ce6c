"""The advice part on a small city of its own: contract, breaks, and the truth found again by other software."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import yaml
from statsmodels.miscmodels.ordinal_model import OrderedModel
from true_effects import advice_probabilities

from analysis.advice_levels import LEVELS, cut_points, deviation
from analysis.errors import InputError
from analysis.synthetic.advice import COLUMNS, make_advice, school_effects
from analysis.synthetic.advice_national import make_advice_national, national_advice_truth
from analysis.synthetic.advice_truth import GROUPS, AdviceTruth, GroupEffects, group_dummies
from analysis.synthetic.moments_advice import MOMENTS

PUBLISHED = Path(__file__).parents[3] / "params" / "published"
FILES = ("amsterdam-po-2020-advice.yml", "nederland-2017-advice.yml", "cbs-84274NED.yml")
ONE_COHORT = replace(AdviceTruth(), years=(2016,), advice_school_sd=0.0, ability_school_sd=0.0)


def seed(number: int) -> np.random.SeedSequence:
    return np.random.SeedSequence(number)


def small_city(pupils: int = 16_000, schools: int = 60) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(1)
    school = rng.integers(0, schools, pupils)
    standing = rng.normal(size=pupils) + rng.normal(size=schools)[school]
    education = np.array(["laag", "middelbaar", "hoog"])[np.searchsorted(np.quantile(standing, [0.2, 0.5]), standing)]
    education[rng.uniform(size=pupils) < 0.1] = "onbekend"
    likely = np.where(education == "hoog", 0.3, 0.7)
    by_pupil = pd.DataFrame(
        {
            "pupil": np.arange(pupils),
            "groep": rng.integers(1, 9, pupils),
            "education": education,
            "background": np.where(rng.uniform(size=pupils) < likely, "moroccan", "none"),
            "income": np.array(["low", "middle", "high"])[
                np.searchsorted([-0.5, 0.7], standing + rng.normal(size=pupils))
            ],
            "one_parent": rng.uniform(size=pupils) < 0.25,
            "sex": rng.choice(["m", "v"], pupils),
            "location": np.char.add("S", school.astype(str)),
        }
    )
    share = (by_pupil["education"] == "hoog").groupby(by_pupil["location"]).mean()
    return by_pupil, share.rename("share_hoog").reset_index()


@pytest.fixture(scope="module")
def city() -> tuple[pd.DataFrame, pd.DataFrame]:
    return small_city()


@pytest.fixture(scope="module")
def by_pupil_advice(city) -> pd.DataFrame:
    return make_advice(*city, AdviceTruth(), seed(1))


def test_a_cohort_is_as_large_as_groep_8_and_no_pupil_occurs_twice(city, by_pupil_advice) -> None:
    assert list(by_pupil_advice.columns) == COLUMNS
    assert set(by_pupil_advice.groupby("year").size()) == {int((city[0]["groep"] == 8).sum())}
    assert by_pupil_advice["pupil"].is_unique
    assert list(by_pupil_advice["year"].unique()) == list(range(2008, 2019))


def test_levels_and_scores_are_those_of_their_scales(by_pupil_advice) -> None:
    frame = by_pupil_advice
    assert frame["cet"].dropna().between(501, 550).all()
    assert set(frame["advice_first"]) | set(frame["advice_final"]) | set(frame["year1"]) <= set(LEVELS)
    assert set(frame["year3"].dropna()) <= {-1, 0, 1, 2, 3, 4, 5}


def test_without_a_test_there_is_no_test_advice_and_no_bijstelling(by_pupil_advice) -> None:
    absent = by_pupil_advice[by_pupil_advice["cet"].isna()]
    assert len(absent) > 100
    assert absent[["test_advice_low", "test_advice_high"]].isna().all(axis=None)
    assert not absent["revised"].any()


def test_only_an_advice_below_the_tests_is_revised_and_only_since_2014_upwards_and_not_past_the_test(
    by_pupil_advice,
) -> None:
    revised = by_pupil_advice[by_pupil_advice["revised"]]
    assert len(revised) > 500
    assert revised["year"].min() == 2014
    assert (deviation(revised) < 0).all()
    assert (revised["advice_final"] > revised["advice_first"]).all()
    assert (deviation(revised, "advice_final") <= 0.5).all()
    others = by_pupil_advice[~by_pupil_advice["revised"]]
    assert (others["advice_final"] == others["advice_first"]).all()


def test_year_3_is_known_of_the_cohorts_that_have_reached_it(by_pupil_advice) -> None:
    known = by_pupil_advice["year3"].notna().groupby(by_pupil_advice["year"]).mean()
    assert (known.loc[:2016] > 0.95).all()
    assert (known.loc[2017:] == 0).all()


@pytest.mark.parametrize(("year", "low", "high"), [(2017, 4, 4), (2018, 3, 4)])
def test_a_score_of_537_is_a_single_advice_until_2017_and_a_double_one_from_2018(
    by_pupil_advice, year, low, high
) -> None:
    scored = by_pupil_advice[(by_pupil_advice["cet"] == 537) & (by_pupil_advice["year"] == year)]
    assert set(scored["test_advice_low"]) == {low}
    assert set(scored["test_advice_high"]) == {high}


def test_double_test_advices_lower_equality_by_construction(by_pupil_advice) -> None:
    tested = by_pupil_advice.dropna(subset=["cet"])
    equal = (deviation(tested) == 0).groupby(tested["year"]).mean()
    assert equal[2018] < equal[2017] - 0.03


def test_the_same_seed_gives_the_same_bytes_and_is_left_as_it_was(city, by_pupil_advice) -> None:
    one = seed(1)
    assert make_advice(*city, AdviceTruth(), one).equals(by_pupil_advice)
    assert make_advice(*city, AdviceTruth(), one).equals(by_pupil_advice)
    assert not make_advice(*city, AdviceTruth(), seed(2)).equals(by_pupil_advice)


def test_another_truth_of_bijstelling_leaves_scores_and_first_advice_alone(city, by_pupil_advice) -> None:
    other = make_advice(*city, replace(AdviceTruth(), revision=GroupEffects(laag=2.0)), seed(1))
    before = ["cet", "lovs", "advice_first"]
    assert other[before].equals(by_pupil_advice[before])
    assert other["revised"].sum() > by_pupil_advice["revised"].sum()


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [("location", "nowhere", "share_hoog"), ("education", "phd", "education"), ("groep", 7, "groep 8")],
)
def test_pupils_that_would_be_misread_are_refused(city, column, value, message) -> None:
    with pytest.raises(InputError, match=message):
        make_advice(city[0].assign(**{column: value}), city[1], AdviceTruth(), seed(1))


def test_a_pupil_has_the_sum_of_the_effects_of_his_groups() -> None:
    pupil = pd.DataFrame({"education": ["laag"], "background": ["turkish"], "income": ["high"], "one_parent": [True]})
    effects = GroupEffects(laag=1, middelbaar=20, nonwestern=300, low_income=4000, high_income=0.5, one_parent=0.25)
    assert effects.of(group_dummies(pupil))[0] == 1 + 300 + 0.5 + 0.25


def test_true_probabilities_are_those_with_which_advices_deviate(city, by_pupil_advice) -> None:
    schools = school_effects(city[1], AdviceTruth(), seed(1))["advice"]
    true = advice_probabilities(by_pupil_advice, schools, AdviceTruth())
    difference = deviation(by_pupil_advice)
    for name, happened in (("under", difference < 0), ("over", difference > 0)):
        known = true[name].dropna()
        spread = np.sqrt((known * (1 - known)).sum())
        assert abs(happened.sum() - known.sum()) < 4 * spread
        sure = known[(known > 0.99) | (known < 0.01)]
        assert (happened[sure.index] == (sure > 0.5)).mean() > 0.99


def bands_and_groups(frame: pd.DataFrame, *more: str) -> pd.DataFrame:
    bands = pd.get_dummies(frame["test_advice_low"] + frame["test_advice_high"], prefix="band", dtype=float)
    return group_dummies(frame).join(frame[["share_hoog", *more]]).join(bands)


def linear_probability(frame: pd.DataFrame, clusters: bool):
    tested = frame.dropna(subset=["cet"])
    design = bands_and_groups(tested)
    model = sm.OLS((deviation(tested) < 0).astype(float), design)
    if clusters:
        return model.fit(cov_type="cluster", cov_kwds={"groups": tested["location"]})
    return model.fit(cov_type="HC1")


def projected(city, truth: AdviceTruth, *more: str) -> pd.Series:
    """The estimand of the linear probability model: the projection of the true probabilities, in a very large world."""
    everyone = pd.concat([city[0].assign(groep=8)] * 12)
    frame = make_advice(everyone, city[1], truth, seed(0)).dropna(subset=["cet"])
    true = advice_probabilities(frame, school_effects(city[1], truth, seed(0))["advice"], truth)
    design = bands_and_groups(frame, *more)
    return pd.Series(np.linalg.lstsq(design, true["under"])[0], index=design.columns)


# Forty worlds with seven coefficients are 280 intervals: their coverage lies within three standard deviations of 95%.
FEW_WORLDS = (0.91, 0.99)


def test_the_linear_probability_models_intervals_cover_the_projection_of_the_truth(city) -> None:
    true = projected(city, ONE_COHORT)[list(GROUPS)]
    fits = [linear_probability(make_advice(*city, ONE_COHORT, seed(s)), clusters=False) for s in range(100, 140)]
    inside = np.mean([_covers(fit.conf_int().loc[list(GROUPS)], true) for fit in fits])
    assert FEW_WORLDS[0] <= inside <= FEW_WORLDS[1]


def test_the_linear_probability_model_follows_a_changed_truth(city) -> None:
    changed = replace(ONE_COHORT, advice=replace(ONE_COHORT.advice, laag=ONE_COHORT.advice.laag - 0.3))
    rise = projected(city, changed)["laag"] - projected(city, ONE_COHORT)["laag"]
    assert rise > 0.05
    found = [
        linear_probability(make_advice(*city, truth, seed(1)), clusters=False).params["laag"]
        for truth in (ONE_COHORT, changed)
    ]
    assert found[1] - found[0] == pytest.approx(rise, abs=0.03)


def test_at_equal_test_score_a_group_is_under_advised_more_even_if_the_teacher_makes_no_difference(city) -> None:
    none = replace(ONE_COHORT, advice=GroupEffects(), advice_share_hoog=0.0)
    assert projected(city, none)["laag"] > 0.02
    assert abs(projected(city, none, "lovs")["laag"]) < 0.01


def _covers(interval: pd.DataFrame, true: pd.Series) -> list[bool]:
    return list((interval[0] <= true) & (true <= interval[1]))


def latent(truth: AdviceTruth) -> pd.Series:
    """What an ordered logit estimates: the advice in levels, divided by the scale of the teacher's noise."""
    groups = {name: getattr(truth.advice, name) for name in GROUPS}
    return pd.Series({**groups, "share_hoog": truth.advice_share_hoog, "lovs": truth.advice_slope}) / truth.advice_noise


def what_the_teacher_saw(frame: pd.DataFrame) -> pd.DataFrame:
    return group_dummies(frame).join(frame[["share_hoog", "lovs"]])


def test_a_logit_at_one_border_finds_the_latent_coefficients(city) -> None:
    true, inside = latent(ONE_COHORT), []
    for world in range(200, 240):
        frame = make_advice(*city, ONE_COHORT, seed(world))
        above = (frame["advice_first"] > 3).astype(float)
        fit = sm.Logit(above, sm.add_constant(what_the_teacher_saw(frame))).fit(disp=0)
        inside.append(_covers(fit.conf_int().loc[true.index], true))
    assert FEW_WORLDS[0] <= np.mean(inside) <= FEW_WORLDS[1]


def ordered(frame: pd.DataFrame):
    level = pd.cut(frame["advice_first"], [-2, 2, 3, 4, 5], labels=False)
    return OrderedModel(level.to_numpy(), what_the_teacher_saw(frame), distr="logit").fit(method="bfgs", disp=0)


def test_an_ordered_logit_finds_the_latent_coefficients_and_the_borders(city) -> None:
    frame = make_advice(*city, ONE_COHORT, seed(300))
    fit, true = ordered(frame), latent(ONE_COHORT)
    assert (abs(fit.params[true.index] - true) < 3.5 * fit.bse[true.index]).all()
    found = fit.model.transform_threshold_params(fit.params)[1:-1]
    borders = cut_points(ONE_COHORT.half_width(np.array([2016])))[0][[4, 6, 8]]
    base = ONE_COHORT.advice_base - 0.5 * ONE_COHORT.advice_share_hoog
    assert found == pytest.approx((borders - base) / ONE_COHORT.advice_noise, abs=1.5)


@pytest.mark.slow
def test_over_200_worlds_the_ordered_logits_intervals_cover_the_latent_truth(city, record_property) -> None:
    true = latent(ONE_COHORT)
    inside = [
        _covers(ordered(make_advice(*city, ONE_COHORT, seed(s))).conf_int().loc[true.index], true)
        for s in range(1000, 1200)
    ]
    record_property("advice given LOVS score and groups, ordered logit", np.mean(inside))
    assert 0.92 <= np.mean(inside) <= 0.98


@pytest.mark.slow
def test_over_200_worlds_with_schools_that_differ_clustered_intervals_cover_the_projection(
    city, record_property
) -> None:
    truth = replace(AdviceTruth(), years=(2016,))
    true = pd.concat([_projection_of_world(city, truth, s) for s in range(5000, 5040)], axis=1).mean(axis=1)
    inside = []
    for world in range(1000, 1200):
        fit = linear_probability(make_advice(*city, truth, seed(world)), clusters=True)
        inside.append(_covers(fit.conf_int().loc[list(GROUPS)], true[list(GROUPS)]))
    record_property("under-advice on groups, linear probability, clustered by school", np.mean(inside))
    assert 0.92 <= np.mean(inside) <= 0.98


def _projection_of_world(city, truth: AdviceTruth, world: int) -> pd.Series:
    frame = make_advice(city[0].assign(groep=8), city[1], truth, seed(world)).dropna(subset=["cet"])
    true = advice_probabilities(frame, school_effects(city[1], truth, seed(world))["advice"], truth)
    design = bands_and_groups(frame)
    return pd.Series(np.linalg.lstsq(design, true["under"])[0], index=design.columns)


def test_the_national_draw_has_equal_income_quintiles_and_its_own_years() -> None:
    frame = make_advice_national(national_advice_truth(), 0.02, seed(1))
    assert list(frame["year"].unique()) == list(national_advice_truth().years)
    share = frame["income_quintile"].value_counts(normalize=True)
    assert list(share.sort_index().index) == [1, 2, 3, 4, 5]
    assert share.between(0.17, 0.23).all()
    assert frame.equals(make_advice_national(national_advice_truth(), 0.02, seed(1)))


def test_every_published_figure_has_a_moment_and_the_other_way_round(city, by_pupil_advice) -> None:
    ids = [figure["id"] for name in FILES for figure in yaml.safe_load((PUBLISHED / name).read_text("utf8"))["figures"]]
    assert sorted(ids) == sorted(MOMENTS)
    frames = {
        "by_pupil": city[0],
        "by_pupil_advice": by_pupil_advice,
        "by_pupil_advice_national": make_advice_national(national_advice_truth(), 0.2, seed(1)),
    }
    assert all(np.isfinite(moment(frames)) for moment in MOMENTS.values())
