"""Few schools and few pupils do not leave through the chapter on how many pupils will come."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import analysis.chapters.landscape as chapter
from analysis.chapters.landscape.models import backtest, pictures, sizes
from analysis.chapters.landscape.models.change import change, cohort_ratios
from analysis.chapters.landscape.models.forecasts import used_ratios
from analysis.chapters.landscape.models.panel import Panel
from analysis.disclosure.profiles import PROFILES
from analysis.errors import InputError
from analysis.publish.exhibits import read_exhibits
from analysis.publish.release import Release

EXHIBITS = read_exhibits(Path(chapter.__file__).with_name("exhibits.yml"))
SIZES = ["small", "medium", "large"]
EDGES = (196.0, 401.0)
YEARS = (2012, 2017, 2019, 2024)
# Of each size of 2019, how many have each size in 2024, are gone, or have no pupils told.
AFTER = ["small", "medium", "large", "gone", "not told"]
COUNTED = {"small": [23, 10, 1, 12, 0], "medium": [7, 40, 9, 5, 0], "large": [0, 6, 30, 4, 0], "new": [8, 5, 4]}
TRANSITIONS = pd.DataFrame(
    [
        {"from_year": 2019, "to_year": 2024, "size_before": before, "size_after": after, "schools": n}
        for before, row in COUNTED.items()
        for after, n in zip(AFTER, row, strict=False)
    ]
)
TRANSITIONS["share"] = TRANSITIONS["schools"] / TRANSITIONS.groupby("size_before")["schools"].transform("sum")
Interval = tuple[float, float]
FIVES = PROFILES["default"].rounded


def gated(release: Release, name: str, frame: pd.DataFrame) -> pd.DataFrame:
    return release.gated(frame, **EXHIBITS.frame(name, frame))


def world(seed: int, locations: int) -> pd.DataFrame:
    """Make locations that grow, shrink, close, open and of which some years do not tell the pupils."""
    made = np.random.default_rng(seed)
    size = made.lognormal(5.4, 0.6, locations)
    rows = []
    for year in YEARS:
        size = size * made.lognormal(0, 0.15, locations)
        there, told = made.random(locations) > 0.06, made.random(locations) > 0.02
        names = [f"x{number}" for number in np.flatnonzero(there)]
        pupils = pd.Series(np.round(size), dtype="Int64").where(told)[there]
        rows.append(pd.DataFrame({"location": names, "area": "a", "year": year, "pupils": pupils.array}))
    return pd.concat(rows, ignore_index=True)


def margins(shown: pd.DataFrame, by_size: pd.DataFrame) -> Iterator[tuple[pd.Index, float]]:
    """Give the cells of each row and column of which the sizes of a year publish the sum, with that sum."""
    told = by_size.set_index(["year", "size"])["schools"].dropna().astype(float)
    for year, side in (("from_year", "size_before"), ("to_year", "size_after")):
        for key, cells in shown.groupby([year, side]).groups.items():
            if key in told.index:
                yield cells, told[key]


def attack(shown: pd.DataFrame, by_size: pd.DataFrame) -> dict[int, Interval]:
    """Narrow what each withheld number can be: at least 1, for zeros are published, and what others leave of a sum.

    Of a sum t with known numbers k and other withheld ones of at least l and at most h, a number lies between
    t - k - h and t - k - l. Until nothing moves.
    """
    known = shown["schools"].astype(float)
    bounds = {int(cell): (1.0, np.inf) for cell in known.index[known.isna()]}
    before: dict[int, Interval] = {}
    while before != bounds:
        before = dict(bounds)
        for cells, total in margins(shown, by_size):
            left = total - known[cells].sum()
            hidden = [int(cell) for cell in cells if int(cell) in bounds]
            for cell in hidden:
                others = [bounds[other] for other in hidden if other != cell]
                low, high = left - sum(high for _, high in others), left - sum(low for low, _ in others)
                bounds[cell] = (max(low, bounds[cell][0]), min(high, bounds[cell][1]))
    return bounds


def sizes_of(transitions: pd.DataFrame) -> pd.DataFrame:
    """Return the sizes by year that a table of transitions of one pair of years adds up to."""
    pairs = [
        transitions.groupby([year, side])["schools"].sum().rename_axis(["year", "size"])
        for year, side in (("from_year", "size_before"), ("to_year", "size_after"))
    ]
    sums = pd.concat(pairs).reset_index()
    return sums[sums["size"].isin(SIZES)].reset_index(drop=True)


@pytest.mark.parametrize("frame", ["transitions", "transitions_here"])
def test_one_school_that_changed_size_follows_neither_from_its_row_nor_from_its_column(
    release: Release, frame: str
) -> None:
    """One small school became large. The 46 small ones less 23, 10 and 12 are 1; so are 44 large less 9, 30 and 4."""
    by_size = sizes_of(TRANSITIONS).set_index(["year", "size"])["schools"]
    assert by_size[2019, "small"] - (23 + 10 + 12) == by_size[2024, "large"] - (9 + 30 + 4) == 1
    alone = TRANSITIONS.assign(schools=TRANSITIONS["schools"].astype("Int64").replace(1, pd.NA))
    assert set(attack(alone, sizes_of(TRANSITIONS)).values()) == {(1, 1)}
    of_rows = alone.assign(schools=alone["schools"].replace(10, pd.NA))  # the row is mended, its column is not
    assert attack(of_rows, sizes_of(TRANSITIONS))[2] == (1, 1)
    shown = gated(release, frame, TRANSITIONS)
    found = attack(shown, sizes_of(TRANSITIONS))
    assert 2 in found
    assert all(low < high for low, high in found.values())
    assert shown.loc[[*found], "share"].isna().all()


@pytest.mark.parametrize("seed", range(4))
def test_who_has_sizes_by_year_and_transitions_gets_no_number_that_is_withheld(release: Release, seed: int) -> None:
    rows = world(seed, 300)
    by_size = gated(release, "by_size", sizes.by_year(rows, EDGES))
    every = sizes.transitions(rows, EDGES)
    shown = gated(release, "transitions", every)
    found = attack(shown, by_size)
    assert found
    assert all(low < high for low, high in found.values())
    assert shown["schools"].sum() > every["schools"].sum() / 2  # most schools are told of


def test_of_a_municipality_what_becomes_of_most_small_schools_is_told(release: Release) -> None:
    shown = gated(release, "transitions_here", TRANSITIONS).set_index(["size_before", "size_after"])["schools"]
    assert shown["small"][["small", "gone"]].tolist() == [23, 12]


def test_the_pupils_of_a_tiny_municipality_are_withheld(release: Release) -> None:
    rows: list[dict[str, Any]] = [
        {"area": area, "year": 2019, "estimate": float(n), "pupils_2017": n, "pupils_counted": n, "pupils_scaled": n}
        for area, n in (("large", 900), ("tiny", 4))
    ]
    shown = gated(release, "forecast", pd.DataFrame(rows).assign(ci_low=float("nan"), ci_high=float("nan")))
    assert shown.set_index("area").loc["tiny", ["estimate", "pupils_2017", "pupils_counted"]].isna().all()


def test_what_untold_schools_would_add_follows_from_the_count_as_it_is_published(release: Release) -> None:
    """903 is published as 905, which is 903 to 907; 903 with a sixth more, 1,054 to the pupil, would be told as 1,055.

    1,053 to 1,057 by 7/6 is 902.6 to 906: together 903 to 906. Of 905 with a sixth more, 1,056, follows no more.
    """
    places = pd.DataFrame({"area": ["a"], "region": "r", "province": "p"})
    years = {year: [903.0] for year in pictures.COUNTED_YEARS}
    data = Panel(places, np.ones((1, 9)), np.ones((1, 9)), pd.DataFrame(years), pd.DataFrame(years))
    made = {"method": "cohorts", "area": "a", "years_ahead": 7, "origin": 903, "forecast": 880.0}
    expected = pd.DataFrame([{**made, "low_95": 800.0, "high_95": 960.0}])
    pupils = pd.array([*[90] * 12, pd.NA, pd.NA], dtype="Int64")
    rows = pd.DataFrame({"location": [f"x{n}" for n in range(14)], "area": "a", "year": 2024, "pupils": pupils})
    found = pictures.forecast(data, expected, rows, ["a"], 0.95, FIVES)
    last = gated(release, "forecast", found).set_index("year").loc[2024]
    assert last[["pupils_counted", "pupils_scaled"]].tolist() == [905, 1055]
    again = {FIVES(pd.Series([round(905 * 7 / 6)])).item() for _ in range(903, 908)}
    assert again == {1055}  # the same for each count that is published as 905
    drawn = pictures.fans(found, "", 0, (0, 0), FIVES)
    assert set(drawn.loc[drawn["series"] == "counted", "estimate"]) == {905.0}


def test_what_is_withheld_because_it_is_small_is_not_told_with_untold_schools(release: Release) -> None:
    """8 is rounded to 10, and 10 may be published: the number rests on the count."""
    row = {"area": "a", "year": 2024, "estimate": 20.0, "ci_low": 10.0, "ci_high": 30.0, "pupils_2017": 20}
    rows = pd.DataFrame([{**row, "pupils_counted": 8, "pupils_scaled": 10}, {**row, "year": 2019}])
    shown = gated(release, "forecast", rows.assign(pupils_counted=[8, 90], pupils_scaled=[10, 90]))
    assert shown.loc[0, ["pupils_counted", "pupils_scaled"]].isna().all()


def few_left() -> Panel:
    """Make provinces of 400 pupils; in the second 4 are left and 6 left for other places."""
    by_age = np.array([[50.0] * 8 + [0.0]] * 3)
    later = by_age.copy()
    later[1] = [0, 0, 0, 0, 0, 2, 2, 0, 0]
    areas = pd.DataFrame({"area": ["a", "b", "c"], "region": "r", "province": ["p", "q", "s"]})
    counts = pd.DataFrame({2012: by_age.sum(axis=1), 2017: later.sum(axis=1)})
    return Panel(areas, by_age, later, counts, counts > 0)


def test_a_small_count_does_not_follow_from_shares_of_the_change(release: Release) -> None:
    """Of 400 pupils before 4 are left: 400 times 1 less .99 is 4, and the country less other provinces is 4 too."""
    rows = change(few_left(), "", FIVES)
    q = rows.set_index("place").loc["q"]
    assert round(q["pupils_before"] * (1 + (4 - 400) / 400)) == q["pupils_after"] == 4
    shown = gated(release, "change", rows).set_index("place")
    assert shown.loc["q", ["pupils_after", "change_share", "moved_share"]].isna().all()
    provinces = shown.loc[["p", "q", "s"], "pupils_after"]
    assert provinces.isna().sum() == 2  # one alone would be what the country has more than the others


def test_shares_of_the_change_tell_no_count_closer_than_it_is_published() -> None:
    """Who leaves is told in fives; its share times the pupils before is that number, not the one behind it."""
    data = few_left()
    data.base[0, 0] = 53
    rows = change(data, "", FIVES).set_index("place")
    assert rows.loc["p", "n_entries"] == 253
    assert rows.loc["p", "entries_share"] * 400 == pytest.approx(255)


def test_the_weight_of_a_ratio_goes_with_the_count_that_it_is_computed_from(release: Release) -> None:
    """w = t / (t + 1/P0 + 1/P1): a row with w = .5 and P0 = P1 = 100 gives t = .02, and P1 = 1 / (t/w - t - 1/P0)."""
    t, before, after = 0.02, 40, 4
    weight = t / (t + 1 / before + 1 / after)
    assert 1 / (t / weight - t - 1 / before) == pytest.approx(after)
    rows = pd.DataFrame({"area": "b", "cohort": ["4 and 5", "6", "7"], "pupils_before": [200, before, 80]})
    rows = rows.assign(pupils_after=[190, after, 60], own=0.9, of_region=0.9, used=0.9, weight=[0.5, weight, 0.4])
    shown = gated(release, "used", rows).set_index("cohort")
    assert shown.loc["6", ["pupils_after", "own", "used", "weight"]].isna().all()
    assert shown["pupils_after"].isna().sum() == 2  # what all cohorts became is pupils after less entries


def test_a_tenth_of_the_chance_with_few_schools_does_not_follow_from_the_number_of_all(release: Release) -> None:
    """The bins are 60 schools, as quality tells: without 33 and 25 they are 2."""
    rows = pd.DataFrame({"bin": [0, 1, 2], "schools": [33, 2, 25], "expected": [0.04, 0.15, 0.24]})
    shown = gated(release, "reliability", rows.assign(observed=[1 / 33, 0.5, 6 / 25]))
    assert 60 - 33 - 25 == 2
    assert shown["schools"].isna().tolist() == [False, True, True]


def test_a_class_of_one_municipality_tells_neither_its_pupils_nor_its_error(release: Release) -> None:
    """All have 5,400 pupils, large ones 3,900: beside the 1,100 of medium ones the one small municipality has 400."""
    names = ["s1", "m1", "m2", "m3", "l1", "l2", "l3"]
    counts = pd.Series([400, 300, 400, 400, 1200, 1300, 1400])
    rows = pd.DataFrame({"area": names, "origin": counts, "count": counts, "forecast": counts * 1.01})
    sizes_ = pd.Categorical(["small", *["medium"] * 3, *["large"] * 3], ["small", "medium", "large"], ordered=True)
    rows = rows.assign(method="cohorts", year=2019, years_ahead=2, size=sizes_, bias=0.0, sd=0.02)
    rows = rows.assign(
        **{f"{end}_{level}": counts * by for level in (67, 95) for end, by in (("low", 0.9), ("high", 1.1))}
    )
    found = gated(release, "backtest", backtest.backtest(rows, (0.67, 0.95))).set_index("size")["pupils"]
    assert found.to_dict() == {"large": 3900, "all": 5400}
    assert 5400 - 3900 - 1100 == 400


def test_schools_without_a_point_do_not_follow_from_those_on_the_list(release: Release) -> None:
    """70 schools of 2019 are gone, as transitions tell; 68 were looked at, so that 2 have no point."""
    rows = pd.DataFrame(
        {"from_year": 2019, "to_year": 2024, "fate": ["gone", "on the list"], "schools_listed": [70, 900]}
    )
    rows = rows.assign(
        schools_without_point=[2, 40], schools=[68, 860], schools_near=[20, 200], share=[20 / 68, 200 / 860]
    )
    shown = gated(release, "mergers", rows).set_index("fate")
    assert 70 - 68 == 2
    assert shown.loc["gone", ["schools_without_point", "schools"]].isna().all()


def test_cohorts_of_few_pupils_give_no_ratio(release: Release) -> None:
    rows = pd.DataFrame({"area": "tiny", "cohort": ["4 and 5", "6", "7"], "pupils_before": [40, 20, 21]})
    rows = rows.assign(pupils_after=[38, 18, 3], own=rows["pupils_before"] / 50, of_region=0.9, used=0.9, weight=0.0)
    shown = gated(release, "used", rows).set_index("cohort")
    assert shown.loc["7", ["pupils_after", "own"]].isna().all()
    assert pd.notna(shown.loc["4 and 5", "pupils_after"])


def test_the_error_of_a_municipality_of_few_pupils_is_withheld(release: Release) -> None:
    points = {"area": ["large", "tiny", ""], "part": ["municipality", "municipality", "interval"]}
    numbers = {"pupils": [900, 4, 50], "n_pupils": [900, 4, 904], "estimate": [1.5, 25.0, 0.1]}
    rows = pd.DataFrame({**points, **numbers}).assign(ci_low=-20.0, ci_high=20.0)
    shown = gated(release, "errors", rows)
    assert shown["estimate"].isna().tolist()[:2] == [False, True]


def of_ages(before: list[float], later: list[float]) -> Panel:
    """Make three municipalities: of one the pupils from 4 to 12 of both years are given."""
    first, second = np.full((3, 9), 60.0), np.full((3, 9), 60.0)
    first[0], second[0] = before, later
    areas = pd.DataFrame({"area": ["a", "b", "c"], "region": "r", "province": ["p", "q", "s"]})
    counts = pd.DataFrame({2012: first.sum(axis=1), 2017: second.sum(axis=1)})
    return Panel(areas, first, second, counts, counts > 0)


WHOLE = [40, 38, 41, 39, 40, 42, 41, 37, 13]
LATER = [39, 40, 38, 41, 40, 36, 35, 34, 12]


def shown_cohorts(release: Release, data: Panel) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """Return what `used`, `ratios` and `change` show of municipality a."""
    used = gated(release, "used", used_ratios(data, ["a"], FIVES, 10)).set_index("cohort")
    ratios = gated(release, "ratios", cohort_ratios(data, "a", FIVES, 10)).set_index(["place", "age"])
    split = change(data, "a", FIVES).set_index("place").loc["a"]
    return used, ratios.reindex([("a", age) for age in (4, 5, 6, 7)]).droplevel(0), split


def test_an_age_does_not_follow_from_the_sum_of_two_that_another_table_tells(release: Release) -> None:
    """Four of those aged 4 are left, and 35 of those aged 5. Ages 4 and 5 together are 39: less 35 is 4."""
    later = [*LATER[:5], 4, *LATER[6:]]
    used, ratios, _ = shown_cohorts(release, of_ages(WHOLE, later))
    assert sum(later[5:7]) - later[6] == 4
    assert ratios.loc[[4, 5]].isna().all(axis=None)
    assert used.loc["4 and 5", "pupils_after"] == 40  # the sum of both may be told
    assert ratios.loc[[6, 7], "pupils_after"].tolist() == [35, 10]


def test_a_cohort_that_reached_12_does_not_follow_from_leavers(release: Release) -> None:
    """Three are there at 12. Pupils before, less ages 4 and 5, less leavers, are those of 11 and 12: less 34 is 3."""
    later = [*LATER[:8], 3]
    used, ratios, split = shown_cohorts(release, of_ages(WHOLE, later))
    eleven_and_twelve = sum(WHOLE) - (WHOLE[0] + WHOLE[1]) - split["n_leavers"]
    assert eleven_and_twelve - later[7] == 3
    assert set(used.index) == {"4 and 5"}
    assert ratios.loc[[6, 7]].isna().all(axis=None)
    assert ratios.loc[[4, 5], "pupils_after"].notna().all()


def test_of_a_pair_of_ages_with_few_pupils_together_nothing_is_told(release: Release) -> None:
    """Two and three are left of those aged 4 and 5: entries, leavers and pupils tell the sum of all four ages only."""
    used, ratios, _ = shown_cohorts(release, of_ages(WHOLE, [*LATER[:5], 2, 3, *LATER[7:]]))
    assert used.empty
    assert ratios.isna().all(axis=None)


def test_all_cohorts_are_told_where_none_is_small(release: Release) -> None:
    used, ratios, _ = shown_cohorts(release, of_ages(WHOLE, LATER))
    assert used.index.tolist() == ["4 and 5", "6", "7"]
    assert ratios.notna().all(axis=None)


def test_a_size_of_two_schools_is_not_withheld_where_what_became_of_the_others_tells_theirs() -> None:
    """Of 300 schools two are large: small and medium ones are the sums of their rows, and counts tells all schools."""
    rows = world(1, 300)
    ordered = rows.loc[rows["year"] == 2019, "pupils"].dropna().sort_values()
    edges = (100.0, float(ordered.iloc[-2]))
    by_size = sizes.by_year(rows, edges).set_index(["year", "size"])["schools"]
    became = sizes.transitions(rows, edges).groupby(["from_year", "size_before"])["schools"].sum()
    of_2019 = became[2019][["small", "medium"]].sum()
    assert by_size[2019].sum() - of_2019 == by_size[2019, "large"] == 2
    with pytest.raises(InputError, match=r"landscape\.size_edges: a size has fewer than 3 schools or 10 pupils"):
        sizes.told_by_year(rows, edges, 10)
    assert len(sizes.told_by_year(rows, EDGES, 10)) == 3 * len(YEARS)


def placed_world() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make schools: 35 found by number, 2 by postcode, 5 nowhere; 2 of the first and 2 of the last without pupils."""
    how = ["key"] * 35 + ["postcode"] * 2 + ["neither"] * 5
    pupils = pd.array([200] * 33 + [pd.NA] * 2 + [200] * 5 + [pd.NA] * 2, dtype="Int64")
    area = [None if one == "neither" else "a" for one in how]
    names = [f"x{number}" for number in range(len(how))]
    rows = pd.DataFrame({"location": names, "area": area, "year": 2024, "placed": how, "pupils": pupils})
    institutions = pd.DataFrame({"brin": ["y0"], "year": [2010], "placed": ["key"], "pupils": [8000]})
    return rows, institutions


