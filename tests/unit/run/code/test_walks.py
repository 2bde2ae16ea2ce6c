"""What walks reached is remembered while no file of the package is another."""

import shutil
from pathlib import Path

import pytest

from analysis.errors import InputError
from analysis.run.code import Code
from analysis.run.code import reach as walking

CELLS = ["from own.m import f"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    package = tmp_path / "own"
    package.mkdir()
    (package / "__init__.py").write_text("", "utf8")
    (package / "m.py").write_text("A = 1\n\ndef f():\n    return A\n\ndef g():\n    return 2\n", "utf8")
    (package / "words.yml").write_text("a: b\n", "utf8")
    return package


@pytest.fixture
def walks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The walks that were made."""
    made: list[str] = []

    class Walk(walking._Walk):
        def reach(self) -> walking.Reach:
            made.append("a walk")
            return super().reach()

    monkeypatch.setattr(walking, "_Walk", Walk)
    return made


def command(folder: Path) -> list[walking.Reach]:
    """What a command does: look, and remember."""
    code = Code(folder, folder.parent / "code.json")
    reached = [code.of_cells(CELLS), code.of_symbol("own.m.g")]
    code.save()
    return reached


def test_the_next_command_walks_no_more(folder: Path, walks: list[str]) -> None:
    first = command(folder)
    assert command(folder) == first
    assert len(walks) == 2
    assert [*first[0].functions] == ["own.m.A", "own.m.f"]
    assert [*first[0].resources] == ["words.yml"]


def test_a_copy_of_the_package_walks_no_more_either(folder: Path, walks: list[str], tmp_path: Path) -> None:
    first = command(folder)
    copied = Path(shutil.copytree(folder, tmp_path / "copy" / folder.name))
    assert Code(copied, folder.parent / "code.json").of_cells(CELLS) == first[0]
    assert len(walks) == 2


@pytest.mark.parametrize(
    ("name", "content"),
    [("m.py", "def f():\n    return 3\n\ndef g():\n    return 2\n"), ("words.yml", "a: c\n"), ("n.py", "")],
)
def test_another_file_of_the_package_makes_it_walk_again(
    folder: Path, walks: list[str], name: str, content: str
) -> None:
    command(folder)
    (folder / name).write_text(content, "utf8")
    assert command(folder) == [Code(folder).of_cells(CELLS), Code(folder).of_symbol("own.m.g")]
    assert len(walks) == 6


def test_what_was_read_before_an_edit_is_not_remembered_as_of_after_it(folder: Path) -> None:
    code = Code(folder, folder.parent / "code.json")
    code.of_cells(CELLS)
    (folder / "m.py").write_text("def f():\n    return 3\n", "utf8")
    code.save()
    assert not (folder.parent / "walks.json").exists()


def test_other_cells_are_another_walk(folder: Path, walks: list[str]) -> None:
    command(folder)
    Code(folder, folder.parent / "code.json").of_cells([*CELLS, "f()"])
    assert len(walks) == 3


def test_cells_that_read_alike_when_they_are_joined_are_two_notebooks(folder: Path) -> None:
    """A name that one cell uses in a string is not that of the cell after it, however they were joined."""
    split, one = ['x = """', '"""\nfrom own.m import f'], ['x = """\n# %%\n"""\nfrom own.m import f']
    code = Code(folder, folder.parent / "code.json")
    assert [*code.of_cells(one).functions] == ["own.m.A", "own.m.f"]
    with pytest.raises(InputError):
        code.of_cells(split)
