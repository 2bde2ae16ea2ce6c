"""A scratch copy has the parameters of its edition, is free, and goes back to the notebook without them."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import start_new_kernel

from analysis.desk import lab
from analysis.desk.copies import Copy, copy_of
from analysis.desk.saving import before_save
from analysis.errors import InputError
from analysis.run.numbering import cell_names
from analysis.run.parameters import cell_parameters
from analysis.run.runner import RunFailedError


def source_of(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def edit(copy: Copy, *more: str, number: int = -1, **replaced: str) -> None:
    """Edit a copy as JupyterLab does: outputs, notes and new cells among them."""
    notebook = json.loads(copy.path.read_text("utf8"))
    for cell in notebook["cells"]:
        for old, new in replaced.items():
            cell["source"] = source_of(cell).replace(old, new)
        if cell["cell_type"] == "code":
            cell["metadata"] = {**cell["metadata"], "scrolled": True}
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "Pieterse, 7"}]
    new = [
        {"cell_type": "code", "id": f"new-{i}", "metadata": {}, "execution_count": 1, "outputs": [], "source": code}
        for i, code in enumerate(more)
    ]
    notebook["cells"][number:number] = new
    copy.path.write_text(json.dumps(notebook), "utf8")


@pytest.fixture
def copy(small: Any) -> Copy:
    """A copy of a notebook whose parameters cell has ``power = 2``, for an edition that has 5."""
    made = copy_of(small.root, small.root / "notebooks" / "03_three.ipynb", "small")
    made.make({"power": 5}, confidential=False)
    return made


def test_a_copy_has_the_values_of_the_edition_and_says_what_it_is(copy: Copy, small: Any) -> None:
    cells = json.loads(copy.path.read_text("utf8"))["cells"]
    assert cell_parameters(copy.path) == {"power": 5}
    assert "Scratch copy" in source_of(cells[0])
    assert "It never" in source_of(cells[0])
    original = json.loads(copy.notebook.read_text("utf8"))["cells"]
    assert [name for name in cell_names(cells) if "code" in name] == [n for n in cell_names(original) if "code" in n]
    assert stat.S_IMODE((small.root / "scratch").stat().st_mode) == 0o700
    assert not copy.edited


def test_edits_go_back_without_outputs_notes_scratch_and_parameters(copy: Copy) -> None:
    edit(copy, "# scratch\nprint(workspace)", "total = 7", **{"10**power": "2**power"})
    assert copy.edited
    assert copy.take_back()
    text = copy.notebook.read_text("utf8")
    cells = json.loads(text)["cells"]
    assert cell_parameters(copy.notebook) == {"power": 2}
    assert "2**power" in text
    assert "total = 7" in text
    assert not any(word in text for word in ("scratch", "Scratch", "Pieterse", "scrolled", "staat publish"))
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells if "outputs" in cell)
    assert not copy.take_back()  # nothing is left to change, and the copy is still of this notebook


def test_a_look_at_data_that_is_not_marked_is_refused_before_anything_is_written(copy: Copy) -> None:
    before = copy.notebook.read_bytes()
    edit(copy, "print(workspace)")
    with pytest.raises(InputError, match=r"code cell 3: line 1 calls print.*\n.*# scratch"):
        copy.take_back()
    assert copy.notebook.read_bytes() == before


def test_a_notebook_that_changed_meanwhile_is_not_overwritten(copy: Copy, small: Any) -> None:
    edit(copy, "total = 7")
    small.notebook("03_three", prose="Another explanation.")
    with pytest.raises(InputError, match="was changed after its scratch copy was made"):
        copy.take_back()


def test_without_a_copy_it_says_which_command_makes_one(small: Any) -> None:
    with pytest.raises(InputError, match="staat lab small three"):
        copy_of(small.root, small.root / "notebooks" / "03_three.ipynb", "small").take_back()


def test_lab_saves_what_cells_show_in_scratch_copies_on_made_up_data_alone(copy: Copy, small: Any) -> None:
    def saved(path: Path) -> str:
        model = {"type": "notebook", "content": json.loads(path.read_text("utf8"))}
        before_save(model, path=path.name, contents_manager=None)
        return json.dumps(model)

    edit(copy)
    assert "Pieterse" in saved(copy.path)
    copy.make({"power": 5}, confidential=True)
    edit(copy)
    assert "Pieterse" not in saved(copy.path)
    assert "of persons" in saved(copy.path)
    notebook = small.root / "notebooks" / "03_three.ipynb"
    notebook.write_bytes(copy.path.read_bytes().replace(b'"staat"', b'"other"'))
    assert "Pieterse" not in saved(notebook)


def test_after_a_first_run_that_failed_the_copy_opens_at_its_cell_with_its_parameters(small: Any) -> None:
    small.notebook("02_two", "power = 3", "workspace = open_workspace('two', 'small')\n1 / 0")
    small.blocks["one"] = {"number": 9}
    with pytest.raises(RunFailedError) as failed:
        small.run()
    assert "staat lab small two --failed\n" in str(failed.value)
    assert "in code cell 4, line 2\n" in str(failed.value)
    (failure,) = lab.failures(small.order, small.chain, small.project)
    assert failure.step.stem == "two"
    assert "in code cell 4" in failure.message
    ((copy, done),) = lab.prepare(small.order, [failure.step], small.project, [failure], anew=False)
    assert done == "made with the parameters of small"
    assert lab.name_of(failure, copy) == "code cell 4"
    assert lab.address_of(copy.path, small.root) == "/lab/tree/scratch/small/02_two.ipynb"
    first = source_of(json.loads(copy.path.read_text("utf8"))["cells"][0])
    assert first.startswith(f"> **[To the cell that failed](02_two.ipynb#cell-id={failure.cell})**: `02_two failed")
    cells = json.loads(copy.path.read_text("utf8"))["cells"]
    (at,) = (i for i, each in enumerate(cells) if "1 / 0" in source_of(each))
    assert cells[at]["id"] == failure.cell
    assert source_of(cells[at - 1]) == "## Here it failed"
    copy.take_back()
    assert "Here it failed" not in copy.notebook.read_text("utf8")


def test_a_copy_with_edits_is_kept_unless_it_is_to_be_made_anew(small: Any) -> None:
    small.run()
    (step,) = lab.steps_of(small.order, small.chain, "three")

    def prepared(*, anew: bool) -> tuple[Copy, str]:
        return lab.prepare(small.order, [step], small.project, [], anew=anew)[0]

    copy, _ = prepared(anew=False)
    edit(copy, "total = 7")
    assert "kept as it is" in prepared(anew=False)[1]
    assert "total = 7" in copy.path.read_text("utf8")
    prepared(anew=True)
    assert "total = 7" not in copy.path.read_text("utf8")


def test_without_any_run_there_is_nothing_to_open(small: Any) -> None:
    with pytest.raises(InputError, match="no run of this edition yet"):
        lab.prepare(small.order, lab.steps_of(small.order, small.chain, None), small.project, [], anew=False)
    with pytest.raises(InputError, match="did you mean three"):
        lab.steps_of(small.order, small.chain, "thre")


def test_lab_is_served_from_the_projects_root_and_reads_these_outputs(small: Any) -> None:
    words = lab.command_of(small.root, "/lab", browser=False)
    assert f"--ServerApp.root_dir={small.root}" in words
    environment = lab.environment_of(small.order, small.outputs)
    assert environment["STAAT_OUTPUTS"] == str(small.outputs)
    assert "autoreload" in Path(environment["PYTHONSTARTUP"]).read_text("utf8")


def test_an_edit_of_a_package_is_seen_at_the_next_cell(tmp_path: Path, small: Any) -> None:
    module = tmp_path / "edited_meanwhile.py"
    module.write_text("def value():\n    return 'old'\n", "utf8")
    environment = {**lab.environment_of(small.order, small.outputs), "PYTHONPATH": str(tmp_path)}
    manager, client = start_new_kernel(env=environment)
    try:

        def shown(code: str) -> str:
            said: list[str] = []
            client.execute_interactive(
                code, timeout=120, output_hook=lambda m: said.append(m["content"].get("text", ""))
            )
            return "".join(said)

        assert shown("from edited_meanwhile import value\nprint(value())") == "old\n"
        module.write_text("def value():\n    return 'another'\n", "utf8")
        assert shown("print(value())") == "another\n"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
