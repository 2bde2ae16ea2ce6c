"""The notebook on segregation on registers in which columns and values are missing."""

import numpy as np
import pandas as pd
import pytest

from analysis.chapters import chapters
from analysis.chapters.segregation import CHAPTER, words
from analysis.chapters.segregation.models.estimates import PAIRS, pairs_of
from analysis.chapters.segregation.models.selection import known
from analysis.chapters.segregation.parameters import SegregationBlock
from analysis.codes import Background, Codes
from analysis.errors import InputError
from analysis.language import speaking
from analysis.publish.release import Release

QUICK = {
    "bootstrap_draws": 20,
    "random_draws": 20,
    "share_edges": [0.4, 0.6],
    "weging_edges": [28.0, 32.0],
    "size_edges": [80, 120],
}
TABLES = chapters()["data"].tables
NEEDS = CHAPTER.columns({"segregation": SegregationBlock()})
FACTS = {"optional": {CHAPTER.stem: {table: dict(uses.optional) for table, uses in NEEDS.items()}}, "tables": TABLES}
PUPILS, SCHOOLS = 2400, 24


def tables():
    """Two years of pupils in four areas; half of the pupils of a school have highly educated parents."""
    rng = np.random.default_rng(3)
    location = np.array([f"{number:032x}" for number in range(SCHOOLS)])
    schools = pd.DataFrame({"location": location, "area": [f"w{n % 4}" for n in range(SCHOOLS)]})
    schools = schools.assign(lat=52 + 0.04 * rng.random(SCHOOLS), lon=5 + 0.06 * rng.random(SCHOOLS))
    schools = schools.assign(stadsdeel=["Noord", "Zuid"] * (SCHOOLS // 2), schoolweging=24 + 12 * rng.random(SCHOOLS))
    at = rng.choice(SCHOOLS, PUPILS, p=np.linspace(0.5, 1.5, SCHOOLS) / SCHOOLS)
    homes = pd.DataFrame({"location": location[at], "area": [f"w{n % 4}" for n in range(PUPILS)], "pupils": 1})
    homes = homes.assign(lat=52 + 0.04 * rng.random(PUPILS), lon=5 + 0.06 * rng.random(PUPILS), year=2019)
    homes["education"] = rng.choice(["hoog", "laag", "onbekend"], PUPILS, p=[0.45, 0.45, 0.1])
    homes["background"] = rng.choice(["none", "moroccan", "turkish", "surinamese"], PUPILS, p=[0.4, 0.2, 0.2, 0.2])
    nearest = location[rng.permutation(at)]
    last = homes.drop(columns=["lat", "lon"]).assign(nearest=nearest)
    years = pd.concat(
        [last.assign(year=2015, education=last["education"].sample(frac=1, random_state=1).to_numpy()), last]
    )
    keys = ["year", "location", "area", "nearest", "education", "background"]
    kept = ["location", "education", "background"]
    stay = pd.concat(
        [
            years[years["year"] == year][kept].iloc[:100].add_prefix(side).reset_index(drop=True)
            for year, side in ((2015, "first_"), (2019, "last_"))
        ],
        axis=1,
    )
    return {
        "by_attendance": years.groupby(keys, as_index=False)["pupils"].sum(),
        "by_home": homes,
        "by_stay": stay.assign(pupils=1),
        "by_school_attended": schools,
        "by_area": homes.groupby("area", as_index=False)[["lat", "lon"]].mean(),
        "by_outline_point": pd.DataFrame(
            {"area": "city", "ring": 0, "lat": [52.0, 52.1, 52.0], "lon": [5.0, 5.1, 5.1]}
        ),
    }


@pytest.fixture(scope="module")
def drawn(run_cells):
    return lambda frames, **more: run_cells(CHAPTER.notebook, frames, **{"facts": FACTS, **QUICK, **more})


@pytest.fixture
def ran(drawn, monkeypatch):
    """Run without drawing, which takes most of the time: a figure without data is withheld before it is drawn."""
    monkeypatch.setattr(Release, "figure", lambda self, name, *_, **__: self._shown("figure", name, ""))
    return drawn


@pytest.fixture(scope="module")
def whole(drawn):
    return drawn(tables())


def of_table(kind):
    return [(table, column) for table, uses in NEEDS.items() for column in sorted(getattr(uses, kind))]


def test_with_everything_nothing_is_left_out_and_nobody_leaves(whole):
    assert "note left_out" not in whole.shown
    assert not whole.has("selection")
    assert set(whole.names["indices"]["place"]) == {"city", "Noord", "Zuid"}


@pytest.mark.slow
@pytest.mark.parametrize(("table", "column"), of_table("optional"))
def test_without_an_optional_column_the_chapter_runs_and_says_what_it_leaves_out(ran, table, column):
    frames = tables()
    result = ran({**frames, table: frames[table].drop(columns=column)})
    assert NEEDS[table].optional[column] in result.shown["note left_out"]
    assert len(result.names["indices"]) > 0


@pytest.mark.parametrize(("table", "column"), of_table("required"))
def test_without_a_required_column_it_cannot_run(ran, table, column):
    frames = tables()
    with pytest.raises(Exception, match=f"{column}|lat"):
        ran({**frames, table: frames[table].drop(columns=column)})


def test_a_chapter_runs_without_parts_map_wijken_and_years_that_follow_pupils(ran):
    frames = tables()
    schools = frames["by_school_attended"][["location", "lat", "lon"]]
    few = {name: frames[name].drop(columns="area") for name in ("by_attendance", "by_home")}
    result = ran({**few, "by_school_attended": schools}, language="nl")
    assert set(result.names["indices"]["place"]) == {"city"}
    assert set(result.names["indices"]["term"]).isdisjoint({"theil_between_now"})
    for part in ("delen van de stad", "de kaart", "leerlingen naar schoolweging", "afspiegeling"):
        assert part in result.shown["note left_out"]


@pytest.mark.parametrize(("column", "group"), [("education", "turkish"), ("background", "laag")])
def test_one_of_education_and_background_is_enough(ran, column, group):
    frames = {name: frame.drop(columns=column, errors="ignore") for name, frame in tables().items()}
    result = ran(frames)
    found = set(result.names["findings"]["name"])
    assert f"dissimilarity_{group}" in found
    assert ("sizes" in found) == (column == "background")  # these sentences are about education


def test_pupils_who_differ_in_nothing_are_refused_in_words():
    frames = tables()
    alike = frames["by_attendance"].drop(columns=["education", "background"])
    with pytest.raises(InputError, match="differ in none of these"):
        known(alike, frames["by_home"], frames["by_school_attended"].set_index("location"))


def tenth(frame, column):
    gaps = np.arange(len(frame)) % 10 == 0
    return frame.assign(**{column: frame[column].astype(object).where(~gaps, None)}), frame.loc[gaps, "pupils"].sum()


@pytest.mark.parametrize("column", ["education", "background", "nearest", "area"])
def test_pupils_of_whom_something_is_missing_are_counted(column):
    frames = tables()
    attendance, gone = tenth(frames["by_attendance"], column)
    schools = frames["by_school_attended"].drop(columns="schoolweging").set_index("location")
    stays, homes, account = known(attendance, frames["by_home"], schools)
    of_a_home = column in ("nearest", "area")
    out = account.set_index("analysis")["pupils_out"].to_dict()
    assert out == ({"education": gone, "background": gone} if of_a_home else {column: gone})
    assert (account["pupils_in"] - account["pupils_out"] == account["pupils_kept"]).all()
    assert stays["pupils"].sum() == 2 * PUPILS - (gone if of_a_home else 0)
    assert len(homes) == PUPILS


def test_homes_and_schools_without_a_point_are_left_out():
    frames = tables()
    homes, _ = tenth(frames["by_home"], "lat")
    schools = frames["by_school_attended"].set_index("location")
    at_first = frames["by_attendance"].loc[frames["by_attendance"]["location"] == schools.index[0], "pupils"].sum()
    schools.loc[schools.index[0], "lat"] = np.nan
    stays, at_home, account = known(frames["by_attendance"], homes, schools)
    assert stays["pupils"].sum() == 2 * PUPILS - at_first
    assert set(account["step"]) == {"school has a point"}
    assert not at_home["lat"].isna().any()
    assert schools.index[0] not in set(at_home["location"])


def test_pupils_at_schools_that_are_not_in_the_data_are_counted():
    frames = tables()
    schools = frames["by_school_attended"].set_index("location")
    at_first = frames["by_attendance"].loc[frames["by_attendance"]["location"] == schools.index[0], "pupils"].sum()
    stays, at_home, account = known(frames["by_attendance"], frames["by_home"], schools.iloc[1:])
    assert stays["pupils"].sum() == 2 * PUPILS - at_first
    assert set(account["step"]) == {"school in the data", "schoolweging known"}  # who lives nearest to it has none
    assert schools.index[0] not in set(at_home["location"])


def test_the_notebook_goes_on_without_them_and_tells_who_left(ran):
    frames = tables()
    attendance, gone = tenth(frames["by_attendance"], "background")
    homeless = np.arange(len(attendance)) % 10 == 5  # some of them are in both years
    attendance["nearest"] = attendance["nearest"].where(~homeless)
    homes, _ = tenth(frames["by_home"], "background")
    schools = frames["by_school_attended"].copy()
    schools.loc[0, "schoolweging"] = np.nan
    result = ran({**frames, "by_attendance": attendance, "by_home": homes, "by_school_attended": schools})
    account = result.table("selection").set_index("analysis")
    assert set(account.index) == {"education", "background", "schoolweging"}
    out = account[account["step"] == "background known"]["pupils_out"]
    assert out.tolist() == pytest.approx([gone], abs=5)  # rounded by the profile
    assert result.names["changes"]["n_obs"].max() > 0.5 * PUPILS  # a change is that of all, homes or not
    assert result.names["by_weging_band"]["pupils_now"].sum() < PUPILS


OTHER = Codes(
    background={
        "indo": Background(en="Indonesian", nl="Indonesisch", kind="nonwestern"),
        "native": Background(en="native", nl="inheems", kind="none"),
        "cape": Background(en="Cape Verdean", nl="Kaapverdisch", kind="nonwestern"),
        "polish": Background(en="Polish", nl="Pools", kind="western"),
    }
)


def test_pairs_are_each_background_against_none_in_their_order():
    assert PAIRS[2:7] == [
        (name, "none") for name in ("moroccan", "turkish", "surinamese", "other_nonwestern", "western")
    ]
    assert pairs_of(OTHER)[2:5] == [("indo", "native"), ("cape", "native"), ("polish", "native")]


def test_groups_are_called_as_the_edition_calls_them():
    assert list(words.pairs(Codes())) == ["laag", "moroccan", "turkish", "surinamese", "non-western"]
    assert words.in_sentences(Codes()) == ["turkish", "moroccan", "surinamese"]
    assert words.pairs(OTHER)["cape"] == "Cape Verdean against none"
    with speaking("nl"):
        assert words.pupils(OTHER)["indo"] == "leerlingen met achtergrond Indonesisch"
    assert words.in_sentences(Codes(background={"a": OTHER.background["indo"], "b": OTHER.background["native"]})) == [
        "a"
    ]


def test_a_code_that_means_something_else_is_not_called_by_its_old_name():
    turned = Codes(background={"none": OTHER.background["native"], "turkish": OTHER.background["cape"]})
    assert words.groups(turned)["turkish"] == "background Cape Verdean"


def test_a_city_with_other_backgrounds_runs_and_speaks_of_them(ran):
    frames = tables()
    renamed = {"none": "native", "moroccan": "indo", "turkish": "cape", "surinamese": "polish"}
    columns = ["background", "first_background", "last_background"]
    others = {
        name: frame.assign(**{column: frame[column].map(renamed) for column in columns if column in frame})
        for name, frame in frames.items()
    }
    result = ran(others, facts={**FACTS, "codes": OTHER.model_dump(mode="json")})
    indices = result.names["indices"]
    assert {"indo", "cape", "polish"} <= set(indices["group"])
    sentences = result.names["findings"].set_index("name")["sentence"]
    assert "pupils with background Cape Verdean" in sentences["dissimilarity_cape"]
    assert not any(name in " ".join(sentences) for name in ("Turkish", "Moroccan", "Surinamese"))
