"""Contracts of the microdata: what may be absent, what may be missing, and whose codes hold."""

import pandas as pd
import pytest

from analysis.codes import BACKGROUND, Background, Codes, Label
from analysis.data.contracts import check
from analysis.data.microdata import MICRODATA, dictionary, microdata, optional, required
from analysis.errors import InputError
from analysis.synthetic.world import make_world

PUPILS = pd.DataFrame({"pupil": [1, 2], "groep": [3, 4], "age": [6, 7], "location": ["9f" * 16 + "00", "01AA00"]})
ELSEWHERE = Codes(
    background={
        "norrish": Background(en="Norrish", nl="Noors", kind="none"),
        "ilish": Background(en="Ilish", nl="Iels", kind="nonwestern"),
    },
    stadsdeel=("Haven", "Berg"),
    concept={"bos": Label(en="wood school", nl="bosschool")},
)


@pytest.fixture(scope="module")
def world():
    return make_world(0.03, 1).frames


def tables():
    return [name for name in MICRODATA if name != "by_pupil_country"]


@pytest.mark.parametrize("name", tables())
def test_each_optional_column_can_be_left_out_and_no_required_one(world, name):
    frame = world[name].head(50)
    for column in frame.columns:
        rest = (
            frame.drop(columns=column).drop_duplicates(subset=MICRODATA[name].unique, ignore_index=True)
            if column not in (MICRODATA[name].unique or [])
            else frame.drop(columns=column).head(1)
        )
        if column in optional(name):
            assert column not in check(rest, MICRODATA[name], name)
        else:
            assert column in required(name)
            with pytest.raises(InputError, match=f"the column '{column}' is missing"):
                check(rest, MICRODATA[name], name)


@pytest.mark.parametrize("name", tables())
def test_the_made_up_tables_come_through_their_contracts_unchanged(world, name):
    """Whatever columns may be absent or miss values: the type of none moves, so that a file keeps its bytes."""
    checked = check(world[name], MICRODATA[name], name)
    assert set(checked.columns) == set(world[name].columns)
    pd.testing.assert_frame_equal(checked, world[name][[*checked.columns]], check_exact=True)


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        (
            "by_pupil",
            ["background", "income", "one_parent", "sex", "lat", "lon", "wijk", "stadsdeel", "at_risk", "pc4"],
        ),
        (
            "by_pupil_advice",
            ["background", "income", "one_parent", "sex", "share_hoog", "lovs", "year1", "advice_first"],
        ),
        (
            "by_location_year",
            ["wage", "hours", "inflow", "outflow", "retention", "shortage", "unqualified", "schoolweging"],
        ),
        ("by_pupil_test", ["at_risk", "sex", "m_score", "adaptive", "consent"]),
    ],
)
def test_values_that_registers_lack_may_be_missing(world, name, columns):
    frame = world[name].head(20)
    for column in columns:
        kept = frame[column].astype("boolean") if frame[column].dtype == bool else frame[column]
        some = kept.where(pd.Series(range(20)) > 2)
        checked = check(frame.assign(**{column: some}), MICRODATA[name], name)
        assert checked[column].isna().sum() >= 3


def test_a_key_and_the_education_of_parents_are_never_missing(world):
    """Education has a code for what is not known: two ways to say so would be two groups."""
    frame = world["by_pupil"].head(20)
    for column in ("location", "education"):
        gaps = frame.assign(**{column: frame[column].where(frame.index > 2)})
        with pytest.raises(
            InputError, match=f"column {column} must satisfy: a value in every row; fewer than 10 of 20"
        ):
            check(gaps, MICRODATA["by_pupil"], "f")


def test_codes_are_those_of_the_edition():
    there = PUPILS.assign(background=["ilish", "norrish"], stadsdeel=["Haven", "Berg"])
    assert len(check(there, microdata(ELSEWHERE)["by_pupil"], "f")) == 2
    with pytest.raises(InputError, match="column background must satisfy: one of the known codes: 'none', 'moroccan'"):
        check(there, MICRODATA["by_pupil"], "f")
    with pytest.raises(InputError, match="column stadsdeel must satisfy: one of the known codes: 'Haven', 'Berg'"):
        check(there.assign(stadsdeel="Centrum"), microdata(ELSEWHERE)["by_pupil"], "f")


def test_a_school_without_a_concept_has_the_code_none_whatever_the_concepts_are():
    schools = pd.DataFrame({"location": ["a", "b"], "concept": ["none", "bos"]})
    assert len(check(schools, microdata(ELSEWHERE)["by_location"], "f")) == 2
    assert len(check(schools.assign(concept="anything"), MICRODATA["by_location"], "f")) == 2
    with pytest.raises(InputError, match="column concept must satisfy: one of the known codes: 'none', 'bos'"):
        check(schools.assign(concept="Dalton"), microdata(ELSEWHERE)["by_location"], "f")


def test_an_edition_that_says_nothing_has_the_groups_that_were_always_there():
    assert microdata(Codes())["by_pupil"].columns.keys() == MICRODATA["by_pupil"].columns.keys()
    assert "'none', 'moroccan', 'turkish'" in MICRODATA["by_pupil"].columns["background"].checks[0].error
    assert list(BACKGROUND) == Codes().backgrounds()


def test_the_tables_of_a_country_are_told_apart_from_those_of_a_city():
    assert required("by_pupil_country") == {"pupil", "year", "location", "advice_first"}
    assert {"region", "urbanicity", "income_quintile", "test"} <= optional("by_pupil_country")
    assert not {"region", "urbanicity"} & optional("by_pupil_advice")


def test_the_dictionary_says_what_an_office_may_do_without():
    rows = dictionary().set_index(["table", "column"])
    assert rows.loc[("by_pupil", "background"), ["presence", "missing"]].tolist() == ["optional", True]
    assert rows.loc[("by_pupil", "location"), ["presence", "missing"]].tolist() == ["required", False]
    assert set(dictionary({"by_pupil": MICRODATA["by_pupil"]})["table"]) == {"by_pupil"}
