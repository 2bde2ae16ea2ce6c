"""How often intervals hold the indices of a city that is known, corrected for small numbers and not."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.segregation.models.attendance import CountedPupils
from analysis.chapters.segregation.models.estimates import CORRECTED, INTERVAL, indices_of, moved_interval
from analysis.chapters.segregation.models.expected import ExpectedPupils
from analysis.chapters.segregation.models.two_years import TwoYears
from analysis.stats.segregation import Tally, dissimilarity_of, theil
from analysis.stats.segregation_corrected import corrected

SCHOOLS = 100
DRAWS = 200


def basic_interval(estimate, draws):
    """The interval of an index that is not corrected: reflected percentiles, which undo one bias and not the other."""
    low, high = np.quantile(draws, INTERVAL)
    return {"ci_low": 2 * estimate - high, "ci_high": 2 * estimate - low}


def holds(row, truth):
    return row["ci_low"] <= truth <= row["ci_high"]


def chances(spread, seed):
    """How likely a pupil of either of two groups attends each school: sizes differ, and so do log-odds."""
    rng = np.random.default_rng(seed)
    size, odds = rng.gamma(4.0, 1.0, SCHOOLS), spread * rng.normal(size=SCHOOLS)
    either = np.array([size / (1 + np.exp(-odds)), size / (1 + np.exp(odds))])
    return either / either.sum(axis=1, keepdims=True)


def covered(worlds, pupils, spread):
    """Share of worlds whose interval holds the truth: of the corrected index, and of the plain one."""
    held = []
    for world in range(worlds):
        chance = chances(spread, world)
        truth, rng = float(dissimilarity_of(*chance)), np.random.default_rng([10, world])
        cells = np.array([rng.multinomial(n, p) for n, p in zip(pupils, chance, strict=True)])
        spread_out = CountedPupils(("group", "rest"), cells, {"now": np.arange(SCHOOLS)}, SCHOOLS)
        drawn = spread_out.resampled(DRAWS, rng)["now"].pupils
        a, b = spread_out.observed()["now"].pupils
        covered = [
            moved_interval(float(corrected(a, b)), corrected(drawn[:, 0], drawn[:, 1])),
            basic_interval(float(dissimilarity_of(a, b)), dissimilarity_of(drawn[:, 0], drawn[:, 1])),
        ]
        held.append([holds(row, truth) for row in covered])
    return np.mean(held, axis=0)


def test_a_world_is_as_apart_as_its_chances():
    assert dissimilarity_of(*chances(0.0, 1)) == pytest.approx(0, abs=1e-12)
    assert 0.5 < dissimilarity_of(*chances(2.0, 1)) < 0.7


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "pupils", "spread"),
    [
        ("a small group, far apart", (800, 6000), 2.0),
        ("a small group, less far apart", (800, 6000), 0.8),
        ("two large groups", (5000, 12000), 1.8),
    ],
)
def test_the_interval_of_corrected_dissimilarity_covers_the_truth(name, pupils, spread, record_property):
    better, plain = covered(300, pupils, spread)
    record_property(f"dissimilarity, corrected, {name}", float(better))
    assert 0.92 <= better <= 0.98
    assert plain < better  # what the correction is for


CITY = ("as a large city", 213, (28000, 17500, 10800, 3050))
"""Schools and pupils by group as in amsterdam-2020, with its smallest group; sizes of schools differ fivefold."""
TOWN = ("as a small municipality", 14, (1700, 1000, 720, 180))
"""As in ci."""


def attended(n_schools, pupils, seed):
    """How likely a pupil of each group attends each school: sizes differ, and so do the log-odds of groups."""
    rng = np.random.default_rng(seed)
    size, odds = rng.gamma(4.0, 1.0, n_schools), 0.9 * rng.normal(size=(len(pupils), n_schools))
    chance = size * np.exp(odds)
    return chance / chance.sum(axis=1, keepdims=True)


MANY = 1e12
"""Of so many copies of each pupil an index is what it is without a correction, and that of chances the truth."""


def compute(index, n_schools):
    stadsdeel = np.zeros(n_schools, dtype=np.intp)
    if index == "theil":
        return lambda tally: theil(tally, stadsdeel)["theil"]
    return indices_of(3, 0)[index]  # of the smallest group, and the largest that it meets


def times(tally, factor):
    return Tally(tally.pupils * factor, None if tally.mixed is None else tally.mixed * factor)


def both(index, world, truth):
    """Whether the corrected interval holds the truth, whether the plain one does, and both biases."""
    spread, rng = world
    observed, drawn = spread.observed()["now"], spread.resampled(DRAWS, rng)["now"]
    estimate, plain = float(index(observed)), float(index(times(observed, MANY)))
    better = moved_interval(estimate, index(drawn))
    assert better["ci_low"] <= estimate <= better["ci_high"]
    held = basic_interval(plain, index(times(drawn, MANY)))
    return holds(better, truth), holds(held, truth), estimate - truth, plain - truth


@pytest.mark.slow
@pytest.mark.parametrize("index", ["theil", "isolation", "interaction"])
@pytest.mark.parametrize(("name", "n_schools", "pupils"), [CITY, TOWN])
def test_the_intervals_of_h_and_exposure_cover_the_truth(name, n_schools, pupils, index, record_property):
    find, intervals = compute(index, n_schools), []
    for number in range(200):
        chance, rng = attended(n_schools, pupils, number), np.random.default_rng([11, number])
        truth = float(find(Tally(chance * np.array(pupils)[:, None] * MANY)))
        cells = np.array([rng.multinomial(n, p) for n, p in zip(pupils, chance, strict=True)])
        spread = CountedPupils(tuple("abcd"), cells, {"now": np.arange(n_schools)}, n_schools)
        intervals.append(both(find, (spread, rng), truth))
    better, plain, bias, plain_bias = np.mean(intervals, axis=0)
    noise = np.std(intervals, axis=0)[2] / np.sqrt(len(intervals))
    title = {"theil": "Theil's H", "isolation": "isolation", "interaction": "interaction"}[index]
    record_property(f"{title}, corrected, {name}", float(better))
    record_property(f"{title}, not corrected, {name}", float(plain))
    assert 0.92 <= better <= 0.98
    assert abs(bias) <= 0.2 * abs(plain_bias) + 3 * noise


def along_a_line(rng, postcodes=76, schools=193, each=41):
    """Share, chance and school of every pair of postcode and school: a pupil attends a near one mostly."""
    home, at = rng.random(postcodes), rng.random(schools)
    share = 0.05 + 0.6 * np.sin(2 * np.pi * home) ** 2 * rng.beta(4, 2, postcodes)
    weight = rng.gamma(0.5, 1.0, (postcodes, schools)) * np.exp(-20 * np.abs(home[:, None] - at))
    school = np.argsort(-weight, axis=1)[:, :each]
    chance = np.take_along_axis(weight, school, 1).ravel()
    return np.repeat(share, each), chance / chance.sum(), school.ravel()


@pytest.mark.slow
def test_the_intervals_of_expected_pupils_cover_the_truth(record_property):
    """Postcodes, schools and pupils as in amsterdam-duo-2017: a pupil counts for the share of its postcode."""
    finds, held = [compute("theil", 193), *(indices_of(0, 1)[name] for name in (CORRECTED, "isolation"))], []
    for number in range(200):
        rng = np.random.default_rng([12, number])
        share, chance, school = along_a_line(rng)
        whole = ExpectedPupils(np.round(chance * 1e15).astype(np.int64), share, school, school, 193).observed()["now"]
        city = ExpectedPupils(rng.multinomial(58428, chance), share, school, school, 193)
        observed, drawn = city.observed()["now"], city.resampled(DRAWS, rng)["now"]
        rows = [moved_interval(float(find(observed)), find(drawn)) for find in finds]
        held.append([holds(row, float(find(whole))) for row, find in zip(rows, finds, strict=True)])
    for index, covered in zip(("Theil's H", "dissimilarity", "isolation"), np.mean(held, axis=0), strict=True):
        record_property(f"{index}, expected composition, corrected", float(covered))
        assert 0.92 <= covered <= 0.98


def two_years(number, pupils=(10800, 28000), staying=0.5, same=0.88):
    """A city in two years, and the true change: half the pupils are the same, most of them at the same school."""
    rng = np.random.default_rng([13, number])
    first, aim = chances(1.9, number), chances(1.5, number)
    last = same * first + (1 - same) * aim  # who stays and moves goes where the schools are less apart
    tables, stayed = [np.zeros((2, SCHOOLS), dtype=np.int64) for _ in range(2)], []
    for group, n in enumerate(pupils):
        stays = round(staying * n)
        before = rng.choice(SCHOOLS, stays, p=first[group])
        after = np.where(rng.random(stays) < same, before, rng.choice(SCHOOLS, stays, p=aim[group]))
        for table, there, chance in ((tables[0], before, first), (tables[1], after, last)):
            table[group] = np.bincount(there, minlength=SCHOOLS) + rng.multinomial(n - stays, chance[group])
        cells, times_seen = np.unique(np.column_stack([before, after]), axis=0, return_counts=True)
        of = np.full(len(cells), group)
        stayed.append(np.column_stack([of, cells[:, 0], of, cells[:, 1], times_seen]))
    schools = pd.RangeIndex(SCHOOLS)
    years = TwoYears(("laag", "hoog"), (schools, schools), *tables, np.concatenate(stayed))
    return years, float(dissimilarity_of(*last) - dissimilarity_of(*first)), rng


@pytest.mark.slow
def test_the_interval_of_a_change_covers_the_truth_where_half_the_pupils_stay(record_property):
    held, wide = [], []
    for number in range(200):
        years, truth, rng = two_years(number)
        alone = replace(years, stayed=years.stayed[:0])
        change = float(corrected(*years.after.astype(float)) - corrected(*years.before.astype(float)))
        rows = []
        for known in (years, alone):
            before, after = known.resampled(DRAWS, rng)
            draws = corrected(after[:, 0], after[:, 1]) - corrected(before[:, 0], before[:, 1])
            rows.append(moved_interval(change, draws))
        held.append([holds(row, truth) for row in rows])
        wide.append(rows[1]["std_error"] / rows[0]["std_error"])
    better, independent = np.mean(held, axis=0)
    record_property("change of dissimilarity, pupils resampled with both their years", float(better))
    record_property("change of dissimilarity, years resampled as if no pupil stayed (too wide)", float(independent))
    assert 0.92 <= better <= 0.98
    # The years share .5 x .88 of their variance and a little more: 1 / sqrt(1 - .44) = 1.34 times as wide.
    assert np.mean(wide) == pytest.approx(1.34, abs=0.06)
    assert independent > better
