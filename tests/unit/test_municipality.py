import shlex

import pandas as pd
import pytest

from analysis.edition.params import _apply
from analysis.errors import InputError
from analysis.municipality import is_in, spelled

DUO = ["'s-Gravenhage", "Súdwest-Fryslân", "Bergen (NH.)", "Bergen (L.)", "Bergen op Zoom", "Amsterdam", "Rotterdam"]


@pytest.mark.parametrize(
    ("region", "listed"),
    [
        ("'s-Gravenhage", "S GRAVENHAGE"),
        ("'s-Gravenhage", "'S-GRAVENHAGE"),
        ("Den Haag", "S GRAVENHAGE"),
        ("’s-Hertogenbosch", "S HERTOGENBOSCH"),
        ("den bosch", "S HERTOGENBOSCH"),
        ("Súdwest-Fryslân", "SUDWEST FRYSLAN"),
        ("Bergen (NH.)", "BERGEN NH"),
        ("Bergen (L.)", "BERGEN LB"),
        ("Nuenen, Gerwen en Nederwetten", "NUENEN CA"),
        ("amsterdam ", "AMSTERDAM"),
    ],
)
def test_a_municipality_is_found_however_a_list_writes_it(region, listed):
    assert is_in(pd.Series(["ROTTERDAM", listed, None, listed]), region).tolist() == [False, True, False, True]


def test_a_municipality_that_has_merged_is_on_no_later_list():
    assert is_in(pd.Series(["ALTENA", "ROTTERDAM", None]), "Aalburg").tolist() == [False] * 3


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("'s-Gravenhage", "'s-Gravenhage"),
        ("den haag", "'s-Gravenhage"),
        ("S-GRAVENHAGE", "'s-Gravenhage"),
        ("Sudwest Fryslan", "Súdwest-Fryslân"),
        ("Bergen NH", "Bergen (NH.)"),
        ("rotterdam", "Rotterdam"),
    ],
)
def test_a_municipality_is_meant_as_the_user_types_it(typed, name):
    assert spelled(typed, DUO, "region") == name


@pytest.mark.parametrize(
    ("typed", "name"), [("Gravenhage", "'s-Gravenhage"), ("Amsterdm", "Amsterdam"), ("Bergen", "Bergen (NH.)")]
)
def test_what_a_message_says_to_type_works_when_it_is_typed(typed, name):
    with pytest.raises(InputError, match="there is no such municipality") as error:
        spelled(typed, DUO, "region")
    option, setting = shlex.split(str(error.value).rpartition("type ")[2])
    assert option == "--set"
    raw = {}
    _apply(raw, setting)
    assert spelled(raw["region"], DUO, "region") == name


def test_a_name_that_begins_several_names_them_all():
    with pytest.raises(InputError, match=r"Bergen \(NH.\), Bergen \(L.\), Bergen op Zoom"):
        spelled("Bergen", DUO, "region")


@pytest.mark.parametrize("typed", ["'s-Gravenhage", '"\'s-Gravenhage"', "Bergen (NH.)", "010", "Súdwest-Fryslân"])
def test_a_region_is_set_as_it_is_typed(typed):
    raw = {}
    _apply(raw, f"region={typed}")
    assert raw["region"] == typed.strip('"')
