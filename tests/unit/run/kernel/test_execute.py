"""Steps that are executed for real: how they end well, and each way in which they end badly."""

from __future__ import annotations

import gc
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path

import nbformat
import pytest

from analysis.run.job import Job, JobResult
from analysis.run.kernel import guard, memory, warm
from analysis.run.kernel.execute import execute

MakeJob = Callable[..., Job]


@pytest.fixture(scope="module", autouse=True)
def _one_parent() -> Iterator[None]:
    yield
    warm.close()


@pytest.fixture
def job(tmp_path: Path) -> MakeJob:
    """Write a notebook of the given cells into a project and return the job that executes it."""

    def make(*cells: str, **fields: object) -> Job:
        book = nbformat.v4.new_notebook()
        book.cells = [
            nbformat.v4.new_code_cell("number = 1", metadata={"tags": ["parameters"]}),
            *map(nbformat.v4.new_code_cell, cells),
        ]
        source = tmp_path / "project" / "notebooks" / "01_one.ipynb"
        source.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(book, source)
        folder = tmp_path / "project" / "outputs" / "small.building"
        (folder / "internal").mkdir(parents=True, exist_ok=True)
        given = {"parameters": {"number": 7}, **fields}
        return Job("small", "01_one", "one", str(source), str(folder), **given)  # type: ignore[arg-type]  # any field

    return make


def printed(job: Job) -> list[str]:
    """What the cells of the executed notebook printed, one string a cell."""
    cells = json.loads(job.executed.read_text("utf8"))["cells"]
    return [
        "".join(text for output in cell["outputs"] for text in output.get("text", []))
        for cell in cells
        if cell["cell_type"] == "code" and any(output["output_type"] == "stream" for output in cell["outputs"])
    ]


def done(outcome: JobResult) -> JobResult:
    assert outcome.error is None, outcome.error
    return outcome


def test_a_notebook_gets_its_parameters_and_reports_how_it_was_executed(job: MakeJob) -> None:
    one = job("print(number * 6)")
    outcome = done(execute(one))
    assert printed(one) == ["42\n"]
    assert (outcome.kernel, outcome.notice, outcome.exit_code) == ("warm", "", 0)
    assert outcome.peak_mb is not None
    assert outcome.peak_mb > 10


def test_magics_and_plots_work_in_a_forked_kernel(job: MakeJob) -> None:
    one = job("%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()", "%time sum([1])")
    done(execute(one))
    cells = json.loads(one.executed.read_text("utf8"))["cells"]
    assert any("image/png" in output.get("data", {}) for cell in cells for output in cell["outputs"])
    assert "Wall time" in printed(one)[0]


def test_nothing_that_one_kernel_does_is_there_in_the_next(job: MakeJob) -> None:
    done(execute(job("import json, os; json.leaked = 1; os.environ['LEAKED'] = '1'; leaked = 1")))
    one = job("import json, os; print('LEAKED' in os.environ, hasattr(json, 'leaked'), 'leaked' in globals())")
    done(execute(one))
    assert printed(one) == ["False False False\n"]


DRAW = "import random, numpy as np; print(random.random(), np.random.rand(), hash('a'))"


def test_chance_is_the_same_for_a_seed_in_forked_and_new_kernels_and_differs_between_seeds(job: MakeJob) -> None:
    drawn = {}
    for name, fields in {"warm": {}, "fresh": {"fresh_kernel": True}, "other": {"seed": 1}}.items():
        one = job(DRAW, **fields)
        assert done(execute(one)).kernel == ("fresh" if name == "fresh" else "warm")
        drawn[name] = printed(one)[0].split()
    assert drawn["warm"] == drawn["fresh"]
    assert drawn["other"][0] != drawn["warm"][0]
    assert drawn["other"][1] != drawn["warm"][1]
    assert drawn["other"][2] == drawn["warm"][2]


def test_another_hash_seed_is_another_parent(job: MakeJob) -> None:
    hashes = []
    for environment in ({}, {"PYTHONHASHSEED": "1"}):
        one = job("print(hash('a'))", environment=environment)
        done(execute(one))
        hashes += printed(one)
    assert hashes[0] != hashes[1]


