"""Shares with their numbers and intervals."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from analysis.chapters.advisering.models import shares
from analysis.chapters.advisering.models.counting import by_group
from analysis.chapters.advisering.models.definitions import LEVEL_NAMES, Definitions, define
from analysis.chapters.advisering.models.test_advice import TEST_ADVICE_NAMES


def of_groups(y: Sequence[int], school: Sequence[str], group: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame({"y": y, "location": school, "education": group, "school_year": "2018/19"})


def shares_of(frame: pd.DataFrame) -> pd.DataFrame:
    return by_group(frame, {"happens": frame["y"]}, "model").set_index("group")


def test_a_share_counts_who_has_it_and_who_has_not() -> None:
    result = shares_of(of_groups([1, 0, 0, 1, 1], list("AABBB"), ["laag", "laag", "hoog", "hoog", "hoog"]))
    assert list(result.index) == ["all", "hoog", "laag"]
    assert result["estimate"].tolist() == pytest.approx([3 / 5, 2 / 3, 1 / 2])
    assert result["n_obs"].tolist() == [5, 3, 2]
    assert result["n_with"].tolist() == [3, 2, 1]
    assert result["n_without"].tolist() == [2, 1, 1]
    assert result["n_clusters"].tolist() == [2, 1, 1]


def test_pupils_of_whom_it_is_not_known_are_left_out() -> None:
    frame = of_groups([1, 0, 1], list("AAB"), ["hoog"] * 3).assign(y=[1.0, 0.0, np.nan])
    assert shares_of(frame).loc["all", ["n_obs", "n_with"]].tolist() == [2, 1]


def test_a_pupil_of_no_known_group_is_in_none_and_not_among_all() -> None:
    frame = of_groups([1, 0, 1, 1], list("AABB"), ["hoog", None, "hoog", "laag"])
    result = shares_of(frame)
    assert result["n_obs"].to_dict() == {"all": 3, "hoog": 2, "laag": 1}


def test_the_interval_is_wilsons_where_schools_do_not_matter() -> None:
    # Every school has one pupil, so schools hold no more than pupils do: G/(G-1) alone differs from one.
    y = [1] * 30 + [0] * 70
    result = shares_of(of_groups(y, [f"S{i}" for i in range(100)], ["hoog"] * 100)).loc["all"]
    assert (result["ci_low"], result["ci_high"]) == pytest.approx(
        proportion_confint(30, 100, method="wilson"), abs=2e-3
    )


def test_pupils_of_one_school_that_are_alike_count_as_few() -> None:
    # Ten schools of ten pupils, all alike within: as wide as ten pupils times G/(G-1), s2 = p(1-p)/10 * 10/9.
    y = np.repeat([1, 0, 1, 0, 1, 0, 1, 0, 1, 0], 10).tolist()
    result = shares_of(of_groups(y, np.repeat([f"S{i}" for i in range(10)], 10).tolist(), ["hoog"] * 100)).loc["all"]
    assert result["std_error"] == pytest.approx(np.sqrt(0.25 / 9))
    # Ten schools: t with 9 degrees of freedom, 2.262, for 1.960. Wilson's limits of a half are at t / 2 sqrt(9 + t2).
    half = 2.262157 / (2 * np.sqrt(9 + 2.262157**2))
    assert (result["ci_low"], result["ci_high"]) == pytest.approx((0.5 - half, 0.5 + half))


def test_nobody_and_everybody_have_an_interval_too() -> None:
    result = shares_of(of_groups([0] * 20, list("ABCD") * 5, ["hoog"] * 20)).loc["all"]
    assert result["ci_low"] == 0
    assert result["ci_high"] == pytest.approx(3.182446**2 / (20 + 3.182446**2))  # t with 3 degrees of freedom


def test_of_one_school_nothing_is_known_of_how_its_pupils_are_alike() -> None:
    """Its one residual sum is zero, which is no variance: ten of twenty pupils had the interval of a fair coin."""
    result = shares_of(of_groups([0, 1] * 10, ["A"] * 20, ["hoog"] * 20)).loc["all"]
    assert (result["estimate"], result["n_obs"], result["n_clusters"]) == (0.5, 20, 1)
    assert result[["std_error", "ci_low", "ci_high"]].isna().all()


@pytest.mark.parametrize("schools", [4, 8])
def test_a_share_of_few_schools_is_covered_as_often_as_it_says(schools: int) -> None:
    """Chances of schools have sd .1. Of 4,000 worlds 99% and 96% (4 and 8 schools); with z 90%, 92%.

    A world is a group of one frame, with schools of its own.
    """
    rng = np.random.default_rng(schools)
    chance = np.repeat(rng.beta(6, 14, 4000 * schools), 25)
    school = np.repeat(np.arange(4000 * schools), 25)
    frame = of_groups(rng.binomial(1, chance), school.astype(str), (school // schools).astype(str))
    worlds = shares_of(frame).drop(index="all")
    assert len(worlds) == 4000
    assert worlds["ci_low"].le(0.3).mul(worlds["ci_high"].ge(0.3)).mean() >= 0.94


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 1), st.sampled_from("ABC"), st.sampled_from(["laag", "hoog"])), min_size=1))
def test_groups_add_up_to_all_and_intervals_hold_their_share(rows) -> None:
    y, school, group = (list(column) for column in zip(*rows, strict=True))
    result = shares_of(of_groups(y, school, group))
    parts = result.drop(index="all")
    assert parts[["n_obs", "n_with"]].sum().tolist() == result.loc["all", ["n_obs", "n_with"]].tolist()
    several = result[result["n_clusters"] > 1]
    assert several["estimate"].between(several["ci_low"] - 1e-12, several["ci_high"] + 1e-12).all()
    assert result.loc[result["n_clusters"] == 1, ["ci_low", "ci_high"]].isna().all(axis=None)
    assert (several["ci_low"] >= 0).all()
    assert (several["ci_high"] <= 1).all()


@pytest.fixture(scope="module")
def pupils() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    n = 600
    frame = pd.DataFrame(
        {
            "pupil": np.arange(n),
            "year": rng.choice([2016, 2018], n),
            "location": rng.choice(list("ABCDE"), n),
            "education": rng.choice(["laag", "hoog"], n),
            "background": rng.choice(["none", "turkish", "western"], n),
            "one_parent": rng.uniform(size=n) < 0.3,
            "cet": rng.integers(520, 551, n).astype(float),
            "test_advice_low": rng.choice([3.0, 4.0], n),
            "test_advice_high": 4.0,
            "advice_first": rng.choice([3.0, 3.5, 4.0, 4.5, 5.0], n),
            "advice_final": rng.choice([4.0, 4.5, 5.0], n),
            "revised": rng.uniform(size=n) < 0.3,
            "year1": rng.choice([4.0, 5.0], n),
            "year3": rng.choice([3.0, 4.0, 5.0, np.nan], n),
        }
    )
    return frame.assign(revised=frame["revised"] & (frame["advice_final"] > frame["advice_first"]))


def test_the_classes_of_a_deviation_the_advices_and_the_positions_add_up_to_one(pupils) -> None:
    defined = define(pupils, Definitions())
    for result in (
        shares.deviation_by_year(defined),
        shares.advice_by_education(defined),
        shares.position_in_year3(defined),
    ):
        sums = result.groupby(["school_year", "group"])["estimate"].sum()
        assert sums.to_numpy() == pytest.approx(1.0)


def test_four_ways_to_count_give_four_answers_and_half_levels_never_fewer(pupils) -> None:
    result = shares.deviation_as_published(define(pupils, Definitions()), "middle")
    wide = result[result["term"] == "below"].pivot_table(index="school_year", columns="category", values="estimate")
    assert set(wide.columns) == set(shares.PUBLISHED)
    assert (wide["first advice, half levels counted"] >= wide["first advice, a level or more"]).all()
    half = define(pupils, Definitions(step=0.5))
    expected = half[half["school_year"] == "2018/19"]["under"].mean()
    assert wide.loc["2018/19", "first advice, half levels counted"] == pytest.approx(expected)


def test_bijstelling_is_of_those_at_risk_alone(pupils) -> None:
    defined = define(pupils, Definitions())
    result = shares.revised_by_year(defined, ["education"]).set_index(["school_year", "group"])
    risk = defined[(defined["difference"] < 0) & (defined["year"] == 2018)]
    assert result.loc[("2018/19", "all"), "n_obs"] == len(risk)
    assert result.loc[("2018/19", "all"), "estimate"] == pytest.approx(risk["revised"].mean())


def test_the_shares_at_one_score_are_plain_shares(pupils) -> None:
    result = shares.at_scores(define(pupils, Definitions()), 549, 545).set_index(["category", "group"])
    at = pupils[(pupils["cet"] == 549) & (pupils["education"] == "laag")]
    assert result.loc[("score 549", "laag"), "estimate"] == pytest.approx((at["advice_final"] < 5).mean())
    assert result.loc[("score 545", "all"), "n_obs"] == (pupils["cet"] == 545).sum()
    nobody = shares.at_scores(define(pupils, Definitions()), 501, 545)
    assert nobody["category"].unique().tolist() == ["score 545"]


def test_a_crosstab_counts_every_pair_and_leaves_small_rows_out(pupils) -> None:
    defined = define(pupils, Definitions())
    result = shares.crosstab(defined, LEVEL_NAMES, TEST_ADVICE_NAMES)
    assert result["n_obs"].sum() == 600
    assert result.groupby("test_advice")["share"].sum().to_numpy() == pytest.approx(1.0)
    assert result.loc[result["advice"] == "vso", "n_obs"].tolist() == [0, 0]  # tests advise vmbo-gt/havo and havo here
    fewer = shares.crosstab(defined, LEVEL_NAMES, TEST_ADVICE_NAMES, fewest=result["n_tested"].max())
    assert len(fewer) == len(LEVEL_NAMES)  # one test advice is left
