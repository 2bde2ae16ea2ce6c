"""Reference levels of the world: they follow from the ability behind the advice, and are counted as DUO counts."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtr

from analysis.data.contracts import check
from analysis.data.microdata import MICRODATA
from analysis.errors import InputError
from analysis.synthetic.advice import make_advice, true_ability
from analysis.synthetic.advice_truth import AdviceTruth
from analysis.synthetic.levels import LevelTruth, counted, make_levels
from analysis.synthetic.moments_levels import MOMENTS

TRUTH = LevelTruth()


def cohorts(size=4000, schools=40):
    location = [f"99A{chr(65 + k % 26)}{k // 26:02d}" for k in range(schools)]
    persons = {"education": "hoog", "background": "none", "income": "middle", "one_parent": False, "sex": "v"}
    advised = pd.DataFrame({"pupil": np.arange(3 * size), "year": np.repeat(TRUTH.years, size), **persons})
    schools = pd.DataFrame({"location": location, "schoolweging": 30.0, "spread": 6.0})
    return advised.assign(location=np.resize(location, 3 * size), cet=535.0), schools


def made(truth=TRUTH, seed=1):
    advised, schools = cohorts()
    ability = np.random.default_rng(seed).standard_normal(len(advised))
    return make_levels(advised, ability, schools, truth, np.random.SeedSequence(seed))


def test_without_schools_shares_are_those_of_the_normal_distribution():
    pupils, _ = made(replace(TRUTH, school_sd=0.0, year_sd=0.0))
    sd = np.hypot(TRUTH.loading["lezen"], TRUTH.pupil_sd)
    for year, moved in (("2016/17", -2 * TRUTH.shift["lezen"]), ("2018/19", 0.0)):
        levels = pupils.loc[(pupils["subject"] == "lezen") & (pupils["year"] == year), "level"]
        below = ndtr((TRUTH.fundamental["lezen"] - moved) / sd)
        assert (levels == "below_1F").mean() == pytest.approx(below, abs=4 * np.sqrt(below / len(levels)))


def test_schools_of_one_subject_differ_as_the_truth_says_and_go_with_those_of_another():
    pupils, _ = made(replace(TRUTH, school_sd=3.0, year_sd=0.0, pupil_sd=0.1))
    shares = (pupils["level"] == "target").groupby([pupils["location"], pupils["subject"]]).mean().reset_index()
    wide = shares.pivot_table(index="location", columns="subject", values="level")
    assert wide.corr().loc["lezen", "taal"] > 0.4
    assert wide["lezen"].std() > 0.3


def test_counts_of_one_to_four_have_two_ends_and_none_and_five_have_one():
    levels = ["below_1F"] * 3 + ["1F"] * 5 + ["target"] * 4
    rows = pd.DataFrame({"location": "99AA00", "year": "2018/19", "subject": "lezen", "level": levels})
    row = counted(rows, pd.DataFrame({"location": ["99AA00"], "schoolweging": [30.0], "spread": [6.0]})).iloc[0]
    assert row[["below_low", "below_high", "fundamental_low", "fundamental_high"]].tolist() == [1, 4, 5, 5]
    assert row[["target_low", "target_high", "n_low", "n_high"]].tolist() == [1, 4, 7, 13]


def test_the_tables_are_those_of_the_contracts_and_count_the_same_pupils():
    pupils, schools = made()
    check(pupils, MICRODATA["by_pupil_level"], "made")
    check(schools, MICRODATA["by_school_level"], "made")
    assert schools["n_low"].sum() <= len(pupils) <= schools["n_high"].sum()


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("below_low", 90, "of every count the lower end at most the upper one"),
        ("n_high", 900, "the ends of n the sums of those of the levels"),
        ("subject", "gym", "one of the known codes: 'lezen', 'taal', 'rekenen'"),
    ],
)
def test_a_count_that_cannot_be_is_refused_without_showing_a_row(column, value, rule):
    schools = made()[1]
    schools.loc[0, column] = value
    with pytest.raises(InputError, match=rule) as refused:
        check(schools, MICRODATA["by_school_level"], "levels.csv")
    assert "99AA00" not in str(refused.value)


def test_the_ability_is_that_behind_the_earlier_scores():
    advised, schools = cohorts(400)
    by_pupil = advised.assign(groep=8).drop(columns=["cet", "year"])
    schools = schools.assign(share_hoog=1.0)
    truth, seed = AdviceTruth(), np.random.SeedSequence(3)
    cohort = make_advice(by_pupil, schools, truth, seed)
    noise = cohort["lovs"] - true_ability(cohort, schools, truth, seed)
    assert noise.std() == pytest.approx(truth.lovs_noise, rel=0.05)


def test_moments_of_one_school_are_missing_and_not_false():
    pupils, schools = made()
    alone = schools["location"].iloc[0]
    frames = {"by_pupil_level": pupils[pupils["location"] == alone], "by_school_level": schools}
    missing = {name for name, moment in MOMENTS.items() if np.isnan(moment(frames))}
    assert len(missing) >= 2
