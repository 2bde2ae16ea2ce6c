"""The city's teachers: flows and shares by hand, and those of the synthetic city against its truth."""

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.teachers import models as teachers
from analysis.synthetic.teachers import TeachersTruth, make_teachers


@pytest.fixture(scope="module")
def city():
    rng = np.random.default_rng(2)
    number = 200
    return pd.DataFrame(
        {
            "location": [f"00AA{at:02d}" if at < 100 else f"00AB{at - 100:02d}" for at in range(number)],
            "special": False,
            "pupils": rng.integers(100, 500, number),
            "share_nonwestern": rng.uniform(0, 1, number),
        }
    )


@pytest.fixture(scope="module")
def by_teacher(city):
    return make_teachers(city, TeachersTruth(), 1.0, np.random.SeedSequence(7))


def share(flows, flow, where):
    return float(flows[(flows["flow"] == flow) & (flows["where"] == where)]["share"].iloc[0])


def test_flows_are_shares_of_the_teachers_of_their_year():
    rows = [
        (2016, "none", "other city"),
        (2016, "none", "none"),
        (2016, "none", "left education"),
        (2016, "none", "none"),
    ]
    rows += [(2018, "starter", "none"), (2018, "none", "none")]
    flows = teachers.flows(pd.DataFrame(rows, columns=["year", "came", "left"]))
    assert share(flows, "left", "all") == 2 / 4
    assert share(flows, "left", "other city") == 1 / 2
    assert share(flows, "came", "all") == 1 / 2


def test_made_up_teachers_come_and_go_as_the_truth_says(by_teacher):
    truth = TeachersTruth()
    flows = teachers.flows(by_teacher)
    assert (by_teacher["year"] == 2018).sum() == truth.teachers
    assert share(flows, "left", "all") == pytest.approx(truth.left, abs=0.001)
    assert share(flows, "came", "starter") == pytest.approx(truth.starters, abs=0.05)
    stayed = set(by_teacher[(by_teacher["year"] == 2016) & (by_teacher["left"] == "none")]["teacher"])
    after = by_teacher[by_teacher["year"] == 2018]
    assert set(after[after["came"] == "none"]["teacher"]) == stayed


def test_hours_recover_their_truth(by_teacher):
    rows = teachers.hours(by_teacher).set_index("term")
    assert rows.loc["man", "ci_low"] < TeachersTruth().fte_men < rows.loc["man", "ci_high"]
    assert rows.loc["last_year", "estimate"] == pytest.approx(0.75 - 0.79, abs=0.012)


def test_composition_recovers_its_log_odds(by_teacher, city):
    rows = teachers.composition(by_teacher, city, [0.2, 0.4, 0.6, 0.8])
    slope = rows[rows["by"] == ""].iloc[0]
    assert slope["ci_low"] < TeachersTruth().nonwestern_pupils / 10 < slope["ci_high"]
    assert rows[rows["by"] == "band"]["estimate"].is_monotonic_increasing


def test_a_share_counts_its_smaller_side(by_teacher):
    rows = teachers.described(by_teacher)
    row = rows[(rows["outcome"] == "scale_L12") & (rows["category"] == "2018")].iloc[0]
    assert row["n_least"] == (by_teacher[by_teacher["year"] == 2018]["scale"] == "L12").sum()


def test_distances_add_up(by_teacher):
    rows = teachers.distances(by_teacher)
    assert rows["teachers"].sum() == (by_teacher["year"] == 2018).sum()
    assert rows["share"].sum() == pytest.approx(1)
