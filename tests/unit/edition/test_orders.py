"""From the name of an edition to the order of a run; and what is remembered of it."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.edition import orders
from analysis.edition.chain import CHAIN
from analysis.edition.orders import order_of, order_of_published, params_file, project_of
from analysis.errors import InputError
from analysis.run.assess import Assessor

ROOT = Path(__file__).parents[3]


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
    assert checked == ["ci+school_choice.age=5"]
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
    assert order_of(params, [], ROOT, tmp_path).places["data.folder"] == tmp_path
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
        return {path for path in resources if path.endswith(".po")}

    assert orders.languages() == ["nl"]
    assert used() == set()
    assert {f"{orders.LOCALES}/nl/common.po", "chapters/segregation/nl.po"} <= used("language=nl")


@pytest.fixture
def copied_code(tmp_path: Path) -> Path:
    """A copy of the code, to be changed."""
    return Path(shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__")))


ASK = """
import sys
from pathlib import Path
from analysis.edition import orders
make = orders._order
orders._order = lambda *given: (print("checked"), make(*given))[1]
order = orders.order_of(Path(sys.argv[1]), [], Path(sys.argv[2]), Path(sys.argv[3]))
print(order.blocks["school_choice"]["max_iterations"], order.places["data.folder"])
"""


def ask(code: Path, params: Path, memory: Path) -> list[str]:
    words = [sys.executable, "-B", "-c", ASK, str(params), str(ROOT), str(memory)]
    environment = {**os.environ, "PYTHONPATH": str(code), "STAAT_DATA": ""}
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=True).stdout.splitlines()


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        ("chapters/school_choice/parameters.py", "default=100", "default=150"),  # a default of a block
        ("declare.py", '"""What chapters are', '"""What a chapter is'),
        ("plain_yaml.py", "DEEPEST = 20", "DEEPEST = 21"),
        ("errors.py", "exit_code = 1", "exit_code = 3"),
    ],
)
def test_an_order_is_made_anew_when_code_that_read_it_changed(
    copied_code: Path, params: Path, tmp_path: Path, module: str, old: str, new: str
) -> None:
    first = ask(copied_code, params, tmp_path / "memory")
    assert first[0] == "checked"
    assert ask(copied_code, params, tmp_path / "memory") == first[1:]
    path = copied_code / "analysis" / module
    text = path.read_text("utf8")
    assert old in text
    path.write_text(text.replace(old, new), "utf8")
    again = ask(copied_code, params, tmp_path / "memory")
    assert again[0] == "checked"
    assert again[1].split()[0] == ("150" if "school_choice" in module else "100")


def test_an_order_of_other_code_or_languages_is_not_taken_over(copied_code: Path, params: Path, tmp_path: Path) -> None:
    assert ask(ROOT / "src", params, tmp_path / "memory")[0] == "checked"
    assert ask(copied_code, params, tmp_path / "memory")[0] == "checked"
    (copied_code / "analysis" / orders.LOCALES / "fy").mkdir()
    assert ask(copied_code, params, tmp_path / "memory")[0] == "checked"


def test_a_link_to_the_data_may_be_turned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The remembered order names the link, not of the folder that it once led to."""
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "one")
    monkeypatch.setenv("STAAT_DATA", str(tmp_path / "link"))
    path = ROOT / "params" / "amsterdam-duo-2017.yml"
    order_of(path, [], ROOT, tmp_path / "memory")
    (tmp_path / "link").unlink()
    (tmp_path / "link").symlink_to(tmp_path / "other")
    assert order_of(path, [], ROOT, tmp_path / "memory").places["data.folder"].resolve() == tmp_path / "other"


def test_the_recorded_command_can_be_pasted(params: Path) -> None:
    settings = ["title=Een kleine stad; echo 'x' $HOME", "school_choice.age=5", "data.folder=/home/someone"]
    command = order_of(params, settings, ROOT).command
    assert shlex.split(command) == ["staat", "run", "ci.yml", "--set", settings[0], "--set", settings[1]]
    assert order_of(ROOT / "params" / "ci.yml", (), ROOT).command == "staat run params/ci.yml"


