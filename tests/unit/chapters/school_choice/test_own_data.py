"""The notebook on school choice on registers in which columns and values are missing."""

import numpy as np
import pandas as pd
import pytest

from analysis.chapters import chapters
from analysis.chapters.school_choice import CHAPTER
from analysis.chapters.school_choice.models.choosers import Choosers
from analysis.chapters.school_choice.models.counterfactuals import places
from analysis.chapters.school_choice.models.selection import known
from analysis.chapters.school_choice.parameters import SchoolChoiceBlock
from analysis.codes import Background, Codes, Label
from analysis.data.situations import from_microdata, situation_tables
from analysis.publish.release import Release

PUPILS, SCHOOLS = 360, 14
FORMULA = "distance_km + share_hoog + C(denomination)"
QUICK = {
    "formula": FORMULA,
    "shown_attributes": ["share_hoog"],
    "changed_attribute": "denomination",
    "changed_to": "rk",
    "random_terms": ["distance_km"],
    "folds": 2,
    "draws": 10,
    "sampled_pupils": 100,
    "sampled_schools": 4,
}
TABLES = ("by_situation", "by_choice_school", "by_choice")


def blocks(**changed):
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in {**QUICK, **changed}.items()}
    return {"school_choice": SchoolChoiceBlock(**given)}


