"""Scratch copies of notebooks: with the parameters of an edition, to try things in; and back to the notebook.

A scratch copy is below ``scratch/``, which git ignores and others cannot open. Its metadata say which notebook it is a
copy of and which text that had, so that neither the edits of the copy nor those of the notebook are lost unseen.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.desk.saving import KEEPS, NOTE
from analysis.desk.strip import without_outputs, written
from analysis.errors import InputError
from analysis.run import private
from analysis.run.numbering import cell_names
from analysis.run.parameters import as_given, tags_of
from analysis.run.prose import prose_digest
from analysis.run.scratch import TAG, is_scratch, scratch_in
from analysis.run.whole import write_whole

FOLDER = "scratch"
_HEAD = """> **Scratch copy** of `notebooks/{name}`, with the parameters and the tables of the edition `{edition}`.
> It never becomes a page.
>
> Everything is free here: `print`, `frame.head()`, `plt.show()`. An edit of the helper package is seen at the
> next cell. {saved}
>
> `staat publish {edition} {stem}` writes the cells back to `notebooks/` and runs the edition. A cell whose first
> line is `# scratch` stays behind, and the parameters stay those of the notebook."""
_FAILED = """> **[To the cell that failed]({name}#cell-id={cell})**: `{message}`
>
"""
_SAVED = {
    True: "What cells show is saved with this copy.",
    False: "The data are of persons: what cells show is not saved.",
}


@dataclass(frozen=True)
class Copy:
    """One scratch copy and the notebook that it is of."""

    notebook: Path
    path: Path
    edition: str

    @property
    def exists(self) -> bool:
        """Whether there is one."""
        return self.path.exists()

    @property
    def edited(self) -> bool:
        """Whether it has cells that are not those with which it was made."""
        return self.exists and self._note().get("cells") != prose_digest(self.path)

    def make(self, parameters: Mapping[str, Any], *, confidential: bool, failed: tuple[str, str] = ("", "")) -> None:
        """Write it anew, with these parameters; `failed` is the id of the cell that failed, and how it did."""
        given = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
        source = json.loads(self.notebook.read_text("utf8"))
        cells = [_given(cell, given) for cell in without_outputs(source)["cells"]]
        at = next((i for i, cell in enumerate(cells) if failed[0] and cell.get("id") == failed[0]), None)
        if at is not None:
            cells.insert(at, _note("scratch-failed", "## Here it failed"))  # in JupyterLab's table of contents too
        cells.insert(0, self._head(confidential, *failed))
        note = {"source": prose_digest(self.notebook), KEEPS: not confidential}
        private.make(private.make(self.path.parents[1]) / self.path.parent.name)
        self._write({**source, "cells": cells}, note)

    def take_back(self) -> bool:
        """Write its cells back to the notebook, and return whether that changed it.

        Raises
        ------
        InputError
            When the notebook changed since the copy was made, or a cell holds what a run refuses.
        """
        if not self.exists:
            raise InputError(str(self.path), "there is no scratch copy", hint=f"staat lab {self.edition} {self._stem}")
        note, before = self._note(), prose_digest(self.notebook)
        if note.get("source") != before:
            hint = "keep your cells elsewhere, then make the copy anew: staat lab --anew"
            raise InputError(str(self.notebook), "was changed after its scratch copy was made", hint=hint)
        notebook, copy = (json.loads(path.read_text("utf8")) for path in (self.notebook, self.path))
        self._refuse_scratch(copy["cells"])
        own = next(cell for cell in notebook["cells"] if "parameters" in tags_of(cell))
        kept = [cell for cell in without_outputs(copy)["cells"] if not is_scratch(cell)]
        cells = [{**cell, "source": own["source"]} if "parameters" in tags_of(cell) else cell for cell in kept]
        if sum("parameters" in tags_of(cell) for cell in cells) != 1:
            raise InputError(str(self.path), "has lost its parameters cell", hint="take it back with Lab's undo")
        self.notebook.write_text(written({**notebook, "cells": cells}), "utf8", newline="\n")
        self._write(copy, {**note, "source": prose_digest(self.notebook)})
        return prose_digest(self.notebook) != before

    @property
    def _stem(self) -> str:
        return self.notebook.stem.partition("_")[2]

    def _head(self, confidential: bool, cell: str, message: str) -> dict[str, Any]:
        words = {"name": self.notebook.name, "edition": self.edition, "stem": self._stem}
        # JupyterLab goes to no cell by itself when it opens a notebook, but to that of a link.
        link = _FAILED.format(name=self.notebook.name, cell=cell, message=message.replace("`", "'")) if cell else ""
        text = link + _HEAD.format(saved=_SAVED[not confidential], **words)
        return _note("scratch-copy", text)

    def _refuse_scratch(self, cells: list[dict[str, Any]]) -> None:
        pairs = zip(cell_names(cells), cells, strict=True)
        found = [(name, told) for name, cell in pairs if not is_scratch(cell) and (told := scratch_in(cell))]
        if found:
            hint = "begin the cell with the line `# scratch`, and it stays behind; or take it out"
            raise InputError.several([InputError(f"{self.path}: {name}", told, hint=hint) for name, told in found])

    def _note(self) -> dict[str, Any]:
        try:
            note: dict[str, Any] = json.loads(self.path.read_text("utf8"))["metadata"][NOTE]
        except (ValueError, LookupError, TypeError):
            hint = "move it away, and make the copy anew: staat lab"
            raise InputError(str(self.path), "is no scratch copy of `staat lab`", hint=hint) from None
        return note

    def _write(self, notebook: Mapping[str, Any], note: Mapping[str, Any]) -> None:
        """Write the copy; its note says with which cells, so that edits are seen."""
        metadata = notebook["metadata"]
        write_whole(self.path, written({**notebook, "metadata": {**metadata, NOTE: dict(note)}}))
        note = {**note, "cells": prose_digest(self.path)}
        write_whole(self.path, written({**notebook, "metadata": {**metadata, NOTE: note}}))


def copy_of(root: Path, notebook: Path, edition: str) -> Copy:
    """Return the scratch copy of a notebook for an edition, whether there is one or not."""
    return Copy(notebook, root / FOLDER / edition / notebook.name, edition)


def _note(identifier: str, text: str) -> dict[str, Any]:
    """Return a text cell that is no part of the notebook."""
    source = text.splitlines(keepends=True)
    return {"cell_type": "markdown", "id": identifier, "metadata": {"tags": [TAG]}, "source": source}


def _given(cell: dict[str, Any], given: str) -> dict[str, Any]:
    if "parameters" not in tags_of(cell):
        return cell
    return {**cell, "source": as_given("".join(cell["source"]), given).splitlines(keepends=True)}
