"""Is a step's last result still valid, and if not, why? Looks and computes; changes nothing, executes nothing."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from analysis.errors import listed
from analysis.run import manifest, private, records
from analysis.run.chain import Step, plan, predecessors
from analysis.run.code import Code, Reach
from analysis.run.code.cells import changes_others
from analysis.run.environment import installed
from analysis.run.hashes import Hashes, digest, sha256
from analysis.run.keys import differences, key_of, observed, observed_now, without_names
from analysis.run.order import Order
from analysis.run.parameters import code_cells, injected, refuse_notes
from analysis.run.prose import prose_digest
from analysis.run.records import Key, Record
from analysis.run.remembered import remembered
from analysis.run.reuse import Keeper
from analysis.run.workspace import MANIFEST_FILE
from analysis.variables import VOCABULARIES

PAGES = "pages"
NAME = "edition"
"""The parameter that names the edition: it changes no result, only what its files call themselves."""
WORDS = ".po"
REMEMBERED = f"{remembered.__module__}.{remembered.__name__}"
KERNEL = Path("run") / "kernel"  # in the package: it seeds, sets the environment and keeps threads out
State = Literal["valid", "stale", "follows", "failed"]


@dataclass(frozen=True)
class Standing:
    """The state of a step before a run."""

    step: Step
    state: State  # ``stale`` for a reason of its own; ``follows`` when only what it reads may change
    reason: str  # why it would run; empty when valid
    record: Record | None  # of its last success, of whatever age; None when it never ran


@dataclass(frozen=True)
class Project:
    """A project's folder and what commands remember of it between them."""

    root: Path  # the folder with ``notebooks``, ``requirements.lock`` and ``src``
    outputs: Path  # the folder with all editions
    package: Path  # the folder of the package whose code counts
    render: str  # the function that renders the pages of an edition from its folder and manifest: ``module:function``
    explains: tuple[Path, ...] = ()  # files and folders of code that the pages quote: documentation, docstrings
    copied: Path | None = None  # the folder of the notebooks, where that is not the one in `root`: a run has a copy
    # The module that settles what the steps of an edition published, before its pages are rendered, with ``settle``
    # and ``enter``; empty for none.
    settle: str = ""
    # Names of files beside the code of a chapter that say how its results are called, and change none.
    said: frozenset[str] = frozenset()

    @property
    def notebooks(self) -> Path:
        """The folder of the notebooks."""
        return self.copied or self.root / "notebooks"

    @property
    def memory(self) -> Path:
        """The folder of what commands remember; it may be deleted at any time."""
        return self.outputs / ".cache"

    @cached_property
    def hashes(self) -> Hashes:
        """The digests of files."""
        return Hashes(self.memory / "hashes.json")

    @cached_property
    def code(self) -> Code:
        """The code of the package."""
        return Code(self.package, self.memory / "code.json")

    @cached_property
    def environment(self) -> dict[str, Any]:
        """What holds for every step: the lock, what is installed, how a kernel is run, and the threads."""
        lock = self.root / "requirements.lock"
        packages = digest(json.dumps(installed()))
        files = sorted(file for file in (self.package / KERNEL).iterdir() if file.is_file())
        kernel = digest(json.dumps([self.hashes.of(file) for file in files]))
        locked = self.hashes.of(lock) if lock.exists() else None
        return {"lock": locked, "packages": packages, "kernel": kernel, "threads": 1}

    @cached_property
    def explanation(self) -> str:
        """The digest of all that the pages quote."""
        return digest(json.dumps([self.hashes.of(file) for file in self.explained]))

    @property
    def explained(self) -> list[Path]:
        """The files that the pages quote."""
        files = (file for path in self.explains for file in (sorted(path.rglob("*.py")) if path.is_dir() else [path]))
        return [file for file in files if file.exists()]

    def notebook(self, step: Step) -> Path:
        """Return the file of a step's notebook."""
        return self.notebooks / f"{step.notebook}.ipynb"

    def remember(self) -> None:
        """Keep the digests for the next command, in a folder that is closed to others."""
        with suppress(OSError):
            private.make(self.memory)
        self.hashes.save()
        self.code.save()


