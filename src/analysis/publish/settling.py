"""The chapters of an edition read side by side, and beside what was released before: more is withheld where they must.

A chapter looks at its own tables only. Before the pages are made all of them are admitted once more, figures first and
else in the order of the chapters, after what earlier editions published of the same persons. A table that would give a
small number away loses cells, or is withheld whole; a figure, which cannot be drawn anew, is withheld. What a chapter
wrote itself is kept inside, so that the next run settles from there.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat

from analysis.codes import codes_of
from analysis.disclosure import Gated, profile
from analysis.disclosure.linkage import released
from analysis.disclosure.linkage.layers import PublishedTable
from analysis.disclosure.linkage.register import Place, Register, withheld_since, without
from analysis.disclosure.linkage.released import enter
from analysis.disclosure.verdicts import judged
from analysis.errors import WithheldError
from analysis.language import SOURCE, name_codes, speaking, text
from analysis.publish import recipes
from analysis.publish.files import Files
from analysis.publish.published import notice
from analysis.publish.recipes import Recipe
from analysis.publish.renaming import rename
from analysis.publish.tables import html_table
from analysis.run.manifest import step_record
from analysis.run.records import UNSETTLED
from analysis.run.reuse import kept
from analysis.run.workspace import Workspace

__all__ = ["enter", "rename", "settle", "settled"]

Note = dict[str, Any]
Verdict = str | list[Place]
"""Why something is withheld whole, or the places of the cells that are withheld in it."""

COMPARED_BY = "analysis.publish.settling.settle"


def settle(folder: Path, edition: Mapping[str, Any], outputs: Path) -> tuple[list[str], list[str]]:
    """Withhold in an edition what its chapters, with each other or with earlier editions, would give away.

    Parameters
    ----------
    folder : The edition, with what its chapters published, and no pages yet.
    edition : Its ``edition``, ``facts``, ``parameters``, and ``steps`` with ``stem`` and ``notebook``.
    outputs : The folder with all editions, and with the ledger of `released`.

    Returns
    -------
    stems, notices
        The chapters that were changed, and one line for each file that could not be read.
    """
    facts = edition["facts"]
    with speaking(facts.get("language", SOURCE)):
        name_codes(codes_of(facts).words())
        notices: list[str] = []
        chapters = [_Chapter(folder, step["stem"], step["notebook"], facts) for step in edition["steps"]]
        own = {name: digest for chapter in chapters for name, digest in chapter.digests().items()}
        earlier = list(released.before(folder, edition, own, outputs, notices))
        # A table can lose a cell and stay, a figure cannot: so the figures of all chapters come first.
        in_order = [(chapter, kind) for kind in ("figure", "table") for chapter in chapters]
        depends = [
            [released.population(edition), edition["edition"], own],
            [[table.name, released.described_table(table)] for table in earlier],
            [[chapter.stem, kind, chapter.recipes(kind)] for chapter, kind in in_order],
        ]
        compared = kept(COMPARED_BY, depends, lambda: _compared(in_order, earlier, edition, own))
        for chapter, kind in in_order:
            for name, verdict in compared["verdicts"].get(f"{chapter.stem} {kind}", {}).items():
                chapter.change(kind, name, verdict)
        changed = [chapter.stem for chapter, kind in in_order if compared["verdicts"].get(f"{chapter.stem} {kind}")]
        released.write(folder, compared["release"])
    return [chapter.stem for chapter in chapters if chapter.stem in changed], notices


def _compared(
    in_order: Sequence[tuple[_Chapter, str]],
    earlier: Iterable[PublishedTable],
    edition: Mapping[str, Any],
    own: Mapping[str, str],
) -> dict[str, Any]:
    """Return what must be changed of what the chapters published, and what the edition then releases.

    Returns
    -------
    dict
        ``verdicts`` by chapter and kind and then by name: why it is withheld, or at which places cells are; and
        ``release``.
    """
    register = Register(profile(edition["facts"].get("disclosure", "default")))
    for table in earlier:
        register.keep(table)
    verdicts = {f"{chapter.stem} {kind}": chapter.verdicts(register, kind) for chapter, kind in in_order}
    return {"verdicts": verdicts, "release": released.described(edition, own, register.published())}


def settled(folder: Path, manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    """Settle an edition that no run has settled before its pages are made; return its manifest as it is then."""
    if folder.joinpath(*released.COMPARED).exists():
        return manifest
    changed, _ = settle(folder, manifest, folder.parent)
    if not changed:
        return manifest
    kinds = {"published": "published", "withheld": "withheld"}
    notes = {step["stem"]: step_record(folder, step["stem"]) for step in manifest["steps"]}
    steps = [
        {**step, **{name: notes[step["stem"]].get(kind, []) for name, kind in kinds.items()}}
        for step in manifest["steps"]
    ]
    return {**manifest, "steps": steps}


class _Chapter:
    """One chapter of an edition and its published files."""

    def __init__(self, folder: Path, stem: str, notebook: str, facts: Mapping[str, Any]) -> None:
        self.folder, self.stem = folder, stem
        self.synthetic = bool(facts.get("synthetic", False))
        self.profile = profile(facts.get("disclosure", "default"))
        self._notebook = folder / "notebooks" / f"{notebook}.ipynb"
        self._notes = folder / "internal" / "records" / f"{stem}.jsonl"
        self._files = Files(
            Workspace(stem, folder, folder, dict(facts), needs=frozenset(), produces=frozenset()),
            synthetic=self.synthetic,
        )

    def digests(self) -> dict[str, str]:
        """Return the digest of each table that counts somebody, as the chapter wrote it, by name."""
        return {
            f"{self.stem}/{_table(note)}": note["files"][f"tables/{self.stem}/{_table(note)}.csv"]
            for note in self._published()
        }

    def recipes(self, kind: str) -> list[tuple[str, str]]:
        """Return the names of the figures or tables that count somebody, each with the digest of its gated table."""
        names = [note["name"] for note in self._published() if note["kind"] == kind]
        return [(name, recipes.digest_of(self.folder, self.stem, kind, name)) for name in names]

    def verdicts(self, register: Register, kind: str) -> dict[str, Verdict]:
        """Admit every figure or every table of the chapter; return why it is withheld, or where, of what must be."""
        found: dict[str, Verdict] = {}
        for name, _ in self.recipes(kind):
            recipe = recipes.read(self.folder, self.stem, kind, name)
            assert recipe is not None, "there is one of all that counts somebody"
            table = f"{self.stem}/{name}" if kind == "table" else f"{self.stem}/{name}_data"
            try:
                gated = register.admit(table, recipe.gated)
            except WithheldError as reason:
                found[name] = str(reason)
                continue
            if gated.cells != recipe.gated.cells:
                found[name] = withheld_since(recipe.gated, gated)
                if kind == "figure":
                    register.forget(table)
                    found[name] = str(
                        text("Not shown: beside what else is published it would give a small number away.")
                    )
        return found

    def change(self, kind: str, name: str, verdict: Verdict) -> None:
        """Withhold a figure or table, or cells of it, as `verdicts` says."""
        note = next(note for note in self._published() if (note["kind"], note["name"]) == (kind, name))
        recipe = recipes.read(self.folder, self.stem, kind, name)
        assert recipe is not None, "there is one of all that counts somebody"
        if isinstance(verdict, str):
            self._withdraw(note, recipe, verdict)
        else:
            self._rewrite(note, recipe, without(recipe.gated, [(row, column) for row, column in verdict]))

    def _published(self) -> list[Note]:
        """Return the notes of what counts somebody."""
        published = [note for note in self._read_notes() if note["noted"] == "published"]
        return [
            note for note in published if recipes.place(self.folder, self.stem, note["kind"], note["name"]).exists()
        ]

    def _read_notes(self) -> list[Note]:
        lines = self._notes.read_text("utf8").splitlines() if self._notes.exists() else []
        return [json.loads(line) for line in lines]

    def _rewrite(self, note: Note, recipe: Recipe, gated: Gated) -> None:
        """Write a table again with more withheld, and show it so."""
        for path in note["files"]:
            self._set_aside(path)
        address = self._files.table(recipe.name, gated, recipe.caption)
        totals = not any(rule["rule"] == "totals" and rule["verdict"] == "not applicable" for rule in note["rules"])
        changed = {
            "suppressed": gated.cells,
            "rules": judged(gated, tuple(gated.resting), self.profile, totals=totals, picture=False),
            "files": self._files.digests(address),
            "why": self.profile.rule,
        }
        before, after = (html_table(one, **recipe.shown) for one in (recipe.gated, gated))
        self._replace_note(note, {**note, **changed})
        self._show({_digest(before): after}, recipe)

    def _withdraw(self, note: Note, recipe: Recipe, reason: str) -> None:
        """Take a table or figure out of the edition; its place says why."""
        for path in note["files"]:
            self._set_aside(path)
            (self.folder / path).unlink()
        entry = {"noted": "withheld", "kind": recipe.kind, "name": recipe.name, "caption": note["caption"]}
        self._replace_note(note, {**entry, "withheld": reason})
        html = notice(recipe.kind, recipe.name, note["caption"], reason)
        shown = [one["sha256"] for one in self._read_notes() if one["noted"] == "shown" and _same(one, recipe)]
        self._show(dict.fromkeys(shown, html), recipe)

    def _replace_note(self, old: Note, new: Note) -> None:
        notes = [new if note == old else note for note in self._read_notes()]
        self._write_notes(notes)

    def _write_notes(self, notes: list[Note]) -> None:
        self._set_aside(self._notes.relative_to(self.folder).as_posix())
        self._notes.write_text(
            "".join(json.dumps(note, ensure_ascii=False) + "\n" for note in notes), "utf8", newline="\n"
        )

    def _show(self, instead: Mapping[str, str], recipe: Recipe) -> None:
        """Put other HTML in the place of what was shown, by digest, in the executed notebook and in the notes."""
        self._set_aside(self._notebook.relative_to(self.folder).as_posix())
        notebook = nbformat.reads(self._notebook.read_text("utf8"), as_version=4)  # type: ignore[no-untyped-call]  # nbformat is typed in part
        for cell in notebook.cells:
            for output in cell.get("outputs", ()):
                html = output.get("data", {}).get("text/html")
                if html is not None and _digest(html) in instead:
                    output["data"]["text/html"] = instead[_digest(html)]
        self._notebook.write_text(nbformat.writes(notebook), "utf8", newline="\n")  # type: ignore[no-untyped-call]  # nbformat is typed in part
        self._write_notes(
            [
                {**note, "sha256": _digest(instead[note["sha256"]])}
                if note["noted"] == "shown" and _same(note, recipe) and note["sha256"] in instead
                else note
                for note in self._read_notes()
            ]
        )

    def _set_aside(self, path: str) -> None:
        """Keep inside what the chapter wrote itself."""
        kept = self.folder.joinpath(*UNSETTLED, self.stem, path)
        if not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(self.folder / path, kept)


def _table(note: Mapping[str, Any]) -> str:
    return note["name"] if note["kind"] == "table" else f"{note['name']}_data"


def _same(note: Mapping[str, Any], recipe: Recipe) -> bool:
    return (note["kind"], note["name"]) == (recipe.kind, recipe.name)


def _digest(html: str) -> str:
    return hashlib.sha256(html.encode()).hexdigest()
