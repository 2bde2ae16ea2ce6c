"""Which tables and chapters follow from what an office has."""

from __future__ import annotations

import pytest

from analysis.data.microdata import MICRODATA, required
from analysis.edition.model import BLOCKS
from analysis.edition.params import read_edition
from analysis.edition.readiness import Lack, following, readiness
from analysis.run.workspace import project_root

FULL = {name: frozenset(schema.columns) for name, schema in MICRODATA.items()}
PUPILS = {"by_pupil": FULL["by_pupil"], "by_location": FULL["by_location"]}
BUILT = {
    "by_situation",
    "by_choice_school",
    "by_choice",
    "by_home",
    "by_school_attended",
    "by_area",
    "by_school",
    "by_pc4",
}


def ready(delivered: dict[str, frozenset[str]], years: tuple[int, ...] = (2019,)) -> dict[str, list[str]]:
    blocks = read_edition(project_root() / "params" / "ci.yml", here=False).given
    return {stem: list(map(str, each.lacks)) for stem, each in readiness(blocks, delivered, years).items()}


def test_everything_follows_from_everything() -> None:
    assert BUILT | FULL.keys() <= following(FULL, (2019,)).keys()
    assert not any(ready(FULL).values())


def test_pupils_of_one_year_tell_attendance_and_nothing_of_a_year_before() -> None:
    one, two = (
        following(PUPILS, (2019,)),
        following({**PUPILS, "by_pupil_year": FULL["by_pupil"] | {"year"}}, (2018, 2019)),
    )
    assert BUILT | {"by_attendance", "by_stay"} <= one.keys()
    assert "by_location_lagged" not in one
    assert two["by_location_lagged"] == {"location", "places", "share_hoog", "share_nonwestern"}


def test_shares_sizes_and_distances_are_never_asked_for() -> None:
    derived = {"pupils", "size_class", "share_hoog", "share_at_risk", "share_nonwestern"}
    fewer = {"by_pupil": FULL["by_pupil"] - {"distance_km"}, "by_location": FULL["by_location"] - derived}
    assert following(fewer, (2019,))["by_location"] >= derived
    assert "distance_km" in following(fewer, (2019,))["by_pupil"]


def test_an_office_with_tests_alone_runs_their_chapter() -> None:
    found = ready({"by_pupil_test": FULL["by_pupil_test"]})
    assert "by_pupil_advice" in found["advisering"]
    assert found["segregation"]
    assert found["leergroei"] == []


def test_an_office_with_advice_alone_runs_its_chapter() -> None:
    found = ready({"by_pupil_advice": FULL["by_pupil_advice"]})
    assert found["advisering"] == []
    assert all(found[stem] for stem in ("leergroei", "school_choice", "staffing"))


def test_a_lack_is_named_as_a_mapping_names_it() -> None:
    assert str(Lack("by_pupil")) == "by_pupil"
    assert str(Lack("by_pupil", "groep")) == "by_pupil.groep"


ALONE = {"all": FULL, "pupils": PUPILS, "nothing": {}}
"""What an office has besides the table of which a column is left out."""


@pytest.mark.parametrize("besides", list(ALONE))
@pytest.mark.parametrize("table", list(FULL))
def test_whatever_is_left_out_it_is_known_what_follows(table: str, besides: str) -> None:
    """No combination of columns that the contracts let through is one that cannot be examined."""
    rest = {name: columns for name, columns in ALONE[besides].items() if name != table}
    for without in ({}, required(table), *(FULL[table] - {column} for column in FULL[table] - required(table))):
        delivered = {**rest, table: frozenset(without)} if without else rest
        years = {"by_pupil_year": delivered["by_pupil"] | {"year"}} if "by_pupil" in delivered else {}
        assert delivered.keys() <= following(delivered, (2019,)).keys()
        assert delivered.keys() <= following({**delivered, **years}, (2018, 2019)).keys()


@pytest.mark.parametrize("stem", list(BLOCKS))
def test_an_optional_column_that_is_left_out_keeps_the_chapter_and_is_named(stem: str) -> None:
    from analysis.chapters import chapters

    blocks = read_edition(project_root() / "params" / "ci.yml", here=False).given
    if stem not in blocks:
        pytest.skip("not in the edition ci")
    optional = [
        (table, column, what)
        for table, use in chapters()[stem].columns(blocks).items()
        for column, what in use.optional.items()
        if table in FULL and column not in required(table)
    ]
    for table, column, what in optional:
        without = {**FULL, table: FULL[table] - {column}}
        found = readiness(blocks, without, (2019,))[stem]
        derivable = column in following(without, (2019,))[table]
        assert not found.lacks
        assert derivable or (what, Lack(table, column)) in found.left_out


@pytest.mark.parametrize("stem", list(BLOCKS))
def test_a_required_column_that_is_left_out_is_named(stem: str) -> None:
    """Whatever a chapter declares as required of a table of the contracts, leaving it out makes it not ready."""
    from analysis.chapters import chapters

    blocks = read_edition(project_root() / "params" / "ci.yml", here=False).given
    if stem not in blocks:
        pytest.skip("not in the edition ci")
    for table, use in chapters()[stem].columns(blocks).items():
        for column in use.required - required(table) if table in FULL else ():  # the contract refuses the others
            without = {**FULL, table: FULL[table] - {column}}
            derivable = column in following(without, (2019,))[table]
            assert derivable or f"{table}.{column}" in ready(without)[stem]


def test_who_was_revised_follows_from_both_advices() -> None:
    for table in ("by_pupil_advice", "by_pupil_country"):
        columns = FULL[table] - {"revised"}
        assert "revised" in following({table: columns}, (2019,))[table]
        assert "revised" not in following({table: columns - {"advice_final"}}, (2019,))[table]
