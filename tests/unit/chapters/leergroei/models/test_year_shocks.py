"""The interval for shocks of a year: its arithmetic, and how often it covers where years have them."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from analysis.chapters.leergroei.models import closure, growth, year_shocks
from analysis.chapters.leergroei.models.design import Design
from analysis.disclosure import PROFILES, suppress
from analysis.publish.exhibits import read_exhibits
from analysis.variables import CHAPTERS

YEARS = ("2016/17", "2017/18", "2018/19", "2019/20")
EFFECT, TREND, PER_DAY = -3.0, 0.8, 0.05
WORLDS = 600
DESIGN = Design({"rekenen": (7,)}, composite=(), closure_year=YEARS[-1], control_years=YEARS[:-1])


def world(rng, shock=0.0, schools=30, pupils=25, years=YEARS):
    """Growth of pupils in percentiles: schools differ in level and effect, years by a trend and by shocks."""
    number = schools * pupils * len(years)
    year, school = np.arange(number) % len(years), np.arange(number) // len(years) % schools
    closed = year == len(years) - 1
    days = 140 + 10 * closed + rng.normal(0, 8, number)
    by_school = rng.normal(0, 2, schools)[school] + closed * rng.normal(0, 2, schools)[school]
    by_year = (TREND * np.arange(len(years)) + shock * rng.normal(size=len(years)))[year]
    gained = by_school + by_year + PER_DAY * days + EFFECT * closed + rng.normal(0, 11, number)
    return pd.DataFrame(
        {
            "pupil": np.arange(number),
            "outcome": "rekenen",
            "subject": "rekenen",
            "groep": 7,
            "level_m": "I",
            "reason": "both",
            "location": school.astype(str),
            "year": np.asarray(years)[year],
            "start": 2020 - len(years) + year,
            "closure": closed.astype(float),
            "days": days,
            "growth": gained,
        }
    )


def beside_trend(rows):
    headline = closure.estimate(rows).query("term == 'closure'")
    return year_shocks.against_trend(rows, headline).iloc[0]


def test_the_interval_is_that_of_four_yearly_means_by_hand():
    """Means 1, 2, 4 and then 1: the line through three gives 16/3 for the fourth.

    Off the line lie 1/6, -1/3, 1/6, so that sigma squared is 1/6 with one degree of freedom; the fourth year is two
    steps from the middle: 1 + 1/3 + 4/2 = 10/3. Half the interval is 12.706 x sqrt(1/6 x 10/3) = 9.47.
    """
    rows = world(np.random.default_rng(1), schools=10, pupils=4).assign(days=0.0)
    mean = rows["start"].map({2016: 1.0, 2017: 2.0, 2018: 4.0, 2019: 1.0})
    rows["growth"] = rows["growth"] - rows.groupby("start")["growth"].transform("mean") + mean
    headline = pd.DataFrame({"outcome": ["rekenen"], "estimate": [-4.3], "ci_low": [-4.4], "ci_high": [-4.2]})
    row = year_shocks.against_trend(rows, headline).iloc[0]
    assert_allclose(row["trend_estimate"], 1 - 16 / 3)
    assert_allclose(row["year_sd"], np.sqrt(1 / 6))
    assert (row["shock_df"], row["control_years"]) == (1, 3)
    half = stats.t.ppf(0.975, 1) * np.sqrt(1 / 6 * 10 / 3)
    assert_allclose([row["shock_low"], row["shock_high"]], [1 - 16 / 3 - half, 1 - 16 / 3 + half])


def test_the_change_against_one_year_has_twice_the_error_of_a_year():
    rows = world(np.random.default_rng(2), shock=3.0)
    change = growth.change(growth.standardised(rows, DESIGN), DESIGN)
    row = year_shocks.against_year_before(rows, DESIGN, change).iloc[0]
    before = rows[rows["year"] == "2018/19"]["growth"]
    z = ((rows["growth"] - before.mean()) / before.std()).groupby(rows["start"]).mean()
    off = z[2016] - 2 * z[2017] + z[2018]  # of three years one contrast is left
    assert_allclose(row["year_sd"], abs(off) / np.sqrt(6))
    assert_allclose(row["shock_high"] - row["estimate"], stats.t.ppf(0.975, 1) * abs(off) / np.sqrt(6) * np.sqrt(2))


@pytest.mark.parametrize("years", [YEARS[1:], YEARS[2:]])
def test_with_two_control_years_or_one_nothing_shows_of_shocks(years):
    rows = world(np.random.default_rng(3), years=years)
    row = beside_trend(rows)
    assert np.isnan([row["shock_low"], row["shock_high"], row["year_sd"]]).all()
    assert (row["shock_df"], row["control_years"]) == (0, len(years) - 1)


def test_what_rests_on_too_few_schools_is_withheld_here_as_everywhere():
    """A headline of nine schools is withheld among the estimates, so that it must not be in this table either."""
    rows = world(np.random.default_rng(5), schools=9)
    change = growth.change(growth.standardised(rows, DESIGN), DESIGN).assign(by="")
    pnas = closure.estimate(rows)
    results = year_shocks.beside(rows, DESIGN, change, rows, pnas)
    assert results["n_clusters"].tolist() == [9, 9]
    counts = read_exhibits(CHAPTERS / "leergroei" / "exhibits.yml").frame("shocks", results)["counts"]
    gated = suppress(results, counts, PROFILES["default"]).frame
    assert gated[list(year_shocks.NUMBERS)].isna().all(axis=None)


def test_it_is_never_narrower_than_the_headline():
    for seed in range(20):
        row = beside_trend(world(np.random.default_rng(seed), schools=12, pupils=8))
        assert row["shock_high"] - row["shock_low"] >= row["ci_high"] - row["ci_low"] - 1e-9


def test_more_control_years_leave_more_degrees_of_freedom():
    row = beside_trend(world(np.random.default_rng(4), shock=2.0, years=("2014/15", "2015/16", *YEARS)))
    assert row["shock_df"] == 3


@pytest.mark.slow
@pytest.mark.parametrize(("shock", "named"), [(2.0, "years differ by shocks"), (0.0, "years alike but for a trend")])
def test_how_often_the_headline_and_the_interval_for_shocks_cover(shock, named, record_property):
    estimates = []
    for seed in range(WORLDS):
        rows = world(np.random.default_rng(10_000 + seed), shock=shock)
        changed = growth.change(growth.standardised(rows, DESIGN), DESIGN)
        # The change holds a step of the trend and ten days more, in standard deviations of growth of the year before.
        change = (EFFECT + TREND + 10 * PER_DAY) / rows.loc[rows["year"] == "2018/19", "growth"].std()
        beside = year_shocks.against_year_before(rows, DESIGN, changed).iloc[0]
        estimates += [("PNAS design", EFFECT, beside_trend(rows)), ("against the year before", change, beside)]
    for design in ("PNAS design", "against the year before"):
        of = [(truth, row) for name, truth, row in estimates if name == design]
        headline = np.mean([row["ci_low"] <= truth <= row["ci_high"] for truth, row in of])
        shocks = np.mean([row["shock_low"] <= truth <= row["shock_high"] for truth, row in of])
        far = " (far too narrow)" if shock else ""
        record_property(f"closure effect, {design}, {named}, clustered by school{far}", headline)
        record_property(f"closure effect, {design}, {named}, interval for shocks of a year", shocks)
        # Without shocks the interval is that of sampling or wider: it may cover more often, and never less.
        assert (headline < 0.6) if shock else (0.92 <= headline <= 0.98), (design, headline)
        assert (0.93 <= shocks <= 0.975) if shock else (shocks >= 0.94), (design, shocks)
