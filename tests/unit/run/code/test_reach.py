"""A step is tied to the code that it reaches: all of it, and nothing besides."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import InputError
from analysis.run.code import Code, Reach, cell_digest
from analysis.run.code import files as code_files

PACKAGE = Path(__file__).parents[4] / "src" / "analysis"


def package(folder: Path, **files: str) -> Path:
    """Write a package `own`; ``a__b`` is the module ``own.a.b``."""
    for name, text in {"__init__": "", **files}.items():
        dunder = name.endswith("__init__")
        stem = name.removesuffix("__init__").replace("__", "/") + ("__init__" if dunder else "")
        path = folder / "own" / f"{stem}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf8")
    return folder / "own"


def reach(folder: Path, *cells: str, **files: str) -> Reach:
    return Code(package(folder, **files)).of_cells(cells)


def names(folder: Path, *cells: str, **files: str) -> set[str]:
    return set(reach(folder, *cells, **files).functions)


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> set[str]:
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


AB = "def f():\n    return g() + K\ndef g():\n    return 1\ndef h():\n    return 2\nK, L = 3, 4\n"


@pytest.mark.parametrize(
    "cell",
    [
        "from own.m import f\nf()",
        "from own.m import f as x\nx()",
        "from own import m\nm.f()",
        "import own.m\nown.m.f()",
        "import own.m as q\nq.f()",
        "def local():\n    from own.m import f\n    return f()",
        "%time from_here = 1\nfrom own import m\nx = %timeit m.f()",
        "from own import m\n%time m.f()",
        "from own import m\nawait m.f()",
    ],
)
def test_what_a_cell_names_is_reached_and_no_more(tmp_path: Path, cell: str) -> None:
    assert names(tmp_path, cell, m=AB) == {"own.m.f", "own.m.g", "own.m.K"}


def test_cells_share_one_namespace(tmp_path: Path) -> None:
    assert names(tmp_path, "from own import m", "m.g()", m=AB) == {"own.m.g"}


@pytest.mark.parametrize(
    "use",
    [
        "def f(x=K): ...",
        "def f(x: K): ...",
        "def f() -> K: ...",
        "def f() -> 'list[K]': ...",
        "class f(K): ...",
        "class f(metaclass=K): ...",
        "class f:\n    def method(self):\n        return K",
        "f = [K for _ in ()]",
        "f: int = K",
        "f = 1\nf += K",
        "if K:\n    f = 1",
        "try:\n    f = K\nexcept ValueError:\n    f = 2",
        "for f in K:\n    pass",
        "with K as f:\n    pass",
        "f, g = K, 1",
        "def f():\n    K = 1\n    return K",  # a local name counts too: more, never less
    ],
)
def test_every_place_in_a_definition_where_a_name_can_be_counts(tmp_path: Path, use: str) -> None:
    assert names(tmp_path, "from own.m import f", m=f"K = object\nL = 2\n{use}\n") >= {"own.m.f", "own.m.K"}
    assert "own.m.L" not in names(tmp_path, "from own.m import f", m=f"K = object\nL = 2\n{use}\n")


@pytest.mark.parametrize(
    "link",
    [
        "from own.sub.deep import g",
        "from .deep import g",
        "from . import deep\ng = deep.g",
        "from .. import sub\ndef g():\n    return sub.deep.g()",
        "import own.sub.deep\ndef g():\n    return own.sub.deep.g()",
        "def g():\n    from .deep import g\n    return g()",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .deep import g",
        "try:\n    from .deep import g\nexcept ImportError:\n    g = None",
    ],
)
def test_a_name_is_followed_through_modules_to_its_definition(tmp_path: Path, link: str) -> None:
    result = names(tmp_path, "from own.sub import mid\nmid.g()", sub____init__="", sub__mid=link, sub__deep=AB)
    assert "own.sub.deep.g" in result
    assert "own.sub.deep.h" not in result


def test_a_name_is_followed_through_a_package_that_passes_it_on(tmp_path: Path) -> None:
    files = {"sub____init__": "from .deep import g as front\nfrom . import deep", "sub__deep": AB}
    assert "own.sub.deep.g" in names(tmp_path, "from own.sub import front", **files)
    assert "own.sub.deep.g" in names(tmp_path, "import own.sub\nown.sub.deep.g()", **files)
    before = reach(tmp_path, "from own.sub import front", **files).functions
    swapped = "from .deep import h as front\nfrom . import deep"
    after = reach(tmp_path, "from own.sub import front", **{**files, "sub____init__": swapped}).functions
    assert changed(before, after) == {"own.sub.front", "own.sub.deep.g", "own.sub.deep.h"}


def test_two_imports_that_change_places_change_who_uses_them(tmp_path: Path) -> None:
    use = "def top():\n    return a() - b()\n"
    files = {"m": AB, "n": f"from own.m import g as a, h as b\n{use}"}
    before = reach(tmp_path, "from own.n import top", **files).functions
    after = reach(tmp_path, "from own.n import top", m=AB, n=f"from own.m import h as a, g as b\n{use}").functions
    assert changed(before, after) == {"own.n.top"}
    foreign = reach(tmp_path, "from own.n import top", m=AB, n=f"from numpy import log as a, exp as b\n{use}")
    other = reach(tmp_path, "from own.n import top", m=AB, n=f"from numpy import log2 as a, exp as b\n{use}")
    assert changed(foreign.functions, other.functions) == {"own.n.top"}


@pytest.mark.parametrize(
    "use",
    [
        "from own import m\nprint(m)",
        "from own import m\ngetattr(m, 'f')",
        "from own import m\nq = m",
        "from own.m import *",
        "import importlib\nimportlib.import_module('own.m')",
        "from importlib import import_module\nimport_module('own.m').h()",
        "import own\nprint(own)",
        "from own import m\nm.made_up_at_run_time",
    ],
)
def test_a_module_that_is_more_than_looked_into_is_reached_whole(tmp_path: Path, use: str) -> None:
    assert names(tmp_path, use, m=AB) >= {f"own.m.{name}" for name in "fghKL"}


@pytest.mark.parametrize(
    "use",
    [
        "import importlib\nimportlib.import_module(name)",
        "import importlib as il\nil.import_module(name)",
        "from importlib import import_module as load\nlist(map(load, names))",
        "eval(text)",
        "exec(text)",
        "import sys\nsys.modules[name]",
    ],
)
def test_what_cannot_be_followed_reaches_everything(tmp_path: Path, use: str) -> None:
    assert "own.other.h" in names(tmp_path, use, other=AB)
    within = "def f():\n    " + use.replace("\n", "\n    ")
    assert "own.other.h" in names(tmp_path, "from own.m import f", m=within, other=AB)


def test_importing_runs_what_is_at_the_top_of_every_module_on_the_way(tmp_path: Path) -> None:
    files = {
        "__init__": "print('root')",
        "m": "import own.sub.deep\ndef f(): ...",
        "sub____init__": "print('sub')",
        "sub__deep": "TABLE = {}\nTABLE['a'] = filled()\ndef filled(): ...\ndef idle(): ...",
        "aside": "print('never')",
    }
    assert names(tmp_path, "from own.m import f", **files) == {
        "own.m.f",
        "own.<module>",
        "own.sub.<module>",
        "own.sub.deep.<module>",
        "own.sub.deep.TABLE",
        "own.sub.deep.filled",
    }


def test_a_loop_that_binds_a_name_and_fills_a_table_runs_with_its_module(tmp_path: Path) -> None:
    text = "TABLE = {}\nfor name in ('a', 'b'):\n    TABLE[name] = filled()\ndef filled(): ...\ndef f(): ...\n"
    reached_names = {f"own.m.{name}" for name in ("f", "<module>", "name", "TABLE", "filled")}
    assert names(tmp_path, "from own.m import f", m=text) == reached_names


def test_a_foreign_import_that_nothing_uses_is_there_for_its_effect(tmp_path: Path) -> None:
    before = reach(tmp_path, "from own.m import g", m=f"import registers_one\n{AB}").functions
    after = reach(tmp_path, "from own.m import g", m=f"import registers_other\n{AB}").functions
    assert changed(before, after) == {"own.m.<module>"}


def test_a_module_and_a_function_of_one_name_both_count(tmp_path: Path) -> None:
    result = names(tmp_path, "from own.sub import deep\ndeep()", sub____init__="def deep(): ...", sub__deep=AB)
    assert result >= {"own.sub.deep", "own.sub.deep.f"}


def test_names_that_come_from_a_star_import_are_followed(tmp_path: Path) -> None:
    assert "own.m.f" in names(tmp_path, "from own.n import f", m=AB, n="from own.m import *")


def test_what_only_a_type_checker_imports_does_not_run(tmp_path: Path) -> None:
    text = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import own.loud, pandas\ndef f(): ...\n"
    result = reach(tmp_path, "from own.m import f", m=text, loud="print()")
    assert set(result.functions) == {"own.m.f"}
    assert result.imports == ()


def test_what_runs_only_as_a_script_is_not_reached(tmp_path: Path) -> None:
    text = f"{AB}if __name__ == '__main__':\n    h()\n"
    assert "own.m.h" not in names(tmp_path, "from own.m import g", m=text)


@pytest.mark.parametrize(
    ("decorator", "registered"),
    [
        ("@app.command()", True),
        ("@direct", True),
        ("@counting", True),
        ("if True:\n  @direct", True),
        ("@indirect('name')", True),
        ("@foreign.hook", True),
        ("@wrapping", False),
        ("@cache", False),
        ("@staticmethod", False),
    ],
)
def test_a_definition_that_registers_itself_is_reached_with_its_module(
    tmp_path: Path, decorator: str, registered: bool
) -> None:
    tools = (
        "class App: ...\napp = App()\nKNOWN = []\nHOUSE = {}\n"
        "def direct(f):\n    KNOWN.append(f)\n    return f\n"
        "def indirect(name):\n    return direct\n"
        "def counting(f):\n    global app\n    app = f\n    return f\n"
        "def wrapping(f):\n    return lambda: f(**HOUSE)\n"
    )
    indent = "  " * decorator.startswith("if")
    imports = (
        "import foreign\nfrom functools import cache\nfrom own.tools import app, counting, direct, indirect, wrapping\n"
    )
    text = f"{imports}{decorator}\n{indent}def quiet(): ...\ndef f(): ...\n"
    assert ("own.m.quiet" in names(tmp_path, "from own.m import f", m=text, tools=tools)) is registered


def test_a_name_that_is_defined_twice_counts_with_both_definitions(tmp_path: Path) -> None:
    before = reach(tmp_path, "from own.m import f", m="def f():\n    return 1\nf = decorate(f)\n").functions
    after = reach(tmp_path, "from own.m import f", m="def f():\n    return 2\nf = decorate(f)\n").functions
    assert changed(before, after) == {"own.m.f"}


def test_modules_that_import_each_other_are_no_trap(tmp_path: Path) -> None:
    files = {"a": "from own import b\ndef f():\n    return b.g()", "b": "from own import a\ndef g():\n    return a.f()"}
    assert names(tmp_path, "from own import a\na.f()", **files) == {"own.a.f", "own.b.g"}
    assert names(tmp_path, "from own.a import x", a="from own.b import x", b="from own.a import x")


def test_files_beside_reached_definitions_count(tmp_path: Path) -> None:
    folder = package(tmp_path, sub____init__="", sub__m=AB, other____init__="", other__m=AB)
    for name in ("sub/page.html", "sub/templates/deep/style.css", "other/page.html", "sub/__pycache__/m.pyc", "sub/.s"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("1", "utf8")
    cell = "import own.other.m\nfrom own.sub.m import f"
    before = Code(folder).of_cells([cell]).resources
    assert list(before) == ["sub/page.html", "sub/templates/deep/style.css"]
    (folder / "sub/page.html").write_text("2", "utf8")
    assert changed(before, Code(folder).of_cells([cell]).resources) == {"sub/page.html"}


def test_foreign_imports_come_in_order_of_first_import(tmp_path: Path) -> None:
    files = {
        "__init__": "import zeta",
        "m": "import json\nimport beta.deep\nfrom own.n import g\nimport alpha\ndef f():\n    import late",
        "n": "from gamma.parts import x\ndef g(): ...",
    }
    result = reach(tmp_path, "import pandas as pd\nfrom own.m import f\nimport alpha, omega", **files)
    assert result.imports == ("pandas", "zeta", "beta.deep", "gamma.parts", "alpha", "omega")


def test_a_symbol_reaches_what_a_cell_that_names_it_would(tmp_path: Path) -> None:
    code = Code(package(tmp_path, m=AB))
    assert code.of_symbol("own.m.f") == code.of_cells(["from own.m import f"])
    assert set(code.of_symbol("own.m").functions) == {f"own.m.{name}" for name in "fghKL"}
    for wrong in ("own.m.ff", "own.q", "elsewhere.f"):
        with pytest.raises(InputError, match=wrong.rpartition(".")[2]):
            code.of_symbol(wrong)


@pytest.mark.parametrize("cell", ["from own.m import neerest", "from own import neerest", "import own.neerest"])
def test_a_cell_that_imports_what_is_not_there_hears_what_is(tmp_path: Path, cell: str) -> None:
    with pytest.raises(InputError) as caught:
        reach(tmp_path, f"x = 1\n{cell}", m="def nearest(): ...", nearest="")
    assert str(caught.value).startswith(f"{cell}: ")
    assert ".nearest" in str(caught.value).splitlines()[-1]


def test_a_module_that_is_not_python_is_named_with_its_line_once_it_is_reached(tmp_path: Path) -> None:
    files = {"good": AB, "bad": "x = 1\ndef f(:\n"}
    assert names(tmp_path, "from own.good import g", **files) == {"own.good.g"}
    with pytest.raises(InputError, match=r"bad\.py:2: is not Python"):
        reach(tmp_path, "from own.bad import f", **files)


def test_a_cell_that_is_not_python_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="x = = 2"):
        reach(tmp_path, "x = = 2")
    assert names(tmp_path, "from own import m", "%%bash\nls | m.g <(", m=AB) == {"own.m.g"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("x = 1", "x  =  1   # why\n\n", True),
        ("f(a, b)", "f(\n    a,\n    b,\n)", True),
        ("x = 1", "x = 2", False),
        ("x", "x;", False),
        ("x; ", "x ;  # hidden", True),
        ("'text'", "'other'", False),
        ("%time f(1)", "%time f(2)", False),
        ("!ls", "!ls", True),
    ],
)
def test_the_digest_of_a_cell_is_of_what_it_does(one: str, other: str, same: bool) -> None:
    assert (cell_digest(one) == cell_digest(other)) is same


def test_with_a_cache_the_answer_is_the_same_and_only_an_edited_file_is_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, memory, cell = (
        package(tmp_path, m=AB, n="from own.m import f\n"),
        tmp_path / "memory.json",
        "from own.n import f",
    )
    fresh = Code(folder, memory)
    before = fresh.of_cells([cell])
    fresh.save()
    (folder / "n.py").write_text("from own.m import f  # edited\n", "utf8")
    parsed: list[bytes] = []
    real = code_files.summarise
    monkeypatch.setattr(code_files, "summarise", lambda source, name: parsed.append(source) or real(source, name))
    assert Code(folder, memory).of_cells([cell]) == before
    assert parsed == [b"from own.m import f  # edited\n"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda _: "[]",
        lambda text: text.replace('"parser":["', '"parser":["0'),
        lambda text: text.replace('"python":[', '"python":[2,'),
        lambda text: json.dumps({**json.loads(text), "files": {name: [1] for name in json.loads(text)["files"]}}),
        lambda text: json.dumps({**json.loads(text), "files": 3}),
    ],
)
def test_a_damaged_cache_or_one_of_another_version_is_ignored_and_replaced(tmp_path: Path, damage) -> None:
    folder, memory = package(tmp_path, m=AB), tmp_path / "memory.json"
    code = Code(folder, memory)
    before = code.of_cells(["from own.m import f"])
    code.save()
    good = memory.read_text("utf8")
    assert damage(good) != good
    memory.write_text(damage(good), "utf8")
    (tmp_path / "walks.json").unlink()
    again = Code(folder, memory)
    assert again.of_cells(["from own.m import f"]) == before
    again.save()
    assert json.loads(memory.read_text("utf8")) == json.loads(good)


def test_a_cache_that_cannot_be_written_fails_no_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf8")
    code = Code(package(tmp_path, m=AB), tmp_path / "file" / "memory.json")
    code.of_symbol("own.m.f")
    code.save()


# Functions f0 .. f5: each returns a constant and calls some of those after it.
GRAPHS = st.lists(st.tuples(st.integers(0, 9), st.sets(st.integers(1, 5))), min_size=6, max_size=6)


def written(graph: list[tuple[int, set[int]]], constants: dict[int, int], dressed: bool = False) -> str:
    text = '"""Of the module."""\n# why\n\n' if dressed else ""
    for number, (constant, calls) in enumerate(graph):
        called = "".join(f" + f{number + step}()" for step in sorted(calls) if number + step < len(graph))
        text += f"\n\ndef f{number}( ):  # c\n    '''Docs.'''\n\n    # c\n" if dressed else f"def f{number}():\n"
        text += f"    return {constants.get(number, constant)}{called}\n"
    return text


def reached(graph: list[tuple[int, set[int]]], number: int = 0) -> set[int]:
    steps = {number + step for step in graph[number][1] if number + step < len(graph)}
    return {number}.union(*(reached(graph, step) for step in steps))


@given(graph=GRAPHS, number=st.integers(0, 5))
def test_a_change_moves_the_digest_of_what_changed_if_it_is_reached_and_no_other(
    tmp_path_factory: pytest.TempPathFactory, graph: list[tuple[int, set[int]]], number: int
) -> None:
    folder, cell = tmp_path_factory.mktemp("p"), "from own.m import f0"
    before = reach(folder, cell, m=written(graph, {})).functions
    assert set(before) == {f"own.m.f{each}" for each in reached(graph)}
    assert reach(folder, cell, m=written(graph, {}, dressed=True)).functions == before
    after = reach(folder, cell, m=written(graph, {number: 10})).functions
    assert changed(before, after) == ({f"own.m.f{number}"} if number in reached(graph) else set())


def test_a_chapter_of_this_package_reaches_its_own_model_only() -> None:
    result = Code(PACKAGE).of_cells(
        ["from analysis.chapters.segregation.models import estimates\nestimates.estimate_indices(city)"]
    )
    assert "analysis.chapters.segregation.models.estimates.estimate_indices" in result.functions
    modules = {name.rpartition(".")[0] for name in result.functions}
    assert not any("conditional_logit" in name or "synthetic" in name for name in modules)


SEGREGATION = """
import numpy as np
import pandas as pd
from analysis.chapters.segregation.models.attendance import places
from analysis.chapters.segregation.models.estimates import estimate_indices
rows = pd.DataFrame({"year": 2017, "area": [1011, 1011, 1012, 1012] * 2, "location": list("abab") * 2})
rows = rows.assign(nearest=["a", "a", "b", "b"] * 2, education="unknown", background=["nonwestern"] * 4 + ["rest"] * 4)
rows = rows.assign(pupils=[6.0, 4.0, 7.0, 28.0, 24.0, 16.0, 3.0, 12.0])
schools = pd.DataFrame({"stadsdeel": "centre"}, index=["a", "b"])
estimate_indices(places(rows, schools), draws=3, random_draws=3, seed=1)
"""


def test_every_function_that_runs_is_reached() -> None:
    ran = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        path = Path(frame.f_code.co_filename)
        if event == "call" and PACKAGE in path.parents:
            module = ".".join([PACKAGE.name, *path.relative_to(PACKAGE).with_suffix("").parts])
            ran.add(f"{module}.{frame.f_code.co_qualname.partition('.')[0]}")

    imports, _, calls = SEGREGATION.partition("rows =")
    namespace: dict[str, object] = {}
    exec(imports, namespace)  # noqa: S102 - a notebook's cell, above
    sys.setprofile(note)
    try:
        exec(f"rows ={calls}", namespace)  # noqa: S102 - the same
    finally:
        sys.setprofile(None)
    assert len(ran) > 5
    assert ran <= set(Code(PACKAGE).of_cells([SEGREGATION]).functions)


def test_a_package_that_passes_on_a_function_named_as_its_module_comes_to_an_end(tmp_path: Path) -> None:
    files = {"fit__fit": AB.replace("def f", "def fit"), "fit__other": "def z(): pass\n"}
    files["fit____init__"] = "from own.fit.fit import fit\n"
    assert names(tmp_path, "from own import fit\nfit.fit()", **files) >= {"own.fit.fit.fit", "own.fit.fit.g"}
    assert names(tmp_path, "from own.fit import fit\nfit()", **files) >= {"own.fit.fit.fit", "own.fit.fit.g"}
