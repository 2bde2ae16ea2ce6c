"""Executes the cells of a notebook in a kernel of its own, and stops when there is no more reason to go on."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any, Literal

import nbformat
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat.v4 import new_output
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.iorw import write_ipynb

from analysis.errors import StaatError
from analysis.run.job import Job
from analysis.run.kernel.confidential import as_shown, without_values
from analysis.run.kernel.manager import StepKernelManager
from analysis.run.kernel.processes import FreshKernel, WarmKernel
from analysis.run.kernel.provisioner import WarmProvisioner
from analysis.run.kernel.warm import ClosedError
from analysis.run.whole import write_whole

ENGINE = "staat"

_LOOK_EVERY = 0.1  # seconds between looks at the clock, the folder and the kernel
_SAVE_EVERY = 30.0  # seconds; a run that is killed leaves something to look at
_START_WITHIN = 60.0
_OUTPUT_WITHIN = 60  # a cell's reply can be there long before the last of a large output

LONGEST_OUTPUT = 10_000_000  # bytes of one cell; a page of ours shows less than one

Reason = Literal["timeout", "gone", "died", "silent", "left", "flood", "warned"]

_SHOWING = frozenset(("stream", "display_data", "execute_result", "update_display_data", "error"))
_LAST_BYTES = 10_000


class StoppedError(StaatError):
    """An execution ended before its last cell, and no cell raised an error."""

    def __init__(self, reason: Reason) -> None:
        self.reason: Reason = reason
        super().__init__(reason)


class Execution:
    """What is known of the execution of a job, while it goes on and after it."""

    def __init__(self, job: Job, private: Path) -> None:
        self.job, self.private = job, private  # a folder for the kernel's sockets and scratch files
        self.started = time.monotonic()
        self.notebook: Any = None
        self.cell: Any = None  # that is running
        self.failed: Any = None  # that raised
        self.provisioner: WarmProvisioner | None = None

    @property
    def kernel(self) -> WarmKernel | FreshKernel | None:
        """The kernel, once there is one, also when it has ended."""
        return self.provisioner.kernel if self.provisioner else None

    @property
    def kind(self) -> str:
        """``warm`` or ``fresh``."""
        return self.provisioner.kind if self.provisioner else "fresh"

    @property
    def notice(self) -> str:
        """For the user, about how the kernel started."""
        return self.provisioner.notice if self.provisioner else ""

    @property
    def seconds(self) -> float:
        """How long it takes or took."""
        return time.monotonic() - self.started

    @property
    def log(self) -> str:
        """The last of what the kernel wrote outside the notebook."""
        if self.job.confidential or not self._log.exists():
            return ""
        with self._log.open("rb") as file:
            file.seek(max(self.log_size - _LAST_BYTES, 0))
            return file.read().decode("utf8", errors="replace")

    @property
    def log_size(self) -> int:
        """The bytes that the kernel wrote outside the notebook."""
        return self._log.stat().st_size if self._log.exists() else 0

    @property
    def _log(self) -> Path:
        return self.private / "kernel.log"

    def keep(self, message: str) -> None:
        """Write the notebook as far as it came, with what stopped it below the cell that was running."""
        if self.cell is not None and self.cell.cell_type == "code":
            stop = {"ename": "Stopped", "evalue": message, "traceback": [message]}
            self.cell.outputs.append(new_output("error", **stop))  # type: ignore[no-untyped-call]  # nbformat is typed in part
        if self.notebook is not None and self.job.executed.parent.exists():
            write_ipynb(self.notebook, str(self.job.executed))


class StepClient(PapermillNotebookClient):  # type: ignore[misc]  # papermill ships no types
    """Executes the cells of a notebook in a kernel of its own, in an event loop of its own."""

    def __init__(self, nb_man: Any, execution: Execution, **options: Any) -> None:  # noqa: ANN401 - papermill's
        super().__init__(nb_man, km=StepKernelManager(execution.job, execution.private), **options)
        self.execution = execution
        self.ready = False
        self.shown = 0  # bytes, by the cell that is running

    def execute(self, **_: object) -> Any:  # noqa: ANN401 - papermill's signature
        """Execute all cells and return the notebook.

        Raises
        ------
        StoppedError
            If the time is up, the edition's folder has disappeared, the kernel has died or never answered, or a cell
            ends the notebook, or warns.
        """
        self.reset_execution_trackers()
        self.execution.notebook = self.nb
        # The loop of every system on which sockets of ZeroMQ can be waited for; that of Windows is another by default.
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            runner.run(self._execute())
        return self.nb

    async def _execute(self) -> None:
        work = asyncio.ensure_future(self._work())
        watch = asyncio.ensure_future(self._watch())
        polite = False
        try:
            await asyncio.wait({work, watch}, return_when=asyncio.FIRST_COMPLETED)
            polite = not watch.done()
            await (work if polite else watch)
        except DeadKernelError:
            raise StoppedError("died") from None
        except CellTimeoutError:  # its outputs stay away; it is an OSError, and would be taken for trouble with files
            raise StoppedError("silent") from None
        except ClosedError:
            raise StoppedError("gone") from None
        finally:
            for task in (work, watch):
                task.cancel()
            await asyncio.gather(work, watch, return_exceptions=True)
            await (self.km.stop() if polite else self.km.kill())

    async def _work(self) -> None:
        await self.km.start()
        self.execution.provisioner = self.km.provisioner
        await self._connect()
        self.ready = True
        for index, cell in enumerate(self.nb.cells):
            self.execution.cell, self.shown = cell, 0
            self.nb_man.cell_start(cell, index)
            try:
                await self.async_execute_cell(cell, index)
                if warned(cell):
                    raise StoppedError("warned")
            except CellExecutionError as error:
                self.execution.failed = cell
                self.nb_man.cell_exception(cell, cell_index=index, exception=error)
                break
            finally:
                self.nb_man.cell_complete(cell, cell_index=index)
        self.execution.cell = None
        self.set_widgets_metadata()

    def process_message(self, msg: dict[str, Any], *where: Any) -> Any:  # noqa: ANN401 - nbclient's
        """Take in what a cell shows or prints, as long as there is not too much of it."""
        if msg["msg_type"] in _SHOWING:
            self.shown += _size(msg["content"])
            if self.shown > LONGEST_OUTPUT:
                where[0].outputs = []  # the message says what was there, and what is kept need not be large
                return None
        if self.execution.job.confidential:
            msg = {**msg, "content": as_shown(msg["msg_type"], msg["content"], self.execution.job)}
        return super().process_message(msg, *where)

    async def _check_raise_for_error(self, cell: Any, cell_index: int, exec_reply: Any) -> None:  # noqa: ANN401 - nbclient's
        """Refuse a cell that ends the notebook: papermill takes an exit for success, and what follows did not run."""
        if self.shown > LONGEST_OUTPUT:
            raise StoppedError("flood")
        content = exec_reply["content"] if exec_reply else {}
        exits = any(payload.get("source") == "ask_exit" for payload in content.get("payload", ()))
        if exits or content.get("ename") == "SystemExit":
            raise StoppedError("left")
        if self.execution.job.confidential and content.get("status") == "error":
            exec_reply = {**exec_reply, "content": without_values(content, self.execution.job)}
        await super()._check_raise_for_error(cell, cell_index, exec_reply)

    async def _connect(self) -> None:
        """Wait until the kernel answers and what it publishes arrives; nothing of the notebook can be lost then."""
        self.kc = self.km.client(context=self.km.context)
        self.kc.start_channels(hb=False, stdin=False, control=False)
        self.kc.allow_stdin = False
        self.kc.kernel_info()
        reply = await self.kc.get_shell_msg(timeout=None)
        await self.kc.get_iopub_msg(timeout=None)
        # No more than stays when the notebook is written anew: a page is the same from either.
        self.nb.metadata["language_info"] = {"name": reply["content"]["language_info"]["name"]}

    async def _watch(self) -> None:
        job, limit = self.execution.job, self.execution.job.timeout
        saved = self.execution.seconds
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            if self.execution.seconds - saved > _SAVE_EVERY and job.executed.parent.exists():
                write_whole(job.executed, nbformat.writes(self.nb))  # type: ignore[no-untyped-call]  # nbformat is typed in part
                saved = self.execution.seconds
            if self.shown > LONGEST_OUTPUT or self.execution.log_size > LONGEST_OUTPUT:
                raise StoppedError("flood")
            if limit is not None and self.execution.seconds > limit:
                raise StoppedError("timeout")
            if not Path(job.folder).exists():
                raise StoppedError("gone")
            if self.execution.kernel is not None and self.execution.kernel.poll() is not None:
                raise StoppedError("gone" if self.execution.kernel.dismissed else "died")
            if not self.ready and self.execution.seconds > _START_WITHIN:
                raise StoppedError("silent")


class StepEngine(NBClientEngine):  # type: ignore[misc]  # papermill ships no types
    """Papermill's engine with the client above; it saves on a timer, and papermill at the end or on an error."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, *, execution: Execution, **_: object) -> Any:  # noqa: ANN401 - papermill's
        """Execute a notebook with the kernel of `execution`."""
        client = StepClient(nb_man, execution, timeout=None, iopub_timeout=_OUTPUT_WITHIN, kernel_name=kernel_name)
        return client.execute()


def warned(cell: Any) -> str:  # noqa: ANN401 - a notebook's cell
    """Return what a cell wrote to stderr; a finished page holds none of it."""
    texts = [output.text for output in cell.get("outputs", ()) if output.get("name") == "stderr"]
    return "".join(texts).strip()


def _size(content: Any) -> int:  # noqa: ANN401 - a message's
    """Return about how many bytes a message shows."""
    if isinstance(content, str | bytes):
        return len(content)
    if isinstance(content, dict):
        return sum(map(_size, content.values()))
    return sum(map(_size, content)) if isinstance(content, list | tuple) else 0


papermill_engines.register(ENGINE, StepEngine)
