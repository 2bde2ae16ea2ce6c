"""A process that is ready for a run: it is the very command, and what was edited since it loaded is loaded anew."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.desk.ready import Ready

ROOT = Path(__file__).parents[3]
LOADED = """
import json, sys
opened = []
sys.addaudithook(lambda event, of: opened.append(str(of[0])) if event == "open" else None)
from analysis.desk.ready import load
load()
from analysis.edition.orders import PACKAGE
own = [path for path in opened if path.startswith(str(PACKAGE)) and path.endswith(".yml")]
print(json.dumps([own, sorted(sys.modules)]))
"""


def test_commands_run_one_after_the_other_with_their_own_exit_codes(capfd: pytest.CaptureFixture[str]) -> None:
    with Ready(ROOT, ROOT / "src" / "analysis") as ready:
        assert [ready.run([word]) for word in ("--version", "nonsense", "--version")] == [0, 2, 0]
    out, error = capfd.readouterr()
    assert len(out.splitlines()) == 2
    assert "nonsense" in error
    assert ready._process.returncode is not None


@pytest.mark.parametrize(("name", "same"), [("model.py", False), ("page.html.j2", False), ("exhibits.yml", True)])
def test_a_process_that_has_loaded_what_was_edited_runs_nothing(tmp_path: Path, name: str, same: bool) -> None:
    (tmp_path / name).write_text("1", "utf8")
    with Ready(ROOT, tmp_path) as ready:
        waits = ready._process
        (tmp_path / name).write_text("22", "utf8")
        assert ready.run(["--version"]) == 0
        assert (waits.returncode == 0) == same


def test_one_that_was_ended_is_no_reason_to_fail(tmp_path: Path) -> None:
    with Ready(ROOT, tmp_path) as ready:
        ready._process.kill()
        ready._process.wait()
        assert ready.run(["--version"]) == 0


def test_what_is_loaded_reads_no_declarations_and_draws_and_fits_nothing() -> None:
    """They are edited while it waits; and what draws and fits takes seconds to load, which pages do not need."""
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    declarations, modules = json.loads(done.stdout)
    assert declarations == []
    assert "analysis.site.index" in modules
    assert {"matplotlib", "seaborn", "statsmodels", "scipy.stats", "scipy.optimize"}.isdisjoint(modules)
