"""`staat diff` and `staat new` as a person types them, on small editions made by hand."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def _helpers() -> Any:
    place = ROOT / "tests" / "unit" / "compare" / "conftest.py"
    spec = importlib.util.spec_from_file_location("compared_editions", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    helpers = _helpers()
    editions = helpers.Editions(tmp_path_factory.mktemp("outputs"))
    moved = helpers.estimates(estimate=[0.5, 0.1, 0.3], ci_low=[0.4, 0.02, 0.1], ci_high=[0.6, 0.18, 0.5])
    editions.make("a", findings={"near": "40% go near."})
    editions.make("b", {"school_choice": {"estimates": moved}}, parameters={"school_choice": {"age": 5}})
    editions.make("half")
    (editions.outputs / "half" / "manifest.json").write_text('{"edition": "half"', "utf8")
    return editions.outputs


def staat(*words: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "STAAT_DATA": ""}
    command = [sys.executable, "-m", "analysis.cli", *words]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, env=environment)


def test_what_changed_is_shown_and_is_on_a_page_beside_the_editions(outputs: Path) -> None:
    done = staat("diff", "a", "b", "--outputs", str(outputs))
    assert done.returncode == 0, done.stderr
    assert "logit · all · distance: −0.500 (−0.600 to −0.400) -> 0.500 (0.400 to 0.600)" in done.stdout
    assert "sign changed, intervals lie apart" in done.stdout
    assert "school_choice.age: 4 → 5" in done.stdout
    folder = outputs / "a..b.diff"
    assert "a compared with b" in (folder / "diff.html").read_text("utf8")
    assert (folder / "diff.csv").read_text("utf8").count("\n") == 1 + 3


@pytest.mark.parametrize(("other", "code"), [("b", 1), ("a", 0)])
def test_a_change_fails_only_where_that_is_asked_for(outputs: Path, tmp_path: Path, other: str, code: int) -> None:
    words = ["diff", "a", other, "--fail-on-change", "--outputs", str(outputs), "--to", str(tmp_path)]
    assert staat(*words).returncode == code


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["a", "c"], "there is no such published edition"),
        (["a", "half"], "cannot be read"),
        (["a", "b", "--tolerance", "-1"], "--tolerance"),
        (["a", "b", "--attribute", "--data", "nowhere"], "is not in this copy of the project"),
    ],
)
def test_what_cannot_be_compared_is_one_message_and_exit_code_2(
    outputs: Path, tmp_path: Path, words: list[str], said: str
) -> None:
    extra = ["--fail-on-change"] if "--attribute" not in words else []
    done = staat("diff", *words, *extra, "--outputs", str(outputs), "--to", str(tmp_path))
    assert done.returncode == 2, done.stdout
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_new_edition_is_written_marked_and_says_how_to_go_on(tmp_path: Path) -> None:
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "params").mkdir()
    (tmp_path / "params" / "ci.yml").write_text((ROOT / "params" / "ci.yml").read_text("utf8"), "utf8")
    done = staat("new", "ci-2021", "--like", "ci", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "marked DECIDE: " in done.stdout
    assert "staat run ci-2021" in done.stdout
    assert (tmp_path / "params" / "ci-2021.yml").exists()
    assert staat("new", "ci-2021", "--like", "ci", cwd=tmp_path).returncode == 2
    assert staat("new", "ci-2022", "--like", "cii", cwd=tmp_path).returncode == 2


def test_a_shell_is_offered_editions_and_steps() -> None:
    def offered(line: str) -> str:
        asked = {"_STAAT_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(line.split()) - 1)}
        code = "import sys; sys.argv = ['staat']; from analysis.cli import main; main()"
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), **asked}
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, env=environment
        )
        return done.stdout

    assert "amsterdam-2020" in offered("staat run amst")
    assert "school_choice" in offered("staat run ci --only school_c")
