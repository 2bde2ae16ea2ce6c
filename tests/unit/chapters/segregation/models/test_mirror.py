import pandas as pd
import pytest

from analysis.chapters.segregation.models import counterfactuals as rules
from analysis.chapters.segregation.models.attendance import places
from analysis.chapters.segregation.models.counterfactuals import by_rule, counterfactuals
from analysis.chapters.segregation.models.estimates import estimate_indices
from analysis.chapters.segregation.models.mirror import bands_by_year, exposure_at_home, mirror
from analysis.chapters.segregation.models.school_bands import bands_attended
from analysis.errors import ModelError


def test_a_school_mirrors_its_area(by_attendance, schools):
    mirrors = mirror(by_attendance, schools, [0.1, 0.2]).set_index(["year", "situation", "allowed_difference"])
    # 2015: hoog is 10 of 40 at a, 10 of 30 in w1; 30 of 40 at b, 30 of 50 in w2: differences of .083 and .15
    assert mirrors.loc[(2015, "now", 0.1), "schools_mirroring"] == 1
    assert mirrors.loc[(2015, "now", 0.2), "share_schools"] == 1
    assert mirrors.loc[(2015, "now", 0.1), "mean_difference"] == pytest.approx((1 / 3 - 1 / 4 + 0.75 - 0.6) / 2)
    # At the nearest school both have exactly the children of their area.
    assert mirrors.loc[(2015, "nearest", 0.1), "mean_difference"] == pytest.approx(0)


def test_unknown_education_counts_for_nobody_in_a_share(by_attendance, schools):
    unknown = by_attendance.iloc[:1].assign(education="onbekend", pupils=1000)
    mirrors = mirror(pd.concat([by_attendance, unknown]), schools, [0.1])
    assert mirrors["mean_difference"].iloc[0] == pytest.approx((1 / 3 - 1 / 4 + 0.75 - 0.6) / 2)


def test_bands_by_year_and_size(by_attendance):
    bands = bands_by_year(by_attendance, [0.3, 0.6], [50, 65]).set_index(["year", "size", "band"])
    # 2015: a has .25, b .75; 2019: a 20 of 50, b 60 of 70; 2015 has small schools only.
    assert bands.loc[(2015, "all", "below 30%"), ["pupils_now", "schools_now", "share_now"]].tolist() == [40, 1, 0.5]
    assert bands.loc[(2015, "small", "60% or more"), "share_now"] == 0.5
    assert bands.loc[(2019, "medium", "30%-60%"), ["pupils_now", "share_now"]].tolist() == [50, 1]
    assert bands.loc[(2019, "large", "60% or more"), ["pupils_now", "share_now"]].tolist() == [70, 1]
    sizes = bands.drop("all", level="size").groupby(level=["year", "band"])["pupils_now"].sum()
    assert sizes.to_dict() == bands.xs("all", level="size")["pupils_now"].to_dict()


def test_bands_of_a_fixed_value(by_attendance, schools):
    bands = bands_attended(by_attendance[by_attendance["year"] == 2019], schools["schoolweging"], [30])
    assert bands["pupils_now"].tolist() == [70, 50]
    assert bands["pupils_nearest"].tolist() == [80, 40]


def test_what_an_area_meets_at_school(by_attendance):
    areas = pd.DataFrame({"area": ["w1", "w2"], "lat": [52.0, 52.1], "lon": [4.9, 4.9]})
    exposure = exposure_at_home(by_attendance, areas)
    # 2019: w1 is at a, with .4; of w2 ten are at a and seventy at b, with 6/7.
    assert exposure["pupils"].tolist() == [40, 80]
    assert exposure["share"].tolist() == pytest.approx([0.4, (10 * 0.4 + 70 * 6 / 7) / 80])


@pytest.fixture
def by_home():
    # Twelve hoog live at a and attend a; eight laag live at a too and attend b.
    rows = [("a", 52.0, "a", "hoog")] * 12 + [("a", 52.0, "b", "laag")] * 8 + [("b", 52.1, "b", "laag")] * 4
    frame = pd.DataFrame(rows, columns=["area", "lat", "location", "education"])
    return frame.assign(lon=4.9, year=2019, background="none", pupils=1)


def test_rules_by_hand(by_home, schools):
    allocated = by_rule(by_home, schools, slack=1.0, seed=1)
    assert len(allocated) == 24
    at_nearest = allocated.groupby("nearest")["pupils"].sum()
    assert at_nearest.to_dict() == {"a": 20, "b": 4}
    # a has twelve places and b twelve: eight of the twenty who live at a have to go to b.
    assert allocated.groupby("nearest_with_capacity")["pupils"].sum().to_dict() == {"a": 12, "b": 12}
    lotteries = [by_rule(by_home, schools, slack=1.0, seed=seed) for seed in (1, 1, 2)]
    pd.testing.assert_frame_equal(lotteries[0], lotteries[1])


def test_nobody_is_left_out_where_the_schools_that_are_looked_at_first_are_full(by_home, schools, monkeypatch):
    monkeypatch.setattr(rules, "CONSIDERED", 1)
    assert by_rule(by_home, schools, slack=1.0, seed=1)["pupils"].sum() == 24
    with pytest.raises(ModelError, match="12 pupils find no place"):
        by_rule(by_home, schools, slack=0.5, seed=1)


def test_expected_pupils_keep_their_shares_under_a_rule(by_home, schools):
    halves = by_home.groupby(["year", "area", "lat", "lon", "location"], as_index=False)["pupils"].sum()
    halves = pd.concat([halves.assign(background=name, education="x", pupils=halves["pupils"] / 2) for name in "ab"])
    allocated = by_rule(halves, schools, slack=1.0, seed=1)
    assert allocated["pupils"].sum() == pytest.approx(24)
    assert allocated.groupby("nearest_with_capacity")["pupils"].sum().tolist() == pytest.approx([12, 12])
    assert allocated.groupby("background")["pupils"].sum().tolist() == pytest.approx([12, 12])


def test_counterfactuals_by_hand(by_home, schools):
    rows = by_rule(by_home, schools, slack=2.0, seed=1)
    indices = estimate_indices(places(rows, schools, by_rule=rows), draws=50, random_draws=20, seed=1)
    scenarios = counterfactuals(indices)
    d = scenarios[(scenarios["index"] == "dissimilarity") & (scenarios["group"] == "laag")].set_index("scenario")[
        "estimate"
    ]
    assert d["now"] == pytest.approx(1)  # hoog at a, laag at b
    assert d["nearest"] == pytest.approx(4 / 12)  # all hoog at a, eight laag of twelve too
    assert d["nearest_with_capacity"] == d["nearest"]  # there are places enough
    assert d["now_minus_nearest"] == pytest.approx(8 / 12)
    corrected = scenarios[scenarios["index"] == "dissimilarity_corrected"].set_index("scenario")["estimate"]
    assert corrected["now"] == pytest.approx(1)
    assert corrected["nearest"] < d["nearest"]
    assert "random_allocation" in corrected.index


def test_what_stands_in_two_tables_is_one_estimate(by_home, schools):
    rows = by_rule(by_home, schools, slack=2.0, seed=1)
    indices = estimate_indices(places(rows, schools, by_rule=rows), draws=50, random_draws=20, seed=1)
    scenarios = counterfactuals(indices).drop(columns=["index", "scenario"])
    city = indices[(indices["place"] == "city") & (indices["year"] == 2019)].reset_index(drop=True)
    pd.testing.assert_frame_equal(scenarios, city)
