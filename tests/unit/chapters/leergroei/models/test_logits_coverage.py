"""How often the interval of the level-drop effect holds the truth of the synthetic world."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.leergroei.models import logits, sample
from analysis.chapters.leergroei.models.design import Design
from analysis.synthetic.learning import make_learning
from analysis.synthetic.learning_truth import NORMS, ClosureTruth, LearningTruth

GROEPEN = (4, 5, 6, 7)
DESIGN = Design({"rekenen": GROEPEN}, composite=(), closure_year="2019/20", control_years=("2018/19",))
GROUPS = sample.Groups()


def city(seed=1, pupils=5000, schools=60):
    """Make a stand-in for the pupils and schools of a city."""
    rng = np.random.default_rng(seed)
    keys = np.array([f"99{chr(65 + i // 26)}{chr(65 + i % 26)}00" for i in range(schools)])
    school = rng.integers(0, schools, pupils)
    at_risk = rng.uniform(0.05, 0.85, schools)
    by_pupil = pd.DataFrame({"pupil": np.arange(pupils), "groep": rng.integers(1, 9, pupils), "location": keys[school]})
    by_pupil["at_risk"] = rng.random(pupils) < at_risk[school]
    by_pupil["education"] = np.where(by_pupil["at_risk"], "laag", rng.choice(["middelbaar", "hoog"], pupils))
    by_pupil["sex"] = rng.choice(["m", "v"], pupils)
    by_location = by_pupil.groupby("location", as_index=False).agg(share_at_risk=("at_risk", "mean"))
    return by_pupil, by_location.assign(shortage=rng.uniform(0, 0.3, len(by_location)), special=False)


CITY = city()


def dropping(truth, seed):
    tests = make_learning(*CITY, truth, np.random.SeedSequence(seed))
    rows = sample.comparable(sample.select(tests, CITY[1], DESIGN, GROUPS), DESIGN)
    rows = rows[rows["level_m"] != GROUPS.levels[-1]]
    return rows.assign(drop=GROUPS.drops(rows))


def nothing_happened():
    """The same world, but for what differs between the closure year and the year before."""
    none = dict.fromkeys(NORMS, 0.0)
    by_groep = {subject: dict.fromkeys(norm.groepen, 0.0) for subject, norm in NORMS.items()}
    closure = ClosureTruth(by_groep, none, none, shortage=0.0, school_sd=0.0, pupil_sd=0.0)
    truth = LearningTruth()
    growth, testing = replace(truth.growth, trend=none), replace(truth.testing, closure_delay=0.0)
    return replace(truth, closure=closure, growth=growth, testing=testing)


def true_effect(seeds):
    """Mean difference of the same pupils' drops with the closure year as it was and as an ordinary year."""
    differences = []
    for seed in seeds:
        was, ordinary = (
            rows[rows["closure"] == 1].set_index("pupil")["drop"]
            for rows in (dropping(truth, seed) for truth in (LearningTruth(), nothing_happened()))
        )
        assert was.index.equals(ordinary.index)  # the same draws: the same pupils at the same levels
        differences.append((was - ordinary).mean())
    return np.mean(differences)


def covered(worlds, truth):
    held = []
    for seed in range(worlds):
        estimates = logits.drop_effects(
            logits.fit_drop(dropping(LearningTruth(), seed), DESIGN, GROUPS), overall_only=True
        )
        held.append(bool((estimates["ci_low"] <= truth).item() and (truth <= estimates["ci_high"]).item()))
    return float(np.mean(held))


def test_the_truth_of_the_effect_is_more_drops():
    assert 0.02 < true_effect(range(3)) < 0.12


@pytest.mark.slow
def test_the_interval_of_the_effect_covers_the_truth(record_property):
    share = covered(200, true_effect(range(1000, 1100)))
    record_property("closure effect on dropping a level in rekenen, logit, average effect, clustered by school", share)
    assert 0.92 <= share <= 0.98
