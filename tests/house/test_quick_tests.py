"""`make test-quick` chooses the tests of what changed."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SPEC = importlib.util.spec_from_file_location("quick_tests", ROOT / "tools" / "quick_tests.py")
assert SPEC
assert SPEC.loader
quick = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(quick)


@pytest.mark.parametrize(
    ("changed", "chosen"),
    [
        ("src/analysis/run/remembered.py", "tests/unit/run/test_remembered.py"),
        ("src/analysis/run/kernel/guard.py", "tests/unit/run/kernel/test_guard.py"),
        ("src/analysis/run/kernel/where.py", "tests/unit/run/kernel"),
        ("src/analysis/publish/spreadsheet.py", "tests/unit/publish/test_spreadsheet.py"),
        ("tests/unit/run/test_room.py", "tests/unit/run/test_room.py"),
        ("tests/unit/run/kernel/conftest.py", "tests/unit/run/kernel"),
        ("notebooks/04_leergroei.ipynb", "tests/house"),
        ("src/analysis/chapters/teachers/findings.yml", "tests/house"),
    ],
)
def test_a_file_that_changed_has_its_tests(changed: str, chosen: str) -> None:
    assert ROOT / chosen in set(quick.tests_of(Path(changed)))


def test_whole_editions_are_left_to_make_test() -> None:
    assert list(quick.tests_of(Path("tests/chain/test_command.py"))) == []
    every = [path for path in (ROOT / "src").rglob("*.py") if path.name != "__init__.py"]
    found = {test for path in every[::40] for test in quick.tests_of(path.relative_to(ROOT))}
    assert found
    assert all(ROOT / "tests" / "unit" in test.parents for test in found)
