"""How often intervals of the toelage's effects cover the truth of small worlds, and whether power is as promised.

Where the truth is no effect: discontinuity and difference in differences, and how often the test of earlier
trends rejects. Where effects are planted: found as often as the notebook's power says. See docs/coverage.md.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from analysis.models.staffing.discontinuity import discontinuity
from analysis.models.staffing.eligibility import FIRST_STAGE, STEADY, TRENDING
from analysis.models.staffing.equivalence import power_at
from analysis.models.staffing.panel import (
    design,
    event_terms,
    pre_trend_test,
    with_event_terms,
    with_treatment,
)
from analysis.models.staffing.toelage import Study, study
from analysis.synthetic.staffing import StaffingTruth, make_staffing

NULL_WORLDS, PLANTED_WORLDS = 500, 200
# About 3,150 schools, of which 1,250 have a score, at 320 boards. With a hundred boards, unequal as they are, errors
# clustered by board are 5% too small: intervals then hold the truth 93% of the time, and 10% of tests reject.
SCALE = 0.5
TRUTH = StaffingTruth()
PLANTED = {"hours": 0.12, "inflow": 0.012, "outflow": -0.012, "pupils_per_teacher": -0.10}
COMPARED = tuple(name for name in (FIRST_STAGE, *STEADY) if name != "retention")  # retention mirrors outflow


def effect(truth: StaffingTruth, outcome: str) -> float:
    return float(np.log1p(truth.effect("wage"))) if outcome == FIRST_STAGE else truth.effect(outcome)


def world(truth: StaffingTruth, seed: int) -> Study:
    frame = make_staffing(truth, SCALE, np.random.SeedSequence([11, seed]))
    numbers = {name: pd.factorize(frame[name])[0] for name in ("location", "board")}  # quicker to look up than text
    return study(frame.assign(**numbers).drop(columns="municipality"), selection_year=2020, start=2021, share=0.15)


def covers(row, truth: float) -> bool:
    return bool(row["ci_low"] <= truth <= row["ci_high"])


def before_and_after(of: Study, truth: StaffingTruth) -> list[dict]:
    panel = design(with_treatment(of.panel, "eligible", of.start), COMPARED, ["treated_after"])
    told = []
    for outcome in COMPARED:
        fitted = panel.fit(outcome, "within")
        for cluster in ("board", "location"):
            found = fitted.clustered(cluster)
            estimate, error = found.coefficients.iloc[0], found.std_errors.iloc[0]
            true, wide = effect(truth, outcome), student.ppf(0.975, found.n_clusters - 1) * error
            told.append(
                {
                    "what": f"difference in differences, clustered by {cluster.replace('location', 'school')}",
                    "outcome": outcome,
                    "hit": abs(estimate - true) <= wide,
                    "found": abs(estimate) > wide,
                    "promised": float(power_at(true, error, found.n_clusters - 1)),
                }
            )
    return told


def earlier_trends(of: Study) -> list[dict]:
    rows = with_event_terms(of.panel, "eligible", of.base)
    panel = design(rows, COMPARED, event_terms(rows, of.base))
    tests = {name: pre_trend_test(panel.fit(name, "within").clustered("board"), of.start) for name in COMPARED}
    return [
        {"what": "earlier trends, test does not reject", "outcome": name, "hit": test.p_value >= 0.05}
        for name, test in tests.items()
    ]


def at_cutoff(of: Study, truth: StaffingTruth) -> list[dict]:
    schools = of.by_school
    told = []
    for outcome in (*COMPARED, *TRENDING):
        row = discontinuity(schools["rank"], schools[outcome], cluster=schools["board"]).row()
        told.append({"what": "discontinuity, robust", "outcome": outcome, "hit": covers(row, effect(truth, outcome))})
    return told


def shares(rows: list[dict]) -> pd.Series:
    return pd.DataFrame(rows).groupby(["what", "outcome"])["hit"].mean()


@pytest.mark.slow
def test_where_nothing_happened_intervals_hold_zero_and_earlier_trends_are_not_rejected(record_property):
    rows = []
    for seed in range(NULL_WORLDS):
        of = world(TRUTH, seed)
        rows += before_and_after(of, TRUTH) + earlier_trends(of) + at_cutoff(of, TRUTH)
    share = shares(rows)
    for (what, outcome), value in share.items():
        record_property(f"toelage on {outcome}, {what}, no effect", value)
    # Of 500 intervals that are right 95% of the time, the share that cover has a standard deviation of 1 point; there
    # are a score of such shares.
    assert share.groupby("what").mean().between(0.93, 0.97).all(), share
    assert share.between(0.92, 0.98).all(), share


@pytest.mark.slow
def test_planted_effects_are_recovered_and_found_as_often_as_promised(record_property):
    truth = replace(TRUTH, toelage_effects={"wage": 0.065, **PLANTED})
    rows = []
    for seed in range(PLANTED_WORLDS):
        rows += before_and_after(world(truth, 10_000 + seed), truth)
    told = pd.DataFrame(rows).groupby(["what", "outcome"])[["hit", "found", "promised"]].mean()
    for (what, outcome), value in told["hit"].items():
        record_property(f"toelage on {outcome}, {what}, planted effects", value)
    assert told["hit"].between(0.91, 0.99).all(), told  # 200 intervals: standard deviation 1.5 points
    # Of 200 effects found 80% of the time, the share found has a standard deviation of 2.8 points.
    assert told["promised"].drop(FIRST_STAGE, level="outcome").between(0.5, 0.98).all(), told
    assert (told["found"] - told["promised"]).abs().max() <= 0.09, told
