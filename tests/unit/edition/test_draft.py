"""A new edition: the params file of another one, marked at what must be decided."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.edition.draft import begin, copied
from analysis.edition.marks import reminder, undecided
from analysis.edition.params import read_edition
from analysis.errors import InputError

PARAMS = Path(__file__).parents[3] / "params"
EDITIONS = sorted(PARAMS.glob("*.yml"))


@pytest.fixture
def like(tmp_path: Path) -> Path:
    path = tmp_path / "ci.yml"
    path.write_text((PARAMS / "ci.yml").read_text("utf8"), "utf8")
    return path


@pytest.mark.parametrize("path", EDITIONS, ids=lambda path: path.stem)
def test_a_copy_of_any_edition_has_its_parameters_and_a_name_of_its_own(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STAAT_DATA", raising=False)
    new = read_edition(begin("amsterdam-2031", path, tmp_path)).model_dump()
    assert new == {**read_edition(path).model_dump(), "edition": "amsterdam-2031"}


def test_comments_are_kept_and_what_must_be_decided_is_marked(tmp_path: Path) -> None:
    text = copied((PARAMS / "nederland-2016.yml").read_text("utf8"), "nederland-2017", "nederland-2016")
    path = tmp_path / "nederland-2017.yml"
    path.write_text(text, "utf8")
    assert "# The national report counts final advices" in text
    assert {"title", "school_years", "seed", "country.first_year", "advisering.cut_scores"} <= set(undecided(path))
    assert "advisering.stage" not in undecided(path)


@pytest.mark.parametrize("old", ["ci", "amsterdam-2020", "elsewhere", "nederland-2016"])
def test_a_copy_on_own_registers_keeps_all_but_the_data(
    old: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STAAT_DATA", raising=False)
    like = read_edition(PARAMS / f"{old}.yml")
    new = read_edition(begin("office-2031", PARAMS / f"{old}.yml", tmp_path, "office"))
    own = {"edition": "office-2031", like.source: {**new.model_dump()[like.source], "source": "own"}}
    assert new.intake == "office"
    assert not new.synthetic
    assert new.model_dump() == {**like.model_dump(), **own}


def test_a_year_later_is_suggested_but_not_written() -> None:
    text = copied('edition: a-2020\ntitle: A, 2019/20\nschool_years: ["2019/20"]\n', "a-2021", "a-2020")
    assert '# DECIDE: which school years is it about? One year on: ["2020/21"]\nschool_years: ["2019/20"]' in text


def test_a_copy_of_a_copy_is_marked_once() -> None:
    text = "edition: a-2020\ntitle: A city\n"
    again = copied(copied(text, "a-2021", "a-2020"), "a-2022", "a-2021")
    assert again == copied(text.replace("2020", "2021"), "a-2022", "a-2021")


def test_marks_that_are_taken_away_are_no_longer_named(like: Path, tmp_path: Path) -> None:
    path = begin("ci-2", like, tmp_path)
    assert reminder(path).startswith("ci-2.yml: ")
    lines = path.read_text("utf8").splitlines()
    path.write_text("\n".join(line for line in lines if "DECIDE" not in line), "utf8")
    assert not undecided(path)
    assert reminder(path) == ""


@pytest.mark.parametrize("name", ["Amsterdam", "a b", "../ci", "a_b", "-a", "", "a.yml"])
def test_a_name_that_cannot_be_one_is_refused(name: str, like: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be an edition's name"):
        begin(name, like, tmp_path)


def test_an_edition_that_exists_is_never_overwritten(like: Path, tmp_path: Path) -> None:
    (tmp_path / "ci-2.yml").write_text("mine", "utf8")
    with pytest.raises(InputError, match="already"):
        begin("ci-2", like, tmp_path)
    assert (tmp_path / "ci-2.yml").read_text("utf8") == "mine"


def test_a_copy_of_what_is_wrong_is_refused_and_leaves_nothing(like: Path, tmp_path: Path) -> None:
    like.write_text(like.read_text("utf8").replace("seed:", "sede:"), "utf8")
    with pytest.raises(InputError, match="did you mean seed"):
        begin("ci-2", like, tmp_path)
    assert not (tmp_path / "ci-2.yml").exists()