def microdata():
    """A city of two sorts of parents; who chose which school follows from distance and luck."""
    rng = np.random.default_rng(7)
    location = [f"{number:032x}" for number in range(SCHOOLS)]  # a key is any text
    lat, lon = 52 + 0.04 * rng.random(SCHOOLS), 5 + 0.06 * rng.random(SCHOOLS)
    schools = pd.DataFrame({"location": location, "lat": lat, "lon": lon, "special": False})
    schools["denomination"] = ["Openbaar", "Rooms-Katholiek"] * (SCHOOLS // 2)
    schools = schools.assign(concept="none", stadsdeel="Noord", schoolweging=30.0, capacity=40, pupils=30)
    schools = schools.assign(share_hoog=rng.random(SCHOOLS), share_nonwestern=rng.random(SCHOOLS))
    home = pd.DataFrame({"lat": 52 + 0.04 * rng.random(PUPILS), "lon": 5 + 0.06 * rng.random(PUPILS)})
    km = 111 * np.hypot(home["lat"].to_numpy()[:, None] - lat, 0.6 * (home["lon"].to_numpy()[:, None] - lon))
    attended = (-1.5 * km + rng.gumbel(size=km.shape)).argmax(axis=1)
    pupils = home.assign(
        pupil=np.arange(PUPILS),
        age=4,
        pc4=[f"10{number:02d}" for number in rng.integers(10, 34, PUPILS)],
        education=rng.choice(["hoog", "laag"], PUPILS),
        background=rng.choice(["none", "turkish"], PUPILS),
        income=rng.choice(["low", "high"], PUPILS),
        one_parent=rng.random(PUPILS) < 0.3,
        location=np.array(location)[attended],
    )
    lagged = schools[["location", "share_hoog", "share_nonwestern"]]
    return {"by_pupil": pupils, "by_location": schools, "by_location_lagged": lagged}


def tables(codes=None, **frames):
    made = situation_tables({}, {**microdata(), **frames}, codes or Codes())
    points = pd.DataFrame({"pc4": [f"10{number:02d}" for number in range(10, 34)], "lat": 52.0, "lon": 5.0})
    ring = pd.DataFrame({"area": "city", "ring": 0, "lat": [52.0, 52.1, 52.0], "lon": [5.0, 5.1, 5.1]})
    return {**made, "by_pc4": points, "by_outline_point": ring}


def facts(**changed):
    needs = CHAPTER.columns(blocks(**changed))
    return {
        "uses": {CHAPTER.stem: {table: dict(uses.optional) for table, uses in needs.items()}},
        "tables": chapters()["data"].tables,
        "school_years": ["2017/18"],
    }


@pytest.fixture(scope="module")
def drawn(run_cells):
    return lambda frames, **more: run_cells(CHAPTER.notebook, frames, **{"facts": facts(), **QUICK, **more})


@pytest.fixture
def ran(drawn, monkeypatch):
    """Run without drawing, which takes most of the time: a figure without data is withheld before it is drawn."""
    monkeypatch.setattr(Release, "figure", lambda self, name, *_, **__: self._shown("figure", name, ""))
    return drawn


@pytest.fixture(scope="module")
def whole(drawn):
    return drawn(tables())


def needed(table):
    return sorted(CHAPTER.columns(blocks())[table].required)


def lacking():
    """Each column that the chapter can do without, of a table that it needs or wants."""
    needs = CHAPTER.columns(blocks())
    cases = [(table, column) for table, uses in needs.items() for column in uses.optional]
    return cases + [("by_choice_school", name) for name in ("concept", "stadsdeel", "schoolweging", "share_nonwestern")]


def test_with_everything_nothing_is_left_out_and_nobody_leaves(whole):
    assert "note left_out" not in whole.shown
    assert not whole.has("selection")
    assert whole.names["choosers"]["entry_cohort"].number == PUPILS
    assert len(whole.table("estimates")) > 0


@pytest.mark.slow
@pytest.mark.parametrize(("table", "column"), lacking())
def test_without_an_optional_column_the_chapter_runs_and_says_what_it_leaves_out(ran, table, column):
    frames = tables()
    result = ran({**frames, table: frames[table].drop(columns=column)})
    what = CHAPTER.columns(blocks())[table].optional.get(column)
    assert (what in result.shown["note left_out"]) if what else ("note left_out" not in result.shown)
    assert len(result.names["findings"]) > 0


@pytest.mark.parametrize(("table", "column"), [(table, name) for table in TABLES for name in needed(table)])
def test_without_a_required_column_it_cannot_run(ran, table, column):
    frames = tables()
    with pytest.raises(Exception, match=f"{column}|location|situation"):
        ran({**frames, table: frames[table].drop(columns=column)})


def test_a_chapter_runs_without_map_and_groups_of_parents(ran):
    few = microdata()["by_pupil"].drop(columns=["education", "background", "income", "one_parent"])
    frames = {name: frame for name, frame in tables(by_pupil=few).items() if name in TABLES}
    result = ran(frames, language="nl")
    assert set(result.names["choosers"]["entry_cohort"].situations["group"]) == {"all"}
    assert result.names["scenarios"].empty
    for words in ("de kaart", "modellen per groep ouders"):
        assert words in result.shown["note left_out"]


def test_needs_follow_from_the_formula():
    needs = CHAPTER.columns(blocks(formula="distance_km + log(capacity) + share_hoog:income", models=["all_ages"]))
    assert {"capacity", "share_hoog", "denomination"} <= needs["by_choice_school"].required
    assert "capacity" not in needs["by_choice_school"].optional
    assert "income" in needs["by_situation"].required
    assert "age" not in needs["by_choice"].required
    assert "nonwestern" in CHAPTER.columns(blocks(nonwestern_edges=[0.3]))["by_situation"].required


def tenth(frame, column):
    """Take away every tenth value."""
    gaps = np.arange(len(frame)) % 10 == 0
    return frame.assign(**{column: frame[column].astype(object).where(~gaps, None)})


@pytest.mark.parametrize("column", ["lat", "pc4", "background", "income", "one_parent"])
def test_pupils_of_whom_something_is_missing_are_counted_where_the_formula_uses_it(column):
    frames = {name: tables(by_pupil=tenth(microdata()["by_pupil"], column))[name] for name in TABLES}
    uses = {"share_hoog", "denomination"} | ({column} & {"income", "one_parent"})
    stays, account = known(["entry_cohort"], 4, uses, **frames)
    assert account["pupils_out"].tolist() == [36]
    assert account["pupils_in"].tolist() == [PUPILS]
    assert len(stays["by_situation"]) == stays["by_choice"]["pupils"].sum() == PUPILS - 36
    if column in uses:
        whole, none = known(["entry_cohort"], 4, uses - {column}, **frames)
        assert none.empty
        assert len(whole["by_situation"]) == PUPILS
    if column == "one_parent":
        assert stays["by_situation"]["one_parent"].dtype == bool


@pytest.mark.parametrize("column", ["lat", "share_hoog", "denomination"])
def test_who_attends_a_school_of_which_something_is_missing_is_counted(column):
    frames = {name: tables()[name] for name in TABLES}
    gone = frames["by_choice_school"]["location"].iloc[::10]
    stays, account = known(
        ["entry_cohort"],
        4,
        ["share_hoog", "denomination"],
        **{**frames, "by_choice_school": tenth(frames["by_choice_school"], column)},
    )
    out = frames["by_choice"]["location"].isin(gone).sum()
    assert account["pupils_out"].tolist() == [out]
    assert not set(stays["by_choice"]["location"]) & set(gone)
    # A school without a point is nowhere; one without an attribute still counts among the nearest.
    assert (len(stays["by_choice_school"]) < SCHOOLS) == (column == "lat")


def test_pupils_at_schools_that_are_not_in_the_data_are_counted():
    frames = {name: tables()[name] for name in TABLES}
    gone = frames["by_choice_school"]["location"].iloc[0]
    frames["by_choice_school"] = frames["by_choice_school"].iloc[1:]
    stays, account = known(["entry_cohort"], 4, ["share_hoog"], **frames)
    assert account["step"].tolist() == ["school in the data"]
    assert account["pupils_out"].tolist() == [(frames["by_choice"]["location"] == gone).sum()]
    assert Choosers.from_tables(*(stays[name] for name in TABLES)).number == len(stays["by_choice"]) < PUPILS


def test_the_page_tells_who_left(ran):
    result = ran(tables(by_pupil=tenth(microdata()["by_pupil"], "background")))
    account = result.table("selection")
    assert account["step"].tolist() == ["group known"]
    assert result.names["choosers"]["entry_cohort"].number == PUPILS - 36


def test_the_composition_of_the_same_year_has_a_name_of_its_own():
    made = microdata()
    known_before = from_microdata(**made)["by_choice_school"]
    assert {"share_hoog", "share_nonwestern"} <= set(known_before)
    same = from_microdata(made["by_pupil"], made["by_location"])["by_choice_school"]
    assert {"share_hoog_same_year", "share_nonwestern_same_year"} <= set(same)
    assert not {"share_hoog", "share_havo_vwo"} & set(same)


def test_a_school_that_is_new_stays_without_the_composition_of_before():
    made = microdata()
    lagged = made["by_location_lagged"].iloc[1:]
    schools = from_microdata(made["by_pupil"], made["by_location"], lagged)["by_choice_school"]
    assert len(schools) == SCHOOLS
    assert schools["share_hoog"].isna().sum() == 1


def test_places_of_a_school_that_are_not_known_are_those_that_are_taken():
    frames = tables()
    schools = frames["by_choice_school"]
    choosers = Choosers.from_tables(frames["by_situation"], schools, frames["by_choice"])
    attending = choosers.counts.sum(axis=0)
    first = choosers.with_schools(capacity=[np.nan, *[40.0] * (SCHOOLS - 1)])
    # 360 choosers of 14 x 30 pupils: 40 places are 34.3 of theirs.
    assert places(first).tolist() == [attending[0], *[35] * (SCHOOLS - 1)]
    unknown = choosers.with_schools(pupils=np.nan)
    assert places(unknown).tolist() == attending.tolist()


OTHER = Codes(
    background={
        "indo": Background(en="Indonesian", nl="Indonesisch", kind="nonwestern"),
        "native": Background(en="native", nl="inheems", kind="none"),
        "polish": Background(en="Polish", nl="Pools", kind="western"),
    },
    concept={"plain": Label(en="plain", nl="gewoon"), "freinet": Label(en="Freinet school", nl="freinetschool")},
)


def test_backgrounds_and_concepts_are_those_of_the_edition(ran):
    made = microdata()
    pupils = made["by_pupil"].assign(background=["indo", "native", "polish"] * (PUPILS // 3))
    concepts = made["by_location"].assign(concept=["plain", "freinet"] * (SCHOOLS // 2))
    frames = tables(OTHER, by_pupil=pupils, by_location=concepts)
    groups = frames["by_situation"].set_index("situation")["group"]
    native = pupils.set_index("pupil")["background"] == "native"
    assert groups[native].isin(["hoog_none", "lower_none"]).all()
    assert groups[~native].isin(["hoog_migration", "laag_migration"]).all()
    chosen = {"formula": "distance_km + C(concept)", "shown_attributes": ["concept_freinet"]}
    kinds = {"changed_attribute": "concept", "changed_to": "freinet"}
    result = ran(frames, facts={**facts(), "codes": OTHER.model_dump(mode="json")}, **chosen, **kinds)
    assert set(result.table("estimates")["reference"].dropna()) >= {"plain"}
    sizes = result.names["scenarios"].set_index("group")["n_obs"]
    # Indonesian against native: two thirds of the pupils; Polish is western, and in neither group.
    assert set(sizes["nonwestern_none"]) == {240}


@pytest.mark.parametrize(("priority", "near"), [(1, 1), (3, 3)])
def test_priority_is_that_of_the_edition(priority, near):
    frames = tables()
    choosers = Choosers.from_tables(*(frames[name] for name in TABLES), priority=priority)
    assert (choosers.pairs["within_priority"].sum(axis=1) == near).all()


def test_within_eight_is_refused_where_priority_is_at_other_schools():
    assert blocks(formula="distance_km + within_eight")
    with pytest.raises(ValueError, match="write within_priority"):
        blocks(formula="distance_km + within_eight", priority=5)


def test_an_advice_that_is_not_known_is_no_low_one() -> None:
    places = {"lat": 52.0, "lon": 5.0, "special": False}
    advice = pd.DataFrame({"year": 2019, "location": ["A", "A", "A", "B"], "advice_final": [4.0, 2.0, np.nan, np.nan]})
    pupils = pd.DataFrame({"pupil": [1], "location": ["A"], "age": [4]})
    schools = from_microdata(pupils, pd.DataFrame({"location": ["A", "B"], **places}), None, advice)["by_choice_school"]
    assert schools["share_havo_vwo"].fillna(-1).tolist() == [1 / 2, -1]  # of B nobody's is known
