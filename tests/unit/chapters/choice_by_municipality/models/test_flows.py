import pandas as pd
import pytest

from analysis.chapters.choice_by_municipality.models.flows import described, municipalities, urbanicity
from analysis.errors import ModelError


def tables(**of_schools):
    """Two municipalities; in A pupils of 1011 and 1012 go to two schools, nobody of those counted goes to the third."""
    schools = {
        "location": ["01AA00", "01AB00", "01AC00", "02AA00"],
        "municipality": ["A", "A", "A", "B"],
        "lat": [52.0, 52.1, 52.2, 53.0],
        "lon": 5.0,
        "schoolweging": [25.0, 35.0, 30.0, 30.0],
        "denomination": ["openbaar", "rk", "pc", "other"],
    }
    homes = {"pc4": ["1011", "1012", "2011"], "lat": [52.0, 52.1, 53.0], "lon": 5.0, "share_nonwestern": [0.1, 0.2, 0]}
    flows = [("1011", "01AA00", 30), ("1011", "01AB00", 10), ("1012", "01AB00", 40), ("1012", "01AC00", 0)]
    flows.append(("2011", "02AA00", 50))
    return (
        pd.DataFrame(schools | of_schools),
        pd.DataFrame(homes),
        pd.DataFrame(flows, columns=["pc4", "location", "TOTAAL"]),
        pd.DataFrame({"pc4": ["1011", "1012"], "density": [1000.0, 2000.0]}),
        pd.DataFrame({"location": ["01AB00"], "pupils": [50], "km": [0.7]}),
    )


def test_every_municipality_has_its_own_pupils_and_the_schools_that_any_of_them_attends():
    a, b = municipalities(*tables())
    assert a.name == "A"
    assert a.schools.index.tolist() == ["01AA00", "01AB00"]  # nobody attends 01AC00
    assert a.pupils.tolist() == [[30, 10], [0, 40]]
    assert a.choices.to_dict() == {("1011", "01AA00"): 30, ("1011", "01AB00"): 10, ("1012", "01AB00"): 40}
    assert a.distance_km.round(2).tolist() == [[0, 11.12], [11.12, 0]]  # a tenth of a degree is 11.12 km
    assert a.schools["schoolweging"].tolist() == [5.0, 7.0]  # per 5 points
    assert a.homes["share_nonwestern"].tolist() == [1.0, 2.0]  # per 10 percentage points
    assert a.schools["km"].isna().tolist() == [True, False]
    assert (b.n_pupils, b.n_schools, b.n_postcodes) == (50, 1, 1)


def test_what_may_explain_differences_is_of_the_mean_pupil():
    told = described(municipalities(*tables())).set_index("municipality")
    assert told.loc["A", "density"] == 1500  # 40 pupils at 1,000 and 40 at 2,000 addresses per km2
    assert told.loc["A", "sd_schoolweging"] == pytest.approx(50**0.5)  # of 25 and 35
    assert told.loc["A", "urbanicity"] == "strongly urban"
    assert told.loc["B", ["density", "sd_schoolweging", "urbanicity"]].isna().all()


def test_classes_of_urbanicity_begin_at_their_edge():
    found = urbanicity(pd.Series([0.5, 499.9, 500, 1000, 1500, 2499.9, 2500]))
    rural, urban = ["not urban"] * 2, ["strongly urban"] * 2
    assert found.tolist() == [*rural, "hardly urban", "moderately urban", *urban, "very strongly urban"]


def test_an_unknown_denomination_or_column_of_pupils_stops():
    with pytest.raises(ModelError, match="another denomination: Islamitisch"):
        municipalities(*tables(denomination=["openbaar", "rk", "pc", "Islamitisch"]))
    with pytest.raises(ModelError, match="LEEFTIJD_4: not a column of pupils"):
        municipalities(*tables(), column="LEEFTIJD_4")


@pytest.mark.parametrize(("column", "key"), [("location", "09ZZ00"), ("pc4", "9999")])
def test_pupils_of_an_unknown_school_or_postcode_stop(column, key):
    """They would be of the last school or postcode of the country."""
    by_school, by_pc4, flows, *others = tables()
    flows.loc[0, column] = key
    with pytest.raises(ModelError, match="1 of 4 rows are of one that is not known"):
        municipalities(by_school, by_pc4, flows, *others)


def test_a_school_with_two_published_distances_stops():
    *others, distances = tables()
    with pytest.raises(ModelError, match="1 occur twice"):
        municipalities(*others, pd.concat([distances, distances]))
