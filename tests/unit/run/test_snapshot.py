"""What is edited while a run goes on, and changed back, is in no result: a run executes the copy that it records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from analysis.errors import StaatError
from analysis.run import snapshot
from analysis.run.snapshot import _carry

TOTAL = (
    'workspace = open_workspace("two", "small")\n'
    "{imports}"
    'total = int(tables.load(workspace, "numbers")["number"].sum()){change}\n'
    '(workspace.published_folder("tables") / "total.csv").write_text(f"{{total}}\\n", "utf8")'
)
FIRST = 'workspace = open_workspace("one", "small")\ntables.save(workspace, "numbers", pd.DataFrame({"number": [7]}))'


def edits(small: Any, file: Path, edited: str) -> None:
    """Let the first notebook, while it runs, write to a file of the project, as its user might do in an editor."""
    small.notebook("01_one", f"open({str(file)!r}, 'w').write({edited!r})\nimport pandas as pd\n{FIRST}")


def test_a_notebook_that_is_edited_while_it_waits_is_executed_as_it_was(small: Any) -> None:
    notebook = small.root / "notebooks" / "02_two.ipynb"
    small.notebook("02_two", TOTAL.format(imports="", change=" + 1000"))
    edited = notebook.read_text("utf8")
    small.notebook("02_two", TOTAL.format(imports="", change=""))
    original = notebook.read_text("utf8")
    edits(small, notebook, edited)
    small.run()
    assert notebook.read_text("utf8") == edited
    assert small.files()["tables/two/total.csv"] == b"7\n"
    assert small.standings()["two"] == ("stale", "code cell 3 of 02_two changed")
    notebook.write_text(original, "utf8")
    assert small.standings()["two"] == ("valid", "")


@pytest.mark.parametrize("fresh", [False, True], ids=["forked", "new"])
def test_a_module_that_is_edited_while_a_notebook_waits_is_imported_as_it_was(small: Any, fresh: bool) -> None:
    """7 doubled is 14 by the copy; by the edited module it would be 14,000."""
    module = small.root / "src" / "analysis" / "small.py"
    original = module.read_text("utf8")
    imports = "from analysis.small import double\n"
    small.notebook("02_two", TOTAL.format(imports=imports, change="\ntotal = double(total)"))
    edits(small, module, original.replace("FACTOR = 2", "FACTOR = 2000"))
    small.run(fresh_kernels=fresh)
    assert small.files()["tables/two/total.csv"] == b"14\n"
    assert small.standings()["two"][0] == "stale"
    module.write_text(original, "utf8")
    assert small.standings()["two"] == ("valid", "")


def test_pages_whose_code_is_edited_during_the_run_are_not_published(small: Any) -> None:
    """This process may have loaded either version; the results are kept, and the same command makes the pages."""
    module = small.root / "src" / "analysis" / "site" / "__init__.py"
    edits(small, module, module.read_text("utf8"))
    with pytest.raises(StaatError, match="was edited during the run") as refused:
        small.run()
    assert "the same command makes them again" in str(refused.value)
    assert not small.folder.exists()
    assert small.run() == []
    assert (small.folder / "index.html").exists()


def test_a_message_names_the_file_that_the_user_knows(small: Any) -> None:
    module = small.root / "src" / "analysis" / "small.py"
    module.write_text("def double(number:\n", "utf8")
    with pytest.raises(StaatError, match="is not Python") as refused:
        small.run()
    assert str(module) in str(refused.value)


# What numba compiled.


@pytest.fixture
def compiled(tmp_path: Path) -> tuple[Path, Path]:
    """Two packages with the same source, of which the first was compiled."""
    packages = tmp_path / "copied", tmp_path / "package"
    for package in packages:
        (package / "stats").mkdir(parents=True)
        (package / "stats" / "sums.py").write_text("FACTOR = 1\n", "utf8")
    _compile(packages[0], b"1")
    return packages


def _compile(package: Path, version: bytes) -> None:
    (package / "stats" / "__pycache__").mkdir(exist_ok=True)
    for name, what in (("sums.add-3.py311.nbi", b"index "), ("sums.add-3.py311.1.nbc", b"data ")):
        (package / "stats" / "__pycache__" / name).write_bytes(what + version)


def _compiled(package: Path) -> list[bytes]:
    return [file.read_bytes() for file in sorted((package / "stats" / "__pycache__").glob("*"))]


def test_what_was_compiled_outlives_the_run(compiled: tuple[Path, Path]) -> None:
    copied, package = compiled
    _carry(copied, package)
    assert _compiled(package) == [b"data 1", b"index 1"]
    _compile(copied, b"2")
    _carry(copied, package)
    assert _compiled(package) == [b"data 2", b"index 2"]


def test_what_was_compiled_of_another_source_does_not(compiled: tuple[Path, Path]) -> None:
    copied, package = compiled
    (package / "stats" / "sums.py").write_text("FACTOR = 2\n", "utf8")
    _carry(copied, package)
    assert _compiled(package) == []


def test_a_copy_that_ends_in_the_middle_leaves_no_index_over_other_data(
    compiled: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    copied, package = compiled
    _carry(copied, package)
    _compile(copied, b"2")
    put = snapshot._put
    monkeypatch.setattr(snapshot, "_put", lambda place, content: put(place, content) if b"data" in content else 1 / 0)
    with pytest.raises(ZeroDivisionError):
        _carry(copied, package)
    assert _compiled(package) == [b"data 2"]
