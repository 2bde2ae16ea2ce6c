"""The end of a build: its pages and the manifest that says who made what from what."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from analysis.run import manifest, records
from analysis.run.assess import PAGES, Assessor
from analysis.run.chain import Step
from analysis.run.kernel.slim import refuse_grammar
from analysis.run.parameters import title_of
from analysis.run.records import Record
from analysis.run.seal import keyed

Render = Callable[..., Any]


def publish(folder: Path, assessor: Assessor, done: dict[str, Record], started: str) -> list[str]:
    """Write the pages of a build, their record, and last the manifest, whose presence says that the edition is whole.

    `done` has the record of every step, `started` is when the run started, UTC. Returns what the user must know
    besides, one line each.
    """
    began = time.perf_counter()
    assessor.project.code.save()  # pages on functions look into the modules that the keys have looked into
    _forget_tries(folder)
    notices = _settle(folder, assessor, done)
    description = _description(folder, assessor, done, started)
    load(assessor.project.render)(folder, description)
    done = {step.stem: _recorded_anew(step, done[step.stem], folder, assessor) for step in assessor.steps}
    _record_pages(folder, assessor, done, time.perf_counter() - began)
    manifest.write(folder, {**description, "outputs": manifest.outputs_of(folder, assessor.project.hashes)})
    if assessor.project.settle:
        load(f"{assessor.project.settle}:enter")(folder, assessor.project.outputs)
    return notices


def _settle(folder: Path, assessor: Assessor, done: dict[str, Record]) -> list[str]:
    """Let what the steps published be settled side by side, from what they wrote themselves; their records follow."""
    project, order = assessor.project, assessor.order
    if not project.settle:
        return []
    touched = {step.stem for step in assessor.steps if records.unsettle(folder, step)}
    edition = {
        "edition": order.edition,
        "facts": dict(order.facts),
        "parameters": {**order.shared, **order.blocks},
        "steps": [{"stem": step.stem, "notebook": step.notebook} for step in assessor.steps],
    }
    changed, notices = load(f"{project.settle}:settle")(folder, edition, project.outputs)
    lines: list[str] = notices
    for step in assessor.steps:
        if step.stem in touched.union(changed):
            outputs, _ = records.outputs_of(folder, step, project.hashes)
            done[step.stem] = replace(done[step.stem], outputs=outputs)
            records.write(folder, done[step.stem])
    return lines


def load(symbol: str) -> Render:
    """Return the function that renders pages, named as ``module:function``; importing it takes a second or two."""
    refuse_grammar()
    module, _, name = symbol.partition(":")
    render: Render = getattr(importlib.import_module(module), name)
    return render


def _forget_tries(folder: Path) -> None:
    """Remove what only served the run: which paths were opened on this machine."""
    for notes in (folder / "internal" / "records").glob("*.reads"):
        notes.unlink()


def _recorded_anew(step: Step, record: Record, folder: Path, assessor: Assessor) -> Record:
    """Return the record of a step with the digest of its notebook as it was written for readers."""
    outputs, _ = records.outputs_of(folder, step, assessor.project.hashes)
    if outputs != record.outputs:
        record = replace(record, outputs=outputs)
        records.write(folder, record)
    return record


def _description(folder: Path, assessor: Assessor, done: Mapping[str, Record], started: str) -> dict[str, Any]:
    order = assessor.order
    return {
        "edition": order.edition,
        "command": order.command,
        "facts": {name: value for name, value in order.facts.items() if name != "parameters"},
        "parameters": {**order.shared, **order.blocks},
        **manifest.provenance(assessor.project.root),
        "started": started,
        "finished": manifest.now(),
        "steps": [_describe(step, done[step.stem], folder, assessor) for step in assessor.steps],
    }


def _describe(step: Step, record: Record, folder: Path, assessor: Assessor) -> dict[str, Any]:
    notes = manifest.step_record(folder, step.stem)
    published = notes.get("published", [])
    return {
        "notebook": step.notebook,
        "stem": step.stem,
        "title": title_of(assessor.project.notebook(step), str(assessor.order.context.get("language", ""))),
        "seconds": record.seconds,
        "peak_mb": record.peak_mb,
        "ran": record.ran,
        "git": record.git,
        "inputs": notes.get("input", []),
        "published": published,
        "findings": notes.get("finding", []),
        "withheld": notes.get("withheld", []),
        "suppressed": sum(int(note.get("suppressed", 0)) for note in published),
        "needs": list(step.needs),
        "produces": list(step.produces),
        "key": _key_told(record, assessor.order.confidential),
    }


def _key_told(record: Record, confidential: bool) -> dict[str, Any]:
    """Return the key of a step for strangers, with keyed digests of tables; of registers the names say too much too."""
    tables = {name: keyed(sha) for name, sha in record.key.get("tables", {}).items()}
    files = record.key.get("files", {})
    told = {keyed(name): keyed(sha) for name, sha in files.items()} if confidential else files
    parameters = dict(record.key.get("parameters", {}))
    if "keys" in parameters:  # names of columns of registers
        parameters["keys"] = [keyed(name) for name in parameters["keys"]]
    return {**record.key, "parameters": parameters, "tables": tables, "files": told}


def _record_pages(folder: Path, assessor: Assessor, done: Mapping[str, Record], seconds: float) -> None:
    whole = (page for kind in ("html", "csv", "zip", "pdf") for page in folder.glob(f"*.{kind}"))
    pages = sorted([*whole, *(folder / "html").rglob("*")])
    outputs = {
        page.relative_to(folder).as_posix(): assessor.project.hashes.of(page) for page in pages if page.is_file()
    }
    key = assessor.pages_key(done)
    git = manifest.git(assessor.project.root)
    records.write(folder, Record(PAGES, key, outputs, {}, round(seconds, 2), None, "", manifest.now(), git))
