"""Run the chain of one edition: check, build beside the old edition, render, swap in whole."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.errors import StaatError
from analysis.run import manifest, staging
from analysis.run.chain import Step, plan
from analysis.run.execute import Job, execute
from analysis.run.parameters import injected, title_of
from analysis.run.workspace import EDITION_FILE

Render = Callable[[Path, Mapping[str, Any]], None]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Order:
    """What to run: the edition's facts and parameters, as plain values.

    Parameters
    ----------
    edition
        Its name, which is the name of its folder below the outputs.
    facts
        What pages and manifest tell about it.
    shared
        Parameters that any notebook may ask for.
    blocks
        Parameters per stem; a step runs when its block is here.
    command
        What to type to run it again.
    """

    edition: str
    facts: Mapping[str, Any]
    shared: Mapping[str, Any]
    blocks: Mapping[str, Mapping[str, Any]]
    command: str


def check(order: Order, chain: Iterable[Step], notebooks: Path) -> list[tuple[Step, dict[str, Any]]]:
    """Plan the steps of an edition and what to inject into each; refuses before anything runs."""
    steps = plan(chain, order.blocks.keys())
    return [
        (step, injected(notebooks / f"{step.notebook}.ipynb", order.blocks[step.stem], order.shared)) for step in steps
    ]


def run(order: Order, chain: Iterable[Step], *, root: Path, outputs: Path, render: Render, say: Say) -> Path:
    """Run an edition and return its folder.

    Parameters
    ----------
    order, chain
        What to run.
    root
        The project's folder, with ``notebooks`` and ``requirements.lock``.
    outputs
        The folder with all editions.
    render
        Makes the pages of a built edition from its folder and manifest.
    say
        Shows a progress line.

    Raises
    ------
    StaatError
        If a notebook fails; the last good edition stays, the failed build is set aside and named.
    """
    steps = check(order, chain, root / "notebooks")
    with staging.locked(outputs, order.edition):
        folder = staging.fresh(outputs, order.edition)
        try:
            _build(order, steps, root=root, folder=folder, render=render, say=say)
        except StaatError as error:
            raise _set_aside(error, folder, outputs / order.edition) from None
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        staging.swap_in(folder, outputs / order.edition)
    return outputs / order.edition


def _build(
    order: Order, steps: list[tuple[Step, dict[str, Any]]], *, root: Path, folder: Path, render: Render, say: Say
) -> None:
    (folder / "internal").mkdir()
    facts = json.dumps(dict(order.facts), ensure_ascii=False)
    (folder / "internal" / EDITION_FILE).write_text(facts, "utf8")
    told = _opening(order, root)
    for place, (step, parameters) in enumerate(steps, start=1):
        seconds = execute(_job(step, parameters, steps, root, folder))
        told["steps"].append(_describe(step, seconds, root, folder))
        say(f"[{place}/{len(steps)}] {step.notebook:<18} {seconds:6.1f} s")
    told["finished"] = manifest.now()
    started = time.perf_counter()
    render(folder, told)
    say(f"pages {time.perf_counter() - started:28.1f} s")
    manifest.write(folder, {**told, "outputs": manifest.outputs_of(folder)})


def _opening(order: Order, root: Path) -> dict[str, Any]:
    return {
        "edition": order.edition,
        "command": order.command,
        "facts": {name: value for name, value in order.facts.items() if name != "parameters"},
        "parameters": {**order.shared, **order.blocks},
        **manifest.provenance(root),
        "started": manifest.now(),
        "finished": None,
        "steps": [],
    }


def _job(
    step: Step, parameters: dict[str, Any], steps: list[tuple[Step, dict[str, Any]]], root: Path, folder: Path
) -> Job:
    made = {table for other, _ in steps for table in (*other.produces, *other.may_produce)}
    return Job(
        notebook=step.notebook,
        stem=step.stem,
        source=str((root / "notebooks" / f"{step.notebook}.ipynb").resolve()),
        folder=str(folder.resolve()),
        parameters=parameters,
        needs=(*step.needs, *(table for table in step.wants if table in made)),
        produces=step.produces,
        may_produce=step.may_produce,
    )


def _describe(step: Step, seconds: float, root: Path, folder: Path) -> dict[str, Any]:
    notes = manifest.step_record(folder, step.stem)
    published = notes.get("published", [])
    return {
        "notebook": step.notebook,
        "stem": step.stem,
        "title": title_of(root / "notebooks" / f"{step.notebook}.ipynb"),
        "seconds": round(seconds, 2),
        "inputs": notes.get("input", []),
        "published": published,
        "findings": notes.get("finding", []),
        "suppressed": sum(int(note.get("suppressed", 0)) for note in published),
        "needs": list(step.needs),
        "produces": list(step.produces),
    }


def _set_aside(error: StaatError, folder: Path, edition: Path) -> StaatError:
    failed = staging.keep_failed(folder, edition)
    lines = [str(error), f"  the failed run is kept in {failed}; notebooks in {failed / 'notebooks'}"]
    if edition.exists():
        lines.append(f"  the last good edition {edition} is untouched")
    error.args = ("\n".join(lines),)
    return error
