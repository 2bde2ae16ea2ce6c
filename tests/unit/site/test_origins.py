"""A published thing leads to its cell and to the functions that computed it."""

from __future__ import annotations

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis.site.origins import by_published, origins

KNOWN = {"analysis.stats.a.load", "analysis.stats.a.fit", "analysis.stats.b.draw", "analysis.stats.b.other"}


def shows(identity: str) -> list:
    return [new_output("execute_result", data={"text/html": f'<p id="{identity}">'}, execution_count=1)]


def found(*sources: str, published: str = "table-x") -> tuple[int, tuple[str, ...]]:
    cells = [new_code_cell(source) for source in sources[:-1]]
    cells.append(new_code_cell(sources[-1], outputs=shows(published)))
    origin = by_published(origins(new_notebook(cells=cells), KNOWN))[published]
    return origin.cell, tuple(name.removeprefix("analysis.stats.") for name in origin.functions)


def test_the_function_that_made_the_frame_comes_first_and_then_what_it_was_made_from() -> None:
    assert found(
        "from analysis.stats import a, b",
        "rows = a.load()",
        "fitted = a.fit(rows)",
        "chapter.table('x', b.draw(fitted))",
    ) == (4, ("b.draw", "a.fit", "a.load"))


def test_a_function_that_did_not_make_it_is_no_origin() -> None:
    assert found("from analysis.stats import a, b", "other = b.other()", "x = a.load()", "table(x)")[1] == ("a.load",)


def test_a_name_stands_for_what_it_was_given_last() -> None:
    assert found("from analysis.stats.a import load, fit", "x = load()", "x = fit()", "table(x)")[1] == ("a.fit",)


def test_functions_in_comprehensions_and_other_names_of_modules_count() -> None:
    cells = ("from analysis.stats import a as models", "x = {m: models.fit(m) for m in (1, 2)}", "table(x)")
    assert found(*cells)[1] == ("a.fit",)


def test_cells_are_numbered_as_in_jupyter_and_text_does_not_count() -> None:
    cells = [new_markdown_cell("# T"), new_code_cell("1"), new_code_cell("x", outputs=shows("figure-y"))]
    assert by_published(origins(new_notebook(cells=cells), KNOWN))["figure-y"].anchor == "cell-2"


def test_a_magic_is_no_obstacle() -> None:
    assert found("%matplotlib inline", "from analysis.stats import a", "table(a.load())")[1] == ("a.load",)


def test_a_function_that_a_package_passes_on_is_found_where_it_is_defined() -> None:
    cells = [new_code_cell("from analysis.stats import p\np.renamed()", outputs=shows("table-x"))]
    passed_on = {"analysis.stats.p.renamed": "analysis.stats.a.fit"}
    origin = by_published(origins(new_notebook(cells=cells), KNOWN, passed_on))["table-x"]
    assert origin.functions == ("analysis.stats.a.fit",)
