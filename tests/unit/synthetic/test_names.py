"""The made-up world in the words of an edition: the same truth, other codes, and nothing that is not theirs."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.codes import BACKGROUND, Background, Codes, Label
from analysis.data.derive import composition
from analysis.data.microdata import microdata
from analysis.intake import microdata_of
from analysis.synthetic.advice_national import PEOPLE
from analysis.synthetic.names import KNOWN, backgrounds, encrypted, named, named_people
from analysis.synthetic.shapes import district_of, district_outlines
from analysis.synthetic.truth import Truth
from analysis.synthetic.truth_rows import truth_rows
from analysis.synthetic.world import make_world, open_data

OF_THE_CITY = "(?i)amsterdam|nieuw-west|zuidoost|centrum|moroccan|turkish|surinam|dalton|montessori"


def groups(**kinds):
    return {code: Background(en=code, nl=code, kind=kind) for code, kind in kinds.items()}


ELSEWHERE = Codes(
    background=groups(vestrian="nonwestern", local="none", ilish="nonwestern", norrish="western"),
    stadsdeel=("Haven", "Berg", "Oever"),
    concept={"wood": Label(en="wood school", nl="bosschool"), "shop": Label(en="shop", nl="werkplaats")},
    school_keys="encrypted",
)


@pytest.fixture(scope="module")
def world():
    return make_world(0.05, 3, codes=ELSEWHERE, region="Elderhaven")


def test_a_truth_that_names_nothing_is_itself():
    assert truth_rows(named(Truth(), Codes())).equals(truth_rows(Truth()))
    assert named_people(PEOPLE, Codes()) is PEOPLE


def test_the_order_of_codes_on_pages_makes_no_other_world():
    turned = Codes(
        background=dict(reversed(BACKGROUND.items())),
        stadsdeel=("West", "Zuidoost", "Noord", "Centrum", "Zuid", "Oost", "Nieuw-West"),
    )
    assert truth_rows(named(Truth(), turned)).equals(truth_rows(Truth()))


def test_every_table_meets_the_contract_of_the_editions_codes(world):
    tables = microdata_of(world, ELSEWHERE)
    assert set(tables) == set(microdata(ELSEWHERE)) - {"by_pupil_country"}
    assert set(tables["by_pupil"]["background"]) == set(ELSEWHERE.background)
    assert set(tables["by_pupil"]["stadsdeel"]) == set(ELSEWHERE.stadsdeel)
    assert set(tables["by_location"]["concept"]) <= {"none", "wood", "shop"}
    assert set(tables["by_pupil_advice_national"]["background"]) == set(ELSEWHERE.background)


def test_no_word_of_the_published_city_is_left(world):
    texts = [frame.select_dtypes(["str", "object"]) for frame in microdata_of(world, ELSEWHERE).values()]
    own = [frame.drop(columns="municipality", errors="ignore") for frame in texts]  # the country has its five cities
    found = [name for frame in own for name in frame if frame[name].str.contains(OF_THE_CITY).any()]
    assert found == []
    truth = truth_rows(world.truth)
    assert not (truth["parameter"] + truth["value"]).str.contains(OF_THE_CITY).any()
    assert world.truth.advice.region == "elderhaven"


def test_schools_have_encrypted_keys_that_join_every_table(world):
    keys = world.frames["by_location"]["location"]
    assert keys.str.fullmatch(r"[0-9a-f]{32}\d{2}").all()
    assert keys.is_unique
    for table, column in (("by_pupil", "location"), ("by_pupil_test", "location"), ("by_attendance", "nearest")):
        assert world.frames[table][column].isin(keys).all()
    assert len(open_data(world, "Elderhaven", 2018).by_location_point) > 0


def test_a_key_keeps_its_vestiging_and_two_schools_of_a_brin_their_beginning():
    made = encrypted({"by_location": pd.DataFrame({"location": ["99AA00", "99AA01", "99AB00"], "pupils": [1, 2, 3]})})
    first, second, third = made["by_location"]["location"]
    assert (first[:32], first[32:], second[32:]) == (second[:32], "00", "01")
    assert third[:32] != first[:32]


def test_the_share_of_a_group_is_that_of_the_one_it_resembles():
    alike = backgrounds(ELSEWHERE)
    assert alike == {"local": "none", "vestrian": "moroccan", "ilish": "turkish", "norrish": "western"}
    truth = named(Truth(), ELSEWHERE).pupils
    assert truth.background == {"local": 0.39, "vestrian": 0.17, "ilish": 0.07, "norrish": 0.18}
    assert truth.education["ilish"] == Truth().pupils.education["turkish"]


def test_more_groups_and_parts_than_the_published_city_has_share_what_is_known():
    many = Codes(
        background=groups(local="none", **{f"group{n}": "nonwestern" for n in range(9)}, norrish="western"),
        stadsdeel=tuple(f"part {n}" for n in range(12)),
    )
    truth = named(Truth(), many)
    shares = truth.pupils.background
    assert len(shares) == 11
    assert shares["group0"] == pytest.approx(0.17 / 3)  # groups 0, 4 and 8 resemble the first of four
    assert sum(shares.values()) == pytest.approx(1.0)
    assert len(truth.city.stadsdelen) == 12
    made = make_world(0.03, 1, codes=many)
    assert set(made.frames["by_pupil"]["stadsdeel"]) == set(many.stadsdeel)


def test_a_code_that_is_known_is_itself_among_new_ones():
    codes = replace_background(KNOWN, groups(none="none", caribbean="nonwestern", turkish="nonwestern"))
    assert backgrounds(codes) == {"none": "none", "caribbean": "moroccan", "turkish": "turkish"}


def replace_background(codes, background):
    return codes.model_copy(update={"background": background})


def test_nonwestern_follows_from_the_kind_and_not_from_the_name(world):
    by_pupil, schools = world.frames["by_pupil"], world.frames["by_location"].set_index("location")
    shares = composition(by_pupil, ("vestrian", "ilish"))["share_nonwestern"]
    regular = schools.loc[~schools["special"].to_numpy(bool), "share_nonwestern"].dropna()
    assert np.allclose(shares.reindex(regular.index), regular)
    assert 0.1 < regular.mean() < 0.9


def test_parents_without_a_migration_background_choose_as_such_whatever_their_code():
    """With only the code changed, every child attends the same school."""
    renamed = {("local" if code == "none" else code): label for code, label in BACKGROUND.items()}
    one = make_world(0.03, 5).frames["by_pupil"]
    other = make_world(0.03, 5, codes=Codes(background=renamed)).frames["by_pupil"]
    pd.testing.assert_frame_equal(one.replace({"background": {"none": "local"}}), other)


@pytest.mark.parametrize("number", [1, 2, 5, 7, 12])
def test_the_parts_of_a_city_cover_it_once(number):
    names = [f"part {n}" for n in range(number)]
    angle = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    x, y = np.cos(angle) * 5, np.sin(angle) * 5
    beside = district_of(x, y, 7.0, names)
    assert set(beside) == set(names[1:] or names)
    assert set(district_of(np.array([0.1]), np.array([0.1]), 7.0, names)) == {names[0]}
    assert list(dict.fromkeys(district_outlines(7.0, names)["area"])) == names


def test_fields_that_only_say_what_codes_mean_are_no_truth():
    truth = replace(Truth().pupils, nonwestern=("a", "b"))
    assert not truth_rows(truth)["parameter"].str.startswith("nonwestern").any()
