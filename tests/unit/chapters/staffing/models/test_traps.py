"""What passes for an effect of the toelage and is none: the country at full size, where it changes wages only."""

import numpy as np
import pytest
from panel_tests import pre_trend_test

from analysis.stats.panel import difference_in_differences, event_study
from analysis.stats.sensitivity import relative_bounds
from analysis.synthetic.staffing import StaffingTruth, make_staffing
from analysis.topics.staffing.models.eligibility import eligibility, scored_in, with_outcomes

TOELAGE = {"treated": "amt", "start": 2021}


@pytest.fixture(scope="module")
def country():
    return with_outcomes(make_staffing(StaffingTruth(), 1.0, np.random.SeedSequence(1)))


def t_statistic(found):
    return (found.coefficients / found.std_errors).iloc[0]


def test_the_ranking_is_the_one_that_paid(country):
    ranked = eligibility(country).by_school.set_index("location")["eligible"]
    paid = country[country["year"] == 2021].set_index("location")["amt_euro"] > 0
    assert (ranked == paid.reindex(ranked.index)).all()
    assert ranked.sum() == 945  # 15% of 6,300


def test_among_all_schools_an_older_trend_in_pupils_per_teacher_passes_for_an_effect(country):
    """Since 2016 the ratio fell at schools without a score, and not at those with one."""
    among_all = difference_in_differences(country, "pupils_per_teacher", **TOELAGE, engine="within")
    among_scored = difference_in_differences(scored_in(country, 2016), "pupils_per_teacher", **TOELAGE, engine="within")
    assert among_all.coefficients.iloc[0] > 0.3
    assert t_statistic(among_all) > 10
    assert abs(t_statistic(among_scored)) < 3


def test_a_shortage_rises_faster_where_it_is_high_and_the_earlier_years_tell(country):
    scored = scored_in(country, 2016)
    assert (
        t_statistic(difference_in_differences(scored, "shortage", **TOELAGE, engine="within")) > 3
    )  # there is no effect
    earlier = {
        outcome: event_study(scored, outcome, treated="amt", base=2020, engine="within")
        for outcome in ("shortage", "hours")
    }
    assert pre_trend_test(earlier["shortage"], 2021).p_value < 0.001
    assert pre_trend_test(earlier["hours"], 2021).p_value > 0.05
    bounds = relative_bounds(earlier["shortage"], base=2020, magnitudes=(1.0,)).iloc[0]
    assert bounds["ci_low"] < 0 < bounds["ci_high"]
