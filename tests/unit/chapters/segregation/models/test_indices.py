import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analysis.chapters.segregation import models as segregation
from analysis.chapters.segregation.models import ExpectedPupils, school_bands
from analysis.chapters.segregation.models.attendance import CountedPupils, PlaceYear
from analysis.chapters.segregation.models.estimates import indices_of, more_than_chance
from analysis.errors import ModelError
from analysis.stats.estimates import ESTIMATE_COLUMNS
from analysis.stats.segregation import dissimilarity, dissimilarity_of, isolation

TWO_GROUPS = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=2, max_size=8)


def by_pair(pupils):
    """Pupils by (pc4, location), from {("1011", "a"): 5}."""
    index = pd.MultiIndex.from_tuples(pupils, names=["pc4", "location"])
    return pd.Series(list(pupils.values()), index=index, name="TOTAAL")


# Two postcodes, three schools: 1011 lives next to a, 1012 next to b; nobody lives next to c.
PUPILS = by_pair({("1011", "a"): 30, ("1011", "c"): 10, ("1012", "a"): 10, ("1012", "b"): 40, ("1012", "c"): 10})
SHARE = pd.Series({"1011": 0.2, "1012": 0.5})
NEAREST = pd.Series({"1011": "a", "1012": "b"}, name="nearest")


INDICES = ("dissimilarity", "isolation")


@pytest.fixture
def city():
    return ExpectedPupils.from_frames(PUPILS, SHARE, NEAREST)


def test_dissimilarity_written_out():
    # Both groups are 200: 1/2 (|100-0| + |60-40| + |40-60| + |0-100|) / 200
    expected = 0.5 * (100 + 20 + 20 + 100) / 200
    assert expected == 0.6
    assert dissimilarity([100, 60, 40, 0], [0, 40, 60, 100]) == pytest.approx(expected, abs=1e-15)


def test_equal_spread_is_zero_and_never_meeting_is_one():
    assert dissimilarity([10, 20, 30], [100, 200, 300]) == pytest.approx(0, abs=1e-15)
    assert dissimilarity([10, 20, 0], [0, 0, 5]) == 1


def test_a_group_against_another_differs_from_a_group_against_the_rest():
    # School A: 10 low, 10 middle; school B: 10 middle, 10 high.
    low, middle, high = np.array([10, 0]), np.array([10, 10]), np.array([0, 10])
    assert dissimilarity(low, high) == 1
    assert dissimilarity(low, middle + high) == pytest.approx(0.5 * ((1 - 10 / 30) + (20 / 30 - 0)))
    assert dissimilarity(low, middle + high) == pytest.approx(2 / 3)


def test_isolation_by_hand():
    # 30 of 40 have 29 of their own among 59 schoolmates, 10 of 40 have 9 among 99; nobody is at the empty school.
    assert isolation([30, 10, 0], [60, 100, 0]) == pytest.approx(30 / 40 * 29 / 59 + 10 / 40 * 9 / 99)


@given(TWO_GROUPS, st.floats(0.01, 100), st.randoms(use_true_random=False))
def test_dissimilarity_is_a_share_and_knows_neither_scale_nor_order(schools, factor, random):
    a, b = np.array(schools, float).T
    assume(a.sum() and b.sum())
    d = dissimilarity(a, b)
    assert -1e-12 <= d <= 1 + 1e-12
    assert dissimilarity(b, a) == pytest.approx(d, abs=1e-12)
    assert dissimilarity(a * factor, b) == pytest.approx(d, abs=1e-12)
    order = random.sample(range(len(a)), len(a))
    assert dissimilarity(a[order], b[order]) == pytest.approx(d, abs=1e-12)


@given(TWO_GROUPS)
def test_merging_two_schools_never_raises_dissimilarity(schools):
    a, b = np.array(schools, float).T
    assume(a.sum() and b.sum())
    merged = [np.append(counts[:-2], counts[-2:].sum()) for counts in (a, b)]
    assert dissimilarity(*merged) <= dissimilarity(a, b) + 1e-12


@pytest.mark.parametrize(
    ("group", "comparison", "problem"),
    [
        ([0, 0], [1, 2], "group: nobody is in the group"),
        ([1, 2], [0, 0], "comparison: nobody is in the group"),
        ([3, -1], [1, 2], "group: counts must be finite and not negative"),
        ([3, 1], [1, np.nan], "comparison: counts must be finite"),
        ([3, 1], [2], "counts of 2 and of 1 schools cannot be compared"),
    ],
)
def test_counts_that_make_no_sense_are_refused(group, comparison, problem):
    with pytest.raises(ModelError, match=problem):
        dissimilarity(group, comparison)


def test_schools_in_another_order_are_refused():
    with pytest.raises(ModelError, match="not of the same schools"):
        dissimilarity(pd.Series({"a": 1, "b": 9}), pd.Series({"b": 9, "a": 1}))
    with pytest.raises(ModelError, match="not of the same schools"):
        isolation(pd.Series({"a": 1, "b": 9}), pd.Series({"b": 9, "a": 10}))


