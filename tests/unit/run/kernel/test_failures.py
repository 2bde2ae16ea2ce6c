"""The messages of notebooks that fail, without executing any."""

from __future__ import annotations

import signal
from types import SimpleNamespace

import pytest

from analysis.run.job import Job
from analysis.run.kernel import failures

JOB = Job("small", "01_one", "one", "/p/notebooks/01_one.ipynb", "/p/small.building", {"number": 7})


@pytest.mark.parametrize(
    ("returncode", "counted", "text"),
    [
        (-signal.SIGKILL, True, "killed by SIGKILL: out of memory"),
        (-signal.SIGKILL, False, "killed by SIGKILL: most likely out of memory"),
        (-signal.SIGSEGV, False, "killed by SIGSEGV"),
        (-50, False, "killed by signal 50"),
        (3, False, "it ended with exit code 3"),
    ],
)
def test_how_a_kernel_ended(returncode: int, counted: bool, text: str) -> None:
    assert failures.how_it_ended(returncode, counted, "") == text


def test_the_last_words_of_a_kernel_are_its_last_twelve_lines() -> None:
    text = failures.how_it_ended(1, killed_for_memory=False, log="\n".join(map(str, range(20))))
    assert text.splitlines()[1:-1] == [f"    {number}" for number in range(8, 20)]


@pytest.mark.parametrize(
    ("name", "message", "code"),
    [
        ("OSError", "[Errno 28] No space left on device", 2),
        ("OSError", "[Errno 28] Error writing bytes to file. Detail: [errno 28] No space left on device", 2),
        ("PermissionError", "[Errno 13] Permission denied: '/p/small.building/tables/one/a.csv'", 2),
        ("OSError", "[Errno 30] Read-only file system: '/p/small.building/a'", 2),
        ("PermissionError", "[Errno 13] Permission denied: '/data/pupils.csv'", 1),
        ("KeyError", "'BRIN'", 1),
    ],
)
def test_trouble_with_the_disk_is_the_users_to_solve(name: str, message: str, code: int) -> None:
    error = SimpleNamespace(ename=name, evalue=message, exec_count=2, source="write()", traceback=[])
    text, given = failures.of_cell(JOB, error, None, 1.0)
    assert given == code
    assert ("/p/small.building: cannot be written to" in text) == (code == 2)


@pytest.mark.parametrize("name", ["MemoryError", "_ArrayMemoryError", "ArrowMemoryError"])
def test_all_kinds_of_too_little_memory_are_named_as_such(name: str) -> None:
    error = SimpleNamespace(ename=name, evalue="no room", exec_count=2, source="large()", traceback=[])
    assert "ran out of memory" in failures.of_cell(JOB, error, None, 1.0)[0]


@pytest.mark.parametrize(
    ("name", "message", "text"),
    [
        ("KeyError", "'groep'", "KeyError: 'groep'\n"),
        ("ValueError", "odd rows\n  pupil score\n0  7  500", "ValueError: odd rows\n    (all that it says is"),
        ("ValueError", "x" * 900, f"ValueError: {'x' * 200}...\n    (all that it says is"),
        ("DisclosureError", "column 'n'\n  do      name it", "DisclosureError: column 'n'\n      do      name it\n"),
    ],
    ids=["short", "a frame", "long", "our own"],
)
def test_an_exception_of_others_is_shown_in_one_short_line(name: str, message: str, text: str) -> None:
    error = SimpleNamespace(ename=name, evalue=message, exec_count=2, source="rows.check()", traceback=[])
    said, _ = failures.of_cell(JOB, error, None, 1.0)
    assert f"  error\n    {text}" in said
    assert "pupil score" not in said