def test_schools_found_by_postcode_do_not_follow_from_those_that_are_counted(release: Release) -> None:
    """counts tells 35 schools with pupils: less 33 found by their number are the 2 found by their postcode."""
    rows, institutions = placed_world()
    counts = pictures.counts_table(rows, "").set_index("place")
    shown = gated(release, "placed", pictures.placed(rows, institutions))
    last = shown[shown["year"] == 2024].set_index("placed")
    assert counts["schools"].item() - 33 == 2
    assert last.loc[["by its number", "by its postcode"], ["schools", "pupils"]].isna().all(axis=None)


def test_schools_that_fit_nowhere_do_not_follow_from_those_without_pupils() -> None:
    """Of 4 no pupils are told, and counts tells 2 of municipalities: two more would fit nowhere. Both tell 2."""
    rows, institutions = placed_world()
    found = pictures.placed(rows, institutions).set_index(["year", "placed"])["schools"]
    assert rows["pupils"].isna().sum() - pictures.counts_table(rows, "")["schools_untold"].sum() == 2
    assert found[2024, pictures.WITHOUT] == pictures.counts_table(rows, "")["schools_untold"].sum()
    assert found[2024, "fits nowhere"] == 5


@pytest.mark.parametrize(("nowhere", "told"), [(0, True), (2, False)])
def test_a_part_with_one_way_of_finding_is_told_or_withheld(release: Release, nowhere: int, told: bool) -> None:
    rows, institutions = placed_world()
    kept = rows[rows["placed"].eq("key") & rows["pupils"].notna() | rows["placed"].eq("neither")]
    kept = pd.concat([kept[kept["placed"] == "key"], kept[kept["placed"] == "neither"].head(nowhere)])
    shown = gated(release, "placed", pictures.placed(kept, institutions)).set_index(["year", "placed"])
    assert shown.loc[(2024, "by its number"), "schools"] == 33
    assert ((2024, "fits nowhere") not in shown.index) == told
    assert told or shown.loc[(2024, "fits nowhere"), ["schools", "pupils"]].isna().all()
