"""From the name of an edition to the order of a run; and what is remembered of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from analysis import orders
from analysis.chain import CHAIN
from analysis.errors import InputError
from analysis.orders import order_of, params_file, project_of
from analysis.run.assess import Assessor

ROOT = Path(__file__).parents[2]


@pytest.fixture
def params(tmp_path: Path) -> Path:
    return Path(shutil.copy(ROOT / "params" / "ci.yml", tmp_path / "ci.yml"))


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The editions that were really checked, not remembered."""
    made: list[str] = []
    make = orders._order
    monkeypatch.setattr(orders, "_order", lambda *given: (made.append(given[0].edition), make(*given))[1])
    return made


def test_an_edition_is_named_as_such_or_by_its_file() -> None:
    assert params_file(ROOT, "ci") == ROOT / "params" / "ci.yml"
    assert params_file(ROOT, "params/ci.yml") == Path("params/ci.yml")
    with pytest.raises(InputError, match="did you mean amsterdam-2020"):
        params_file(ROOT, "amsterdam-2021")


def test_an_order_that_was_checked_is_remembered_whole(params: Path, tmp_path: Path, checked: list[str]) -> None:
    first = order_of(params, ["school_choice.age=5"], ROOT, tmp_path)
    again = order_of(params, ["school_choice.age=5"], ROOT, tmp_path)
    assert checked == ["ci"]
    assert again == first
    assert again.blocks["school_choice"]["age"] == 5


def test_another_file_setting_or_data_folder_is_checked_anew(
    params: Path, tmp_path: Path, checked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STAAT_DATA", raising=False)
    order_of(params, [], ROOT, tmp_path)
    assert order_of(params, ["seed=2"], ROOT, tmp_path).seed == 2
    params.write_text(params.read_text("utf8").replace("title:", "title: The new one and"), "utf8")
    assert "The new one" in order_of(params, [], ROOT, tmp_path).heading
    monkeypatch.setenv("STAAT_DATA", str(tmp_path))
    assert order_of(params, [], ROOT, tmp_path).places == {"data.folder": tmp_path}
    assert len(checked) == 4


def test_what_is_wrong_or_damaged_is_not_remembered(params: Path, tmp_path: Path, checked: list[str]) -> None:
    for _ in range(2):
        with pytest.raises(InputError, match="seed"):
            order_of(params, ["seed=-1"], ROOT, tmp_path)
    first = order_of(params, [], ROOT, tmp_path)
    for memory in tmp_path.glob("order-*.json"):
        memory.write_text('{"state": 1}', "utf8")
    assert order_of(params, [], ROOT, tmp_path) == first
    assert checked == ["ci", "ci"]


def test_a_catalogue_counts_for_editions_in_its_language_alone(params: Path, tmp_path: Path) -> None:
    """A corrected word in Dutch reruns no English edition."""

    def used(*settings: str) -> set[str]:
        assessor = Assessor(order_of(params, settings, ROOT), CHAIN, project_of(ROOT, tmp_path))
        resources = assessor.reach(assessor.steps[0]).resources
        return {path for path in resources if path.startswith(orders.LOCALES)}

    assert orders.languages() == ["nl"]
    assert used() == set()
    assert f"{orders.LOCALES}/nl/common.po" in used("language=nl")
