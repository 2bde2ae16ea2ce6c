"""How often intervals of the closure effect cover the truth of small worlds; see docs/coverage.md."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from true_effects import closure_percentiles

from analysis.chapters.leergroei.models import closure
from analysis.chapters.leergroei.models.design import Design, percentile_growth
from analysis.synthetic.learning import make_learning
from analysis.synthetic.learning_truth import NORMS, LearningTruth, TestingTruth

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
    return by_pupil, by_location.assign(shortage=rng.uniform(0, 0.3, len(by_location)))


def covered(truths, estimates):
    """Return the share of intervals that hold their truth."""
    rows = pd.concat(estimates, ignore_index=True)
    return float(np.mean((rows["ci_low"] <= truths) & (truths <= rows["ci_high"])))


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
        rows = percentile_growth(tests, DESIGN)
        overall.append(closure.estimate(rows).query("term == 'closure'"))
        differences.append(closure.estimate(rows, "pnas_ses").query("term == 'difference'"))
    effect, low, high = np.array(true).T
    shares = {
        "closure effect on rekenen, PNAS design as published": covered(effect, overall),
        "closure effect on rekenen, how much more with low parental education": covered(low - high, differences),
    }
    for name, share in shares.items():
        record_property(name, share)
    assert all(0.92 <= share <= 0.98 for share in shares.values()), shares
