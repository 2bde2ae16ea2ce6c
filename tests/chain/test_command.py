"""What a person types at the command line, and what comes of it: on the edition `ci`, and when a run is in the way."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analysis.edition.chain import CHAIN
from analysis.edition.params import read_edition
from analysis.run.manifest import outputs_of
from analysis.run.verify import damaged

ROOT = Path(__file__).parents[2]
HEAVY = {"pandas", "numpy", "papermill", "nbclient", "jupyter_client", "matplotlib"}
KEPT = """
import shutil, sys
from analysis import cli
from analysis.run import verify

second, made = sys.argv.pop(1), verify.run

def run(orders, chain, project, *rest):
    made(orders, chain, project, *rest)
    shutil.copytree(project.outputs / "ci", second)

verify.run = run
cli.main()
"""
"""`staat`, keeping the second run that `verify` makes and removes."""
LONG = 'import time\n(workspace.published_folder("tables") / "begun").touch()\ntime.sleep(60)'


def type_in(*words: str, python: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *python, "-m", "analysis.cli", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.fixture
def ci(outputs: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """A command on these outputs."""
    return lambda command, *words, **how: type_in(command, *words, "--outputs", str(outputs), **how)


def test_an_edition_that_is_up_to_date_is_not_touched_and_nothing_is_loaded_for_it(ci, outputs: Path) -> None:
    shutil.rmtree(outputs / ".cache")  # more is loaded where nothing is remembered
    before = {path: path.stat().st_mtime_ns for path in (outputs / "ci").rglob("*")}
    done = ci("run", "params/ci.yml", python=("-X", "importtime"))
    assert done.returncode == 0
    assert done.stdout == f"ci: up to date\nread it: {outputs / 'ci' / 'index.html'}\n"
    loaded = set(re.findall(r"\|\s+([\w.]+)$", done.stderr, re.MULTILINE))
    assert "analysis.run.assess" in loaded
    assert not HEAVY & loaded
    assert {path: path.stat().st_mtime_ns for path in (outputs / "ci").rglob("*")} == before


def test_status_and_why_show_the_state_of_a_step(ci) -> None:
    done = ci("status", "ci")
    assert done.stdout.startswith("ci: up to date\n")
    assert done.returncode == 0
    assert ci("why", "school_choice", "ci").stdout == "it is up to date\n"
    changed = "school_choice.age=5"
    reason = "parameter school_choice.age: 4 -> 5"
    assert ci("why", "school_choice", "ci", "--set", changed).stdout == f"{reason}\n"
    done = ci("status", "ci", "--set", changed)
    assert done.returncode == 1
    table = done.stdout
    assert table.startswith("ci+school_choice.age=5: not published\n")
    assert re.search(rf"^  03_school_choice +stale +[\d.]+ s +{reason}$", table, re.MULTILINE)
    assert re.search(r"^  02_segregation +up to date +[\d.]+ s$", table, re.MULTILINE)


def test_a_misspelt_stem_is_answered_with_the_nearest(ci) -> None:
    for words in (("why", "shcool_choice", "ci"), ("run", "params/ci.yml", "--from", "shcool_choice")):
        done = ci(*words)
        assert done.returncode == 2
        assert "did you mean school_choice?" in done.stderr
        assert "Traceback" not in done.stderr


def test_only_and_from_run_what_they_name(ci, outputs: Path) -> None:
    done = ci("run", "params/ci.yml", "--from", "summary")
    assert done.returncode == 0, done.stderr
    assert re.findall(r"\] (\w+) +[\d.]+ s$", done.stdout, re.MULTILINE) == ["07_summary"]
    done = ci("run", "params/ci.yml", "--only", "summary", "--force")
    assert re.findall(r"\] (\w+) +[\d.]+ s$", done.stdout, re.MULTILINE) == ["07_summary"]
    blocks = read_edition(ROOT / "params" / "ci.yml").blocks
    others = {step.notebook for step in CHAIN if step.stem in blocks} - {"07_summary"}
    assert set(re.findall(r"\] (\w+) +unchanged$", done.stdout, re.MULTILINE)) == others
    assert damaged(outputs / "ci") == []


@pytest.fixture(scope="module")
def verified(ci_edition: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    """What verifying a copy of `ci` says, and the edition of its second run, which is made from nothing."""
    outputs = tmp_path_factory.mktemp("verified")
    shutil.copytree(ci_edition, outputs / "ci")
    words = [sys.executable, "-c", KEPT, str(outputs / "second"), "verify", "ci", "--quiet", "--outputs", str(outputs)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    return done, outputs / "second"


def test_verify_runs_it_again_and_compares(verified: tuple[Any, Path]) -> None:
    done, _ = verified
    assert done.returncode == 0, done.stderr
    assert re.search(r"every hash is right, and a second run gave the same \d\d+ files", done.stdout)


def test_two_runs_publish_the_same_tables_byte_for_byte(ci_edition: Path, verified: tuple[Any, Path]) -> None:
    _, again = verified
    for kind in ("tables", "figures"):
        first, second = (outputs_of(folder / kind) for folder in (ci_edition, again))
        assert len(first) > 50
        assert first == second


def test_verify_names_the_file_of_which_one_byte_was_changed(ci, outputs: Path) -> None:
    table = outputs / "ci" / "tables" / "segregation" / "indices.csv"
    content = table.read_bytes()
    table.write_bytes(content[:-2] + bytes([content[-2] ^ 1]) + content[-1:])
    done = ci("verify", "ci")
    assert done.returncode == 1
    assert "tables/segregation/indices.csv: is not what the manifest says" in done.stderr
    assert "Traceback" not in done.stderr
    assert ci("why", "segregation", "ci").stdout == "tables/segregation/indices.csv was changed\n"


def in_a_long_cell(staat: Any, until: Any, *words: str, notebook: str = "02_two") -> Any:
    """Start a run and wait until it is in the middle of a cell that takes a minute."""
    stem = notebook.partition("_")[2]
    staat.small.notebook(notebook, f'workspace = open_workspace("{stem}", "small")\n{LONG}')
    run = staat.start(*words)
    begun = f".small.building-*/tables/{stem}/begun"
    until(lambda: list(staat.small.outputs.glob(begun)) or run.process.poll() is not None, 120)
    assert run.process.poll() is None, run.said
    staat.small.notebook(notebook)
    return run


def test_a_second_run_is_refused_until_the_first_is_dead(staat: Any, until: Any) -> None:
    first = in_a_long_cell(staat, until, "--jobs", "1")
    second = staat.run()
    assert second.process.returncode == 1
    said = rf"another run is making this edition: process {first.process.pid} on \S+, since 20\d\d-\d\d-\d\d \d\d:\d\d"
    assert re.search(said, second.said)
    assert "Traceback" not in second.said
    first.process.kill()
    third = staat.start()
    assert third.wait() == 0, third.said
    assert third.executed == ["02_two"]
    until(lambda: not first.alive(), 5)


@pytest.mark.parametrize(
    ("signum", "words"),
    [(signal.SIGINT, ()), (signal.SIGTERM, ()), (signal.SIGINT, ("--fresh-kernels",))],
    ids=["Ctrl-C", "SIGTERM", "Ctrl-C, fresh kernels"],
)
def test_a_run_that_is_stopped_ends_at_once_and_keeps_what_succeeded(
    staat: Any, until: Any, signum: signal.Signals, words: tuple[str, ...]
) -> None:
    run = in_a_long_cell(staat, until, "--jobs", "1", *words)
    assert run.kernels()
    began = time.monotonic()
    os.kill(run.process.pid, signum)
    code = run.wait()
    until(lambda: not run.alive(), 5)
    seconds = time.monotonic() - began
    sys.stdout.write(f"stopped within {seconds:.2f} s\n")
    assert seconds < 5  # 2 s is the aim; a busy machine must not fail this
    assert code == 130
    assert run.said == "stopped; what succeeded is kept: the same command goes on from there\n"
    again = staat.run(*words)
    assert again.process.returncode == 0
    assert again.executed == ["02_two"]


@pytest.mark.parametrize("words", [(), ("--fresh-kernels",)], ids=["forked", "new"])
def test_what_a_cell_started_ends_with_a_run_that_is_stopped(staat: Any, until: Any, words: tuple[str, ...]) -> None:
    child = "import subprocess\nsubprocess.Popen(['sleep', '600'], start_new_session=True)"
    staat.small.notebook("02_two", f'workspace = open_workspace("two", "small")\n{child}\n{LONG}')
    run = staat.start("--jobs", "1", *words)
    until(lambda: list(staat.small.outputs.glob(".small.building-*/tables/two/begun")), 120)
    assert len(run.alive()) > len(run.kernels()) + 1
    os.kill(run.process.pid, signal.SIGINT)
    assert run.wait() == 130
    until(lambda: not run.alive(), 5)


def test_what_an_earlier_run_kept_survives_runs_that_did_not_come_to_it(staat: Any, until: Any) -> None:
    assert staat.run("--only", "two").executed == ["01_one", "02_two"]
    run = in_a_long_cell(staat, until, "--jobs", "2", notebook="01_one")
    run.wait_for("finished", notebook="03_three")
    run.process.send_signal(signal.SIGINT)
    assert run.wait() == 130
    nobody = staat.run("--cluster", "nowhere")
    assert nobody.process.returncode == 2
    again = staat.run()
    assert again.process.returncode == 0, again.said
    assert again.executed == []  # the notebook is as it was, and so its result holds again


def test_a_command_that_is_stopped_before_it_runs_anything_says_so_in_its_exit_code(staat: Any, until: Any) -> None:
    run = staat.start()
    until(run.out.exists, 10)
    time.sleep(0.3)  # somewhere in the imports
    run.process.send_signal(signal.SIGINT)
    assert run.wait() in {130, -signal.SIGINT}
    assert not run.alive()
    assert staat.run().process.returncode == 0