def test_a_kernel_has_one_thread_for_sums_and_no_profile_of_its_user(job: MakeJob, tmp_path: Path) -> None:
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00.py").write_text("surprise = 1")
    one = job(
        "import os; print(os.environ['OPENBLAS_NUM_THREADS'], 'surprise' in globals())",
        environment={"IPYTHONDIR": str(tmp_path / "ipython")},
    )
    done(execute(one))
    assert printed(one) == ["1 False\n"]


def test_two_at_once_in_threads_keep_apart(job: MakeJob, tmp_path: Path) -> None:
    meet = "import os, pathlib, time\npathlib.Path(mine).touch()\nwhile not os.path.lexists(other): time.sleep(.01)"
    first = job(meet + "\nprint(os.getpid())", parameters={"number": 1})
    jobs = []
    for me, you in (("a", "b"), ("b", "a")):
        folder = tmp_path / "project" / "outputs" / me
        (folder / "internal").mkdir(parents=True)
        parameters = {"mine": str(tmp_path / me), "other": str(tmp_path / you)}
        jobs.append(replace(first, folder=str(folder), parameters=parameters, timeout=20.0))
    with ThreadPoolExecutor(2) as pool:
        for outcome in pool.map(execute, jobs):
            done(outcome)
    assert printed(jobs[0]) != printed(jobs[1])


def test_what_an_earlier_try_left_is_gone(job: MakeJob) -> None:
    one = job("pass", produces=("numbers",))
    folder = Path(one.folder)
    left = [folder / name for name in ("tables/one/old.csv", "figures/one/old.png", "internal/numbers.parquet")]
    left += [folder / "internal" / "records" / name for name in ("one.jsonl", "one.reads")]
    other = folder / "tables" / "two" / "kept.csv"
    for path in (*left, other):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    outcome = execute(one)
    assert outcome.error == "01_one: did not write numbers, which the chain declares"
    assert [path for path in (*left, other) if path.exists()] == [other]


def test_a_file_that_is_left_open_is_written_to_its_end_and_exit_functions_run(job: MakeJob, tmp_path: Path) -> None:
    one = job(
        "import atexit\n"
        f"left_open = open({str(tmp_path / 'open.txt')!r}, 'w'); left_open.write('all of it')\n"
        f"atexit.register(lambda: open({str(tmp_path / 'exit.txt')!r}, 'w').write('ran'))"
    )
    done(execute(one))
    assert (tmp_path / "open.txt").read_text() == "all of it"
    assert (tmp_path / "exit.txt").read_text() == "ran"


def test_large_outputs_arrive_whole(job: MakeJob) -> None:
    one = job(*("print('x' * 100_000)" for _ in range(20)))
    done(execute(one))
    assert [len(text) for text in printed(one)] == [100_001] * 20


