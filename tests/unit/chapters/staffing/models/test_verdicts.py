"""Verdicts: from the p-values of their family, with the drift at which they fall."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from analysis.chapters.staffing.models.pictures import both_intervals
from analysis.chapters.staffing.models.toelage import ALL, HONEST
from analysis.chapters.staffing.models.validity import (
    AT_CUTOFF,
    BEFORE_AND_AFTER,
    RULED_OUT,
    SOMETHING,
    UNKNOWN,
    _judged,
    _with_drift,
    within_family,
)
from analysis.stats.multiplicity import FAMILIES

OPTIONS = {"alpha": 0.05, "power": 0.8, "of": ALL}
MARGINS = {"inflow": 0.01, "outflow": 0.01, "retention": 0.01, "hours": 0.5, "pupils_per_teacher": 0.2}
MARGINS |= {"shortage": 0.02, "unqualified": 0.02}
DF = 639


def estimates(model: str, **values: tuple[float, float]) -> pd.DataFrame:
    rows = pd.DataFrame(
        [
            {"model": model, "outcome": name, "estimate": value, "std_error": error, "unit": "share of teachers"}
            for name, (value, error) in values.items()
        ]
    )
    half = student.ppf(0.975, DF) * rows["std_error"]
    p_value = 2 * student.sf((rows["estimate"] / rows["std_error"]).abs(), DF)
    rows = rows.assign(ci_low=rows["estimate"] - half, ci_high=rows["estimate"] + half, p_value=p_value)
    return rows.assign(group="", term="", n_obs=1000, n_least=400, n_clusters=DF + 1)


STEADY = {
    "inflow": (-0.0032, 0.00296),
    "outflow": (0.00562, 0.00277),  # t = 2.03, p = .043, while the truth is zero
    "retention": (-0.00562, 0.00277),
    "hours": (0.0232, 0.0289),
    "pupils_per_teacher": (-0.0144, 0.0239),
}
ROMANO_WOLF = pd.Series(
    {"inflow": 0.615, "outflow": 0.191, "retention": 0.191, "hours": 0.673, "pupils_per_teacher": 0.673}
)


def judged(bootstrapped: pd.Series = ROMANO_WOLF, **changed: tuple[float, float]) -> pd.DataFrame:
    rows = estimates("amt_did", **{**STEADY, **changed})
    return _judged(rows, BEFORE_AND_AFTER, MARGINS, bootstrapped, OPTIONS).set_index("outcome")


def test_a_p_value_that_is_small_alone_and_not_in_its_family_is_no_effect():
    verdicts = judged()
    assert verdicts.loc["outflow", "p_value"] == pytest.approx(0.043, abs=5e-4)
    assert verdicts["verdict"].to_dict() == {
        "inflow": RULED_OUT,
        "outflow": UNKNOWN,
        "retention": UNKNOWN,
        "hours": RULED_OUT,
        "pupils_per_teacher": RULED_OUT,
    }


def test_an_effect_needs_both_its_own_and_the_corrected_p_value():
    small = pd.Series(0.001, ROMANO_WOLF.index)
    verdicts = judged(small, outflow=(0.02, 0.003))
    assert verdicts.loc["outflow", "verdict"] == SOMETHING
    # A bootstrap below the p-value of the estimate's own interval is not believed: the sentence gives that interval.
    assert judged(small).loc["inflow", "p_corrected"] == judged(small).loc["inflow", "p_value"]


def test_equivalence_is_corrected_for_the_family_too_and_a_mirror_is_one_test():
    verdicts = judged()
    by_hand = verdicts["p_tost"].drop("retention").sort_values()  # 4 tests, not 5
    assert len(by_hand) == 4
    corrected = np.maximum.accumulate(by_hand.to_numpy() * [4, 3, 2, 1])
    assert verdicts.loc[by_hand.index, "p_tost_corrected"].to_numpy() == pytest.approx(np.minimum(corrected, 1))
    assert (verdicts["equivalent"] == (verdicts["verdict"] == RULED_OUT)).all()
    assert verdicts.loc["retention", "p_tost_corrected"] == verdicts.loc["outflow", "p_tost_corrected"]


def test_the_cut_off_is_corrected_by_holm_over_its_six_outcomes():
    names = FAMILIES[AT_CUTOFF].members
    rows = estimates("amt_rd", **dict.fromkeys(names, (0.0, 1.0))).assign(p_value=[0.01, *[0.5] * 5])
    assert within_family(rows, "p_value", AT_CUTOFF).iloc[0] == pytest.approx(0.06)  # 6 x 0.01


def test_an_outcome_that_could_not_be_estimated_is_no_test():
    rows = estimates("amt_rd", inflow=(0.0, 1.0), hours=(0.0, 1.0)).assign(p_value=[0.01, 0.5])
    assert within_family(rows, "p_value", AT_CUTOFF).iloc[0] == pytest.approx(0.02)  # 2 x 0.01


@pytest.mark.parametrize(("narrow", "falls"), [(1.0, 0.5), (0.5, 0.0), (9.0, np.nan)])
def test_a_verdict_falls_at_the_first_drift_whose_interval_leaves_the_margin(narrow, falls):
    tests = judged().reset_index()
    tests = tests[tests["outcome"] == "hours"]  # ruled out beyond 0.5
    drift = pd.DataFrame({"outcome": "hours", "magnitude": [0.0, 0.5, 1.0]})
    drift = drift.assign(ci_low=-np.array([0.3, 0.6, 0.9]) / narrow, ci_high=np.array([0.3, 0.4, 0.5]) / narrow)
    verdicts = _with_drift(tests, drift).iloc[0]
    if np.isnan(falls):
        assert np.isnan(verdicts["falls_at"])
    else:
        assert verdicts["falls_at"] == falls
        at = drift[drift["magnitude"] == falls].iloc[0]
        assert (verdicts["drift_low"], verdicts["drift_high"]) == (at["ci_low"], at["ci_high"])


def test_an_effect_falls_where_its_interval_holds_zero_and_what_is_uncertain_cannot_fall():
    tests = judged(pd.Series(0.001, ROMANO_WOLF.index), outflow=(0.02, 0.003)).reset_index()
    drift = pd.DataFrame(
        {"outcome": "outflow", "magnitude": [0.0, 0.5], "ci_low": [0.01, -0.01], "ci_high": [0.03, 0.05]}
    )
    verdicts = _with_drift(tests, drift).set_index("outcome")["falls_at"]
    assert verdicts["outflow"] == 0.5
    unknown = _with_drift(judged().reset_index(), drift).set_index("outcome")["falls_at"]
    assert np.isnan(unknown["outflow"])


def test_both_intervals_are_below_each_other_by_outcome():
    robust = estimates("amt_rd", inflow=(0.1, 0.02), hours=(0.3, 0.1)).assign(bandwidth=5.0, n_left=40, n_right=50)
    honest = robust.assign(model="amt_honest_rd", estimate=[0.2, 0.4], **dict.fromkeys(HONEST, 0.5))
    rows = both_intervals(robust, honest)
    assert rows["outcome"].tolist() == ["inflow", "inflow", "hours", "hours"]
    assert rows["interval"].tolist() == ["robust", "honest"] * 2
    assert rows["estimate"].tolist() == [0.1, 0.2, 0.3, 0.4]
    assert rows["bias"].isna().tolist() == [True, False] * 2
