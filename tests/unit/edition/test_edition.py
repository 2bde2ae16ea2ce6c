"""One message for every wrong key, with what to type instead; all of it before anything runs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Literal

import pytest
import yaml

from analysis.chapter import Chapter
from analysis.edition.model import BLOCKS, Edition, _type_name, parameter_rows
from analysis.edition.params import read_edition
from analysis.errors import InputError
from analysis.run.workspace import Workspace

SMALL = {
    "edition": "small",
    "title": "A small edition",
    "region": "Amsterdam",
    "school_years": ["2019/20"],
    "data": {"source": "synthetic", "scale": 0.1},
    "school_choice": {"age": 4},
}


def write(folder: Path, **changes: object) -> Path:
    path = folder / "small.yml"
    path.write_text(yaml.safe_dump({**SMALL, **changes}), "utf8")
    return path


def message(path: Path, *settings: str) -> str:
    with pytest.raises(InputError) as caught:
        read_edition(path, settings)
    return str(caught.value)


def test_defaults_fill_what_is_left_out(tmp_path: Path) -> None:
    edition = read_edition(write(tmp_path))
    assert edition.school_choice is not None
    assert edition.school_choice.max_iterations == 100
    assert set(edition.blocks) == {"data", "school_choice"}
    assert edition.synthetic


def test_a_chapter_knows_the_school_years_of_its_edition(tmp_path: Path) -> None:
    facts = read_edition(write(tmp_path, school_years=["2018/19", "2019/20"])).context
    chapter = Chapter(Workspace("school_choice", tmp_path, tmp_path, facts, frozenset(), frozenset()))
    assert chapter.years == "2018/19, 2019/20"


def test_a_misspelt_key_names_file_key_value_and_nearest_name(tmp_path: Path) -> None:
    path = write(tmp_path, school_choice={"agee": 5})
    said = message(path)
    for part in (
        str(path),
        "school_choice.agee",
        "given   5",
        "allowed models, age, ",
        "did you mean school_choice.age?",
    ):
        assert part in said


@pytest.mark.parametrize(
    ("changes", "key", "allowed"),
    [
        ({"seed": -1}, "seed", "greater than or equal to 0"),
        ({"seed": "three"}, "seed", "a valid integer"),
        ({"seed": "3"}, "seed", "a valid integer"),  # text that looks like a number is still text
        ({"school_choice": {"age": True}}, "school_choice.age", "a valid integer"),
        ({"school_choice": {"age": 13}}, "school_choice.age", "less than or equal to 12"),
        (
            {"school_choice": {"distance_edges_km": [1, 1]}},
            "school_choice.distance_edges_km",
            "the edges must increase",
        ),
        ({"data": {"source": "doo"}}, "data.source", "'synthetic', 'duo' or 'own'"),
        ({"choice_by_municipality": {}}, "", "set data.density_and_distance: true"),
        ({"choice_by_municipality": {"from_km": 2.0, "to_km": 2.0}}, "choice_by_municipality", "farther than from_km"),
        ({"data": {"source": "synthetic", "density_and_distance": True}}, "data", "leave it out"),
        ({"data": {"source": "duo", "scale": 0.5}}, "data", "scale applies to synthetic data only"),
        ({"data": {"source": "synthetic", "scale": float("nan")}}, "data.scale", "finite"),
        ({"language": "fr"}, "language", "'nl'"),
        ({"school_years": ["2019-20"]}, "school_years.0", "pattern"),
        ({"edition": "../elsewhere"}, "edition", "pattern"),
    ],
)
def test_a_wrong_value_names_key_and_what_is_allowed(
    tmp_path: Path, changes: dict[str, object], key: str, allowed: str
) -> None:
    said = message(write(tmp_path, **changes))
    assert f": {key}: " in said
    assert allowed in said


def test_all_errors_come_in_one_message(tmp_path: Path) -> None:
    said = message(write(tmp_path, seed=-1, languag="en", school_choice={"age": 3}))
    assert [part in said for part in (": seed:", ": languag:", ": school_choice.age:")] == [True, True, True]


def test_a_missing_key_shows_its_meaning(tmp_path: Path) -> None:
    path = tmp_path / "small.yml"
    path.write_text(yaml.safe_dump({name: value for name, value in SMALL.items() if name != "title"}), "utf8")
    assert "title on the pages" in message(path)


def test_an_edition_bears_its_files_name(tmp_path: Path) -> None:
    assert "cannot overwrite last year's outputs" in message(write(tmp_path, edition="other"))


def test_an_empty_block_is_not_silently_a_skipped_notebook(tmp_path: Path) -> None:
    assert "write `school_choice: {}`" in message(write(tmp_path, school_choice=None))


def test_a_key_given_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "small.yml"
    path.write_text("seed: 1\nseed: 2\n", "utf8")
    assert "'seed' stands twice" in message(path)


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "a: [1", "\x00"])
def test_a_file_that_is_no_mapping_is_one_message(tmp_path: Path, text: str) -> None:
    path = tmp_path / "small.yml"
    path.write_text(text, "utf8")
    assert str(path) in message(path)


def test_a_missing_file_names_the_nearest(tmp_path: Path) -> None:
    write(tmp_path)
    assert "did you mean" in message(tmp_path / "smal.yml")


def test_set_overrides_one_value_under_the_same_checks(tmp_path: Path) -> None:
    path = write(tmp_path)
    edition = read_edition(path, ["school_choice.age=5", "school_choice.tolerance=1e-8"])
    assert edition.school_choice is not None
    assert (edition.school_choice.age, edition.school_choice.tolerance) == (5, 1e-8)
    assert "--set school_choice.age=13" in message(path, "school_choice.age=13")
    assert "did you mean school_choice.age?" in message(path, "school_choice.aeg=5")
    assert "must look like block.key=value" in message(path, "school_choice.age")


def test_the_data_folder_comes_from_set_then_environment_then_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STAAT_DATA", raising=False)
    path = write(tmp_path)
    assert read_edition(path).data.folder == "data"
    monkeypatch.setenv("STAAT_DATA", "from-environment")
    assert read_edition(path).data.folder == "from-environment"
    assert read_edition(path, ["data.folder=from-set"]).data.folder == "from-set"


def test_an_edition_cannot_be_changed(tmp_path: Path) -> None:
    edition = read_edition(write(tmp_path))
    with pytest.raises(ValueError, match="frozen"):
        edition.seed = 3  # type: ignore[misc]


def test_every_parameter_says_what_it_means() -> None:
    rows = list(parameter_rows())
    fields = sum(len(model.model_fields) for model in (Edition, *BLOCKS.values()))
    assert len(rows) == fields - len(BLOCKS)  # the blocks themselves are no parameters
    assert all(row["meaning"] and row["type"] for row in rows)


VALUE_ADDED = {"edition": "small", "title": "A title", "region": "Netherlands", "school_years": ["1988/89"]}


def write_value_added(folder: Path, **changes: object) -> Path:
    path = folder / "small.yml"
    path.write_text(yaml.safe_dump({**VALUE_ADDED, "value_added": {"folder": "somewhere"}, **changes}), "utf8")
    return path


def test_an_edition_may_be_of_real_tests_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STAAT_DATA", raising=False)
    edition = read_edition(write_value_added(tmp_path))
    assert set(edition.blocks) == {"value_added"}
    assert not edition.synthetic
    assert edition.folder == "somewhere"
    assert edition.recorded().blocks["value_added"]["folder"] == "data"
    monkeypatch.setenv("STAAT_DATA", "from-environment")
    assert read_edition(write_value_added(tmp_path)).folder == "from-environment"


def test_an_edition_has_one_place_of_data(tmp_path: Path) -> None:
    neither = {**VALUE_ADDED}
    path = tmp_path / "small.yml"
    path.write_text(yaml.safe_dump(neither), "utf8")
    assert "an edition stands on one of the blocks" in message(path)
    assert "an edition stands on one of the blocks" in message(
        write_value_added(tmp_path, data={"source": "synthetic"})
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"subjects": ["lezen", "taal"]}, "subjects: no groepen are given for taal"),
        ({"control_years": ["2018/19", "2017/18"]}, "must be in order and come before the closure year"),
        ({"closure_year": "2018/19"}, "must be in order and come before the closure year"),
        ({"example_groep": 3}, "the example pupils must be of a subject in `subjects`"),
        ({"example_level": "V"}, "not the lowest"),
        ({"coverage": 1.5}, "less than or equal to 1"),
    ],
)
def test_a_growth_chapter_that_contradicts_itself_is_refused(
    tmp_path: Path, changes: dict[str, object], said: str
) -> None:
    assert said in message(write(tmp_path, leergroei=changes))


def test_a_growth_chapter_needs_tests_of_pupils(tmp_path: Path) -> None:
    said = message(write(tmp_path, data={"source": "duo"}, leergroei={}))
    assert "needs pupils' tests" in said


def test_groepen_by_subject_are_a_parameter() -> None:
    row = next(row for row in parameter_rows() if row["key"] == "leergroei.groepen")
    assert (row["type"], row["unit"]) == ("lists of numbers by name", "groep")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"country": {}}, "an edition stands on one of the blocks"),
        ({"data": None}, "an edition stands on one of the blocks"),
        ({"data": {"source": "duo"}, "advisering": {}}, "open data have no advice"),
        ({"advisering": {"table": "by_pupil_country"}}, "goes with the block country"),
        ({"advisering": {"gaps_by": ["region"]}}, "known of the country only"),
        ({"advisering": {"cut_scores": {"2018/19": [501, 510]}}}, "eight scores, or six"),
        ({"data": None, "country": {"first_year": 2014, "last_year": 2015}}, "at least two years after the first"),
    ],
)
def test_a_chapter_on_advice_rests_on_pupils_that_the_edition_has(changes, problem) -> None:
    raw = {**SMALL, **changes}
    with pytest.raises(ValueError, match=re.escape(problem)):
        Edition.model_validate_json(json.dumps({name: value for name, value in raw.items() if value is not None}))


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        (
            "school_choice.age=010",
            "--set school_choice.age=010: school_choice.age: a number must not begin with a zero",
        ),
        ("seed=0777", "leave the zero out: 777"),
        ("timeout=1:30", "--set timeout=1:30: timeout: some readers take this for hours, minutes and seconds"),
        ("school_choice.distance_edges_km=[0100]", "school_choice.distance_edges_km.0: a number must not begin"),
        ("advisering.half_levels=No", "if it is a text, quote it"),
        ("title=No", "at least 3 characters"),  # a text of the edition is taken as it is typed
        ("seed=1e3", "a valid integer"),
    ],
)
def test_a_setting_is_read_as_the_file_is(tmp_path: Path, setting: str, said: str) -> None:
    assert said in message(write(tmp_path), setting)


def test_a_setting_that_undoes_an_earlier_one_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path)
    assert "--set seed=2: undoes --set seed=1" in message(path, "seed=1", "seed=2")
    assert "undoes --set school_choice.age=5" in message(path, "school_choice.age=5", "school_choice={}")
    edition = read_edition(path, ["school_choice={}", "school_choice.age=5"])
    assert edition.school_choice is not None
    assert edition.school_choice.age == 5


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (tuple[Literal["laag", "hoog"], ...], "list of laag | hoog"),
        (tuple[str, ...], "list of text"),
        (tuple[float, ...], "list of numbers"),
        (Literal["first", "final"], "first | final"),
        (bool, "true | false"),
    ],
)
def test_the_type_of_a_parameter_is_said_in_words(annotation: object, words: str) -> None:
    assert _type_name(annotation) == words
