"""Who attends small schools: a difference in the city that turns within its stadsdelen."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from analysis.chapters.city_forecast.models import small
from analysis.chapters.city_forecast.models.series import CITY

# Of each stadsdeel: small schools and large ones, pupils of each, and how many of these are at risk.
WORLD = {
    "Zuidoost": {"small": (9, 100, 50), "large": (3, 500, 300)},  # 50% at small schools, 60% at large ones
    "Zuid": {"small": (3, 100, 5), "large": (9, 500, 50)},  # 5% and 10%
}


@pytest.fixture
def made():
    schools, pupils = [], []
    for area, sizes in WORLD.items():
        for size, (number, n, at_risk) in sizes.items():
            for school in range(number):
                key, off = f"{area} {size} {school}", school % 2 * 2 - 1  # schools differ by one pupil either way
                schools.append({"location": key, "stadsdeel": area, "size_class": size, "special": False})
                risk = np.arange(n) < at_risk + off
                pupils.append(pd.DataFrame({"location": key, "at_risk": risk}))
    return pd.concat(pupils, ignore_index=True), pd.DataFrame(schools)


def test_more_at_risk_at_small_schools_of_the_city_and_fewer_in_each_stadsdeel(made):
    """Small: 449 + 14 of 1,200 pupils are .39; large: 899 + 449 of 6,000 are .22; within, .50 - .60 and .05 - .10."""
    pupils, account = small.select(*made)
    assert account["pupils_out"].sum() == 0
    found = small.contrasts(pupils).set_index(["term", "model"])["estimate"]
    assert found[small.ACROSS, small.PUPILS] == pytest.approx(463 / 1200 - 1348 / 6000)
    assert found[small.WITHIN, small.PUPILS] < 0
    share = small.shares(pupils).set_index(["area", "size"])["estimate"]
    assert share[CITY, "small"] == pytest.approx(463 / 1200)
    assert share["Zuidoost", "small"] < share["Zuidoost", "large"]


def test_estimates_are_those_of_pupils_and_errors_not_below_theirs_clustered_by_school(made):
    """Shares of schools, weighted by pupils, say the same as the pupils; errors allow for what one school weighs."""
    pupils, _ = small.select(*made)
    ours = small.contrasts(pupils).set_index(["term", "model"]).loc[(small.WITHIN, small.PUPILS)]
    rows = pupils.assign(small=(pupils["size"] == small.SMALL).astype(float))
    rows = rows.assign(school=pd.factorize(rows["location"])[0])
    fit = smf.ols("at_risk ~ small + area", rows).fit(cov_type="cluster", cov_kwds={"groups": rows["school"]})
    assert ours["estimate"] == pytest.approx(fit.params["small"])
    assert 1 <= ours["std_error"] / fit.bse["small"] < 1.4
    assert ours[["schools_small", "schools_other", "pupils_small", "pupils_other"]].tolist() == [12, 12, 1200, 6000]


def test_with_few_small_schools_there_is_no_difference_and_a_reason(made):
    pupils, _ = small.select(*made)
    for few in (pupils[pupils["size"] == "large"], pupils[~pupils["location"].str.match("Zuidoost small [0-2]")]):
        found = small.contrasts(few)
        assert found["estimate"].isna().all()
        assert set(found["reason"]) == {"too few clusters"}


def test_schools_of_a_stadsdeel_with_one_size_alone_tell_nothing_of_differences_within(made):
    pupils, _ = small.select(*made)
    alone = pupils[~pupils["location"].str.startswith("Zuid large")]
    found = small.contrasts(alone).set_index("term")
    assert (found.loc[small.WITHIN, "reason"] == "too few clusters").all()
    assert (found.loc[small.WITHIN, ["schools_small", "schools_other"]] == [9, 3]).all(axis=None)


def test_who_leaves_is_counted_by_why(made):
    pupils, schools = made
    schools.loc[0, "special"] = True
    schools.loc[1, "size_class"] = None
    schools.loc[2, "stadsdeel"] = None
    pupils = pupils.astype({"at_risk": object})
    pupils.loc[pupils["location"] == schools["location"].iloc[3], "at_risk"] = None
    kept, account = small.select(pupils, schools)
    assert account["pupils_out"].tolist() == [100, 100, 100, 100]
    assert len(kept) == 7200 - 400


def test_a_stadsdeel_with_two_schools_of_a_size_has_no_row_and_does_not_follow_from_the_others(made):
    pupils, schools = made
    third = pd.concat([schools, schools[schools["stadsdeel"] == "Zuid"].assign(stadsdeel="Noord")])
    third["location"] = third["location"].where(third["stadsdeel"] != "Noord", "Noord " + third["location"])
    noord = pupils[pupils["location"].str.startswith("Zuid ")]
    every = pd.concat([pupils, noord.assign(location="Noord " + noord["location"])], ignore_index=True)
    assert set(small.shares(small.select(every, third)[0])["area"]) == {CITY, "Zuidoost", "Zuid", "Noord"}
    fewer = every[every["location"] != "Zuidoost large 0"]
    assert set(small.shares(small.select(fewer, third)[0])["area"]) in ({CITY, "Zuid"}, {CITY, "Noord"})
