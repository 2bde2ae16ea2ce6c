"""Commands and runs where nothing forks and there are no locks, sockets, signals and groups of this system.

Windows is simulated here (`as_on_windows/sitecustomize.py`): the package sees the standard library of Windows, and all
else stays as it is. It shows that we use nothing that Windows lacks, not that Windows does what we think it does.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
AS_ON_WINDOWS = os.pathsep.join(filter(None, (os.environ.get("PYTHONPATH"), str(HERE / "as_on_windows"))))
CHILD = "import subprocess\nsubprocess.Popen(['sleep', '60'])\n"
LONG = 'import time\n(workspace.published_folder("tables") / "begun").touch()\ntime.sleep(60)'
BEGUN = ".small.building-*/tables/two/begun"
# What no file and no folder of Windows may be called.
FORBIDDEN = re.compile(r'[<>:"\\|?*\x00-\x1f]|[. ]$|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)', re.IGNORECASE)
LONGEST = 150  # characters; a whole path may have 260, and that of the outputs comes before it


def type_in(*words: str, where: Path = ROOT, python: tuple[str, ...] = ("-m", "analysis.cli")) -> Any:
    environment = {**os.environ, "PYTHONPATH": AS_ON_WINDOWS}
    command = [sys.executable, *python, *words]
    return subprocess.run(command, cwd=where, env=environment, capture_output=True, text=True, check=False)


def run_in_a_long_cell(staat: Any, until: Any, before: str = "") -> Any:
    staat.small.notebook("02_two", f'workspace = open_workspace("two", "small")\n{before}{LONG}')
    run = staat.start("--jobs", "1", PYTHONPATH=AS_ON_WINDOWS)
    until(lambda: list(staat.small.outputs.glob(BEGUN)) or run.process.poll() is not None, 120)
    assert run.process.poll() is None, run.said
    return run


def test_the_simulation_takes_away_what_it_says() -> None:
    code = (
        "import os, signal, analysis.run.machine as machine, analysis.run.kernel.offspring as offspring\n"
        "assert hasattr(os, 'fork') and hasattr(signal, 'SIGKILL')\n"
        "for owner, name in ((machine.os, 'O_NOFOLLOW'), (offspring.signal, 'SIGKILL'), (offspring.os, 'killpg')):\n"
        "    assert not hasattr(owner, name), name\n"
        "assert machine.WINDOWS and not machine.FORKS and not hasattr(machine, 'fcntl')\n"
    )
    done = type_in(code, python=("-c",))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "words", [("--help",), ("params",), ("status", "ci"), ("why", "school_choice", "ci")], ids=" ".join
)
def test_a_command_starts(words: tuple[str, ...]) -> None:
    done = type_in(*words)
    assert done.stderr == ""
    assert done.returncode in ((0, 1) if words[0] == "status" else (0,))  # 1: something would run
    assert done.stdout


def test_sync_writes_what_it_writes_elsewhere(tmp_path: Path) -> None:
    for name in ("notebooks", "params", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "README.md", tmp_path)
    schema = (tmp_path / "params" / "schema.json").read_bytes()
    (tmp_path / "params" / "schema.json").write_text("{}", "utf8")
    done = type_in("sync", where=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "params" / "schema.json").read_bytes() == schema


def test_the_world_is_written(tmp_path: Path) -> None:
    done = type_in("world", "params/ci.yml", "--to", str(tmp_path / "world"))
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "world" / "dictionary.csv").exists()


def test_an_edition_is_made_and_replaced_with_fresh_kernels(staat: Any) -> None:
    run = staat.run(PYTHONPATH=AS_ON_WINDOWS)
    assert (run.process.returncode, run.said) == (0, "")
    assert [event["text"] for event in run.events if event["kind"] == "notice"] == [
        "Kernels start without the packages loaded, which is slower: kernels are not forked on win32."
    ]
    assert run.executed == ["01_one", "02_two", "03_three"]
    assert staat.run(PYTHONPATH=AS_ON_WINDOWS).executed == []
    staat.small.blocks["one"]["number"] = 8
    again = staat.run(PYTHONPATH=AS_ON_WINDOWS)
    assert (again.process.returncode, again.executed) == (0, ["01_one", "02_two"])
    assert (staat.small.folder / "tables" / "two" / "total.csv").read_bytes() == b"total\n16\n"
    assert sorted(path.name for path in staat.small.outputs.iterdir()) == [".cache", ".small.lock", "small"]


def test_a_second_run_is_refused_and_ctrl_c_ends_the_first_with_all_that_it_started(staat: Any, until: Any) -> None:
    run = run_in_a_long_cell(staat, until, before=CHILD)
    second = staat.run(PYTHONPATH=AS_ON_WINDOWS)
    assert second.process.returncode == 1
    assert f"another run is making this edition: process {run.process.pid} on" in second.said
    began = time.monotonic()
    run.process.send_signal(signal.SIGINT)
    assert run.wait() == 130
    until(lambda: not run.alive(), 5)
    assert time.monotonic() - began < 5
    assert "stopped; what succeeded is kept" in run.said
    staat.small.notebook("02_two")
    again = staat.run(PYTHONPATH=AS_ON_WINDOWS)
    assert (again.process.returncode, again.executed) == (0, ["02_two"]), again.said


def test_a_kernel_that_hangs_is_killed_with_what_it_started(staat: Any, until: Any) -> None:
    staat.small.timeouts["two"] = 12.0
    run = run_in_a_long_cell(staat, until, before=CHILD)
    assert run.wait() == 1
    until(lambda: not run.alive(), 5)
    assert "02_two: stopped after 12 s, the limit" in run.said


def test_what_a_cell_left_running_ends_with_its_notebook(staat: Any, until: Any) -> None:
    session = CHILD.replace("'60']", "'60'], start_new_session=True")
    staat.small.notebook("03_three", f'workspace = open_workspace("three", "small")\n{session}import os\nos._exit(3)')
    run = staat.run(PYTHONPATH=AS_ON_WINDOWS)
    assert run.process.returncode == 1
    assert "03_three: the kernel stopped" in run.said
    assert "exit code 3" in run.said
    until(lambda: not run.alive(), 5)


def test_every_file_of_an_edition_has_a_name_that_windows_takes(ci_edition: Path) -> None:
    names = [path.relative_to(ci_edition.parent).as_posix() for path in ci_edition.rglob("*")]
    assert len(names) > 100
    assert [name for name in names if any(map(FORBIDDEN.search, name.split("/")))] == []
    assert [name for name in names if len(name) > LONGEST] == []
    assert len({name.casefold() for name in names}) == len(names)


@pytest.mark.slow
def test_the_edition_ci_is_the_same_byte_for_byte(ci_edition: Path, tmp_path: Path) -> None:
    done = type_in("run", "params/ci.yml", "--outputs", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr

    def published(edition: Path) -> dict[str, bytes]:
        files = (path for kind in ("tables", "figures") for path in (edition / kind).rglob("*") if path.is_file())
        tables = (edition / "internal").glob("*.parquet")
        return {path.relative_to(edition).as_posix(): path.read_bytes() for path in (*files, *tables)}

    assert published(tmp_path / "ci") == published(ci_edition)
