"""What --set makes has a name of its own, unless its user says that it takes the edition's place."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.compare.received import NAME
from analysis.edition.orders import order_of
from analysis.edition.variants import Naming, slug
from analysis.errors import InputError

ROOT = Path(__file__).parents[3]
CI = ROOT / "params" / "ci.yml"


def name(*settings: str, **how: object) -> str:
    return order_of(CI, settings, ROOT, None, Naming(**how)).edition


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ((), "ci"),
        (("school_choice.age=5",), "ci+school_choice.age=5"),
        (("school_choice.age=5", "school_choice.folds=4"), "ci+school_choice.age=5+school_choice.folds=4"),
        (("language=nl",), "ci+language=nl"),
        (("school_choice.age=4",), "ci"),  # its value in the file: nothing is set otherwise
    ],
)
def test_a_variant_is_called_after_what_is_set(settings: tuple[str, ...], expected: str) -> None:
    assert name(*settings) == expected
    assert NAME.fullmatch(expected)


def test_where_the_data_are_makes_no_variant() -> None:
    plain = order_of(ROOT / "params" / "amsterdam-duo-2017.yml", ("data.folder=elsewhere",), ROOT)
    assert plain.edition == "amsterdam-duo-2017"


def test_its_user_can_name_it_or_let_it_take_the_place_of_the_edition() -> None:
    older = order_of(CI, ("school_choice.age=5",), ROOT, None, Naming("older"))
    assert older.edition == older.facts["edition"] == "ci+older"
    assert older.command == "staat run params/ci.yml --set school_choice.age=5 --as older"
    assert older.settings == "--set school_choice.age=5 --as older"
    assert name("school_choice.age=5", name="ci+older") == "ci+older"
    replaced = order_of(CI, ("school_choice.age=5",), ROOT, None, Naming(replace=True))
    assert (replaced.edition, replaced.blocks["school_choice"]["age"]) == ("ci", 5)
    assert replaced.command.endswith("--set school_choice.age=5 --replace")


@pytest.mark.parametrize("given", ["Older", "../x", "a b", "+", "x/y"])
def test_a_name_that_is_no_part_of_a_folder_is_refused(given: str) -> None:
    with pytest.raises(InputError, match="is no name of a variant"):
        Naming(given)


def test_a_name_and_the_place_of_the_edition_exclude_each_other() -> None:
    with pytest.raises(InputError, match="--as, --replace"):
        Naming("older", replace=True)


def test_what_a_name_cannot_hold_is_told_apart() -> None:
    one, other = slug(["x.formula=a + b"]), slug(["x.formula=a * b"])
    assert one.startswith("x.formula=a-b-")
    assert other.startswith("x.formula=a-b-")
    assert one != other
    assert len(slug([f"school_choice.key{number}=1" for number in range(20)])) <= 80


def test_the_remembered_order_of_another_name_is_not_taken(tmp_path: Path) -> None:
    memory = tmp_path / ".cache"
    names = [
        order_of(CI, ("school_choice.age=5",), ROOT, memory, naming).edition
        for naming in (Naming(), Naming("older"), Naming(replace=True), Naming())
    ]
    assert names == ["ci+school_choice.age=5", "ci+older", "ci", "ci+school_choice.age=5"]
