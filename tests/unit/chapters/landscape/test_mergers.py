import pandas as pd

from analysis.chapters.landscape.models.mergers import LEFT, STAYED, mergers

# A degree of latitude is 111 km: .001 is 111 m.
PLACES = {"gone": 52.0, "gained": 52.001, "alone": 52.1, "far": 52.2}
COUNTS = {"gone": (100, None), "gained": (100, 190), "alone": (80, None), "far": (50, None)}
YEARS = (2019, 2024)


def rows():
    by_year = ((place, year, n) for place, counts in COUNTS.items() for year, n in zip(YEARS, counts, strict=True))
    told = [{"location": place, "year": year, "pupils": n} for place, year, n in by_year if n is not None]
    untold = {"location": "far", "year": 2024, "pupils": None}
    points = pd.DataFrame({"location": [*PLACES], "lat": [*PLACES.values()], "lon": 5.0})
    return pd.DataFrame([*told, untold]).astype({"pupils": "Int64"}).assign(area="a"), points


def test_a_school_that_is_gone_beside_one_that_gained_is_a_possible_merger():
    found = mergers(*rows(), within_m=250).set_index("fate")
    assert found.loc[LEFT, ["schools", "schools_near", "share"]].tolist() == [2, 1, 0.5]
    assert found.loc[STAYED, ["schools", "schools_near"]].tolist() == [2, 0]


def test_farther_than_the_reach_is_none():
    found = mergers(*rows(), within_m=100).set_index("fate")
    assert found.loc[LEFT, "schools_near"] == 0


def test_a_school_without_a_point_is_not_looked_at():
    counts, points = rows()
    found = mergers(counts, points[points["location"] != "gone"], within_m=250).set_index("fate")
    assert found.loc[LEFT, ["schools", "schools_without_point"]].tolist() == [1, 1]


def test_where_no_school_has_a_point_none_is_looked_at_and_no_share_is_told():
    counts, points = rows()
    found = mergers(counts, points.assign(lat=None), within_m=250).set_index("fate")
    assert found.loc[LEFT, ["schools_listed", "schools_without_point", "schools"]].tolist() == [2, 2, 0]
    assert found["share"].isna().all()