def test_what_is_done_is_saved_on_a_timer(job: MakeJob, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.run.kernel.client._SAVE_EVERY", 0.2)
    one = job("print('first')", "import time\ntime.sleep(30)")
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(execute, one)
        wait_for(lambda: one.executed.exists() and printed(one) == ["first\n"])
        assert not running.done()
        warm.close()
        assert running.result().error


def test_a_cell_that_fails_reports_all_and_what_to_type(job: MakeJob) -> None:
    one = job("ratio = number / 0")
    outcome = execute(one)
    assert outcome.exit_code == 1
    for part in (
        "01_one failed after",
        "in code cell 2, line 1\n",
        "ZeroDivisionError",
        "ratio = number / 0",
        "number = 7",
    ):
        assert part in (outcome.error or "")
    assert "staat lab small one --failed\n" in (outcome.error or "")
    assert str(one.executed) in (outcome.error or "")
    assert "ZeroDivisionError" in one.executed.read_text("utf8")


def test_a_variant_that_fails_says_what_to_type_for_it(job: MakeJob) -> None:
    one = replace(job("1 / 0"), edition="small+one.number=7", settings="--set one.number=7")
    assert "staat lab small one --failed --set one.number=7\n" in (execute(one).error or "")


SECRETS = "import sys, warnings\nwarnings.warn('Pieterse')\nprint('Jansen', file=sys.stderr)\n"


@pytest.mark.parametrize("cell", ["{}['Pieterse']", "float('Pieterse')", "1 / len('') if 'Pieterse' else 0"])
def test_on_data_of_persons_no_word_of_a_foreign_exception_is_shown(job: MakeJob, cell: str) -> None:
    given = replace(job(SECRETS + cell), confidential=True)
    outcome = execute(given)
    shown = f"{outcome.error}{[each.get('outputs') for each in nbformat.read(given.executed, 4).cells]}"
    source = SECRETS + cell
    assert "Jansen" not in shown.replace("Jansen', file", "")  # the cell itself is shown
    assert shown.count("Pieterse") == outcome.error.count("Pieterse") == source.count("Pieterse")
    assert "In[1], line" in shown or "line 4" in shown


def test_on_data_of_persons_our_own_message_is_shown_in_words_of_the_code(job: MakeJob) -> None:
    cell = (
        "from analysis.errors import InputError\n"
        "try:\n    float(chr(80) + 'ieterse')\n"
        "except ValueError as error:\n    raise InputError('wages.csv', 'column 3 must hold numbers') from error"
    )
    given = replace(job(cell), confidential=True)
    outcome = execute(given)
    assert "wages.csv: column (...) must hold numbers" in outcome.error
    assert "Pieterse" not in f"{outcome.error}{nbformat.read(given.executed, 4).cells}"


def test_wrong_input_is_reported_by_its_message_alone(job: MakeJob) -> None:
    code = "from analysis.errors import InputError\nraise InputError('pupils.csv', 'has no column BRIN')"
    outcome = execute(job(code))
    said = "01_one stopped: pupils.csv: has no column BRIN\n  in      code cell 2, line 2"
    assert (outcome.error, outcome.exit_code) == (said, 2)


def test_an_error_in_the_package_names_its_line_there(job: MakeJob) -> None:
    one = job("from analysis.run.hashes import digest\n\ndigest(number)")
    said = (execute(one).error or "").splitlines()[0]
    assert re.search(r"in code cell 2, line 3, at src/analysis/run/hashes\.py:\d+$", said)


WARNS = "import warnings\nwarnings.warn(f'{number} is odd', RuntimeWarning)"


def test_a_warning_stops_the_notebook_at_its_cell_with_its_words_and_line(job: MakeJob) -> None:
    one = job(WARNS, f"open({'later'!r}, 'w')")
    error = execute(one).error or ""
    assert "in code cell 2: it warns; cure that" in error
    assert "\n    line 2: RuntimeWarning: 7 is odd\n" in error
    assert "it warns" in one.executed.read_text("utf8")


def test_on_data_of_persons_a_warning_has_kind_and_line_and_no_word(job: MakeJob) -> None:
    cell = "import warnings\nimport numpy as np\nwarnings.warn_explicit('Pieterse', UserWarning, np.__file__, 7)"
    given = replace(job(cell), confidential=True)
    error = execute(given).error or ""
    assert "numpy/__init__.py:7: UserWarning: (what it says is not shown" in error
    assert error.count("Pieterse") == 1  # in the cell itself


def test_a_picture_is_never_dropped_in_silence(job: MakeJob) -> None:
    code = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"
    assert "plt.show() shows nothing in a run" in (execute(job(code)).error or "")


def test_no_path_of_this_machine_is_left_in_the_notebook(job: MakeJob, tmp_path: Path) -> None:
    one = job(
        "import os, sys, warnings, tempfile\nprint(os.getcwd(), sys.prefix, tempfile.mkdtemp())",
        "warnings.warn('look here', UserWarning)\nimport pandas as pd; pd.DataFrame({'a': [1]})['b']",
    )
    assert "KeyError" in (execute(one).error or "")
    text = one.executed.read_text("utf8")
    assert "look here" in text
    for place in (str(tmp_path), str(Path(guard.__file__).parents[3]), "/staat-", str(Path.home()) + "/"):
        assert place not in text


def test_a_notebook_that_takes_too_long_is_stopped_in_its_cell(job: MakeJob) -> None:
    one = job("import time; print('slow', flush=True); time.sleep(600)", timeout=1.5)
    outcome = execute(one)
    for part in ("01_one: stopped after 1.5 s", "`timeout`", "time.sleep(600)"):
        assert part in (outcome.error or "")
    assert outcome.seconds < 60
    assert "`timeout`" in one.executed.read_text("utf8")


def test_a_run_that_has_ended_stops_its_kernels(job: MakeJob, tmp_path: Path) -> None:
    started = tmp_path / "started"
    one = job(f"import os, time\nopen({str(started)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)")
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(execute, one)
        pid = wait_for(lambda: started.exists() and started.read_text())
        Path(one.folder).rename(tmp_path / "aside")
        assert running.result(timeout=30).error == "stopped: the run ended"
    wait_for(lambda: not alive(int(pid)))


def test_a_run_that_has_ended_before_a_step_starts_is_not_begun_anew(job: MakeJob, tmp_path: Path) -> None:
    one = job("pass")
    Path(one.folder).rename(tmp_path / "aside")
    assert execute(one).error == "stopped: the run ended"
    assert not Path(one.folder).exists()


def test_closing_the_parent_stops_its_kernels_and_starts_no_others(job: MakeJob, tmp_path: Path) -> None:
    started = tmp_path / "started"
    one = job(f"import os, time\nopen({str(started)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)")
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(execute, one)
        pid = wait_for(lambda: started.exists() and started.read_text())
        warm.close()
        assert running.result(timeout=30).error == "stopped: the run ended"
    wait_for(lambda: not alive(int(pid)))


def test_a_killed_kernel_is_known_from_one_that_ends(job: MakeJob, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "kills", lambda: 0)
    outcome = execute(job("import os; os.kill(os.getpid(), 9)"))
    said = outcome.error or ""
    assert re.search(r"01_one: the kernel stopped after .*: killed by SIGKILL: most likely out of memory", said)
    assert "os.kill(os.getpid(), 9)" in said
    assert outcome.peak_mb is not None
    assert f"{outcome.peak_mb:,.0f} MB" in said
    assert "ended with exit code 3" in (execute(job("import os; os._exit(3)", fresh_kernel=True)).error or "")


def test_a_machine_that_counts_what_it_kills_makes_it_certain(job: MakeJob, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = iter((4, 5))
    monkeypatch.setattr(memory, "kills", lambda: next(counts))
    said = execute(job("import os; os.kill(os.getpid(), 9)")).error or ""
    assert "killed by SIGKILL: out of memory" in said


def test_a_cell_for_which_memory_is_too_small_says_so(job: MakeJob) -> None:
    limit = "import resource, sys\nresource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))\nbytearray(2**32)"
    outcome = execute(job(limit))
    assert "MemoryError" in (outcome.error or "")
    assert "ran out of memory" in (outcome.error or "")


IN_LITTLE_MEMORY = """
import json, os, sys
from pathlib import Path
group = Path(sys.argv[2])
(group / "memory.limit_in_bytes").write_text(str(700 << 20))
(group / "cgroup.procs").write_text(str(os.getpid()))
from analysis.run.kernel.execute import execute
from analysis.run.job import Job
print(execute(Job(**json.loads(sys.argv[1]))).error)
"""


@pytest.fixture
def control_group() -> Iterator[Path]:
    """A control group below that of this process; skips, saying so, where none can be made."""
    member = re.search(r"^\d+:memory:(.*)$", Path("/proc/self/cgroup").read_text("utf8"), re.MULTILINE)
    group = Path(f"/sys/fs/cgroup/memory{member[1] if member else ''}") / f"staat-test-{os.getpid()}"
    try:
        group.mkdir()
    except OSError as error:
        pytest.skip(f"no control group of memory can be made here: {error.strerror}")
    yield group
    wait_for(lambda: not (group / "cgroup.procs").read_text("utf8"))
    group.rmdir()


def test_a_kernel_that_the_machine_kills_for_want_of_memory_says_so(job: MakeJob, control_group: Path) -> None:
    one = json.dumps(asdict(job("hoard = bytearray(2 << 30)")))
    words = [sys.executable, "-c", IN_LITTLE_MEMORY, one, str(control_group)]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert "killed by SIGKILL: out of memory" in said
    assert "hoard = bytearray(2 << 30)" in said


def test_a_kernel_that_cannot_start_says_why(job: MakeJob, tmp_path: Path) -> None:
    (tmp_path / "broken" / "analysis").mkdir(parents=True)
    (tmp_path / "broken" / "analysis" / "__init__.py").write_text("raise ImportError('this copy is broken')")
    outcome = execute(job("pass", environment={"PYTHONPATH": str(tmp_path / "broken")}))
    assert "this copy is broken" in (outcome.error or "")
    assert outcome.seconds < 30


def test_without_a_parent_a_new_kernel_is_started_and_the_reason_reported(
    job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm.machine, "FORKS", False)
    one = job("print(number)")
    outcome = done(execute(one))
    assert outcome.kernel == "fresh"
    assert f"kernels are not forked on {sys.platform}" in outcome.notice
    assert execute(replace(one, fresh_kernel=True)).notice == ""


def test_a_parent_that_is_killed_costs_one_repeat(job: MakeJob, tmp_path: Path) -> None:
    tries = tmp_path / "tries"
    one = job(
        f"import os, signal\nf = open({str(tries)!r}, 'a'); f.write('x'); f.close()\n"
        f"if os.path.getsize({str(tries)!r}) == 1: os.kill(os.getppid(), signal.SIGKILL); signal.pause()"
    )
    outcome = done(execute(one))
    assert outcome.kernel == "fresh"
    assert "was killed" in outcome.notice
    assert tries.read_text() == "xx"
    assert done(execute(one)).kernel == "warm"


OWNER = """
import json, sys
from analysis.run.kernel.execute import execute
from analysis.run.job import Job
execute(Job(**json.loads(sys.argv[1])))
"""


@pytest.mark.parametrize("fresh", [False, True])
def test_a_runner_that_is_killed_leaves_no_kernel(job: MakeJob, tmp_path: Path, fresh: bool) -> None:
    started = tmp_path / "started"
    code = f"import os, time\nopen({str(started)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)"
    one = job(code, fresh_kernel=fresh)
    with subprocess.Popen([sys.executable, "-c", OWNER, json.dumps(asdict(one))]) as owner:
        pid = int(wait_for(lambda: started.exists() and started.read_text()))
        assert alive(pid)
        owner.kill()
    wait_for(lambda: not alive(pid))


def test_executing_holds_on_to_no_file(job: MakeJob) -> None:
    held = []
    for _ in range(4):
        done(execute(job("pass")))
        gc.collect()
        held.append(len(list(Path("/proc/self/fd").iterdir())))
    assert held[1] == held[3]


def test_a_disk_that_is_full_is_one_message(job: MakeJob) -> None:
    outcome = execute(job("import errno, os\nraise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), 'table.parquet')"))
    assert outcome.exit_code == 2
    assert str(outcome.error).endswith("cannot be written to: the disk is full")
    assert "outputs/small.building" in str(outcome.error)


def test_a_folder_that_cannot_be_made_is_one_message(job: MakeJob) -> None:
    one = job("pass")
    (Path(one.folder) / "notebooks").write_text("in the way")
    outcome = execute(one)
    assert outcome.exit_code == 2
    assert str(Path(one.folder) / "notebooks") in str(outcome.error)


READS = {
    "open": "open({file!r}).read()",
    "pandas": "import pandas as pd; pd.read_csv({file!r})",
    "numpy": "import numpy as np; np.loadtxt({file!r}, skiprows=1)",
    "parquet": "import pandas as pd; pd.read_parquet({parquet!r})",
    "arrow": "import pyarrow.parquet as pq; pq.read_table({parquet!r})",
    "database": "import sqlite3; sqlite3.connect({file!r})",
}


@pytest.fixture
def outside(tmp_path: Path) -> dict[str, str]:
    """Two files of numbers that no step declares."""
    import pandas as pd

    numbers = pd.DataFrame({"a": [1.0]})
    numbers.to_csv(tmp_path / "numbers.csv", index=False)
    numbers.to_parquet(tmp_path / "numbers.parquet")
    return {"file": str(tmp_path / "numbers.csv"), "parquet": str(tmp_path / "numbers.parquet")}


@pytest.mark.parametrize("reader", READS)
def test_a_read_that_is_not_declared_fails_and_names_the_file(
    job: MakeJob, outside: dict[str, str], reader: str
) -> None:
    code = READS[reader].format(**outside)
    said = execute(job(code, preload=("pandas",))).error or ""
    assert "UndeclaredReadError" in said
    assert outside["parquet" if "{parquet" in READS[reader] else "file"] in said
    assert "add it to the step's reads" in said


def test_a_read_that_is_refused_fails_even_when_the_notebook_goes_on(job: MakeJob, outside: dict[str, str]) -> None:
    code = f"try:\n    open({outside['file']!r})\nexcept Exception:\n    print('never mind')"
    one = job(code)
    outcome = execute(one)
    assert printed(one) == ["never mind\n"]
    assert outcome.exit_code == 1
    assert outside["file"] in (outcome.error or "")


def test_a_read_that_is_declared_is_recorded_once(job: MakeJob, outside: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "cards"
    folder.mkdir()
    (folder / "card.yml").write_text("a: 1")
    one = job(
        f"import os\nfor _ in range(3): open({outside['file']!r}).close()\nos.listdir({str(folder)!r})",
        "import pandas as pd; pd.read_parquet({parquet!r})".format(**outside),
        reads=(*outside.values(), str(folder)),
    )
    done(execute(one))
    assert guard.read_record(one.folder, "one") == [
        {"kind": "file", "path": outside["file"]},
        {"kind": "folder", "path": str(folder)},
        {"kind": "file", "path": outside["parquet"]},
    ]


def alive(pid: int) -> bool:
    """Whether a process runs; one that is dead and not buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_for(condition: Callable[[], object], within: float = 20.0) -> str:
    """Wait until a condition is true and return what it is."""
    deadline = time.monotonic() + within
    while not (found := condition()):
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)
    return str(found)


HOLDER = """
import pathlib, sys, time
from analysis.run.owner import own_folder
with own_folder(pathlib.Path(sys.argv[1]), "staat-kernel-") as folder:
    print(folder, flush=True)
    time.sleep(600)
"""


def test_only_the_marked_folder_of_a_killed_process_is_cleared_by_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from analysis.run.kernel.manager import private_folder

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    holders = [
        subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    killed, living = (Path(holder.stdout.readline().strip()) for holder in holders)
    holders[0].kill()
    holders[0].wait()
    # Those of a user, and one of a container that shares the disk, whose processes have other numbers.
    for name in ("staat-2019-2020", "staat-kernel-notes"):
        (tmp_path / name).mkdir()
    with private_folder() as mine:
        expected = {"staat-2019-2020", "staat-kernel-notes", living.name, mine.name}
        assert {path.name for path in tmp_path.iterdir()} == expected
        assert not killed.exists()
    holders[1].kill()
    holders[1].wait()


@pytest.mark.parametrize("leaving", ["import sys; sys.exit()", "raise SystemExit(0)", "exit()", "quit()"])
@pytest.mark.parametrize("follows", [(), ("print('never')",)])
def test_a_cell_that_ends_the_notebook_is_no_success(job: MakeJob, leaving: str, follows: tuple[str, ...]) -> None:
    outcome = execute(job(leaving, *follows))
    assert outcome.exit_code == 1
    assert outcome.error is not None
    assert "a cell asks it to (sys.exit, exit or quit)" in outcome.error


FLOODS = {
    "print": "while True:\n    print('x' * 100_000)",
    "shown": "from IPython.display import display_html\nwhile True:\n    display_html('x' * 100_000, raw=True)",
    "past Python": "import os\nwhile True:\n    os.write(1, b'x' * 100_000)",
    "a program": "!yes",
}


@pytest.mark.parametrize("code", FLOODS.values(), ids=FLOODS)
def test_a_cell_that_prints_without_end_is_stopped_and_says_so(job: MakeJob, code: str) -> None:
    one = job(code)
    outcome = execute(one)
    assert outcome.exit_code == 1
    assert "a cell shows or prints more than 10 MB; print less, or write it to a file" in str(outcome.error)
    assert one.executed.stat().st_size < 100_000


ENDS = {"sys.exit": "import sys\nsys.exit(0)", "quit": "quit()", "exit": "exit()", "SystemExit": "raise SystemExit"}


@pytest.mark.parametrize("code", ENDS.values(), ids=ENDS)
def test_a_cell_that_ends_the_notebook_is_a_failure(job: MakeJob, code: str) -> None:
    outcome = execute(job(code, "print('never')"))
    assert outcome.exit_code == 1
    assert "raise an error instead, or let it run to its end" in str(outcome.error)


def test_a_cell_that_ends_its_process_is_a_failure(job: MakeJob) -> None:
    outcome = execute(job("import os\nos._exit(0)", "print('never')"))
    assert outcome.exit_code == 1
    assert "the kernel stopped" in str(outcome.error)
    assert "exit code 0" in str(outcome.error)


CHILDREN = {
    "a child": "subprocess.Popen(['sleep', '600'])",
    "in a session of its own": "subprocess.Popen(['sleep', '600'], start_new_session=True)",
    "of nobody": "subprocess.run(['sh', '-c', 'setsid sleep 600 & echo $! > pid.txt'], cwd={folder!r})",
    "a fork": "pid = os.fork()\nif pid == 0:\n    os.setsid()\n    time.sleep(600)\n    os._exit(0)",
}
LAST = {"ends": "pass", "fails": "raise ValueError", "is killed": "os.kill(os.getpid(), 9)"}


@pytest.mark.parametrize("fresh", [False, True], ids=["forked", "new"])
@pytest.mark.parametrize("last", LAST)
def test_what_a_cell_started_does_not_outlive_its_notebook(
    job: MakeJob, tmp_path: Path, fresh: bool, last: str
) -> None:
    mark = f"STAAT_TEST={tmp_path}"
    starts = "\n".join(
        code.format(folder=str(tmp_path)) for code in CHILDREN.values() if not (fresh and "fork" in code)
    )
    code = f"import os, subprocess, time\n{starts}"
    warm.start(())  # the parent of all kernels is of no cell, and keeps the environment that it began with
    execute(job(code, LAST[last], fresh_kernel=fresh, environment={"STAAT_TEST": str(tmp_path)}))
    wait_for(lambda: not [pid for pid in _sleeping() if mark.encode() in _environ(pid)])


def _sleeping() -> list[int]:
    return [int(place.name) for place in Path("/proc").glob("[0-9]*")]


def _environ(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""


@pytest.mark.parametrize(
    "cell",
    [
        "InputError('group', 'there are no such choosers', given=KEY, allowed=f'West, {KEY}')",
        "ModelError(f'conditional logit: 3 situations without a choice: {KEY}, {KEY[:4]}', Reason.EMPTY)",
        "StaatError(f'choosers of {NAME!r}: missing values {KEY} and {NAME}-{KEY}')",
        "DisclosureError(f'column {NAME}: holds values')",
    ],
)
def test_on_data_of_persons_our_own_errors_say_no_word_that_came_from_the_data(job: MakeJob, cell: str) -> None:
    names = "from analysis.errors import DisclosureError, InputError, ModelError, Reason, StaatError\n"
    made = "KEY, NAME = ''.join(map(str, range(9))), 'Klaassen'[:5] + 'plant'\n"
    given = replace(job(f"{names}{made}raise {cell}"), confidential=True)
    outcome = execute(given)
    shown = f"{outcome.error}{nbformat.read(given.executed, 4).cells}"
    assert not any(value in shown for value in ("012345678", "Klaasplant"))
    assert not re.search(r"(?<![\w.])0123(?!\w)", shown)  # within a time or an identifier it stands there by chance
    assert any(words in shown for words in ("no such choosers", "without a choice", "missing values", "holds values"))


def test_what_an_office_s_registers_lack_is_told_in_its_counts(job: MakeJob) -> None:
    cell = (
        "from analysis.errors import RegisterError\nraise RegisterError('own.yml', 'no number, in 1,234 rows of QXZ')"
    )
    outcome = execute(replace(job(cell), confidential=True))
    message = "01_one stopped: own.yml: no number, in 1,234 rows of QXZ\n  in      code cell 2, line 2"
    assert (outcome.error, outcome.exit_code) == (message, 2)


@pytest.mark.parametrize(
    "cell",
    [
        "print(rows)",
        "rows",
        "display(rows)",
        "display('0' + str(12345678))",
        "rows.info(); rows.attrs = {'a': rows}; display(rows, metadata={'text/html': {'a': str(rows)}})",
    ],
)
def test_on_data_of_persons_nothing_is_shown_that_no_gate_let_pass(job: MakeJob, cell: str) -> None:
    rows = "import pandas as pd\nrows = pd.DataFrame({'key': ['0' + str(12345678)]})\n"
    given = replace(job(rows + cell), confidential=True)
    assert execute(given).error is None
    shown = str([each.get("outputs") for each in nbformat.read(given.executed, 4).cells])
    assert "012345678" not in shown
    assert "not shown" in shown
