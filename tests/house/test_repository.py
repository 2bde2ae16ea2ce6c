"""Rules about the repository itself: notebooks thin, versions equal, the schema current, layers apart."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from analysis.edition.chain import CHAIN
from analysis.edition.model import BLOCKS, Edition
from analysis.edition.orders import order_of, project_of
from analysis.edition.params import read_edition
from analysis.edition.sync import written
from analysis.run.assess import Assessor
from analysis.run.parameters import cell_parameters, injected, title_of

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
EDITIONS = sorted((ROOT / "params").glob("*.yml"))
SOURCE = sorted((ROOT / "src").rglob("*.py"))


def name(path: Path) -> str:
    return path.stem


def code_cells(path: Path) -> list[str]:
    cells = json.loads(path.read_text("utf8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def test_the_lock_and_environment_yml_tell_the_same_versions() -> None:
    pinned = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)\s*(?:;\s*(.*?))?\s*\\?$", re.MULTILINE)
    locked = {
        (n, v, (marker or "").replace('"', "'"))
        for n, v, marker in pinned.findall((ROOT / "requirements.lock").read_text())
    }
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf8"))
    pip = next(entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))
    told = {pinned.match(requirement).groups(default="") for requirement in pip}
    assert len(locked) > 100
    assert told == locked


def test_the_lock_holds_every_version_that_the_project_asks_for_with_a_hash_and_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]
    for requirement in [*project["dependencies"], *project["optional-dependencies"]["dev"]]:
        asked = requirement if "==" in requirement else f"{requirement}=="
        assert re.search(rf"^{re.escape(asked)}", lock, re.MULTILINE | re.IGNORECASE), requirement
    assert "://" not in lock
    assert all("--hash=sha256:" in block for block in re.split(r"\n(?=\S)", lock) if "==" in block)


def test_what_follows_from_the_declarations_is_current() -> None:
    """Parameters cells, the schema for editors, the README's table of chapters: `staat sync` writes them."""
    assert [path for path, text in written(ROOT) if path.read_text("utf8") != text] == [], "run staat sync"


@pytest.mark.parametrize("path", EDITIONS, ids=name)
def test_every_edition_can_start(path: Path, tmp_path: Path) -> None:
    """Parameters and parameters cells agree, every table has a maker, and the code can be followed."""
    assessor = Assessor(order_of(path, (), ROOT), CHAIN, project_of(ROOT, tmp_path))
    standings = assessor.standings([])
    assert [standing.step.stem for standing in standings] == list(read_edition(path).blocks)
    assert {standing.reason.split(",")[0] for standing in standings} == {"it never ran"}


def test_every_notebook_is_a_step_and_has_a_block() -> None:
    assert [path.stem for path in NOTEBOOKS] == [step.notebook for step in CHAIN]
    assert {step.stem for step in CHAIN} == set(BLOCKS)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_a_notebook_is_thin_and_holds_no_output(path: Path) -> None:
    cells = json.loads(path.read_text("utf8"))["cells"]
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in cells)
    assert title_of(path)
    for source in code_cells(path):
        defined = re.findall(r"^\s*(?:def|class) (\w+)", source, re.MULTILINE)
        assert defined == [], f"{path.name}: put these in a module of the chapter"
        assert not re.search(r"[\"'][^\"']*/[^\"']*\.(csv|parquet|xlsx|png)", source)
        assert source.startswith(("import ", "from ", "edition = ")) or len(source.splitlines()) <= 20


PUBLISHES = re.compile(r"chapter\.(?:show|conclude|accounts?|findings|findings_of|all_findings|tests_made|truth)\(")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_what_a_notebook_publishes_is_the_last_value_of_its_cell(path: Path) -> None:
    """Else its files are published, and its page does not show it."""
    unseen = [
        ast.unparse(statement)
        for source in code_cells(path)
        for statement in ast.parse(source).body[:-1]
        if isinstance(statement, ast.Expr) and PUBLISHES.match(ast.unparse(statement))
    ]
    assert unseen == [], f"{path.name}: give these a cell of their own"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_every_parameter_has_a_comment_and_defaults_that_work_alone(path: Path) -> None:
    source = next(cell for cell in code_cells(path) if cell.startswith("edition ="))
    lines = source.splitlines()
    assert all("# " in line or above.startswith("# ") for above, line in zip(["", *lines], lines, strict=False))
    defaults = cell_parameters(path)
    edition = read_edition(ROOT / "params" / f"{defaults['edition']}.yml", here=False)
    assert injected(path, edition.blocks[path.stem.partition("_")[2]], edition.shared) == defaults


def imports_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf8"))
    found = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {found for found in found if found.startswith("analysis.")}


FLOORS = (
    ("errors", "headers", "variables"),
    ("plain_yaml", "municipality", "school_years", "formula", "received"),
    ("advice_levels", "reference_levels", "inspectorate"),
    ("declare", "language", "run"),
    ("codes",),
    ("stats",),
    ("topics.choice",),
    ("data",),
    ("registers",),
    ("synthetic",),
    ("disclosure",),
    ("publish",),
    ("disclosure.net", "topics.staffing"),
    ("chapters",),
    ("intake", "door"),
    ("closing",),
    ("chapter",),
    ("edition",),
    ("compare",),
    ("site",),
    ("desk", "results"),
    ("sweep",),
    ("commands",),
    ("cli",),
)
"""The rooms from the ground up: a room imports from its own floor only itself, and nothing from a floor above."""
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}