def test_a_group_larger_than_its_school_is_refused():
    with pytest.raises(ModelError, match="more pupils of the group than pupils"):
        isolation([5, 1], [4, 10])


def test_a_postcode_without_a_nearest_school_is_refused():
    with pytest.raises(ModelError, match="no nearest school"):
        ExpectedPupils.from_frames(PUPILS, SHARE, NEAREST.drop("1012"))


def test_pupils_by_band_of_their_school():
    pupils = pd.Series({"a": 30, "b": 50, "c": 20, "d": 0})
    weging = pd.Series({"c": 41.0, "b": 24.0, "a": 20.0})  # nobody attends d, so it needs none
    found = school_bands.band_distribution(pupils, weging, [24, 36])
    assert found.to_dict("list") == {
        "band": ["below 24", "24-36", "36 or more"],
        "pupils": [30, 50, 20],
        "schools": [1, 1, 1],
        "share": [0.3, 0.5, 0.2],
    }


def test_a_band_without_pupils_is_told_as_zero():
    found = school_bands.band_distribution(pd.Series({"a": 30}), pd.Series({"a": 50.0}), [24, 36])
    assert found["pupils"].tolist() == [0, 0, 30]


def test_a_school_with_pupils_and_without_a_value_is_refused():
    with pytest.raises(ModelError, match="1 values are missing"):
        school_bands.band_distribution(pd.Series({"a": 30, "b": 1}), pd.Series({"a": 25.0}), [24, 36])


def test_a_postcode_without_a_share_is_refused():
    for share in (SHARE.drop("1012"), SHARE.where(SHARE > 0.3)):
        with pytest.raises(ModelError, match="no share of the group"):
            ExpectedPupils.from_frames(PUPILS, share, NEAREST)


def test_resampling_refuses_parts_of_pupils():
    with pytest.raises(ModelError, match="whole pupils"):
        ExpectedPupils.from_frames(PUPILS + 0.5, SHARE, NEAREST)


def by_frames(by_pc4_school, nearest):
    """The expected numbers of both situations, with frames and sums by school instead of the arrays of a city."""
    pairs = by_pc4_school.reset_index(name="pupils")
    share = pairs["pc4"].map(SHARE)
    pairs["near"] = pairs["pc4"].map(nearest)
    pairs = pairs.assign(group=pairs["pupils"] * share, both=pairs["pupils"] * share * (1 - share))
    for situation, school in (("now", "location"), ("nearest", "near")):
        sums = pairs.groupby(school)[["group", "pupils", "both"]].sum()
        a, b, mates = sums["group"], sums["pupils"] - sums["group"], sums["pupils"] - 1
        yield ("dissimilarity", situation), (a / a.sum() - b / b.sum()).abs().sum() / 2
        yield ("isolation", situation), ((a * (a - 1) + sums["both"]) / mates).sum() / a.sum()


def situations(city):
    return {
        (index, situation): float(indices_of(0, 1)[index](tally))
        for situation, tally in city.observed().items()
        for index in INDICES
    }


def test_a_city_finds_what_sums_over_frames_find(city):
    assert situations(city) == pytest.approx(dict(by_frames(PUPILS, NEAREST)), abs=1e-14)


def test_a_city_in_two_postcodes_by_hand(city):
    # Nearest: of the group 40 x .2 = 8 at a and 60 x .5 = 30 at b; of the rest 32 and 30. Every pupil of a postcode has
    # the same share, so each of them meets that share: leaving out the pupil itself changes nothing.
    found = situations(city)
    assert found["dissimilarity", "nearest"] == pytest.approx(abs(8 / 38 - 32 / 62))
    assert found["isolation", "nearest"] == pytest.approx(8 / 38 * 0.2 + 30 / 38 * 0.5)


def test_random_allocation_against_all_allocations():
    # Two pupils of the group and two others, two places at either school.
    city = ExpectedPupils.from_frames(
        by_pair({("1011", "a"): 2, ("1012", "b"): 2}), pd.Series({"1011": 1.0, "1012": 0.0}), NEAREST
    )
    ways = [dissimilarity([x + y, 2 - x - y], [2 - x - y, x + y]) for x, y in two_of_four()]
    assert np.mean(ways) == pytest.approx(1 / 3)
    drawn = city.allocated(4000, np.random.default_rng(1))
    found = indices_of(0, 1)["dissimilarity"](drawn)
    assert set(found) == {0.0, 1.0}
    # The standard error of the mean of 4000 is sqrt(2/9 / 4000) = .0075. One of three schoolmates is of the group.
    assert found.mean() == pytest.approx(1 / 3, abs=0.03)
    assert indices_of(0, 1)["isolation"](drawn).mean() == pytest.approx(1 / 3, abs=0.03)


