"""Run editions: every step when what it needs is there, side by side, and each edition published when it is whole."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any

from analysis.errors import InputError, StaatError, placed
from analysis.run import publication, remembered
from analysis.run.assess import Assessor, Project
from analysis.run.build import Build
from analysis.run.chain import Step
from analysis.run.earlier import Earlier
from analysis.run.job import Job, JobResult
from analysis.run.kernel import warm
from analysis.run.order import Options, Order
from analysis.run.pool import Pool, pool
from analysis.run.room import make_room
from analysis.run.scratch import refuse_scratch
from analysis.run.show.events import Event, Watch
from analysis.run.snapshot import snapshot

FULL = {errno.ENOSPC, errno.EDQUOT}
UNWRITABLE = {*FULL, errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG, errno.EIO, errno.ENOTDIR}


class RunFailedError(StaatError):
    """Some steps failed or editions are not complete; carries every message."""

    def __init__(self, messages: Sequence[str], exit_code: int) -> None:
        super().__init__("\n".join(messages))
        self.exit_code = exit_code


def run(orders: Sequence[Order], chain: Iterable[Step], project: Project, options: Options, watch: Watch) -> None:
    """Run editions.

    Steps whose last result is valid are not executed. Of a step that fails only what needs it waits; the rest goes on,
    and another run goes on from there. `watch` is called with every event.

    Raises
    ------
    RunFailedError
        After all that could run has run, when a step failed or an edition is not complete.
    InputError
        Before anything runs, when parameters and notebooks disagree, or what must be written cannot be.
    """
    steps = list(chain)
    project.code.save()  # what was looked at to say what is stale serves the copy
    with _readable_disk_errors(project), snapshot(project, shared=options.cluster is not None) as copy:
        assessors = [Assessor(order, steps, copy.project) for order in orders]
        _refuse_scratch(assessors)
        earlier = Earlier(project.memory)
        builds = [Build(assessor, copy, options, watch, earlier) for assessor in assessors]
        _run(builds, copy.project, options, watch)
        earlier.tidy()
        make_room(project.memory / remembered.FOLDER, remembered.MOST)


def _refuse_scratch(assessors: Sequence[Assessor]) -> None:
    """Refuse scratch that was left in a notebook before anything runs."""
    for notebook in {assessor.project.notebook(step) for assessor in assessors for step in assessor.steps}:
        refuse_scratch(notebook)


def _run(builds: Sequence[Build], project: Project, options: Options, watch: Watch) -> None:
    with (
        _closing(builds, project),
        pool(options, project.root) as executing,
        ThreadPoolExecutor(1) as publisher,
    ):
        for build in builds:
            build.open()
        try:
            publisher.submit(publication.load, project.render)  # while the first notebook gets on
            _Loop(builds, executing, publisher, watch).go()
        except BaseException:
            publisher.shutdown(cancel_futures=True)
            warm.close()
            raise
    _refuse_incomplete(builds)


class _Loop:
    """Submits jobs as slots and steps become free."""

    def __init__(self, builds: Sequence[Build], executing: Pool, publisher: Executor, watch: Watch) -> None:
        self.builds, self.executing, self.publisher = builds, executing, publisher
        self.watch = watch
        self.queue: list[tuple[Build, Job]] = []
        self.running: dict[Future[Any], tuple[Build, Job]] = {}
        self.publishing: dict[Future[Any], Build] = {}
        self.notices: set[str] = set()

    def go(self) -> None:
        """Run until nothing runs any more."""
        self._submit(self.builds)
        while self.running or self.publishing:
            self._wait()
            self._submit(self.builds)  # one may have waited for what another one made

    def _wait(self) -> None:
        """Wait until something has ended, and take it in."""
        # No future of a finished step may be held on to: a cluster executes it again when the worker that had it dies.
        under_way = [*self.running, *self.publishing]
        done, _ = wait(under_way, self.executing.look_every, return_when=FIRST_COMPLETED)
        if self.running:
            self.executing.check()
        for future in done:
            self._collect(future)

    def _submit(self, builds: Sequence[Build]) -> None:
        for build in builds:
            self.queue += [(build, job) for job in build.next_jobs()]
            if build.steps_ended and not build.ended and build not in self.publishing.values():
                self.publishing[self.publisher.submit(build.publish)] = build
        self.queue.sort(key=lambda item: self.builds.index(item[0]))
        while self.queue and len(self.running) < self.executing.slots:
            build, job = self.queue.pop(0)
            build.starts(job)
            self.running[self._future(job)] = (build, job)

    def _future(self, job: Job) -> Future[Any]:
        try:
            return self.executing.executor.submit(_execute, job)
        except Exception:
            self.executing.check()  # says what is wrong, where anything is
            raise

    def _collect(self, future: Future[Any]) -> None:
        if future in self.publishing:
            self._published(future)
            return
        build, job = self.running.pop(future)
        outcome = _outcome(future, job)
        if outcome.notice and outcome.notice not in self.notices:
            self.notices.add(outcome.notice)
            self.watch(Event("notice", "", text=outcome.notice))
        build.finish(job, outcome)

    def _published(self, future: Future[Any]) -> None:
        build = self.publishing.pop(future)
        try:
            future.result()
        except StaatError as error:
            build.refuse(error)
        except Exception as error:
            if not build.order.confidential:
                raise
            build.refuse(StaatError(f"the pages of {build.order.edition} stopped with {placed(error)}"))


def _execute(job: Job) -> JobResult:
    from analysis.run.kernel.execute import execute

    return execute(job)


def _outcome(future: Future[JobResult], job: Job) -> JobResult:
    """Return how a job ended, also when whoever executed it did not survive it."""
    try:
        return future.result()
    except Exception as error:  # an executor may raise anything: this step failed, the run goes on
        said = placed(error) if job.confidential else f"{type(error).__name__}: {error}"
        return JobResult(0.0, f"{job.notebook}: could not be executed: {said}", exit_code=1)


@contextmanager
def _closing(builds: Sequence[Build], project: Project) -> Iterator[None]:
    try:
        yield
    finally:
        for build in builds:
            build.close()
        project.remember()


@contextmanager
def _readable_disk_errors(project: Project) -> Iterator[None]:
    """Turn a full disk or a folder that cannot be written into one message; published editions are as they were."""
    try:
        yield
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise
        where = str(error.filename or project.outputs)
        why = "the disk is full" if error.errno in FULL else error.strerror or error
        hint = "make room or choose another folder: --outputs DIR; the published editions are intact"
        raise InputError(where, f"cannot be written to: {why}", hint=hint) from None


def _refuse_incomplete(builds: Sequence[Build]) -> None:
    messages = [line for build in builds for line in build.messages()]
    if messages:
        codes = {code for build in builds for code in build.exit_codes}
        raise RunFailedError(messages, 1 if 1 in codes else max(codes, default=0))