def room_of(module: str) -> str:
    parts = module.split(".")[1:]
    return next(name for size in (2, 1) if (name := ".".join(parts[:size])) in FLOOR)


def modules_of(path: Path) -> Iterator[tuple[str, str]]:
    """Give the module that is a file, with each module that it imports."""
    inside = path.relative_to(ROOT / "src").with_suffix("").parts
    module = ".".join(inside[:-1] if inside[-1] == "__init__" else inside)
    yield from ((module, found) for found in imports_of(path))


@pytest.mark.parametrize("path", SOURCE, ids=lambda path: str(path.relative_to(ROOT / "src" / "analysis")))
def test_no_room_knows_what_is_above_it(path: Path) -> None:
    for module, found in modules_of(path):
        if "analysis" not in (module, found):
            one, other = room_of(module), room_of(found)
            assert one == other or FLOOR[other] < FLOOR[one], (module, found)


def test_no_chapter_knows_another() -> None:
    for path in (path for path in SOURCE if "chapters" in path.parts):
        for module, found in modules_of(path):
            if found.startswith("analysis.chapters."):
                assert found.split(".")[2] == module.split(".")[2], (module, found)


MODELS = [path for path in SOURCE if "stats" in path.parts or re.search(r"/models(/|\.py)", path.as_posix())]


@pytest.mark.parametrize("path", MODELS, ids=lambda path: str(path.relative_to(ROOT / "src" / "analysis")))
def test_models_know_neither_data_nor_pages(path: Path) -> None:
    above = ("data", "synthetic", "disclosure", "publish", "run", "edition", "declare", "chapter")
    for found in imports_of(path) - {"analysis.run.remembered", "analysis.run.remembered.remembered"}:
        assert found.split(".")[1] not in above, found


def test_models_neither_print_nor_touch_disk() -> None:
    for path in MODELS:
        assert not re.search(
            r"\b(print|open)\(|\.to_csv|\.to_parquet|read_csv|read_parquet|Path\(", path.read_text("utf8")
        ), path


def test_the_readme_names_every_notebook_and_edition() -> None:
    readme = (ROOT / "README.md").read_text("utf8")
    for path in NOTEBOOKS:
        assert f"`{path.stem}`" in readme
    for path in EDITIONS:
        assert f"`{path.name}`" in readme
    assert set(Edition.model_fields) > set(BLOCKS)


def test_every_decision_has_a_number_of_its_own() -> None:
    numbers = [path.name[:4] for path in (ROOT / "docs" / "decisions").glob("*.md")]
    assert len(numbers) == len(set(numbers))


def test_every_file_that_a_document_names_exists() -> None:
    """A section of methods that names a file which was renamed explains nothing on the pages."""
    known = {path.name for folder in ("src", "tests", "tools", "benchmarks") for path in (ROOT / folder).rglob("*.py")}
    named = {
        (path.name, file)
        for path in [*(ROOT / "docs").glob("*.md"), ROOT / "CONTRIBUTING.md", ROOT / "README.md"]
        for file in re.findall(r"`(?:[a-z_]+/)*([a-z_]+\.py)`", path.read_text("utf8"))
    }
    assert {(document, file) for document, file in named if file not in known} == set()


def test_no_chapter_depends_on_what_another_one_says() -> None:
    """Else a caption makes notebooks run that do not show it: one name of the whole package is enough."""
    order = order_of(ROOT / "params" / "ci.yml", [], ROOT)
    assessor = Assessor(order, CHAIN, project_of(ROOT, ROOT / "outputs"))
    others = {
        step.notebook: sorted(
            path
            for path in assessor.reach(step).resources
            if path.startswith("chapters/") and path.endswith("exhibits.yml") and f"/{step.stem}/" not in path
        )
        for step in assessor.steps
    }
    assert {name: paths for name, paths in others.items() if paths} == {}


def test_what_is_compiled_stands_in_one_file() -> None:
    """Numba keeps what it compiled while that file is the same: of a function elsewhere it would use the old code."""
    sources = {path: path.read_text("utf8") for path in (ROOT / "src").rglob("*.py")}
    assert [path.name for path, source in sources.items() if re.search(r"^(from|import) numba\b", source, re.M)] == [
        "passes.py"
    ]
    (passes,) = (ast.parse(source) for path, source in sources.items() if path.name == "passes.py")
    ours = {
        alias.asname or alias.name
        for node in passes.body
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("analysis")
        for alias in node.names
    }
    compiled = [node for node in passes.body if isinstance(node, ast.FunctionDef) and node.decorator_list]
    used = {name.id for node in compiled for part in node.body for name in ast.walk(part) if isinstance(name, ast.Name)}
    assert len(compiled) > 8
    assert used & ours == set()
