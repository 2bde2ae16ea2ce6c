"""Money against disadvantage: the formula by hand, what is recovered from it, and the bend."""

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.oab_money.models import accounts, proxy
from analysis.synthetic.staffing import StaffingTruth, make_staffing
from analysis.topics.staffing.models import oab, oab_formula
from analysis.topics.staffing.models.eligibility import with_outcomes


@pytest.fixture(scope="module")
def panel():
    return oab.with_money(with_outcomes(make_staffing(StaffingTruth(), 0.15, np.random.SeedSequence(4))))


def test_the_threshold_takes_twelve_percent_of_the_pupils():
    """100 pupils at 5.80 points: 12 x 5.80 = 69.60 comes off; what is left is never below zero."""
    scores = oab_formula.score_with_threshold([100.0, 50.0], [100, 100])
    assert scores.tolist() == [30.40, 0.0]
    assert oab_formula.kink_point() == pytest.approx(0.12 * 5.80)


def test_the_threshold_is_recovered_from_the_difference():
    scores = pd.DataFrame({"pupils": [100, 200, 300, 100], "score_raw": [100.0, 300.0, 400.0, 10.0]})
    scores["score"] = oab_formula.score_with_threshold(scores["score_raw"], scores["pupils"])
    rows = oab_formula.threshold_check(scores).set_index("check")
    assert rows.loc["threshold", "estimate"] == pytest.approx(0.12, abs=1e-5)
    assert rows.loc["threshold", "schools"] == 3
    assert rows.loc["score", "share_exact"] == 1.0


def test_a_score_that_is_not_the_formula_s_is_seen():
    scores = pd.DataFrame({"pupils": [100] * 4, "score_raw": [100.0, 110.0, 120.0, 130.0]})
    scores["score"] = oab_formula.score_with_threshold(scores["score_raw"], scores["pupils"])
    scores.loc[0, "score"] += 5.0
    row = oab_formula.threshold_check(scores).set_index("check").loc["score"]
    assert (row["share_exact"], round(row["largest_difference"], 2)) == (0.75, 5.0)


def test_the_price_of_weights_rises_with_age():
    """Money = weight x (1000 + 30 age)."""
    weights, ages = np.array([1.0, 2.0, 5.0]), np.array([35.0, 40.0, 45.0])
    money = pd.DataFrame({"score": weights, "mean_age": ages, "oab_euro": weights * (1000 + 30 * ages)})
    rows = oab_formula.weights_check(money).set_index("check")
    assert rows["estimate"].tolist() == pytest.approx([1000, 30])
    assert rows["share_exact"].tolist() == [1.0, 1.0]


def test_the_transition_keeps_a_part_of_the_old_money():
    """Three schools without old money receive 2 a point; one keeps half of its old 100 on top."""
    money = pd.DataFrame(
        {"brin": list("abcd"), "score": [10.0, 20.0, 30.0, 10.0], "oab_euro": [20.0, 40.0, 60.0, 20.0 + 50.0]}
    )
    before = pd.DataFrame({"brin": list("abcd"), "oab_euro": [0.0, 0.0, 0.0, 100.0]})
    rows = oab_formula.transition_check(money, before).set_index("check")["estimate"]
    assert rows["floor_price"] == pytest.approx(2.0)
    assert rows["at_floor"] == 0.75
    assert rows["kept"] == pytest.approx(50 / 190)
    assert rows["kept_per_old_euro"] == pytest.approx(0.5)


def test_the_made_up_money_is_price_times_score_and_bends_by_the_price(panel):
    rows = oab_formula.price_check(panel).set_index("check")
    assert rows.loc["price, 2020", "estimate"] == pytest.approx(559.50, abs=1e-4)
    assert rows["share_exact"].min() == 1.0
    bend = oab.at_threshold(panel, ["pupils_per_teacher"]).set_index("model")
    price = 559.50 * 1.04**-4 / 1000  # of 2016, per 1,000 euro
    assert bend.loc["oab_kink_money", "estimate"] == pytest.approx(price, rel=0.02)
    assert bend.loc["oab_kink", "ci_low"] < 0 < bend.loc["oab_kink", "ci_high"]


def test_the_dose_is_nothing_within_schools_with_a_score_and_the_old_trend_among_all(panel):
    rows = oab.dose(panel, ["pupils_per_teacher"]).set_index("group")
    inside, everyone = rows.loc["schools with a score in 2016"], rows.loc["all schools"]
    assert inside["ci_low"] < 0 < inside["ci_high"]
    assert everyone["ci_low"] > 0


def test_schools_with_a_score_lose_ground_after_2016(panel):
    rows = oab.event(panel, ["pupils_per_teacher"])
    rows = rows[rows["group"] == "all schools"].set_index("term")
    truth = StaffingTruth().pupils_per_teacher.change(2024)
    assert rows.loc["year_2024", "ci_low"] < truth < rows.loc["year_2024", "ci_high"]


def test_only_boards_that_report_every_year_are_compared():
    boards = pd.DataFrame(
        [(board, year, 0.5, 0.1, 30.0) for board in ("a", "b") for year in (2014, 2015)],
        columns=["board", "year", "wage_share", "hired_share", "schoolweging"],
    )
    boards.loc[(boards["board"] == "b") & (boards["year"] == 2015), "hired_share"] = np.nan
    assert set(accounts.selected(boards, "hired_share")["location"]) == {"a"}
    account = accounts.account(boards)
    assert account[account["outcome"] == "hired_share"]["boards_kept"].tolist() == [2, 1]


def test_the_proxy_counts_the_highest_scores_per_pupil():
    scores = pd.DataFrame(
        {
            "location": [f"l{at}" for at in range(20)],
            "board": "b",
            "municipality": ["STAD"] * 5 + ["DORP"] * 15,
            "pupils": 100,
            "score": np.arange(20.0)[::-1],
        }
    )
    rows = proxy.eligible(scores, 0.15, "Stad").set_index("region")["schools_eligible"]
    assert rows.tolist() == [3, 3]