def two_of_four():
    """Whether either place of school a goes to a member of the group, for all ways to seat four pupils."""
    for seats in itertools.permutations([1, 1, 0, 0]):
        yield seats[:2]


def test_random_allocation_keeps_the_size_of_schools(city):
    drawn = city.allocated(20, np.random.default_rng(2))
    assert drawn.pupils.sum(axis=1) == pytest.approx(np.tile([40.0, 40, 20], (20, 1)))
    assert (dissimilarity_of(drawn.pupils[:, 0], drawn.pupils[:, 1]) < situations(city)["dissimilarity", "now"]).all()


def test_resamples_repeat_with_their_seed_and_only_with_it(city):
    draws = [city.resampled(5, np.random.default_rng(seed))["now"] for seed in (3, 3, 4)]
    assert (draws[0].pupils == draws[1].pupils).all()
    assert (draws[0].both == draws[1].both).all()
    assert not (draws[0].pupils == draws[2].pupils).all()


@pytest.fixture
def estimates(city):
    def estimate(draws=100, seed=5):
        place = PlaceYear(2017, "background", "city", city, np.zeros(3, dtype=int))
        return segregation.estimate_indices([place], draws=draws, random_draws=50, seed=seed)

    return estimate


def test_estimates_have_the_form_of_all_estimates(city, estimates):
    found = estimates()
    assert tuple(found.columns[: len(ESTIMATE_COLUMNS)]) == ESTIMATE_COLUMNS
    told = (*INDICES, "dissimilarity_corrected", "interaction", "theil")
    terms = ("now", "now_minus_nearest", "nearest", "random_allocation")
    assert set(found["term"]) == {f"{index}_{situation}" for index in told for situation in terms}
    by_term = found.set_index("term")
    assert by_term.loc["dissimilarity_now", "estimate"] == situations(city)["dissimilarity", "now"]
    known = found[
        ~found["term"].isin(["dissimilarity_now", "dissimilarity_nearest", "dissimilarity_now_minus_nearest"])
    ]
    assert (known["ci_low"] < known["ci_high"]).all()
    assert found.drop(known.index)[["std_error", "ci_low", "ci_high"]].isna().all(axis=None)
    now = found["term"].str.endswith("_now")
    assert found.loc[now, "p_value"].between(1 / 51, 1).all()
    assert found.loc[~now, "p_value"].isna().all()
    assert (found["n_obs"] == 100).all()
    assert (found["n_clusters"] == 3).all()
    assert (found["model"] == "expected_composition").all()
    pd.testing.assert_frame_equal(found, estimates())


def test_the_floor_does_not_change_when_the_number_of_resamples_does(estimates):
    few, many = (estimates(draws, seed=6).set_index("term") for draws in (100, 150))
    floor, now = "dissimilarity_random_allocation", "dissimilarity_corrected_now"
    assert few.loc[floor, "estimate"] == many.loc[floor, "estimate"]
    assert few.loc[now, "ci_low"] != many.loc[now, "ci_low"]


def test_the_interval_is_that_of_the_draws_around_the_estimate(city, estimates):
    drawn = city.resampled(100, np.random.default_rng(np.random.SeedSequence(7).spawn(2)[0]))["now"]
    draws = indices_of(0, 1)["isolation"](drawn)
    low, high = np.quantile(draws, [0.025, 0.975])
    row = estimates(seed=7).set_index("term").loc["isolation_now"]
    assert row["ci_low"] == pytest.approx(row["estimate"] + low - draws.mean())
    assert row["ci_high"] == pytest.approx(row["estimate"] + high - draws.mean())


def test_the_test_against_random_allocation_counts_those_that_are_as_high():
    # Three of nineteen are as high as .4: (1 + 3) / (1 + 19).
    by_chance = np.concatenate([np.full(16, 0.1), [0.4, 0.5, 0.6]])
    assert more_than_chance(0.4, by_chance) == pytest.approx(0.2)
    assert more_than_chance(0.7, by_chance) == pytest.approx(1 / 20)


def test_pupils_allocated_at_random_are_called_segregated_as_seldom_as_they_should():
    rng, p_values = np.random.default_rng(5), []
    for seed in range(100):
        cells = np.bincount(np.repeat(np.arange(10), 20) * 2 + rng.permutation(np.repeat([0, 1], [60, 140])))
        spread = CountedPupils(("laag", "hoog"), cells.reshape(10, 2).T, {"now": np.arange(10)}, 10)
        one = PlaceYear(2019, "education", "city", spread, np.zeros(10, dtype=int))
        found = segregation.estimate_indices([one], draws=10, random_draws=39, seed=seed)
        p_values.append(found.set_index(["group", "term"]).loc[("laag", "dissimilarity_corrected_now"), "p_value"])
    # Exact: at most 5% of p-values are .05 or lower, with a standard error of 2.2%.
    assert np.mean(np.array(p_values) <= 0.05) <= 0.05 + 2.5 * 0.022
