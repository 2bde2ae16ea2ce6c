"""One edition under way: which steps are done, which can run now, and how it ends."""

from __future__ import annotations

import json
import os
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Literal

from analysis.errors import InputError, StaatError, listed
from analysis.run import manifest, private, publication, records, remembered, staging
from analysis.run.assess import Assessor
from analysis.run.chain import Step, ancestors, descendants
from analysis.run.earlier import Earlier
from analysis.run.job import Job, JobResult
from analysis.run.order import Options
from analysis.run.owner import MARKER
from analysis.run.records import Key, Record
from analysis.run.reuse import keeping
from analysis.run.seal import key_for
from analysis.run.show.events import Event, Kind, Watch
from analysis.run.snapshot import Snapshot
from analysis.run.stock import Stock
from analysis.run.workspace import EDITION_FILE, unfinished

State = Literal["waiting", "running", "done", "failed", "blocked", "left out"]


class Build:
    """The build of one edition, from a copy of notebooks and code; `watch` is called with every change of state."""

    def __init__(self, assessor: Assessor, copy: Snapshot, options: Options, watch: Watch, earlier: Earlier) -> None:
        self.assessor, self._copy, self.options, self._watch = assessor, copy, options, watch
        self._stock = Stock(assessor, earlier, options.cache)
        self.order, self.project, self.steps = assessor.order, assessor.project, assessor.steps
        self.stems = [step.stem for step in self.steps]
        options.check_stems(self.stems, self.order.edition)
        self.wanted, self.forced = self._requested()
        self.states: dict[str, State] = dict.fromkeys(self.stems, "waiting")
        self.done: dict[str, Record] = {}  # of every step that has a valid result in the folder
        self.failures: dict[str, JobResult] = {}
        self.ended = False  # published or set aside
        self._refusal: StaatError | None = None
        self._executed = False
        self._begun: dict[str, tuple[Key, int]] = {}  # the key of a step and the time, when it was submitted
        self._held = ExitStack()
        self.published = self.project.outputs / self.order.edition
        self._unfinished = unfinished(self.project.outputs, self.order.edition)

    def open(self) -> None:
        """Take the edition's lock and begin a folder; StaatError when another run holds the lock."""
        self._held.enter_context(staging.locked(self.project.outputs, self.order.edition))
        self.folder, self._left = staging.begin(self.project.outputs, self.order.edition)
        self._folders = [*self._left, self.published]
        self._started = manifest.now()
        context = json.dumps(dict(self.order.context), ensure_ascii=False)
        (self.folder / "internal" / EDITION_FILE).write_text(context, "utf8", newline="\n")
        self._report("opened", text=self.order.heading)
        for standing in self.assessor.standings(self._folders, self._stock.others):
            reason = standing.reason or ("asked for" if standing.step.stem in self.forced else "")
            self._report("waiting", standing.step, text=reason)

    def next_jobs(self) -> list[Job]:
        """Settle what needs no run, and return what can run now; each job is returned once."""
        return [self._job(step) for step in self.steps if self._decide(step) == "running"]

    def starts(self, job: Job) -> None:
        """Report that a step is being executed."""
        self._report("started", self._step(job))

    def finish(self, job: Job, outcome: JobResult) -> None:
        """Take in how the execution of a step ended."""
        step = self._step(job)
        self._stock.release(step)
        if outcome.error is not None:
            self.states[step.stem], self.failures[step.stem] = "failed", outcome
            records.write_failure(self.folder, step.stem, outcome.error)
            self._report("failed", step, outcome.seconds, outcome.error.splitlines()[0])
            return
        record = self._record(step, outcome)
        records.write(self.folder, record)
        self._stock.give(record, self.folder)
        self.states[step.stem], self.done[step.stem], self._executed = "done", record, True
        self._report("finished", step, outcome.seconds)

    @property
    def steps_ended(self) -> bool:
        """Whether no step waits or runs any more."""
        return not {"waiting", "running"} & set(self.states.values())

    def publish(self) -> None:
        """Write pages and manifest and put the edition in the old one's place; or set an unfinished one aside."""
        if len(self.done) < len(self.steps):
            self._set_aside()
        elif self._executed or self.assessor.why_pages(self.published, self.done):
            self._report("pages")
            keeper = self.assessor.keeper(read=not self.options.force)
            with keeping(keeper):
                notices = publication.publish(self.folder, self.assessor, self.done, self._started)
            for notice in notices:
                self._report("notice", text=notice)
            self._refuse_other_pages()
            keeper.save()
            strangers = staging.swap_in(self.folder, self.published)
            if strangers:
                self._report("notice", text=f"{self.published} held files that no run made; they are in {strangers}")
            staging.discard([*self._left, *staging.leftovers(self.project.outputs, self.order.edition)])
        else:
            staging.discard([self.folder, *self._left])
        self.ended = True
        if len(self.done) == len(self.steps):
            self._report("published", text=str(self.published / "index.html"))

    def _refuse_other_pages(self) -> None:
        """Refuse pages that were made by code which changed during the run: this process may have loaded either."""
        edited = self._copy.edited(self.assessor.page_files())
        if edited:
            problem = "was edited during the run, and the pages may have been made by either version"
            raise InputError(str(edited), problem, hint="the same command makes them again")

    def refuse(self, error: StaatError) -> None:
        """Set the edition aside because its pages could not be made."""
        self._refusal = error
        self._set_aside()

    def close(self) -> None:
        """Give the lock back; an edition that has not ended is set aside first, with what succeeded in it."""
        if not self.ended and hasattr(self, "folder") and self.folder.exists():
            self._set_aside()
        self._held.close()

    def messages(self) -> list[str]:
        """Return what the user must know when the edition is not published, with the paths that hold now."""
        errors = [outcome.error or "" for outcome in self.failures.values()]
        errors += [str(self._refusal)] if self._refusal else []
        lines = [error.replace(str(self.folder), str(self._unfinished)) for error in errors]
        missing = ", ".join(step.notebook for step in self.steps if step.stem not in self.done)
        if missing or self._refusal:
            lines.append(f"{self.order.edition} is not published: {missing or 'its pages'} must still be made")
            if not (self.project.outputs / MARKER).exists():  # else a folder that goes with the command: `staat verify`
                lines.append(f"  what succeeded is kept in {self._unfinished}: the same command goes on from there")
            if self.published.exists():
                lines.append(f"  the last good edition {self.published} is untouched")
        return lines

    @property
    def exit_codes(self) -> set[int]:
        """The exit codes of what went wrong."""
        refused = {self._refusal.exit_code} if self._refusal else set()
        return refused | {outcome.exit_code for outcome in self.failures.values()}

    def _requested(self) -> tuple[set[str], set[str]]:
        """Return the steps that may run and those that must, whether they changed or not."""
        options, stems = self.options, set(self.stems)
        only = set(options.only)
        wanted = only.union(*(ancestors(self.steps, stem) for stem in only)) if only else stems
        forced = (only or stems) if options.force else set()
        if options.start is not None:
            forced = forced | {options.start} | descendants(self.steps, options.start)
        return wanted, forced & wanted

    def _decide(self, step: Step) -> State:
        before = [self.states[stem] for stem in self.assessor.before[step.stem]]
        if self.states[step.stem] != "waiting" or {"waiting", "running"} & set(before):
            return "waiting"
        self.states[step.stem] = state = self._next_state(step, set(before))
        return state

    def _next_state(self, step: Step, before: set[State]) -> State:
        if before & {"failed", "blocked"}:
            needed = [
                other.notebook
                for other in self.steps
                if other.stem in self.assessor.before[step.stem] and self.states[other.stem] in ("failed", "blocked")
            ]
            self._report("blocked", step, text=f"needs {listed(needed)}")
            return "blocked"
        if step.stem not in self.forced and "left out" not in before:
            if self._stock.is_made_elsewhere(step, self._tables()):
                return "waiting"
            if self._keep(step):
                self._stock.release(step)
                return "done"
        if step.stem not in self.wanted or "left out" in before:
            self._stock.release(step)
            self._report("kept", step, text="not asked for")
            return "left out"
        return "running"

    def _keep(self, step: Step) -> bool:
        record = self._stock.take(step, self._folders, self._tables(), self.folder)
        if not record:
            return False
        self.done[step.stem] = record
        self._report("kept", step)
        return True

    def _job(self, step: Step) -> Job:
        order, reach = self.order, self.assessor.reach(step)
        others = [module for other in self.steps if other != step for module in self.assessor.reach(other).imports]
        tables = self._tables()
        self._begun[step.stem] = self.assessor.key(step, tables), time.time_ns()
        return Job(
            edition=order.edition,
            notebook=step.notebook,
            stem=step.stem,
            source=str(self.project.notebook(step).resolve()),
            folder=str(self.folder.resolve()),
            parameters=self.assessor.parameters[step.stem],
            needs=(*step.needs, *(table for table in step.wants if table in tables)),
            produces=step.produces,
            may_produce=step.may_produce,
            reads=tuple(str(path.resolve()) for path in order.places_of(step, self.project.root).values()),
            environment={**order.environment, **self._python()},
            confidential=order.confidential,
            seed=order.seed,
            timeout=order.timeouts.get(step.stem),
            fresh_kernel=self.options.fresh_kernels,
            preload=reach.imports,
            preload_next=tuple(dict.fromkeys(others)),
            remembers=self._remembers(step),
            settings=order.settings,
            root=str(self.project.root.resolve()),
            code=str(self._code),
        )

    def _remembers(self, step: Step) -> dict[str, Any]:
        """Return what the step may keep of its functions, and take from earlier runs unless it is forced.

        Nothing of registers of persons; and the key that vouches for it travels only where others cannot read it.
        """
        if self.order.confidential or self.options.cluster_without_encryption:
            return {}
        folder = self.project.memory / remembered.FOLDER
        with suppress(OSError):
            private.make(folder)
        of_code, key = self.assessor.remembered(step), key_for(remembered.FOLDER).hex()
        return {"folder": str(folder.resolve()), "key": key, "read": step.stem not in self.forced, **of_code}

    @property
    def _code(self) -> Path:
        return self.project.package.parent.resolve()

    def _python(self) -> dict[str, str]:
        """Return the variables with which a kernel's Python orders sets, and imports the package that was judged."""
        usual = self.order.environment.get("PYTHONPATH") or os.environ.get("PYTHONPATH", "")
        path = [str(self._code), *(entry for entry in usual.split(os.pathsep) if entry)]
        return {"PYTHONHASHSEED": self.options.hash_seed, "PYTHONPATH": os.pathsep.join(path)}

    def _record(self, step: Step, outcome: JobResult) -> Record:
        # The key is that of before the run: what was edited meanwhile makes the result stale, as it should.
        key, begun = self._begun[step.stem]
        outputs, tables = records.outputs_of(self.folder, step, self.project.hashes)
        return Record(
            name=step.stem,
            key={**key, "files": self.assessor.files_read(step, self.folder, begun)},
            outputs=outputs,
            tables=tables,
            seconds=round(outcome.seconds, 2),
            peak_mb=outcome.peak_mb,
            kernel=outcome.kernel,
            ran=manifest.now(),
            git=manifest.git(self.project.root),
            edition=self.order.edition,
        )

    def _tables(self) -> dict[str, str]:
        return {name: digest for record in self.done.values() for name, digest in record.tables.items()}

    def _step(self, job: Job) -> Step:
        return next(step for step in self.steps if step.stem == job.stem)

    def _set_aside(self) -> None:
        self.ended = True
        if not self.done and not self.failures:
            staging.discard([self.folder])  # what earlier runs left stays as it is
            return
        if self._bring_along():
            staging.discard([folder for folder in self._left if folder != self._unfinished])
        staging.keep_unfinished(self.folder, self.project.outputs, self.order.edition)

    def _bring_along(self) -> bool:
        """Take over what earlier runs left of the steps that this one did not reach; return whether all could be."""
        # Never of a step that was executed: its kernel may still write where the old files would be linked.
        passed = [step for step in self.steps if self.states[step.stem] in ("waiting", "blocked", "left out")]
        try:
            for step in passed:
                results = ((folder, records.read(folder, step.stem)) for folder in self._left)
                folder, record = next((result for result in results if result[1]), (None, None))
                if folder and record:
                    records.take_over(record, folder, self.folder)
        except OSError:
            return False
        return True

    def _report(self, kind: Kind, step: Step | None = None, seconds: float | None = None, text: str = "") -> None:
        notebook = step.notebook if step else ""
        self._watch(Event(kind, self.order.edition, notebook=notebook, seconds=seconds, text=text))