def test_what_a_chapter_declares_wrongly_ends_a_run_before_anything_is_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "segregation"
    folder.mkdir()
    (folder / "findings.yml").write_text("findings: {change: {figure: no_such}}\n", encoding="utf8")
    monkeypatch.setattr(orders, "CHAPTERS", tmp_path)
    order = orders.order_of(ROOT / "params" / "ci.yml", (), ROOT)
    with pytest.raises(InputError, match=r"segregation/findings.yml: findings.change.figure"):
        orders.check_declarations(order)


MAPPING = """
intake: office
synthetic: false
years: [2019]
files: {pupils: {path: pupils.csv, keys: [key]}}
tables:
  by_pupil_advice:
    from: pupils
    columns:
      pupil: {number: [key]}
      year: {year: calendar}
      location: {key: [school]}
      education: {text: education}
      advice_first: {decimal: first}
      advice_final: {decimal: final}
      revised: {flag: revised, yes_codes: ["1"], no_codes: ["0"]}
"""


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A folder of an office, outside the project: its edition, its mapping, and the place of its files."""
    (tmp_path / "intake").mkdir()
    (tmp_path / "intake" / "office.yml").write_text(MAPPING, "utf8")
    data = "data: {source: own, intake: office, folder: registers}\n"
    shared = 'edition: own\ntitle: Registers\nregion: Amsterdam\nschool_years: ["2019/20"]\npublisher: An office\n'
    (tmp_path / "params.yml").write_text(
        f"{shared}{data}advisering: {{table: by_pupil_advice}}\nteachers: {{}}\n", "utf8"
    )
    return tmp_path


def published(params: Path, outputs: Path) -> Path:
    """What a run of a params file leaves of it: the manifest."""
    order = order_of(params, (), ROOT)
    folder = outputs / order.edition
    folder.mkdir(parents=True)
    facts = {name: value for name, value in order.facts.items() if name != "parameters"}
    given = {"parameters": {**order.shared, **order.blocks}, "facts": facts}
    manifest = {"command": order.command, **given, "outputs": {}}
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf8")
    return folder


def test_an_edition_of_an_office_is_repeated_from_its_params_file(office: Path, tmp_path: Path) -> None:
    """No manifest says where registers and mapping are: the params file that made it does, seen from its folder."""
    folder = published(office / "params.yml", tmp_path / "outputs")
    assert str(tmp_path) not in (folder / "manifest.json").read_text("utf8")
    assert orders.edition_named(str(office / "params.yml")) == "own"
    first, again = (
        order_of(office / "params.yml", (), ROOT),
        order_of_published(folder, (), ROOT, office / "params.yml"),
    )
    assert again == first
    assert again.facts["absent"]["teachers"]["lacks"] == again.context["absent"]["teachers"]["lacks"] == ["by_teacher"]
    assert again.places == {"data.folder": office / "registers", "data.intake": office / "intake"}


def test_who_names_the_edition_of_an_office_alone_is_told_to_name_its_params_file(office: Path, tmp_path: Path) -> None:
    folder = published(office / "params.yml", tmp_path / "outputs")
    with pytest.raises(InputError, match=r"there is no .*own\.yml\n.*staat verify DIR/params\.yml"):
        order_of_published(folder, (), ROOT)


def test_an_edition_of_the_project_is_repeated_on_the_folder_that_its_params_file_names(tmp_path: Path) -> None:
    text = (ROOT / "params" / "amsterdam-duo-2017.yml").read_text("utf8")
    path = tmp_path / "amsterdam-duo-2017.yml"
    path.write_text(text.replace("  folder: data", "  folder: elsewhere"), "utf8")
    folder = published(path, tmp_path / "outputs")
    assert order_of_published(folder, (), ROOT).places["data.folder"] == ROOT / "data"
    assert order_of_published(folder, (), ROOT, path).places["data.folder"] == ROOT / "elsewhere"
