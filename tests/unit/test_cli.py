"""What a person types, and what comes back: text and exit code."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from analysis.cli import app

ROOT = Path(__file__).parents[2]


def staat(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "analysis.cli", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["params/cii.yml"], "did you mean params/ci.yml?"),
        (["params/ci.yml", "--set", "school_choice.agee=5"], "did you mean school_choice.age?"),
        (["params/ci.yml", "--set", "school_choice.age=99"], "less than or equal to 12"),
        (["params/amsterdam-duo-2017.yml", "--set", "data.folder=nowhere"], "there is no such folder"),
    ],
)
def test_wrong_input_is_one_message_and_exit_code_2(words: list[str], said: str, tmp_path: Path) -> None:
    done = staat("run", *words, "--outputs", str(tmp_path), STAAT_DATA="")
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert {path.name for path in tmp_path.iterdir()} <= {".cache"}


def test_missing_source_files_are_named_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    words = ["params/amsterdam-duo-2017.yml", "--set", f"data.folder={tmp_path / 'data'}"]
    done = staat("run", *words, "--outputs", str(tmp_path / "outputs"), STAAT_DATA="")
    assert done.returncode == 2
    assert "no files of pupils here" in done.stderr
    assert {path.name for path in (tmp_path / "outputs").glob("*")} <= {".cache"}


def test_a_release_of_no_edition_and_into_no_folder_of_its_own_is_exit_code_2(tmp_path: Path) -> None:
    done = staat("release", "nowhere", "--to", str(tmp_path / "to"), "--outputs", str(tmp_path))
    assert (done.returncode, "there is no such published edition" in done.stderr) == (2, True)
    assert staat("release", "ci").returncode == 2  # without --to
    assert {path.name for path in tmp_path.iterdir()} <= {".cache"}


def test_status_says_by_its_exit_code_whether_anything_would_run(tmp_path: Path) -> None:
    done = staat("status", "ci", "--json", "--outputs", str(tmp_path))
    (edition,) = json.loads(done.stdout)
    assert (done.returncode, edition["edition"], edition["up_to_date"]) == (1, "ci", False)
    assert {step["state"] for step in edition["steps"]} <= {"stale", "follows"}


def test_a_step_that_no_edition_has_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    for option in ("--only", "--from"):
        done = staat("run", "ci", option, "school_chioce", "--outputs", str(tmp_path))
        assert done.returncode == 2
        assert "did you mean school_choice?" in done.stderr


def test_editions_without_their_data_are_named_at_the_end_and_the_others_run(tmp_path: Path) -> None:
    words = ["amsterdam-duo-2017", "nederland-duo-2017", "--set", f"data.folder={tmp_path / 'nowhere'}"]
    done = staat("run", *words, "--outputs", str(tmp_path), STAAT_DATA="")
    assert done.returncode == 2
    for name in ("amsterdam-duo-2017", "nederland-duo-2017"):
        assert f"{name}: did not run: " in done.stderr
    assert done.stderr.count("there is no such folder") == 2


def test_the_version_is_said() -> None:
    done = staat("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("staat 0.1.0, Python 3.")


COMMANDS = typer.main.get_command(app)
EVERY = {**COMMANDS.commands, **COMMANDS.commands["intake"].commands}


@pytest.mark.parametrize("name", sorted(EVERY.keys() - {"intake"}))
def test_the_help_of_every_command_has_an_example(name: str) -> None:
    assert re.search(rf"Examples?: `staat (?:intake )?{name}\b", EVERY[name].help)


def test_an_unknown_command_or_option_is_exit_code_2() -> None:
    assert staat("rn").returncode == 2
    assert staat("run", "params/ci.yml", "--fast").returncode == 2


def test_every_parameter_is_listed() -> None:
    done = staat("params")
    assert done.returncode == 0
    for part in ("school_choice.age", "whole number", "years", "4", "age of the entry cohort on 1"):
        assert part in done.stdout


def test_commands_that_run_nothing_import_neither_pandas_nor_papermill() -> None:
    code = (
        "import sys, contextlib, io, analysis.cli as cli\n"
        "sys.argv = ['staat', 'params']\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit): cli.main()\n"
        "print(sorted({'pandas', 'papermill', 'matplotlib', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("words", "variable", "said"),
    [
        (
            ["ci"],
            "DIR",
            "STAAT_DATA=DIR: the edition ci is synthetic: its data are made up, and the folder is",
        ),
        (["nederland-2016"], "DIR", "the edition nederland-2016 is synthetic"),
        (["tekorten-2025"], "DIR", "the edition tekorten-2025 is synthetic"),
        (["amsterdam-duo-2017", "ci"], "DIR", "the edition ci is synthetic"),
        (["ci", "--set", "data.folder=DIR"], "", "data.folder: the edition ci is synthetic"),
        (["ci", "--only", "data"], "DIR", "the edition ci is synthetic"),
    ],
)
def test_a_folder_that_a_made_up_edition_does_not_use_is_refused(
    words: list[str], variable: str, said: str, tmp_path: Path
) -> None:
    done = staat("run", *words, "--outputs", str(tmp_path), STAAT_DATA=variable)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "or run an edition on files (data.source: duo), such as amsterdam-duo-2017" in done.stderr
    assert {path.name for path in tmp_path.iterdir()} <= {".cache"}


@pytest.mark.parametrize(
    ("place", "said"), [("nowhere", "there is no such folder"), ("a file", "is a file, not a folder")]
)
def test_a_data_folder_that_is_none_is_refused(place: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("", "utf8")
    folder = str(tmp_path / place)
    done = staat("run", "amsterdam-duo-2017", "--outputs", str(tmp_path / "outputs"), STAAT_DATA=folder)
    assert done.returncode == 2
    assert f"{folder}: data.folder: {said}" in done.stderr


def test_a_terminal_without_our_signs_shows_others() -> None:
    done = staat("params", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "school_choice.age" in done.stdout


def test_who_has_no_home_can_run() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "HOME"}
    code = (
        "import pwd, pathlib\n"
        "def nobody(*_): raise KeyError('no such user')\n"
        "pwd.getpwuid = nobody\n"
        "from analysis.run.kernel.execute import _home\n"
        "print(_home())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "{}\n"


@pytest.mark.parametrize("command", ["tables", "findings", "sweep", "card", "run"])
def test_the_help_of_a_command_has_an_example(command: str) -> None:
    done = staat(command, "--help", COLUMNS="200")
    assert done.returncode == 0
    assert f"staat {command} " in done.stdout.replace("Usage", "", 1).split("\n", 2)[2]


def test_tables_and_sweeps_of_nothing_are_exit_code_2(tmp_path: Path) -> None:
    outputs = ("--outputs", str(tmp_path))
    wrong = {
        ("tables", "ci", "--to", str(tmp_path / "ci.sqlite")): "there is no such published edition",
        ("findings", "ci"): "there is no such published edition",
        ("sweep", "ci", "--over", "school_choice.age"): "must look like block.key=A,B",
        ("sweep", "ci", "--over", "school_choice.agee=4,5"): "did you mean school_choice.age?",
        ("run", "ci", "--set", "school_choice.age=5", "--as", "../x"): "is no name of a variant",
    }
    for words, said in wrong.items():
        done = staat(*words, *outputs)
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert {path.name for path in tmp_path.iterdir()} <= {".cache"}
