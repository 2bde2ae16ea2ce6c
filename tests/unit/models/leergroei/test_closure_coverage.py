"""How often intervals of the chapter cover the truth of small worlds; see docs/coverage.md."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.models.leergroei import closure, levels, sample
from analysis.models.leergroei.closure import Design
from analysis.models.leergroei.sample import Groups
from analysis.synthetic.learning import closure_percentiles, make_learning
from analysis.synthetic.learning_truth import NORMS, ClosureTruth, LearningTruth, TestingTruth

WORLDS = 200
SUBJECT = "rekenen"
DESIGN = Design({SUBJECT: NORMS[SUBJECT].groepen}, composite=())
EVERYBODY_TESTED = replace(TestingTruth(), level_v=0.0, level_v_at_risk=0.0)


def city(seed, pupils=3000, schools=40):
    """Make pupils at schools that differ by parental education."""
    rng = np.random.default_rng(seed)
    school = rng.integers(0, schools, pupils)
    standing = rng.normal(size=schools)[school] + rng.logistic(size=pupils)
    education = np.select([standing > 0.1, standing > -1.6], ["hoog", "middelbaar"], "laag")
    at_risk = rng.random(pupils) < np.select([education == "hoog", education == "laag"], [0.05, 0.9], 0.5)
    keys = np.array([f"99A{chr(65 + i // 26)}{i % 26:02d}" for i in range(schools)])
    by_pupil = pd.DataFrame({"pupil": np.arange(pupils), "groep": rng.integers(3, 9, pupils), "location": keys[school]})
    by_pupil = by_pupil.assign(education=education, sex=rng.choice(["m", "v"], pupils), at_risk=at_risk)
    by_location = by_pupil.groupby("location", as_index=False).agg(share_at_risk=("at_risk", "mean"))
    return by_pupil, by_location.assign(shortage_2019=rng.uniform(0, 0.3, len(by_location)), special=False)


def covered(truths, estimates):
    """Return the share of intervals that hold their truth."""
    told = pd.concat(estimates, ignore_index=True)
    return float(np.mean((told["ci_low"] <= truths) & (truths <= told["ci_high"])))


@pytest.mark.slow
def test_the_effect_and_how_much_more_it_is_with_low_parental_education(record_property):
    truth = LearningTruth(testing=EVERYBODY_TESTED)
    true, overall, differences = [], [], []
    for seed in range(WORLDS):
        by_pupil, by_location = city(seed)
        tests = make_learning(by_pupil, by_location, truth, np.random.SeedSequence(5000 + seed))
        known = tests[tests["education"] != "onbekend"]
        laag = known["education"] == "laag"
        parts = [tests, known[laag], known[~laag]]
        true.append([closure_percentiles(part, by_location, truth)[SUBJECT] for part in parts])
        rows = closure.percentile_growth(tests, DESIGN)
        overall.append(closure.overall(rows).query("term == 'closure'"))
        differences.append(closure.by_education(rows).query("term == 'difference'"))
    effect, low, high = np.array(true).T
    shares = {
        "closure effect on rekenen, PNAS design as published": covered(effect, overall),
        "closure effect on rekenen, how much more with low parental education": covered(low - high, differences),
    }
    for name, share in shares.items():
        record_property(name, share)
    assert all(0.92 <= share <= 0.98 for share in shares.values()), shares


def steady():
    """Make a truth in which only the closure tells 2019/20 from the year before."""
    truth = LearningTruth(testing=replace(EVERYBODY_TESTED, closure_delay=0.0))
    ability = replace(truth.ability, kept_over_last_summer=truth.ability.kept_over_summer)
    return replace(truth, ability=ability, growth=replace(truth.growth, trend=dict.fromkeys(NORMS, 0.0)))


def without_closure(truth):
    nothing = {subject: dict.fromkeys(norm.groepen, 0.0) for subject, norm in NORMS.items()}
    none = dict.fromkeys(NORMS, 0.0)
    return replace(truth, closure=ClosureTruth(nothing, none, none, shortage=0.0, school_sd=0.0, pupil_sd=0.0))


@pytest.mark.slow
def test_the_average_effect_on_dropping_a_level(record_property):
    truth, groups = steady(), Groups()
    other, true, told = without_closure(truth), [], []
    for seed in range(WORLDS):
        people = city(seed)
        # The same draws with and without the closure: what differs is what it did.
        dropping, kept = (
            levels.can_drop(
                sample.select(
                    make_learning(*people, each, np.random.SeedSequence(5000 + seed)), people[1], DESIGN, groups
                ),
                DESIGN,
                groups,
            )
            for each in (truth, other)
        )
        closed = dropping["closure"] == 1
        true.append(dropping.loc[closed, "drop"].mean() - kept.loc[kept["closure"] == 1, "drop"].mean())
        models = levels.fit_drop(dropping, DESIGN, groups)
        told.append(levels.drop_effects(models, overall_only=True))
    # Schools' own effects are a sample of many schools': the mean over worlds is what an estimate is of.
    share = covered(np.full(WORLDS, np.mean(true)), told)
    record_property("level drop in rekenen, average marginal effect of the closure year", share)
    assert 0.92 <= share <= 0.98