class Assessor:
    """Judges the steps of one edition.

    Raises
    ------
    InputError
        When parameters and parameters cells disagree, or no step produces a table that one needs.
    """

    def __init__(self, order: Order, chain: Iterable[Step], project: Project) -> None:
        self.order, self.project = order, project
        self.steps = plan(chain, order.blocks.keys())
        self.before = predecessors(self.steps)
        for step in self.steps:
            refuse_notes(project.notebook(step))
        self.parameters = {
            step.stem: injected(project.notebook(step), order.blocks[step.stem], order.shared) for step in self.steps
        }
        self._reached: dict[str, Reach] = {}

    def reach(self, step: Step) -> Reach:
        """Return what of the package a step uses."""
        if step.stem not in self._reached:
            cells = code_cells(self.project.notebook(step))
            self._reached[step.stem] = self._used(self.project.code.of_cells(list(cells.values())))
        return self._reached[step.stem]

    def key(self, step: Step, tables: Mapping[str, str]) -> dict[str, dict[str, Any]]:
        """Return the present key of a step that reads tables with these digests, but for the files that it reads."""
        return key_of(
            step,
            parameters=self._named_parameters(step),
            cells=code_cells(self.project.notebook(step)),
            reach=self.reach(step),
            tables={name: tables[name] for name in (*step.needs, *step.wants) if name in tables},
            environment=self.project.environment,
        )

    def files_read(self, step: Step, folder: Path, begun: int) -> dict[str, str]:
        """Return the digests of the files that a step has read that began at this time (ns), for its key."""
        notes = folder / "internal" / "records" / f"{step.stem}.reads"
        return observed(notes, self.order.places_of(step, self.project.root), self.project.hashes, begun)

    def reasons(self, step: Step, record: Record, tables: Mapping[str, str]) -> list[str]:
        """Return why the result of a record is not what a run would give now; empty when it is."""
        places = self.order.places_of(step, self.project.root)
        files = observed_now(record.key.get("files", {}), places, self.project.hashes)
        keys: list[Key] = [record.key, {**self.key(step, tables), "files": files}]
        if self.order.confidential:
            keys = [{**key, "files": without_names(key.get("files", {}))} for key in keys]
        return differences(keys[0], keys[1], step.notebook)

    def find(self, step: Step, folders: Sequence[Path], tables: Mapping[str, str]) -> tuple[Path, Record] | None:
        """Return the first folder that holds a whole and valid result of a step, with its record."""
        for folder in folders:
            record = records.read(folder, step.stem)
            valid = record and not self.reasons(step, record, tables)
            if record and valid and not records.damage(folder, record, self.project.hashes):
                return folder, record
        return None

    def why(self, step: Step, folders: Sequence[Path], tables: Mapping[str, str]) -> str:
        """Return in one line why a step without a valid result must run."""
        for folder in folders:
            if records.is_of_others(folder, step.stem):
                return "the record of its last run was not written here, or was changed since"
            record = records.read(folder, step.stem)
            if record:
                reasons = self.reasons(step, record, tables)
                damage = None if reasons else records.damage(folder, record, self.project.hashes)
                return _in_one_line(reasons or [damage or "it is up to date"])
        return "it never ran"

    def standings(
        self, folders: Sequence[Path], others: Callable[[str], Sequence[Path]] | None = None
    ) -> list[Standing]:
        """Judge all steps as they are now, in the order of the chain.

        Parameters
        ----------
        folders : Where results of this edition may lie, the newest first.
        others : Returns where else results of a step may lie, by its stem; none to look nowhere else.
        """
        standings: dict[str, Standing] = {}
        tables: dict[str, str] = {}
        for step in self.steps:
            before = [standings[stem] for stem in self.before[step.stem]]
            upstream = sorted(other.step.notebook for other in before if other.state != "valid")
            elsewhere = others(step.stem) if others and not self.find(step, folders, tables) else ()
            standings[step.stem] = self._standing(step, [*folders, *elsewhere], tables, upstream)
            last = standings[step.stem].record
            tables |= last.tables if last else {}
        return list(standings.values())

    def pages_key(self, done: Mapping[str, Record]) -> dict[str, dict[str, Any]]:
        """Return what the pages depend on: their code, the facts, the prose and the result of every step."""
        reach = self._pages_reach()
        facts = {**self.order.facts, "command": self.order.command}
        return {
            "parameters": json.loads(json.dumps(facts, default=str)),
            "code": dict(reach.functions),
            "resources": dict(reach.resources),
            "prose": {step.stem: prose_digest(self.project.notebook(step)) for step in self.steps},
            "steps": {step.stem: _result(done[step.stem]) for step in self.steps},
            "explanation": self.project.explanation,
            "beside": self._beside(),
        }

    def keeper(self, *, read: bool = True) -> Keeper:
        """Return what keeps parts of the pages: by code, facts, words and environment, and what each names besides."""
        places = {name: self.project.environment[name] for name in ("lock", "packages")}
        always = json.dumps([platform.python_version(), places, self.order.facts], sort_keys=True, default=str)

        @cache
        def code(symbol: str) -> str:
            reach = self._used(self.project.code.of_symbol(symbol))
            quoted = self.project.explanation if symbol.startswith(self.project.render.partition(":")[0]) else ""
            return digest(json.dumps([always, quoted, dict(reach.functions), dict(reach.resources)]))

        return Keeper(self.project.memory / "pages", code, read=read)

    def remembered(self, step: Step) -> dict[str, Any]:
        """Return what `run.remembered` must know of the code of a step: of its functions that are, and of the whole.

        A notebook that may change what functions give that do not name it remembers none.
        """
        reach, cells = self.reach(step), code_cells(self.project.notebook(step)).values()
        known = () if any(map(changes_others, cells)) else self.project.code.decorated(reach, REMEMBERED)
        of_code = {
            path: sha for path, sha in reach.resources.items() if PurePosixPath(path).name not in self.project.said
        }
        functions = {name: self._covered(self._used(self.project.code.of_symbol(name))) for name in known}
        return {"known": functions, "step": self._covered(replace(reach, resources=of_code))}

    def _covered(self, reach: Reach) -> dict[str, Any]:
        told = [self.order.context.get(name) for name in ("language", "codes")]
        files = [path for pattern in VOCABULARIES for path in sorted(self.project.package.glob(pattern))]
        words = [self.project.hashes.of(path) for path in files]  # a word may be drawn, or stand in a result
        always = [self.project.environment, platform.python_version(), *told, words]
        code = digest(json.dumps([*always, dict(reach.functions), dict(reach.resources)], sort_keys=True, default=str))
        return {"code": code, "names": sorted(reach.functions)}

    def _beside(self) -> dict[str, Any]:
        """Return what the pages see of other editions: which pages the twin has, and which the earlier edition is."""
        twin, earlier = (self.project.outputs / str(self.order.facts.get(name) or ".") for name in ("also", "previous"))
        found = {
            "also": sorted(page.name for page in twin.glob("html/*.html")) if (twin / MANIFEST_FILE).is_file() else [],
            "previous": sha256(earlier / MANIFEST_FILE) if (earlier / MANIFEST_FILE).is_file() else "",
        }
        return {name: value for name, value in found.items() if value}

    def why_pages(self, folder: Path, done: Mapping[str, Record]) -> str:
        """Return in one line why the pages of a published edition must be made again, if they must."""
        record = records.read(folder, PAGES)
        if record is None:
            return "no run here has made them"
        damage = records.damage(folder, record, self.project.hashes) or manifest.damage(folder, self.project.hashes)
        return damage or ("" if record.key == self.pages_key(done) else "what they say has changed")

    def page_files(self) -> list[str]:
        """Return the files that pages are rendered with: by path within the package, and what they quote."""
        reach = self._pages_reach()
        quoted = [str(file) for file in self.project.explained]
        return [*self.project.code.files_of(reach), *reach.resources, *quoted]

    def up_to_date(self, published: Path) -> bool:
        """Return whether a published edition is what a run would give."""
        standings = self.standings([published])
        done = {standing.step.stem: standing.record for standing in standings if standing.record}
        return all(standing.state == "valid" for standing in standings) and not self.why_pages(published, done)

    def _pages_reach(self) -> Reach:
        """Return the code that settles what steps published and that renders the pages."""
        reach = self.project.code.of_symbol(self.project.render.replace(":", "."))
        if self.project.settle:
            more = self.project.code.of_symbol(f"{self.project.settle}.settle")
            functions, resources = {**more.functions, **reach.functions}, {**more.resources, **reach.resources}
            reach = replace(reach, functions=functions, resources=resources)
        return self._used(reach)

    def _used(self, reach: Reach) -> Reach:
        """Count the words of this edition's language, and no other: a word in another language changes nothing."""
        others = {path: content for path, content in reach.resources.items() if not path.endswith(WORDS)}
        words = {path: sha256(self.project.package / path) for path in self.order.words}
        return replace(reach, resources={**others, **words})

    def _standing(
        self, step: Step, folders: Sequence[Path], tables: Mapping[str, str], upstream: Sequence[str]
    ) -> Standing:
        result = self.find(step, folders, tables)
        if result:
            makes = "makes" if len(upstream) == 1 else "make"
            reason = f"what {listed(upstream)} {makes} may change" if upstream else ""
            return Standing(step, "follows" if upstream else "valid", reason, result[1])
        last = next(filter(None, (records.read(folder, step.stem) for folder in folders)), None)
        failure = next(filter(None, (records.read_failure(folder, step.stem) for folder in folders)), None)
        if failure:
            return Standing(step, "failed", f"last time {failure.strip().splitlines()[0]}", last)
        if last is None and upstream:
            return Standing(step, "follows", f"it never ran, and needs {listed(upstream)}", None)
        return Standing(step, "stale", self.why(step, folders, tables), last)

    def _named_parameters(self, step: Step) -> dict[str, Any]:
        block = self.order.blocks[step.stem]
        parameters = self.parameters[step.stem].items()
        used = {f"{step.stem}.{name}" if name in block else name: value for name, value in parameters}
        every = {**self.order.context, "seed": self.order.seed, **used}
        return {name: value for name, value in every.items() if name != NAME}


def _result(record: Record) -> str:
    """Return the digest of a step's result but its notebook: that is written anew with the pages, from its prose."""
    outputs = {path: sha for path, sha in record.outputs.items() if not path.startswith("notebooks/")}
    return digest(json.dumps([record.ran, outputs]))


def _in_one_line(reasons: Sequence[str]) -> str:
    more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
    return f"{reasons[0]}{more}"
