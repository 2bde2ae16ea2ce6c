from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.synthetic.counts import CountsTruth, make_counts

TRUTH = CountsTruth()
NOTHING_DRAWN = replace(TRUTH, spread=0.0, year_sd=0.0, entry_sd=0.0, moves=0.0)


@pytest.fixture(scope="module")
def by_pupil():
    rng = np.random.default_rng(1)
    groep, area = rng.integers(1, 9, 60_000), rng.choice(["Noord", "Zuidoost", "Zuid"], 60_000)
    return pd.DataFrame({"age": groep + 3 + (rng.random(60_000) < 0.02 * groep), "stadsdeel": area})


@pytest.fixture(scope="module")
def frames(by_pupil):
    return make_counts(by_pupil, TRUTH, np.random.SeedSequence(2))


def test_the_last_year_is_that_of_the_pupils(by_pupil, frames):
    pupils = frames["by_stadsdeel_age_year"]
    last = pupils[pupils["year"] == TRUTH.last].pivot_table(index="area", columns="age", values="pupils")
    assert (last == pd.crosstab(by_pupil["stadsdeel"], by_pupil["age"])).all(axis=None)


def test_every_stadsdeel_has_all_ages_and_years(frames):
    years = TRUTH.last - TRUTH.first + 1
    assert len(frames["by_stadsdeel_age_year"]) == 3 * 9 * years
    assert len(frames["by_stadsdeel_children"]) == 3 * 4 * years
    assert frames["by_stadsdeel_children"]["year"].max() == TRUTH.last + 1
    assert set(frames["by_stadsdeel_outturn"]["year"]) == set(range(TRUTH.last + 1, TRUTH.end + 1))


def test_a_cohort_becomes_what_the_truth_says(by_pupil):
    pupils = make_counts(by_pupil, NOTHING_DRAWN, np.random.SeedSequence(2))["by_stadsdeel_age_year"]
    city = pupils.groupby(["year", "age"])["pupils"].sum()
    # Counts are whole: a city of 60,000 has some 2,500 pupils of an age in a stadsdeel, rounded by half a pupil.
    assert city[2010, 6] / city[2009, 5] == pytest.approx(TRUTH.stay, abs=0.001)
    assert city[2018, 6] / city[2017, 5] == pytest.approx(TRUTH.stay * np.exp(TRUTH.left), abs=0.001)
    assert city[2018, 9] / city[2017, 8] == pytest.approx(TRUTH.stay, abs=0.001)


def test_zuidoost_falls_while_the_others_grow(frames):
    totals = frames["by_stadsdeel_age_year"].groupby(["area", "year"])["pupils"].sum()
    growth = {area: totals[area, 2019] / totals[area, 2000] for area in ("Noord", "Zuid", "Zuidoost")}
    assert growth["Zuidoost"] < 0.9
    assert min(growth["Noord"], growth["Zuid"]) > 1.05
