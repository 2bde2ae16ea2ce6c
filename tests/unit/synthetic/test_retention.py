from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.synthetic.retention import OUTCOMES, RetentionTruth, make_retention

TRUTH = RetentionTruth()


@pytest.fixture(scope="module")
def by_pupil():
    rng = np.random.default_rng(1)
    education = rng.choice(["laag", "middelbaar", "hoog", "onbekend"], 8_000, p=[0.2, 0.2, 0.45, 0.15])
    return pd.DataFrame({"groep": rng.integers(1, 9, 8_000), "location": "99AA00", "education": education})


@pytest.fixture(scope="module")
def by_pupil_retention(by_pupil):
    return make_retention(by_pupil, TRUTH, 1.0, np.random.SeedSequence(2))


def test_cohorts_are_as_large_as_the_table_says(by_pupil_retention):
    sizes = by_pupil_retention.groupby("cohort").size()
    assert sizes.to_dict() == {2008: 14_916, 2010: 14_833, 2012: 15_402, 2014: 16_320}
    assert not by_pupil_retention.duplicated(["cohort", "pupil"]).any()


def test_outcomes_and_grades_are_as_common_as_the_truth_says(by_pupil_retention):
    for cohort, rows in by_pupil_retention.groupby("cohort"):
        truth = TRUTH.cohorts[cohort]
        outcome = rows["outcome"].value_counts(normalize=True)[list(OUTCOMES)]
        # 14,800 and more pupils: a standard error of at most .0041
        np.testing.assert_allclose(outcome, truth.outcome, atol=4 * 0.0041)
        assert (rows["grade"] == "lower").mean() == pytest.approx(truth.grade[0], abs=4 * 0.003)


def test_shares_add_up():
    for cohort in TRUTH.cohorts.values():
        assert sum(cohort.grade) == pytest.approx(1)
        assert sum(cohort.outcome) == pytest.approx(1)


def test_the_highly_educated_stay_more_often_by_as_much_as_the_truth_says(by_pupil, by_pupil_retention):
    def stay(frame):
        return (frame["outcome"] == "same school").groupby(frame["education"]).mean()

    found = stay(by_pupil_retention)
    assert found["hoog"] > found["laag"] + 0.05
    nothing = replace(TRUTH, education=dict.fromkeys(TRUTH.education, (0.0,) * 4))
    alike = stay(make_retention(by_pupil, nothing, 1.0, np.random.SeedSequence(2)))
    # Some 12,300 low- and 27,700 highly educated: a standard error of the difference of .0053
    assert alike["hoog"] == pytest.approx(alike["laag"], abs=4 * 0.0053)
